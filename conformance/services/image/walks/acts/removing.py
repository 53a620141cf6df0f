"""Acts that delete an image, and that try what can be done with a deleted one."""

from __future__ import annotations

import random

from conformance.services.image.walks.acts.files import fetch_another
from conformance.services.image.walks.acts.walker import FEWEST_IMAGES, Walker
from conformance.services.image.walks.step import WalkStep

__all__ = ["after_delete", "delete", "remove"]


def delete(walker: Walker, chance: random.Random) -> None:
    """Delete an image, one without protection if there is one, then download the data of another one; of few images
    rather none."""
    if len(walker.images) >= FEWEST_IMAGES or chance.random() < 0.2:
        remove(walker, chance, walker.pick(chance, lambda image: not image.protected))


def remove(walker: Walker, chance: random.Random, slot: int) -> None:
    """Delete this image, then download the data of another one."""
    walker.do(WalkStep("delete", slot, walker.actor(slot)))
    fetch_another(walker, chance, slot)


def after_delete(walker: Walker, chance: random.Random) -> None:
    """Try two operations on an image that was deleted, then show it."""
    if not walker.walk.store.gone:
        delete(walker, chance)
    gone = walker.walk.store.gone
    if not gone:
        return
    slot = chance.choice(list(gone))
    actor = gone[slot].actor
    change = ({"op": "replace", "path": "/min_ram", "value": 5},)
    steps = [
        WalkStep("show", slot, actor),
        WalkStep("download", slot, actor),
        WalkStep("delete", slot, actor),
        WalkStep("patch", slot, actor, operations=change),
        WalkStep("upload", slot, actor, data=b"data of a deleted image"),
    ]
    for step in (*chance.sample(steps, 2), WalkStep("show", slot, actor)):
        walker.walk.do(step)
