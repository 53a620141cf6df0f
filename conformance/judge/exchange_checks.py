"""The checks of one exchange: what it shows about the contract, whoever sent it and why.

Rules
- Each check reports every violation that it sees, and says so when it looked and saw none.
- What one deviation breaks is reported once: an answer in HTML breaks the envelope, not also its members.
- Members, statuses, codes, links and media types come from the contract; nothing here names one of a service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

from conformance.judge.partition import telling
from conformance.judge.registry import Look, check
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Level, Operation, ResponseSpec
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, kind_of, moment, short, valid, violations
from conformance.model.message import DISCOVERY, Exchange
from conformance.model.phrase import Phrase

__all__ = ["request_id"]

REQUEST_ID_NAMES = ("x-openstack-request-id", "requestid", "request_id", "request-id", "x-request-id")


def request_id(exchange: Exchange) -> str | None:
    """The request id of an answer: a header, or a member of the body or of its only object (ruling 25), in any case."""
    for name, value in exchange.response.headers.items:
        if name.lower() in REQUEST_ID_NAMES and value.strip():
            return value.strip()
    body = _json_or_none(exchange)
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
    yield _look("status.class", 100 <= status <= 599, Deviation("no-http-status", seen=(("got", status),)))


@check("server-error", covers="status.server-error")
def server_error(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """No client's request is answered with 5xx (ruling 32)."""
    failed = 500 <= exchange.response.status <= 599
    yield Look("status.server-error", _answered("server-error", exchange, contract) if failed else None)


