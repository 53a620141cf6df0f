"""What a taken or a refused request leaves behind: an image that was made or changed without trouble breaks what comes
after it.

A product: what was left (a class of requests) times what breaks (show, list, change, delete, the list of the other
project). The two of a refused request leave an id, or a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import asked, named, operations, sent
from conformance.services.image.faults.stages import refuse
from conformance.services.image.target.store import DEFAULTS, ImageStore
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

SERVER_ERROR = ("status.server-error",)
LARGEST = 2**31 - 1
LONGEST = 255
Taken = Callable[[Call], bool]
"""Whether a request is one that leaves something."""
Breaks = Callable[[Call, Caller, set[str], ImageStore], bool]
"""Whether a call meets one of the images that were left."""


def _properties(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in DEFAULTS}


def _null(call: Call) -> bool:
    return call.operation == "image.create" and None in _properties(sent(call)).values()


def _null_by_change(call: Call) -> bool:
    return any(
        item.get("value", "") is None and name not in DEFAULTS
        for item, name in zip(operations(call), named(call), strict=True)
    )


def _long(call: Call) -> bool:
    texts = [value for value in _properties(sent(call)).values() if isinstance(value, str)]
    return call.operation == "image.create" and any(len(text) > LONGEST for text in texts)


def _largest(call: Call) -> bool:
    return call.operation == "image.create" and LARGEST in (sent(call).get("min_disk"), sent(call).get("min_ram"))


def _beyond(call: Call) -> bool:
    name = sent(call).get("name")
    return call.operation == "image.create" and isinstance(name, str) and max(map(ord, name), default=0) > 0xFFFF


def _show(call: Call, _caller: Caller, left: set[str], _store: ImageStore) -> bool:
    return call.operation == "image.show" and call.image_id in left


def _list(call: Call, caller: Caller, left: set[str], store: ImageStore) -> bool:
    return call.operation == "image.list" and any(
        image.id in left and image.owner == caller.project for image in store.all()
    )


def _list_of_others(call: Call, caller: Caller, left: set[str], store: ImageStore) -> bool:
    return call.operation == "image.list" and any(
        image.id in left and image.owner != caller.project for image in store.all()
    )


def _filter(call: Call, _caller: Caller, left: set[str], store: ImageStore) -> bool:
    name = asked(call).get("name")
    return call.operation == "image.list" and any(
        image.id in left and image.members["name"] == name for image in store.all()
    )


def _change(call: Call, _caller: Caller, left: set[str], _store: ImageStore) -> bool:
    return call.operation == "image.patch" and call.image_id in left


def _delete(call: Call, _caller: Caller, left: set[str], _store: ImageStore) -> bool:
    return call.operation == "image.delete" and call.image_id in left


def _after(taken: Taken) -> Callable[[Breaks], Hooks]:
    """What makes the hooks for images that such a request leaves."""

    def hooks(breaks: Breaks) -> Hooks:
        left: set[str] = set()

        def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
            return refuse(500) if breaks(call, caller, left, store) else None

        def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
            if said.status in {200, 201} and isinstance(said.body, dict) and taken(call):
                left.add(str(said.body.get("id")))
            return said

        return Hooks(handle=handle, answer=answer)

    return hooks


EFFECTS = {
    "show": Effect[Breaks]("show", "500 when it is shown", _show, SERVER_ERROR),
    "list": Effect[Breaks]("list", "500 for each list of its project", _list, SERVER_ERROR),
    "list-of-others": Effect[Breaks](
        "list-of-others", "500 for each list of another project", _list_of_others, SERVER_ERROR
    ),
    "filter": Effect[Breaks]("filter", "500 for a list by its name", _filter, SERVER_ERROR),
    "change": Effect[Breaks]("change", "500 when it is changed", _change, SERVER_ERROR),
    "delete": Effect[Breaks]("delete", "500 when it is deleted", _delete, SERVER_ERROR),
}
PLACES: tuple[tuple[str, str, Taken, tuple[str, ...]], ...] = (
    ("null-property", "an image is made with a further property that is null", _null, tuple(EFFECTS)),
    ("null-by-change", "a further property is changed to null", _null_by_change, ("show", "list", "list-of-others", "delete")),
    ("long-property", "an image is made with a further property of more than 255 characters", _long, ("show", "list", "change", "delete")),
    ("largest-number", "an image is made with the largest min_disk or min_ram", _largest, ("show", "list", "change", "delete")),
    ("name-beyond-bmp", "an image is made with a name beyond the BMP", _beyond, ("show", "filter", "list-of-others")),
)  # fmt: skip


def _locked(status: int) -> Hooks:
    """A change that is refused with 400 keeps the image from each later change."""
    locked: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        return refuse(status) if call.operation == "image.patch" and call.image_id in locked else None

    def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
        if call.operation == "image.patch" and said.status == 400:
            locked.add(call.image_id)
        return said

    return Hooks(handle=handle, answer=answer)


def _reserved(status: int, operation: str) -> Hooks:
    """A create that is refused with 400 keeps its id, so that it is neither shown nor made again."""
    kept: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        own = call.image_id if operation != "image.create" else sent(call).get("id")
        return refuse(status) if call.operation == operation and own in kept else None

    def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
        own = sent(call).get("id")
        if call.operation == "image.create" and said.status == 400 and isinstance(own, str):
            kept.add(own)
        return said

    return Hooks(handle=handle, answer=answer)


def faults(_contract: Contract) -> Iterator[Fault]:
    """Every fault of what is left behind."""
    for word, said, taken, effects in PLACES:
        place = Where[Breaks](f"aftermath.{word}", said, _after(taken))
        yield from product([place], [EFFECTS[effect] for effect in effects])
    own, changes = (
        rid.body("image.create", "id"),
        tuple(rid.body("image.patch", name) for name in ("op", "path", "value")),
    )
    said = "a refused change keeps the image from each later one"
    for status, breaks in ((409, changes), (500, SERVER_ERROR)):
        yield Fault(f"aftermath.refused-change.{status}", breaks, f"{said}: {status}", _locked(status))
    said = "a refused create keeps its id"
    yield Fault(
        "aftermath.refused-create.show", SERVER_ERROR, f"{said}: 500 when it is shown", _reserved(500, "image.show")
    )
    yield Fault(
        "aftermath.refused-create.again", (own,), f"{said}: 409 when it is used", _reserved(409, "image.create")
    )
