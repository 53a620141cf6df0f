"""The checks of a failure: the documented envelope, and that no success carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from conformance.contract.ledger import PROVOKED
from conformance.judge.answer import (
    answers_for_a_part,
    body_of,
    documented,
    json_or_none,
    look,
)
from conformance.judge.registry import Look, check
from conformance.model import requirement_id
from conformance.model.contract import Contract, Level
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, kind_of, short, valid
from conformance.model.message import DISCOVERY, Exchange
from conformance.model.phrase import Phrase


@check("envelope", covers=("error.envelope", "error.envelope.*"))
def envelope(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A failure is the documented object; its code is the status, its title the phrase (document lines 408-424)."""
    response = exchange.response
    if not 400 <= response.status <= 599 or exchange.request.method == "HEAD":
        return
    if exchange.request.operation == DISCOVERY or answers_for_a_part(exchange):
        return
    if contract.failure_object is None:
        return
    outer, inner = contract.failure_object
    carried = _instead_of_envelope(exchange, contract)
    if carried is not None:
        yield Look(requirement_id.envelope(), Deviation("no-envelope", terms=(("carries", carried),)))
        return
    yield Look(requirement_id.envelope())
    body = body_of(exchange)
    node = body[outer] if isinstance(body, dict) else None
    assert isinstance(node, dict)
    for name, schema in inner.get("properties", {}).items():
        yield Look(
            requirement_id.envelope(name), _envelope_member(f"{outer}.{name}", name, schema, node, exchange, contract)
        )


def _envelope_member(
    path: str, name: str, schema: Mapping[str, Any], node: dict[str, JSON], exchange: Exchange, contract: Contract
) -> Deviation | None:
    if name not in node:
        return Deviation("missing", place=path, path=path)
    value, status = node[name], exchange.response.status
    if not valid(_of_type(schema["type"]), value):
        return Deviation(
            "type",
            place=path,
            path=path,
            terms=(("is", kind_of(value)), ("wanted", str(schema["type"]))),
            seen=(("got", short(value)),),
        )
    if isinstance(value, int) and value != status:
        return Deviation("not-the-status", place=path, path=path, seen=(("got", value), ("due", status)))
    if isinstance(value, str) and not value.strip():
        return Deviation("empty", place=path, path=path)
    documented = contract.error_codes.get(status)
    if name == "title" and isinstance(value, str) and documented and value.casefold() != documented.phrase.casefold():
        seen = (("got", short(value)), ("due", documented.phrase))
        return Deviation("another-phrase", place=path, path=path, seen=seen)
    return None


@cache
def _of_type(name: str) -> Mapping[str, Any]:
    """The schema of every value of a type."""
    return {"type": name}


def _instead_of_envelope(exchange: Exchange, contract: Contract) -> Phrase | None:
    """What a failure carries instead of the envelope; None when it is the envelope, or none is documented."""
    response = exchange.response
    if contract.failure_object is None:
        return None
    outer, inner = contract.failure_object
    if not response.body.strip():
        return Phrase.of("empty-body")
    try:
        body = body_of(exchange)
    except Unreadable:
        if response.media_type == "text/html" or response.body.lstrip()[:1] == b"<":
            return Phrase.of("html")
        if response.media_type in {"text/plain", None}:
            return Phrase.of("plain-text")
        return Phrase.of("no-json", media_type=response.media_type)
    if not isinstance(body, dict):
        return Phrase.of("json-of-type", type=kind_of(body))
    if outer not in body:
        return Phrase.of("flat-object" if inner.get("properties", {}).keys() & body.keys() else "other-object")
    return (
        None if isinstance(body[outer], dict) else Phrase.of("inner-of-type", member=outer, type=kind_of(body[outer]))
    )


@check("optional-code", covers=("error.3??", "error.402", "error.40[678]", "error.4[1-9]?", "error.5??"))
def optional_code(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A documented code that no client can be sure to provoke is judged where it is met by chance (document lines
    427-467)."""
    status = exchange.response.status
    requirement = contract.requirements.get(requirement_id.error(status))
    if (
        requirement is None
        or requirement.level is not Level.MAY
        or status in PROVOKED  # cases judge those, whatever a ruling makes of their level
        or (exchange.request.operation == DISCOVERY and status >= 400)
    ):
        return
    if status < 400:  # a choice is no failure (ruling 31)
        body = json_or_none(exchange)
        outer = contract.failure_object[0] if contract.failure_object is not None else None
        carried = Phrase.of("envelope") if isinstance(body, dict) and outer in body else None
    else:
        carried = _instead_of_envelope(exchange, contract)
    kept = carried is None or exchange.request.method == "HEAD"
    yield look(requirement.id, kept, Deviation("optional-code", status=status, terms=(("carries", carried),)))


@check("success-is-no-error", covers="status.success")
def success_is_no_error(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A 2xx answer carries no error envelope (document line 351)."""
    if not 200 <= exchange.response.status < 300 or exchange.request.operation == DISCOVERY:
        return
    outer = contract.failure_object[0] if contract.failure_object is not None else None
    spec = documented(exchange, contract)
    is_file = spec is not None and spec.media_type is not None and "json" not in spec.media_type
    body = json_or_none(exchange) if not is_file else None
    wrong = isinstance(body, dict) and set(body) == {outer}
    yield look("status.success", not wrong, Deviation("envelope-in-a-success"))
