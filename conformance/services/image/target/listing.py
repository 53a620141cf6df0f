"""Filters, order and pages of the reference's list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from conformance.services.image.target.store import Image, document
from conformance.services.wire import Caller, Refused

__all__ = ["select"]

SORT_KEYS = ("created_at", "updated_at", "name", "status", "container_format", "disk_format", "size", "id")
MOST = 1000
Query = Sequence[tuple[str, str]]


def select(images: Iterable[Image], query: Query, caller: Caller) -> dict[str, Any]:
    """The answer to a list. Raises Refused 400 for a value that means nothing."""
    values = dict(query)
    for name, value in query:
        _check(name, value)
    found = [image for image in images if all(_matches(image, name, value, caller) for name, value in query)]
    found = _ordered(found, query)
    limit = _limit(values)
    marker = values.get("marker")
    if marker is not None:
        places = [at for at, image in enumerate(found) if image.id == marker]
        if not places:
            raise Refused(400, "Invalid marker: no image of this list has it.")
        found = found[places[0] + 1 :]
    page = found[:limit]
    rest = [(name, value) for name, value in query if name != "marker"]
    body: dict[str, Any] = {
        "images": [_row(image) for image in page],
        "first": "/v2/images" + (f"?{urlencode(rest)}" if rest else ""),
        "schema": "/v2/schemas/images",
    }
    if page and len(found) > limit:
        body["next"] = "/v2/images?" + urlencode([*rest, ("marker", page[-1].id)])
    return body


def _row(image: Image) -> dict[str, Any]:
    shown = document(image)
    return {**shown, "links": [{"href": shown["self"], "rel": "self"}]}


def _limit(values: dict[str, str]) -> int:
    text = values.get("limit", str(MOST))
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Refused(400, "limit must be a number that is not negative.")
    return min(int(text), MOST)


def _ordered(images: list[Image], query: Query) -> list[Image]:
    keys = [value for name, value in query if name in {"sort_key", "sort-key"}] or ["created_at"]
    directions = [value for name, value in query if name in {"sort_dir", "sort-dir"}] or ["desc"]
    if any(key not in SORT_KEYS for key in keys) or any(item not in {"asc", "desc"} for item in directions):
        raise Refused(400, "No such sort key or direction.")
    directions += [directions[-1]] * (len(keys) - len(directions))
    images = sorted(images, key=lambda image: (image.created, image.number), reverse=True)
    for key, direction in reversed(list(zip(keys, directions, strict=False))):
        images = sorted(images, key=lambda image: _rank(image, key), reverse=direction == "desc")
    return images


def _rank(image: Image, key: str) -> tuple[bool, Any]:
    if key in {"created_at", "updated_at"}:
        return (
            True,
            (image.created if key == "created_at" else image.updated, image.number if key == "created_at" else 0),
        )
    value = document(image)[key]
    return (value is not None, value if value is not None else "")


def _check(name: str, value: str) -> None:
    """Refuse a value that means nothing, whatever there is to list."""
    if name == "changes-since":
        _moment(value)
    if name == "visibility" and value not in {"public", "private", "shared", "community", "all"}:
        raise Refused(400, "No such visibility.")
    if name == "protected" and value.lower() not in {"true", "false"}:
        raise Refused(400, "protected is true or false.")


def _matches(image: Image, name: str, value: str, caller: Caller) -> bool:
    if name in {"sort_key", "sort_dir", "sort-key", "sort-dir", "limit", "marker", "type"}:
        return True
    if name == "changes-since":
        return _second(image.updated) >= _moment(value)
    if name == "tag":
        return value in image.members["tags"]
    if name == "visibility":
        return value == "all" or image.members["visibility"] == value
    if name == "protected":
        return bool(image.members["protected"]) is (value.lower() == "true")
    shown = document(image).get(name)
    return shown is not None and str(shown) == value


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "changes-since must be an ISO 8601 time.") from None
    if moment.tzinfo is None:
        raise Refused(400, "changes-since must have an offset or Z.")
    return moment
