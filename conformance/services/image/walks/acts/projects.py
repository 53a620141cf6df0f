"""Acts of two projects: one reads and writes a private image of the other."""

from __future__ import annotations

import random

from conformance.services.image.walks.acts.reading import look
from conformance.services.image.walks.acts.walker import MOST_IMAGES, Walker
from conformance.services.image.walks.step import NEWEST, Name, WalkStep

__all__ = ["share", "trespass"]


def trespass(walker: Walker, chance: random.Random) -> None:
    """Have one project read and write a private image of the other; without a second project, list images."""
    if not walker.plan.other:
        return look(walker, chance)
    open_to_main = walker.plan.cloud.target.main.admin
    changed = chance.random() < 0.5
    private = [
        slot for slot, image in walker.images.items() if image.private and not (open_to_main and image.actor == "other")
    ]
    liked = [slot for slot in private if bool(walker.images[slot].changed) is changed]
    slot = chance.choice(liked or private) if private else -1
    image = walker.images.get(slot)
    if image is None:
        return _make_private(walker, chance)
    stranger = "main" if image.actor == "other" else "other"
    change = ({"op": "replace", "path": "/min_ram", "value": 9},)
    reads = [
        WalkStep("show", slot, stranger),
        WalkStep("download", slot, stranger),
        WalkStep("list", actor=stranger, query=NEWEST),
    ]
    writes = [WalkStep("patch", slot, stranger, operations=change), WalkStep("delete", slot, stranger)]
    for step in (*chance.sample(reads, 2), chance.choice(writes)):
        walker.do(step)
    return None


def share(walker: Walker, chance: random.Random) -> None:
    """Share an image of the first project and take that back, while the other project looks at it."""
    slot = walker.pick(chance, lambda image: image.actor == "main")
    if not walker.plan.other or walker.actor(slot) != "main":
        return look(walker, chance)
    reads = [WalkStep("show", slot, "other"), WalkStep("download", slot, "other")]
    for visibility in ("shared", "private"):
        walker.replace(slot, visibility=visibility)
        walker.walk.do(chance.choice(reads))
        walker.walk.do(WalkStep("list", actor="other", query=NEWEST))
    return None


def _make_private(walker: Walker, chance: random.Random) -> None:
    if len(walker.images) < MOST_IMAGES:
        slot = walker.number()
        members = {"name": Name(slot), "visibility": "private"}
        walker.do(WalkStep("create", slot, chance.choice(("main", "other")), members))
