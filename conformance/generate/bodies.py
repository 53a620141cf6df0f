"""Bodies of another form than the documented one: no JSON, JSON of another type, and what JSON and HTTP leave to the
receiver."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.draft import NAME, Draft, encoded
from conformance.generate.values import kinds, sample
from conformance.judge.rules import of_type
from conformance.model.contract import Contract, Operation
from conformance.model.equivalence import Class

__all__ = ["broken_bodies", "odd_bodies"]


def broken_bodies(good: Any, kind: str, around: bytes) -> Iterator[tuple[Class, SearchStrategy[Draft]]]:
    """(class, drafts): bodies that are no JSON text, or one of another type than `kind`, that of the body which is
    good.

    `around` is a body with `%s` where a value of any depth may stand. An object that is good ends with a number, or a
    text.
    """
    data = encoded(good)
    first = _first_member(good)
    yield Class.broken("empty"), st.sampled_from([b"", b" ", b"\n\t "]).map(Draft)
    cuts = st.integers(1, len(data) - 1).map(lambda size: data[:size])
    disposition = b'Content-Disposition: form-data; name="' + first + b'"'
    forms = st.sampled_from(
        [
            data + b" x",
            data + data,
            b"/**/" + data,
            data.replace(b'"', b"'"),
            data.replace(b'"' + first + b'"', first),
            first + b"=" + NAME.encode(),
            b"\0" + data,
            data[:-1] + b"," + data[-1:],
            b"--x\r\n" + disposition + b"\r\n\r\n" + NAME.encode() + b"\r\n--x--\r\n",
        ]
    )
    yield Class.broken("not-json"), st.one_of(forms, cuts).map(Draft)
    wide = [json.dumps(good).encode(name) for name in ("utf-16", "utf-32")]
    pieces = (b"\xe9", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80")
    # In a name, or in a pointer to a member.
    bad = [
        data.replace(NAME.encode(), piece + NAME.encode()).replace(b': "/', b': "' + piece + b"/") for piece in pieces
    ]
    yield Class.broken("not-utf-8"), st.sampled_from([*bad, *wide]).map(Draft)
    number = b"[%s]" if kind == "array" else data[: data.rindex(b": ")] + b": %s}"
    tokens = st.sampled_from([b"NaN", b"Infinity", b"-Infinity"])
    yield Class.broken("nan-or-infinity"), tokens.map(lambda token: Draft(number.replace(b"%s", token)))
    levels = st.sampled_from([100, 900, 5000, 100000])
    shapes = st.sampled_from(["array", "object", "open", "member"])
    yield Class.broken("nested-too-deep"), st.builds(_nested, levels, shapes, st.just(around), st.just(kind))
    for other, values in kinds().items():
        if other.removeprefix("empty ") != kind:
            yield of_type([kind], sample(other)), values.map(lambda value: Draft(encoded(value)))


def _first_member(good: Any) -> bytes:
    """The first key of an object, or of the first object of a list."""
    return str(next(iter(good[0] if isinstance(good, list) else good))).encode()


def _nested(levels: int, shape: str, around: bytes, kind: str) -> Draft:
    """A text nested so deep. One that begins as an array is sent where an array is due: else it breaks two rules."""
    inner = b"[" * levels + b"]" * levels
    first, last = (b'{"a":', b"}") if kind == "object" else (b"", b"")
    bodies = {"open": first + b"[" * levels, "array": first + inner + last, "member": around.replace(b"%s", inner)}
    return Draft(bodies[shape] if shape in bodies else b'{"a":' * levels + b"1" + b"}" * levels)


def odd_bodies(
    good: Any, operation: Operation, contract: Contract
) -> Iterator[tuple[str, Class, SearchStrategy[Draft]]]:
    """(place, class, drafts): what JSON or HTTP leaves to the receiver."""
    data = encoded(good)
    yield "body", Class.open("byte-order-mark"), st.just(Draft(b"\xef\xbb\xbf" + data))
    yield "body", Class.open("member-twice"), st.just(Draft(_with_a_member_twice(good)))
    own = operation.request_media_type or ""
    yield "content-type", Class.lenient("missing"), st.just(Draft(data, headers={"Content-Type": None}))
    others = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        ";;;",
        "x",
        "*/*",
        *_media_types(contract, own),
    ]
    yield (
        "content-type",
        Class.open("other-media-type"),
        st.sampled_from(others).map(lambda value: Draft(data, headers={"Content-Type": value})),
    )
    earlier = _earlier(own)
    if isinstance(good, list) and earlier is not None:
        pointer = good[0]["path"]
        # As the drafts of RFC 6902 before the fifth wrote an operation: its name is the key of the pointer.
        older = [[{"replace": pointer, "value": 1}], [{"replace": 7, "value": 1}]]
        yield (
            "content-type",
            Class.open("other-media-type"),
            st.sampled_from(older).map(lambda body: Draft(encoded(body), headers={"Content-Type": earlier})),
        )
    charsets = st.sampled_from(["latin-1", "utf-16", "nonesuch"])
    yield (
        "content-type",
        Class.open("other-charset"),
        charsets.map(lambda name: Draft(data, headers={"Content-Type": f"{own}; charset={name}"})),
    )


def _with_a_member_twice(good: Any) -> bytes:
    data = encoded(good)
    if isinstance(good, list):
        return data.replace(b'"op": ', b'"op": "add", "op": ', 1)
    return data[:-1] + b", " + encoded({list(good)[-1]: 2})[1:]


def _media_types(contract: Contract, own: str) -> list[str]:
    """The other media types of requests of the contract, and those that came before them."""
    found = {item.request_media_type or own for item in contract.operations.values()}
    found |= {earlier for name in found if (earlier := _earlier(name)) is not None}
    return sorted(found - {own})


def _earlier(media_type: str) -> str | None:
    """The media type of the version before, where the name has a version: `-v2.0-` of `-v2.1-`."""
    version = re.search(r"(?<=v\d\.)[1-9]", media_type)
    if version is None:
        return None
    return f"{media_type[: version.start()]}{int(version.group()) - 1}{media_type[version.end() :]}"
