"""What cases need to be there before they can judge: images, with or without data, and what the target shows of them.

Whatever the target refuses here makes the case not exercised, with the reason; the passive checks have judged it already.
"""

from __future__ import annotations

from typing import Any

from conformance.model.message import Exchange
from conformance.run.cases import NotExercised
from conformance.run.client import Client, body_of

__all__ = ["ABSENT", "active_image", "image", "listed", "other_project", "shown", "without"]

ABSENT = "00000000-0000-4000-8000-00000000dead"
"""An image id that no target has."""


def image(cloud: Client, **members: Any) -> dict[str, Any]:
    """A new image, private and named by us unless the members say otherwise."""
    wanted = {"name": cloud.name(), "visibility": "private", **members}
    exchange = cloud.create(wanted)
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    return body


def active_image(cloud: Client, data: bytes, **members: Any) -> dict[str, Any]:
    """A new image with data, as create answered it."""
    made = image(cloud, **{"container_format": "bare", "disk_format": "raw", **members})
    exchange = cloud.upload(made["id"], data)
    if exchange.response.status != 204:
        raise NotExercised(f"no data could be uploaded: the answer was {exchange.response.status}")
    return made


def shown(cloud: Client, image_id: str, *, actor: str = "main") -> dict[str, Any] | None:
    """The image as show answers it, None when it is not there. Raises NotExercised when show cannot tell."""
    if cloud.gate.shows is False:
        raise NotExercised("the image cannot be observed: the service does not answer GET /v2/images/{id}")
    exchange = cloud.show(image_id, actor=actor)
    body = body_of(exchange)
    if exchange.response.status == 404:
        return None
    if exchange.response.status != 200 or not isinstance(body, dict):
        raise NotExercised(f"the image cannot be observed: show answered {exchange.response.status}")
    return body


def listed(exchange: Exchange) -> list[dict[str, Any]]:
    """The images of a list's answer. Raises NotExercised when it is no list."""
    body = body_of(exchange)
    images = body.get("images") if isinstance(body, dict) else None
    if exchange.response.status != 200 or not isinstance(images, list):
        raise NotExercised(f"the list cannot be read: the answer was {exchange.response.status}")
    return [item for item in images if isinstance(item, dict)]


def other_project(cloud: Client) -> str:
    """The actor of the second project. Raises NotExercised without one, and when administration opens all projects to it."""
    if "other" not in cloud.target.actors:
        raise NotExercised("no second project was given (--other-cloud)")
    if cloud.target.actors["other"].admin:
        raise NotExercised(
            "the user of the second project is an administrator, to whom every project is open; give a plain user"
        )
    return "other"


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The object without these members."""
    return {key: value for key, value in body.items() if key not in names}
