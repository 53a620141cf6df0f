"""Faults that show under a condition only: for one kind of image, one kind of query, one caller, or one call in many.

A moment is a condition on the call, on the image that it is about, and on the answer; the faults are the moments of
each operation times what can be wrong with its answers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import cycle

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import OTHER_SUCCESS, AnswerChange, broken, without_request_id
from conformance.services.image.faults.reading import asked, named, operations, sent
from conformance.services.image.faults.stages import without
from conformance.services.image.faults.texts import is_han
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

OPERATIONS = ("image.create", "image.patch", "image.download", "image.delete", "image.list")
Applies = Callable[[Call, StoredImage | None, Answer], bool]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults that show at certain moments only."""
    for name in OPERATIONS:
        operation = contract.operations[name]
        spec = operation.responses[0]
        # Each moment loses another member: one of them in each will do.
        members = cycle(sorted((spec.schema or {}).get("required", ())))
        for word, applies in _moments(contract, name).items():
            place = Where(f"{name}.only.{word}", f"{name}, {word.replace('-', ' ')} only", partial(_at, name, applies))
            yield from product([place], _effects(operation, next(members, "")))
        for number in (1, 7):
            yield Fault(
                f"{name}.only.call-{number}.server-error",
                ("status.server-error",),
                f"call {number} of {name} is answered with 500",
                _at(name, _once(number), broken),
            )
        yield Fault(
            f"{name}.only.other-project.request-id",
            ("header.request-id",),
            f"{name} of the second project has no request id",
            _at(name, _by_another(), without_request_id, failures=True),
        )
    yield Fault("rare.one-in-forty", ("status.server-error",), "one answer in forty is 500", _each(40))


def _effects(operation: Operation, member: str) -> Iterator[Effect[AnswerChange]]:
    """What can be wrong with the success of an operation; of its members this one."""
    spec = operation.responses[0]
    promise = rid.response(operation.id, spec.status)
    yield Effect("server-error", "500", broken, ("status.server-error",))
    yield Effect("status", "another success", partial(replace, status=OTHER_SUCCESS[spec.status]), (promise,))
    yield Effect("request-id", "no request id", without_request_id, ("header.request-id",))
    if spec.schema is not None:
        html = partial(replace, media_type="text/html")
        yield Effect("media-type", "called HTML", html, ("header.content-type",))
        lost = partial(without, name=member)
        yield Effect(f"{member}-missing", f"no {member}", lost, (rid.response(operation.id, spec.status, member),))


