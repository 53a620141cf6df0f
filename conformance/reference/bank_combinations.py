"""Faults of one value, and of two that come together: every member is right until it has this value, or stands beside that one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract import Contract
from conformance.reference.bank_lists import asks, rows
from conformance.reference.faults import Fault, Hooks
from conformance.reference.service import Answer, Call
from conformance.reference.store import DEFAULTS, Caller, Image, Refused, Store, document, pointer

__all__ = ["combination_faults"]

PROPERTY = "property"
"""Stands for the further properties of an image among its members."""
VALUES: Mapping[str, Sequence[Any]] = {
    "container_format": ("docker", "ovf"), "disk_format": ("iso", "raw"), "min_disk": (40, 1), "min_ram": (1, 0), "protected": (True, False),
    "tags": (["one"], []), "visibility": ("shared", "private"),
}  # fmt: skip
"""Member -> the values beside which another member is lost."""


LIKENESSES: Mapping[str, Callable[[str], str]] = {
    "half": lambda password: password[: len(password) // 2], "empty": lambda _password: "", "longer": lambda password: f"{password}x",
    "case": str.swapcase,
}  # fmt: skip


def combination_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of values and of their combinations."""
    yield from _values(contract)
    yield from _companions(contract)
    yield from _formats()
    yield from _refusals()
    yield from _texts()
    yield from _paths()
    yield from _strangers()
    yield from _likenesses()
    yield from _lists()
    yield from _rest()


def _operations(call: Call) -> list[dict[str, Any]]:
    """The operations of a patch; none for any other body."""
    try:
        body = json.loads(call.body)
    except ValueError:
        return []
    return [item for item in body if isinstance(item, dict)] if call.operation == "image.patch" and isinstance(body, list) else []


def _named(call: Call) -> set[str]:
    """The members that a patch names."""
    return {str(item.get("path", "")).removeprefix("/") for item in _operations(call)}


def _values(contract: Contract) -> Iterator[Fault]:
    schema = contract.operations["image.create"].request_schema or {}
    for name, node in schema["properties"].items():
        values = [value for value in node.get("enum", ()) if value not in {"public", "community"}]
        for value, other in zip(values, [*values[1:], *values[:1]], strict=True):
            yield Fault(f"image.create.value.{name}.{value}", (f"image.create.body.{name}",), f"create stores {name} {value} as {other}",
                        Hooks(stored=partial(_as_another, "image.create", name, value, other)))  # fmt: skip
            yield Fault(f"image.patch.value.{name}.{value}", ("image.patch.stored",), f"patch stores {name} {value} as {other}",
                        Hooks(stored=partial(_as_another, "image.patch", name, value, other)))  # fmt: skip


