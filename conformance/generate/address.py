"""Aims of what stands in the URL: the parameters of the list, and the id in the path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.draft import EXISTING, ID, Aim, Draft, encoded
from conformance.generate.patch import change
from conformance.generate.values import MOST_TEXT, WORD, broken_values, text
from conformance.model import requirement_id
from conformance.model.contract import Operation, Schema
from conformance.model.equivalence import Standing

__all__ = ["path_aims", "query_aims"]

HUGE_TEXT = "1" + "0" * 5000
"""An integer of more digits than Python converts."""
_YEAR, _LATER = datetime(1970, 1, 2), datetime(2100, 1, 1)


def _written(name: str, value: str) -> str:
    return f"{name}={quote(value)}"


def _raw(name: str, value: str) -> str:
    return f"{name}={value}"


def _pair(name: str, value: Any) -> list[tuple[str, Any]]:
    return [(name, value)]


def _twice(name: str, value: Any) -> list[tuple[str, Any]]:
    return [(name, value), (name, value)]


def query_aims(operation: Operation) -> Iterator[Aim]:
    """The aims of the parameters of image.list (document lines 493-505)."""

    def aim(name: str, words: str, due: Standing, values: SearchStrategy[Any]) -> Aim:
        drafts = values.map(lambda value: Draft(query=value if isinstance(value, str) else urlencode(value)))
        known = name in {item.name for item in operation.query}
        return Aim(
            operation.id,
            requirement_id.query(operation.id, name) if known else requirement_id.response(operation.id, 200),
            name,
            words,
            due,
            drafts,
        )

    for parameter in operation.query:
        name, schema = parameter.name, parameter.schema
        if name in {"sort-key", "sort-dir"}:
            continue  # advisory twins, without values of their own
        if schema.get("type") == "integer":
            for words, values in _broken_integers():
                yield aim(name, words, Standing.BROKEN, values.map(partial(_written, name)))
            for words, sample in (
                ("is an integer with a sign, zeros or blanks", ["+1", " 1", "007"]),
                ("is beyond 64 bits", ["9" * 20, "1" + "0" * 400, HUGE_TEXT]),
            ):
                yield aim(name, words, Standing.OPEN, st.sampled_from(sample).map(partial(_written, name)))
            yield aim(name, "valid", Standing.VALID, st.sampled_from([0, 1, 2, 25, 1000]).map(partial(_pair, name)))
        else:
            for words, values in broken_values({**schema, "type": "string"}):
                if " instead of " not in words:
                    yield aim(name, words, Standing.BROKEN, values.map(partial(_pair, name)))
            yield aim(name, "valid", Standing.VALID, _parameter_values(schema).map(partial(_pair, name)))
            for words, sample in (
                ("has a NUL", ["%00", "a%00b"]),
                ("has characters outside the BMP", ["%F0%9F%96%BC"]),
            ):
                if "enum" not in schema and "format" not in schema:
                    yield aim(name, words, Standing.OPEN, st.sampled_from(sample).map(partial(_raw, name)))
        yield aim(
            name,
            "is not UTF-8",
            Standing.BROKEN,
            st.sampled_from(["%ff", "%E9", "%C0%AF", "%ED%A0%80"]).map(partial(_raw, name)),
        )
        yield aim(name, "is there twice", Standing.OPEN, _parameter_values(schema).map(partial(_twice, name)))
    yield aim("query", "has an unknown parameter", Standing.OPEN, st.sampled_from(UNKNOWN_QUERIES))


UNKNOWN_QUERIES = (
    "no_such_parameter=x",
    "marker=",
    "marker=x",
    "marker=%00",
    "size_min=x",
    "size_min=99999999999999999999",
    "size_max=-1",
    "min_ram=x",
    "created_at=gt:x",
    "created_at=gt:2020-01-01T00:00:00Z",
    "created_at=gt:0001-01-01T00:00:00%2B14:00",
    "created_at=:",
    "updated_at=",
    "updated_at=lt:9999-12-31T23:59:59-14:00",
    "protected=x",
    "visibility=x",
    "member_status=x",
    "tag=%00",
    "owner=",
    "sort=",
    "sort=:",
    "sort=name:asc:desc",
    "sort=name:up",
    "os_hidden=x",
    "properties=x",
    "deleted=true",
    "%F0%9F%96%BC=x",
    "%00=x",
    "%ff=x",
    "=x",
    "&&",
    "%",
    "a[]=x",
    "id=in:",
    "disk_format=in:%22",
    "checksum=%00",
    "is_public=x",
    "filters=x",
    "size=9999999999999999999999",
    "name[]=x",
    "limit[]=1",
)
"""Parameters that the document does not have; a server may know them, and must not break over them."""


def _broken_integers() -> Iterator[tuple[str, SearchStrategy[str]]]:
    yield "is below the minimum", st.integers(-(2**63) + 1, -1).map(str)
    yield "is far below the minimum", st.sampled_from([str(-(2**63)), "-" + "9" * 30])
    yield "is empty", st.sampled_from(["", " "])
    yield (
        "is a word instead of integer",
        st.one_of(st.sampled_from(["ten", "null", "true", "0x10", "1,2", "--1", "1;", "NaN", "Infinity"]), WORD),
    )
    yield "is a fraction instead of integer", st.sampled_from(["1.5", "1.0", "1e1", "0.1"])
    yield "is digits in another spelling", st.sampled_from(["1_0", "１０", "١٠"])


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


def path_aims(operation: Operation) -> Iterator[Aim]:
    """The aims of the id in the path of an operation."""
    parameter = next(item for item in operation.parameters if item.location == "path")
    requirement = requirement_id.path(operation.id, parameter.name)
    place = f"path.{parameter.name}"
    body = encoded([change("min_ram", 5)]) if operation.id == "image.patch" else b""

    def drafts(paths: SearchStrategy[str]) -> SearchStrategy[Draft]:
        return paths.map(lambda path: Draft(body, path=path))

    for words, values in broken_values(parameter.schema):
        if " instead of " in words or words == "is empty":
            continue
        # The id of an image that is there, written so that only a careless reader takes it for that.
        near = st.one_of(
            values.map(
                lambda value: value.replace(ID, EXISTING).replace(ID.replace("-", ""), EXISTING.replace("-", ""))
            ),
            values,
        )
        yield Aim(
            operation.id,
            requirement,
            place,
            words,
            Standing.BROKEN,
            drafts(near.map(lambda value: quote(value, safe=""))),
        )
    fed = drafts(
        st.sampled_from(
            [f"{EXISTING}%0A", f"{EXISTING}%20", f"%20{EXISTING}", f"{EXISTING}%09", f"{EXISTING}%E3%80%80"]
        )
    )
    yield Aim(operation.id, requirement, place, "is a uuid padded", Standing.BROKEN, fed)
    long = st.sampled_from(
        [
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
        ]
    )
    yield Aim(operation.id, requirement, place, "is not a uuid", Standing.BROKEN, drafts(long))
    yield Aim(
        operation.id,
        requirement,
        place,
        "is not UTF-8",
        Standing.BROKEN,
        drafts(st.sampled_from(["%ff", "%E9", "%C0%AE", "%ED%A0%80"])),
    )
    odd = st.sampled_from(
        ["%2e%2e", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fimages", "x%2fy", "..;", "%5c..%5c", "x;y=1", "%2f"]
    )
    yield Aim(operation.id, requirement, place, "is no path segment", Standing.OPEN, drafts(odd))