def _at(operation: str, applies: Applies, change: AnswerChange, *, failures: bool = False) -> Hooks:
    """Change the successes of an operation at a moment (or whatever it answers). The image is the one before the
    call."""
    before: dict[str, StoredImage] = {}

    def remember(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        before.pop(call.image_id, None)
        if call.operation == operation and image is not None:
            before[call.image_id] = copy.copy(image)
        return None

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        if call.operation != operation or (answer.status >= 300 and not failures):
            return answer
        made = answer.body.get("id") if isinstance(answer.body, dict) else None
        image = store.get(str(made)) if operation == "image.create" else before.get(call.image_id)
        return change(answer) if applies(call, image, answer) else answer

    return Hooks(handle=remember, answer=answer)


# --- the moments of each operation ----------------------------------------------------------------------------------


def _moments(contract: Contract, operation: str) -> Mapping[str, Applies]:
    """Word of the fault's id -> the moment."""
    return {
        "image.create": _of_creates,
        "image.patch": _of_patches,
        "image.download": _of_downloads,
        "image.delete": _of_deletes,
        "image.list": _of_lists,
    }[operation](contract)


def _image(holds: Callable[[StoredImage], bool]) -> Applies:
    return lambda _call, image, _answer: image is not None and holds(image)


def _call(holds: Callable[[Call], bool]) -> Applies:
    return lambda call, _image, _answer: holds(call)


def _rows(holds: Callable[[list[dict[str, object]]], bool]) -> Applies:
    return lambda _call, _image, answer: holds(answer.body["images"])


HAS_DATA = {
    "active-image": _image(lambda image: bool(image.data)),
    "queued-image": _image(lambda image: image.data is None),
}
IS_NAMED = {"chinese-name": _image(lambda image: is_han(str(image.members["name"])))}
IS_SHARED = {"shared-image": _image(lambda image: image.members["visibility"] == "shared")}
KINDS: Mapping[str, Applies] = {
    **IS_NAMED,
    "protected-image": _image(lambda image: bool(image.members["protected"])),
    **IS_SHARED,
    "tagged-image": _image(lambda image: bool(image.members["tags"])),
    "image-with-properties": _image(lambda image: bool(image.properties)),
}
"""Kinds of images that a create makes and a patch changes."""


def _of_creates(contract: Contract) -> Mapping[str, Applies]:
    most = (contract.operations["image.create"].request_schema or {})["properties"]["min_ram"]["maximum"]
    return {
        **KINDS,
        "four-byte-name": _image(lambda image: any(char > "\uffff" for char in str(image.members["name"]))),
        "quoted-name": _image(lambda image: '"' in str(image.members["name"])),
        "long-name": _image(lambda image: len(str(image.members["name"])) > 200),
        "no-name": _image(lambda image: image.members["name"] is None),
        "own-id": _call(lambda call: "id" in sent(call)),
        "disk-and-ram-together": _call(lambda call: {"min_disk", "min_ram"} <= sent(call).keys()),
        "largest-ram": _image(lambda image: bool(image.members["min_ram"] == most)),
        "several-tags": _image(lambda image: len(image.members["tags"]) > 1),
    }


def _of_patches(_contract: Contract) -> Mapping[str, Applies]:
    return {
        **HAS_DATA,
        **KINDS,
        "several-operations": _call(lambda call: len(named(call)) > 1),
        "remove": _call(lambda call: any(item.get("op") == "remove" for item in operations(call))),
        "a-second-change": _image(lambda image: image.updated > image.created),
    }


def _of_downloads(_contract: Contract) -> Mapping[str, Applies]:
    return {
        "large-file": _image(lambda image: len(image.data or b"") > 65536),
        "one-byte": _image(lambda image: len(image.data or b"") == 1),
        "changed-image": _image(lambda image: bool(image.members["min_ram"])),
    }


def _of_deletes(_contract: Contract) -> Mapping[str, Applies]:
    return {**HAS_DATA, **IS_NAMED, **IS_SHARED}


def _of_lists(_contract: Contract) -> Mapping[str, Applies]:
    parameters = ("changes-since", "limit", "marker", "name", "sort_key", "status", "type")
    return {
        **{f"with-{name.replace('_', '-')}": _call(partial(_asks, name)) for name in parameters},
        "without-a-query": _call(lambda call: not call.query),
        "no-images": _rows(lambda found: not found),
        "several-images": _rows(lambda found: len(found) > 2),
        "active-images": _rows(lambda found: any(row["status"] == "active" for row in found)),
        "chinese-names": _rows(lambda found: any(is_han(str(row["name"])) for row in found)),
    }


def _asks(name: str, call: Call) -> bool:
    return name in asked(call)


# --- by the count of calls, and by who calls ------------------------------------------------------------------------


def _once(number: int) -> Applies:
    count = 0

    def applies(_call: Call, _image: StoredImage | None, _answer: Answer) -> bool:
        nonlocal count
        count += 1
        return count == number

    return applies


def _by_another() -> Applies:
    first = ""

    def applies(call: Call, _image: StoredImage | None, _answer: Answer) -> bool:
        nonlocal first
        if call.caller is None:
            return False
        first = first or call.caller.project
        return call.caller.project != first

    return applies


def _each(number: int) -> Hooks:
    """A 500 in place of each answer of this number, whatever was asked."""
    count = 0

    def answer(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        nonlocal count
        count += call.service == "image"
        return broken(answer) if call.service == "image" and count % number == 0 else answer

    return Hooks(answer=answer)
