"""Faults in what is understood and stored: each query parameter, each member of a body, each operation of a patch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import jsonschema_rs

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import DEFAULTS, Image, Store
from conformance.services.wire import Answer, Call, Refused

__all__ = ["request_faults"]

OTHER_VALUES: Mapping[str, Any] = {
    "container_format": "aki",
    "disk_format": "vdi",
    "min_disk": 77,
    "min_ram": 77,
    "name": "renamed",
    "protected": None,
    "tags": ["altered"],
    "visibility": "community",
}
"""Member -> a value that is stored instead of what was sent; protected is turned round."""


def request_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of requests."""
    yield from _queries()
    yield from _bodies(contract)
    yield from _names()
    yield from _patches(contract)


# --- list -----------------------------------------------------------------------------------------------------------

Query = Sequence[tuple[str, str]]


def query_hook(change: Callable[[Query], Query]) -> Hooks:
    """Understand the query of a list otherwise."""
    return Hooks(query=lambda _call, query: change(query))


def _without(query: Query, *names: str) -> Query:
    return [(name, value) for name, value in query if name not in names]


def _set(query: Query, name: str, change: Callable[[str], str]) -> Query:
    return [(key, change(value) if key == name else value) for key, value in query]


def _refusing(name: str, call: Call, query: Query) -> Query:
    if any(key == name for key, _ in query):
        raise Refused(400, f"{name} is not a parameter of this list.")
    return query


def _queries() -> Iterator[Fault]:
    for name in ("name", "status", "limit", "sort_key", "sort_dir", "sort-key", "sort-dir", "changes-since"):
        yield Fault(
            f"image.list.query.{name}.ignored",
            (f"image.list.query.{name}",),
            f"the parameter {name} is ignored",
            query_hook(partial(_ignore, name)),
        )
    for name in ("name", "status", "limit", "sort_key", "sort_dir", "sort-key", "changes-since", "type"):
        yield Fault(
            f"image.list.query.{name}.refused",
            (f"image.list.query.{name}",),
            f"the parameter {name} is refused",
            Hooks(query=partial(_refusing, name)),
        )
    limits: dict[str, Callable[[str], str]] = {
        "one-more": lambda text: str(int(text) + 1) if text.isdecimal() else text,
        "one-less": lambda text: str(max(int(text) - 1, 0)) if text.isdecimal() else text,
        "zero-is-all": lambda text: "1000" if text == "0" else text,
        "negative-is-all": lambda text: "1000" if text.startswith("-") else text,
        "words-are-all": lambda text: text if text.lstrip("-").isdecimal() else "1000",
    }
    for word, change in limits.items():
        yield Fault(
            f"image.list.query.limit.{word}",
            ("image.list.query.limit",),
            f"limit: {word}",
            query_hook(partial(_set, name="limit", change=change)),
        )
    yield Fault(
        "image.list.query.sort_dir.reversed",
        ("image.list.query.sort_dir", "image.list.query.sort_key"),
        "asc and desc are mixed up",
        query_hook(partial(_set, name="sort_dir", change=lambda text: {"asc": "desc", "desc": "asc"}.get(text, text))),
    )
    for key in ("name", "status", "size", "disk_format", "container_format", "id", "created_at", "updated_at"):
        yield Fault(
            f"image.list.query.sort_key.{key}",
            ("image.list.query.sort_key", "image.list.query.sort_dir"),
            f"sort_key={key} sorts by another key",
            query_hook(partial(_set, name="sort_key", change=partial(_other_key, key))),
        )
    yield Fault(
        "image.list.query.sort_key.lenient",
        ("image.list.query.sort_key",),
        "a sort key that does not exist is accepted",
        query_hook(partial(_set, name="sort_key", change=lambda text: "id" if text.startswith("no_") else text)),
    )
    yield Fault(
        "image.list.query.sort_dir.lenient",
        ("image.list.query.sort_dir",),
        "a direction that does not exist is accepted",
        query_hook(partial(_set, name="sort_dir", change=lambda text: text if text in {"asc", "desc"} else "asc")),
    )
    filters: dict[str, Callable[[Image, str], bool]] = {
        "prefix": lambda image, value: str(image.members["name"]).startswith(value),
        "case": lambda image, value: str(image.members["name"]).lower() == value.lower(),
        "substring": lambda image, value: value in str(image.members["name"]),
        "trimmed": lambda image, value: str(image.members["name"]).strip() == value.strip(),
        "ascii-only": lambda image, value: value.isascii() and image.members["name"] == value,
        "nothing": lambda _image, _value: False,
    }
    for word, match in filters.items():
        yield Fault(
            f"image.list.query.name.{word}", ("image.list.query.name",), f"name selects by {word}", _name_filter(match)
        )
    yield Fault(
        "image.list.query.status.queued-only",
        ("image.list.query.status",),
        "status selects queued images whatever it says",
        query_hook(partial(_set, name="status", change=lambda _text: "queued")),
    )
    yield Fault(
        "image.list.query.changes-since.created",
        ("image.list.query.changes-since",),
        "changes-since goes by the creation",
        Hooks(visible=_by_creation),
    )
    yield Fault(
        "image.list.query.changes-since.lenient",
        ("image.list.query.changes-since",),
        "a changes-since that is no time is ignored",
        query_hook(_lenient_time),
    )
    yield Fault(
        "image.list.query.name.second-page",
        ("image.list.query.name",),
        "the second page forgets the name",
        query_hook(lambda query: _without(query, "name") if any(key == "marker" for key, _ in query) else query),
    )


