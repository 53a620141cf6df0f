"""What cases need to be there before they can judge: images, with or without data, and what the target says of them.

What the target refuses here makes the case not exercised, with the reason; the checks of every exchange have judged it
already.
"""

from __future__ import annotations

from typing import Any

from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotExercised
from conformance.run.client import body_of
from conformance.services.image.client import ImageClient

__all__ = [
    "ABSENT",
    "active_image",
    "answered",
    "changed",
    "created",
    "image",
    "image_of_other",
    "listed",
    "other_project",
    "row",
    "shown",
    "unready",
    "upload",
    "without",
]

ABSENT = "00000000-0000-4000-8000-00000000dead"
"""An image id that no target has."""


def unready(exchange: Exchange, *requirements: str) -> NotExercised:
    """What to raise when the case cannot go on after this answer; the requirements are those that it leaves
    unjudged."""
    reason = Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status)
    return NotExercised(reason, *requirements)


def answered(exchange: Exchange) -> dict[str, Any]:
    """The members of the object that an answer is; none when it is another thing."""
    body = body_of(exchange)
    return body if isinstance(body, dict) else {}


def created(exchange: Exchange) -> dict[str, Any]:
    """The image that a create answered. Raises NotExercised when it made none, or does not say which."""
    body = answered(exchange)
    if exchange.response.status != 201 or not isinstance(body.get("id"), str):
        raise unready(exchange)
    return body


def changed(exchange: Exchange) -> dict[str, Any]:
    """The image that a change answered. Raises NotExercised when it was not changed."""
    if exchange.response.status != 200:
        raise unready(exchange)
    return answered(exchange)


def image(cloud: ImageClient, **members: Any) -> dict[str, Any]:
    """A new image as create answered it, private and named by us unless the members say otherwise.

    Its name is the one that was asked for where the answer has none that is a text.
    """
    wanted = {"name": cloud.name(), **members}
    made = cloud.make(**wanted)
    return made if isinstance(made.get("name"), str) else {**made, "name": wanted["name"]}


def active_image(cloud: ImageClient, data: bytes, **members: Any) -> dict[str, Any]:
    """A new image with data, as create answered it."""
    made = image(cloud, **{"container_format": "bare", "disk_format": "raw", **members})
    upload(cloud, made["id"], data)
    return made


def upload(cloud: ImageClient, image_id: str, data: bytes) -> None:
    """Give an image its data. Raises NotExercised when it is refused."""
    exchange = cloud.upload(image_id, data)
    if exchange.response.status != 204:
        raise unready(exchange)


def image_of_other(cloud: ImageClient, name: str) -> str:
    """The id of a new private image of the second project, which the case has to delete. Raises NotExercised without
    one."""
    exchange = cloud.create({"name": name, "visibility": "private"}, actor="other")
    body = answered(exchange)
    if exchange.response.status != 201 or not isinstance(body.get("id"), str):
        raise unready(exchange)
    return str(body["id"])


def shown(cloud: ImageClient, image_id: str, *, actor: str = "main") -> dict[str, Any] | None:
    """The image as show answers it, None when it is not there. Raises NotExercised when show cannot tell."""
    return cloud.observe(image_id, actor=actor)


def listed(exchange: Exchange) -> list[dict[str, Any]]:
    """The images of a list's answer. Raises NotExercised when it is no list."""
    images = answered(exchange).get("images")
    if exchange.response.status != 200 or not isinstance(images, list):
        raise unready(exchange)
    return [item for item in images if isinstance(item, dict)]


def row(cloud: ImageClient, made: dict[str, Any]) -> dict[str, Any]:
    """The image as a list by its name shows it, no members when it is not there. Raises NotExercised when it is no
    list."""
    rows = listed(cloud.list({"name": str(made.get("name"))}))
    return next((item for item in rows if item.get("id") == made.get("id")), {})


def other_project(cloud: ImageClient) -> str:
    """The actor of the second project. Raises NotExercised without one, and when administration opens all projects to
    it."""
    if "other" not in cloud.target.actors:
        raise NotExercised(Phrase.of("no-second-project"))
    if cloud.target.actors["other"].admin:
        raise NotExercised(Phrase.of("second-project-of-administrator"))
    return "other"


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The object without these members."""
    return {key: value for key, value in body.items() if key not in names}
