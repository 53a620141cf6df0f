"""The passive checks: what one exchange shows about the contract, whoever sent it and why.

Rules
- Pure: (Exchange, Contract) -> assertions. No I/O, no clock, no state.
- Each check reports every violation that it sees, and says so when it looked and saw none.
- What one deviation breaks is reported once: an answer in HTML breaks the envelope, not also its three members.
- Nothing here names an image member; members, statuses, codes and links come from the contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from conformance.judge.partition import described
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Level, Operation, ResponseSpec
from conformance.model.finding import Assertion
from conformance.model.jsonvalue import JSON, Unreadable, kind_of, moment, short, valid, violations
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["PASSIVE", "judge", "request_id"]

Check = Callable[[Exchange, Contract], Iterator[Assertion]]
REQUEST_ID_NAMES = ("x-openstack-request-id", "requestid", "request_id", "request-id", "x-request-id")


def judge(exchange: Exchange, contract: Contract) -> tuple[Assertion, ...]:
    """Every assertion of every passive check about this exchange."""
    return tuple(item for check in PASSIVE for item in check(exchange, contract))


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


# --- one exchange ---------------------------------------------------------------------------------------------------


def status_class(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """The status code is one of 1xx to 5xx (document lines 343-345)."""
    status = exchange.response.status
    yield _one(
        "status.class", "status-class", 100 <= status <= 599, f"status {status} is no HTTP status", "out of range"
    )


def server_error(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """No client's request is answered with 5xx (ruling 32)."""
    status = exchange.response.status
    if not 500 <= status <= 599:
        yield Assertion("status.server-error", "server-error", True)
        return
    kind = described(exchange.request, contract)
    message = f"{exchange.operation} is answered with {status}: {kind}"
    yield Assertion(
        "status.server-error", "server-error", False, message, f"{status} from {exchange.operation}: {kind}"
    )


