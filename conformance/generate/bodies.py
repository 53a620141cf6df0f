"""Bodies of another form than the documented one: no JSON, JSON of another type, and what JSON and HTTP leave to the receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.draft import NAME, Draft, encoded
from conformance.generate.values import kinds, sample
from conformance.judge.rules import rule_of
from conformance.model.contract import Operation
from conformance.model.equivalence import Standing

__all__ = ["broken_bodies", "odd_bodies"]


def broken_bodies(good: Any, kind: str) -> Iterator[tuple[str, SearchStrategy[Draft]]]:
    """(words, drafts): bodies that are no JSON text, or one of another type than the body that is good."""
    data = encoded(good)
    yield "is empty", st.sampled_from([b"", b" ", b"\n\t "]).map(Draft)
    cuts = st.integers(1, len(data) - 1).map(lambda size: data[:size])
    forms = st.sampled_from(
        [
            data + b" x",
            data + data,
            b"/**/" + data,
            data.replace(b'"', b"'"),
            data.replace(b'"name"', b"name").replace(b'"op"', b"op"),
            b"name=" + NAME.encode(),
            b"\0" + data,
            data[:-1] + b"," + data[-1:],
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + NAME.encode() + b"\r\n--x--\r\n",
        ]
    )
    yield "is not JSON", st.one_of(forms, cuts).map(Draft)
    wide = [json.dumps(good).encode(name) for name in ("utf-16", "utf-16-le", "utf-32")]
    bad = [
        data.replace(NAME.encode(), piece + NAME.encode()).replace(b"/min", piece + b"/min")
        for piece in (b"\xe9", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80")
    ]
    yield "is not UTF-8", st.sampled_from([*bad, wide[0], wide[2]]).map(Draft)
    number = b"[%s]" if kind == "array" else b'{"name": "' + NAME.encode() + b'", "min_ram": %s}'
    yield (
        "has NaN or Infinity",
        st.sampled_from([b"NaN", b"Infinity", b"-Infinity"]).map(lambda token: Draft(number % token)),
    )
    deep = st.sampled_from([100, 900, 5000, 100000])
    yield (
        "is nested too deep",
        st.builds(_nested, deep, st.sampled_from(["array", "object", "open", "member"]), st.just(kind)),
    )
    for other, values in kinds().items():
        words, standing = rule_of({"type": kind}, sample(other))
        if standing is Standing.BROKEN and words.startswith(f"is {other} instead of"):
            yield words, values.map(lambda value: Draft(encoded(value)))


def _nested(levels: int, form: str, kind: str) -> Draft:
    if form == "open":
        return Draft(b"[" * levels)
    if form == "object":
        return Draft(b'{"a":' * levels + b"1" + b"}" * levels)
    inner = b"[" * levels + b"]" * levels
    if form == "array":
        return Draft(inner)
    return Draft(
        b'[{"op": "replace", "path": "/tags", "value": ' + inner + b"}]"
        if kind == "array"
        else b'{"tags": ' + inner + b"}"
    )


def odd_bodies(good: Any, operation: Operation) -> Iterator[tuple[str, str, Standing, SearchStrategy[Draft]]]:
    """What JSON or HTTP leaves to the receiver."""
    data = encoded(good)
    yield "body", "has a byte order mark", Standing.OPEN, st.just(Draft(b"\xef\xbb\xbf" + data))
    twice = data.replace(b'"min_ram": 1', b'"min_ram": 1, "min_ram": 2').replace(b'"op": ', b'"op": "add", "op": ')
    yield "body", "has a member twice", Standing.OPEN, st.just(Draft(twice))
    own = operation.request_media_type or ""
    yield "content-type", "is missing", Standing.OPEN, st.just(Draft(data, headers={"Content-Type": None}))
    others = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/octet-stream",
        "application/json-patch+json",
        "application/openstack-images-v2.0-json-patch",
        ";;;",
        "x",
        "*/*",
    ]
    yield (
        "content-type",
        "is another one",
        Standing.OPEN,
        st.sampled_from(others).map(lambda value: Draft(data, headers={"Content-Type": value})),
    )
    older = b'[{"replace": "/min_ram", "value": 1}]', b'[{"replace": 7, "value": 1}]'
    if isinstance(good, list):
        media = {"Content-Type": "application/openstack-images-v2.0-json-patch"}
        yield (
            "content-type",
            "is another one, that of an older patch",
            Standing.OPEN,
            st.sampled_from(older).map(lambda body: Draft(body, headers=media)),
        )
    charsets = st.sampled_from(["latin-1", "utf-16", "nonesuch"])
    yield (
        "content-type",
        "names another charset",
        Standing.OPEN,
        charsets.map(lambda name: Draft(data, headers={"Content-Type": f"{own}; charset={name}"})),
    )
