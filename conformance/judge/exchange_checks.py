"""The checks of one exchange: its status and its headers, whoever sent it and why.

Rules (here, in envelope_checks.py and in body_checks.py)
- Each check reports every violation that it sees, and says so when it looked and saw none.
- What one deviation breaks is reported once: an answer in HTML breaks the envelope, not also its members.
- Members, statuses, codes, links and media types come from the contract; nothing here names one of a service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.judge.answer import (
    answers_for_a_part,
    documented,
    json_or_none,
    look,
    root_of,
    whole_success,
)
from conformance.judge.partition import (
    asks_too_much,
    has_unknown_parameter,
    names_another_media_type,
    parts,
    telling,
)
from conformance.judge.registry import Look, check
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Standing
from conformance.model.jsonvalue import Unreadable
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["request_id"]

DOCUMENTED, SERVER_ERROR = "status.documented", "status.server-error"
TOO_MUCH, MEDIA_TYPE, UNKNOWN_PARAMETER = "status.too-much", "status.media-type", "status.unknown-parameter"
"""Statuses of requests that the document does not speak of (rulings 44, 48 and 49)."""
REQUEST_ID_NAMES = ("x-openstack-request-id", "requestid", "request_id", "request-id", "x-request-id")


def request_id(exchange: Exchange) -> str | None:
    """The request id of an answer: a header, or a member of the body or of its only object (ruling 25), in any case."""
    for name, value in exchange.response.headers.items:
        if name.lower() in REQUEST_ID_NAMES and value.strip():
            return value.strip()
    body = json_or_none(exchange)
    nodes = [body, *body.values()] if isinstance(body, dict) else []
    for node in nodes:
        if isinstance(node, dict):
            for key, member in node.items():
                if key.lower() in REQUEST_ID_NAMES and isinstance(member, str) and member.strip():
                    return member.strip()
    return None


# --- status ---------------------------------------------------------------------------------------------------------


@check("status-class", covers="status.class")
def status_class(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The status code is one of 1xx to 5xx (document lines 343-345)."""
    status = exchange.response.status
    known = 100 <= status <= 599
    yield Look("status.class", None if known else Deviation("no-http-status", seen=(("got", status),)))