def documented_status(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """The status is a documented success of the operation or one of the fifteen codes (ruling 32)."""
    if exchange.request.operation == DISCOVERY:
        return
    status = exchange.response.status
    operation = contract.operations.get(exchange.operation)
    if operation is not None and operation.authority is Authority.UPSTREAM and 400 <= status < 500:
        return  # ruling 37: the document does not have this operation, so it cannot leave its refusals out
    known = set(contract.error_codes) | {spec.status for spec in (operation.responses if operation else ())}
    if status in known:
        yield Assertion("status.documented", "documented-status", True)
    elif 200 <= status < 300 and operation is not None:
        promised = " or ".join(str(spec.status) for spec in operation.responses)
        name = requirement_id.response(operation.id, operation.responses[0].status)
        yield Assertion(name, "documented-status", False, f"success is {status}, documented is {promised}", f"{status}")
    else:
        kind = described(exchange.request, contract)
        message = f"status {status} is neither a documented success nor one of the documented codes: {kind}"
        failure = f"undocumented {status} from {exchange.operation}: {kind}"
        yield Assertion("status.documented", "documented-status", False, message, failure)


def envelope(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """A failure is the documented object; its code is the status, its title the phrase (document lines 408-424)."""
    response = exchange.response
    if not 400 <= response.status <= 599 or exchange.request.method == "HEAD":
        return
    if exchange.request.operation == DISCOVERY:
        return
    (outer, inner), *_ = contract.envelope["properties"].items()
    shape = _error_shape(exchange, outer)
    if shape is not None:
        yield Assertion(
            requirement_id.envelope(), "envelope", False, f"a failure carries {shape}, not the envelope", shape
        )
        return
    yield Assertion(requirement_id.envelope(), "envelope", True)
    body = response.json()
    node = body[outer] if isinstance(body, dict) else None
    assert isinstance(node, dict)
    for name, schema in inner["properties"].items():
        yield _envelope_member(outer, name, schema, node, exchange, contract)


def _envelope_member(
    outer: str,
    name: str,
    schema: Mapping[str, Any],
    node: dict[str, JSON],
    exchange: Exchange,
    contract: Contract,
) -> Assertion:
    requirement, path = requirement_id.envelope(name), f"{outer}.{name}"
    if name not in node:
        return Assertion(requirement, "envelope", False, f"{path} is missing", "missing", path)
    value, status = node[name], exchange.response.status
    if not valid({"type": schema["type"]}, value):
        failure = f"{kind_of(value)} instead of {schema['type']}"
        return Assertion(requirement, "envelope", False, f"{path} is {failure}: {short(value)}", failure, path)
    if isinstance(value, int) and value != status:
        return Assertion(requirement, "envelope", False, f"{path} is {value}, the status is {status}", "differs", path)
    if isinstance(value, str) and not value.strip():
        return Assertion(requirement, "envelope", False, f"{path} is empty", "empty", path)
    documented = contract.error_codes.get(status)
    if name == "title" and isinstance(value, str) and documented and value.casefold() != documented.phrase.casefold():
        message = f"{path} is {short(value)}, the documented phrase is {documented.phrase!r}"
        return Assertion(requirement, "envelope", False, message, "another phrase", path)
    return Assertion(requirement, "envelope", True, path=path)


def _error_shape(exchange: Exchange, outer: str) -> str | None:
    """What a failure carries instead of the envelope, in stable words; None when it is the envelope."""
    response = exchange.response
    if not response.body.strip():
        return "an empty body"
    try:
        body = response.json()
    except Unreadable:
        if response.media_type == "text/html" or response.body.lstrip()[:1] == b"<":
            return "HTML"
        return "plain text" if response.media_type in {"text/plain", None} else f"{response.media_type} that is no JSON"
    if not isinstance(body, dict):
        return f"JSON that is {kind_of(body)}"
    if outer not in body:
        return "a flat object" if {"code", "title", "message"} & body.keys() else "an object of another shape"
    return None if isinstance(body[outer], dict) else f"an object whose {outer} is {kind_of(body[outer])}"


def optional_code(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """A documented code that no client can be sure to provoke is judged where it is met by chance (document lines 427-467)."""
    status = exchange.response.status
    requirement = contract.requirements.get(requirement_id.error(status))
    if (
        requirement is None
        or requirement.level is not Level.MAY
        or (exchange.request.operation == DISCOVERY and status >= 400)
    ):
        return
    outer = next(iter(contract.envelope["properties"]))
    if status < 400:  # a choice is no failure (ruling 31)
        body = _json_or_none(exchange)
        shape = "the envelope of an error" if isinstance(body, dict) and outer in body else None
    else:
        shape = _error_shape(exchange, outer)
    message = f"{status} was met, and carries {shape}"
    yield _one(
        requirement.id, "optional-code", shape is None or exchange.request.method == "HEAD", message, f"carries {shape}"
    )


def success_is_no_error(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """A 2xx answer carries no error envelope (document line 351)."""
    if not 200 <= exchange.response.status < 300 or exchange.request.operation == DISCOVERY:
        return
    body = _json_or_none(exchange) if exchange.response.media_type != "application/octet-stream" else None
    outer = next(iter(contract.envelope["properties"]))
    wrong = isinstance(body, dict) and set(body) == {outer}
    yield _one("status.success", "success-is-no-error", not wrong, "a success carries the error envelope", "envelope")


def authentication(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """A call without a valid token is refused (document lines 167, 256-272). Judged where the sender says it has none."""
    operation = contract.operations.get(exchange.operation)
    if operation is None or operation.service == "identity" or exchange.request.actor != "anonymous":
        return
    status = exchange.response.status
    if 500 <= status <= 599:
        return
    message = f"without a valid token the answer is {status}, not 401"
    yield _one("auth.required", "authentication", status == 401, message, f"{status} instead of 401")


def request_id_present(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """Every answer has a request id (document line 278; ruling 25 says where)."""
    if exchange.request.operation == DISCOVERY:
        return
    ok = request_id(exchange) is not None
    message = "an answer has no request id, in headers or body"
    yield _one(requirement_id.header("RequestId"), "request-id", ok, message, "missing")


def character_encoding(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """Text is UTF-8 and says nothing else about itself (document line 215)."""
    response = exchange.response
    declared = response.headers.get("Content-Type") or ""
    if not response.body or not re.match(r"(text/|application/(\S*\+)?(json|xml))", declared.lower()):
        return
    charset = re.search(r"charset=\"?([^\s;\"]+)", declared, re.IGNORECASE)
    if charset and charset.group(1).lower() not in {"utf-8", "utf8", "us-ascii"}:
        message = f"Content-Type declares {charset.group(1)}"
        yield Assertion("encoding.utf-8", "encoding", False, message, "another charset declared")
        return
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        if not response.truncated:
            yield Assertion("encoding.utf-8", "encoding", False, f"byte {error.start} is not UTF-8", "not UTF-8")
        return
    yield Assertion("encoding.utf-8", "encoding", True)


def content_length(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
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
    ok = value.strip() == str(len(response.body)) or (response.status in {204, 304} and value.strip() == "0")
    message = f"Content-Length is {value}, the body has {len(response.body)} bytes"
    yield _one(requirement_id.header("Content-Length"), "content-length", ok, message, "differs")


def media_type(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """A body says what it is, and is what the operation promises (document lines 244-250)."""
    response = exchange.response
    if not response.body or exchange.request.operation == DISCOVERY:
        return
    got = response.media_type
    spec = _spec(exchange, contract)
    name = requirement_id.header("Content-Type")
    if got is None:
        yield Assertion(name, "media-type", False, f"{response.status} has a body and no Content-Type", "missing")
    elif spec is not None and spec.media_type is not None:
        ok = got == spec.media_type
        yield _one(name, "media-type", ok, f"Content-Type is {got}, documented is {spec.media_type}", f"is {got}")
    elif response.status >= 400:
        is_json = _json_or_none(exchange) is not None
        says_json = "json" in got
        yield _one(name, "media-type", is_json == says_json, f"Content-Type is {got}, the body is not", f"is {got}")


def success_body(exchange: Exchange, contract: Contract) -> Iterator[Assertion]:
    """The body of a documented success has the documented shape, judged member by member."""
    spec = _spec(exchange, contract)
    if spec is None:
        return
    root = requirement_id.response(exchange.operation, spec.status)
    response = exchange.response
    if response.truncated:
        yield Assertion(root, "body", False, f"the body is larger than {len(response.body)} bytes", "too large")
        return
    for name in spec.headers:
        value = response.headers.get(name)
        ok = value is not None and bool(value.strip())
        named = requirement_id.response_header(exchange.operation, spec.status, name)
        yield _one(named, "header", ok, f"the header {name} is missing or empty", "missing")
    if spec.media_type is None:
        yield from _empty(exchange, contract, root)
    elif spec.schema is not None:
        yield from _json_body(exchange, contract, spec, root)
    else:
        yield Assertion(root, "body", True)


def _empty(exchange: Exchange, contract: Contract, root: str) -> Iterator[Assertion]:
    response = exchange.response
    named = requirement_id.empty(exchange.operation)
    length = response.headers.get("Content-Length")
    ok = not response.body and (length is None or length.strip() == "0")
    message = f"{response.status} announces or carries a body of {length or len(response.body)} bytes"
    yield _one(named if named in contract.requirements else root, "empty-body", ok, message, "not empty")
    yield Assertion(root, "status", True)


def _json_body(exchange: Exchange, contract: Contract, spec: ResponseSpec, root: str) -> Iterator[Assertion]:
    try:
        body = exchange.response.json()
    except Unreadable as error:
        yield Assertion(root, "body", False, f"the body is {error}", "unreadable")
        return
    promised = contract.promised(exchange.operation, spec.status)
    broken: set[str] = set()
    for item in violations(spec.schema or {}, body):
        owner = next((name for name in _prefixes(item.place) if name in promised), "")
        broken.add(owner)
        yield Assertion(promised.get(owner, root), "schema", False, item.message, item.failure, item.path)
    if isinstance(body, dict):
        operation = contract.operations[exchange.operation]
        for place, failure, message in _agreements(exchange, operation, contract, body):
            if place in promised and place not in broken:
                broken.add(place)
                yield Assertion(promised[place], "agreement", False, message, failure, place)
    headers = {name.lower() for name in spec.headers}
    for place, name in promised.items():
        if place not in broken and place not in headers and _reached(body, place.split(".")):
            yield Assertion(name, "schema", True, path=place)
    if "" not in broken:
        yield Assertion(root, "schema", True)


def _reached(body: JSON, parts: Sequence[str]) -> bool:
    """Whether the body has a place for the member: a list with no items shows nothing about its items."""
    if not parts:
        return True
    if isinstance(body, list):
        return any(_reached(item, parts) for item in body)
    if not isinstance(body, dict):
        return False
    return len(parts) == 1 or _reached(body.get(parts[0]), parts[1:])


def _agreements(
    exchange: Exchange, operation: Operation, contract: Contract, body: dict[str, JSON]
) -> Iterator[tuple[str, str, str]]:
    """(place, failure, message) where members contradict each other, the request or the form the examples show."""
    example = operation.response_example or _sibling_example(operation, contract)
    own = body.get("id")
    if isinstance(own, str) and isinstance(example, dict) and isinstance(example.get("id"), str):
        for name, value in example.items():
            if isinstance(value, str) and name != "id" and example["id"] in value:
                wanted, got = value.replace(example["id"], own), body.get(name)
                if isinstance(got, str) and not _path(got).endswith(wanted):
                    yield name, "does not agree with the id", f"{name} is {short(got)}, of the image it is {wanted}"
            elif isinstance(value, str) and value.startswith("/") and isinstance(got := body.get(name), str):
                wanted = value
                if not _path(got).endswith(wanted):
                    yield name, "another resource", f"{name} is {short(got)}, documented is {wanted}"
        location = exchange.response.headers.get("Location")
        if location is not None and own not in location:
            yield "location", "does not agree with the id", f"Location is {short(location)}, the id is {own}"
    addressed = _addressed(exchange, operation)
    if addressed is not None and isinstance(own, str) and own.lower() != addressed.lower():
        yield "id", "another image", f"id is {own}, the request addressed {addressed}"
    created, updated = (moment(str(body.get(name))) for name in ("created_at", "updated_at"))
    if created is not None and updated is not None and updated < created:
        yield (
            "updated_at",
            "before created_at",
            f"updated_at {body['updated_at']} is before created_at {body['created_at']}",
        )


def _path(link: str) -> str:
    """The path of a link that the target sent; of what is no URL, all of it."""
    try:
        return urlsplit(link).path
    except ValueError:
        return link


def _sibling_example(operation: Operation, contract: Contract) -> Any:
    """The example of another operation that answers with the same kind of object (show borrows patch's)."""
    same_path = (item for item in contract.operations.values() if item.path == operation.path)
    return next((item.response_example for item in same_path if item.response_example is not None), None)


def _addressed(exchange: Exchange, operation: Operation) -> str | None:
    """The value of the path's last parameter in this request, or None."""
    if not operation.path.endswith("}"):
        return None
    return urlsplit(exchange.request.url).path.rsplit("/", 1)[-1]


# --- small words ----------------------------------------------------------------------------------------------------


def _spec(exchange: Exchange, contract: Contract) -> ResponseSpec | None:
    operation = contract.operations.get(exchange.operation)
    return operation.response(exchange.response.status) if operation is not None else None


def _json_or_none(exchange: Exchange) -> JSON:
    try:
        return exchange.response.json()
    except Unreadable:
        return None


def _prefixes(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition(".")[0]


def _one(requirement: str, check: str, ok: bool, message: str, failure: str) -> Assertion:
    return Assertion(requirement, check, True) if ok else Assertion(requirement, check, False, message, failure)


PASSIVE: tuple[Check, ...] = (
    status_class,
    server_error,
    documented_status,
    envelope,
    optional_code,
    success_is_no_error,
    authentication,
    request_id_present,
    character_encoding,
    content_length,
    media_type,
    success_body,
)