@check("documented-status", covers=("status.documented", "*.response.*"))
def documented_status(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The status is a documented success of the operation or one of the fifteen codes (ruling 32)."""
    if exchange.request.operation == DISCOVERY:
        return
    status = exchange.response.status
    operation = contract.operations.get(exchange.operation)
    if operation is not None and operation.authority is Authority.UPSTREAM and 400 <= status < 500:
        return  # ruling 37: the document does not have this operation, so it cannot leave its refusals out
    known = set(contract.error_codes) | {spec.status for spec in (operation.responses if operation else ())}
    if status in known:
        yield Look("status.documented")
        if _spec(exchange, contract) is not None:
            yield Look(_root(exchange))
    elif 200 <= status < 300 and operation is not None:
        promised = tuple(spec.status for spec in operation.responses)
        name = requirement_id.response(operation.id, operation.responses[0].status)
        yield Look(name, Deviation("another-success", status=status, seen=(("due", promised),)))
    else:
        yield Look("status.documented", _answered("undocumented-status", exchange, contract))


def _answered(kind: str, exchange: Exchange, contract: Contract) -> Deviation:
    """A status that should not be, told apart by the class of the request that met it."""
    method = (("method", exchange.request.method),) if exchange.request.operation not in contract.operations else ()
    return Deviation(
        kind,
        operation=exchange.operation,
        status=exchange.response.status,
        request=telling(exchange.request, contract),
        terms=method,
    )


# --- the envelope of a failure --------------------------------------------------------------------------------------


@check("envelope", covers=("error.envelope", "error.envelope.*"))
def envelope(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A failure is the documented object; its code is the status, its title the phrase (document lines 408-424)."""
    response = exchange.response
    if not 400 <= response.status <= 599 or exchange.request.method == "HEAD":
        return
    if exchange.request.operation == DISCOVERY:
        return
    (outer, inner), *_ = contract.envelope["properties"].items()
    carried = _instead_of_envelope(exchange, contract)
    if carried is not None:
        yield Look(requirement_id.envelope(), Deviation("no-envelope", terms=(("carries", carried),)))
        return
    yield Look(requirement_id.envelope())
    body = response.json()
    node = body[outer] if isinstance(body, dict) else None
    assert isinstance(node, dict)
    for name, schema in inner["properties"].items():
        yield Look(
            requirement_id.envelope(name), _envelope_member(f"{outer}.{name}", name, schema, node, exchange, contract)
        )


def _envelope_member(
    path: str, name: str, schema: Mapping[str, Any], node: dict[str, JSON], exchange: Exchange, contract: Contract
) -> Deviation | None:
    if name not in node:
        return Deviation("missing", place=path, path=path)
    value, status = node[name], exchange.response.status
    if not valid({"type": schema["type"]}, value):
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


def _instead_of_envelope(exchange: Exchange, contract: Contract) -> Phrase | None:
    """What a failure carries instead of the envelope; None when it is the envelope."""
    response = exchange.response
    (outer, inner), *_ = contract.envelope["properties"].items()
    if not response.body.strip():
        return Phrase.of("empty-body")
    try:
        body = response.json()
    except Unreadable:
        if response.media_type == "text/html" or response.body.lstrip()[:1] == b"<":
            return Phrase.of("html")
        if response.media_type in {"text/plain", None}:
            return Phrase.of("plain-text")
        return Phrase.of("no-json", media_type=response.media_type)
    if not isinstance(body, dict):
        return Phrase.of("json-of-type", type=kind_of(body))
    if outer not in body:
        return Phrase.of("flat-object" if inner["properties"].keys() & body.keys() else "other-object")
    return (
        None if isinstance(body[outer], dict) else Phrase.of("inner-of-type", member=outer, type=kind_of(body[outer]))
    )


@check("optional-code", covers=("error.300", "error.406", "error.407", "error.408", "error.50?"))
def optional_code(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A documented code that no client can be sure to provoke is judged where it is met by chance (document lines 427-467)."""
    status = exchange.response.status
    requirement = contract.requirements.get(requirement_id.error(status))
    if (
        requirement is None
        or requirement.level is not Level.MAY
        or (exchange.request.operation == DISCOVERY and status >= 400)
    ):
        return
    if status < 400:  # a choice is no failure (ruling 31)
        body = _json_or_none(exchange)
        outer = next(iter(contract.envelope["properties"]))
        carried = Phrase.of("envelope") if isinstance(body, dict) and outer in body else None
    else:
        carried = _instead_of_envelope(exchange, contract)
    kept = carried is None or exchange.request.method == "HEAD"
    yield _look(requirement.id, kept, Deviation("optional-code", status=status, terms=(("carries", carried),)))


@check("success-is-no-error", covers="status.success")
def success_is_no_error(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A 2xx answer carries no error envelope (document line 351)."""
    if not 200 <= exchange.response.status < 300 or exchange.request.operation == DISCOVERY:
        return
    outer = next(iter(contract.envelope["properties"]))
    spec = _spec(exchange, contract)
    is_file = spec is not None and spec.media_type is not None and "json" not in spec.media_type
    body = _json_or_none(exchange) if not is_file else None
    wrong = isinstance(body, dict) and set(body) == {outer}
    yield _look("status.success", not wrong, Deviation("envelope-in-a-success"))


@check("authentication", covers="auth.required")
def authentication(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A call without a valid token is refused (document lines 167, 256-272). Judged where the sender says it has none."""
    operation = contract.operations.get(exchange.operation)
    if operation is None or operation is contract.token_operation or exchange.request.actor != "anonymous":
        return
    status = exchange.response.status
    if 500 <= status <= 599:
        return
    yield _look("auth.required", status == 401, Deviation("taken-without-a-token", status=status))


# --- headers --------------------------------------------------------------------------------------------------------


@check("request-id", covers="header.request-id")
def request_id_present(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Every answer has a request id (document line 278; ruling 25 says where)."""
    if exchange.request.operation == DISCOVERY:
        return
    yield _look(requirement_id.header("RequestId"), request_id(exchange) is not None, Deviation("no-request-id"))


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
    yield _look(
        requirement_id.header("Content-Length"),
        kept,
        Deviation("another-length", place="Content-Length", seen=(("got", value), ("due", len(response.body)))),
    )


@check("media-type", covers="header.content-type")
def media_type(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A body says what it is, and is what the operation promises (document lines 244-250)."""
    response = exchange.response
    if not response.body or exchange.request.operation == DISCOVERY:
        return
    got = response.media_type
    spec = _spec(exchange, contract)
    name = requirement_id.header("Content-Type")
    if got is None:
        yield Look(name, Deviation("no-media-type", seen=(("status", response.status),)))
    elif spec is not None and spec.media_type is not None:
        wrong = Deviation("another-media-type", terms=(("got", got),), seen=(("due", spec.media_type),))
        yield _look(name, got == spec.media_type, wrong)
    elif response.status >= 400:
        is_json = _json_or_none(exchange) is not None
        yield _look(name, is_json == ("json" in got), Deviation("not-its-media-type", terms=(("got", got),)))


@check("header", covers=("*.response.*.location", "*.response.*.x-*"))
def headers(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A documented success has the headers that the document promises."""
    spec = _whole_success(exchange, contract)
    for name in spec.headers if spec is not None else ():
        value = exchange.response.headers.get(name)
        kept = value is not None and bool(value.strip())
        yield _look(
            requirement_id.response_header(exchange.operation, exchange.response.status, name),
            kept,
            Deviation("no-header", place=name),
        )


# --- the body of a success ------------------------------------------------------------------------------------------


@check("body", covers="*.response.*")
def body_readable(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The body of a documented success can be read as what it is: within the limit, and JSON where the document says so."""
    spec = _spec(exchange, contract)
    if spec is None:
        return
    response = exchange.response
    if response.truncated:
        yield Look(_root(exchange), Deviation("too-large", seen=(("bytes", len(response.body)),)))
    elif spec.media_type is not None:
        yield Look(_root(exchange), _unreadable(exchange) if spec.schema is not None else None)


def _unreadable(exchange: Exchange) -> Deviation | None:
    try:
        exchange.response.json()
    except Unreadable as error:
        return Deviation("unreadable", seen=(("reason", error.reason),))
    return None


@check("empty-body", covers=("*.empty", "*.response.*"))
def empty_body(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A success that the document has without a body has none, and announces none."""
    spec = _whole_success(exchange, contract)
    if spec is None or spec.media_type is not None:
        return
    response = exchange.response
    length = response.headers.get("Content-Length")
    named = requirement_id.empty(exchange.operation)
    kept = not response.body and (length is None or length.strip() == "0")
    seen = (("status", response.status), ("bytes", length if length is not None else len(response.body)))
    yield _look(named if named in contract.requirements else _root(exchange), kept, Deviation("not-empty", seen=seen))


@check("schema", covers="*.response.*")
def schema(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The body of a documented success has the documented shape, judged member by member."""
    spec, body = _json_success(exchange, contract)
    if spec is None:
        return
    root, promised = _root(exchange), _promised(exchange, contract)
    broken: set[str] = set()
    for item in violations(spec.schema or {}, body):
        owner = next((name for name in _prefixes(item.place) if name in promised), "")
        broken.add(owner)
        seen = (("got", short(item.value)),) if item.rule != "missing" else ()
        deviation = Deviation(item.rule, place=item.place, path=item.path, terms=item.terms, seen=seen)
        yield Look(promised.get(owner, root), deviation)
    named = {name.lower() for name in spec.headers}
    for place, name in promised.items():
        if place not in broken and place not in named and _reached(body, place.split(".")):
            yield Look(name)
    if "" not in broken:
        yield Look(root)


@check("agreement", covers="*.response.*")
def agreement(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The members of an answer do not contradict each other, the request, or the form that the document's examples show."""
    spec, body = _json_success(exchange, contract)
    if spec is None or not isinstance(body, dict):
        return
    promised = _promised(exchange, contract)
    broken = {name for item in violations(spec.schema or {}, body) for name in _prefixes(item.place)}
    seen: set[str] = set()
    for place, deviation in _agreements(exchange, contract.operations[exchange.operation], contract, body):
        if place in promised and place not in broken | (seen if deviation is not None else set()):
            if deviation is not None:
                seen.add(place)
            yield Look(promised[place], deviation)


def _agreements(
    exchange: Exchange, operation: Operation, contract: Contract, body: dict[str, JSON]
) -> Iterator[tuple[str, Deviation | None]]:
    """(place, deviation or None where both agree) for whatever two parts of an answer say about the same thing."""
    example = operation.response_example or _sibling_example(operation, contract)
    own = body.get("id")
    if isinstance(own, str) and isinstance(example, dict) and isinstance(example.get("id"), str):
        for name, value in example.items():
            got = body.get(name)
            if not isinstance(value, str) or not isinstance(got, str) or name == "id":
                continue
            if example["id"] in value:
                due = value.replace(example["id"], own)
                yield name, _differs("not-of-the-id", name, got, due, kept=_path(got).endswith(due))
            elif value.startswith("/"):
                yield name, _differs("another-resource", name, got, value, kept=_path(got).endswith(value))
        location = exchange.response.headers.get("Location")
        if location is not None:
            yield "location", _differs("not-of-the-id", "Location", location, own, kept=own in location)
    addressed = _addressed(exchange, operation)
    if addressed is not None and isinstance(own, str):
        yield "id", _differs("another-id", "id", own, addressed, kept=own.lower() == addressed.lower())
    for earlier, later in _ordered_times(contract, operation):
        first, last = (moment(str(body.get(name))) for name in (earlier, later))
        if first is not None and last is not None:
            seen = (("got", str(body[later])), ("due", str(body[earlier])))
            wrong = Deviation("before", place=later, path=later, terms=(("earlier", earlier),), seen=seen)
            yield later, wrong if last < first else None


def _differs(kind: str, place: str, got: str, due: str, *, kept: bool) -> Deviation | None:
    return None if kept else Deviation(kind, place=place, path=place, seen=(("got", short(got)), ("due", due)))


def _ordered_times(contract: Contract, operation: Operation) -> Iterator[tuple[str, str]]:
    """Pairs of members that are times, of which the first is never after the second and once before it, in all examples."""
    spec = operation.responses[0] if operation.responses else None
    properties: Mapping[str, Any] = (spec.schema or {}).get("properties", {}) if spec is not None else {}
    times = [name for name, node in properties.items() if node.get("format") == "date-time"]
    examples = [
        item.response_example for item in contract.operations.values() if isinstance(item.response_example, dict)
    ]
    for first, last in permutations(times, 2):
        pairs = [(moment(str(item.get(first))), moment(str(item.get(last)))) for item in examples]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        if all(a <= b for a, b in known) and any(a < b for a, b in known):
            yield first, last


def _path(link: str) -> str:
    """The path of a link that the target sent; of what is no URL, all of it."""
    try:
        return urlsplit(link).path
    except ValueError:
        return link


def _sibling_example(operation: Operation, contract: Contract) -> Any:
    """The example of another operation on the same path, which answers with the same kind of object."""
    same_path = (item for item in contract.operations.values() if item.path == operation.path)
    return next((item.response_example for item in same_path if item.response_example is not None), None)


def _addressed(exchange: Exchange, operation: Operation) -> str | None:
    """The value of the path's last parameter in this request, or None."""
    if not operation.path.endswith("}"):
        return None
    return urlsplit(exchange.request.url).path.rsplit("/", 1)[-1]


# --- what the checks share ------------------------------------------------------------------------------------------


def _look(requirement: str, kept: bool, deviation: Deviation) -> Look:
    return Look(requirement, None if kept else deviation)


def _spec(exchange: Exchange, contract: Contract) -> ResponseSpec | None:
    operation = contract.operations.get(exchange.operation)
    return operation.response(exchange.response.status) if operation is not None else None


def _whole_success(exchange: Exchange, contract: Contract) -> ResponseSpec | None:
    """The documented success that an answer is, None when it is none or its body was cut by a limit of ours."""
    return None if exchange.response.truncated else _spec(exchange, contract)


def _json_success(exchange: Exchange, contract: Contract) -> tuple[ResponseSpec | None, JSON]:
    """The documented success whose body is JSON, with the body; (None, None) when it is none or cannot be read."""
    spec = _whole_success(exchange, contract)
    if spec is None or spec.schema is None:
        return None, None
    try:
        return spec, exchange.response.json()
    except Unreadable:
        return None, None


def _root(exchange: Exchange) -> str:
    return requirement_id.response(exchange.operation, exchange.response.status)


def _promised(exchange: Exchange, contract: Contract) -> Mapping[str, str]:
    """Place in the body of this success -> the requirement about it."""
    return contract.promised(exchange.operation, exchange.response.status)


def _reached(body: JSON, parts: Sequence[str]) -> bool:
    """Whether the body has a place for the member: a list with no items shows nothing about its items."""
    if not parts:
        return True
    if isinstance(body, list):
        return any(_reached(item, parts) for item in body)
    if not isinstance(body, dict):
        return False
    return len(parts) == 1 or _reached(body.get(parts[0]), parts[1:])


def _json_or_none(exchange: Exchange) -> JSON:
    try:
        return exchange.response.json()
    except Unreadable:
        return None


def _prefixes(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition(".")[0]
