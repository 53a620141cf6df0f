"""Acts that do again what was done: data, a change, a create; and changes that undo themselves."""

from __future__ import annotations

import random

from conformance.services.image.walks.acts.files import some_data
from conformance.services.image.walks.acts.walker import Walker
from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["change_the_same", "create_refused", "undo", "upload_again"]


def upload_again(walker: Walker, chance: random.Random) -> None:
    """Upload data to an image that has some, then download what it has now, once more after a change."""
    slot = walker.pick(chance, lambda image: image.data is not None)
    actor = walker.actor(slot)
    for step in (
        WalkStep("upload", slot, actor, data=some_data(walker, chance)),
        WalkStep("show", slot, actor),
        WalkStep("download", slot, actor),
        WalkStep("patch", slot, actor, operations=({"op": "replace", "path": "/min_disk", "value": 6},)),
        WalkStep("download", slot, actor),
    ):
        walker.walk.do(step)


def change_the_same(walker: Walker, chance: random.Random) -> None:
    """Send a change of the walk once more; without one, a property twice."""
    sent = [step for step in walker.walk.steps if step.kind == "patch" and step.slot in walker.images]
    if sent:
        walker.do(chance.choice(sent[-4:]))
        return
    slot = walker.pick(chance)
    add = ({"op": "add", "path": "/conformance_a", "value": "once"},)
    for _ in range(2):
        walker.do(WalkStep("patch", slot, walker.actor(slot), operations=add))


def undo(walker: Walker, chance: random.Random) -> None:
    """Change an image and back, in one request or in two."""
    slot = walker.pick(chance)
    there, back = chance.choice(
        (
            (
                {"op": "add", "path": "/conformance_d", "value": "there"},
                {"op": "remove", "path": "/conformance_d"},
            ),
            ({"op": "replace", "path": "/min_ram", "value": 11}, {"op": "replace", "path": "/min_ram", "value": 0}),
            ({"op": "replace", "path": "/tags", "value": ["t"]}, {"op": "replace", "path": "/tags", "value": []}),
        )
    )
    actor = walker.actor(slot)
    if chance.random() < 0.5:
        walker.do(WalkStep("patch", slot, actor, operations=(there, back)))
        return
    walker.walk.do(WalkStep("patch", slot, actor, operations=(there,)))
    walker.do(WalkStep("patch", slot, actor, operations=(back,)))


def create_refused(walker: Walker, chance: random.Random) -> None:
    """Create an image with a value of another type, then the same without it."""
    slot = walker.number()
    members = {"name": Name(slot), "tags": ["one"], "visibility": "private"}
    wrong = chance.choice(("min_ram", "min_disk"))
    walker.walk.do(WalkStep("create", slot, members={**members, wrong: "ten"}, own_id=True))
    walker.do(WalkStep("create", slot, members=members, own_id=True))
