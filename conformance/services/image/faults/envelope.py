"""Faults of error answers: the code, the envelope and its members, the media type, the request id; and success in place
of an error.

A service is written operation by operation, so what one of them does wrong says nothing about the others: each failure
that a client can have an operation send is a place of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import AnswerChange, changing, refusal, without_request_id
from conformance.services.image.faults.answers import finds_no_status
from conformance.services.product import Effect, Where, product
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = ["faults"]

FAILURES: Mapping[str, tuple[int, ...]] = {
    "image.list": (400, 401),
    "image.create": (400, 401, 409),
    "image.patch": (400, 401, 404),
    "image.download": (401, 404),
    "image.delete": (401, 403, 404),
}
"""Operation -> the codes that a client can have it send."""
OTHER_CODE: Mapping[int, int] = {400: 404, 401: 403, 403: 400, 404: 400, 405: 404, 409: 400}
"""Documented code -> another one, sent in its place."""
HTML = partial(replace, raw=b"<html><body><h1>Error</h1></body></html>", media_type="text/html")


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of failures."""
    for code in OTHER_CODE:
        place = Where(rid.error(code), f"{code}", partial(_failing, _anywhere, code))
        yield from product([place], _codes(contract, code))
    everywhere = Where(rid.envelope(), "the envelope of every failure", partial(changing, _is_failure))
    yield from product([everywhere], _envelopes())
    for operation, codes in FAILURES.items():
        for code in codes:
            hooks = partial(_failing, partial(_calls, operation), code)
            place = Where(f"{operation}.failure.{code}", f"{code} of {operation}", hooks)
            yield from product([place], _forms(contract, code))
    yield from _undefined_methods(contract)
    yield from _undefined_paths(contract)
    yield from _optional(contract)


def _is_failure(call: Call, answer: Answer) -> bool:
    return call.service == "image" and answer.status >= 400


def _anywhere(_call: Call) -> bool:
    return True


def _calls(operation: str, call: Call) -> bool:
    return call.operation == operation


def _failing(of: Callable[[Call], bool], code: int, change: AnswerChange) -> Hooks:
    return changing(lambda call, answer: call.service == "image" and answer.status == code and of(call), change)


def _codes(contract: Contract, code: int) -> Iterator[Effect[AnswerChange]]:
    """What can be wrong with all failures of one code."""
    other = OTHER_CODE[code]
    yield Effect("other", f"{other} instead", partial(refusal, contract, other), (rid.error(code),))
    yield Effect("html", "HTML", HTML, (rid.envelope(),))
    yield Effect("flat", "a flat object", _flat, (rid.envelope(),))
    yield Effect("empty", "no body", partial(replace, body=None), (rid.envelope(),))
    yield Effect("undocumented", "418 instead", partial(replace, status=418), ("status.documented",))
    yield Effect("server-error", "500 instead", partial(replace, status=500), ("status.server-error",))


def _envelopes() -> Iterator[Effect[AnswerChange]]:
    """What can be wrong with the envelope of every failure."""
    wrong: Mapping[str, Mapping[str, Any]] = {
        "message": {"missing": ..., "mistyped": ["No."], "empty": ""},
        "code": {"missing": ..., "mistyped": "404", "differs": 499},
        "title": {"missing": ..., "mistyped": 404, "other": "Something Else"},
    }
    for member, values in wrong.items():
        for word, value in values.items():
            breaks = (rid.envelope(member),)
            yield Effect(f"{member}.{word}", f"{member} is {word}", partial(_with, member, value), breaks)
    whole = (rid.envelope(),)
    yield Effect("renamed", "it is called fault", lambda item: replace(item, body={"fault": item.body["error"]}), whole)
    yield Effect("list", "it is a list", lambda item: replace(item, body=[item.body]), whole)


