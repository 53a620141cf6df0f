"""Faults of refusals: what must be refused is taken, or is refused in another form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.client import responses
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation, Parameter, Resource, Schema
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken
from conformance.services.generic import NAMING
from conformance.services.generic.faults.reading import body_schema
from conformance.services.generic.target.requests import read_as
from conformance.services.generic.target.shapes import NOTHING, Maker, fits, kind_of_schema, wrapper_of
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Answer, Call, Caller, Refused, read_json

__all__ = ["codes", "faults", "in_use"]

MAKER = Maker("taken", lambda _name: "2000-01-01T00:00:00Z")


def faults(contract: Contract, operation: Operation) -> Iterator[Fault]:
    """The faults of the refusals of an operation."""
    yield from _answers(contract, operation)
    yield from _bodies(contract, operation)
    yield from _queries(operation)


def codes(contract: Contract, service: str) -> Iterator[Fault]:
    """Codes of the document that the target sends another one for: of a service, whichever operation was called. There are
    those that a client can be sure to provoke: what is not there, a method that no operation has, a name that is in use."""
    creates = [item for item in contract.resources.values() if item.create is not None and item.service == service]
    methods = {item.method for item in contract.operations.values() if item.path in {it.collection for it in creates}}
    for status, instead in ((404, 410), (405, 501)) if creates and not methods >= {"PUT", "PATCH"} else ((404, 410),):
        if status in contract.error_codes:
            due = partial(_of_another_code, contract, service, status, instead)
            said = f"{service} answers {instead} where {status} is due"
            breaks = (rid.error(status), "status.documented", "status.server-error")
            yield Fault(f"{service}.code.{status}", breaks, said, Hooks(answer=due))
    named = {item.create: item for item in creates if _name_in(contract.operations[str(item.create)])}
    if 409 in contract.error_codes and named:
        said = f"{service} answers 400 where a name is in use"
        yield Fault(f"{service}.code.409", (rid.error(409),), said, Hooks(handle=in_use(contract, named, 400)))


def _name_in(operation: Operation) -> str:
    """The member by which a request names what it makes, "" for none."""
    return next((name for name in NAMING if name in body_schema(operation).get("properties", {})), "")


def in_use(
    contract: Contract, creates: Mapping[str | None, Resource], status: int
) -> Callable[[Call, Caller, GenericStore], Answer | None]:
    """Refuse, with this status, a create of what is called as another one of the project is."""

    def handle(call: Call, caller: Caller, store: GenericStore) -> Answer | None:
        resource = creates.get(call.operation)
        if resource is None:
            return None
        operation = contract.operations[call.operation or ""]
        name, wrapper = _name_in(operation), wrapper_of(operation.request_schema)
        body = read_json(call.body)
        inner = body.get(wrapper) if wrapper and isinstance(body, Mapping) else body
        said = inner.get(name) if isinstance(inner, Mapping) else None
        held = (item.members.get(name) for item in store.all(resource.name) if item.owner == caller.project)
        if said is not None and said in held:
            raise Refused(status, "That name is in use.")
        return None

    return handle


def _of_another_code(
    contract: Contract, service: str, status: int, instead: int, call: Call, answer: Answer, _store: Any
) -> Answer:
    return _as(contract, instead)(answer) if call.service == service and answer.status == status else answer


# --- how it is refused ----------------------------------------------------------------------------------------------


def _answers(contract: Contract, operation: Operation) -> Iterator[Fault]:
    def refused(change: Callable[[Answer], Answer], *statuses: int) -> Hooks:
        def answer(call: Call, answer: Answer, _store: Any) -> Answer:
            due = call.operation == operation.id and answer.status in (statuses or range(400, 500))
            return change(answer) if due else answer

        return Hooks(answer=answer)

    name = operation.id
    members = contract.envelope.get("properties", {})
    inner = [member for node in members.values() for member in node.get("properties", {})]
    envelope = (rid.envelope(), *(rid.envelope(member) for member in inner))
    bare = partial(replace, body={"detail": "It is refused."})
    yield Fault(f"{name}.refusal.bare", envelope, f"{name} is refused without the envelope", refused(bare))
    html = partial(replace, body=None, raw=b"<html><body>It is refused.</body></html>", media_type="text/html")
    yield Fault(f"{name}.refusal.html", (*envelope, "header.content-type"), f"{name} is refused in HTML", refused(html))
    if operation.request_schema is not None:
        breaks = ("status.server-error", rid.request(name), rid.error(400), rid.error(500))
        yield Fault(
            f"{name}.refusal.500", breaks, f"{name} fails with 500 where it has to refuse", refused(broken, 400)
        )
    parameters = re.findall(r"\{([^{}]+)\}", operation.path)
    for last in parameters[-1:]:
        paths = (rid.path(name, item) for item in parameters)
        due = ("status.server-error", *paths, rid.error(404), rid.error(500))
        said = f"{name} fails with 500 where nothing is there"
        yield Fault(f"{name}.absent.{last}.500", due, said, refused(broken, 404))
    if operation.secured:
        said = f"{name} answers 403 where it has no valid token"
        yield Fault(f"{name}.refusal.403", ("auth.required", rid.error(401)), said, refused(_as(contract, 403), 401))


def _as(contract: Contract, status: int) -> Callable[[Answer], Answer]:
    phrase = contract.error_codes[status].phrase if status in contract.error_codes else responses[status]

    def change(answer: Answer) -> Answer:
        body = json.loads(json.dumps(answer.body))
        for inner in body.values() if isinstance(body, dict) else ():
            if isinstance(inner, dict):
                inner.update({key: value for key, value in (("code", status), ("title", phrase)) if key in inner})
        return replace(answer, status=status, body=body)

    return change


# --- what is taken --------------------------------------------------------------------------------------------------

RULES = ("enum", "minimum", "maximum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "format")


def _bodies(contract: Contract, operation: Operation) -> Iterator[Fault]:
    schema = body_schema(operation)
    whole = operation.request_schema or {}
    if kind_of_schema(whole) != "object":
        return
    wrapper, name = wrapper_of(whole), operation.id
    mending = partial(_mending, contract, name, whole)
    required = set(schema.get("required", ()))
    request = (rid.request(name), rid.error(400), *((rid.body(name, wrapper),) if wrapper else ()))
    for member, node in schema.get("properties", {}).items():
        breaks = (rid.body(name, member), rid.body(name, f"{wrapper}.{member}"), *request)
        if member in required and member != operation.action:  # without that it is no call of this operation
            yield Fault(
                f"{name}.taken.{member}.missing",
                breaks,
                f"{name} is taken without {member}",
                mending(member, _missing),
            )
        kind = kind_of_schema(node)
        if kind:
            yield Fault(
                f"{name}.taken.{member}.type",
                breaks,
                f"{name} takes {member} of another type",
                mending(member, _of_another_type),
            )
        for rule in RULES:
            if rule in node and (rule, node[rule]) != ("minLength", 0):  # which no text breaks
                yield Fault(
                    f"{name}.taken.{member}.{rule}",
                    breaks,
                    f"{name} takes {member} against its {rule}",
                    mending(member, partial(_against, rule)),
                )


Wrong = Callable[[Any, Schema], bool]


def _missing(value: Any, _node: Schema) -> bool:
    return value is NOTHING


def _of_another_type(value: Any, node: Schema) -> bool:
    return value is not NOTHING and not fits({"type": node.get("type", kind_of_schema(node))}, value)


def _against(rule: str, value: Any, node: Schema) -> bool:
    kinds = {"type": node.get("type", kind_of_schema(node))}
    return value is not NOTHING and fits(kinds, value) and not fits({rule: node[rule]}, value)


def _mending(contract: Contract, operation: str, whole: Schema, member: str, wrong: Wrong) -> Hooks:
    """Put a value that is allowed in the place of one that is wrong in this way, before the body is checked: of a member that
    means another resource, one that is there."""
    kinds = [item.name for item in contract.resources.values() if item.parameter == member]
    wrapper = wrapper_of(whole)
    schema = whole["properties"][wrapper] if wrapper else whole
    node = schema["properties"][member]

    def members(call: Call, body: Any, store: GenericStore) -> Any:
        if call.operation != operation or not isinstance(body, Mapping):
            return body
        inner = body.get(wrapper) if wrapper else body
        if not isinstance(inner, Mapping) or not wrong(inner.get(member, NOTHING), node):
            return body
        held = [
            item.id for kind in kinds for item in store.all(kind) if call.caller and item.owner == call.caller.project
        ]
        mended = {**inner, member: MAKER.shaped(node, held[-1] if held else NOTHING, NOTHING, f".{member}")}
        return {**body, wrapper: mended} if wrapper else mended

    return Hooks(members=members)


def _queries(operation: Operation) -> Iterator[Fault]:
    for item in operation.query:
        if kind_of_schema(item.schema) not in {"string", ""} or item.schema.keys() & set(RULES):
            yield Fault(
                f"{operation.id}.taken.{item.name}",
                (rid.query(operation.id, item.name), rid.error(400)),
                f"{operation.id} takes any {item.name}",
                Hooks(request=partial(_without_wrong, operation.id, item)),
            )


def _without_wrong(operation: str, item: Parameter, call: Call) -> Call:
    if call.operation != operation:
        return call
    return replace(
        call, query=[(name, value) for name, value in call.query if name != item.name or read_as(item.schema, value)]
    )