def _ignore(name: str, query: Query) -> Query:
    return _without(query, name)


def _other_key(key: str, text: str) -> str:
    if text != key:
        return text
    return "created_at" if key == "id" else "id"


def _name_filter(match: Callable[[Image, str], bool]) -> Hooks:
    def visible(call: Call, images: list[Image], _store: Store) -> list[Image]:
        wanted = dict(call.query).get("name")
        return images if wanted is None else [image for image in images if match(image, wanted)]

    return Hooks(query=lambda _call, query: _without(query, "name"), visible=visible)


def _by_creation(call: Call, images: list[Image], _store: Store) -> list[Image]:
    since = dict(call.query).get("changes-since")
    if since is None:
        return images
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return images
    return [image for image in images if image.created.replace(microsecond=0) >= moment]


def _lenient_time(query: Query) -> Query:
    return [(name, value) for name, value in query if name != "changes-since" or value[:1].isdecimal()]


# --- create ---------------------------------------------------------------------------------------------------------


def created(change: Callable[[dict[str, Any]], Any]) -> Hooks:
    """Understand the body of a create otherwise."""

    def members(call: Call, body: Any, _store: Store) -> Any:
        return change(dict(body)) if call.operation == "image.create" and isinstance(body, dict) else body

    return Hooks(members=members)


def after(operation: str, change: Callable[[Image], None]) -> Hooks:
    """Alter what is stored once the answer has been made of it."""

    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        if call.operation == operation and answer.status in {200, 201}:
            image = store.get(answer.body["id"])
            if image is not None:
                change(image)
        return answer

    return Hooks(answer=answer)


