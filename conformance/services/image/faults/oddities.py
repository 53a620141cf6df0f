"""Faults in what an answer says that a client takes for granted: a null for a name, an old state, no id, rows that are no
images."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken
from conformance.services.image.faults.reading import sent
from conformance.services.image.target.store import DEFAULTS, ImageStore
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

BodyEdit = Callable[[dict[str, Any]], Any]


def faults(contract: Contract) -> Iterator[Fault]:
    """Answers that are not what a client reads without looking."""
    yield Fault(
        "answer.create.name-null",
        ("image.create.body.name", "image.create.response.201.name"),
        "a create answers null for the name",
        _saying("image.create", 201, lambda body: {**body, "name": None}),
    )
    yield Fault(
        "answer.show.no-id",
        ("image.create.body.id",),
        "show leaves out the id",
        _saying("image.show", 200, lambda body: {key: value for key, value in body.items() if key != "id"}),
    )
    yield Fault(
        "answer.show.array",
        ("image.create.body.name",),
        "show wraps each member in an array",
        _saying("image.show", 200, lambda body: {key: [value] for key, value in body.items()}),
    )
    yield Fault(
        "answer.list.rows",
        ("image.list.response.200.images",),
        "a list has null and a number among its images",
        _saying("image.list", 200, lambda body: {**body, "images": [None, *body["images"], 7]}),
    )
    yield Fault(
        "answer.show.null-property",
        ("status.server-error",),
        "an image with a further property that is null can be made, and is 500 when it is shown",
        _unreadable(),
    )
    yield Fault(
        "answer.show.late",
        ("image.create.response.201",),
        "a new image is not there when it is first shown",
        Hooks(answer=_Late().answer),
    )
    yield Fault(
        "answer.show.stale",
        ("image.patch.stored",),
        "one time in three show has an image as it was before",
        Hooks(answer=_Stale().answer),
    )


def _saying(operation: str, status: int, change: BodyEdit) -> Hooks:
    def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
        if (call.operation, said.status) != (operation, status):
            return said
        return replace(said, body=change(said.body))

    return Hooks(answer=answer)


def _unreadable() -> Hooks:
    made: set[str] = set()

    def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
        nulls = {name for name, value in sent(call).items() if value is None} - DEFAULTS.keys() - {"id"}
        if call.operation == "image.create" and said.status == 201 and nulls:
            made.add(said.body["id"])
        return broken(said) if call.operation == "image.show" and call.image_id in made else said

    return Hooks(answer=answer)


class _Late:
    """Says 404 to the first show of every fourth image."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or 404 in its place."""
        if call.operation != "image.show" or said.status != 200 or call.image_id in self._seen:
            return said
        self._seen.add(call.image_id)
        if len(self._seen) % 4:
            return said
        body = {"error": {"message": "No image found.", "code": 404, "title": "Not Found"}}
        return replace(said, status=404, body=body)


class _Stale:
    """Keeps what show has said of each image; of what has changed since it says the old, one time in three."""

    def __init__(self) -> None:
        self._said: dict[str, Any] = {}
        self._turn = 0

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or what it was before."""
        if call.operation != "image.show" or said.status != 200:
            return said
        before = self._said.get(call.image_id)
        self._said[call.image_id] = copy.deepcopy(said.body)
        if before is None or before == said.body:
            return said
        self._turn += 1
        return said if self._turn % 3 else replace(said, body=before)
