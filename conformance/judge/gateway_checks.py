"""The checks of what stands between a client and a service: gateways, caches and load balancers, which answer in place of
the service, give the answer of another request, or write an answer anew.

Such an answer is none to what was asked. What else is wrong with it follows (consequences.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conformance.judge.answer import look
from conformance.judge.registry import Look, RunLook, check, run_check
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["HOLDS"]

HOLDS = "token-holds"
TEXT = re.compile(r"(text/|application/(\S*\+)?(json|xml))")


@check("single-fields", covers=("header.content-type", "header.content-length"))
def single_fields(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A field that stands once in an answer does not say two things (RFC 9110, 5.3 and 8.3): one client goes by the first,
    another by the last. The same field twice with the same value is passed over."""
    if exchange.request.operation == DISCOVERY:
        return
    for name in ("Content-Type", "Content-Length"):
        values = {value.strip().lower() for value in exchange.response.headers.all(name)}
        if values:
            got = (("got", tuple(sorted(values))),)
            wrong = None if len(values) == 1 else Deviation("two-values", place=name, seen=got)
            yield Look(requirement_id.header(name), wrong)


@check("content-coding", covers="encoding.utf-8")
def content_coding(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Text says of itself that it is UTF-8 and nothing else (document line 215): no coding that was not asked for (RFC
    9110, 12.5.3). Requests of the suite accept none, unless they say so."""
    response = exchange.response
    accepted = (exchange.request.headers.get("Accept-Encoding") or "identity").lower()
    declared = (response.headers.get("Content-Encoding") or "").strip().lower()
    if not declared or not response.body or not TEXT.match((response.headers.get("Content-Type") or "").lower()):
        return
    names = [name.strip() for name in declared.split(",")]
    wrong = Deviation("another-coding", seen=(("got", declared),))
    yield look("encoding.utf-8", all(name == "identity" or name in accepted for name in names), wrong)


@run_check(HOLDS, covers="header.x-auth-token")
def tokens_that_are_refused(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each call with a valid token: whether it is let in (document lines 256-272), where the same token opened the same
    operation in this run."""
    opened = {_with_token(item, contract) for item in exchanges if item.response.status < 300}
    for exchange in exchanges:
        who = _with_token(exchange, contract)
        if who is not None and who in opened:
            wrong = Deviation("valid-token-refused") if exchange.response.status == 401 else None
            yield RunLook(exchange, Look(requirement_id.header("X-Auth-Token"), wrong))


def _with_token(exchange: Exchange, contract: Contract) -> tuple[str, str, str] | None:
    """Who called which operation, with which token; None for a call without one, or to what needs none."""
    request, operation = exchange.request, contract.operations.get(exchange.operation)
    token = request.headers.get("X-Auth-Token")
    if operation is None or not operation.secured or request.actor == "anonymous" or not token:
        return None
    return request.actor, operation.id, token
