"""The list of images: which of them a query chooses, in what order, and on which page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from conformance.model.contract import Contract
from conformance.services.image.target.store import StoredImage, document
from conformance.services.wire import Pairs, Refused

__all__ = ["Listing"]

PAGE = 1000
"""Images on a page when the query asks for more, or does not say."""

KEYS, DIRECTIONS = ("sort_key", "sort-key"), ("sort_dir", "sort-dir")
NO_FILTERS = {*KEYS, *DIRECTIONS, "limit", "marker", "type"}
"""Parameters that no image is compared with."""


class Listing:
    """Answers queries with the parameters, sort keys, directions and visibilities that the contract knows."""

    def __init__(self, contract: Contract) -> None:
        operation = contract.operations["image.list"]
        allowed = {item.name: item.schema.get("enum", ()) for item in operation.query}
        create = contract.operations["image.create"].request_schema or {}
        self._path = operation.path
        self._names = frozenset(allowed) | frozenset(operation.upstream_query)
        self._keys = frozenset(allowed["sort_key"])
        self._directions = frozenset(allowed["sort_dir"])
        self._visibilities = {*create["properties"]["visibility"]["enum"], "all"}

    def select(
        self, images: Iterable[StoredImage], query: Pairs, asked: Pairs, deleted: Iterable[StoredImage] = ()
    ) -> dict[str, Any]:
        """The body of the answer to a `query` as it is understood; its links say what was `asked`. A marker may be one
        of the `deleted`. Raises Refused 400 for a value that means nothing."""
        for name, value in query:
            self._check(name, value)
        found = [image for image in images if _matches_all(image, query)]
        found = self._after(found, query, deleted)
        page = found[: _limit(dict(query).get("limit", str(PAGE)))]
        rest = [(name, value) for name, value in asked if name != "marker"]
        body: dict[str, Any] = {
            "images": [_row(image) for image in page],
            "first": self._link(rest),
            "schema": "/v2/schemas/images",
        }
        if page and len(found) > len(page):
            body["next"] = self._link([*rest, ("marker", page[-1].id)])
        return body

    def _link(self, query: Pairs) -> str:
        return self._path + (f"?{urlencode(query)}" if query else "")

    def _check(self, name: str, value: str) -> None:
        """Refuse a parameter that means nothing, or has such a value, whatever there is to list."""
        if name not in self._names:
            raise Refused(400, "There is no such parameter.")
        if name == "changes-since":
            _moment(value)
        if name == "visibility" and value not in self._visibilities:
            raise Refused(400, "No such visibility.")
        if name == "protected" and value.lower() not in {"true", "false"}:
            raise Refused(400, "protected is true or false.")
        if (name in KEYS and value not in self._keys) or (name in DIRECTIONS and value not in self._directions):
            raise Refused(400, "No such sort key or direction.")

    def _after(self, images: list[StoredImage], query: Pairs, deleted: Iterable[StoredImage]) -> list[StoredImage]:
        """The images in their order, those after the marker where there is one, be it deleted since the page that ended
        with it. Raises Refused 400 when no such list ever had it."""
        marker = dict(query).get("marker")
        if marker is None:
            return self._ordered(images, query)
        past = [image for image in deleted if image.id == marker and _matches_all(image, query)]
        found = self._ordered([*images, *past], query)
        place = next((at for at, image in enumerate(found) if image.id == marker), None)
        if place is None:
            raise Refused(400, "Invalid marker: no image of this list has it.")
        return found[place + 1 :]

    def _ordered(self, images: Iterable[StoredImage], query: Pairs) -> list[StoredImage]:
        """In the order of the keys, the first weighing most; a key without a direction has the last one.

        Without keys, and among equals, the newest comes first.
        """
        keys = [value for name, value in query if name in KEYS] or ["created_at"]
        directions = [value for name, value in query if name in DIRECTIONS] or ["desc"]
        directions += [directions[-1]] * (len(keys) - len(directions))
        found = sorted(images, key=lambda image: (image.created, image.number), reverse=True)
        for key, direction in reversed(list(zip(keys, directions, strict=False))):
            found.sort(key=lambda image: _rank(image, key), reverse=direction == "desc")
        return found


def _row(image: StoredImage) -> dict[str, Any]:
    """An image as a list shows it: as everywhere, and with a link to itself."""
    shown = document(image)
    return {**shown, "links": [{"href": shown["self"], "rel": "self"}]}


def _limit(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Refused(400, "limit must be a number that is not negative.")
    return min(int(text), PAGE)


def _rank(image: StoredImage, key: str) -> tuple[Any, ...]:
    """Where a value stands among others: those that are not set come first. Of one second, the image made first comes
    first."""
    if key == "created_at":
        return (image.created, image.number)
    if key == "updated_at":
        return (image.updated,)
    value = document(image)[key]
    return (value is not None, value if value is not None else "")


def _matches_all(image: StoredImage, query: Pairs) -> bool:
    return all(_matches(image, name, value) for name, value in query)


def _matches(image: StoredImage, name: str, value: str) -> bool:
    """Whether the image is one that this parameter asks for; it asks for none by a name that no image has."""
    if name in NO_FILTERS:
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
