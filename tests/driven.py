"""A walk over all operations of a contract: what it sends is made of the contract, and what comes back is written down in a
form in which two targets that keep the contract alike are the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from targets import Offline

from conformance.contract.producers import holder_of
from conformance.contract.resources import lists_of
from conformance.model.contract import Contract, Operation, Resource
from conformance.services.fault import Hooks
from conformance.services.generic.target.shapes import Maker, fits, kind_of_schema, wrapper_of
from conformance.services.wire import Answer

__all__ = ["differs", "transcript"]

MAKER = Maker("sent", lambda _name: "2031-01-02T03:04:05Z")
NOON = datetime(2031, 1, 2, 12, tzinfo=UTC)
"""When the walk takes place: two of them are compared, times and all."""
NOBODY = "0a4ea7b2-3c1d-4f5e-8a6b-7c8d9e0f1a2b"


def transcript(contract: Contract, *hooks: Hooks, only: str = "") -> list[str]:
    """What the reference with these hooks answers, line by line; of the resource of the operation `only`, where it is one."""
    return _walked(contract, hooks, only, [])


def differs(plain: Sequence[str], contract: Contract, *hooks: Hooks, only: str = "") -> bool:
    """Whether the reference with these hooks answers otherwise than the transcript `plain` says: found out as far as the
    first line that does."""
    lines = _Compared(plain)
    try:
        return len(_walked(contract, hooks, only, lines)) != len(plain)
    except _OtherwiseError:
        return True


class _OtherwiseError(Exception):
    """A line is another one."""


class _Compared(list[str]):
    def __init__(self, plain: Sequence[str]) -> None:
        super().__init__()
        self._plain = plain

    def append(self, line: str) -> None:
        if len(self) >= len(self._plain) or line != self._plain[len(self)]:
            raise _OtherwiseError
        super().append(line)


def _walked(contract: Contract, hooks: tuple[Hooks, ...], only: str, lines: list[str]) -> list[str]:
    walk = _Walk(contract, hooks, lines)
    wanted = contract.resource_of(only)
    for resource in contract.resources.values():
        if wanted is None or resource.name == wanted.name or not resource.create:
            walk.resource(resource)
        else:
            walk.make(resource)
    for operation in contract.operations.values():
        if contract.resource_of(operation.id) is None and operation.secured:
            walk.call(operation, {})
            walk.call(operation, {}, token=None)
            for item in operation.query:
                for value in values(item.name, item.schema, (NOBODY,)):
                    walk.call(operation, {}, query=[(item.name, value)])
    return walk.lines


class _Walk:
    def __init__(self, contract: Contract, hooks: tuple[Hooks, ...], lines: list[str]) -> None:
        self.contract = contract
        self.target = Offline(contract, *hooks)
        self.target.clock.now = lambda: NOON + self.target.clock._ahead  # type: ignore[method-assign]
        self.lines = lines
        self._names: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._count = 0
        for resource in contract.resources.values():
            held = next(iter(self._state(resource).all(resource.name)), None)
            if held is not None:  # there from the beginning: nobody can make it
                self._made[resource.parameter] = held.id

    def _state(self, resource: Resource) -> Any:
        return self.target.parts[resource.service][0].state

    def call(self, operation: Operation, names: Mapping[str, str], **given: Any) -> Answer:
        path = re.sub(
            r"\{([^{}]+)\}", lambda match: names.get(match[1], self._made.get(match[1], NOBODY)), operation.path
        )
        if operation.request_schema is not None and not {"json", "body"} & given.keys():
            given["json"] = self.body(operation)
        needed = [(item.name, MAKER.shaped(item.schema)) for item in operation.query if item.required]
        asked = dict(given.get("query", ()))
        given["query"] = [*asked.items(), *((name, value) for name, value in needed if name not in asked)]
        answer = self.target.call(operation.method, path, service=operation.service, **given)
        headers = {name: value for name, value in answer.headers.items() if name != "x-openstack-request-id"}
        identified = bool(answer.headers.get("x-openstack-request-id"))
        text = f"{operation.id} {answer.status} {answer.media_type} {headers} {identified} {answer.encoded()!r}"
        self.lines.append(re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", self._named, text))
        return answer

    def _named(self, match: re.Match[str]) -> str:
        return self._names.setdefault(match[0], f"<{len(self._names)}>")

    def body(self, operation: Operation, **members: Any) -> Any:
        schema = operation.request_schema or {}
        if kind_of_schema(schema) == "array":
            return [{"op": "replace", "path": "/title", "value": f"other {self._count}"}]
        wrapper = wrapper_of(schema)
        node = schema["properties"][wrapper] if wrapper else schema
        self._count += 1
        given = {name: own for name, own in self._made.items() if name in node.get("properties", {})}
        node = {
            **node,
            "properties": {
                name: rule
                for name, rule in node.get("properties", {}).items()
                if not name.endswith("_id") or name in given
            },
        }
        if "name" in node.get("properties", {}):
            signs = f"n-{self._count}<>"
            given["name"] = signs if fits(node["properties"]["name"], signs) else signs[:-2]
        if not node["properties"] and kind_of_schema(node) == "object":
            given["any"] = f"text {self._count}"  # a map
        made = MAKER.shaped(node, {**given, **members})
        return {wrapper: made} if wrapper else made

    def make(self, resource: Resource, **given: Any) -> str:
        if resource.create is None:
            change = self.contract.operations.get(resource.change or "")
            if change is not None and change.method == "PUT":
                self._count += 1
                own = f"own-{self._count}"
                self.call(change, {resource.parameter: own}, **given)
                return own
            return self._made.get(resource.parameter, NOBODY)
        own = self.made(resource, self.call(self.contract.operations[resource.create], {}, **given))
        self._made.setdefault(resource.parameter, own)
        return own

    def made(self, resource: Resource, answer: Answer) -> str:
        """The id of what a create has made."""
        body = answer.body if isinstance(answer.body, dict) else {}
        inner = body.get(resource.wrapper, body) if resource.wrapper else body
        return str(inner.get(resource.id, NOBODY)) if isinstance(inner, dict) else NOBODY

    def resource(self, resource: Resource) -> None:
        lists = [str(item.list) for item in lists_of(self.contract, resource)]
        known = {name: self.contract.operations[name] for name in dict.fromkeys([*resource.operations, *lists])}
        one, two = self.make(resource), self.make(resource)
        self.target.clock.advance(2)
        for operation in known.values():
            self.call(operation, {resource.parameter: NOBODY})
            self.call(operation, {resource.parameter: two}, token=None)
            self.call(operation, {resource.parameter: two}, account="reference-other")
            for body in wrong_bodies(operation, self.body(operation)):
                self.call(operation, {resource.parameter: two}, json=body)
        two = self.make(resource)
        self.look(resource, known, one, two)
        for operation in (known[name] for names in resource.extra.values() for name in names):
            self.call(operation, {resource.parameter: two})
        change, remove = known.get(resource.change or ""), known.get(resource.remove or "")
        if change is not None:
            self.call(change, {resource.parameter: two}, json=self.different(change))
            if kind_of_schema(change.request_schema or {}) == "object":
                for body in self.least(change):
                    self.call(change, {resource.parameter: two}, json=body)
                    self.glance(resource, known, one, two)
            self.look(resource, known, one, two)
        if remove is not None:
            self.call(remove, {resource.parameter: two})
            self.call(remove, {resource.parameter: two})
            self.look(resource, known, one, two)
            three = self.make(resource)
            if change is not None:
                self.call(change, {resource.parameter: three}, json=self.different(change))
            self.look(resource, known, one, two, three)
        holder = holder_of(self.contract, resource)
        if holder is not None and resource.create is not None and resource.show is not None:
            above = {holder.parameter: self.make(holder)}
            own = self.made(resource, self.call(known[resource.create], above))
            self.call(known[resource.show], {**above, resource.parameter: own})
            self.call(self.contract.operations[str(holder.remove)], above)
            self.call(known[resource.show], {**above, resource.parameter: own})

    def glance(self, resource: Resource, known: Mapping[str, Operation], *ids: str) -> None:
        """Ask how these resources are shown, and for the plain list."""
        for name in filter(None, (resource.show, resource.list)):
            for own in ids if "{" in known[name].path else ids[:1]:
                self.call(known[name], {resource.parameter: own})

    def look(self, resource: Resource, known: Mapping[str, Operation], *ids: str) -> None:
        """Ask what only reads, with each parameter that a list has."""
        for operation in known.values():
            if operation.method != "GET":
                continue
            for own in ids:
                self.call(operation, {resource.parameter: own})
            for item in operation.query:
                for value in values(item.name, item.schema, ids):
                    self.call(operation, {}, query=[(item.name, value)])
            if {"limit", "marker"} <= {item.name for item in operation.query}:
                self.call(operation, {}, query=[("limit", "1"), ("marker", ids[-1])])
            for key in (item for item in operation.query if item.name == "sort_key"):
                for way in ("asc", "desc"):
                    self.call(operation, {}, query=[("sort_key", key.schema["enum"][0]), ("sort_dir", way)])
        if resource.list is not None:
            self.call(known[resource.list], {}, account="reference-other")
            self.call(known[resource.list], {}, headers={"accept": "text/plain"})
            undefined = replace(known[resource.list], method="TRACE", request_schema=None)
            self.call(undefined, {})
        if resource.create is not None:
            self.call(known[resource.create], {}, headers={"content-type": "text/plain"})
            self.call(known[resource.create], {}, json=next(self.least(known[resource.create]), {}))
            twice = self.body(known[resource.create])
            for _ in range(2):
                self.call(known[resource.create], {}, json=twice)

    def different(self, operation: Operation) -> Any:
        """A body with other values than the first ones."""
        body = self.body(operation)
        inner = next(iter(body.values())) if wrapper_of(operation.request_schema) else body
        for name, value in inner.items() if isinstance(inner, dict) else ():
            node = (operation.request_schema or {})["properties"]
            node = node[next(iter(node))]["properties"][name] if wrapper_of(operation.request_schema) else node[name]
            inner[name] = another(value, node)
        return body

    def least(self, operation: Operation) -> Iterator[Any]:
        """Bodies with one member alone, besides those that are required."""
        schema = operation.request_schema or {}
        wrapper = wrapper_of(schema)
        node = schema["properties"][wrapper] if wrapper else schema
        for only in node.get("properties", {}):
            body = self.body(operation)
            inner = body[wrapper] if wrapper else body
            short = {name: value for name, value in inner.items() if name in {only, *node.get("required", ())}}
            yield {wrapper: short} if wrapper else short


def another(value: Any, node: Mapping[str, Any]) -> Any:
    if node.get("enum"):
        return node["enum"][-1]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dict):
        return {"k": "v"}
    return f"{value}y" if isinstance(value, str) and "format" not in node else value


def values(name: str, schema: Mapping[str, Any], ids: tuple[str, ...]) -> Iterator[str]:
    """Values of a query parameter, right ones and wrong ones."""
    kind = kind_of_schema(schema)
    if name == "marker":
        yield from ids
    yield from (
        ("0", "1", "2", "-1")
        if kind == "integer"
        else (schema.get("enum", ["n-2"])[0], schema.get("enum", [ids[0]])[-1])
    )
    yield "no such value"
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def wrong_bodies(operation: Operation, good: Any) -> Iterator[Any]:
    """Bodies that break one rule each."""
    schema = operation.request_schema or {}
    if kind_of_schema(schema) != "object":
        yield from ([], [{"op": "fly"}]) if schema else ()
        return
    wrapper = wrapper_of(schema)
    node = schema["properties"][wrapper] if wrapper else schema
    inner = good[wrapper] if wrapper else good
    for name, rules in node.get("properties", {}).items():
        broken: list[Any] = [[[3]], 3 if kind_of_schema(rules) == "string" else "three"]
        broken += ["none of these"] if "enum" in rules else []
        broken += ["x" * (rules["maxLength"] + 1)] if "maxLength" in rules else []
        broken += ["x"] if "minLength" in rules or "format" in rules else []
        broken += ["A B"] if "pattern" in rules else []
        least = rules.get("minimum", rules.get("exclusiveMinimum"))
        broken += [least - 1] if least is not None else []
        broken += [rules["maximum"] + 1] if "maximum" in rules else []
        for value in broken:
            changed = {**inner, name: value}
            yield {wrapper: changed} if wrapper else changed
        if name in node.get("required", ()):
            short = {key: value for key, value in inner.items() if key != name}
            yield {wrapper: short} if wrapper else short
        for below, rule in rules.get("properties", {}).items():
            changed = {**inner, name: {**inner[name], below: 3 if kind_of_schema(rule) == "string" else "three"}}
            yield {wrapper: changed} if wrapper else changed
    yield json.loads("{}")
