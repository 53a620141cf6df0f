"""Faults that show at one moment only: one kind of image, one kind of query, one caller, one call in many.

A moment is a condition on the call and on the image that it concerns; an effect is what goes wrong then. Each operation's moments
are crossed with the effects that its answers can have.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import Any

from conformance.model.contract import Contract, Operation
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.bank_answers import OTHER_SUCCESS, header
from conformance.services.image.target.store import Image, Store
from conformance.services.wire import Answer, Call, Caller

__all__ = ["moment_faults"]

Applies = Callable[[Call, Image | None, Answer], bool]
Effect = Callable[[Answer], Answer]


def moment_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of moments."""
    for name in ("image.create", "image.patch", "image.download", "image.delete", "image.list"):
        operation = contract.operations[name]
        members = cycle(_members(operation))
        for word, applies in _moments(name).items():
            for effect, breaks, change in _effects(operation, members):
                yield Fault(
                    f"{name}.only.{word}.{effect}",
                    breaks,
                    f"{name}, {word.replace('-', ' ')} only: {effect.replace('-', ' ')}",
                    at(name, applies, change),
                )
        for number in (1, 7):
            yield Fault(
                f"{name}.only.call-{number}.server-error",
                ("status.server-error",),
                f"call {number} of {name} is answered with 500",
                at(name, _once(number), broken),
            )
        yield Fault(
            f"{name}.only.other-project.request-id",
            ("header.request-id",),
            f"{name} of the second project has no request id",
            at(name, _by_another(), _no_request_id, failures=True),
        )


def at(operation: str, applies: Applies, change: Effect, *, failures: bool = False) -> Hooks:
    """Change the successes of an operation at a moment (or whatever it answers)."""
    before: dict[str, Image] = {}

    def remember(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        before.pop(call.image_id, None)
        if call.operation == operation and image is not None:
            before[call.image_id] = copy.copy(image)
        return None

    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        if call.operation != operation or (answer.status >= 300 and not failures):
            return answer
        made = answer.body.get("id") if isinstance(answer.body, dict) else None
        image = store.get(str(made)) if operation == "image.create" else before.get(call.image_id)
        return change(answer) if applies(call, image, answer) else answer

    return Hooks(handle=remember, answer=answer)


def _moments(operation: str) -> Mapping[str, Applies]:
    images: dict[str, Callable[[Image], bool]] = {
        "active-image": lambda image: bool(image.data),
        "queued-image": lambda image: image.data is None,
        "chinese-name": lambda image: any("一" <= char <= "鿿" for char in str(image.members["name"])),
        "protected-image": lambda image: bool(image.members["protected"]),
        "shared-image": lambda image: image.members["visibility"] == "shared",
        "tagged-image": lambda image: bool(image.members["tags"]),
        "image-with-properties": lambda image: bool(image.properties),
    }
    applied = {word: _of_image(holds) for word, holds in images.items()}
    if operation == "image.create":
        return {
            **{word: item for word, item in applied.items() if word not in {"active-image", "queued-image"}},
            "four-byte-name": _of_image(lambda image: any(char > "\uffff" for char in str(image.members["name"]))),
            "quoted-name": _of_image(lambda image: '"' in str(image.members["name"])),
            "long-name": _of_image(lambda image: len(str(image.members["name"])) > 200),
            "no-name": _of_image(lambda image: image.members["name"] is None),
            "own-id": lambda call, _image, _answer: b'"id": ' in call.body,
            "disk-and-ram-together": lambda call, _image, _answer: (
                b'"min_disk"' in call.body and b'"min_ram"' in call.body
            ),
            "largest-ram": _of_image(lambda image: image.members["min_ram"] == 2147483647),
            "several-tags": _of_image(lambda image: len(image.members["tags"]) > 1),
        }
    if operation == "image.patch":
        return {
            **applied,
            "several-operations": lambda call, _image, _answer: call.body.count(b'"op"') > 1,
            "remove": lambda call, _image, _answer: b'"remove"' in call.body,
            "a-second-change": _of_image(lambda image: image.updated > image.created),
        }
    if operation == "image.download":
        return {
            "large-file": _of_image(lambda image: len(image.data or b"") > 65536),
            "one-byte": _of_image(lambda image: len(image.data or b"") == 1),
            "changed-image": _of_image(lambda image: bool(image.members["min_ram"])),
        }
    if operation == "image.delete":
        return {
            word: item
            for word, item in applied.items()
            if word in {"active-image", "queued-image", "chinese-name", "shared-image"}
        }
    words = {"limit", "name", "status", "sort_key", "marker", "changes-since", "type"}
    return {
        **{f"with-{word.replace('_', '-')}": partial(_asked, word) for word in sorted(words)},
        "without-a-query": lambda call, _image, _answer: not call.query,
        "no-images": lambda _call, _image, answer: not answer.body["images"],
        "several-images": lambda _call, _image, answer: len(answer.body["images"]) > 2,
        "active-images": lambda _call, _image, answer: any(row["status"] == "active" for row in answer.body["images"]),
        "chinese-names": lambda _call, _image, answer: any(
            "一" <= char <= "鿿" for row in answer.body["images"] for char in str(row["name"])
        ),
    }


def _of_image(holds: Callable[[Image], bool]) -> Applies:
    return lambda _call, image, _answer: image is not None and holds(image)


def _asked(word: str, call: Call, _image: Image | None, _answer: Answer) -> bool:
    return any(name == word for name, _ in call.query)


def _once(number: int) -> Applies:
    count = {"calls": 0}

    def applies(_call: Call, _image: Image | None, _answer: Answer) -> bool:
        count["calls"] += 1
        return count["calls"] == number

    return applies


def _by_another() -> Applies:
    first: list[str] = []

    def applies(call: Call, _image: Image | None, _answer: Answer) -> bool:
        if call.caller is None:
            return False
        first.extend([] if first else [call.caller.project])
        return call.caller.project != first[0]

    return applies


def _members(operation: Operation) -> list[str]:
    schema = operation.responses[0].schema or {}
    return sorted(schema.get("required", ()))


def _effects(operation: Operation, members: Iterator[str]) -> Iterator[tuple[str, tuple[str, ...], Effect]]:
    name, status = operation.id, operation.responses[0].status
    root = f"{name}.response.{status}"
    yield "server-error", ("status.server-error",), broken
    yield "status", (root,), partial(replace, status=OTHER_SUCCESS[status])
    yield "request-id", ("header.request-id",), _no_request_id
    if operation.responses[0].schema is None:
        return
    yield "media-type", ("header.content-type",), partial(replace, media_type="text/html")
    member = next(members)
    yield f"{member}-missing", (f"{root}.{member}",), partial(_cut, member)


def broken(answer: Answer) -> Answer:
    """A 500 with its envelope in place of an answer."""
    body = {"error": {"message": "It broke.", "code": 500, "title": "Internal Server Error"}}
    return replace(answer, status=500, body=body, raw=None, media_type="application/json")


def _no_request_id(answer: Answer) -> Answer:
    return header(answer, "x-openstack-request-id", None)


def _cut(member: str, answer: Answer) -> Answer:
    kept: dict[str, Any] = {key: value for key, value in answer.body.items() if key != member}
    return replace(answer, body=kept)