def _drop(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _alter(name: str, value: Any, body: dict[str, Any]) -> dict[str, Any]:
    if name not in body:
        return body
    return {**body, name: not body[name] if name == "protected" else value}


def _reset(name: str, image: Image) -> None:
    image.members[name] = [] if name == "tags" else "lost" if name == "name" else DEFAULTS[name]


def _lenient(name: str, validator: jsonschema_rs.Draft202012Validator, body: dict[str, Any]) -> dict[str, Any]:
    return _drop(name, body) if name in body and not validator.is_valid(body[name]) else body


def _bodies(contract: Contract) -> Iterator[Fault]:
    schema = contract.operations["image.create"].request_schema or {}
    uuid = {"uuid": lambda text: len(text) == 36}
    for name, node in schema["properties"].items():
        promise = f"image.create.body.{name}"
        validator = jsonschema_rs.Draft202012Validator(dict(node), validate_formats=True, formats=uuid)
        yield Fault(f"{promise}.ignored", (promise,), f"create ignores {name}", created(partial(_drop, name)))
        yield Fault(
            f"{promise}.lenient",
            (promise,),
            f"create accepts any value of {name}",
            created(partial(_lenient, name, validator)),
        )
        if name in OTHER_VALUES:
            yield Fault(
                f"{promise}.altered",
                (promise,),
                f"create stores another {name}",
                created(partial(_alter, name, OTHER_VALUES[name])),
            )
            yield Fault(
                f"{promise}.not-stored",
                (promise,),
                f"create answers {name} and does not store it",
                after("image.create", partial(_reset, name)),
            )
    together = ("image.create.body.min_disk", "image.create.body.min_ram")
    yield Fault(
        "image.create.body.two-together",
        together,
        "min_ram is lost when min_disk is sent too",
        created(lambda body: _drop("min_ram", body) if body.get("min_disk") else body),
    )
    yield Fault(
        "image.create.request.any-object",
        ("image.create.request",),
        "create takes properties that are no strings",
        created(
            lambda body: {key: str(value) if key.startswith("conformance_") else value for key, value in body.items()}
        ),
    )
    yield Fault(
        "image.create.request.anything",
        ("image.create.request", "error.400"),
        "create makes an image of what is no object",
        Hooks(
            members=lambda call, body, _store: (
                body if call.operation != "image.create" or isinstance(body, dict) else {}
            )
        ),
    )
    yield Fault(
        "image.create.open.server-error",
        ("status.server-error",),
        "create answers 500 to a member that the contract leaves open",
        created(partial(_stumbling_create, tuple(schema["properties"]))),
    )
    yield Fault(
        "image.patch.open.server-error",
        ("status.server-error",),
        "patch answers 500 to operations of odd members, or very many of them",
        Hooks(members=_stumbling_patch),
    )
    yield Fault(
        "image.create.id.reused",
        ("image.create.body.id", "error.409"),
        "create gives another id when the one sent is used",
        Hooks(members=_fresh_id),
    )
    yield Fault(
        "image.create.id.replaced",
        ("image.create.body.id", "error.409"),
        "create replaces the image that has the id",
        Hooks(members=_replacing),
    )
    yield Fault(
        "image.create.status.taken",
        ("image.create.request",),
        "create takes the size from the request",
        Hooks(
            members=lambda call, body, _store: (
                _drop("size", body) if call.operation == "image.create" and isinstance(body, dict) else body
            ),
            answer=_echo_size,
        ),
    )


def _odd(name: str, value: Any, known: Iterable[str]) -> bool:
    """Whether a member of a create is one of those that the contract neither allows nor forbids."""
    if name not in known:
        return value is None
    if isinstance(value, str):
        return name == "id" and value != value.lower()
    if isinstance(value, float):
        return value.is_integer() and 0 <= value < 2**31
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(value) > len(set(value))


def _stumbling_create(known: Iterable[str], body: dict[str, Any]) -> dict[str, Any]:
    if any(_odd(name, value, known) for name, value in body.items()):
        raise Refused(500, "Something went wrong.")
    return body


def _stumbling_patch(call: Call, body: Any, _store: Store) -> Any:
    if call.operation == "image.patch" and isinstance(body, list):
        strange = any(isinstance(item, dict) and set(item) - {"op", "path", "value"} for item in body)
        if strange or len(body) >= 100:
            raise Refused(500, "Something went wrong.")
    return body


def _echo_size(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation == "image.create" and answer.status == 201 and b'"size"' in call.body:
        return replace(answer, body={**answer.body, "size": 12345})
    return answer


def _fresh_id(call: Call, body: Any, store: Store) -> Any:
    used = (
        call.operation == "image.create"
        and isinstance(body, dict)
        and isinstance(body.get("id"), str)
        and store.get(body["id"]) is not None
    )
    return _drop("id", body) if used else body


def _replacing(call: Call, body: Any, store: Store) -> Any:
    if call.operation == "image.create" and isinstance(body, dict) and isinstance(body.get("id"), str):
        store.drop(body["id"])
    return body


def _names() -> Iterator[Fault]:
    changes: dict[str, Callable[[str], str]] = {
        "trimmed": lambda text: " ".join(text.split(" ")).replace("  ", " ").strip(),
        "lower-case": str.lower,
        "cut-at-64": lambda text: text[:64],
        "cut-at-254": lambda text: text[:254],
        "ascii": lambda text: text.encode("ascii", "replace").decode(),
        "latin-1": lambda text: text.encode("utf-8").decode("latin-1")[:255],
        "html": lambda text: text.replace("&", "&amp;").replace("<", "&lt;")[:255],
        "control": lambda text: text.replace("\t", " "),
        "bmp": lambda text: "".join(char if ord(char) < 0x10000 else "?" for char in text),
        "slash": lambda text: text.replace("\\", "/"),
    }
    for word, change in changes.items():
        yield Fault(
            f"image.create.body.name.{word}",
            ("image.create.body.name", "header.content-length", "encoding.utf-8"),
            f"create changes the name: {word}",
            created(partial(_renamed, change)),
        )
    yield Fault(
        "image.create.body.name.cut-at-255",
        ("image.create.body.name",),
        "create cuts a name of 256 characters",
        created(partial(_renamed, lambda text: text[:255])),
    )


def _renamed(change: Callable[[str], str], body: dict[str, Any]) -> dict[str, Any]:
    name = body.get("name")
    return {**body, "name": change(name)} if isinstance(name, str) else body


# --- patch ----------------------------------------------------------------------------------------------------------


def patched(change: Callable[[list[Any]], Any]) -> Hooks:
    """Understand the operations of a patch otherwise."""

    def members(call: Call, body: Any, _store: Store) -> Any:
        return change(body) if call.operation == "image.patch" and isinstance(body, list) else body

    return Hooks(members=members)


def _leave(path: str, operations: list[Any]) -> list[Any]:
    return [item for item in operations if not isinstance(item, dict) or item.get("path") != path]


def _leave_op(op: str, operations: list[Any]) -> list[Any]:
    return [item for item in operations if not isinstance(item, dict) or item.get("op") != op]


def _refuse_op(op: str, operations: list[Any]) -> list[Any]:
    if any(isinstance(item, dict) and item.get("op") == op for item in operations):
        raise Refused(400, f"{op} is not an operation.")
    return operations


def _fitting(validators: Mapping[str, Any], operations: list[Any]) -> list[Any]:
    def fits(item: Any) -> bool:
        name = str(item.get("path", "")).removeprefix("/") if isinstance(item, dict) else ""
        return name not in validators or "value" not in item or bool(validators[name].is_valid(item["value"]))

    return [item for item in operations if fits(item)]


def _patches(contract: Contract) -> Iterator[Fault]:
    create = contract.operations["image.create"].request_schema or {}
    validators = {
        name: jsonschema_rs.Draft202012Validator(dict(node))
        for name, node in create["properties"].items()
        if name != "id"
    }
    for name in validators:
        yield Fault(
            f"image.patch.{name}.ignored",
            ("image.patch.stored",),
            f"patch ignores {name}",
            patched(partial(_leave, f"/{name}")),
        )
        yield Fault(
            f"image.patch.{name}.not-stored",
            ("image.patch.stored",),
            f"patch answers {name} and does not store it",
            after("image.patch", partial(_reset, name)),
        )
        yield Fault(
            f"image.patch.{name}.lenient",
            ("image.patch.body.value",),
            f"patch accepts any value of {name}",
            patched(partial(_fitting, {name: validators[name]})),
        )
    for op in ("add", "replace", "remove"):
        promise = (f"image.patch.operation.{op}",)
        yield Fault(
            f"image.patch.operation.{op}.ignored",
            promise,
            f"the operation {op} is ignored",
            patched(partial(_leave_op, op)),
        )
        yield Fault(
            f"image.patch.operation.{op}.refused",
            promise,
            f"the operation {op} is refused",
            patched(partial(_refuse_op, op)),
        )
    schema = contract.operations["image.patch"].request_schema or {}
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    yield Fault(
        "image.patch.request.lenient",
        ("image.patch.request", "image.patch.body.op", "image.patch.body.path", "image.patch.body.value"),
        "patch does nothing and says 200 to what it does not understand",
        Hooks(
            members=lambda call, body, _store: (
                [] if call.operation == "image.patch" and not validator.is_valid(body) else body
            )
        ),
    )
    for part in ("op", "path", "value"):
        yield Fault(
            f"image.patch.body.{part}.lenient",
            (f"image.patch.body.{part}",),
            f"patch leaves out operations with a wrong {part}",
            patched(partial(_understood, part)),
        )
    kept = ("status", "size", "checksum", "created_at", "id", "self", "file", "schema", "updated_at", "virtual_size")
    yield Fault(
        "image.patch.read-only.lenient",
        ("image.patch.read-only",),
        "patch says 200 to a change of what the service keeps",
        patched(
            lambda items: [
                item
                for item in items
                if not isinstance(item, dict) or str(item.get("path", "")).removeprefix("/") not in kept
            ]
        ),
    )


def _understood(part: str, operations: list[Any]) -> list[Any]:
    def good(item: Any) -> bool:
        if not isinstance(item, dict):
            return True
        if part == "op":
            return item.get("op") in {"add", "replace", "remove"}
        if part == "path":
            path = item.get("path")
            return isinstance(path, str) and len(path) > 1 and path.startswith("/") and "~2" not in path
        return "value" in item or item.get("op") == "remove"

    return [item for item in operations if good(item)]