def _forms(contract: Contract, code: int) -> Iterator[Effect[AnswerChange]]:
    """What can be wrong with one failure of one operation."""
    envelope = (rid.envelope(),)
    title, message, number = ((rid.envelope(member),) for member in ("title", "message", "code"))
    other = OTHER_CODE[code]
    yield Effect("other-code", f"{other} instead", partial(refusal, contract, other), (rid.error(code),))
    yield Effect("html", "HTML", HTML, envelope)
    text = partial(replace, raw=b"There is no such thing.", media_type="text/plain")
    yield Effect("text", "plain text", text, envelope)
    yield Effect("empty", "no body", partial(replace, body=None), envelope)
    yield Effect("flat", "a flat object", _flat, envelope)
    yield Effect(
        "faults", "another member", lambda item: replace(item, body={"itemNotFound": item.body["error"]}), envelope
    )
    yield Effect("request-id", "no request id", without_request_id, ("header.request-id",))
    called_html = partial(replace, media_type="text/html; charset=UTF-8")
    yield Effect("media-type", "JSON called text/html", called_html, ("header.content-type",))
    latin = partial(replace, media_type=f"{JSON_TYPE}; charset=iso-8859-1")
    yield Effect("charset", "another charset", latin, ("encoding.utf-8",))
    yield Effect("not-utf-8", "a message in another encoding", _in_gbk, (*envelope, "encoding.utf-8"))
    yield Effect("title-missing", "no title", partial(_with, "title", ...), title)
    yield Effect("title-other", "another title", partial(_with, "title", "Failure"), title)
    yield Effect("message-missing", "no message", partial(_with, "message", ...), message)
    yield Effect("message-object", "a message that is an object", partial(_with, "message", {"text": "No."}), message)
    yield Effect("code-missing", "no code", partial(_with, "code", ...), number)
    yield Effect("code-string", "a code that is a string", partial(_with, "code", str(code)), number)
    yield Effect("code-other", "a code that is not the status", partial(_with, "code", code + 1), number)
    yield Effect("undocumented", "422 instead", partial(replace, status=422), ("status.documented",))
    yield Effect("server-error", "503 instead", partial(replace, status=503), ("status.server-error",))


def _flat(answer: Answer) -> Answer:
    return replace(answer, body=answer.body["error"])


def _with(member: str, value: Any, answer: Answer) -> Answer:
    """The failure with another value of a member of its envelope; without the member for an ellipsis."""
    inner = {key: old for key, old in answer.body["error"].items() if key != member}
    return replace(answer, body={"error": inner if value is ... else {**inner, member: value}})


def _in_gbk(answer: Answer) -> Answer:
    return replace(answer, raw='{"error": {"message": "找不到", "code": 404, "title": "Not Found"}}'.encode("gbk"))


# --- what is not defined --------------------------------------------------------------------------------------------


def _undefined_methods(contract: Contract) -> Iterator[Fault]:
    def calls(method: str, call: Call) -> bool:
        return call.method == method and not call.operation

    for method in ("PUT", "PATCH", "DELETE", "POST"):
        hooks = partial(_failing, partial(calls, method), 405)
        place = Where(
            f"{rid.error(405)}.{method.lower()}", f"{method} where it is not defined", hooks, (rid.error(405),)
        )
        yield from product(
            [place],
            [
                Effect("other-code", "404 instead", partial(refusal, contract, 404)),
                Effect("accepted", "200 instead", partial(replace, status=200, body={}), ("status.failure",)),
            ],
        )


def _undefined_paths(contract: Contract) -> Iterator[Fault]:
    """Success where nothing is: beside all paths of the contract, or below one of them."""
    accepted = partial(replace, status=200, body={})
    paths = [operation.path for operation in contract.operations.values() if operation.service == "image"]
    versions = {path.split("/")[1] for path in paths}
    templates = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "/.+") for path in paths if "{" in path]

    def below(call: Call) -> bool:
        return not call.operation and any(template.fullmatch(call.path) for template in templates)

    def beside(call: Call) -> bool:
        return not call.operation and call.path.split("/")[1] in versions and not below(call)

    for word, said, of in (
        ("no-resource", "beside those that are", beside),
        ("no-part", "below one that is", below),
    ):
        yield Fault(
            f"status.failure.{word}",
            ("status.failure", rid.error(404)),
            f"a path that is not defined, {said}, is answered with 200",
            _failing(of, 404, accepted),
        )


def _optional(contract: Contract) -> Iterator[Fault]:
    """Codes that no client can be sure to meet; they are judged where they are met."""
    for code in contract.error_codes:
        if code >= 500 or code in {407, 408}:
            yield Fault(
                f"{rid.error(code)}.met.html",
                (rid.error(code),),
                f"{code} is met by a list that finds nothing, and is HTML",
                changing(finds_no_status, partial(HTML, status=code)),
            )
    not_acceptable = Where(
        rid.error(406), "a type that nobody has", partial(_failing, _anywhere, 406), (rid.error(406),)
    )
    yield from product(
        [not_acceptable],
        [Effect("html", "406 is HTML", HTML), Effect("other-code", "400 instead", partial(refusal, contract, 400))],
    )
    versions = Where(rid.error(300), "version discovery", partial(_failing, _anywhere, 300), (rid.error(300),))
    choose = {"error": {"message": "Choose.", "code": 300, "title": "Multiple Choices"}}
    yield from product(
        [versions],
        [
            Effect("envelope", "it carries the envelope of an error", partial(replace, body=choose)),
            Effect("empty", "it offers nothing", partial(replace, body={"versions": []})),
        ],
    )
