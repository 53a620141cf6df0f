"""The passive checks that take a whole run: what no single exchange shows.

Pure, as those of one exchange: the exchanges in their order -> assertions, each about the exchange at which it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.judge.exchange_checks import request_id
from conformance.model.finding import Assertion
from conformance.model.jsonvalue import Unreadable
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["BACK", "REPEATED", "Sight", "images_that_are_back", "judge_all", "repeated_request_ids"]

REPEATED = "request-id-unique"
BACK = "stays-gone"

Sight = tuple[Exchange, Assertion, tuple[Exchange, ...]]
"""An exchange, what is said about it, and the earlier exchanges that it takes to see it."""


def judge_all(exchanges: Sequence[Exchange]) -> Iterator[Sight]:
    """Every assertion of these checks."""
    yield from repeated_request_ids(exchanges)
    yield from images_that_are_back(exchanges)


def repeated_request_ids(exchanges: Iterable[Exchange]) -> Iterator[Sight]:
    """For each answer with a request id: whether an earlier answer of the run had the same (document line 278)."""
    seen: dict[str, int] = {}
    for exchange in exchanges:
        value = request_id(exchange)
        if value is None or exchange.request.operation == DISCOVERY:
            continue
        first = seen.setdefault(value, exchange.number)
        ok = first == exchange.number
        message = "" if ok else f"the request id is the same as that of exchange {first}"
        yield exchange, Assertion("header.request-id", REPEATED, ok, message, "repeated"), ()


def images_that_are_back(exchanges: Iterable[Exchange]) -> Iterator[Sight]:
    """For each answer that shows images: whether one of them was deleted before, and not made again (document lines 934-947)."""
    gone: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation, status = exchange.request.operation, exchange.response.status
        if operation == "image.delete" and status == 204 and exchange.request.actor == "main":
            gone[unquote(urlsplit(exchange.request.url).path).rpartition("/")[2]] = exchange
            continue
        if not gone or status >= 300:
            continue
        ids = _ids(exchange)
        if operation == "image.create":
            for image_id in ids:
                gone.pop(image_id, None)
            continue
        back = [image_id for image_id in ids if image_id in gone]
        if ids:
            related = tuple(gone.pop(image_id) for image_id in back)
            message = f"{len(back)} images are there again that a delete had taken away" if back else ""
            yield exchange, Assertion("image.delete.gone", BACK, not back, message, "a deleted image is back"), related


def _ids(exchange: Exchange) -> list[str]:
    """The ids of the images in an answer: its own, or those of the objects in its lists."""
    try:
        body: Any = exchange.response.json()
    except Unreadable:
        return []
    if not isinstance(body, dict):
        return []
    nodes = [body, *(item for value in body.values() if isinstance(value, list) for item in value)]
    return [node["id"] for node in nodes if isinstance(node, dict) and isinstance(node.get("id"), str)]