@check("server-error", covers=(SERVER_ERROR, UNKNOWN_PARAMETER))
def server_error(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """No client's request is answered with 5xx (ruling 32); one with an unknown parameter should not be (ruling 44)."""
    failed = 500 <= exchange.response.status <= 599
    unknown = _stated(UNKNOWN_PARAMETER, contract) and has_unknown_parameter(exchange.request, contract)
    name = UNKNOWN_PARAMETER if unknown else SERVER_ERROR
    yield Look(name, _answered("server-error", exchange, contract) if failed else None)


@check("documented-status", covers=(DOCUMENTED, TOO_MUCH, MEDIA_TYPE, UNKNOWN_PARAMETER, "*.response.*"))
def documented_status(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The status is a documented success of the operation or one of the fifteen codes (ruling 32)."""
    if exchange.request.operation == DISCOVERY or answers_for_a_part(exchange):
        return
    status = exchange.response.status
    operation = contract.operations.get(exchange.operation)
    if operation is not None and operation.authority is Authority.UPSTREAM and 400 <= status < 500:
        return  # ruling 37: the document does not have this operation, so it cannot leave its refusals out
    known = set(contract.error_codes)
    if operation is not None:
        known |= {*operation.errors, *(spec.status for spec in operation.responses)}
    if status in known:
        yield Look(DOCUMENTED)
        if 400 <= status < 500:
            yield from (Look(name) for name in _of_the_kind(exchange, contract))
        if documented(exchange, contract) is not None:
            yield Look(root_of(exchange))
    elif 200 <= status < 300 and operation is not None and not operation.responses:
        yield Look(DOCUMENTED)  # the document names no status of a success
    elif 200 <= status < 300 and operation is not None:
        promised = tuple(spec.status for spec in operation.responses)
        name = requirement_id.response(operation.id, operation.responses[0].status)
        yield Look(name, Deviation("another-success", status=status, seen=(("due", promised),)))
    else:
        kind = _of_the_kind(exchange, contract, status)
        yield Look(next(iter(kind), DOCUMENTED), _answered("undocumented-status", exchange, contract))


def _of_the_kind(exchange: Exchange, contract: Contract, status: int | None = None) -> Iterator[str]:
    """The requirements of refusals that speak of this kind of request; with a status only those that it says the right
    thing for.

    The document calls its table of codes common, so it does not rule out the code that says what was wrong.
    """
    request = exchange.request
    rows = (
        (UNKNOWN_PARAMETER, (), has_unknown_parameter),
        (TOO_MUCH, (413, 414), asks_too_much),
        (MEDIA_TYPE, (415,), names_another_media_type),
    )
    for name, statuses, holds in rows:
        said = status is None or not statuses or status in statuses
        if said and _stated(name, contract) and holds(request, contract):
            yield name


def _stated(name: str, contract: Contract) -> bool:
    return name in contract.requirements


@check("lenient", covers="*.lenient")
def lenient(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Another spelling of what can mean one thing only, and what the document does not have, are refused: advice, for no
    sentence demands it (ruling 44). Judged where nothing else is wrong with the request."""
    status = exchange.response.status
    name = requirement_id.lenient(exchange.operation)
    if name not in contract.requirements or status >= 500:
        return
    found = parts(exchange.request, contract)
    standings = {part.held.standing for part in found}
    if Standing.LENIENT in standings and Standing.BROKEN not in standings:
        chosen = sorted({part for part in found if part.standing is Standing.LENIENT}, key=lambda part: part.order)
        taken = Deviation("lenient", operation=exchange.operation, request=tuple(chosen), seen=(("status", status),))
        yield look(name, status >= 300, taken)


def _answered(kind: str, exchange: Exchange, contract: Contract) -> Deviation:
    """The deviation of an unwanted status, with the class of the request that was answered with it."""
    method = (("method", exchange.request.method),) if exchange.request.operation not in contract.operations else ()
    return Deviation(
        kind,
        operation=exchange.operation,
        status=exchange.response.status,
        request=telling(exchange.request, contract),
        terms=method,
    )


@check("authentication", covers="auth.required")
def authentication(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A call without a valid token is refused (document lines 167, 256-272). Judged where the sender says it has
    none."""
    operation = contract.operations.get(exchange.operation)
    if operation is None or operation is contract.token_operation or exchange.request.actor != "anonymous":
        return
    status = exchange.response.status
    if 500 <= status <= 599:
        return
    yield look("auth.required", status == 401, Deviation("taken-without-a-token", status=status))


# --- headers --------------------------------------------------------------------------------------------------------


@check("request-id", covers="header.request-id")
def request_id_present(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Every answer has a request id (document line 278; ruling 25 says where)."""
    if exchange.request.operation == DISCOVERY:
        return
    named = requirement_id.header("RequestId")
    yield Look(named, Deviation("no-request-id") if request_id(exchange) is None else None)


@check("allowed-methods", covers="header.allow")
def allowed_methods(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A 405 names the methods that are defined, be it none (RFC 9110, 15.5.6; document line 439)."""
    if exchange.response.status == 405 and "header.allow" in contract.requirements:
        named = exchange.response.headers.get("Allow") is not None
        yield look("header.allow", named, Deviation("no-header", place="Allow"))


@check("encoding", covers="encoding.utf-8")
def character_encoding(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Text is UTF-8 and says nothing else about itself (document line 215)."""
    response = exchange.response
    declared = response.headers.get("Content-Type") or ""
    if not response.body or not re.match(r"(text/|application/(\S*\+)?(json|xml))", declared.lower()):
        return
    charset = re.search(r"charset=\"?([^\s;\"]+)", declared, re.IGNORECASE)
    if charset and charset.group(1).lower() not in {"utf-8", "utf8", "us-ascii"}:
        yield Look("encoding.utf-8", Deviation("another-charset", seen=(("got", charset.group(1)),)))
        return
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        if not response.truncated:
            yield Look("encoding.utf-8", Deviation("not-utf-8", seen=(("byte", error.start),)))
        return
    yield Look("encoding.utf-8")


@check("content-length", covers="header.content-length")
def content_length(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Content-Length is the number of bytes that follow (document line 252)."""
    response = exchange.response
    value = response.headers.get("Content-Length")
    if (
        value is None
        or exchange.request.method == "HEAD"
        or response.truncated
        or response.headers.get("Content-Encoding")
    ):
        return
    kept = value.strip() == str(len(response.body)) or (response.status in {204, 304} and value.strip() == "0")
    seen = (("got", value), ("due", len(response.body)))
    wrong = None if kept else Deviation("another-length", place="Content-Length", seen=seen)
    yield Look(requirement_id.header("Content-Length"), wrong)


@check("media-type", covers="header.content-type")
def media_type(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A body says what it is, and is what the operation promises (document lines 244-250)."""
    response = exchange.response
    if not response.body or exchange.request.operation == DISCOVERY:
        return
    got = response.media_type
    spec = documented(exchange, contract)
    name = requirement_id.header("Content-Type")
    if got is None:
        yield Look(name, Deviation("no-media-type", seen=(("status", response.status),)))
    elif spec is not None and spec.media_type is not None:
        if got == spec.media_type:
            yield Look(name)
        else:
            yield Look(name, Deviation("another-media-type", terms=(("got", got),), seen=(("due", spec.media_type),)))
    elif response.status >= 400:
        is_json = _is_json(exchange)
        kept = is_json == ("json" in got)
        yield Look(name, None if kept else Deviation("not-its-media-type", terms=(("got", got),)))


@check("header", covers=("*.response.*.location", "*.response.*.x-*"))
def headers(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A documented success has the headers that the document promises."""
    spec = whole_success(exchange, contract)
    for name in spec.headers if spec is not None else ():
        value = exchange.response.headers.get(name)
        kept = value is not None and bool(value.strip())
        yield look(
            requirement_id.response_header(exchange.operation, exchange.response.status, name),
            kept,
            Deviation("no-header", place=name),
        )


def _is_json(exchange: Exchange) -> bool:
    """Whether the body is JSON of any kind, null too."""
    try:
        exchange.response.json()
    except Unreadable:
        return False
    return True
