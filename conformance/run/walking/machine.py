"""The state machine of walks: hypothesis chooses rules and draws numbers, the acts decide what they mean.

Rules
- What hypothesis draws never depends on what the cloud answers, so the same seed draws the same walks.
- Nothing that a turn meets is raised to hypothesis, which would end the walks there and try again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.model.errors import TargetError
from conformance.run.walking.plan import Plan, Walking

__all__ = ["Wanders", "machine_of"]

SEEDS = st.integers(0, 2**24 - 1)


class Wanders(Protocol):
    """Who walks at random: does on a walk what the acts choose, and cleans up at the end. Whatever sends may raise
    TargetError."""

    @property
    def walk(self) -> Walking: ...

    def populate(self, chance: random.Random) -> None:
        """Make what a walk begins with."""

    def leave(self) -> None:
        """Delete what the walk has made."""


def machine_of(
    plan: Plan,
    begun: Callable[[], Wanders],
    rota: Sequence[Callable[[Any, random.Random], None]],
    further: Sequence[Any],
) -> type[RuleBasedStateMachine]:
    """The machine of the walks of a plan, each `begun` anew. `rota` is the order of acts that every other turn follows, so
    that a few walks have had every kind of act; the other turns draw one of those and of the `further` ones."""
    acts = (*dict.fromkeys(rota), *further)

    class Walks(RuleBasedStateMachine):
        """One walk as hypothesis sees it. Each turn draws an act and a number, from which the act makes its choices."""

        def __init__(self) -> None:
            super().__init__()
            self.walker: Wanders | None = None

        @initialize(number=SEEDS)
        def begin(self, number: int) -> None:
            """Begin a walk. Hypothesis draws the least numbers first: that walk, with 0, is left out."""
            if number and not plan.spent:
                self.walker = begun()
                self._guarded(lambda walker: walker.populate(random.Random(number)))

        @rule(act=st.sampled_from(acts), number=SEEDS)
        def turn(self, act: Callable[[Any, random.Random], None], number: int) -> None:
            """Do the act that was drawn or, every other time, the next one of the rota."""
            chance = random.Random(number)
            if chance.random() < 0.5:
                act = rota[plan.turns % len(rota)]
                plan.turns += 1
            self._guarded(lambda walker: act(walker, chance))

        def teardown(self) -> None:
            """Clean up after the walk."""
            self._guarded(lambda walker: walker.leave(), even_when_spent=True)
            if self.walker is not None:
                self._ended()
                plan.outages = 0

        def _ended(self) -> None:
            """End the walk; the plan keeps what it has found."""
            if self.walker is None:
                return
            walk, self.walker = self.walker.walk, None
            plan.keep(walk)

        def _guarded(self, act: Callable[[Wanders], object], *, even_when_spent: bool = False) -> None:
            """Turn, unless the walks are over. No exception reaches hypothesis, which would repeat the walk to reproduce
            it."""
            over = plan.broken is not None or (plan.spent and not even_when_spent)
            if self.walker is None or over:
                return
            try:
                with self.walker.walk:
                    act(self.walker)
            except TargetError as error:
                self._ended()
                plan.lost(error)
            except BaseException as error:  # raised again by explore
                plan.broken = error

    return Walks
