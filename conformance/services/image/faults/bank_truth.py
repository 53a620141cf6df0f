"""Faults of true-looking answers: every member has the documented form, and one says what is not so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store, stamp
from conformance.services.wire import Answer, Call

__all__ = ["truth_faults"]

Body = dict[str, Any]
Lie = Callable[[Body], Any]

ELSEWHERE = "00000000-0000-4000-8000-00000000beef"


def _another(values: tuple[str, str], member: str, body: Body) -> str:
    return values[0] if body[member] != values[0] else values[1]


def _shifted(member: str, body: Body) -> str:
    year, rest = str(body[member]).split("-", 1)
    return f"{int(year) - 1}-{rest}"


LIES: Mapping[str, Lie] = {
    "checksum": lambda _body: hashlib.md5(b"something else", usedforsecurity=False).hexdigest(),
    "created_at": partial(_shifted, "created_at"),
    "file": lambda _body: f"/v2/images/{ELSEWHERE}/file",
    "container_format": partial(_another, ("ari", "aki"), "container_format"),
    "disk_format": partial(_another, ("vdi", "vhd"), "disk_format"),
    "id": lambda _body: ELSEWHERE,
    "min_disk": lambda body: body["min_disk"] + 1,
    "min_ram": lambda body: max(body["min_ram"] - 1, 0) if body["min_ram"] else 1,
    "name": lambda body: f"{body['name']}-1",
    "protected": lambda body: not body["protected"],
    "tags": lambda body: [*body["tags"], "more"],
    "visibility": partial(_another, ("community", "shared"), "visibility"),
    "owner": lambda body: str(body["owner"])[::-1],
    "schema": lambda _body: "/v2/schemas/images",
    "self": lambda _body: f"/v2/images/{ELSEWHERE}",
    "size": lambda body: 1 if body["size"] is None else max(body["size"] - 1, 1 if not body["size"] else 0),
    "status": partial(_another, ("active", "queued"), "status"),
    "virtual_size": lambda _body: 1073741824,
    "updated_at": lambda body: f"{int(str(body['updated_at'])[:4]) + 1}{str(body['updated_at'])[4:]}",
}
"""Member -> a value of the right form that is not the image's."""


def truth_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of truth: create, patch, the list and show, each member; and some that depend on what the image is."""
    known = contract.requirements
    for operation, success in (("image.create", 201), ("image.patch", 200), ("image.show", 200)):
        for member, lie in LIES.items():
            told = [f"{operation}.response.{success}.{member}", *_promises(operation, member)]
            if operation == "image.show":
                # Whoever sees two answers differ cannot tell which of them is wrong.
                told = [
                    f"image.show.response.{success}",
                    f"image.create.response.201.{member}",
                    f"image.patch.response.200.{member}",
                    *_promises("image.create", member),
                    *_promises("image.patch", member),
                ]
            held = tuple(name for name in dict.fromkeys(told) if name in known)
            yield Fault(
                f"{operation}.truth.{member}",
                held,
                f"{operation} answers a {member} that is not the image's",
                lying(operation, success, member, lie),
            )
            if operation == "image.patch":
                for state in ("active", "queued"):
                    yield Fault(
                        f"{operation}.truth.{member}.{state}",
                        held,
                        f"{operation} of an image that is {state} answers a {member} that is not its own",
                        lying(operation, success, member, lie, partial(_is, state)),
                    )
    for member, lie in LIES.items():
        breaks = (
            "image.list.complete",
            *(name for name in (f"image.list.response.200.images.{member}",) if name in known),
        )
        yield Fault(
            f"image.list.truth.{member}",
            breaks,
            f"a list shows a {member} that is not the image's",
            _listed(member, lie),
        )
    yield Fault(
        "image.list.truth.size.active",
        ("image.list.complete",),
        "a list shows another size of images with data",
        _listed("size", LIES["size"], lambda row: row["status"] == "active"),
    )
    yield Fault(
        "image.list.truth.properties",
        ("image.list.complete",),
        "a list leaves the further properties out or empties them",
        _listed("conformance_property", lambda _row: "", lambda row: "conformance_property" in row),
    )
    yield Fault(
        "image.list.truth.swapped-stamps",
        ("image.list.complete",),
        "a list mixes up created_at and updated_at",
        _listed("created_at", lambda row: row["updated_at"]),
    )
    yield Fault(
        "image.create.truth.local-time",
        ("image.create.response.201.created_at",),
        "created_at is local time and says Z",
        Hooks(stored=_eight_hours),
    )
    yield Fault(
        "image.patch.truth.stale",
        ("image.patch.stored", "image.patch.response.200"),
        "patch answers the image as it was before",
        _stale(),
    )


def _is(state: str, body: Body) -> bool:
    return bool(body["status"] == state)


def _promises(operation: str, member: str) -> tuple[str, ...]:
    """What else a wrong value in the answer of an operation breaks, because the operation promises more about the member."""
    if operation == "image.create":
        return (
            f"image.create.body.{member}",
            f"image.create.default.{member}",
            *(
                {
                    "file": ("image.create.relation.file",),
                    "self": ("image.create.relation.file",),
                    "updated_at": ("image.create.relation.timestamps",),
                    "created_at": ("image.create.relation.timestamps",),
                }.get(member, ())
            ),
        )
    return (
        "image.patch.stored",
        "image.patch.unchanged",
        *(
            {
                "size": ("image.download.size",),
                "checksum": ("image.download.checksum",),
                "updated_at": ("image.patch.updated-at",),
                "created_at": ("image.patch.updated-at",),
                "status": ("image.patch.precondition.status",),
            }.get(member, ())
        ),
    )


def lying(
    operation: str, status: int, member: str, lie: Lie, when: Callable[[Body], bool] = lambda _body: True
) -> Hooks:
    """Answer an operation with another value of a member."""

    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        if (call.operation, answer.status) != (operation, status) or not when(answer.body):
            return answer
        return replace(answer, body={**answer.body, member: lie(answer.body)})

    return Hooks(answer=answer)


def _listed(member: str, lie: Lie, when: Callable[[Body], bool] = lambda _row: True) -> Hooks:
    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        if (call.operation, answer.status) != ("image.list", 200):
            return answer
        rows = [{**row, member: lie(row)} if when(row) else row for row in answer.body["images"]]
        return replace(answer, body={**answer.body, "images": rows})

    return Hooks(answer=answer)


def _eight_hours(call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.create":
        image.created += timedelta(hours=8)
        image.updated += timedelta(hours=8)


def _stale() -> Hooks:
    seen: dict[str, Body] = {}

    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        if call.operation == "image.create" and answer.status == 201:
            seen[answer.body["id"]] = answer.body
        if call.operation == "image.patch" and answer.status == 200 and call.image_id in seen:
            old, seen[call.image_id] = seen[call.image_id], answer.body
            image = store.get(call.image_id)
            return replace(answer, body={**old, "updated_at": stamp(image.updated) if image else old["updated_at"]})
        return answer

    return Hooks(answer=answer)
