"""Requests drawn from the contract: for each place and each rule of it, a strategy of requests that keep or break just that.

Rules
- An aim is one equivalence class of one operation: what is tried, whether the contract has it accepted, refused, or left open.
- A broken request breaks exactly one rule, and which one is known; what the contract does not decide is open.
- Drafts hold marks where a run puts what must be its own: a name, a tag, an id. They are as long as what replaces them, so a
  draft is in the same class as the request that is made of it.
- No I/O and no clock here; the same strategy and seed give the same drafts.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.contract import Contract, Operation, Schema
from conformance.partition import OWN_PROPERTY, Standing, kept_members, member_schema, rule_of

__all__ = ["EXISTING", "FRESH", "NAME", "TAG", "UNSENT", "Aim", "Draft", "aims", "broken_values", "encoded", "text", "valid_values"]

FRESH = "f5a9e5b0"
"""Stands for eight hexadecimal digits that no id of an earlier run has; at the start of ids that drafts choose."""
ID = f"{FRESH}-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
NAME = "conformance-generated-name------"
"""Stands for a name of the run, of 32 characters too."""
TAG = "conformance-generate"
"""Stands for the tag of the run, of 20 characters too."""
EXISTING = "e7157e40-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
"""Stands for the id of an image that is there."""
HUGE_TEXT = "1" + "0" * 5000
"""An integer of more digits than Python converts."""
_YEAR, _LATER = datetime(1970, 1, 2), datetime(2100, 1, 1)
UNSENT: Mapping[str, tuple[str, ...]] = {"visibility": ("public", "community")}
"""Values that are allowed and never sent: an image of ours must not show up in other projects."""
MOST_TEXT = 200

Value = Any


@dataclass(frozen=True)
class Draft:
    """A request with marks in it. `body` is sent as it is; `path` is the raw segment of the image id, `query` the raw query.

    `members` are what the body sets, or what a patch leaves behind (None for what it takes out), for whoever compares.
    """

    body: bytes = b""
    path: str = EXISTING
    query: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[bytes, str, str, str]:
        """What makes two drafts the same request."""
        return self.body, self.path, self.query, repr(sorted(self.headers.items()))


@dataclass(frozen=True)
class Aim:
    """One class of requests of one operation.

    `words` are those of the partition ("is above the maximum"). `due` is valid (accepted and kept), broken (refused, nothing
    changed) or open (only what holds for any answer). `by_state`: the rule is about what is there, not about the request.
    `may_refuse`: a valid value that a server may refuse with 400 and may not alter (ruling 8).
    """

    operation: str
    requirement: str
    place: str
    words: str
    due: Standing
    drafts: SearchStrategy[Draft]
    by_state: bool = False
    may_refuse: bool = False

    @property
    def name(self) -> str:
        """The aim in words, the same in every run."""
        return f"{self.operation}: {self.place} {self.words}"


def aims(contract: Contract) -> tuple[Aim, ...]:
    """Every aim, operation by operation."""
    return (
        *_create_aims(contract),
        *_patch_aims(contract),
        *_query_aims(contract.operations["image.list"]),
        *(aim for name in ("image.download", "image.patch", "image.delete") for aim in _path_aims(contract.operations[name])),
    )


# --- values ---------------------------------------------------------------------------------------------------------

_BMP = st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_characters="\0")
_ASTRAL = st.characters(codec="utf-8", min_codepoint=0x10000)
_WORD = st.text(string.ascii_lowercase, min_size=1, max_size=8)


def text(most: int | None, least: int = 0) -> SearchStrategy[str]:
    """Text of the Basic Multilingual Plane without NUL, no longer than `most`."""
    limit = min(most if most is not None else MOST_TEXT, MOST_TEXT)
    return st.one_of(
        st.text(_BMP, min_size=least, max_size=limit),
        st.text(st.sampled_from("镜像名称éßİ \t\n\"'\\/<>&%+;=?#{}[]~"), min_size=max(least, 1), max_size=12),
    )


def _kinds() -> dict[str, SearchStrategy[Value]]:
    """A strategy for each JSON type, and for the strings that a lenient server converts."""
    plain = st.one_of(st.integers(0, 9), _WORD, st.none())
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(-(2**70), 2**70),
        "fraction": st.floats(-1e9, 1e9, allow_nan=False).filter(lambda value: not value.is_integer()),
        "string": _WORD.map(lambda word: f"x{word}"),
        "numeric string": st.integers(0, 10**6).map(str),
        "string with a boolean word": st.sampled_from(["true", "false", "True", "FALSE", "yes", "no", "on", "off"]),
        "empty string": st.sampled_from(["", " "]),
        "array": st.lists(plain, min_size=1, max_size=3),
        "empty array": st.just([]),
        "object": st.dictionaries(_WORD, plain, min_size=1, max_size=3),
        "empty object": st.just({}),
    }


def broken_values(schema: Schema, *, nullable: bool = False) -> Iterator[tuple[str, SearchStrategy[Value]]]:
    """(words, values): for each rule of the schema that a JSON value can break, values that break only that one."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    for kind, values in _kinds().items() if types else ():
        words, standing = rule_of(schema, _sample(kind), nullable=nullable)
        if standing is Standing.BROKEN and words.startswith(f"is {kind} instead of"):
            yield words, values
    if "enum" in schema:
        yield from _outside([item for item in schema["enum"] if isinstance(item, str)])
    elif "string" in types:
        yield from _texts(schema)
    if "integer" in types:
        yield from _numbers(schema)
    if "array" in types:
        yield from _lists(schema)


