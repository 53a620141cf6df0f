"""Changes of a walk: of an image that is there, of a deleted one, and by another project."""

from __future__ import annotations

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment
from conformance.model.message import Exchange
from conformance.run.cases import call
from conformance.run.reading import body_of, reading
from conformance.services.image.walks.blame import Cause
from conformance.services.image.walks.course import GONE_FOR_GOOD, TICK, Course, unclear
from conformance.services.image.walks.imagemodel import Due, ModelImage
from conformance.services.image.walks.step import WalkStep

__all__ = ["patch"]

PATCH = "image.patch"
CHANGED = requirement_id.response(PATCH, 200)


def patch(walk: Course, step: WalkStep) -> None:
    """Change an image: all operations are done or none (RFC 5789, 2)."""
    operations = [
        {**item, "value": walk.resolved(item["value"])} if "value" in item else dict(item) for item in step.operations
    ]
    began = walk.clock()
    exchange = walk.cloud.patch(walk.id_of(step.slot), operations, actor=step.actor)
    image, status = walk.store.images.get(step.slot), exchange.response.status
    if image is None:
        walk.refused(GONE_FOR_GOOD, exchange, call(PATCH, "deleted"), step.slot)
        return
    if walk.stranger(step):
        walk.isolated(exchange, image, step.slot)
        walk.caused(step.slot, "patch", refused=status >= 400, stranger=True)
        if not image.private and status < 400:
            walk.hold(step.slot, image.doubted())
        return
    if walk.vanished(step.slot, exchange):
        return
    patched = image.patched(operations)
    walk.caused(step.slot, "patch", refused=status >= 400, named=patched.named)
    if unclear(exchange):
        walk.hold(step.slot, image.doubted().doubted(patched.named))  # a property that it adds may be there or not
    elif status >= 400:
        if patched.due is Due.SUCCESS:
            walk.status(CHANGED, exchange, 200, call(PATCH, "several-operations"), slot=step.slot)
    elif patched.due is Due.REFUSAL:
        _wrongly_taken(walk, step.slot, patched.wrong or "", exchange)
    else:
        _changed(walk, step.slot, patched.after, patched.named, exchange)
        if patched.changes:
            _moved(walk, step.slot, image, exchange, began)


def _wrongly_taken(walk: Course, slot: int, member: str, exchange: Exchange) -> None:
    """Report a patch that was accepted and is due to be refused: a value of another type, or a read-only member."""
    if member in {"min_disk", "min_ram"}:
        requirement, act = requirement_id.body(PATCH, "value"), call(PATCH, "wrong-type")
    else:
        requirement, act = requirement_id.stated(PATCH, "read-only"), call(PATCH, member=member)
    walk.refused(requirement, exchange, act, slot)
    walk.hold(slot, walk.store.images[slot].doubted())


def _changed(walk: Course, slot: int, after: ModelImage, named: frozenset[str], exchange: Exchange) -> None:
    walk.holds(CHANGED, exchange)
    if any(cause.action == "upload" and cause.own for cause in walk.causes[slot]):
        after = after.doubted({*after.members, *after.absent} - named)  # which of both altered it is not known
    walk.causes[slot] = [Cause("patch", own=True, named=named)]
    walk.hold(slot, after)
    body = body_of(exchange)
    if isinstance(body, dict):
        walk.answered(slot, after, body, exchange)


def _moved(walk: Course, slot: int, image: ModelImage, exchange: Exchange, began: float) -> None:
    """Judge that updated_at moved forward. It has whole seconds, so only a change TICK after the last one is judged."""
    before, after = moment(str(image.updated_at)), moment(str(reading(exchange).get("updated_at")))
    soon = walk.since_stamp(slot, began) < TICK
    if before is None or after is None or "updated_at" in image.doubt or soon:
        return
    deviation = Deviation("stands-still", place="updated_at", seen=(("got", str(after)),))
    walk.say(requirement_id.stated(PATCH, "updated-at"), after > before, deviation, exchange, slot=slot)
