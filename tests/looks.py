"""An image and failures as they are answered, and what the checks of an exchange find in an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.judge.registry import judge_exchange
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Value

__all__ = ["ID", "IMAGE", "JSON", "LOCATION", "Build", "body", "error", "failures", "wrong"]


JSON = "application/json"
Build = Callable[..., Exchange]
ID = "4d5d0496-d499-4407-a79b-013c4f89200c"
IMAGE: dict[str, Any] = {
    "status": "queued",
    "name": "a",
    "tags": [],
    "container_format": None,
    "created_at": "2021-02-25T11:28:54Z",
    "size": None,
    "disk_format": "qcow2",
    "updated_at": "2021-02-25T11:28:54Z",
    "visibility": "private",
    "self": f"/v2/images/{ID}",
    "min_disk": 1,
    "protected": False,
    "id": ID,
    "file": f"/v2/images/{ID}/file",
    "checksum": None,
    "owner": "o",
    "virtual_size": None,
    "min_ram": 5,
    "schema": "/v2/schemas/image",
}
LOCATION = {"Location": f"/v2/images/{ID}"}


def failures(exchange: Exchange, contract: Contract) -> list[tuple[str, Deviation]]:
    looks = judge_exchange(exchange, contract)
    return [(item.requirement, item.deviation) for item in looks if item.deviation is not None]


def wrong(kind: str, place: str = "", **terms: Value) -> Deviation:
    return Deviation(kind, place=place, terms=tuple(terms.items()))


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def error(status: int, **changes: Any) -> bytes:
    titles = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error"}
    return body({"error": {"message": "No.", "code": status, "title": titles.get(status, "?"), **changes}})
