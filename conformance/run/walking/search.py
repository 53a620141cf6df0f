"""How walks are led and what they have found is shortened.

Only the budget ends the walks: a deviation is recorded and the walk goes on. Afterwards the steps that led to each new
deviation are walked again in shorter and shorter parts, within a bound of requests; the finding shows the shortest
sequence that was found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from conformance.generate.shrinking import shortest
from conformance.model.errors import TargetError
from conformance.model.finding import Key
from conformance.run.walking.plan import Plan, Walking

__all__ = ["shorten", "wander"]

Guesses = Callable[[tuple[Any, ...], int], Iterable[Sequence[Any]]]


def wander(plan: Plan, machine: type[RuleBasedStateMachine], drawn: int, steps: int) -> None:
    """Walk until the budget is spent, `steps` turns a walk, by a seed that was `drawn`. Raises what has ended the walks."""
    seed(drawn)(machine)
    quiet = settings(
        max_examples=max(2, plan.budget.walks // steps),
        stateful_step_count=steps,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        derandomize=False,
    )
    run_state_machine_as_test(machine, settings=quiet)
    if plan.broken is not None:
        raise plan.broken


def shorten(
    plan: Plan,
    known: Collection[Key],
    guesses: Guesses,
    cost: Callable[[Sequence[Any]], int],
    again: Callable[[Sequence[Any]], Walking],
) -> None:
    """Shorten the steps of each deviation that only a walk has shown, as far as the budget allows.

    `guesses` are parts of steps that are likely to be enough, the shortest first; `cost` is how many requests a part is
    expected to take; `again` walks a part, with new ids and names, and deletes what it made. Pauses are left out.
    """
    began = plan.sent
    case = plan.expect.case
    alone = {item.key for item in plan.recorder.findings if not item.related}
    ours = {item.key for item in plan.recorder.findings if item.check == case}
    # Deviations that the walks themselves judge come first; those of the checks of an exchange may need no sequence.
    for key, (steps, slot) in sorted(plan.found.items(), key=lambda found: found[0] not in ours):
        if key in {*known, *alone} or plan.sent - began >= plan.budget.findings:
            continue
        until = plan.sent + min(plan.budget.finding, plan.budget.findings - (plan.sent - began))
        whole = tuple(step for step in steps if step.kind != "pause")
        try:
            if whole:
                _shorten_one(plan, key, whole, guesses(whole, slot), until, cost, again)
        except TargetError:
            return  # what was found is said; the sequences stay as long as they are


def _shorten_one(
    plan: Plan,
    key: Key,
    steps: tuple[Any, ...],
    guesses: Iterable[Sequence[Any]],
    until: int,
    cost: Callable[[Sequence[Any]], int],
    again: Callable[[Sequence[Any]], Walking],
) -> None:
    def may_try(part: Sequence[Any]) -> bool:
        return plan.sent + cost(part) <= until

    def shows(part: Sequence[Any]) -> bool:
        return key in again(part).found

    shortest(steps, guesses, shows, may_try)
