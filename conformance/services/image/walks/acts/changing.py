"""Acts that change an image: with one or more operations, rightly and wrongly, once more, later, its protection."""

from __future__ import annotations

import random
from typing import Any

from conformance.services.image.walks.acts.removing import remove
from conformance.services.image.walks.acts.walker import FEWEST_IMAGES, Walker
from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["change", "change_later", "protect"]

WRONG: tuple[dict[str, Any], ...] = (
    {"op": "replace", "path": "/created_at", "value": "2001-01-01T00:00:00Z"},
    {"op": "replace", "path": "/status", "value": "active"},
    {"op": "replace", "path": "/min_ram", "value": "ten"},
    {"op": "remove", "path": "/conformance_absent"},
    {"op": "replace", "path": "/conformance_absent", "value": "x"},
)
"""Operations that are due to be refused, or may be."""


def change(walker: Walker, chance: random.Random, *, again: bool = False, wrong: bool = False) -> None:
    """Change an image: one that was changed before (`again`), with an operation at the end that is due to be refused
    (`wrong`)."""
    again = again or chance.random() < 0.4
    slot = walker.pick(chance, lambda image: bool(image.changed) or not again)
    image = walker.images.get(slot)
    if image is None:
        return
    operations = [_operation(walker, chance, image) for _ in range(chance.choice((1, 2, 3, 4, 5)))]
    if wrong:
        operations.append(dict(chance.choice(WRONG)))
    walker.do(WalkStep("patch", slot, image.actor, operations=tuple(operations)))


def _operation(walker: Walker, chance: random.Random, image: ModelImage) -> dict[str, Any]:
    values: dict[str, tuple[Any, ...]] = {
        "min_disk": (0, 1, 5, 77),
        "min_ram": (0, 2, 128, 1024),
        "tags": ([], ["new"], ["z", "y"]),
        "visibility": ("private", "shared"),
        "protected": (True, False),
        "name": (Name(walker.numbers + 100, " 之后"), Name(1)),
        "description": ("changed", "其他"),
    }
    if image.data is None:
        values |= {"container_format": ("bare", "ovf"), "disk_format": ("raw", "qcow2")}
    if chance.random() < 0.6:
        member = chance.choice(sorted(values))
        walker.numbers += member == "name"
        return {
            "op": "add" if member == "description" else "replace",
            "path": f"/{member}",
            "value": chance.choice(values[member]),
        }
    path = f"/{chance.choice(image.properties or ('conformance_c',))}"
    if image.properties and chance.random() < 0.75:
        return chance.choice(
            [{"op": "remove", "path": path}] * 2 + [{"op": "replace", "path": path, "value": chance.choice(("p", "q"))}]
        )
    return {"op": "add", "path": f"/conformance_{chance.choice('abc')}", "value": chance.choice(("一", "added"))}


def protect(walker: Walker, chance: random.Random) -> None:
    """Turn the protection of an image on or off, then delete it."""
    slot = walker.pick(chance)
    image = walker.images.get(slot)
    if image is not None:
        walker.replace(slot, protected=not image.protected)
        if not image.protected or (len(walker.images) >= FEWEST_IMAGES and chance.random() < 0.7):
            remove(walker, chance, slot)


def change_later(walker: Walker, chance: random.Random) -> None:
    """Change an image twice with a pause between, once in a run; after that, change it once. updated_at is in whole
    seconds: with the pause it must move."""
    slot = walker.pick(chance)
    image = walker.images.get(slot)
    if image is None:
        return
    values = [value for value in (3, 30, 300) if value != image.members.get("min_ram")]
    for ram in values[:1] if walker.plan.paused else values[:2]:
        walker.replace(slot, min_ram=ram)
        if not walker.plan.paused:
            walker.plan.paused = True
            walker.walk.do(WalkStep("pause"))
