"""Two editions of the contract: what changes for a client that was written for the old one.

Rules
- Both are effective contracts: what the rulings of an edition decide is part of it.
- Each change has a rule (`edition_rules`), and the rule its impact. No difference is passed over: what no rule knows is
  told as `schema-changed`.
- Line numbers, prose and placeholders of an edition are no changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.contract.edition_rules import RULES, Impact
from conformance.contract.ledger import defaults_of, derive
from conformance.contract.references import resolved
from conformance.contract.schema_changes import SchemaChange, schema_changes
from conformance.contract.services import Spec, operations_of
from conformance.model import requirement_id
from conformance.model.contract import Lines, Requirement

__all__ = ["EditionChange", "edition_changes"]


@dataclass(frozen=True, slots=True)
class EditionChange:
    """One change. `place` is the member, parameter or header; `requirement` the promise it belongs to (`server.list.*`
    stands for all of an operation), None when it has none.

    `lines_before` and `lines_after` are document lines of each edition, empty where the edition does not have it.
    """

    rule: str
    impact: Impact
    operation: str | None
    place: str
    before: str
    after: str
    requirement: str | None
    lines_before: Lines
    lines_after: Lines


def edition_changes(old: Mapping[str, Spec], new: Mapping[str, Spec]) -> tuple[EditionChange, ...]:
    """Every change between two effective contracts (spec name -> OpenAPI document), breaking ones first."""
    found = list(_Comparison(old, new).changes())
    order = list(Impact)
    return tuple(
        sorted(found, key=lambda item: (order.index(item.impact), item.operation or "", item.rule, item.place))
    )


class _Comparison:
    """Both editions with their promises; methods yield changes."""

    def __init__(self, old: Mapping[str, Spec], new: Mapping[str, Spec]) -> None:
        self._old, self._new = old, new
        self._before, self._after = _promises(old), _promises(new)
        self._told: set[str] = set()

    def changes(self) -> Iterator[EditionChange]:
        one, other = _operations(self._old), _operations(self._new)
        for name in sorted({*one, *other}):
            if name not in other:
                yield self._change("operation-removed", name, "", _where(one[name]), "absent", name)
            elif name not in one:
                yield self._change("operation-added", name, "", "absent", _where(other[name]), name)
            else:
                yield from self._operation(name, one[name], other[name])
        yield from self._errors()
        yield from self._common()
        yield from self._other_promises()

    # --- operations ---

    def _operation(self, name: str, one: _Operation, other: _Operation) -> Iterator[EditionChange]:
        if _where(one) != _where(other):
            yield self._change("operation-moved", name, "", _where(one), _where(other), name)
        yield from self._parameters(name, one.raw.get("parameters", ()), other.raw.get("parameters", ()))
        yield from self._body(name, one, other)
        yield from self._responses(name, one, other)
        first, second = defaults_of(one.raw), defaults_of(other.raw)
        for member in sorted({*first, *second}):
            was, now = (side[member][0] if member in side else _NONE for side in (first, second))
            if was != now or isinstance(was, bool) != isinstance(now, bool):
                yield self._change(
                    "default-changed", name, member, _value(was), _value(now), requirement_id.default(name, member)
                )

    def _parameters(self, name: str, old: Any, new: Any) -> Iterator[EditionChange]:
        one, other = ({(item["in"], item["name"]): item for item in side} for side in (old, new))
        for key in sorted({*one, *other}):
            location, parameter = key
            promise = requirement_id.parameter(name, location, parameter)
            yield from self._parameter(name, f"{location} {parameter}", promise, one.get(key), other.get(key))

    def _parameter(
        self, operation: str | None, place: str, promise: str, old: Spec | None, new: Spec | None
    ) -> Iterator[EditionChange]:
        if new is None:
            yield self._change("parameter-removed", operation, place, "there", "absent", promise)
            return
        now = bool(new.get("required"))
        if old is None:
            rule = "parameter-added-required" if now else "parameter-added"
            yield self._change(rule, operation, place, "absent", "there", promise)
            return
        was = bool(old.get("required"))
        if was != now:
            rule = "parameter-became-required" if now else "parameter-became-optional"
            yield self._change(rule, operation, place, *_need(was, now), promise)
        for item in schema_changes(old.get("schema", {}), new.get("schema", {})):
            rule = "parameter-schema-changed" if "member" in item.kind else f"parameter-{item.kind}"
            inner = " ".join(filter(None, (place, item.place)))
            yield self._change(rule, operation, inner, item.before, item.after, promise)

    def _body(self, name: str, one: _Operation, other: _Operation) -> Iterator[EditionChange]:
        first, second = one.raw.get("requestBody"), other.raw.get("requestBody")
        promise = requirement_id.request(name)
        if first is None or second is None:
            if first is not second:
                added = "request-body-added-required" if second and second.get("required") else "request-body-added"
                rule = "request-body-removed" if second is None else added
                self._told.add(requirement_id.body(name))
                yield self._change(
                    rule,
                    name,
                    "body",
                    "absent" if first is None else "there",
                    "there" if first is None else "absent",
                    promise,
                )
            return
        was, now = bool(first.get("required")), bool(second.get("required"))
        if was != now:
            yield self._change(
                f"request-body-became-{'required' if now else 'optional'}", name, "body", *_need(was, now), promise
            )
        yield from self._media(
            "request",
            name,
            _request_id(name),
            first.get("content", {}),
            second.get("content", {}),
            one.spec,
            other.spec,
        )

    def _responses(self, name: str, one: _Operation, other: _Operation) -> Iterator[EditionChange]:
        first, second = _successes(one.raw), _successes(other.raw)
        for status in sorted({*first, *second}):
            promise = requirement_id.response(name, status)
            if status not in second or status not in first:
                rule = "response-status-removed" if status not in second else "response-status-added"
                yield self._change(
                    rule,
                    name,
                    status,
                    *(("promised", "absent") if status in first else ("absent", "promised")),
                    promise,
                )
                continue
            before, after = first[status], second[status]
            headers = before.get("headers", {}), after.get("headers", {})
            for header in sorted({*headers[0], *headers[1]}):
                if (header in headers[0]) != (header in headers[1]):
                    rule = "response-header-removed" if header in headers[0] else "response-header-added"
                    said = ("promised", "absent") if header in headers[0] else ("absent", "promised")
                    yield self._change(
                        rule,
                        name,
                        f"{status} header {header}",
                        *said,
                        requirement_id.response_header(name, status, header),
                    )
            yield from self._media(
                "response",
                name,
                partial(requirement_id.response, name, status),
                before.get("content", {}),
                after.get("content", {}),
                one.spec,
                other.spec,
            )

    def _media(
        self,
        direction: str,
        name: str,
        promised: Callable[[str], str],
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        first: Spec,
        second: Spec,
    ) -> Iterator[EditionChange]:
        for media in sorted({*old, *new}):
            if (media in old) != (media in new):
                rule = f"{direction}-media-type-{'removed' if media in old else 'added'}"
                yield self._change(
                    rule, name, "body", *((media, "absent") if media in old else ("absent", media)), promised("")
                )
        # One media type for another: the shapes are compared all the same.
        pairs = [(old[media], new[media]) for media in old if media in new] or list(
            zip(old.values(), new.values(), strict=False)
        )[:1]
        for before, after in pairs:
            one, other = (resolved(spec, side.get("schema", {})) for spec, side in ((first, before), (second, after)))
            for item in schema_changes(one, other):
                yield self._schema(direction, name, promised, item)

    def _schema(self, direction: str, name: str, promised: Callable[[str], str], item: SchemaChange) -> EditionChange:
        plain = item.place.replace("[]", "").strip(".")
        place = item.place or "body"
        return self._change(
            f"{direction}-{item.kind}",
            name,
            place,
            item.before,
            item.after,
            promised(plain),
            fallback=promised(""),
        )

    # --- what all operations share ---

    def _errors(self) -> Iterator[EditionChange]:
        one, other = _common(self._old), _common(self._new)
        first, second = (
            {item["code"]: item for item in side.get("x-common", {}).get("error-codes", ())} for side in (one, other)
        )
        for code in sorted({*first, *second}):
            promise = requirement_id.error(code)
            if code not in second or code not in first:
                rule = "error-code-removed" if code in first else "error-code-added"
                phrase = (first.get(code) or second[code])["phrase"]
                was, now = (phrase, "absent") if code in first else ("absent", phrase)
                yield self._change(rule, None, str(code), was, now, promise)
            elif first[code]["phrase"] != second[code]["phrase"]:
                yield self._change(
                    "error-phrase-changed", None, str(code), first[code]["phrase"], second[code]["phrase"], promise
                )
        schemas = (side.get("components", {}).get("schemas", {}).get("Error", {}) for side in (one, other))
        for item in schema_changes(*schemas):
            member = item.place.partition(".")[2]
            promise = requirement_id.envelope(member)
            yield self._change(
                f"response-{item.kind}",
                None,
                f"failure {item.place}".strip(),
                item.before,
                item.after,
                promise,
                fallback=requirement_id.envelope(),
            )

    def _common(self) -> Iterator[EditionChange]:
        one, other = (
            {item["name"]: item for item in _common(side).get("x-common", {}).get("request-headers", ())}
            for side in (self._old, self._new)
        )
        for name in sorted({*one, *other}):
            promise = requirement_id.header(name)
            yield from self._parameter(None, f"header {name}", promise, one.get(name), other.get(name))

    def _other_promises(self) -> Iterator[EditionChange]:
        """Promises that no operation, member or code shows: those that only prose makes."""
        for name in sorted({*self._before, *self._after}):
            old, new = self._before.get(name), self._after.get(name)
            if name in self._told or any(requirement_id.is_below(name, item) for item in self._told):
                continue
            if old is None or new is None:
                present = old or new
                assert present is not None
                rule = "promise-removed" if new is None else "promise-added"
                said = (str(present.statement), "absent") if new is None else ("absent", str(present.statement))
                yield self._change(rule, present.operation, "", *said, name)
                continue
            first, second = (_standing(item) for item in (old, new))
            if first != second:
                yield self._change("promise-level-changed", new.operation, "", first, second, name)
            elif old.statement != new.statement:
                yield self._change("promise-restated", new.operation, "", str(old.statement), str(new.statement), name)

    def _change(
        self,
        rule: str,
        operation: str | None,
        place: str,
        before: str,
        after: str,
        promise: str,
        *,
        fallback: str | None = None,
    ) -> EditionChange:
        name = self._promise(promise) or (self._promise(fallback) if fallback else None)
        if rule != "operation-moved":
            self._told.add(promise)
        old, new = self._before.get(name or ""), self._after.get(name or "")
        lines = tuple(item.source if item is not None else () for item in (old, new))
        if rule.startswith("operation-"):
            every = any(requirement_id.is_below(item, promise) for item in (*self._before, *self._after))
            name = requirement_id.all_below(promise) if every else None
            lines = tuple(
                _operations(side)[promise].lines if promise in _operations(side) else ()
                for side in (self._old, self._new)
            )
        return EditionChange(rule, RULES[rule], operation, place, before, after, name, *lines)

    def _promise(self, wanted: str) -> str | None:
        """The promise of this id, or the nearest above it."""
        return requirement_id.nearest(wanted, {*self._before, *self._after})


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    raw: Spec
    spec: Spec

    @property
    def lines(self) -> Lines:
        return tuple((first, last) for first, last in self.raw.get("x-source", ()))


class _Nothing:
    pass


_NONE = _Nothing()


def _operations(specs: Mapping[str, Spec]) -> dict[str, _Operation]:
    found: dict[str, _Operation] = {}
    for spec in specs.values():
        for method, path, raw in operations_of(spec):
            found[raw.get("operationId", f"{method} {path}")] = _Operation(method, path, raw, spec)
    return found


def _where(operation: _Operation) -> str:
    # The name of a path parameter is not on the wire.
    return f"{operation.method} {re.sub(r'{[^}]*}', '{}', operation.path)}"


def _request_id(operation: str) -> Callable[[str], str]:
    """Member of a request's body, or "" for the body as a whole -> the id of the requirement."""
    return lambda member: requirement_id.body(operation, member) if member else requirement_id.request(operation)


def _successes(raw: Spec) -> dict[str, Spec]:
    return {
        str(status): item
        for status, item in raw.get("responses", {}).items()
        if status != "default" and "$ref" not in item
    }


def _common(specs: Mapping[str, Spec]) -> Spec:
    """The spec with the common part, else the first: a file of its own may have the error object without the rest."""
    return next((spec for spec in specs.values() if "x-common" in spec), next(iter(specs.values()), {}))


def _promises(specs: Mapping[str, Spec]) -> dict[str, Requirement]:
    if "x-common" not in _common(specs):
        return {}
    try:
        return {item.id: item for item in derive(specs)}
    except KeyError:  # a file of its own, without what the ledger is derived from
        return {}


def _standing(item: Requirement) -> str:
    return f"{item.level}, {item.authority}" + (", excluded" if item.excluded is not None else "")


def _need(was: bool, now: bool) -> tuple[str, str]:
    words = {True: "required", False: "optional"}
    return words[was], words[now]


def _value(value: Any) -> str:
    if value is _NONE:
        return "none stated"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
