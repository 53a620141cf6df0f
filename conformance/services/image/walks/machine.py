"""The state machine of the walks: hypothesis chooses rules and draws numbers, the actions decide what they mean.

Rules
- What hypothesis draws never depends on what the cloud answers, so the same seed draws the same walks.
- Nothing that a rule meets is raised to hypothesis, which would end the walks there and try again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.model.errors import TargetError
from conformance.services.image.walks.actions import Actions
from conformance.services.image.walks.plan import Plan
from conformance.services.image.walks.walk import Walk

__all__ = ["STEPS", "Machine"]

STEPS = 24
"""Rules of a walk: long enough for a third change of an image after a delete, short enough to begin anew often."""
MOST_OUTAGES = 3
"""Walks in a row that lose the target before the run gives up."""

SEEDS = st.integers(0, 2**24 - 1)
Turn = Callable[[Actions, random.Random], object]
ROTA: tuple[Turn, ...] = (
    Actions.upload,
    Actions.create,
    Actions.change,
    Actions.trespass,
    Actions.look,
    partial(Actions.change, again=True),
    Actions.create,
    Actions.upload,
    partial(Actions.change, wrong=True),
    Actions.protect,
    Actions.create,
    Actions.delete,
    Actions.change,
    Actions.change_later,
    Actions.after_delete,
    Actions.look,
    Actions.reuse,
    Actions.trespass,
)
"""The order of actions that every other turn follows. Hypothesis leaves some rules out of a walk; with the rota a few
walks have had every kind of action."""


class Machine(RuleBasedStateMachine):
    """One walk as hypothesis sees it. Each rule draws one number, from which its action makes its choices."""

    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.actions: Actions | None = None

    @initialize(number=SEEDS)
    def begin(self, number: int) -> None:
        """Begin a walk with its first images. Hypothesis draws the least numbers first: that walk, with 0, is left
        out."""
        if number and not self.plan.spent:
            walk = Walk(self.plan.cloud, self.plan.expect)
            walk.changes_since = self.plan.changes_since
            self.actions = Actions(walk, self.plan)
            self._guarded(lambda actions: actions.populate(random.Random(number)))

    @rule(number=SEEDS)
    def create(self, number: int) -> None:
        """Create an image, in the first project or the second."""
        self._turn(number, Actions.create)

    @rule(number=SEEDS)
    def reuse(self, number: int) -> None:
        """Create an image with the id of another one, which is there or was deleted."""
        self._turn(number, Actions.reuse)

    @rule(number=SEEDS)
    def patch(self, number: int) -> None:
        """Change an image with one to five operations that are due to succeed."""
        self._turn(number, Actions.change)

    @rule(number=SEEDS)
    def patch_again(self, number: int) -> None:
        """Change an image that was changed before."""
        self._turn(number, partial(Actions.change, again=True))

    @rule(number=SEEDS)
    def patch_wrongly(self, number: int) -> None:
        """Change an image with operations of which the last is due to be refused."""
        self._turn(number, partial(Actions.change, wrong=True))

    @rule(number=SEEDS)
    def protect(self, number: int) -> None:
        """Turn the protection of an image on or off, then delete it."""
        self._turn(number, Actions.protect)

    @rule(number=SEEDS)
    def upload(self, number: int) -> None:
        """Upload data, then download it and the data of another image."""
        self._turn(number, Actions.upload)

    @rule(number=SEEDS)
    def delete(self, number: int) -> None:
        """Delete an image, then download the data of another one."""
        self._turn(number, Actions.delete)

    @rule(number=SEEDS)
    def after_delete(self, number: int) -> None:
        """Show, download, delete or change an image that was deleted."""
        self._turn(number, Actions.after_delete)

    @rule(number=SEEDS)
    def look(self, number: int) -> None:
        """List images by filters, in an order and with a limit."""
        self._turn(number, Actions.look)

    @rule(number=SEEDS)
    def download(self, number: int) -> None:
        """Download the data of an image."""
        self._turn(number, Actions.download)

    @rule(number=SEEDS)
    def trespass(self, number: int) -> None:
        """Have one project read and write a private image of the other."""
        self._turn(number, Actions.trespass)

    @rule(number=SEEDS)
    def change_later(self, number: int) -> None:
        """Change an image a second after it was changed (once in a run), so that updated_at, in whole seconds, must
        move."""
        self._turn(number, Actions.change_later)

    def teardown(self) -> None:
        """Download and delete all images of the walk, and list what is left."""
        self._guarded(Actions.leave, even_when_spent=True)
        if self.actions is not None:
            self._ended()
            self.plan.outages = 0

    def _ended(self) -> None:
        """End the walk; the plan keeps what it has found."""
        if self.actions is None:
            return
        walk, self.actions = self.actions.walk, None
        steps = tuple(walk.steps)
        for key, (at, slot) in walk.found.items():
            self.plan.found.setdefault(key, (steps[: at + 1], slot))
        self.plan.changes_since = walk.changes_since

    def _turn(self, number: int, act: Turn) -> None:
        """Do the action of a rule or, every other time, the next one of the rota."""
        chance = random.Random(number)
        if chance.random() < 0.5:
            act = ROTA[self.plan.turns % len(ROTA)]
            self.plan.turns += 1
        self._guarded(lambda actions: act(actions, chance))

    def _guarded(self, act: Callable[[Actions], object], *, even_when_spent: bool = False) -> None:
        """Act, unless the walks are over. No exception reaches hypothesis, which would repeat the walk to reproduce
        it."""
        over = self.plan.broken is not None or (self.plan.spent and not even_when_spent)
        if self.actions is None or over:
            return
        try:
            with self.actions.walk:
                act(self.actions)
        except TargetError as error:
            # One connection that breaks ends a walk, not the run.
            self._ended()
            self.plan.outages += 1
            if self.plan.outages >= MOST_OUTAGES:
                self.plan.broken = error
        except BaseException as error:  # raised again by explore
            self.plan.broken = error
