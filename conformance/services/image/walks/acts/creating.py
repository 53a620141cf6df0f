"""Acts that create: an image, one of a name that another one has, one with the id of another one."""

from __future__ import annotations

import random
from typing import Any

from conformance.services.image.walks.acts.changing import change
from conformance.services.image.walks.acts.files import some_data
from conformance.services.image.walks.acts.walker import FEWEST_IMAGES, MOST_IMAGES, SUFFIXES, Walker
from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["create", "reuse"]


def create(walker: Walker, chance: random.Random) -> None:
    """Create an image, sometimes of a name that another one has or had, and at times upload its data at once; change one
    instead when there are many."""
    if len(walker.images) >= MOST_IMAGES:
        return change(walker, chance)
    slot = walker.number()
    actor = "other" if walker.plan.other and chance.random() < 0.25 else "main"
    namesakes = [
        str(image.members["name"])
        for image in (*walker.images.values(), *walker.walk.store.gone.values())
        if image.actor == actor
        and isinstance(walker.walk.name_of(str(image.members.get("name"))), Name)  # a name of ours
    ]
    again = bool(namesakes) and chance.random() < 0.45
    name = walker.walk.name_of(chance.choice(namesakes)) if again else Name(slot, chance.choice(SUFFIXES))
    members: dict[str, Any] = {"name": name}
    if chance.random() < 0.8:
        members |= {"container_format": "bare", "disk_format": "raw"}
    options: dict[str, tuple[Any, ...]] = {
        "visibility": ("private", "private", "shared"),
        "min_disk": (0, 3, 40),
        "min_ram": (1, 64, 512),
        "protected": (True, False, False),
        "tags": (["one"], ["b", "a", "标签"]),
        "conformance_a": ("x", "值"),
        "conformance_b": ("y",),
        "description": ("what it is",),
    }
    members |= {key: chance.choice(values) for key, values in options.items() if chance.random() < 0.7}
    step = WalkStep("create", slot, actor, members, own_id=chance.random() < 0.35)
    if "disk_format" in members and chance.random() < 0.5:
        # With its data at once: one look at the newest images then serves both requests.
        walker.walk.do(step)
        walker.do(WalkStep("upload", slot, actor, data=some_data(walker, chance)))
    else:
        walker.do(step)
    return None


def reuse(walker: Walker, chance: random.Random) -> None:
    """Create an image with the id of one that is there or was deleted."""
    gone = list(walker.walk.store.gone)
    taken = chance.choice(gone) if gone and chance.random() < 0.6 else walker.pick(chance)
    slot = walker.number()
    actor = walker.actor(taken)
    if len(walker.images) < FEWEST_IMAGES:
        create(walker, chance)
    walker.do(WalkStep("create", slot, actor, {"name": Name(slot), "min_ram": 7}, taken=taken))
    if taken in walker.images:
        walker.walk.do(WalkStep("show", taken, actor))
