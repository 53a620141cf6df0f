"""Servers whose answers are honest but for their values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from draws import drawn
from hostile import Pieces, behind, clouds_behind

from conformance.model.errors import Exit
from conformance.proof.reference import Reference
from conformance.target.transport import TransportLimits


def every(value: Any, make: Callable[[Any], Any]) -> Any:
    """The JSON value with each scalar replaced."""
    if isinstance(value, dict):
        return {key: every(item, make) for key, item in value.items()}
    return [every(item, make) for item in value] if isinstance(value, list) else make(value)


SPOILT: dict[str, Callable[[Any], Any]] = {
    "null": lambda body: every(body, lambda _: None),
    "lists": lambda body: every(body, lambda _: [[]]),
    "objects": lambda body: every(body, lambda _: {"a": {}}),
    "numbers": lambda body: every(body, lambda _: 1e308),
    "steering": lambda body: every(body, lambda _: "\x1b[2J\u202e\0"),
    "paths": lambda body: every(body, lambda _: "../.."),
    "lines": lambda body: every(body, lambda _: "a\r\nX: y"),
    "links that are none": lambda body: every(
        body, lambda value: "http://[bad" if isinstance(value, str) and "/" in value else value
    ),
    "in a list": lambda body: [body],
    "no members": lambda _: {},
    "no images": lambda body: {**body, "images": None} if isinstance(body, dict) else body,
    "images that are null": lambda body: {**body, "images": [None] * 3} if isinstance(body, dict) else body,
}


@pytest.mark.parametrize("name", drawn(SPOILT, 0, 2))
def test_an_honest_answer_with_every_value_spoilt_is_never_our_fault(
    name: str, serve: Any, outcome: Any, reference: Reference
) -> None:
    def twist(_: str, path: str, honest: bytes) -> Pieces:
        head, _, body = honest.partition(b"\r\n\r\n")
        if path.startswith("/identity") or not body:
            return [honest]
        try:
            spoilt = json.dumps(SPOILT[name](json.loads(body))).encode()
        except ValueError:
            return [honest]
        head = re.sub(rb"(?i)\r\nlocation: [^\r]*", b"\r\nLocation: http://[bad/\x80", head)
        return [re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(spoilt), head) + b"\r\n\r\n" + spoilt]

    proxy = serve(behind, reference, twist)
    limits = TransportLimits(silence=20, total=20)
    code, _, verdict = outcome(clouds_behind(reference, proxy), limits=limits, profile="gate", other="reference-other")
    assert verdict is not None
    assert [note for note in verdict.notes if note.kind == "suite-at-fault"] == []
    assert code == Exit.NON_CONFORMANT
