"""Faults of the id in a path: an operation succeeds for an id that no image has, or finds an image by something else
than its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.stages import answering, done_to, handling
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

DELETE = "image.delete"
Like = Callable[[StoredImage, str], bool]

LIKE: Mapping[str, Like] = {
    "start": lambda image, text: image.id.startswith(text),
    "longer": lambda image, text: text.startswith(image.id),
    "name": lambda image, text: bool(image.members["name"] == text),
}
"""Word of the fault's id -> whether an image is found by this text, which is not its id."""
NOTHING: Mapping[str, object] = {"image.download": b"", "image.patch": {}, DELETE: None}
"""Operation -> the body of a success that has done nothing."""


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of ids in paths."""
    for operation, body in NOTHING.items():
        promise = rid.path(operation, "image_id")
        success = contract.operations[operation].responses[0].status
        yield Fault(
            f"{operation}.absent.found",
            (promise, rid.error(404)),
            f"{operation} of an image that is not there succeeds",
            answering(operation, 404, partial(_found, success, body)),
        )
        said = f"{operation} finds an image by what is like its id"
        place = Where(rid.path(operation, "like"), said, partial(_finding, operation), (promise,))
        yield from product([place], [Effect(word, word, like) for word, like in LIKE.items()])
    yield Fault(
        "image.delete.again",
        (rid.path(DELETE, "image_id"), rid.error(404)),
        "a second delete answers 204",
        answering(DELETE, 404, partial(_found, 204, None)),
    )


def _found(status: int, body: object, _call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return replace(answer, status=status, body=body)


def _finding(operation: str, like: Like) -> Hooks:
    def find(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        if store.get(call.image_id) is not None:
            return None
        mine = (image for image in store.all() if image.owner == caller.project and like(image, call.image_id))
        image = next(mine, None)
        return None if image is None else done_to(operation, image, store)

    return handling(operation, find)
