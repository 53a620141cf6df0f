"""Faults of one value, and of two that come together: every member is right until it has this value, or stands beside that one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import DEFAULTS, Image, Store
from conformance.services.wire import Answer, Call

__all__ = ["PROPERTY", "combination_faults", "leads_to", "named", "operations_of"]

PROPERTY = "property"
"""Stands for the further properties of an image among its members."""
VALUES: Mapping[str, Sequence[Any]] = {
    "container_format": ("docker", "ovf"),
    "disk_format": ("iso", "raw"),
    "min_disk": (40, 1),
    "min_ram": (1, 0),
    "protected": (True, False),
    "tags": (["one"], []),
    "visibility": ("shared", "private"),
}
"""Member -> the values beside which another member is lost."""


def combination_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of values and of their combinations."""
    yield from _values(contract)
    yield from _companions(contract)
    yield from _formats()
    yield from _refusals()


def operations_of(call: Call) -> list[dict[str, Any]]:
    """The operations of a patch; none for any other body."""
    try:
        body = json.loads(call.body)
    except ValueError:
        return []
    return (
        [item for item in body if isinstance(item, dict)]
        if call.operation == "image.patch" and isinstance(body, list)
        else []
    )


def named(call: Call) -> set[str]:
    """The members that a patch names."""
    return {str(item.get("path", "")).removeprefix("/") for item in operations_of(call)}


def _values(contract: Contract) -> Iterator[Fault]:
    schema = contract.operations["image.create"].request_schema or {}
    for name, node in schema["properties"].items():
        values = [value for value in node.get("enum", ()) if value not in {"public", "community"}]
        for value, other in zip(values, [*values[1:], *values[:1]], strict=True):
            yield Fault(
                f"image.create.value.{name}.{value}",
                (f"image.create.body.{name}",),
                f"create stores {name} {value} as {other}",
                Hooks(stored=partial(_as_another, "image.create", name, value, other)),
            )
            yield Fault(
                f"image.patch.value.{name}.{value}",
                ("image.patch.stored",),
                f"patch stores {name} {value} as {other}",
                Hooks(stored=partial(_as_another, "image.patch", name, value, other)),
            )


def _as_another(operation: str, name: str, value: str, other: str, call: Call, image: Image, _store: Store) -> None:
    if (
        call.operation == operation
        and image.members[name] == value
        and (operation == "image.create" or name in named(call))
    ):
        image.members[name] = other


def _companions(contract: Contract) -> Iterator[Fault]:
    names = [*VALUES, PROPERTY]
    for index, lost in enumerate(names):
        beside = [names[(index + step) % len(VALUES)] for step in (1, 3)]
        for number, other in enumerate(name for name in beside if name != lost):
            value = VALUES[other][number]
            promise = f"image.create.body.{lost}" if lost != PROPERTY else "image.create.request"
            yield Fault(
                f"image.create.beside.{lost}.{other}",
                (promise,),
                f"create loses {lost} when {other} is {value!r}",
                Hooks(stored=partial(_lost_beside, lost, other, value)),
            )
            yield Fault(
                f"image.patch.beside.{lost}.{other}",
                ("image.patch.stored",),
                f"patch loses {lost} when {other} is changed too",
                Hooks(members=partial(_dropped_beside, lost, other)),
            )


FORMATS = (("iso", "bare"), ("raw", "docker"), ("vmdk", "ovf"), ("ami", "ami"), ("vhdx", "compressed"))


def _formats() -> Iterator[Fault]:
    for (disk, container), lost in zip(FORMATS, ("min_disk", "min_ram", "tags", "visibility", PROPERTY), strict=True):
        yield Fault(
            f"image.create.formats.{lost}",
            (f"image.create.body.{lost}" if lost != PROPERTY else "image.create.request",),
            f"create loses {lost} of images that are {disk} in {container}",
            Hooks(stored=partial(_lost_with, disk, container, lost)),
        )


def _lost_with(disk: str, container: str, lost: str, call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create" and (image.members["disk_format"], image.members["container_format"]) == (
        disk,
        container,
    ):
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
    if other not in named(call):
        return body
    return [item for item in body if not leads_to(lost, item)]


def leads_to(name: str, item: Any) -> bool:
    """Whether an operation of a patch is about this member, or about any further property when that is the name."""
    path = str(item.get("path", "")).removeprefix("/") if isinstance(item, dict) else ""
    return path == name or (name == PROPERTY and path not in DEFAULTS and path != "")


def _refusals() -> Iterator[Fault]:
    promises = ("image.patch.atomic", "image.patch.request", "image.patch.body.value", "image.patch.read-only")
    for name in (*VALUES, PROPERTY):
        yield Fault(
            f"image.patch.refused.{name}",
            promises,
            f"a refused patch resets {name}",
            Hooks(answer=partial(_reset_though_refused, name)),
        )


def _reset_though_refused(name: str, call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if call.operation == "image.patch" and answer.status == 400 and image is not None:
        _reset(image, name)
    return answer
