"""Creates of a walk: with several members, with an id of our choice, with the id of another image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import call
from conformance.run.reading import Members, reading
from conformance.services.image.walks.blame import Cause
from conformance.services.image.walks.course import Course, unclear
from conformance.services.image.walks.imagemodel import ModelImage, fits
from conformance.services.image.walks.step import WalkStep

__all__ = ["create"]

CREATE = "image.create"
CREATED = requirement_id.response(CREATE, 201)


def create(walk: Course, step: WalkStep) -> None:
    """Create an image. The id of an image that is there is due to be refused; that of a deleted one may be. A member of
    another type is due to be refused too: here only what follows is judged, cases judge that it is."""
    sent = {name: walk.resolved(value) for name, value in step.members.items()}
    taken = walk.image(step.taken) if step.taken is not None else None
    if taken is not None:
        sent["id"] = taken.id
    elif step.own_id:
        sent["id"] = walk.own_id(step.slot)
    exchange = walk.cloud.create(sent, actor=step.actor)
    if unclear(exchange):
        return
    live = walk.store.slot_of(taken.id) if taken is not None else None
    if live is not None:
        walk.caused(live, "reuse")
        if not walk.refused(requirement_id.body(CREATE, "id"), exchange, call(CREATE, "with-an-id-in-use"), live):
            walk.hold(live, walk.store.images[live].doubted())
        return
    status, body = exchange.response.status, reading(exchange)
    right = all(fits(name, value) for name, value in sent.items())
    if status >= 400:
        if not right:
            walk.refused_creates.add(step.slot)
        elif taken is None and not (step.actor != "main" and status in {401, 403}):
            how = "after-a-refused-one" if step.slot in walk.refused_creates else "with-several-members"
            walk.status(CREATED, exchange, 201, call(CREATE, how))
        return
    image_id = body.maybe_text("id")
    if image_id is not None and right:
        _made(walk, step, sent, body, exchange)
    elif image_id is not None:
        walk.hold(step.slot, ModelImage(image_id, step.actor, sent).doubted())


def _made(walk: Course, step: WalkStep, sent: Mapping[str, Any], body: Members, exchange: Exchange) -> None:
    walk.holds(CREATED, exchange)
    namesake = walk.store.slot_of(body.text("id"))
    if namesake is not None:
        requirement = requirement_id.response(CREATE, 201, "id")
        walk.say(requirement, False, Deviation("id-given-twice"), exchange, slot=namesake)
        return
    due = {**{name: value for name, value in walk.defaults.items() if name != "virtual_size"}, **sent}
    image = ModelImage(body.text("id"), step.actor, due, updated_at=body.maybe_text("updated_at"))
    walk.caused(step.slot, "create")
    walk.hold(step.slot, image)
    walk.causes[step.slot] = [Cause("create", own=True, named=frozenset(sent))]
    walk.answered(step.slot, image, body, exchange)
