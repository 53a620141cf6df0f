"""Aims of what stands in the URL: the parameters of the list, and the id in the path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.change import plain_change
from conformance.generate.draft import EXISTING, ID, Aim, Draft, encoded
from conformance.generate.values import MOST_TEXT, WORD, broken_values, other_spellings, text
from conformance.judge.rules import wrong_type
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Level, Operation, Resource, Schema
from conformance.model.equivalence import VALID, Class
from conformance.model.marks import Marks

__all__ = ["ODD_SEGMENTS", "list_aims", "path_aims"]

HUGE_TEXT = "1" + "0" * 5000
"""An integer of more digits than Python converts."""
NOT_UTF_8 = ("%ff", "%E9", "%C0%AF", "%ED%A0%80")
_YEAR, _LATER = datetime(1970, 1, 2), datetime(2100, 1, 1)


def _written(name: str, value: str) -> str:
    return f"{name}={quote(value)}"


def _raw(name: str, value: str) -> str:
    return f"{name}={value}"


def _pair(name: str, value: Any) -> str:
    return urlencode([(name, value)])


def _twice(name: str, value: Any) -> str:
    return urlencode([(name, value), (name, value)])


def list_aims(contract: Contract, resource: Resource, marks: Marks) -> Iterator[Aim]:
    """The aims of the parameters of the operation that lists; none when the contract has no such operation."""
    operation = contract.operations.get(resource.list or "")
    if operation is None or not operation.responses:
        return
    whole = requirement_id.response(operation.id, operation.responses[0].status)
    for parameter in operation.query:
        if parameter.level is not Level.MUST:
            continue  # another spelling of a parameter that has values of its own
        named = requirement_id.query(operation.id, parameter.name)
        for held, queries in _queries(parameter.name, parameter.schema):
            yield Aim(operation.id, named, parameter.name, held, queries.map(_query))
    unknown, odd = st.sampled_from(UNKNOWN_QUERIES), st.sampled_from(["&&", *marks.odd_queries])
    yield Aim(operation.id, whole, "query", Class.lenient("unknown-parameter"), unknown.map(_query))
    yield Aim(operation.id, whole, "query", Class.open("upstream-parameter"), odd.map(_query))
    if operation.request_media_type is None:
        body = st.sampled_from(UNASKED_BODIES).map(lambda data: Draft(data, headers=JSON_BODY))
        yield Aim(operation.id, whole, "body", NOT_ASKED_FOR, body)


def _query(query: str) -> Draft:
    return Draft(query=query)


def _queries(name: str, schema: Schema) -> Iterator[tuple[Class, SearchStrategy[str]]]:
    """(class, raw queries) of one parameter."""
    if schema.get("type") == "integer":
        for held, texts in _integer_texts():
            yield held, texts.map(partial(_written, name))
        yield VALID, st.sampled_from([0, 1, 2, 25, 1000]).map(partial(_pair, name))
    else:
        for held, values in broken_values({**schema, "type": "string"}):
            if held.rule != "type":  # in a URL everything is text
                yield held, values.map(partial(_pair, name))
        for held, values in other_spellings(schema):
            yield held, values.map(partial(_pair, name))
        yield VALID, _parameter_values(schema).map(partial(_pair, name))
        if "enum" not in schema and "format" not in schema:
            yield Class.open("nul"), st.sampled_from(["%00", "a%00b"]).map(partial(_raw, name))
            yield Class.open("beyond-bmp"), st.just(_raw(name, "%F0%9F%96%BC"))
    yield Class.broken("not-utf-8"), st.sampled_from(NOT_UTF_8).map(partial(_raw, name))
    yield Class.open("twice"), _parameter_values(schema).map(partial(_twice, name))


UNKNOWN_QUERIES = (
    "no_such_parameter=x",
    "%F0%9F%96%BC=x",
    "%00=x",
    "%ff=x",
    "=x",
    "%",
    "a[]=x",
    "name[]=x",
    "limit[]=1",
)
"""Queries that no list has."""
UNASKED_BODIES = (b"{}", b"null", b'{"limit": 1}', b"x")
"""Bodies of calls that have none (RFC 9110, 9.3.1: content of a GET has no meaning)."""
JSON_BODY = {"Content-Type": "application/json"}
NOT_ASKED_FOR = Class.lenient("not-asked-for")


def _integer_texts() -> Iterator[tuple[Class, SearchStrategy[str]]]:
    """(class, texts) that are no integer of at least zero, or one in another spelling."""
    yield Class.broken("below-minimum"), st.integers(-(2**63) + 1, -1).map(str)
    yield Class.broken("far-below-minimum"), st.sampled_from([str(-(2**63)), "-" + "9" * 30])
    yield Class.broken("empty"), st.sampled_from(["", " "])
    words = st.sampled_from(["ten", "null", "true", "0x10", "1,2", "--1", "1;", "NaN", "Infinity"])
    yield wrong_type("word", "integer"), st.one_of(words, WORD)
    yield wrong_type("fraction", "integer"), st.sampled_from(["1.5", "0.1", "1e-1"])
    yield Class.lenient("integer-as-fraction"), st.sampled_from(["1.0", "1e1", "2."])
    yield Class.lenient("other-digits"), st.sampled_from(["1_0", "１０", "١٠"])
    yield Class.lenient("sign-zeros-or-blanks"), st.sampled_from(["+1", " 1", "007"])
    yield Class.open("beyond-64-bits"), st.sampled_from(["9" * 20, "1" + "0" * 400, HUGE_TEXT])


def _parameter_values(schema: Schema) -> SearchStrategy[str]:
    if "enum" in schema:
        return st.sampled_from([str(item) for item in schema["enum"]])
    if schema.get("format") == "date-time":
        zones = st.sampled_from(["Z", "+00:00", "+08:00", "-05:30"])
        return st.builds(
            lambda moment, zone: f"{moment:%Y-%m-%dT%H:%M:%S}{zone}",
            st.datetimes(min_value=_YEAR, max_value=_LATER),
            zones,
        )
    if schema.get("type") == "integer":
        return st.sampled_from(["0", "1", "25"])
    return text(MOST_TEXT)


def path_aims(contract: Contract, resource: Resource) -> Iterator[Aim]:
    """The aims of the id in the path of each operation on a single resource that the document has."""
    for name in resource.operations:
        operation = contract.operations[name]
        if f"{{{resource.parameter}}}" in operation.path and operation.authority is not Authority.UPSTREAM:
            yield from _path_aims(contract, resource, operation)


def _path_aims(contract: Contract, resource: Resource, operation: Operation) -> Iterator[Aim]:
    parameter = next(item for item in operation.parameters if item.name == resource.parameter)
    requirement = requirement_id.path(operation.id, parameter.name)
    body = encoded([plain_change(contract, resource, 5)]) if operation.id == resource.change else b""

    def aim(held: Class, paths: SearchStrategy[str]) -> Aim:
        drafts = paths.map(lambda path: Draft(body, path=path))
        return Aim(operation.id, requirement, f"path.{parameter.name}", held, drafts)

    for held, values in (*broken_values(parameter.schema), *other_spellings(parameter.schema)):
        if held.rule not in {"type", "empty"}:
            # The id of a resource that is there, written so that only a careless reader takes it for that.
            near = st.one_of(values.map(_existing), values)
            yield aim(held, near.map(lambda value: quote(value, safe="")))
    if parameter.schema.get("format") == "uuid":
        blanks = [f"{EXISTING}%0A", f"{EXISTING}%20", f"%20{EXISTING}", f"{EXISTING}%09", f"{EXISTING}%E3%80%80"]
        yield aim(Class.lenient("padded"), st.sampled_from(blanks))
        yield aim(Class.broken("format", wanted="uuid"), st.sampled_from(ODD_SEGMENTS))
    yield aim(Class.broken("not-utf-8"), st.sampled_from(NOT_UTF_8))
    if operation.request_media_type is None:
        asked = st.sampled_from(UNASKED_BODIES).map(lambda data: Draft(data, headers=JSON_BODY))
        yield Aim(operation.id, requirement, "body", NOT_ASKED_FOR, asked)
    outside = [
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        f"%2e%2e%2f{resource.collection.rpartition('/')[2]}",
        "x%2fy",
        "..;",
        "%5c..%5c",
        "x;y=1",
        "%2f",
    ]
    yield aim(Class.open("no-path-segment"), st.sampled_from(outside))


def _existing(value: str) -> str:
    return value.replace(ID, EXISTING).replace(ID.replace("-", ""), EXISTING.replace("-", ""))


ODD_SEGMENTS = (
    "x" * 300,
    "x" * 3000,
    quote("镜" * 100),
    "%F0%9F%96%BC",
    "%27%20or%20%271%27=%271",
    "*",
    "%25",
    "a%00b",
    "-1",
    "null",
)
"""Segments of a path that are no id, and that careless servers put into a query, a file name or a log."""
