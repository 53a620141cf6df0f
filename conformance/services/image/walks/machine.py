"""The state machine of the walks: hypothesis chooses rules and draws numbers, the walk decides what they mean.

Rules
- What hypothesis draws never depends on what the cloud answers, so the same seed draws the same walks; a rule that finds no
  image to act on makes one.
- After each step that may change anything the newest images are listed, and the image is shown every third time: the image
  itself, every other image of the walk, and every deleted one are held to the model.
- Nothing that a rule meets is raised to hypothesis, which would end the walks there and try again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.model.errors import TargetError
from conformance.model.finding import Key
from conformance.run.cases import Expect
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.step import CHANGING, NEWEST, Name, WalkStep
from conformance.services.image.walks.walk import Walk

__all__ = ["STEPS", "Machine", "Plan", "WalkBudget", "forget"]

STEPS = 24
"""Steps of a walk: long enough for a third change of an image that has seen a delete, short enough to begin afresh."""
FEWEST_IMAGES = 3
MOST_IMAGES = 5
"""Images that a walk has at a time, but for a while."""
MOST_OUTAGES = 3
"""Walks in a row that lose the target before the run gives up."""

SUFFIXES = ("", "", " 镜像", " two  words", "-MiXed")
SEEDS = st.integers(0, 2**24 - 1)


@dataclass(frozen=True, slots=True)
class WalkBudget:
    """Requests: in all walks, for shortening one finding, for shortening all. `seconds` bound the walks too when they are given."""

    walks: int
    finding: int = 60
    findings: int = 120
    seconds: float | None = None

    def of(self, requests: int | None, seconds: float | None) -> WalkBudget:
        """What --budget leaves to the walks: half of it, and of their own bounds the rest."""
        walks = self.walks if requests is None else requests // 2
        return WalkBudget(walks, self.finding, min(self.findings, walks), None if seconds is None else seconds / 2)


@dataclass
class Plan:
    """What the walks of a run share: the cloud, the budget, the one pause, what was found, what broke the run off."""

    cloud: ImageClient
    expect: Expect
    budget: WalkBudget
    other: bool
    began: int
    paused: bool = False
    turns: int = 0
    changes_since: bool | None = None
    found: dict[Key, tuple[tuple[WalkStep, ...], int]] = field(default_factory=dict)
    outages: int = 0
    started: float = field(default_factory=time.monotonic)
    broken: BaseException | None = None

    @property
    def sent(self) -> int:
        """Requests sent so far."""
        return len(self.cloud.recorder.exchanges) - self.began

    @property
    def spent(self) -> bool:
        """Whether the walks are over."""
        late = self.budget.seconds is not None and time.monotonic() - self.started >= self.budget.seconds
        return late or self.broken is not None or self.sent >= self.budget.walks


class Machine(RuleBasedStateMachine):
    """One walk of hypothesis's. Each rule draws one number; what it means is decided by what the walk has."""

    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.walk: Walk | None = None
        self._numbers = 0
        self._looks = 0

    @initialize(number=SEEDS)
    def begin(self, number: int) -> None:
        """Begin; hypothesis's first walk, in which every number is 0, tells nothing and is not walked."""
        if number and not self.plan.spent:
            self.walk = Walk(self.plan.cloud, self.plan.expect)
            self.walk.changes_since = self.plan.changes_since
            self._guarded(lambda: self._populate(random.Random(number)))

    @rule(number=SEEDS)
    def create(self, number: int) -> None:
        """A new image, of the first project or the second."""
        self._turn(number, self._make)

    @rule(number=SEEDS)
    def reuse(self, number: int) -> None:
        """A new image with an id that an image has or had."""
        self._turn(number, self._reuse)

    @rule(number=SEEDS)
    def patch(self, number: int) -> None:
        """One to three operations that are due to succeed."""
        self._turn(number, self._patch)

    @rule(number=SEEDS)
    def patch_again(self, number: int) -> None:
        """The image that was changed last, once more."""
        self._turn(number, partial(self._patch, again=True))

    @rule(number=SEEDS)
    def patch_wrongly(self, number: int) -> None:
        """Operations of which the last is due to be refused."""
        self._turn(number, partial(self._patch, wrong=True))

    @rule(number=SEEDS)
    def protect(self, number: int) -> None:
        """Protection on or off, and a delete."""
        self._turn(number, self._protect)

    @rule(number=SEEDS)
    def upload(self, number: int) -> None:
        """A file, and what another image's file is then."""
        self._turn(number, self._upload)

    @rule(number=SEEDS)
    def delete(self, number: int) -> None:
        """A delete, and what another image's file is then."""
        self._turn(number, self._delete)

    @rule(number=SEEDS)
    def after_delete(self, number: int) -> None:
        """Whatever can be tried with an image that was deleted."""
        self._turn(number, self._haunt)

    @rule(number=SEEDS)
    def look(self, number: int) -> None:
        """A list with filters, an order and a limit."""
        self._turn(number, self._look)

    @rule(number=SEEDS)
    def download(self, number: int) -> None:
        """A file."""
        self._turn(number, self._fetch)

    @rule(number=SEEDS)
    def trespass(self, number: int) -> None:
        """What one project tries with an image of the other."""
        self._turn(number, self._trespass)

    @rule(number=SEEDS)
    def change_later(self, number: int) -> None:
        """A change after a pause, once in a run: stamps are seconds."""
        self._turn(number, self._later)

    def teardown(self) -> None:
        """Look at everything once more, delete it, and see that it stays away."""
        self._guarded(self._leave)
        if self.walk is not None:
            self._ended()
            self.plan.outages = 0

    def _ended(self) -> None:
        """Keep what the walk has found; nothing more is done in it."""
        walk, self.walk = self.walk, None
        if walk is None:
            return
        steps = tuple(walk.steps)
        for key, (at, slot) in walk.found.items():
            self.plan.found.setdefault(key, (steps[: at + 1], slot))
        self.plan.changes_since = walk.changes_since

    def _turn(self, number: int, act: Callable[[random.Random], object]) -> None:
        """What the rule is for or, every other time, what the rota has next: hypothesis leaves some rules out of a walk, and
        a few walks have to see every kind of history."""
        chance = random.Random(number)
        if chance.random() < 0.5:
            rota: tuple[Callable[[random.Random], object], ...] = (
                self._upload,
                self._make,
                self._patch,
                self._trespass,
                self._look,
                partial(self._patch, again=True),
                self._make,
                self._upload,
                partial(self._patch, wrong=True),
                self._protect,
                self._make,
                self._delete,
                self._patch,
                self._later,
                self._haunt,
                self._look,
                self._reuse,
                self._trespass,
            )
            act = rota[self.plan.turns % len(rota)]
            self.plan.turns += 1
        self._guarded(lambda: act(chance))

    def _guarded(self, act: Callable[[], object]) -> None:
        """Act, unless the run is over; what ends the run is kept from hypothesis, which would try it again."""
        if self.walk is None or self.plan.broken is not None or (self.plan.spent and act != self._leave):
            return
        try:
            with self.walk:
                act()
        except TargetError as error:
            # One connection that breaks ends a walk, not the run.
            self._ended()
            self.plan.outages += 1
            if self.plan.outages >= MOST_OUTAGES:
                self.plan.broken = error
        except BaseException as error:  # raised again by explore
            self.plan.broken = error

    # --- what the rules do ------------------------------------------------------------------------------------------

    @property
    def _images(self) -> dict[int, ModelImage]:
        assert self.walk is not None
        return dict(self.walk.store.images)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _do(self, step: WalkStep) -> None:
        """A step and, after one that may change anything, a look at the image and at all others."""
        assert self.walk is not None
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
        """An image of the walk that fits; one is made when there is none at all."""
        slots = [slot for slot, image in self._images.items() if fits(image)] or list(self._images)
        return chance.choice(slots) if slots else self._make(chance)

    def _populate(self, chance: random.Random) -> None:
        """Neighbours, without which nothing can happen to one: two of a name with data, one with an id of ours, and one of the
        second project."""
        assert self.walk is not None
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

    def _make(self, chance: random.Random) -> int:
        assert self.walk is not None
        if len(self._images) >= MOST_IMAGES:
            return self._patch(chance)
        slot = self._number()
        actor = "other" if self.plan.other and chance.random() < 0.25 else "main"
        namesakes = [
            str(image.members["name"])
            for image in self._images.values()
            if image.actor == actor and image.members.get("name")
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
        """A file, sometimes one that another image has too."""
        others = [image.data for image in self._images.values() if image.data]
        if others and chance.random() < 0.25:
            return chance.choice(others)
        return chance.randbytes(chance.choice((1, 40, 40, 40, 3000)))

    def _reuse(self, chance: random.Random) -> None:
        assert self.walk is not None
        gone = list(self.walk.store.gone)
        taken = chance.choice(gone) if gone and chance.random() < 0.6 else self._pick(chance)
        slot = self._number()
        actor = self._actor(taken)
        if len(self._images) < FEWEST_IMAGES:
            self._make(chance)
        self._do(WalkStep("create", slot, actor, {"name": Name(slot), "min_ram": 7}, taken=taken))
        if taken in self._images:
            self.walk.do(WalkStep("show", taken, actor))

    def _patch(self, chance: random.Random, *, again: bool = False, wrong: bool = False) -> int:
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

    def _protect(self, chance: random.Random) -> None:
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

    def _upload(self, chance: random.Random) -> None:
        def ready(image: ModelImage) -> bool:
            return (image.status, image.members.get("disk_format"), image.members.get("container_format")) == (
                "queued",
                "raw",
                "bare",
            )

        slot = self._pick(chance, ready if chance.random() < 0.85 else lambda image: image.data is not None)
        self._do(WalkStep("upload", slot, self._actor(slot), data=self._data(chance)))
        self._fetch(chance, slot)
        self._fetch_another(chance, slot)

    def _delete(self, chance: random.Random) -> None:
        if len(self._images) >= FEWEST_IMAGES or chance.random() < 0.2:
            self._remove(chance, self._pick(chance, lambda image: not image.protected))
        else:
            self._make(chance)

    def _remove(self, chance: random.Random, slot: int) -> None:
        assert self.walk is not None
        self._do(WalkStep("delete", slot, self._actor(slot)))
        self._fetch_another(chance, slot)

    def _fetch(self, chance: random.Random, slot: int | None = None) -> None:
        assert self.walk is not None
        slot = self._pick(chance, lambda image: image.data is not None) if slot is None else slot
        self.walk.do(WalkStep("download", slot, self._actor(slot)))

    def _fetch_another(self, chance: random.Random, slot: int) -> None:
        others = [other for other, image in self._images.items() if other != slot and image.data is not None]
        if others:
            self._fetch(chance, chance.choice(others))

    def _haunt(self, chance: random.Random) -> None:
        assert self.walk is not None
        gone = self.walk.store.gone
        if not gone:
            self._delete(chance)
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

    def _look(self, chance: random.Random) -> None:
        assert self.walk is not None
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
        assert self.walk is not None
        return self.walk.name_of(text)

    def _trespass(self, chance: random.Random) -> None:
        assert self.walk is not None
        if not self.plan.other:
            return self._look(chance)
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

    def _later(self, chance: random.Random) -> None:
        assert self.walk is not None
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
        assert self.walk is not None
        image = self._images.get(slot) or self.walk.store.gone.get(slot)
        return image.actor if image is not None else "main"

    def _leave(self) -> None:
        assert self.walk is not None
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
    """Images that the cloud showed to be gone need not be deleted again; the journal's file keeps them until the run ends well."""
    broken = {requirement for requirement, _ in walk.found}
    if not broken & {"image.delete.gone", "image.delete.response.204"}:
        for image in walk.store.gone.values():
            walk.cloud.journal.gone(image.id)
