"""The state machine of the walks: hypothesis chooses rules and draws numbers, the acts decide what they mean.

Rules
- What hypothesis draws never depends on what the cloud answers, so the same seed draws the same walks.
- Nothing that a turn meets is raised to hypothesis, which would end the walks there and try again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.model.errors import TargetError
from conformance.services.image.walks.acts.changing import change, change_later, protect
from conformance.services.image.walks.acts.creating import create, reuse
from conformance.services.image.walks.acts.files import download, upload
from conformance.services.image.walks.acts.projects import share, trespass
from conformance.services.image.walks.acts.reading import hold, look
from conformance.services.image.walks.acts.removing import after_delete, delete
from conformance.services.image.walks.acts.repeating import change_the_same, create_refused, undo, upload_again
from conformance.services.image.walks.acts.walker import Walker
from conformance.services.image.walks.plan import Plan
from conformance.services.image.walks.walk import Walk

__all__ = ["STEPS", "Machine"]

STEPS = 24
"""Rules of a walk: long enough for a third change of an image after a delete, short enough to begin anew often."""
SEEDS = st.integers(0, 2**24 - 1)
Turn = Callable[[Walker, random.Random], None]
ROTA: tuple[Turn, ...] = (
    upload,
    create,
    change,
    trespass,
    look,
    partial(change, again=True),
    create,
    upload,
    partial(change, wrong=True),
    protect,
    create,
    delete,
    change,
    change_later,
    after_delete,
    look,
    reuse,
    trespass,
    hold,
    upload_again,
    change_the_same,
    share,
    hold,
    create_refused,
    undo,
)
"""The order of acts that every other turn follows, so that a few walks have had every kind of act."""
ACTS = (*dict.fromkeys(ROTA), download)
"""Every act once."""


class Machine(RuleBasedStateMachine):
    """One walk as hypothesis sees it. Each turn draws an act and a number, from which the act makes its choices."""

    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.walker: Walker | None = None

    @initialize(number=SEEDS)
    def begin(self, number: int) -> None:
        """Begin a walk with its first images. Hypothesis draws the least numbers first: that walk, with 0, is left
        out."""
        if number and not self.plan.spent:
            walk = Walk(self.plan.cloud, self.plan.expect)
            walk.changes_since = self.plan.changes_since
            self.walker = Walker(walk, self.plan)
            self._guarded(lambda walker: walker.populate(random.Random(number)))

    @rule(act=st.sampled_from(ACTS), number=SEEDS)
    def turn(self, act: Turn, number: int) -> None:
        """Do the act that was drawn or, every other time, the next one of the rota."""
        chance = random.Random(number)
        if chance.random() < 0.5:
            act = ROTA[self.plan.turns % len(ROTA)]
            self.plan.turns += 1
        self._guarded(lambda walker: act(walker, chance))

    def teardown(self) -> None:
        """Download and delete all images of the walk, and list what is left."""
        self._guarded(Walker.leave, even_when_spent=True)
        if self.walker is not None:
            self._ended()
            self.plan.outages = 0

    def _ended(self) -> None:
        """End the walk; the plan keeps what it has found."""
        if self.walker is None:
            return
        walk, self.walker = self.walker.walk, None
        self.plan.keep(walk)

    def _guarded(self, act: Callable[[Walker], object], *, even_when_spent: bool = False) -> None:
        """Turn, unless the walks are over. No exception reaches hypothesis, which would repeat the walk to reproduce
        it."""
        over = self.plan.broken is not None or (self.plan.spent and not even_when_spent)
        if self.walker is None or over:
            return
        try:
            with self.walker.walk:
                act(self.walker)
        except TargetError as error:
            self._ended()
            self.plan.lost(error)
        except BaseException as error:  # raised again by explore
            self.plan.broken = error