def _sample(kind: str) -> Value:
    return {
        "null": None, "boolean": True, "integer": 7, "fraction": 1.5, "string": "x", "numeric string": "7",
        "string with a boolean word": "true", "empty string": "", "array": [7], "empty array": [], "object": {"a": 7}, "empty object": {},
    }[kind]  # fmt: skip


def _outside(words: Sequence[str]) -> Iterator[tuple[str, SearchStrategy[Value]]]:
    yield "is not in the enumeration", _WORD.map(lambda word: f"no-such-{word}")
    yield "is empty", st.just("")
    other = sorted({form for word in words for form in (word.upper(), word.title()) if form not in words})
    yield "is in another case than the enumeration", st.sampled_from(other)
    blanks = st.sampled_from([(" ", ""), ("", " "), ("\t", ""), ("", "\n"), ("", "\r\n"), (" ", " ")])
    yield "is padded", st.builds(lambda word, pad: pad[0] + word + pad[1], st.sampled_from(list(words)), blanks)


def _texts(schema: Schema) -> Iterator[tuple[str, SearchStrategy[Value]]]:
    most = schema.get("maxLength")
    if most is not None:
        letters = st.sampled_from("n镜é 名")
        yield f"is longer than {most}", st.one_of(
            st.builds(lambda letter, size: letter * size, letters, st.integers(most + 1, most + 300)),
            st.just("n" * 5000),
        )
    if schema.get("format") == "uuid":
        yield "is empty", st.just("")
        yield "is a uuid padded", st.sampled_from([f" {ID}", f"{ID} ", f"{ID}\n", f"\t{ID}", f"{ID}\r\n", f"{ID}\u3000"])
        yield "is a uuid decorated", st.sampled_from(["{" + ID + "}", f"urn:uuid:{ID}"])
        yield "is a uuid without its hyphens", st.sampled_from([ID.replace("-", ""), ID.replace("-", "", 1), ID[:-4] + "-" + ID[-4:]])
        tails = st.sampled_from([ID[:-1], ID + "0", ID[:-1] + "g", ID[:-1] + "\uff10", ID.replace("-", "_"), ID.replace("-", "\u2010"), "0", "null"])
        yield "is not a uuid", st.one_of(_WORD.map(lambda word: f"x{word}"), tails)
    if schema.get("format") == "date-time":
        yield "is empty", st.just("")
        yield "is not a date-time", st.one_of(
            st.sampled_from(["yesterday", "2020-13-01T00:00:00Z", "2020-01-32T00:00:00Z", "2020-01-01", "2020-01-01T00:00:00", "1577836800",
                             "2020-01-01T25:00:00Z", "0000-00-00T00:00:00Z"]),
            _WORD.map(lambda word: f"x{word}"),
        )  # fmt: skip


def _numbers(schema: Schema) -> Iterator[tuple[str, SearchStrategy[Value]]]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None:
        yield "is below the minimum", st.one_of(st.just(least - 1), st.integers(-(2**63) + 1, least - 1))
        yield "is far below the minimum", st.integers(-(2**80), -(2**63))
    if most is not None:
        yield "is above the maximum", st.one_of(st.just(most + 1), st.just(2**32), st.integers(most + 1, 2**63 - 1))
        yield "is far above the maximum", st.one_of(st.integers(2**63, 2**80), st.just(10**300))
        yield "is far out of range", st.sampled_from([1e20, -1e20, 1e300])


