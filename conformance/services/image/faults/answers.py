"""Faults in the form of answers: status, headers, encoding, and the type and presence of each member of each body."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from conformance.model.contract import Authority, Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import REQUEST_ID, form_faults, header, without_request_id
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import answering
from conformance.services.product import family
from conformance.services.wire import Answer, Call

__all__ = ["faults", "finds_no_status"]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults in the form of answers."""
    for operation in contract.operations.values():
        if operation.service == "image" and operation.authority is not Authority.UPSTREAM:
            yield from form_faults(contract, operation, partial(_calls, operation.id))
    yield from family("request-id", ("header.request-id",), _request_ids())
    yield Fault(
        "content-length.large",
        ("header.content-length",),
        "a list announces more bytes than it sends",
        _everywhere(lambda call, answer: _longer(answer) if call.operation == "image.list" else answer),
    )
    yield Fault(
        "status.class",
        ("status.class",),
        "a delete of what is not there is answered with 600",
        answering("image.delete", 404, lambda _call, answer, _store: replace(answer, status=600)),
    )
    yield Fault(
        "header.allow.missing",
        ("header.allow",),
        "a 405 does not say which methods are defined",
        _everywhere(lambda _call, answer: header(answer, "Allow", None) if answer.status == 405 else answer),
    )
    envelope = {"error": {"message": "No.", "code": 400, "title": "Bad Request"}}
    yield Fault(
        "status.success",
        ("status.success",),
        "a list by a status that no image has is answered with 200 and means an error",
        _everywhere(lambda call, answer: replace(answer, body=envelope) if finds_no_status(call, answer) else answer),
    )


def _calls(operation: str, call: Call) -> bool:
    return call.operation == operation


def finds_no_status(call: Call, answer: Answer) -> bool:
    """Whether this is a list by a status that finds no image: a request that few clients send."""
    return (
        call.operation == "image.list"
        and answer.status == 200
        and "status" in asked(call)
        and isinstance(answer.body, dict)
        and not answer.body["images"]
    )


def _everywhere(change: Callable[[Call, Answer], Answer]) -> Hooks:
    return Hooks(answer=lambda call, answer, _store: change(call, answer) if call.service == "image" else answer)


def _request_ids() -> Iterator[tuple[str, str, Hooks]]:
    constant = "req-00000000-0000-4000-8000-000000000000"
    yield (
        "repeated",
        "every answer has the same request id",
        _everywhere(lambda _call, item: header(item, REQUEST_ID, constant)),
    )
    yield "empty", "the request id is empty", _everywhere(lambda _call, item: header(item, REQUEST_ID, ""))
    yield (
        "failures",
        "failures have no request id",
        _everywhere(lambda _call, item: without_request_id(item) if item.status >= 400 else item),
    )


def _longer(answer: Answer) -> Answer:
    size = len(answer.encoded()) + 7
    return header(header(answer, "Content-Length", str(size)), "Connection", "close")
