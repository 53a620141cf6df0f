"""Shows of a walk: of an image that is there, of a deleted one, and by another project."""

from __future__ import annotations

from conformance.model.deviation import Deviation
from conformance.run.reading import body_of
from conformance.services.image.walks.course import GONE_FOR_GOOD, Course, unclear
from conformance.services.image.walks.step import WalkStep

__all__ = ["show", "truly"]


def show(walk: Course, step: WalkStep) -> None:
    """Show an image: as the model has it, no more when it was deleted, never to another project when it is
    private. What is not private may be shown to it, and then is what its owner sees."""
    exchange = walk.cloud.show(walk.id_of(step.slot), actor=step.actor)
    status, body = exchange.response.status, body_of(exchange)
    if unclear(exchange):
        return
    image = walk.store.images.get(step.slot)
    if image is None:
        there = Deviation("still-there", terms=(("where", "shown"),))
        walk.say(GONE_FOR_GOOD, status >= 400, there, exchange, slot=step.slot)
    elif walk.stranger(step):
        walk.isolated(exchange, image, step.slot)
        if not image.private and status < 300 and isinstance(body, dict):
            walk.differ(step.slot, image.differences(body), "shown", exchange)
    elif status >= 400:
        walk.lost(step.slot, exchange)
    elif isinstance(body, dict):
        walk.seen(step.slot, body, "shown", exchange)


def truly(walk: Course, slot: int) -> bool:
    """Show an image; whether it is as the model has it. Deviations are entered for the step under way, which is a
    list."""
    before = len(walk.found)
    image = walk.store.images[slot]
    step = WalkStep("show", slot, image.actor)
    at, walk.at = walk.at, len(walk.steps)
    walk.steps.append(step)
    show(walk, step)
    walk.at = at
    return len(walk.found) == before and slot in walk.store.images