def _lists(schema: Schema) -> Iterator[tuple[str, SearchStrategy[Value]]]:
    for words, values in broken_values(schema.get("items", {})):
        yield f"has an item that {words}", values.map(lambda value: [value])
    most = schema.get("maxItems")
    if most is not None:
        yield f"has more than {most} items", st.integers(most + 1, most + 30).map(lambda size: [f"t{index}" for index in range(size)])


def valid_values(name: str, schema: Schema) -> SearchStrategy[Value]:
    """Values that the contract allows for a member and that may be sent, boundaries among them."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if "enum" in schema:
        return st.sampled_from([item for item in schema["enum"] if item not in UNSENT.get(name, ())])
    if schema.get("format") == "uuid":
        return st.sampled_from([ID, ID.replace("-4c3d-8e4f", "-1c3d-0e4f"), ID[:-4] + "ffff"])
    if "boolean" in types:
        return st.booleans()
    if "integer" in types:
        least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
        return st.one_of(st.sampled_from([least, least + 1, most - 1, most]), st.integers(least, most))
    if "array" in types:
        most = schema.get("maxItems", 8)
        items = text(schema.get("items", {}).get("maxLength"))
        few = st.lists(items, max_size=5, unique_by=_folded)
        many = st.sampled_from([most - 1, most]).map(lambda size: [f"t{index:03}" for index in range(size)])
        long = st.just(["标" * schema.get("items", {}).get("maxLength", MOST_TEXT)])
        return st.one_of(few, few, few, long, many)
    return text(schema.get("maxLength"))


def _folded(item: str) -> str:
    """Tags that some databases take for the same are not sent together."""
    return unicodedata.normalize("NFKD", item).casefold().strip()


# --- create ---------------------------------------------------------------------------------------------------------


def encoded(value: Any, *, ascii: bool = True) -> bytes:
    """JSON of a value in UTF-8; characters escaped or as they are."""
    return json.dumps(value, ensure_ascii=ascii).encode("utf-8")


def _create(members: Mapping[str, Any], **rest: Any) -> Draft:
    """A create of these members, recognisable by its name, or by its tag where the name is what is tried."""
    mark: dict[str, Any] = {"tags": [TAG]} if "name" in members else {"name": NAME}
    return Draft(encoded({**mark, **members}), members=members, **rest)


def _schema(operation: Operation) -> Mapping[str, Any]:
    return operation.request_schema or {}


def _sendable(name: str, node: Schema) -> Schema:
    """The schema without the values that are never sent, so that no spelling of them is sent either."""
    return {**node, "enum": [item for item in node["enum"] if item not in UNSENT[name]]} if name in UNSENT else node


def _nullable(operation: Operation, name: str) -> bool:
    answered = operation.responses[0].schema or {}
    return "null" in answered.get("properties", {}).get(name, {}).get("type", ())


def _create_aims(contract: Contract) -> Iterator[Aim]:
    operation = contract.operations["image.create"]
    schema = _schema(operation)

    def aim(place: str, words: str, due: Standing, drafts: SearchStrategy[Draft], **rest: Any) -> Aim:
        named = f"image.create.body.{place}"
        return Aim("image.create", named if named in contract.requirements else "image.create.request", place, words, due, drafts, **rest)

    for name, node in schema["properties"].items():
        yield aim(name, "valid", Standing.VALID, valid_values(name, node).map(lambda value, name=name: _create({name: value})))
        for words, values in broken_values(_sendable(name, node), nullable=_nullable(operation, name)):
            yield aim(name, words, Standing.BROKEN, values.map(lambda value, name=name: _create({name: value})))
    yield aim("members together", "valid", Standing.VALID, _together(schema))
    yield aim("further property", "valid", Standing.VALID, _properties(1).map(_create))
    for words, values in broken_values(schema["additionalProperties"]):
        yield aim("further property", words, Standing.BROKEN, values.map(lambda value: _create({OWN_PROPERTY + "p": value})))
    most = schema.get("x-max-additional")
    if most is not None:
        many = st.integers(most + 1, most + 20).map(lambda size: _create({f"{OWN_PROPERTY}{index}": "" for index in range(size)}))
        yield aim("further property", f"is there more than {most} times", Standing.BROKEN, many)
        yield aim("further property", f"valid, {most} of them", Standing.VALID, st.just(_create({f"{OWN_PROPERTY}{i}": "" for i in range(most)})))
    for place, make in (("name", lambda value: _create({"name": value})), ("tags", lambda value: _create({"tags": [value]})),
                        ("further property", lambda value: _create({OWN_PROPERTY + "p": value}))):  # fmt: skip
        astral = st.text(st.one_of(_ASTRAL, _BMP), min_size=1, max_size=20).filter(lambda value: any(ord(char) > 0xFFFF for char in value))
        yield aim(place, "has characters outside the BMP", Standing.VALID, astral.map(make), may_refuse=True)
        for words, odd in (("has a lone surrogate", "a\ud800b"), ("has a NUL", "a\0b")):
            yield aim(place, words, Standing.OPEN, st.just(make(odd)))
    for name in kept_members(contract):
        yield aim(name, "is kept by the service", Standing.OPEN, st.sampled_from(["x", 7, None, []]).map(lambda value, name=name: _create({name: value})))
    yield from (aim(*row) for row in _open_creates())
    object_body = {"name": NAME, "min_ram": 1}
    for words, drafts in _bodies(object_body, "object"):
        yield aim("body", words, Standing.BROKEN, drafts)
    yield from (aim(*row) for row in _odd_bodies(object_body, operation))


def _properties(least: int = 0) -> SearchStrategy[dict[str, str]]:
    names = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=12).map(lambda word: OWN_PROPERTY + word)
    return st.dictionaries(names, text(255), min_size=least, max_size=4)


def _together(schema: Schema) -> SearchStrategy[Draft]:
    """Any combination of members; the name keeps the mark at its start, so that the image can be found whatever else is sent."""
    members = {name: valid_values(name, node) for name, node in schema["properties"].items() if name != "name"}
    name = text(MOST_TEXT).map(lambda suffix: NAME + suffix)

    def draft(chosen: dict[str, Any], properties: dict[str, str], ascii: bool) -> Draft:
        if chosen.get("disk_format", "x")[0] == "a" or chosen.get("container_format", "x")[0] == "a":
            chosen = {key: value for key, value in chosen.items() if key != "container_format"}  # ami, ari, aki go by themselves
        sent = {**chosen, **properties}
        return Draft(encoded(sent, ascii=ascii), members=sent)

    return st.builds(draft, st.fixed_dictionaries({"name": name}, optional=members), _properties(), st.booleans())


def _open_creates() -> Iterator[tuple[str, str, Standing, SearchStrategy[Draft]]]:
    names = st.sampled_from(["", " ", "a b", "a/b", "a~b", "a\0b", "属性", "name ", "n" * 256, "n" * 5000, "\U0001f5bc", "a\ud800"])
    yield "name of a further property", "is no plain word", Standing.OPEN, names.map(lambda name: _create({name: "x"}))
    words = st.sampled_from(["deleted", "is_public", "properties", "members", "os_hidden", "os_hash_algo", "os_glance_x", "stores", "links",
                             "image_id", "metadata", "__class__", "self_", "context", "direct_url"])  # fmt: skip
    yield "name of a further property", "is another word", Standing.OPEN, words.map(lambda name: _create({name: "x"}))
    yield "further property", "is null", Standing.OPEN, st.just(_create({OWN_PROPERTY + "p": None}))
    yield "further property", "is longer than 255", Standing.OPEN, st.sampled_from([256, 70000]).map(lambda size: _create({OWN_PROPERTY + "p": "x" * size}))
    yield "min_ram", "is an integer written as a fraction", Standing.OPEN, st.sampled_from([1.0, 0.0, 512.0]).map(lambda value: _create({"min_ram": value}))
    yield "tags", "has an item twice", Standing.OPEN, st.just(_create({"tags": ["a", "a"]}))
    yield "id", "is a uuid in upper case", Standing.OPEN, st.just(_create({"id": ID.upper()}))


# --- bodies that are no JSON, or odd JSON ---------------------------------------------------------------------------


def _bodies(good: Any, kind: str) -> Iterator[tuple[str, SearchStrategy[Draft]]]:
    """(words, drafts): bodies that are no JSON text, or one of another type than the body that is good."""
    data = encoded(good)
    yield "is empty", st.sampled_from([b"", b" ", b"\n\t "]).map(Draft)
    cuts = st.integers(1, len(data) - 1).map(lambda size: data[:size])
    forms = st.sampled_from([data + b" x", data + data, b"/**/" + data, data.replace(b'"', b"'"), data.replace(b'"name"', b"name").replace(b'"op"', b"op"),
                             b"name=" + NAME.encode(), b"\0" + data, data[:-1] + b"," + data[-1:],
                             b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + NAME.encode() + b"\r\n--x--\r\n"])  # fmt: skip
    yield "is not JSON", st.one_of(forms, cuts).map(Draft)
    wide = [json.dumps(good).encode(name) for name in ("utf-16", "utf-16-le", "utf-32")]
    bad = [data.replace(NAME.encode(), piece + NAME.encode()).replace(b"/min", piece + b"/min") for piece in (b"\xe9", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80")]
    yield "is not UTF-8", st.sampled_from([*bad, wide[0], wide[2]]).map(Draft)
    number = b"[%s]" if kind == "array" else b'{"name": "' + NAME.encode() + b'", "min_ram": %s}'
    yield "has NaN or Infinity", st.sampled_from([b"NaN", b"Infinity", b"-Infinity"]).map(lambda token: Draft(number % token))
    deep = st.sampled_from([100, 900, 5000, 100000])
    yield "is nested too deep", st.builds(_nested, deep, st.sampled_from(["array", "object", "open", "member"]), st.just(kind))
    for other, values in _kinds().items():
        words, standing = rule_of({"type": kind}, _sample(other))
        if standing is Standing.BROKEN and words.startswith(f"is {other} instead of"):
            yield words, values.map(lambda value: Draft(encoded(value)))


def _nested(levels: int, form: str, kind: str) -> Draft:
    if form == "open":
        return Draft(b"[" * levels)
    if form == "object":
        return Draft(b'{"a":' * levels + b"1" + b"}" * levels)
    inner = b"[" * levels + b"]" * levels
    if form == "array":
        return Draft(inner)
    return Draft(b'[{"op": "replace", "path": "/tags", "value": ' + inner + b"}]" if kind == "array" else b'{"tags": ' + inner + b"}")


def _odd_bodies(good: Any, operation: Operation) -> Iterator[tuple[str, str, Standing, SearchStrategy[Draft]]]:
    """What JSON or HTTP leaves to the receiver."""
    data = encoded(good)
    yield "body", "has a byte order mark", Standing.OPEN, st.just(Draft(b"\xef\xbb\xbf" + data))
    twice = data.replace(b'"min_ram": 1', b'"min_ram": 1, "min_ram": 2').replace(b'"op": ', b'"op": "add", "op": ')
    yield "body", "has a member twice", Standing.OPEN, st.just(Draft(twice))
    own = operation.request_media_type or ""
    yield "content-type", "is missing", Standing.OPEN, st.just(Draft(data, headers={"Content-Type": None}))
    others = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/octet-stream",
              "application/json-patch+json", "application/openstack-images-v2.0-json-patch", ";;;", "x", "*/*"]  # fmt: skip
    yield "content-type", "is another one", Standing.OPEN, st.sampled_from(others).map(lambda value: Draft(data, headers={"Content-Type": value}))
    older = b'[{"replace": "/min_ram", "value": 1}]', b'[{"replace": 7, "value": 1}]'
    if isinstance(good, list):
        media = {"Content-Type": "application/openstack-images-v2.0-json-patch"}
        yield "content-type", "is that of an older patch", Standing.OPEN, st.sampled_from(older).map(lambda body: Draft(body, headers=media))
    charsets = st.sampled_from(["latin-1", "utf-16", "nonesuch"])
    yield "content-type", "names another charset", Standing.OPEN, charsets.map(lambda name: Draft(data, headers={"Content-Type": f"{own}; charset={name}"}))


# --- patch ----------------------------------------------------------------------------------------------------------


def _patch(*operations: Any, members: Mapping[str, Any] | None = None, **rest: Any) -> Draft:
    return Draft(encoded(list(operations)), members=members or {}, **rest)


def _change(name: str, value: Any, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": "/" + name.replace("~", "~0").replace("/", "~1"), "value": value}


def _patch_aims(contract: Contract) -> Iterator[Aim]:
    create, operation = contract.operations["image.create"], contract.operations["image.patch"]
    node = _schema(operation)["items"]["properties"]
    documented = {name: schema for name, schema in _schema(create)["properties"].items() if name != "id"}

    def aim(part: str, place: str, words: str, due: Standing, drafts: SearchStrategy[Draft], **rest: Any) -> Aim:
        return Aim("image.patch", f"image.patch.{part}", place, words, due, drafts, **rest)

    def led(item: Any, first: bool) -> Draft:
        """The operation alone, or after one that is right: a refused list must leave no half."""
        return _patch(_change("min_disk", 7), item) if first else _patch(item)

    def leads(values: SearchStrategy[Any]) -> SearchStrategy[Draft]:
        return st.builds(led, values, st.booleans())

    ops = st.sampled_from(["replace", "add"])
    for name, schema in documented.items():
        sent = _unmarked(name, valid_values(name, schema))
        yield aim("stored", f"/{name}", "valid", Standing.VALID,
                  st.builds(lambda value, op, name=name: _patch(_change(name, value, op), members={name: value}), sent, ops))  # fmt: skip
        for words, values in broken_values(_sendable(name, schema), nullable=_nullable(create, name)):
            yield aim("body.value", f"/{name}", words, Standing.BROKEN, leads(st.builds(lambda value, op, name=name: _change(name, value, op), values, ops)))
    yield aim("stored", "operations together", "valid", Standing.VALID, _several(documented))
    rule = member_schema(contract, OWN_PROPERTY + "p") or {}
    for words, values in broken_values(rule):
        yield aim("body.value", "/further property", words, Standing.BROKEN, leads(values.map(lambda value: _change(OWN_PROPERTY + "p", value, "add"))))
    astral = st.text(_ASTRAL, min_size=1, max_size=8)
    for name, place in ((OWN_PROPERTY + "p", "/further property"), ("name", "/name")):
        make = (lambda value, name=name: _patch(_change(name, NAME + value if name == "name" else value, "add"),
                                                members={name: NAME + value if name == "name" else value}))  # fmt: skip
        yield aim("stored", place, "has characters outside the BMP", Standing.VALID, astral.map(make), may_refuse=True)
        for words, odd in (("has a lone surrogate", "a\ud800b"), ("has a NUL", "a\0b")):
            yield aim("body.value", place, words, Standing.OPEN, st.just(_patch(_change(name, odd, "add"))))
    for name in ("id", *kept_members(contract)):
        if name != "owner":  # a cloud that lets it be changed has given the image away, out of our reach
            odd_values = st.sampled_from(["x", 7, None])
            yield aim("body.value", f"/{name}", "is kept by the service", Standing.OPEN, odd_values.map(lambda value, name=name: _patch(_change(name, value))))
    for words, values in broken_values(node["op"]):
        yield aim("body.op", "op", words, Standing.BROKEN, leads(values.map(lambda value: {**_change("min_ram", 5), "op": value})))
    foreign = st.sampled_from(["move", "copy", "test"]).map(lambda op: {"op": op, "from": "/min_ram", "path": "/min_disk", "value": 0})
    yield aim("body.op", "op", "is not in the enumeration", Standing.BROKEN, leads(foreign))
    for words, paths in _broken_paths():
        yield aim("body.path", "path", words, Standing.BROKEN, leads(st.builds(lambda path, op: {"op": op, "path": path, "value": "x"}, paths, ops)))
    for member in ("op", "path", "value"):
        whole = _change("min_ram", 5)
        yield aim(f"body.{member}", member, "is missing", Standing.BROKEN,
                  leads(st.sampled_from([{key: value for key, value in {**whole, "op": op}.items() if key != member} for op in ("replace", "add")])))  # fmt: skip
    for op in ("replace", "remove"):
        absent = {"op": op, "path": f"/{OWN_PROPERTY}absent", **({"value": "x"} if op == "replace" else {})}
        yield aim(f"operation.{op}", "path", f"leads to nothing that {op} can find", Standing.BROKEN, leads(st.just(absent)), by_state=True)
    for kind, values in _kinds().items():
        if "object" not in kind:
            words = f"has an item that is {kind.removeprefix('empty ').replace('numeric ', '').split(' with')[0].replace('fraction', 'number')} instead of object"
            yield aim("request", "body", words, Standing.BROKEN, leads(values))
    good = [_change("min_ram", 1)]
    for words, drafts in _bodies(good, "array"):
        yield aim("request", "body", words, Standing.BROKEN, drafts)
    yield from (aim("request", *row) for row in _odd_bodies(good, operation))
    odd_paths = ["/", "//", "/tags/0", "/tags/-", "/name/x", "/a/b", "/locations/-", "/min_ram/0"]
    yield aim("body.path", "path", "leads to no member", Standing.OPEN, st.sampled_from(odd_paths).map(lambda path: _patch({"op": "add", "path": path, "value": "x"})))
    odd_names = ["name ", " ", "a\0b", "属性", "n" * 300, "\U0001f5bc", "a\ud800", "a~b", "a/b"]
    yield aim("body.path", "name of a further property", "is no plain word", Standing.OPEN,
              st.builds(lambda name, op: _patch(_change(name, "x", op)), st.sampled_from(odd_names), ops))  # fmt: skip
    bare = [{"op": "remove", "path": f"/{name}"} for name in (*documented, "id", "created_at", "locations", "tags/0")]
    yield aim("body.path", "path", "removes what may be documented", Standing.OPEN, st.sampled_from(bare).map(_patch))
    yield aim("request", "body", "has an unknown member", Standing.OPEN, st.just(_patch({**_change("min_ram", 5), "from": "/name", "x": 1})))
    yield aim("request", "body", "is a thousand operations", Standing.OPEN, st.just(_patch(*[_change("min_ram", number) for number in range(1000)])))


def _unmarked(name: str, values: SearchStrategy[Value]) -> SearchStrategy[Value]:
    """A changed name keeps the mark of the run at its start."""
    return text(MOST_TEXT).map(lambda suffix: NAME + suffix) if name == "name" else values


def _broken_paths() -> Iterator[tuple[str, SearchStrategy[Value]]]:
    yield from broken_values({"type": "string"})
    yield "is empty", st.just("")
    yield "does not begin with a slash", st.sampled_from(["name", "min_ram/", "~1name", " /name", "#/name", "\\name"])
    yield "has a bad escape", st.sampled_from(["/a~2b", "/a~", "/~", "/min~ram"])


def _several(documented: Mapping[str, Schema]) -> SearchStrategy[Draft]:
    """Lists of operations with the members that they leave behind: each member once, each property added, changed, removed."""
    changes = st.fixed_dictionaries({}, optional={name: _unmarked(name, valid_values(name, schema)) for name, schema in documented.items()})
    lives = st.dictionaries(st.sampled_from(["p", "q", "中".encode().hex()]).map(lambda word: OWN_PROPERTY + word),
                            st.tuples(text(255), st.none() | text(255), st.booleans()), max_size=3)  # fmt: skip

    def draft(members: dict[str, Any], lives: dict[str, tuple[str, str | None, bool]], backwards: bool) -> Draft:
        rows = [[_change(name, value, "add" if backwards else "replace")] for name, value in members.items()]
        left: dict[str, Any] = dict(members)
        for name, (first, second, gone) in lives.items():
            steps = [_change(name, first, "add")]
            if second is not None:
                steps.append(_change(name, second))
            if gone:
                steps.append({"op": "remove", "path": f"/{name}"})
            left[name] = None if gone else first if second is None else second
            rows.append(steps)
        operations = [step for row in (reversed(rows) if backwards else rows) for step in row]
        return _patch(*operations, members=left)

    return st.builds(draft, changes, lives, st.booleans())


# --- query and path -------------------------------------------------------------------------------------------------


def _query_aims(operation: Operation) -> Iterator[Aim]:
    def aim(name: str, words: str, due: Standing, values: SearchStrategy[Any]) -> Aim:
        drafts = values.map(lambda value: Draft(query=value if isinstance(value, str) else urlencode(value)))
        known = name in {item.name for item in operation.query}
        return Aim(operation.id, f"{operation.id}.query.{name}" if known else f"{operation.id}.response.200", name, words, due, drafts)

    for parameter in operation.query:
        name, schema = parameter.name, parameter.schema
        if name in {"sort-key", "sort-dir"}:
            continue  # advisory twins, without values of their own
        if schema.get("type") == "integer":
            for words, values in _broken_integers():
                yield aim(name, words, Standing.BROKEN, values.map(lambda value, name=name: f"{name}={quote(value)}"))
            for words, sample in (("is an integer with a sign, zeros or blanks", ["+1", " 1", "007"]), ("is beyond 64 bits", ["9" * 20, "1" + "0" * 400, HUGE_TEXT])):
                yield aim(name, words, Standing.OPEN, st.sampled_from(sample).map(lambda value, name=name: f"{name}={quote(value)}"))
            yield aim(name, "valid", Standing.VALID, st.sampled_from([0, 1, 2, 25, 1000]).map(lambda value, name=name: {name: value}))
        else:
            for words, values in broken_values({**schema, "type": "string"}):
                if " instead of " not in words:
                    yield aim(name, words, Standing.BROKEN, values.map(lambda value, name=name: {name: value}))
            yield aim(name, "valid", Standing.VALID, _parameter_values(schema).map(lambda value, name=name: {name: value}))
            for words, sample in (("has a NUL", ["%00", "a%00b"]), ("has characters outside the BMP", ["%F0%9F%96%BC"])):
                if "enum" not in schema and "format" not in schema:
                    yield aim(name, words, Standing.OPEN, st.sampled_from(sample).map(lambda value, name=name: f"{name}={value}"))
        yield aim(name, "is not UTF-8", Standing.BROKEN, st.sampled_from(["%ff", "%E9", "%C0%AF", "%ED%A0%80"]).map(lambda value, name=name: f"{name}={value}"))
        yield aim(name, "is there twice", Standing.OPEN, _parameter_values(schema).map(lambda value, name=name: [(name, value), (name, value)]))
    yield aim("query", "has an unknown parameter", Standing.OPEN, st.sampled_from(UNKNOWN_QUERIES))


UNKNOWN_QUERIES = (
    "no_such_parameter=x", "marker=", "marker=x", "marker=%00", "size_min=x", "size_min=99999999999999999999", "size_max=-1", "min_ram=x",
    "created_at=gt:x", "created_at=gt:2020-01-01T00:00:00Z", "created_at=gt:0001-01-01T00:00:00%2B14:00", "created_at=:", "updated_at=",
    "updated_at=lt:9999-12-31T23:59:59-14:00", "protected=x", "visibility=x", "member_status=x", "tag=%00", "owner=", "sort=", "sort=:",
    "sort=name:asc:desc", "sort=name:up", "os_hidden=x", "properties=x", "deleted=true", "%F0%9F%96%BC=x", "%00=x", "%ff=x", "=x", "&&", "%", "a[]=x",
    "id=in:", "disk_format=in:%22", "checksum=%00", "is_public=x", "filters=x", "size=9999999999999999999999", "name[]=x", "limit[]=1",
)  # fmt: skip
"""Parameters that the document does not have; a server may know them, and must not break over them."""


def _broken_integers() -> Iterator[tuple[str, SearchStrategy[str]]]:
    yield "is below the minimum", st.integers(-(2**63) + 1, -1).map(str)
    yield "is far below the minimum", st.sampled_from([str(-(2**63)), "-" + "9" * 30])
    yield "is empty", st.sampled_from(["", " "])
    yield "is a word instead of integer", st.one_of(st.sampled_from(["ten", "null", "true", "0x10", "1,2", "--1", "1;", "NaN", "Infinity"]), _WORD)
    yield "is a fraction instead of integer", st.sampled_from(["1.5", "1.0", "1e1", "0.1"])
    yield "is digits in another spelling", st.sampled_from(["1_0", "１０", "١٠"])


def _parameter_values(schema: Schema) -> SearchStrategy[str]:
    if "enum" in schema:
        return st.sampled_from([str(item) for item in schema["enum"]])
    if schema.get("format") == "date-time":
        zones = st.sampled_from(["Z", "+00:00", "+08:00", "-05:30"])
        return st.builds(lambda moment, zone: f"{moment:%Y-%m-%dT%H:%M:%S}{zone}", st.datetimes(min_value=_YEAR, max_value=_LATER), zones)
    if schema.get("type") == "integer":
        return st.sampled_from(["0", "1", "25"])
    return text(MOST_TEXT)


def _path_aims(operation: Operation) -> Iterator[Aim]:
    parameter = next(item for item in operation.parameters if item.location == "path")
    requirement = f"{operation.id}.path.{parameter.name}"
    place = f"path.{parameter.name}"
    body, headers = (encoded([_change("min_ram", 5)]), {}) if operation.id == "image.patch" else (b"", {})

    def drafts(paths: SearchStrategy[str]) -> SearchStrategy[Draft]:
        return paths.map(lambda path: Draft(body, path=path, headers=headers))

    for words, values in broken_values(parameter.schema):
        if " instead of " in words or words == "is empty":
            continue
        # The id of an image that is there, written so that only a careless reader takes it for that.
        near = st.one_of(values.map(lambda value: value.replace(ID, EXISTING).replace(ID.replace("-", ""), EXISTING.replace("-", ""))), values)
        yield Aim(operation.id, requirement, place, words, Standing.BROKEN, drafts(near.map(lambda value: quote(value, safe=""))))
    long = st.sampled_from(["x" * 300, "x" * 3000, quote("镜" * 100), "%F0%9F%96%BC", "%27%20or%20%271%27=%271", "*", "%25", "a%00b", "-1", "null"])
    yield Aim(operation.id, requirement, place, "is not a uuid", Standing.BROKEN, drafts(long))
    yield Aim(operation.id, requirement, place, "is not UTF-8", Standing.BROKEN, drafts(st.sampled_from(["%ff", "%E9", "%C0%AE", "%ED%A0%80"])))
    odd = st.sampled_from(["%2e%2e", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fimages", "x%2fy", "..;", "%5c..%5c", "x;y=1", "%2f", "..%00"])
    yield Aim(operation.id, requirement, place, "is no path segment", Standing.OPEN, drafts(odd))
