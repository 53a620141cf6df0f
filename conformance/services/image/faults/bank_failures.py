"""Faults in the failures of one operation: the code, the envelope and its members, the media type, the request id.

A service is written operation by operation, so what one of them does wrong says nothing about the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.bank_answers import OTHER_CODE, header
from conformance.services.image.target.store import Store
from conformance.services.wire import Answer, Call

__all__ = ["failure_faults"]

FAILURES: Mapping[str, tuple[int, ...]] = {
    "image.list": (400, 401),
    "image.create": (400, 401, 409),
    "image.patch": (400, 401, 404),
    "image.download": (401, 404),
    "image.delete": (401, 403, 404),
}
"""Operation -> the codes that a client can have it send."""

Effect = Callable[[Answer], Answer]


def failure_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of failures, operation by operation, and those of the codes that no client can be sure to meet."""
    for operation, codes in FAILURES.items():
        for code in codes:
            other = OTHER_CODE[code]
            body = {"error": {"message": "No.", "code": other, "title": contract.error_codes[other].phrase}}
            yield _fault(
                operation,
                code,
                "other-code",
                (f"error.{code}",),
                f"{other} instead",
                partial(replace, status=other, body=body),
            )
            for word, breaks, said, change in _forms(code):
                yield _fault(operation, code, word, breaks, said, change)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        yield Fault(
            f"error.405.{method.lower()}.other-code",
            ("error.405",),
            f"{method} where it is not defined is answered with 404",
            _failing(partial(_undefined, method), 405, _renumbered(contract, 404)),
        )
        yield Fault(
            f"error.405.{method.lower()}.accepted",
            ("error.405", "status.failure"),
            f"{method} where it is not defined is answered with 200",
            _failing(partial(_undefined, method), 405, lambda answer: replace(answer, status=200, body={})),
        )
    yield from _optional(contract)


def _undefined(method: str, call: Call) -> bool:
    return call.method == method and not call.operation


def _ends(path: str, call: Call) -> bool:
    return call.path.endswith(path)


def _fault(operation: str, code: int, word: str, breaks: tuple[str, ...], said: str, change: Effect) -> Fault:
    hooks = _failing(lambda call: call.operation == operation, code, change)
    return Fault(f"{operation}.failure.{code}.{word}", breaks, f"{code} of {operation}: {said}", hooks)


def _failing(of: Callable[[Call], bool], code: int, change: Effect) -> Hooks:
    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        return change(answer) if call.service == "image" and answer.status == code and of(call) else answer

    return Hooks(answer=answer)


def _forms(code: int) -> Iterator[tuple[str, tuple[str, ...], str, Effect]]:
    html = b"<html><body><h1>Error</h1></body></html>"
    yield "html", ("error.envelope",), "HTML", partial(replace, raw=html, media_type="text/html")
    yield "text", ("error.envelope",), "plain text", partial(replace, raw=b"No such thing.", media_type="text/plain")
    yield "empty", ("error.envelope",), "no body", lambda answer: replace(answer, body=None)
    yield "flat", ("error.envelope",), "a flat object", lambda answer: replace(answer, body=answer.body["error"])
    yield (
        "faults",
        ("error.envelope",),
        "another member",
        lambda answer: replace(answer, body={"itemNotFound": answer.body["error"]}),
    )
    yield (
        "request-id",
        ("header.request-id",),
        "no request id",
        lambda answer: header(answer, "x-openstack-request-id", None),
    )
    yield (
        "media-type",
        ("header.content-type",),
        "JSON called text/html",
        partial(replace, media_type="text/html; charset=UTF-8"),
    )
    yield (
        "charset",
        ("encoding.utf-8",),
        "another charset",
        partial(replace, media_type="application/json; charset=iso-8859-1"),
    )
    yield "not-utf-8", ("error.envelope", "encoding.utf-8"), "a message in another encoding", _gbk
    yield "title-missing", ("error.envelope.title",), "no title", lambda answer: _inner(answer, title=...)
    yield "title-other", ("error.envelope.title",), "another title", lambda answer: _inner(answer, title="Failure")
    yield "message-missing", ("error.envelope.message",), "no message", lambda answer: _inner(answer, message=...)
    yield (
        "message-object",
        ("error.envelope.message",),
        "a message that is an object",
        lambda answer: _inner(answer, message={"text": "No."}),
    )
    yield "code-missing", ("error.envelope.code",), "no code", lambda answer: _inner(answer, code=...)
    yield (
        "code-string",
        ("error.envelope.code",),
        "a code that is a string",
        lambda answer: _inner(answer, code=str(code)),
    )
    yield (
        "code-other",
        ("error.envelope.code",),
        "a code that is not the status",
        lambda answer: _inner(answer, code=code + 1),
    )
    yield "undocumented", ("status.documented",), "422 instead", partial(replace, status=422)
    yield "server-error", ("status.server-error",), "503 instead", partial(replace, status=503)


def _inner(answer: Answer, **members: object) -> Answer:
    inner = {**answer.body["error"], **members}
    return replace(answer, body={"error": {key: value for key, value in inner.items() if value is not ...}})


def _gbk(answer: Answer) -> Answer:
    return replace(answer, raw='{"error": {"message": "找不到", "code": 404, "title": "Not Found"}}'.encode("gbk"))


def _renumbered(contract: Contract, code: int) -> Effect:
    body = {"error": {"message": "No.", "code": code, "title": contract.error_codes[code].phrase}}
    return partial(replace, status=code, body=body)


def _optional(contract: Contract) -> Iterator[Fault]:
    """Codes that are judged where they are met by chance: here a list by a status that no image has meets them."""

    def met(code: int, call: Call, answer: Answer, _store: Store) -> Answer:
        if call.operation != "image.list" or dict(call.query).get("status") != "deactivated":
            return answer
        return replace(answer, status=code, raw=b"<html>Error</html>", media_type="text/html")

    for code in contract.error_codes:
        if code >= 500 or code in {407, 408}:
            yield Fault(
                f"error.{code}.met.html",
                (f"error.{code}",),
                f"{code} is met, and is HTML",
                Hooks(answer=partial(met, code)),
            )
    yield Fault(
        "error.406.html",
        ("error.406",),
        "406 is sent in HTML",
        _failing(lambda _call: True, 406, partial(replace, raw=b"<html>Error</html>", media_type="text/html")),
    )
    yield Fault(
        "error.406.other-code",
        ("error.406",),
        "a type that nobody has is answered with 400",
        _failing(lambda _call: True, 406, _renumbered(contract, 400)),
    )
    yield Fault(
        "error.300.envelope",
        ("error.300",),
        "version discovery carries the envelope of an error",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, body={"error": {"message": "Choose.", "code": 300, "title": "Multiple Choices"}})
                if call.service == "image" and answer.status == 300
                else answer
            )
        ),
    )
    yield Fault(
        "error.300.empty",
        ("error.300",),
        "version discovery offers nothing",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, body={"versions": []}) if call.service == "image" and answer.status == 300 else answer
            )
        ),
    )
    for place, path in (("no-resource", "/v2/conformance-no-such-resource"), ("no-part", "/no-such-part")):
        yield Fault(
            f"status.failure.{place}",
            ("status.failure", "error.404"),
            f"a path that is not defined ({place}) is answered with 200",
            _failing(partial(_ends, path), 404, lambda answer: replace(answer, status=200, body={})),
        )
