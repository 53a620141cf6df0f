"""Liberties of what stands in front of the service: how a gateway may write an answer, and ask to wait."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.forms import header
from conformance.services.product import family
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = ["liberties"]

BUSY = 11
"""One read in so many is asked to come again."""
STAMP = re.compile(r"(\d\dT\d\d:\d\d:\d\d)(Z)")


def liberties() -> Iterator[Fault]:
    """The liberties of gateways."""
    yield from family("liberty.gateway", (), _rows())


def _rows() -> Iterator[tuple[str, str, Hooks]]:
    yield "type-twice", "Content-Type stands twice, with the same value", _written(_twice)
    yield "slashes", "slashes in JSON are escaped", _written(_slashes)
    yield "nanoseconds", "times of images have nine digits of a second", _written(_nanoseconds)
    yield "busy-until", "one read in 11 is asked to come again, by a date", Hooks(answer=_Busy().answer)


def _written(change: Any) -> Hooks:
    """Change the answers of the service that are JSON."""

    def answer(call: Call, said: Answer, _store: Any) -> Answer:
        if call.service != "image" or said.media_type != JSON_TYPE or not isinstance(said.body, dict):
            return said
        changed: Answer = change(said)
        return changed

    return Hooks(answer=answer)


def _twice(said: Answer) -> Answer:
    return replace(said, further=(("Content-Type", JSON_TYPE),))


def _slashes(said: Answer) -> Answer:
    return replace(said, raw=json.dumps(said.body, ensure_ascii=False).replace("/", "\\/").encode("utf-8", "replace"))


def _nanoseconds(said: Answer) -> Answer:
    def finer(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: finer(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [finer(item) for item in value]
        return STAMP.sub(r"\1.000000001\2", value) if name.endswith("_at") and isinstance(value, str) else value

    return replace(said, body=finer(said.body))


class _Busy:
    """Asks one request in many to come again, at once."""

    def __init__(self) -> None:
        self._count = 0

    def answer(self, call: Call, said: Answer, _store: Any) -> Answer:
        """The answer, or the page of a gateway that is busy."""
        if call.service != "image" or call.method != "GET":
            return said
        self._count += 1
        if self._count % BUSY:
            return said
        page = replace(said, status=503, body=b"<html>busy</html>", raw=None, media_type="text/html")
        return header(page, "Retry-After", formatdate(usegmt=True))
