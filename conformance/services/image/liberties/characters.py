"""Liberties with characters: what the document does not promise may be refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.stages import asking, refuse
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["liberties"]


def liberties() -> Iterator[Fault]:
    """The liberties with characters (ruling 8)."""
    for word, said, holds in (
        ("beyond-bmp", "texts with characters outside the BMP", lambda text: any(ord(char) > 0xFFFF for char in text)),
        ("nul", "texts with a NUL", lambda text: "\0" in text),
    ):
        yield _liberty(f"{word}-400", f"{said} are refused", _bodies(holds, 400))
        yield _liberty(f"{word}-filter", f"{said} are refused by the filter of names", _filters(holds))
        yield _liberty(f"{word}-unfound", f"{said} are found by no filter of names", _unfound(holds))
    said = "names of further properties that are more than letters, digits, dashes, dots, colons, tildes and underscores are refused"
    yield _liberty("property-names", said, _names(lambda name: re.fullmatch(r"[\w.:~-]+", name, re.ASCII) is None))


def _liberty(word: str, said: str, hooks: Hooks) -> Fault:
    return Fault(f"liberty.characters.{word}", (), said, hooks)


def _bodies(holds: Callable[[str], bool], status: int) -> Hooks:
    """Refuse creates and patches with such a text, wherever in the body it stands."""
    return _refusing(lambda body: any(map(holds, _texts(body))), status)


def _names(holds: Callable[[str], bool]) -> Hooks:
    def named(body: Any) -> bool:
        if isinstance(body, dict):
            return any(map(holds, body))
        items = body if isinstance(body, list) else []
        paths = [item.get("path") for item in items if isinstance(item, dict)]
        return any(isinstance(path, str) and path.startswith("/") and holds(path[1:]) for path in paths)

    return _refusing(named, 400)


def _refusing(holds: Callable[[Any], bool], status: int) -> Hooks:
    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.operation in {"image.create", "image.patch"} and holds(_parsed(call.body)):
            raise Refused(status, "This service does not take that.")
        return None

    return Hooks(handle=handle)


def _filters(holds: Callable[[str], bool]) -> Hooks:
    return asking(lambda query: refuse() if holds(query.get("name", "")) else query)


def _unfound(holds: Callable[[str], bool]) -> Hooks:
    """Refused by creates, and found by no list."""

    def visible(call: Call, images: list[Any], _store: ImageStore) -> list[Any]:
        return [] if holds(dict(call.query).get("name", "")) else images

    return Hooks(handle=_bodies(holds, 400).handle, visible=visible)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