def _as_another(operation: str, name: str, value: str, other: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation and image.members[name] == value and (operation == "image.create" or name in _named(call)):
        image.members[name] = other


def _companions(contract: Contract) -> Iterator[Fault]:
    names = [*VALUES, PROPERTY]
    for index, lost in enumerate(names):
        beside = [names[(index + step) % len(VALUES)] for step in (1, 3)]
        for number, other in enumerate(name for name in beside if name != lost):
            value = VALUES[other][number]
            promise = f"image.create.body.{lost}" if lost != PROPERTY else "image.create.request"
            yield Fault(f"image.create.beside.{lost}.{other}", (promise,), f"create loses {lost} when {other} is {value!r}",
                        Hooks(stored=partial(_lost_beside, lost, other, value)))  # fmt: skip
            yield Fault(f"image.patch.beside.{lost}.{other}", ("image.patch.stored",), f"patch loses {lost} when {other} is changed too",
                        Hooks(members=partial(_dropped_beside, lost, other)))  # fmt: skip


FORMATS = (("iso", "bare"), ("raw", "docker"), ("vmdk", "ovf"), ("ami", "ami"), ("vhdx", "compressed"))


def _formats() -> Iterator[Fault]:
    for (disk, container), lost in zip(FORMATS, ("min_disk", "min_ram", "tags", "visibility", PROPERTY), strict=True):
        yield Fault(f"image.create.formats.{lost}", (f"image.create.body.{lost}" if lost != PROPERTY else "image.create.request",),
                    f"create loses {lost} of images that are {disk} in {container}", Hooks(stored=partial(_lost_with, disk, container, lost)))  # fmt: skip


def _lost_with(disk: str, container: str, lost: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create" and (image.members["disk_format"], image.members["container_format"]) == (disk, container):
        _reset(image, lost)


def _reset(image: Image, name: str) -> None:
    if name == PROPERTY:
        image.properties.clear()
    else:
        image.members[name] = DEFAULTS[name]


def _lost_beside(lost: str, other: str, value: Any, call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create" and image.members[other] == value and f'"{other}"'.encode() in call.body:
        _reset(image, lost)


def _dropped_beside(lost: str, other: str, call: Call, body: Any, _store: Store) -> Any:
    named = _named(call)
    if other not in named:
        return body
    return [item for item in body if not _leads_to(lost, item)]


def _leads_to(name: str, item: Any) -> bool:
    path = str(item.get("path", "")).removeprefix("/") if isinstance(item, dict) else ""
    return path == name or (name == PROPERTY and path not in DEFAULTS and path != "")


def _refusals() -> Iterator[Fault]:
    promises = ("image.patch.atomic", "image.patch.request", "image.patch.body.value", "image.patch.read-only")
    for name in (*VALUES, PROPERTY):
        yield Fault(f"image.patch.refused.{name}", promises, f"a refused patch resets {name}", Hooks(answer=partial(_reset_though_refused, name)))


def _reset_though_refused(name: str, call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if call.operation == "image.patch" and answer.status == 400 and image is not None:
        _reset(image, name)
    return answer


def _texts() -> Iterator[Fault]:
    changes: dict[str, Callable[[str], str]] = {
        "leading-zeros": lambda text: text.lstrip("0") or text if text.isdecimal() else text,
        "number": lambda text: text.removesuffix(".0"),
        "true": lambda text: text.title() if text in {"true", "false"} else text,
        "null": lambda text: "" if text in {"null", "None"} else text,
        "trimmed": str.strip,
        "wide": lambda text: text.replace("Ａ", "A"),
        "unescaped": lambda text: text.replace("%41", "A"),
        "one-line": lambda text: text.replace("\n", " "),
        "cut-at-254": lambda text: text[:254],
    }
    for word, change in changes.items():
        for operation, promises in (("image.create", ("image.create.request", "image.create.body.tags")), ("image.patch", ("image.patch.operation.add", "image.patch.stored"))):
            yield Fault(f"{operation}.text.{word}", promises[:1], f"{operation} alters a further property: {word}", Hooks(stored=partial(_properties, operation, change)))
            yield Fault(f"{operation}.tag.{word}", promises[1:], f"{operation} alters a tag: {word}", Hooks(stored=partial(_tags, operation, change)))
    yield Fault("image.create.text.cut-at-255", ("image.create.request",), "create cuts a further property of more than 255 characters",
                Hooks(stored=partial(_properties, "image.create", lambda text: text[:255])))  # fmt: skip
    for operation, promise in (("image.create", "image.create.request"), ("image.patch", "image.patch.operation.add")):
        yield Fault(f"{operation}.description.cut", (promise,), "a description of more than 64 characters is cut", Hooks(stored=partial(_description, operation)))
        yield Fault(f"{operation}.property.dash", (promise,), "a dash in the name of a further property becomes an underscore",
                    Hooks(stored=partial(_dashes, operation)))  # fmt: skip
        yield Fault(f"{operation}.property.lower-case", (promise,), "the name of a further property is stored in lower case", Hooks(stored=partial(_lower_names, operation)))
    for operation, promise in (("image.create", "image.create.body.tags"), ("image.patch", "image.patch.stored")):
        yield Fault(f"{operation}.tags.one-case", (promise,), "of two tags that differ in case one is stored", Hooks(stored=partial(_one_case, operation)))
    for operation, promise in (("image.create", "image.create.body.name"), ("image.list", "image.list.response.200.images.name")):
        yield Fault(f"{operation}.name.number", (promise,), "a name of digits is answered as a number", Hooks(answer=partial(_number, operation)))


def _properties(operation: str, change: Callable[[str], str], call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {name: change(value) if isinstance(value, str) else value for name, value in image.properties.items()}


def _description(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation and isinstance(image.properties.get("description"), str):
        image.properties["description"] = str(image.properties["description"])[:64]


def _tags(operation: str, change: Callable[[str], str], call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.members["tags"] = [change(tag) for tag in image.members["tags"]]


def _dashes(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {name.replace("-", "_"): value for name, value in image.properties.items()}


def _lower_names(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.properties = {name.lower(): value for name, value in image.properties.items()}


def _one_case(operation: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == operation:
        image.members["tags"] = list({tag.lower(): tag for tag in image.members["tags"]}.values())


def _number(operation: str, call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != operation or answer.status >= 300:
        return answer
    return rows(answer, lambda found: [_counted(row) for row in found]) if operation == "image.list" else replace(answer, body=_counted(answer.body))


def _counted(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "name": int(body["name"])} if str(body["name"]).isdecimal() else body


def _paths() -> Iterator[Fault]:
    removal = ("image.patch.unchanged", "image.patch.operation.remove")
    matches: dict[str, Callable[[str, str], bool]] = {"prefix": str.startswith, "suffix": str.endswith}
    for word, match in matches.items():
        yield Fault(f"image.patch.remove.by-{word}", removal, f"a remove takes out properties of the same {word}", Hooks(stored=partial(_remove_alike, match)))
    yield Fault("image.patch.remove.last-only", ("image.patch.operation.remove",), "of several removes the last one is done", Hooks(members=_last_remove))
    for word, last in {"removes": "remove", "adds": "add"}.items():
        yield Fault(f"image.patch.atomic.{word}-last", ("image.patch.atomic", "image.patch.operation.replace"), f"of a list of operations the {word} come last",
                    Hooks(members=partial(_sorted, last)))  # fmt: skip
    for word, change in {"order": lambda path: path.replace("~01", "~1"), "tilde": lambda path: path.replace("~0", "~00")}.items():
        yield Fault(f"image.patch.path.{word}", ("image.patch.body.path",), f"the escapes of a path are read wrongly: {word}", Hooks(members=partial(_read_path, change)))


def _remove_alike(match: Callable[[str, str], bool], call: Call, image: Image, _store: Store) -> None:
    gone = [pointer(item["path"]) for item in _operations(call) if item.get("op") == "remove"]
    image.properties = {name: value for name, value in image.properties.items() if not any(match(name, item) for item in gone)}


def _last_remove(call: Call, body: Any, _store: Store) -> Any:
    removes = [item for item in _operations(call) if item.get("op") == "remove"]
    return [item for item in body if item not in removes[:-1]] if len(removes) > 1 else body


def _sorted(last: str, call: Call, body: Any, _store: Store) -> Any:
    return sorted(body, key=lambda item: isinstance(item, dict) and item.get("op") == last) if _operations(call) else body


def _read_path(change: Callable[[str], str], call: Call, body: Any, _store: Store) -> Any:
    if not _operations(call):
        return body
    return [{**item, "path": change(item["path"])} if isinstance(item, dict) and isinstance(item.get("path"), str) else item for item in body]


def _strangers() -> Iterator[Fault]:
    for name in (*DEFAULTS, PROPERTY):
        yield Fault(f"image.isolation.patch.{name}", ("image.isolation.patch",), f"another project may change {name}, and nothing else",
                    Hooks(handle=partial(_changed_by_stranger, name)))  # fmt: skip


    yield Fault("image.isolation.upload", ("image.isolation.patch",), "another project may give an image its data", Hooks(handle=_uploaded_by_stranger))
    for value in ("public", "community"):
        yield Fault(f"image.isolation.default.{value}", ("image.isolation.list", "image.isolation.show", "image.isolation.download"),
                    f"an image of which the request says nothing is {value}", Hooks(stored=partial(_opened, value)))  # fmt: skip


def _uploaded_by_stranger(call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    if call.operation != "image.upload" or image is None or image.owner == caller.project:
        return None
    image.data = call.body
    return Answer(204)


def _opened(value: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create" and b'"visibility"' not in call.body:
        image.members["visibility"] = value


def _changed_by_stranger(name: str, call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    operations = _operations(call)
    if image is None or image.owner == caller.project or len(operations) != 1 or not _leads_to(name, operations[0]):
        return None
    if name == PROPERTY:
        image.properties["touched"] = "x"
    else:
        image.members[name] = operations[0].get("value")
    return Answer(200, document(image))


def _likenesses() -> Iterator[Fault]:
    likes: dict[str, Callable[[Image, str], bool]] = {
        "start": lambda image, text: image.id.startswith(text), "longer": lambda image, text: text.startswith(image.id), "name": lambda image, text: image.members["name"] == text,
    }  # fmt: skip
    for operation in ("image.download", "image.patch", "image.delete"):
        for word, like in likes.items():
            yield Fault(f"{operation}.path.like.{word}", (f"{operation}.path.image_id",), f"{operation} finds an image by what is like its id: {word}",
                        Hooks(handle=partial(_found_by_likeness, operation, like)))  # fmt: skip


def _found_by_likeness(operation: str, like: Callable[[Image, str], bool], call: Call, caller: Caller, store: Store) -> Answer | None:
    if call.operation != operation or store.get(call.image_id) is not None:
        return None
    image = next((item for item in store.all() if item.owner == caller.project and like(item, call.image_id)), None)
    if image is None:
        return None
    if operation == "image.delete":
        store.drop(image.id)
        return Answer(204)
    return Answer(200, document(image)) if operation == "image.patch" else Answer(200, image.data or b"", media_type="application/octet-stream")


def _lists() -> Iterator[Fault]:
    def asked(change: Callable[[dict[str, str]], dict[str, str]]) -> Hooks:
        return Hooks(query=lambda _call, query: list(change(dict(query)).items()))

    def unless(dropped: str, other: str) -> Callable[[dict[str, str]], dict[str, str]]:
        return lambda query: {key: value for key, value in query.items() if key != dropped or other not in query}

    for dropped, other in (("limit", "changes-since"), ("limit", "status"), ("sort_key", "status"), ("sort_key", "changes-since"), ("sort_dir", "status"),
                           ("sort_dir", "limit"), ("sort_dir", "changes-since"), ("status", "changes-since"), ("status", "sort_key"), ("changes-since", "status"),
                           ("changes-since", "limit"), ("changes-since", "sort_key")):  # fmt: skip
        yield Fault(f"image.list.query.{dropped}.not-with-{other.replace('_', '-')}", (f"image.list.query.{dropped}",), f"{dropped} is ignored when {other} is given too",
                    asked(unless(dropped, other)))  # fmt: skip
    known = {"queued", "active"}
    yield Fault("image.list.query.status.unknown-is-all", ("image.list.query.status",), "a status that does not exist selects all images",
                asked(lambda query: {key: value for key, value in query.items() if key != "status" or value in known}))  # fmt: skip
    for word, mark in {"comma": ",", "bar": "|"}.items():
        yield Fault(f"image.list.query.name.{word}", ("image.list.query.name",), f"a {word} in a name separates several", Hooks(
            query=lambda _call, query: [pair for pair in query if pair[0] != "name"], visible=partial(_either, mark)))  # fmt: skip
    yield Fault("image.list.query.name.hash", ("image.list.query.name",), "a name ends at its hash sign",
                asked(lambda query: {**query, "name": query["name"].partition("#")[0]} if "name" in query else query))  # fmt: skip
    yield Fault("image.list.complete.ten", ("image.list.complete",), "no list holds more than ten images, and none has a next then", Hooks(answer=_ten))
    for word, letters in {"accents": "ÉE", "width": "ＥE"}.items():
        yield Fault(f"image.list.query.name.{word}", ("image.list.query.name",), f"name selects whatever the {word}", Hooks(
            query=lambda _call, query: [pair for pair in query if pair[0] != "name"], visible=partial(_alike, letters)))  # fmt: skip
    yield Fault("image.list.query.sort_key.first-page", ("image.list.query.sort_key",), "pages after the first are sorted by another key",
                asked(lambda query: {**query, "sort_key": "id"} if "marker" in query and "sort_key" in query else query))  # fmt: skip
    yield Fault("image.list.page.next.not-encoded", ("image.list.page.next", "image.list.page.complete"), "next holds the query without its encoding",
                Hooks(answer=_not_encoded))  # fmt: skip


def _either(mark: str, call: Call, images: list[Image], _store: Store) -> list[Image]:
    wanted = dict(call.query).get("name")
    return images if wanted is None else [image for image in images if str(image.members["name"]) in wanted.split(mark)]


def _ten(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != "image.list" or answer.status != 200 or len(answer.body["images"]) <= 10:
        return answer
    return rows(replace(answer, body={name: value for name, value in answer.body.items() if name != "next"}), lambda found: found[:10])


def _alike(letters: str, call: Call, images: list[Image], _store: Store) -> list[Image]:
    wanted = dict(call.query).get("name")
    if wanted is None:
        return images
    return [image for image in images if str(image.members["name"]).replace(letters[0], letters[1]) == wanted.replace(letters[0], letters[1])]


def _not_encoded(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != "image.list" or answer.status != 200 or "next" not in answer.body or not asks(call, "name"):
        return answer
    marker = answer.body["next"].rpartition("marker=")[2]
    query = "&".join(f"{name}={value}" for name, value in [*(pair for pair in call.query if pair[0] != "marker"), ("marker", marker)])
    return replace(answer, body={**answer.body, "next": f"/v2/images?{query}"})


def _rest() -> Iterator[Fault]:
    yield Fault("image.create.null.accepted", ("image.create.request", "image.create.response.201"), "a create with a format that is null is answered with 202",
                Hooks(answer=lambda call, answer, _store: replace(answer, status=202, body={}) if b'"disk_format": null' in call.body else answer))  # fmt: skip
    yield Fault("image.list.query.sort_key.by-length", ("image.list.query.sort_key",), "sort_key=name goes by the length of names first", Hooks(answer=_by_length))
    yield Fault("image.create.null.server-error", ("status.server-error",), "a create with a format that is null is answered with 500",
                Hooks(members=_stumble_over_null))  # fmt: skip
    accepts: dict[str, tuple[int, Callable[[str], bool]]] = {
        "quality": (500, lambda accept: accept == "application/json;q=0.9"), "range": (406, lambda accept: accept.startswith("application/*")),
        "second": (406, lambda accept: accept.startswith("text/html")), "absent": (400, lambda accept: not accept),
    }  # fmt: skip
    for word, (status, match) in accepts.items():
        yield Fault(f"image.list.accept.{word}", ("image.list.response.200", "status.server-error"), f"a list is answered with {status} for its Accept: {word}",
                    Hooks(handle=partial(_picky, status, match)))  # fmt: skip
    yield Fault("image.create.property.camel-case", ("image.create.request",), "a further property that is named like a member in another spelling is taken for it",
                Hooks(members=lambda call, body, _store: {{"minRam": "conformance_taken"}.get(name, name): value for name, value in body.items()}
                      if call.operation == "image.create" and isinstance(body, dict) else body))  # fmt: skip
    yield Fault("image.download.bytes.byte-order-mark", ("image.download.bytes",), "a download loses a byte order mark",
                Hooks(answer=lambda call, answer, _store: replace(answer, body=answer.body.removeprefix(b"\xef\xbb\xbf"))
                      if call.operation == "image.download" and isinstance(answer.body, bytes) else answer))  # fmt: skip
    yield Fault("image.download.content-md5", ("image.download.checksum",), "Content-MD5 of a download is that of no bytes",
                Hooks(answer=lambda call, answer, _store: replace(answer, headers={**answer.headers, "Content-MD5": "d41d8cd98f00b204e9800998ecf8427e"})
                      if (call.operation, answer.status) == ("image.download", 200) else answer))  # fmt: skip
    for name in ("cookie", "authorization", "x-subject-token"):
        yield Fault(f"auth.token.header.{name}", ("auth.token.header",), f"a token in {name} opens a call", Hooks(authorise=partial(_from_another, name)))
    yield Fault("auth.required.claims", ("auth.required", "error.401"), "who says in headers to be confirmed needs no token", Hooks(authorise=_claimed))
    for word in ("show", "download", "patch", "delete"):
        yield Fault(f"header.x-project-id.followed-by-{word}", (f"image.isolation.{word}",), f"X-Project-Id opens another project to {word}",
                    Hooks(authorise=partial(_header_followed, f"image.{word}")))  # fmt: skip
    for word, change in LIKENESSES.items():
        yield Fault(f"auth.token.password.{word}", ("auth.token.credentials",), f"a password is taken by its likeness: {word}",
                    Hooks(request=partial(_password_like, change, {})))  # fmt: skip
    for operation, promise in (("image.create", "image.create.body.min_disk"), ("image.patch", "image.patch.body.value")):
        yield Fault(f"{operation}.large-number", ("status.server-error", promise), "a number beyond 64 bits is answered with 500",
                    Hooks(members=partial(_stumble, operation)))  # fmt: skip


def _by_length(call: Call, answer: Answer, _store: Store) -> Answer:
    query = dict(call.query)
    if call.operation != "image.list" or answer.status != 200 or query.get("sort_key") != "name":
        return answer
    return rows(answer, lambda found: sorted(found, key=lambda row: (len(str(row["name"])), str(row["name"])), reverse=query.get("sort_dir") == "desc"))


def _stumble_over_null(call: Call, body: Any, _store: Store) -> Any:
    if call.operation == "image.create" and isinstance(body, dict) and "disk_format" in body and body["disk_format"] is None:
        raise Refused(500, "Something went wrong.")
    return body


def _picky(status: int, match: Callable[[str], bool], call: Call, _caller: Caller, _store: Store) -> Answer | None:
    if call.operation == "image.list" and match(call.headers.get("accept", "")):
        raise Refused(status, "This is not to our taste.")
    return None


def _from_another(name: str, call: Call, caller: Caller | None, identity: Any) -> Caller | None:
    given = call.headers.get(name, "")
    return caller or next((token.caller for value, token in identity.tokens.items() if given and value in given), None)


def _claimed(call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    confirmed = call.headers.get("x-identity-status") == "Confirmed"
    return caller or (Caller(call.headers.get("x-project-id", ""), frozenset({"member"})) if confirmed else None)


def _header_followed(operation: str, call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    project = call.headers.get("x-project-id")
    return replace(caller, project=project) if caller is not None and project and call.operation == operation else caller


def _password_like(change: Callable[[str], str], passwords: dict[str, str], call: Call) -> Call:
    if call.service != "identity" or call.method != "POST":
        return call
    try:
        body = json.loads(call.body)
        user = body["auth"]["identity"]["password"]["user"]
        key, given = str(user.get("id") or user.get("name")), str(user["password"])
    except (ValueError, KeyError, TypeError):
        return call
    right = given if given.startswith("conformance-invalid-") else passwords.setdefault(key, given)  # clients log in before they try anything else
    if given != change(right):
        return call
    user["password"] = right
    return replace(call, body=json.dumps(body).encode())


def _stumble(operation: str, call: Call, body: Any, _store: Store) -> Any:
    if call.operation == operation and any(isinstance(value, int) and value >= 2**63 for item in (body if isinstance(body, list) else [body])
                                           if isinstance(item, dict) for value in item.values()):  # fmt: skip
        raise Refused(500, "Something went wrong.")
    return body
