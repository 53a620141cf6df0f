"""Deletes of a walk: of an image that is there, of a protected and a deleted one, and by another project."""

from __future__ import annotations

from conformance.model import requirement_id
from conformance.run.cases import call
from conformance.services.image.walks.course import Course, unclear
from conformance.services.image.walks.step import WalkStep

__all__ = ["delete"]

DELETE = "image.delete"
DELETED = requirement_id.response(DELETE, 204)
PROTECTED = requirement_id.stated(DELETE, "protected")


def delete(walk: Course, step: WalkStep) -> None:
    """Delete an image; a protected one is due to stay."""
    exchange = walk.cloud.delete(walk.id_of(step.slot), actor=step.actor)
    image, status = walk.store.images.get(step.slot), exchange.response.status
    if image is None:
        walk.refused(requirement_id.path(DELETE, "image_id"), exchange, call(DELETE, "deleted"), step.slot)
    elif walk.stranger(step):
        walk.isolated(exchange, image, step.slot)
        walk.caused(step.slot, "delete", refused=status >= 400, stranger=True)
    elif walk.vanished(step.slot, exchange):
        return
    elif unclear(exchange):
        walk.caused(step.slot, "delete", refused=True)
        walk.store = walk.store.without(step.slot, deleted=False)  # it may be there or not
    elif status >= 400:
        if not image.protected and "protected" not in image.doubt:
            walk.status(DELETED, exchange, 204, call(DELETE), slot=step.slot)
        walk.caused(step.slot, "delete", refused=True)
    elif image.protected and "protected" not in image.doubt:
        walk.refused(PROTECTED, exchange, call(DELETE, "protected"), step.slot)
        walk.store = walk.store.without(step.slot, deleted=False)
    else:
        walk.holds(DELETED, exchange)
        walk.deleted[image.id] = image
        walk.caused(step.slot, "delete")
        walk.store = walk.store.without(step.slot, deleted=True)
