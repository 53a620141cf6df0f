"""Makers of hooks for the image target, one for each kind of interference: in a query, a body, what is stored, an
answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conformance.services.fault import Hooks
from conformance.services.image.faults.reading import asked, operations
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = [
    "FILE_TYPE",
    "Body",
    "answering",
    "asking",
    "changed_all_the_same",
    "creating",
    "done_to",
    "done_with",
    "handling",
    "listing",
    "patching",
    "refuse",
    "rows",
    "showing",
    "storing",
    "without",
]

Body = dict[str, Any]
FILE_TYPE = "application/octet-stream"


def refuse(status: int = 400) -> Any:
    """Refuse the request."""
    raise Refused(status, "No.")


def handling(operation: str, act: Callable[[Call, Caller, ImageStore], Answer | None]) -> Hooks:
    """Do something before an operation, or in its place when that gives an answer."""
    return Hooks(handle=lambda call, caller, store: act(call, caller, store) if call.operation == operation else None)


def done_to(operation: str, image: StoredImage, store: ImageStore) -> Answer:
    """What an operation answers that is done to an image, whoever asks: it is shown, its file is sent, it is
    deleted."""
    if operation == "image.delete":
        store.drop(image.id)
        return Answer(204)
    if operation == "image.download":
        return Answer(204) if image.data is None else Answer(200, image.data, media_type=FILE_TYPE)
    return Answer(200, document(image))


def changed_all_the_same(call: Call, image: StoredImage) -> Answer:
    """What a change of numbers and of the name answers that is made whoever asks, and whether the image is there or
    not."""
    for item in operations(call):
        if item.get("path") in {"/min_ram", "/min_disk", "/name"}:
            image.members[item["path"][1:]] = item.get("value")
    return Answer(200, document(image))


# --- lists ----------------------------------------------------------------------------------------------------------


def asking(change: Callable[[dict[str, str]], dict[str, str]]) -> Hooks:
    """Understand the query of a list otherwise."""

    def query(_call: Call, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        # What is not changed stays to the letter: a parameter may be there twice.
        old = dict(pairs)
        new = change(old)
        return pairs if new == old else list(new.items())

    return Hooks(query=query)


def listing(
    change: Callable[[Call, list[StoredImage], ImageStore], list[StoredImage]], *, instead_of: str = ""
) -> Hooks:
    """List from other images; when `instead_of` names a parameter, in place of what that selects, and only if it is
    asked for."""

    def visible(call: Call, images: list[StoredImage], store: ImageStore) -> list[StoredImage]:
        return change(call, images, store) if not instead_of or instead_of in asked(call) else images

    if not instead_of:
        return Hooks(visible=visible)
    return Hooks(query=lambda _call, query: [pair for pair in query if pair[0] != instead_of], visible=visible)


# --- what is understood and stored ----------------------------------------------------------------------------------


def creating(change: Callable[[Body], Any]) -> Hooks:
    """Understand the body of a create otherwise."""

    def members(call: Call, body: Any, _store: ImageStore) -> Any:
        return change(dict(body)) if call.operation == "image.create" and isinstance(body, dict) else body

    return Hooks(members=members)


def patching(change: Callable[[list[Any]], Any]) -> Hooks:
    """Understand the operations of a patch otherwise."""

    def members(call: Call, body: Any, _store: ImageStore) -> Any:
        return change(body) if call.operation == "image.patch" and isinstance(body, list) else body

    return Hooks(members=members)


def storing(operation: str, change: Callable[[StoredImage], Any]) -> Hooks:
    """Store an image otherwise, so that the answer shows it too."""
    return Hooks(stored=lambda call, image, _store: change(image) if call.operation == operation else None)


def done_with(operation: str, change: Callable[[StoredImage], Any]) -> Hooks:
    """Alter what is stored once it has been answered."""

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(answer.body["id"]) if call.operation == operation and answer.status in {200, 201} else None
        if image is not None:
            change(image)
        return answer

    return Hooks(answer=answer)


# --- what is answered -----------------------------------------------------------------------------------------------


def answering(operation: str, status: int, change: Callable[[Call, Answer, ImageStore], Answer]) -> Hooks:
    """Change the answers of an operation that have this status."""
    return Hooks(
        answer=lambda call, answer, store: (
            change(call, answer, store) if (call.operation, answer.status) == (operation, status) else answer
        )
    )


def showing(operation: str, status: int, change: Callable[[Body], Body]) -> Hooks:
    """Change the document that an operation answers with this status."""
    return answering(operation, status, lambda _call, answer, _store: replace(answer, body=change(answer.body)))


def rows(answer: Answer, change: Callable[[list[Any]], list[Any]]) -> Answer:
    """The answer of a list with other images."""
    return replace(answer, body={**answer.body, "images": change(answer.body["images"])})


def without(answer: Answer, name: str) -> Answer:
    """The answer without a member of its document."""
    return replace(answer, body={key: value for key, value in answer.body.items() if key != name})
