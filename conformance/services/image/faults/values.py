"""Faults of values: a member is ignored, or stored with another value; one value of it, or two members sent
together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import jsonschema_rs

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import PROPERTY, leads_to, name_of, named, sent
from conformance.services.image.faults.stages import creating, done_with, patching, storing
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Call

__all__ = ["faults", "members_of_create", "reset"]

CREATE, PATCH = "image.create", "image.patch"
STORED, UNCHANGED = "image.patch.stored", "image.patch.unchanged"

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OTHER_VALUES: Mapping[str, Any] = {
    "container_format": "aki",
    "disk_format": "vdi",
    "min_disk": 77,
    "min_ram": 77,
    "name": "another name",
    "protected": ...,
    "tags": ["another tag"],
    "visibility": "community",
}
"""Member -> the value that is stored for any other; for an ellipsis the opposite."""
NEVER_MADE = frozenset({"public", "community"})
"""Visibilities with which a guest on somebody else's cloud makes no image."""


BodyRewrite = Callable[[dict[str, Any]], Any]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of values."""
    yield from _members(contract)
    yield from _stored(contract)
    yield from _enumerations(contract)
    yield from _companions()
    yield from _formats()


def members_of_create(contract: Contract) -> Mapping[str, Any]:
    """Member of a create -> its schema."""
    members: Mapping[str, Any] = (contract.operations[CREATE].request_schema or {})["properties"]
    return members


def reset(image: StoredImage, name: str) -> None:
    """Give a member the value that it has when nothing is sent; take all further properties out when they are named."""
    if name == PROPERTY:
        image.properties.clear()
    else:
        image.members[name] = list(DEFAULTS[name]) if name == "tags" else DEFAULTS[name]


# --- a member is ignored, altered, not stored, or taken whatever its value is ---------------------------------------


def _members(contract: Contract) -> Iterator[Fault]:
    for name, schema in members_of_create(contract).items():
        promise = rid.body(CREATE, name)
        formats = {"uuid": lambda text: UUID.fullmatch(text) is not None}
        validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, formats=formats)
        place: Where[BodyRewrite] = Where(promise, f"create, {name}", creating, (promise,))
        yield from product([place], _misreadings(name, validator))
        if name in OTHER_VALUES:
            lost = done_with(CREATE, partial(_lose, name))
            yield Fault(f"{promise}.not-stored", (promise,), f"create answers {name} and does not store it", lost)
        if name != "id":
            yield from _members_of_patches(name, jsonschema_rs.Draft202012Validator(dict(schema)))
    yield Fault(
        "image.create.null.as-text",
        (rid.request(CREATE),),
        "create keeps a further property that is null as the text None",
        creating(partial(_nulls_as_text, members_of_create(contract))),
    )
    yield Fault(
        "image.create.body.two-together",
        (rid.body(CREATE, "min_disk"), rid.body(CREATE, "min_ram")),
        "min_ram is lost when min_disk is sent too",
        creating(lambda body: _drop("min_ram", body) if body.get("min_disk") else body),
    )


def _nulls_as_text(known: Collection[str], body: dict[str, Any]) -> dict[str, Any]:
    return {name: "None" if value is None and name not in known else value for name, value in body.items()}


def _misreadings(name: str, validator: jsonschema_rs.Draft202012Validator) -> Iterator[Effect[BodyRewrite]]:
    """What a create can make of a member that was sent."""
    yield Effect("ignored", "it is ignored", partial(_drop, name))
    yield Effect("lenient", "any value is accepted", partial(_drop_unless_valid, name, validator))
    if name in OTHER_VALUES:
        yield Effect("altered", "another value is stored", partial(_alter, name, OTHER_VALUES[name]))


def _members_of_patches(name: str, validator: jsonschema_rs.Draft202012Validator) -> Iterator[Fault]:
    def other(items: list[Any]) -> list[Any]:
        return [item for item in items if name_of(item) != name]

    def fitting(items: list[Any]) -> list[Any]:
        return [
            item for item in items if name_of(item) != name or "value" not in item or validator.is_valid(item["value"])
        ]

    yield Fault(f"{PATCH}.{name}.ignored", (STORED,), f"patch ignores {name}", patching(other))
    lost = done_with(PATCH, partial(_lose, name))
    yield Fault(f"{PATCH}.{name}.not-stored", (STORED,), f"patch answers {name} and does not store it", lost)
    accepted = f"patch accepts any value of {name}"
    yield Fault(f"{PATCH}.{name}.lenient", (rid.body(PATCH, "value"),), accepted, patching(fitting))


def _drop(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _drop_unless_valid(
    name: str, validator: jsonschema_rs.Draft202012Validator, body: dict[str, Any]
) -> dict[str, Any]:
    return _drop(name, body) if name in body and not validator.is_valid(body[name]) else body


def _alter(name: str, value: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, name: not body[name] if value is ... else value} if name in body else body


def _lose(name: str, image: StoredImage) -> None:
    if name == "name":
        image.members[name] = "lost"
    else:
        reset(image, name)


# --- a member is stored otherwise -----------------------------------------------------------------------------------

ValueChange = Callable[[Any], Any]


def _stored(contract: Contract) -> Iterator[Fault]:
    most = members_of_create(contract)["min_disk"]["maximum"]
    create: Mapping[str, Mapping[str, ValueChange]] = {
        "min_ram": {
            "rounded": lambda ram: ram // 64 * 64,
            "16-bit": lambda ram: ram % 2**16,
            "24-bit": lambda ram: min(ram, 2**24),
            "at-least-one": lambda ram: max(ram, 1),
        },
        "min_disk": {"8-bit": lambda disk: disk % 2**8, "largest": lambda disk: min(disk, most - 1)},
        "protected": {"always": lambda _value: True, "never": lambda _value: False},
        "visibility": {"private-is-shared": _as("private", "shared"), "shared-is-private": _as("shared", "private")},
        "disk_format": {"iso-is-raw": _as("iso", "raw")},
        "container_format": {"only-bare": lambda value: "bare" if value else value},
    }
    patch: Mapping[str, Mapping[str, ValueChange]] = {
        "min_disk": {"one-less": lambda disk: max(disk - 1, 0)},
        "min_ram": {"one-more": lambda ram: ram + 1},
        "protected": {"never": lambda _value: False},
        "visibility": {"private": lambda _value: "private"},
    }
    for name, changes in create.items():
        told = (rid.body(CREATE, name), rid.default(CREATE, name))
        breaks = tuple(promise for promise in told if promise in contract.requirements)
        yield from _stored_otherwise(CREATE, name, changes, breaks)
    for name, changes in patch.items():
        yield from _stored_otherwise(PATCH, name, changes, (STORED, UNCHANGED))


def _stored_otherwise(
    operation: str, name: str, changes: Mapping[str, ValueChange], breaks: tuple[str, ...]
) -> Iterator[Fault]:
    def hooks(change: ValueChange) -> Hooks:
        return storing(operation, lambda image: image.members.update({name: change(image.members[name])}))

    place = Where(f"{operation}.stored.{name}", f"{operation} stores {name} otherwise", hooks, breaks)
    yield from product([place], [Effect(word, word, change) for word, change in changes.items()])


def _as(value: Any, other: Any) -> ValueChange:
    return lambda given: other if given == value else given


# --- one value of an enumeration ------------------------------------------------------------------------------------


def _enumerations(contract: Contract) -> Iterator[Fault]:
    for name, schema in members_of_create(contract).items():
        values = [value for value in schema.get("enum", ()) if value not in NEVER_MADE]
        for value, other in zip(values, [*values[1:], *values[:1]], strict=True):
            for operation, promise in ((CREATE, rid.body(CREATE, name)), (PATCH, STORED)):
                yield Fault(
                    f"{operation}.value.{name}.{value}",
                    (promise,),
                    f"{operation} stores {name} {value} as {other}",
                    Hooks(stored=partial(_as_another, operation, name, value, other)),
                )


def _as_another(
    operation: str, name: str, value: str, other: str, call: Call, image: StoredImage, _store: ImageStore
) -> None:
    of_this = call.operation == operation and (operation == CREATE or name in named(call))
    if of_this and image.members[name] == value:
        image.members[name] = other


# --- two values that come together ----------------------------------------------------------------------------------

ValueClass = tuple[str, Callable[[Any], bool]]


def _is(value: Any) -> ValueClass:
    return f"is {value}", lambda given: bool(given == value)


CLASSES: Mapping[str, Sequence[ValueClass]] = {
    "container_format": (_is("docker"), _is("ovf")),
    "disk_format": (_is("iso"), _is("raw")),
    "min_disk": (("is more than 1", lambda given: given > 1), _is(1)),
    "min_ram": (_is(1), _is(0)),
    "protected": (_is(True), _is(False)),
    "tags": (("has one tag", lambda given: len(given) == 1), ("has no tag", lambda given: not given)),
    "visibility": (_is("shared"), _is("private")),
}
"""Member -> two classes of its values, beside which another member is lost."""


def _companions() -> Iterator[Fault]:
    names = [*CLASSES, PROPERTY]
    for index, lost in enumerate(names):
        beside = [names[(index + step) % len(CLASSES)] for step in (1, 3)]
        for number, other in enumerate(name for name in beside if name != lost):
            words, holds = CLASSES[other][number]
            yield Fault(
                f"{CREATE}.beside.{lost}.{other}",
                (_promise(lost),),
                f"create loses {lost} when {other} {words}",
                Hooks(stored=partial(_lost_beside, lost, other, holds)),
            )
            yield Fault(
                f"{PATCH}.beside.{lost}.{other}",
                (STORED,),
                f"patch loses {lost} when {other} is changed too",
                Hooks(members=partial(_dropped_beside, lost, other)),
            )


def _promise(name: str) -> str:
    return rid.request(CREATE) if name == PROPERTY else rid.body(CREATE, name)


def _lost_beside(
    lost: str, other: str, holds: Callable[[Any], bool], call: Call, image: StoredImage, _store: ImageStore
) -> None:
    if call.operation == CREATE and other in sent(call) and holds(image.members[other]):
        reset(image, lost)


def _dropped_beside(lost: str, other: str, call: Call, body: Any, _store: ImageStore) -> Any:
    return [item for item in body if not leads_to(lost, item)] if other in named(call) else body


FORMATS = {
    "min_disk": ("iso", "bare"),
    "min_ram": ("raw", "docker"),
    "tags": ("vmdk", "ovf"),
    "visibility": ("ami", "ami"),
    PROPERTY: ("vhdx", "compressed"),
}
"""What is lost -> the disk format and the container format that lose it."""


def _formats() -> Iterator[Fault]:
    def losing(lost: str, disk: str, container: str, image: StoredImage) -> None:
        if (image.members["disk_format"], image.members["container_format"]) == (disk, container):
            reset(image, lost)

    for lost, (disk, container) in FORMATS.items():
        yield Fault(
            f"{CREATE}.formats.{lost}",
            (_promise(lost),),
            f"create loses {lost} of images that are {disk} in {container}",
            storing(CREATE, partial(losing, lost, disk, container)),
        )
