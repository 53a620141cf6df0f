"""Faults in what is sent: statuses, envelopes, media types, encodings, request ids, and each member of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model.contract import Contract, Operation
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Store
from conformance.services.wire import Answer, Call

__all__ = ["answer_faults"]

Change = Callable[[Call, Answer, Store], Answer]
MISTYPED: Mapping[str, Any] = {
    "string": 17,
    "integer": "17",
    "boolean": "yes",
    "array": {"of": "things"},
    "object": "thing",
}
OTHER_SUCCESS = {200: 202, 201: 200, 204: 200}
OTHER_CODE = {400: 404, 401: 403, 403: 400, 404: 400, 405: 404, 409: 400}


def answer_faults(contract: Contract) -> Iterator[Fault]:
    """The faults of answers."""
    for operation in contract.operations.values():
        if operation.authority.value != "upstream":
            yield from _successes(operation)
            yield from _members(operation, contract)
    yield from _failures(contract)
    yield from _headers()


def sent(operation: str, status: int, change: Callable[[Answer], Answer]) -> Hooks:
    """Change the answers of an operation that have this status."""

    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        # Clients that log in by name are spared, else nothing could be run at all.
        token_call = call.path.endswith("/auth/tokens") and b'"project": {"id"' in call.body
        name = "auth.token" if token_call else call.operation
        return change(answer) if name == operation and answer.status == status else answer

    return Hooks(answer=answer)


def failing(change: Callable[[Answer], Answer], *statuses: int) -> Hooks:
    """Change the answers that are failures (with one of these statuses when any are given)."""

    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        hit = answer.status in statuses if statuses else answer.status >= 400
        return change(answer) if hit and call.service == "image" else answer

    return Hooks(answer=answer)


def header(answer: Answer, name: str, value: str | None) -> Answer:
    """The answer with a header set, or without it."""
    kept = {key: old for key, old in answer.headers.items() if key.lower() != name.lower()}
    return replace(answer, headers=kept if value is None else {**kept, name: value})


def _successes(operation: Operation) -> Iterator[Fault]:
    spec = operation.responses[0]
    name, status = operation.id, spec.status
    promise = f"{name}.response.{status}"
    other = OTHER_SUCCESS[status]
    yield Fault(
        f"{name}.status",
        (promise,),
        f"{name} succeeds with {other}",
        sent(name, status, partial(replace, status=other)),
    )
    yield Fault(
        f"{name}.request-id",
        ("header.request-id",),
        f"{name} sends no request id",
        sent(name, status, lambda item: header(item, "x-openstack-request-id", None)),
    )
    broken = {"error": {"message": "It broke.", "code": 500, "title": "Internal Server Error"}}
    yield Fault(
        f"{name}.server-error",
        ("status.server-error",),
        f"{name} answers 500 although it did it",
        sent(name, status, lambda item: replace(item, status=500, body=broken, media_type="application/json")),
    )
    if spec.media_type is None:
        yield Fault(
            f"{name}.announced-body",
            (f"{name}.empty",),
            f"{name} announces a body that it must not have",
            sent(name, status, lambda item: header(header(item, "Content-Length", "5"), "Connection", "close")),
        )
        return
    yield Fault(
        f"{name}.media-type",
        ("header.content-type",),
        f"{name} sends text/plain",
        sent(name, status, lambda item: replace(item, media_type="text/plain")),
    )
    yield Fault(
        f"{name}.no-media-type",
        ("header.content-type",),
        f"{name} sends a body without Content-Type",
        sent(name, status, lambda item: replace(item, media_type="")),
    )
    if spec.schema is None:
        return
    yield Fault(
        f"{name}.encoding",
        ("encoding.utf-8", promise),
        f"{name} answers in UTF-16",
        sent(name, status, lambda item: replace(item, raw=json.dumps(item.body).encode("utf-16"))),
    )
    yield Fault(
        f"{name}.charset",
        ("encoding.utf-8",),
        f"{name} declares another charset",
        sent(name, status, lambda item: replace(item, media_type="application/json; charset=gbk")),
    )
    yield Fault(
        f"{name}.broken-json",
        (promise,),
        f"{name} cuts its JSON short",
        sent(name, status, lambda item: replace(item, raw=item.encoded()[:-2])),
    )
    yield Fault(
        f"{name}.nan",
        (promise,),
        f"{name} writes NaN",
        sent(name, status, lambda item: replace(item, raw=b'{"x": NaN}')),
    )
    yield Fault(
        f"{name}.array",
        (promise,),
        f"{name} wraps its answer in a list",
        sent(name, status, lambda item: replace(item, body=[item.body])),
    )


def _edited(place: list[str], edit: Callable[[dict[str, Any], str], None], answer: Answer) -> Answer:
    return replace(answer, body=_edit(answer.body, place, edit))


def _edit(body: Any, place: list[str], edit: Callable[[dict[str, Any], str], None]) -> Any:
    """A copy of the body in which the member at the place is edited wherever it is there."""
    body = json.loads(json.dumps(body))
    nodes = [body]
    for step in place[:-1]:
        below = [node.get(step) for node in nodes if isinstance(node, dict)]
        nodes = [item for node in below for item in (node if isinstance(node, list) else [node])]
    for node in nodes:
        if isinstance(node, dict) and place[-1] in node:
            edit(node, place[-1])
    return body


def _members(operation: Operation, contract: Contract) -> Iterator[Fault]:
    spec = operation.responses[0]
    if spec.schema is None:
        return
    root = f"{operation.id}.response.{spec.status}"
    for requirement in contract.requirements:
        if not requirement.startswith(root + "."):
            continue
        place = requirement.removeprefix(root + ".").split(".")
        node, required = _schema_at(spec.schema, place)
        if node is None or place[-1] in {name.lower() for name in spec.headers}:
            continue
        for word, edit in _edits(node, required, place[-1]):
            hooks = sent(operation.id, spec.status, partial(_edited, place, edit))
            yield Fault(
                f"{root}.{'.'.join(place)}.{word}", (requirement,), f"{operation.id} sends {place[-1]} {word}", hooks
            )
    for name in spec.headers:
        yield Fault(
            f"{root}.{name.lower()}.missing",
            (f"{root}.{name.lower()}",),
            f"{operation.id} sends no {name}",
            sent(operation.id, spec.status, partial(header, name=name, value=None)),
        )


def _schema_at(schema: Mapping[str, Any], place: list[str]) -> tuple[Mapping[str, Any] | None, bool]:
    node: Mapping[str, Any] = schema
    required = False
    for step in place:
        node = node.get("items", node) if "properties" not in node else node
        if step not in node.get("properties", {}):
            return None, False
        required = step in node.get("required", ())
        node = node["properties"][step]
    return node, required


def _edits(
    node: Mapping[str, Any], required: bool, name: str
) -> Iterator[tuple[str, Callable[[dict[str, Any], str], None]]]:
    if required:
        yield "missing", lambda holder, key: holder.pop(key)
    kinds = node.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(item for item in kinds if item != "null")
    yield "mistyped", lambda holder, key: holder.update({key: MISTYPED[kind]})
    if "null" not in (kinds if isinstance(kinds, list) else [kinds]):
        yield "null", lambda holder, key: holder.update({key: None})
    if node.get("format") in {"uuid", "date-time"}:
        yield "malformed", lambda holder, key: holder.update({key: "tomorrow at noon"})
    if node.get("format") == "uri-reference" and name != "location":
        yield (
            "untrue",
            lambda holder, key: holder.update({key: "/v2/images/00000000-0000-4000-8000-000000000000/elsewhere"}),
        )
    if "enum" in node:
        yield "outside", lambda holder, key: holder.update({key: "no-such-value"})
    if "minimum" in node:
        yield "negative", lambda holder, key: holder.update({key: -1})


def _failures(contract: Contract) -> Iterator[Fault]:
    for code, other in OTHER_CODE.items():
        phrase = contract.error_codes[other].phrase
        body = {"error": {"message": "No.", "code": other, "title": phrase}}
        yield Fault(
            f"error.{code}.other",
            (f"error.{code}",),
            f"{other} is sent where {code} is due",
            failing(partial(replace, status=other, body=body), code),
        )
        html = b"<html><body>Error</body></html>"
        yield Fault(
            f"error.{code}.html",
            ("error.envelope",),
            f"{code} is sent in HTML",
            failing(partial(replace, raw=html, media_type="text/html"), code),
        )
        flat = {"code": code, "message": "No.", "title": contract.error_codes[code].phrase}
        yield Fault(
            f"error.{code}.flat",
            ("error.envelope",),
            f"{code} is sent as a flat object",
            failing(partial(replace, body=flat), code),
        )
        yield Fault(
            f"error.{code}.empty",
            ("error.envelope",),
            f"{code} is sent without a body",
            failing(lambda item: replace(item, body=None), code),
        )
        yield Fault(
            f"error.{code}.undocumented",
            ("status.documented",),
            f"418 is sent where {code} is due",
            failing(lambda item: replace(item, status=418), code),
        )
        yield Fault(
            f"error.{code}.server-error",
            ("status.server-error",),
            f"500 is sent where {code} is due",
            failing(lambda item: replace(item, status=500), code),
        )
    edits: dict[str, tuple[tuple[str, Any], ...]] = {
        "message": (("missing", ...), ("mistyped", ["No."]), ("empty", "")),
        "code": (("missing", ...), ("mistyped", "404"), ("differs", 499)),
        "title": (("missing", ...), ("mistyped", 404), ("other", "Something Else")),
    }
    for member, changes in edits.items():
        for word, value in changes:
            yield Fault(
                f"error.envelope.{member}.{word}",
                (f"error.envelope.{member}",),
                f"error.{member} of the envelope is {word}",
                failing(partial(_enveloped, member=member, value=value)),
            )
    yield Fault(
        "error.envelope.renamed",
        ("error.envelope",),
        "the envelope's member is called fault",
        failing(lambda item: replace(item, body={"fault": item.body["error"]})),
    )
    yield Fault(
        "error.envelope.list",
        ("error.envelope",),
        "the envelope is a list",
        failing(lambda item: replace(item, body=[item.body])),
    )


def _enveloped(answer: Answer, member: str, value: Any) -> Answer:
    inner = {key: old for key, old in answer.body["error"].items() if key != member}
    return replace(answer, body={"error": inner if value is ... else {**inner, member: value}})


def _headers() -> Iterator[Fault]:
    def everywhere(change: Callable[[Call, Answer], Answer]) -> Hooks:
        return Hooks(answer=lambda call, answer, _store: change(call, answer) if call.service == "image" else answer)

    constant = "req-00000000-0000-4000-8000-000000000000"
    yield Fault(
        "request-id.repeated",
        ("header.request-id",),
        "every answer has the same request id",
        everywhere(lambda _call, item: header(item, "x-openstack-request-id", constant)),
    )
    yield Fault(
        "request-id.empty",
        ("header.request-id",),
        "the request id is empty",
        everywhere(lambda _call, item: header(item, "x-openstack-request-id", "")),
    )
    yield Fault(
        "request-id.failures",
        ("header.request-id",),
        "failures have no request id",
        everywhere(lambda _call, item: header(item, "x-openstack-request-id", None) if item.status >= 400 else item),
    )
    yield Fault(
        "content-length.large",
        ("header.content-length",),
        "a list announces more bytes than it sends",
        Hooks(answer=lambda call, item, _store: _longer(item) if call.operation == "image.list" else item),
    )
    yield Fault(
        "status.class",
        ("status.class",),
        "a delete of what is not there is answered with 600",
        Hooks(
            answer=lambda call, item, _store: (
                replace(item, status=600) if (call.operation, item.status) == ("image.delete", 404) else item
            )
        ),
    )
    envelope = {"error": {"message": "No.", "code": 400, "title": "Bad Request"}}
    yield Fault(
        "status.success",
        ("status.success",),
        "a list by status answers 200 and means an error",
        Hooks(
            answer=lambda call, item, _store: (
                replace(item, body=envelope)
                if call.operation == "image.list" and dict(call.query).get("status") == "deactivated"
                else item
            )
        ),
    )


def _longer(answer: Answer) -> Answer:
    size = len(answer.encoded()) + 7
    return header(header(answer, "Content-Length", str(size)), "Connection", "close")
