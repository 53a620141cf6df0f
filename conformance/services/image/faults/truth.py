"""Faults of the content of answers: every member has the documented form, and one has a value that is not the
image's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.stages import Body, answering, rows, showing, storing
from conformance.services.image.target.store import ImageStore, StoredImage, stamp
from conformance.services.product import family
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

Lie = Callable[[Body], Any]

LIST = "image.list"
ELSEWHERE = "00000000-0000-4000-8000-00000000beef"
"""The id of no image."""
SUCCESSES = {"image.create": 201, "image.patch": 200, "image.show": 200}


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of content: each member of what create, patch, show and a list answer."""
    for operation, status in SUCCESSES.items():
        for member, lie in LIES.items():
            breaks = tuple(name for name in _told(operation, member) if name in contract.requirements)
            yield Fault(
                f"{operation}.truth.{member}",
                breaks,
                f"{operation} answers a {member} that is not the image's",
                showing(operation, status, partial(_lying, member, lie, _always)),
            )
            for state in ("active", "queued") if operation == "image.patch" else ():
                yield Fault(
                    f"{operation}.truth.{member}.{state}",
                    breaks,
                    f"{operation} of an image that is {state} answers a {member} that is not its own",
                    showing(operation, status, partial(_lying, member, lie, partial(_is, state))),
                )
    for member, lie in LIES.items():
        shown = rid.response("image.list", 200, f"images.{member}")
        yield Fault(
            f"{LIST}.truth.{member}",
            ("image.list.complete", *([shown] if shown in contract.requirements else ())),
            f"a list shows a {member} that is not the image's",
            _listed(partial(_lying, member, lie, _always)),
        )
    yield from family("image.list.truth", ("image.list.complete",), _lists())
    yield from _states(contract)


def _another(first: str, second: str, member: str, body: Body) -> str:
    return second if body[member] == first else first


def _years(count: int, member: str, body: Body) -> str:
    year, rest = str(body[member]).split("-", 1)
    return f"{int(year) + count}-{rest}"


def _other_size(body: Body) -> int:
    size = body["size"]
    return 1 if not size else int(size) - 1


LIES: Mapping[str, Lie] = {
    "checksum": lambda _body: hashlib.md5(b"of another file", usedforsecurity=False).hexdigest(),
    "created_at": partial(_years, -1, "created_at"),
    "file": lambda _body: f"/v2/images/{ELSEWHERE}/file",
    "container_format": partial(_another, "ari", "aki", "container_format"),
    "disk_format": partial(_another, "vdi", "vhd", "disk_format"),
    "id": lambda _body: ELSEWHERE,
    "min_disk": lambda body: body["min_disk"] + 1,
    "min_ram": lambda body: max(body["min_ram"] - 1, 0) if body["min_ram"] else 1,
    "name": lambda body: f"{body['name']}-1",
    "protected": lambda body: not body["protected"],
    "tags": lambda body: [*body["tags"], "more"],
    "visibility": partial(_another, "community", "shared", "visibility"),
    "owner": lambda body: str(body["owner"])[::-1],
    "schema": lambda _body: "/v2/schemas/images",
    "self": lambda _body: f"/v2/images/{ELSEWHERE}",
    "size": _other_size,
    "status": partial(_another, "active", "queued", "status"),
    "virtual_size": lambda _body: 1073741824,
    "updated_at": partial(_years, 1, "updated_at"),
}
"""Member -> a value of the right form that is not the image's."""

ALSO_OF_CREATE: Mapping[str, tuple[str, ...]] = {
    "file": ("image.create.relation.file",),
    "self": ("image.create.relation.file",),
    "updated_at": ("image.create.relation.timestamps",),
    "created_at": ("image.create.relation.timestamps",),
}
ALSO_OF_PATCH: Mapping[str, tuple[str, ...]] = {
    "size": ("image.download.size",),
    "checksum": ("image.download.checksum",),
    "updated_at": ("image.patch.updated-at",),
    "created_at": ("image.patch.updated-at",),
    "status": ("image.patch.precondition.status",),
}
"""Member -> what else a wrong value breaks, because more is promised about the member than that it is answered."""


def _told(operation: str, member: str) -> tuple[str, ...]:
    """The requirements, some of which no edition of the document has, that a wrong value in the answer of an operation
    breaks."""
    create = (rid.body("image.create", member), rid.default("image.create", member), *ALSO_OF_CREATE.get(member, ()))
    patch = ("image.patch.stored", "image.patch.unchanged", *ALSO_OF_PATCH.get(member, ()))
    if operation == "image.create":
        return (rid.response(operation, 201, member), *create)
    if operation == "image.patch":
        return (rid.response(operation, 200, member), *patch)
    # Whoever sees that two answers differ cannot tell which of them is wrong.
    others = (rid.response("image.create", 201, member), rid.response("image.patch", 200, member))
    return (rid.response(operation, 200), *others, *create, *patch)


def _always(_body: Body) -> bool:
    return True


def _is(state: str, body: Body) -> bool:
    return bool(body["status"] == state)


def _lying(member: str, lie: Lie, when: Callable[[Body], bool], body: Body) -> Body:
    return {**body, member: lie(body)} if when(body) else body


def _listed(change: Callable[[Body], Body]) -> Hooks:
    return answering(
        "image.list", 200, lambda _call, answer, _store: rows(answer, lambda found: [change(row) for row in found])
    )


# --- by what the image is, and by what was answered before ----------------------------------------------------------


def _lists() -> Iterator[tuple[str, str, Hooks]]:
    size = partial(_lying, "size", LIES["size"], partial(_is, "active"))
    yield "size.active", "a list shows another size of images with data", _listed(size)
    empty = answering("image.list", 200, _without_properties)
    yield "properties", "a list empties the further properties", empty
    swapped: Callable[[Body], Body] = partial(_lying, "created_at", lambda row: row["updated_at"], _always)
    yield "swapped-stamps", "a list mixes up created_at and updated_at", _listed(swapped)


def _without_properties(_call: Call, answer: Answer, store: ImageStore) -> Answer:
    def emptied(row: Body) -> Body:
        image = store.get(row["id"])
        return {**row, **dict.fromkeys(image.properties if image is not None else (), "")}

    return rows(answer, lambda found: [emptied(row) for row in found])


def _states(contract: Contract) -> Iterator[Fault]:
    yield Fault(
        "image.create.truth.local-time",
        (rid.response("image.create", 201, "created_at"),),
        "created_at is local time and says Z",
        storing("image.create", _eight_hours),
    )
    yield Fault(
        "image.patch.truth.stale",
        ("image.patch.stored", rid.response("image.patch", 200)),
        "patch answers the image as it was before",
        _stale(),
    )


def _eight_hours(image: StoredImage) -> None:
    image.created += timedelta(hours=8)
    image.updated += timedelta(hours=8)


def _stale() -> Hooks:
    seen: dict[str, Body] = {}

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        if call.operation == "image.create" and answer.status == 201:
            seen[answer.body["id"]] = answer.body
        if call.operation == "image.patch" and answer.status == 200 and call.image_id in seen:
            old, seen[call.image_id] = seen[call.image_id], answer.body
            image = store.get(call.image_id)
            return replace(answer, body={**old, "updated_at": stamp(image.updated) if image else old["updated_at"]})
        return answer

    return Hooks(answer=answer)
