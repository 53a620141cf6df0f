"""The actions of a walk: each chooses steps by random numbers and by the images that the walk has, and does them.

Rules
- An action that finds no image to act on makes one.
- After each step that may change anything the newest images are listed, and the image is shown every third time: the
  image itself, every other image of the walk, and every deleted one are held to the model.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.plan import Plan
from conformance.services.image.walks.step import CHANGING, NEWEST, Name, WalkStep
from conformance.services.image.walks.walk import Walk

__all__ = ["Actions", "forget"]

FEWEST_IMAGES = 3
"""Images below which an action rather creates one than deletes one."""
MOST_IMAGES = 5
"""Images above which an action rather changes one than creates one."""
SUFFIXES = ("", "", " 镜像", " two  words", "-MiXed")


class Actions:
    """The actions of one walk. Each may raise TargetError."""

    def __init__(self, walk: Walk, plan: Plan) -> None:
        self.walk = walk
        self.plan = plan
        self._numbers = 0
        self._looks = 0

    @property
    def _images(self) -> dict[int, ModelImage]:
        return dict(self.walk.store.images)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _do(self, step: WalkStep) -> None:
        """Do a step and, after one that may change anything, list the newest images and show or download the image at
        times."""
        self.walk.do(step)
        if step.kind not in CHANGING:
            return
        self._looks += 1
        image = self._images.get(step.slot) or self.walk.store.gone.get(step.slot)
        if image is not None and (self._looks % 3 == 1 or step.kind == "upload"):
            self.walk.do(WalkStep("show", step.slot, image.actor))
        actor = image.actor if image is not None else "main"
        self.walk.do(WalkStep("list", actor=actor, query=NEWEST))
        others = {image.actor for image in self._images.values()} - {actor}
        if step.kind == "delete" and others:
            self.walk.do(WalkStep("list", actor=others.pop(), query=NEWEST))
        if step.kind == "patch" and image is not None and image.data is not None and self._looks % 2 == 0:
            self.walk.do(WalkStep("download", step.slot, image.actor))

    def _pick(self, chance: random.Random, fits: Callable[[ModelImage], bool] = lambda _image: True) -> int:
        """An image of the walk that fits, or any when none fits; one is created when the walk has none."""
        slots = [slot for slot, image in self._images.items() if fits(image)] or list(self._images)
        return chance.choice(slots) if slots else self.create(chance)

    def populate(self, chance: random.Random) -> None:
        """Create the images that a walk begins with, so that a step on one can be seen to reach another: two of the
        same name, one of them with an id of our choice, with data, and one of the second project."""
        first, second, third = self._number(), self._number(), self._number()
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
        self._do(WalkStep("upload", first, "main", data=chance.randbytes(40)))

    def create(self, chance: random.Random) -> int:
        """Create an image, sometimes of a name that another one has, and at times upload its data at once. Returns its
        slot."""
        if len(self._images) >= MOST_IMAGES:
            return self.change(chance)
        slot = self._number()
        actor = "other" if self.plan.other and chance.random() < 0.25 else "main"
        namesakes = [
            str(image.members["name"])
            for image in self._images.values()
            if image.actor == actor and isinstance(self._name(str(image.members.get("name"))), Name)  # a name of ours
        ]
        again = bool(namesakes) and chance.random() < 0.45
        name = self._name(chance.choice(namesakes)) if again else Name(slot, chance.choice(SUFFIXES))
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
            self.walk.do(step)
            self._do(WalkStep("upload", slot, actor, data=self._data(chance)))
        else:
            self._do(step)
        return slot

    def _data(self, chance: random.Random) -> bytes:
        """Random bytes, at times those that another image has too."""
        others = [image.data for image in self._images.values() if image.data]
        if others and chance.random() < 0.25:
            return chance.choice(others)
        return chance.randbytes(chance.choice((1, 40, 40, 40, 3000)))

    def reuse(self, chance: random.Random) -> None:
        """Create an image with the id of one that is there or was deleted."""
        gone = list(self.walk.store.gone)
        taken = chance.choice(gone) if gone and chance.random() < 0.6 else self._pick(chance)
        slot = self._number()
        actor = self._actor(taken)
        if len(self._images) < FEWEST_IMAGES:
            self.create(chance)
        self._do(WalkStep("create", slot, actor, {"name": Name(slot), "min_ram": 7}, taken=taken))
        if taken in self._images:
            self.walk.do(WalkStep("show", taken, actor))

    def change(self, chance: random.Random, *, again: bool = False, wrong: bool = False) -> int:
        """Change an image: one that was changed before (`again`), with an operation at the end that is due to be
        refused (`wrong`)."""
        again = again or chance.random() < 0.4
        slot = self._pick(chance, lambda image: bool(image.changed) or not again)
        image = self._images.get(slot)
        if image is None:
            return slot
        operations = [self._operation(chance, image) for _ in range(chance.choice((1, 2, 3, 4, 5)))]
        if wrong:
            operations.append(
                dict(
                    chance.choice(
                        (
                            {"op": "replace", "path": "/created_at", "value": "2001-01-01T00:00:00Z"},
                            {"op": "replace", "path": "/status", "value": "active"},
                            {"op": "replace", "path": "/min_ram", "value": "ten"},
                            {"op": "remove", "path": "/conformance_absent"},
                            {"op": "replace", "path": "/conformance_absent", "value": "x"},
                        )
                    )
                )
            )
        self._do(WalkStep("patch", slot, image.actor, operations=tuple(operations)))
        return slot

    def _operation(self, chance: random.Random, image: ModelImage) -> dict[str, Any]:
        values: dict[str, tuple[Any, ...]] = {
            "min_disk": (0, 1, 5, 77),
            "min_ram": (0, 2, 128, 1024),
            "tags": ([], ["new"], ["z", "y"]),
            "visibility": ("private", "shared"),
            "protected": (True, False),
            "name": (Name(self._numbers + 100, " 之后"), Name(1)),
            "description": ("changed", "其他"),
        }
        if image.data is None and not image.unsure:
            values |= {"container_format": ("bare", "ovf"), "disk_format": ("raw", "qcow2")}
        if chance.random() < 0.6:
            member = chance.choice(sorted(values))
            self._numbers += member == "name"
            return {
                "op": "add" if member == "description" else "replace",
                "path": f"/{member}",
                "value": chance.choice(values[member]),
            }
        path = f"/{chance.choice(image.properties or ('conformance_c',))}"
        if image.properties and chance.random() < 0.75:
            return chance.choice(
                [{"op": "remove", "path": path}] * 2
                + [{"op": "replace", "path": path, "value": chance.choice(("p", "q"))}]
            )
        return {"op": "add", "path": f"/conformance_{chance.choice('abc')}", "value": chance.choice(("一", "added"))}

    def protect(self, chance: random.Random) -> None:
        """Turn the protection of an image on or off, then delete it."""
        slot = self._pick(chance)
        image = self._images.get(slot)
        if image is not None:
            self._do(
                WalkStep(
                    "patch",
                    slot,
                    image.actor,
                    operations=({"op": "replace", "path": "/protected", "value": not image.protected},),
                )
            )
            if not image.protected or (len(self._images) >= FEWEST_IMAGES and chance.random() < 0.7):
                self._remove(chance, slot)

    def upload(self, chance: random.Random) -> None:
        """Upload data, then download it and the data of another image."""

        def ready(image: ModelImage) -> bool:
            return (image.status, image.members.get("disk_format"), image.members.get("container_format")) == (
                "queued",
                "raw",
                "bare",
            )

        slot = self._pick(chance, ready if chance.random() < 0.85 else lambda image: image.data is not None)
        self._do(WalkStep("upload", slot, self._actor(slot), data=self._data(chance)))
        self.download(chance, slot)
        self._fetch_another(chance, slot)

    def delete(self, chance: random.Random) -> None:
        """Delete an image, then download the data of another one."""
        if len(self._images) >= FEWEST_IMAGES or chance.random() < 0.2:
            self._remove(chance, self._pick(chance, lambda image: not image.protected))
        else:
            self.create(chance)

    def _remove(self, chance: random.Random, slot: int) -> None:
        self._do(WalkStep("delete", slot, self._actor(slot)))
        self._fetch_another(chance, slot)

    def download(self, chance: random.Random, slot: int | None = None) -> None:
        """Download the data of an image, of one that has data when none is given."""
        slot = self._pick(chance, lambda image: image.data is not None) if slot is None else slot
        self.walk.do(WalkStep("download", slot, self._actor(slot)))

    def _fetch_another(self, chance: random.Random, slot: int) -> None:
        others = [other for other, image in self._images.items() if other != slot and image.data is not None]
        if others:
            self.download(chance, chance.choice(others))

    def after_delete(self, chance: random.Random) -> None:
        """Try two operations on an image that was deleted, then show it."""
        gone = self.walk.store.gone
        if not gone:
            self.delete(chance)
            gone = self.walk.store.gone
        if gone:
            slot = chance.choice(list(gone))
            actor = gone[slot].actor
            change = ({"op": "replace", "path": "/min_ram", "value": 5},)
            steps = [
                WalkStep("show", slot, actor),
                WalkStep("download", slot, actor),
                WalkStep("delete", slot, actor),
                WalkStep("patch", slot, actor, operations=change),
            ]
            for step in chance.sample(steps, 2):
                self.walk.do(step)
            self.walk.do(WalkStep("show", slot, actor))

    def look(self, chance: random.Random) -> None:
        """List images by name, status and last change, and in an order."""
        slot = self._pick(chance)
        actor = self._actor(slot)
        names = [image.members["name"] for image in self._images.values() if isinstance(image.members.get("name"), str)]
        twice = [name for name in names if names.count(name) > 1]
        former = [name for name in self.walk.names if name not in names]
        # Names that several have, that an image had, or any.
        for pool in chance.sample([names, twice or names, former or names], 2) if names else ():
            query: list[tuple[str, Any]] = [
                ("name", self._name(chance.choice(pool))),
                ("limit", str(chance.choice((1, 2, 3, 50, 50, 50)))),
            ]
            if chance.random() < 0.3:
                query.append(("status", chance.choice(("queued", "active"))))
            self.walk.do(
                WalkStep("list", actor=actor, query=tuple(query), since=slot if chance.random() < 0.3 else None)
            )
        key = chance.choice(
            ("name", "id", "status", "size", "disk_format", "container_format", "created_at", "updated_at")
        )
        ordered: list[tuple[str, Any]] = [
            ("sort_key", key),
            ("sort_dir", chance.choice(("asc", "desc"))),
            ("limit", "50"),
        ]
        if chance.random() < 0.6:
            ordered.append(("status", chance.choice(("queued", "active"))))
        self.walk.do(WalkStep("list", actor=actor, query=tuple(ordered)))

    def _name(self, text: str) -> Name | str:
        return self.walk.name_of(text)

    def trespass(self, chance: random.Random) -> None:
        """Have one project read and write a private image of the other."""
        if not self.plan.other:
            return self.look(chance)
        open_to_main = self.plan.cloud.target.main.admin
        changed = chance.random() < 0.5
        private = [
            slot
            for slot, image in self._images.items()
            if image.private and not (open_to_main and image.actor == "other")
        ]
        liked = [slot for slot in private if bool(self._images[slot].changed) is changed]
        slot = chance.choice(liked or private) if private else -1
        image = self._images.get(slot)
        if image is None:
            return self._make_private(chance)
        stranger = "main" if image.actor == "other" else "other"
        change = ({"op": "replace", "path": "/min_ram", "value": 9},)
        reads = [
            WalkStep("show", slot, stranger),
            WalkStep("download", slot, stranger),
            WalkStep("list", actor=stranger, query=NEWEST),
        ]
        writes = [WalkStep("patch", slot, stranger, operations=change), WalkStep("delete", slot, stranger)]
        for step in (*chance.sample(reads, 2), chance.choice(writes)):
            self._do(step)
        return None

    def _make_private(self, chance: random.Random) -> None:
        if len(self._images) < MOST_IMAGES:
            slot = self._number()
            self._do(
                WalkStep(
                    "create", slot, chance.choice(("main", "other")), {"name": Name(slot), "visibility": "private"}
                )
            )

    def change_later(self, chance: random.Random) -> None:
        """Change an image twice with a pause between, once in a run; after that, change it once."""
        slot = self._pick(chance)
        image = self._images.get(slot)
        if image is None:
            return
        values = [value for value in (3, 30, 300) if value != image.members.get("min_ram")]
        for ram in values[:1] if self.plan.paused else values[:2]:
            self._do(
                WalkStep("patch", slot, image.actor, operations=({"op": "replace", "path": "/min_ram", "value": ram},))
            )
            if not self.plan.paused:
                self.plan.paused = True
                self.walk.do(WalkStep("pause"))

    def _actor(self, slot: int) -> str:
        image = self._images.get(slot) or self.walk.store.gone.get(slot)
        return image.actor if image is not None else "main"

    def leave(self) -> None:
        """Download and delete all images, and list what is left for each project."""
        for slot, image in self._images.items():
            if image.data is not None and not self.plan.spent:
                self.walk.do(WalkStep("download", slot, image.actor))
        for slot, image in self._images.items():
            if image.protected:
                self.walk.do(
                    WalkStep(
                        "patch",
                        slot,
                        image.actor,
                        operations=({"op": "replace", "path": "/protected", "value": False},),
                    )
                )
            self.walk.do(WalkStep("delete", slot, image.actor))
        actors = {image.actor for image in self.walk.store.gone.values()}
        for actor in sorted(actors):
            self.walk.do(WalkStep("list", actor=actor, query=NEWEST))
        forget(self.walk)


def forget(walk: Walk) -> None:
    """Take the deleted images of a walk off the journal, unless a delete was seen to fail; its file keeps them until
    the run ends well."""
    broken = {requirement for requirement, _ in walk.found}
    if not broken & {"image.delete.gone", "image.delete.response.204"}:
        for image in walk.store.gone.values():
            walk.cloud.journal.gone(image.id)
