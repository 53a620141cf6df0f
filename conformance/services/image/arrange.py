"""What cases need to be there before they can judge: images, with or without data, and what the target says of them.

What the target refuses here makes the case not exercised, with the reason; the checks of every exchange have judged it
already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotExercised
from conformance.run.reading import Members, body_of
from conformance.services.image.client import ImageClient

__all__ = [
    "ABSENT",
    "Image",
    "active_image",
    "answered",
    "changed",
    "comparable",
    "created",
    "image",
    "image_of_other",
    "listed",
    "now",
    "other_project",
    "row",
    "shown",
    "unready",
    "upload",
    "without",
]

V = TypeVar("V")

ABSENT = "00000000-0000-4000-8000-00000000dead"
"""An image id that no target has."""


def unready(exchange: Exchange, *requirements: str) -> NotExercised:
    """What to raise when the case cannot go on after this answer; the requirements are those that it leaves
    unjudged."""
    reason = Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status)
    return NotExercised(reason, *requirements)


class Image(Members):
    """An image of an answer. Its id and its name are asked for as texts: NotExercised is raised where they are none."""

    @property
    def id(self) -> str:
        """The id."""
        return self.text("id")

    @property
    def name(self) -> str:
        """The name."""
        return self.text("name")


def answered(exchange: Exchange) -> Image:
    """The members of the object that an answer is; none when it is another thing."""
    return Image(exchange, body_of(exchange))


def created(exchange: Exchange) -> Image:
    """The image that a create answered. Raises NotExercised when it made none, or does not say which."""
    if exchange.response.status != 201:
        raise unready(exchange)
    made = answered(exchange)
    made.text("id")
    return made


def changed(exchange: Exchange) -> Image:
    """The image that a change answered. Raises NotExercised when it was not changed."""
    if exchange.response.status != 200:
        raise unready(exchange)
    return answered(exchange)


def image(cloud: ImageClient, **members: Any) -> Image:
    """A new image as create answered it, private and named by us unless the members say otherwise.

    Its name is the one that was asked for where the answer has none that is a text.
    """
    wanted = {"name": cloud.name(), **members}
    made = cloud.make(**wanted)
    return Image(made.source, made if made.maybe_text("name") is not None else {**made, "name": wanted["name"]})


def active_image(cloud: ImageClient, data: bytes, **members: Any) -> Image:
    """A new image with data, as create answered it."""
    made = image(cloud, **{"container_format": "bare", "disk_format": "raw", **members})
    upload(cloud, made.id, data)
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
    return created(exchange).id


def shown(cloud: ImageClient, image_id: str, *, actor: str = "main") -> Image | None:
    """The image as show answers it, None when it is not there. Raises NotExercised when show cannot tell."""
    seen = cloud.observe(image_id, actor=actor)
    return Image(seen.source, seen) if seen is not None else None


def now(cloud: ImageClient, image_id: str) -> Image:
    """The image as show answers it, no members when it is not there. Raises NotExercised when show cannot tell."""
    seen = shown(cloud, image_id)
    return seen if seen is not None else Image(cloud.recorder.exchanges[-1])


def listed(exchange: Exchange) -> list[Image]:
    """The images of a list's answer. Raises NotExercised when it is no list."""
    if exchange.response.status != 200:
        raise unready(exchange)
    return [Image(exchange, item) for item in answered(exchange).items_of("images")]


def row(cloud: ImageClient, made: Members, name: str | None = None) -> Image:
    """The image as a list by its name shows it (`name` when it was renamed), no members when it is not there. Raises
    NotExercised when it is no list."""
    exchange = cloud.list({"name": str(made.get("name")) if name is None else name})
    rows = listed(exchange)
    return next((item for item in rows if item.get("id") == made.get("id")), Image(exchange))


def comparable(values: Sequence[Any]) -> bool:
    """Whether values of answers can be put in an order: all are texts, all numbers, or all times."""
    kinds: tuple[type | tuple[type, ...], ...] = (str, (int, float), datetime)
    return any(all(isinstance(value, kind) and not isinstance(value, bool) for value in values) for kind in kinds)


def other_project(cloud: ImageClient) -> str:
    """The actor of the second project. Raises NotExercised without one, and when administration opens all projects to
    it."""
    if "other" not in cloud.target.actors:
        raise NotExercised(Phrase.of("no-second-project"))
    if cloud.target.actors["other"].admin:
        raise NotExercised(Phrase.of("second-project-of-administrator"))
    return "other"


def without(body: Mapping[str, V], *names: str) -> dict[str, V]:
    """The object without these members."""
    return {key: value for key, value in body.items() if key not in names}
