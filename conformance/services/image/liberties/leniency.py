"""Liberties of leniency: other spellings that a server takes for what they mean, what it passes over, and the statuses
with which it refuses what the document does not speak of (rulings 44, 48 and 49).

Each is told as advice on the requirements that it `remarks`, and breaks nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from conformance.model import requirement_id as rid
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import sent
from conformance.services.image.faults.stages import Body, asking, creating, patching
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = ["liberties"]

CREATE, PATCH, LIST = "image.create", "image.patch", "image.list"
ADDRESSING = ("image.delete", "image.download", PATCH)
"""Operations with an id in their path that the document has."""
PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
DOCUMENTED = frozenset(
    {"changes-since", "name", "status", "sort-key", "sort_key", "sort-dir", "sort_dir", "type", "limit", "marker"}
)
"""Parameters of a list, and that by which upstream leads to the next page."""
DIGITS = re.compile(r"[0-9a-fA-F]{32}")
MOST = 128
"""Tags of an image, and properties that the document does not name (ruling 8)."""
LONGEST = 255
"""Characters of a name, a tag or a property."""
MOST_URL = 4096
"""Characters of a URL; a list by a name of 255 characters, each of twelve in a URL, is shorter."""


def liberties() -> Iterator[Fault]:
    """Every liberty of leniency."""
    yield from _queries()
    yield from _bodies()
    yield from _addresses()
    yield from _passed_over()
    yield from _statuses()


def _liberty(name: str, remarks: Iterable[str], said: str, hooks: Hooks) -> Fault:
    return Fault(f"liberty.{name}", (), said, hooks, remarks=tuple(remarks))


# --- the query of a list --------------------------------------------------------------------------------------------

Reading = Callable[[str], str]


def _queries() -> Iterator[Fault]:
    def liberty(word: str, said: str, read: Reading, *names: str) -> Fault:
        def change(query: dict[str, str]) -> dict[str, str]:
            return {name: read(value) if name in names else value for name, value in query.items()}

        return _liberty(f"query.{word}", [rid.lenient(LIST)], said, asking(change))

    sort = ("sort_key", "sort_dir", "sort-key", "sort-dir")
    yield liberty("padded", "blanks around sort keys and directions are passed over", str.strip, *sort)
    yield liberty("any-case", "sort keys and directions are read in any case", str.lower, *sort)
    yield liberty("any-digits", "a limit is read in any digits, with sign, zeros and blanks", _any_digits, "limit")
    yield liberty("whole-fraction", "a limit is read as a fraction of zeros, and as a power of ten", _whole, "limit")
    yield _liberty(
        "query.unknown",
        [rid.lenient(LIST)],
        "parameters that the document does not have are passed over",
        Hooks(query=lambda _call, query: [pair for pair in query if pair[0] in DOCUMENTED]),
    )


def _any_digits(text: str) -> str:
    """As Python reads an integer: `+5`, ` 5`, `05`, `1_0`, full-width digits."""
    try:
        return str(int(text)) if len(text) < 100 else text
    except ValueError:
        return text


def _whole(text: str) -> str:
    number = re.fullmatch(r"([0-9]{1,9})(?:\.0*)?(?:e([0-9]{1,2}))?", text)
    return number[1] + "0" * int(number[2] or 0) if number is not None else text


# --- bodies ---------------------------------------------------------------------------------------------------------

ENUMERATIONS: Mapping[str, tuple[str, ...]] = {
    "container_format": ("ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"),
    "disk_format": ("ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"),
    "visibility": ("private", "shared"),
}


def _bodies() -> Iterator[Fault]:
    readings: Mapping[str, tuple[str, Reading]] = {
        "padded": ("with blanks around them", str.strip),
        "any-case": ("in any case", str.lower),
    }
    for word, (how, read) in readings.items():
        said = f"keywords of a body are taken {how}"
        yield _liberty(f"create.{word}", [rid.lenient(CREATE)], f"create: {said}", creating(partial(_keywords, read)))
        yield _liberty(f"patch.{word}", [rid.lenient(PATCH)], f"patch: {said}", patching(partial(_values, read)))
    yield _liberty(
        "create.id",
        [rid.lenient(CREATE)],
        "an own id is taken with blanks, braces or a prefix around it, or without hyphens",
        creating(lambda body: {**body, "id": _usual(body["id"])} if isinstance(body.get("id"), str) else body),
    )


def _keyword(read: Reading, name: str, value: Any) -> Any:
    """The keyword of this member that a text means; any other value as it is."""
    if not isinstance(value, str) or name not in ENUMERATIONS:
        return value
    return read(value) if read(value) in ENUMERATIONS[name] else value


def _keywords(read: Reading, body: Body) -> Body:
    return {name: _keyword(read, name, value) for name, value in body.items()}


def _values(read: Reading, items: list[Any]) -> list[Any]:
    def value(item: dict[str, Any]) -> dict[str, Any]:
        name = str(item.get("path", "")).removeprefix("/")
        return {**item, "value": _keyword(read, name, item["value"])} if "value" in item else item

    return [value(item) if isinstance(item, dict) else item for item in items]


def _usual(text: str) -> str:
    """A UUID in its usual form; any other text as it is."""
    digits = text.strip().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    if not DIGITS.fullmatch(digits):
        return text
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# --- ids in paths ---------------------------------------------------------------------------------------------------


def _addresses() -> Iterator[Fault]:
    def addressed(read: Reading) -> Hooks:
        return Hooks(request=lambda call: replace(call, image_id=read(call.image_id)) if call.image_id else call)

    told = [rid.lenient(name) for name in ADDRESSING]
    said = "an id in a path is taken"
    yield _liberty("path.padded", told, f"{said} with blanks and line breaks around it", addressed(str.strip))
    yield _liberty("path.any-form", told, f"{said} in braces, as a URN, or without hyphens", addressed(_usual))


# --- what is passed over --------------------------------------------------------------------------------------------


def _passed_over() -> Iterator[Fault]:
    def untyped(call: Call) -> Call:
        media = {CREATE: JSON_TYPE, PATCH: PATCH_TYPE}.get(call.operation)
        return replace(call, headers={"content-type": media, **call.headers}) if media is not None else call

    def unasked(call: Call) -> Call:
        return replace(call, body=b"") if call.method in {"GET", "DELETE"} else call

    def known(items: list[Any]) -> list[Any]:
        names = {"op", "path", "value"}
        return [
            {name: item[name] for name in item if name in names} if isinstance(item, dict) else item for item in items
        ]

    told = [rid.lenient(name) for name in (CREATE, PATCH)]
    yield _liberty(
        "body.untyped", told, "a body without Content-Type is what the call asks for", Hooks(request=untyped)
    )
    told = [rid.lenient(name) for name in (LIST, "image.download", "image.delete")]
    yield _liberty("body.unasked", told, "the body of a call that has none is passed over", Hooks(request=unasked))
    said = "members of an operation that JSON Patch does not have are passed over"
    yield _liberty("patch.more", [rid.lenient(PATCH)], said, patching(known))


# --- statuses -------------------------------------------------------------------------------------------------------


def _statuses() -> Iterator[Fault]:
    too_much, media_type = "status.too-much", "status.media-type"

    def many_properties(call: Call) -> bool:
        named = {*ENUMERATIONS, "id", "min_disk", "min_ram", "name", "protected", "tags"}
        return call.operation == CREATE and len(sent(call).keys() - named) > MOST

    yield _liberty("status.tags-413", [too_much], "too many tags are refused with 413", _refused(413, _many_tags))
    said = "too many properties are refused with 413"
    yield _liberty("status.properties-413", [too_much], said, _refused(413, many_properties))
    yield _liberty("status.name-413", [too_much], "a name that is too long is refused with 413", _refused(413, _long))
    too_long = Hooks(answer=lambda call, answer, _store: _retold(414, answer) if _too_long(call, answer) else answer)
    yield _liberty("status.url-414", [too_much], "a URL that is too long is refused with 414", too_long)
    said = "another media type than that of the call is refused with 415"
    yield _liberty("status.media-type-415", [media_type], said, _refused(415, _another_type))
    unknown = Hooks(answer=lambda call, answer, _store: _retold(422, answer) if _strange(call, answer) else answer)
    said = "a parameter that the document does not have is refused with 422"
    yield _liberty("status.unknown-422", ["status.unknown-parameter"], said, unknown)


def _refused(status: int, holds: Callable[[Call], bool]) -> Hooks:
    """A refusal with this status where the reference refuses with 400 or 404."""

    def answer(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return _retold(status, answer) if answer.status in {400, 404} and holds(call) else answer

    return Hooks(answer=answer)


def _retold(status: int, answer: Answer) -> Answer:
    """A failure with this status in place of the answer."""
    title = {413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type"}.get(status, "Refused")
    body = {"error": {"message": "This service does not take that.", "code": status, "title": title}}
    return replace(answer, status=status, body=body, raw=None, media_type=JSON_TYPE)


def _many_tags(call: Call) -> bool:
    """Whether a create or a patch has more tags than an image may have."""
    try:
        body = json.loads(call.body)
    except (ValueError, RecursionError):
        return False
    rows = body if call.operation == PATCH and isinstance(body, list) else [body]
    members = [row.get("value" if call.operation == PATCH else "tags") for row in rows if isinstance(row, dict)]
    return any(isinstance(tags, list) and len(tags) > MOST for tags in members)


def _long(call: Call) -> bool:
    name = sent(call).get("name") if call.operation == CREATE else None
    return isinstance(name, str) and len(name) > LONGEST


def _too_long(call: Call, answer: Answer) -> bool:
    return call.service == "image" and answer.status != 401 and len(f"{call.path}?{urlencode(call.query)}") > MOST_URL


def _another_type(call: Call) -> bool:
    wanted = {CREATE: JSON_TYPE, PATCH: PATCH_TYPE}.get(call.operation)
    return wanted is not None and call.caller is not None and call.media_type != wanted


def _strange(call: Call, answer: Answer) -> bool:
    """Whether a list was refused and has a parameter that the document does not have."""
    return call.operation == LIST and answer.status == 400 and any(name not in DOCUMENTED for name, _ in call.query)
