"""What a change of an image leaves: the judgements that cases of patches share."""

from __future__ import annotations

from typing import Any

from conformance.judge.members import place_of
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import Expect, call
from conformance.services.image.arrange import Image, answered, image, now
from conformance.services.image.client import ImageClient
from conformance.services.image.marks import same
from conformance.services.image.observation import values
from conformance.services.image.samples import CHANGES, PROPERTY

__all__ = ["PATCH", "STAMPS", "as_changed", "as_stored", "full_image", "operation_of", "stored"]

PATCH = "image.patch"


def operation_of(op: str) -> str:
    """The requirement of one of the documented operations of a patch."""
    return requirement_id.stated(PATCH, "operation", op)


def as_changed(
    expect: Expect, cloud: ImageClient, wanted: dict[str, Any], where: str, found: dict[str, Any], exchange: Exchange
) -> None:
    """Judge that a place shows the members as they were changed."""
    for member, value in wanted.items():
        got = found.get(member)
        terms, place = (("where", where),), place_of(cloud.contract, PATCH, member)
        deviation = Deviation("not-as-changed", place=place, terms=terms, seen=values(value, got), path=member)
        expect("image.patch.stored", same(member, value, got), deviation, exchange)


def full_image(cloud: ImageClient) -> tuple[str, Image]:
    """An image of which no member has its default, so that whatever is reset or lost shows: its id, and what show
    answers."""
    made = image(
        cloud,
        **{name: pair[1] for name, pair in CHANGES.items() if name != "name"},
        description="kept",
        **{PROPERTY: "kept"},
    )
    return made.id, now(cloud, made.id)


STAMPS = ("updated_at",)


def stored(cloud: ImageClient, expect: Expect, image_id: str, members: dict[str, Any]) -> Image:
    """Judge that a change to these values is answered and shown; returns what is shown."""
    exchange = cloud.replace(image_id, **members)
    if not expect.status("image.patch.stored", exchange, 200, act=call(PATCH, member=next(iter(members)))):
        return now(cloud, image_id)
    return as_stored(cloud, expect, image_id, members, exchange)


def as_stored(cloud: ImageClient, expect: Expect, image_id: str, members: dict[str, Any], exchange: Exchange) -> Image:
    """Judge that the values of a change that was taken are answered and shown; returns what is shown."""
    seen = now(cloud, image_id)
    as_changed(expect, cloud, members, "answer", answered(exchange), exchange)
    as_changed(expect, cloud, members, "shown", seen, exchange)
    return seen
