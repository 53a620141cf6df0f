"""Faults of form that any answer of any service can have: its status, its headers, its encoding, and each member of its
document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation
from conformance.model.requirement_id import Kind
from conformance.services.fault import Fault, Hooks
from conformance.services.product import Effect, Where, product
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = [
    "OTHER_SUCCESS",
    "REQUEST_ID",
    "AnswerChange",
    "broken",
    "changing",
    "form_faults",
    "header",
    "refusal",
    "without_request_id",
]

AnswerChange = Callable[[Answer], Answer]
Edit = Callable[[dict[str, Any], str], None]

REQUEST_ID = "x-openstack-request-id"
OTHER_SUCCESS: Mapping[int, int] = {200: 202, 201: 200, 204: 200}
"""Documented success -> another one, sent in its place."""
MISTYPED: Mapping[str, Any] = {
    "string": 17,
    "integer": "17",
    "number": "17",
    "boolean": "yes",
    "array": {"of": "things"},
    "object": "thing",
}
"""JSON type -> a value of another type."""


def header(answer: Answer, name: str, value: str | None) -> Answer:
    """The answer with a header set, or without it."""
    kept = {key: old for key, old in answer.headers.items() if key.lower() != name.lower()}
    return replace(answer, headers=kept if value is None else {**kept, name: value})


def without_request_id(answer: Answer) -> Answer:
    """The answer without its request id."""
    return header(answer, REQUEST_ID, None)


def refusal(contract: Contract, status: int, answer: Answer) -> Answer:
    """A failure with its envelope in place of an answer."""
    body = {"error": {"message": "No.", "code": status, "title": contract.error_codes[status].phrase}}
    return replace(answer, status=status, body=body, raw=None, media_type=JSON_TYPE)


def broken(answer: Answer) -> Answer:
    """A 500 with its envelope in place of an answer."""
    body = {"error": {"message": "It broke.", "code": 500, "title": "Internal Server Error"}}
    return replace(answer, status=500, body=body, raw=None, media_type=JSON_TYPE)


def changing(holds: Callable[[Call, Answer], bool], change: AnswerChange) -> Hooks:
    """Change the answers for which a condition on call and answer holds."""
    return Hooks(answer=lambda call, answer, _store: change(answer) if holds(call, answer) else answer)


def form_faults(contract: Contract, operation: Operation, asks: Callable[[Call], bool]) -> Iterator[Fault]:
    """The faults in the form of the first documented success of an operation; `asks` tells which calls are calls of
    it."""
    if not operation.responses:
        return  # the document names no success of it
    status = operation.responses[0].status

    def hooks(change: AnswerChange) -> Hooks:
        return changing(lambda call, answer: answer.status == status and asks(call), change)

    yield from product([Where(operation.id, operation.id, hooks)], _forms(operation))
    yield from _members(contract, operation, hooks)


def _forms(operation: Operation) -> Iterator[Effect[AnswerChange]]:
    spec = operation.responses[0]
    promise = (rid.response(operation.id, spec.status),)
    other = OTHER_SUCCESS.get(spec.status, 200)
    yield Effect("status", f"it succeeds with {other}", partial(replace, status=other), promise)
    yield Effect("request-id", "no request id is sent", without_request_id, ("header.request-id",))
    yield Effect("server-error", "it is done and answered with 500", broken, ("status.server-error",))
    if spec.media_type is None:
        yield Effect(
            "announced-body", "a body that it must not have is announced", _announced, (rid.empty(operation.id),)
        )
        return
    yield Effect(
        "media-type", "text/plain is sent", partial(replace, media_type="text/plain"), ("header.content-type",)
    )
    yield Effect("no-media-type", "no Content-Type is sent", partial(replace, media_type=""), ("header.content-type",))
    if spec.schema is None:
        return
    yield Effect("encoding", "UTF-16 is sent", _in_utf_16, ("encoding.utf-8", *promise))
    gbk = partial(replace, media_type=f"{JSON_TYPE}; charset=gbk")
    yield Effect("charset", "another charset is declared", gbk, ("encoding.utf-8",))
    yield Effect("broken-json", "JSON is cut short", _cut, promise)
    yield Effect("nan", "NaN is written", partial(replace, raw=b'{"x": NaN}'), promise)
    yield Effect(
        "array", "the answer is wrapped in a list", lambda answer: replace(answer, body=[answer.body]), promise
    )


def _in_utf_16(answer: Answer) -> Answer:
    return replace(answer, raw=json.dumps(answer.body).encode("utf-16"))


def _cut(answer: Answer) -> Answer:
    return replace(answer, raw=answer.encoded()[:-2])


def _announced(answer: Answer) -> Answer:
    return header(header(answer, "Content-Length", "5"), "Connection", "close")


# --- members of the document that is answered -----------------------------------------------------------------------


def _members(contract: Contract, operation: Operation, hooks: Callable[[AnswerChange], Hooks]) -> Iterator[Fault]:
    spec = operation.responses[0]
    headers = {name.lower(): name for name in spec.headers}
    for item in contract.requirements.values():
        if (item.operation, item.status) != (operation.id, spec.status) or spec.schema is None:
            continue
        if item.kind is Kind.RESPONSE_HEADER:
            name = headers[item.place]
            without = partial(header, name=name, value=None)
            yield Fault(f"{item.id}.missing", (item.id,), f"{operation.id} sends no {name}", hooks(without))
        if item.kind is Kind.RESPONSE and item.place:
            steps = item.place.split(".")
            node, required = _schema_at(spec.schema, steps)
            if node is not None:
                where = Where(
                    item.id, f"{operation.id} sends {item.place}", partial(_editing, hooks, steps), (item.id,)
                )
                yield from product([where], _edits(node, required=required))


def _editing(hooks: Callable[[AnswerChange], Hooks], steps: Sequence[str], edit: Edit) -> Hooks:
    return hooks(partial(_edited, steps, edit))


def _schema_at(schema: Mapping[str, Any], place: Sequence[str]) -> tuple[Mapping[str, Any] | None, bool]:
    """The schema of the member at a place and whether it is required; None when there is no such member."""
    node: Mapping[str, Any] = schema
    required = False
    for step in place:
        node = node.get("items", node) if "properties" not in node else node
        if step not in node.get("properties", {}):
            return None, False
        required = step in node.get("required", ())
        node = node["properties"][step]
    return node, required


def _edits(node: Mapping[str, Any], *, required: bool) -> Iterator[Effect[Edit]]:
    """What can be wrong with a member of this schema."""
    if required:
        yield Effect("missing", "missing", lambda holder, key: holder.pop(key))
    kinds = node.get("type", "object" if "properties" in node else "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    yield _set("mistyped", MISTYPED[next(kind for kind in kinds if kind != "null")])
    if "null" not in kinds:
        yield _set("null", None)
    if node.get("format") in {"uuid", "date-time"}:
        yield _set("malformed", "neither id nor time")
    if node.get("format") == "uri-reference":
        yield _set("untrue", "/astray")
    if "enum" in node:
        yield _set("outside", f"no {node['enum'][0]}")
    if "minimum" in node:
        yield _set("negative", -1)


def _set(word: str, value: Any) -> Effect[Edit]:
    return Effect(word, word, lambda holder, key: holder.update({key: value}))


def _edited(place: Sequence[str], edit: Edit, answer: Answer) -> Answer:
    """The answer with a copy of its document in which the member at the place is edited, wherever it is there."""
    body = json.loads(json.dumps(answer.body))
    nodes = [body]
    for step in place[:-1]:
        below = [node.get(step) for node in nodes if isinstance(node, dict)]
        nodes = [item for node in below for item in (node if isinstance(node, list) else [node])]
    for node in nodes:
        if isinstance(node, dict) and place[-1] in node:
            edit(node, place[-1])
    return replace(answer, body=body)
