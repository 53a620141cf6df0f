"""Images of the reference's image service: made, changed and listed by a call each."""

from __future__ import annotations

from typing import Any

from targets import Offline

from conformance.services.wire import Answer

__all__ = ["FILE", "IMAGES", "PATCH", "UNKNOWN", "create", "listed", "patch", "refused", "replace"]


IMAGES = "/v2/images"
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}
FILE = {"content-type": "application/octet-stream"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def create(target: Offline, account: str = "reference", **members: Any) -> dict[str, Any]:
    answer = target.call("POST", IMAGES, account=account, json=members)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def patch(target: Offline, image: dict[str, Any], *changes: dict[str, Any], **given: Any) -> Answer:
    return target.call("PATCH", image["self"], json=list(changes), **{"headers": PATCH, **given})


def replace(name: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": f"/{name}", "value": value}


def listed(target: Offline, account: str = "reference") -> set[str]:
    return {item["name"] for item in target.call("GET", IMAGES, account=account).body["images"]}


def refused(answer: Answer) -> int:
    """The status of a failure that has the documented envelope."""
    error = answer.body["error"]
    assert {"message", "code", "title"} == error.keys()
    assert (answer.status, True) == (error["code"], bool(error["message"]))
    return answer.status
