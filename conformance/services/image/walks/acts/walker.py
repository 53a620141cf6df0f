"""Who walks at random: does the steps that the acts choose, looks at what they have done, and cleans up at the end.

Rules
- An act that finds no image to act on makes one.
- After each step that may change anything the newest images are listed, and the image is shown every third time: the
  image itself, every other image of the walk, and every deleted one are held to the model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.plan import ImagePlan
from conformance.services.image.walks.step import CHANGING, NEWEST, Name, WalkStep
from conformance.services.image.walks.walk import Walk

__all__ = ["FEWEST_IMAGES", "MOST_IMAGES", "SUFFIXES", "Walker"]

FEWEST_IMAGES = 3
"""Images below which an act rather creates one than deletes one."""
MOST_IMAGES = 5
"""Images above which an act rather changes one than creates one."""
SUFFIXES = ("", "", " 镜像", " two  words", "-MiXed")


class Walker:
    """What the acts of one walk share. Whatever sends may raise TargetError."""

    def __init__(self, walk: Walk, plan: ImagePlan) -> None:
        self.walk = walk
        self.plan = plan
        self.numbers = 0
        self._looks = 0

    @property
    def images(self) -> Mapping[int, ModelImage]:
        """The images of the walk that are there, by their numbers."""
        return dict(self.walk.store.images)

    def number(self) -> int:
        """A number that no image of the walk has."""
        self.numbers += 1
        return self.numbers

    def actor(self, slot: int) -> str:
        """Who made an image; the first project when nobody has."""
        image = self.walk.image(slot)
        return image.actor if image is not None else "main"

    def pick(self, chance: random.Random, fits: Callable[[ModelImage], bool] = lambda _image: True) -> int:
        """An image of the walk that fits, or any when none fits; one is created when the walk has none."""
        slots = [slot for slot, image in self.images.items() if fits(image)] or list(self.images)
        if slots:
            return chance.choice(slots)
        slot = self.number()
        members = {"name": Name(slot), "container_format": "bare", "disk_format": "raw", "conformance_a": "x"}
        self.do(WalkStep("create", slot, members=members))
        return slot

    def do(self, step: WalkStep) -> None:
        """Do a step and, after one that may change anything, list the newest images and show or download the image at
        times."""
        self.walk.do(step)
        if step.kind not in CHANGING:
            return
        self._looks += 1
        image = self.walk.image(step.slot)
        if image is not None and (self._looks % 3 == 1 or step.kind == "upload"):
            self.walk.do(WalkStep("show", step.slot, image.actor))
        actor = image.actor if image is not None else "main"
        self.walk.do(WalkStep("list", actor=actor, query=NEWEST))
        others = {image.actor for image in self.images.values()} - {actor}
        if step.kind == "delete" and others:
            self.walk.do(WalkStep("list", actor=others.pop(), query=NEWEST))
        if step.kind == "patch" and image is not None and image.data is not None and self._looks % 2 == 0:
            self.walk.do(WalkStep("download", step.slot, image.actor))

    def replace(self, slot: int, **members: Any) -> None:
        """Change an image by one replace for each member."""
        operations = tuple({"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items())
        self.do(WalkStep("patch", slot, self.actor(slot), operations=operations))

    def populate(self, chance: random.Random) -> None:
        """Create the images that a walk begins with, so that a step on one can be seen to reach another: two of the
        same name, one of them with an id of our choice, with data, and one of the second project."""
        first, second, third = self.number(), self.number(), self.number()
        both = {
            "name": Name(first, chance.choice(SUFFIXES)),
            "container_format": "bare",
            "disk_format": "raw",
            "visibility": "private",
        }
        theirs = "other" if self.plan.other else "main"
        for step in (
            WalkStep(
                "create",
                first,
                "main",
                {**both, "tags": ["one"], "protected": chance.random() < 0.3, "conformance_a": "x"},
            ),
            WalkStep("create", second, "main", {**both, "min_ram": chance.choice((1, 64)), "min_disk": 3}, own_id=True),
            WalkStep("upload", chance.choice((first, second)), "main", data=chance.randbytes(40)),
            WalkStep("create", third, theirs, {"name": Name(third), "visibility": "private"}),
        ):
            self.walk.do(step)
        self.do(WalkStep("upload", first, "main", data=chance.randbytes(40)))

    def leave(self) -> None:
        """Download and delete all images, and list what is left for each project."""
        for slot, image in self.images.items():
            if image.data is not None and not self.plan.spent:
                self.walk.do(WalkStep("download", slot, image.actor))
        self.walk.clear()
        actors = {image.actor for image in self.walk.store.gone.values()}
        for actor in sorted(actors):
            self.walk.do(WalkStep("list", actor=actor, query=NEWEST))
        self.walk.forget()
