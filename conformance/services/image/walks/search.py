"""Stateful testing: walks over the cloud, in any order, against the model of an image store.

Only the budget ends the walks: a deviation is recorded and the walk goes on. Afterwards the steps that led to each new
deviation are walked again in shorter and shorter parts, within a bound of requests; the finding shows the shortest
sequence that was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.generate.shrinking import shortest
from conformance.model.errors import TargetError
from conformance.model.finding import Key
from conformance.run.cases import Expect
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.histories import HISTORIES, Episode
from conformance.services.image.walks.machine import STEPS, Machine
from conformance.services.image.walks.plan import Plan, WalkBudget
from conformance.services.image.walks.step import CHANGING, WalkStep
from conformance.services.image.walks.walk import Walk

__all__ = ["BUDGETS", "WalkBudget", "explore"]

BUDGETS = {"smoke": WalkBudget(0, 0, 0), "gate": WalkBudget(230), "acceptance": WalkBudget(2000, findings=600)}
"""Profile -> budget, where no other is given."""


def explore(cloud: ImageClient, expect: Expect, budget: WalkBudget, *, other: bool) -> None:
    """Walk until the budget is spent, then shorten what was found. Raises TargetError when the cloud goes away.

    `other` says that a second project takes part.
    """
    known = {item.key for item in cloud.recorder.findings}
    plan = Plan(cloud, expect, budget, other, len(cloud.recorder.exchanges))
    if not cloud.recorder.exploring:
        follow(plan, HISTORIES)
    machine = type("Walks", (Machine,), {"plan": plan})
    seed(cloud.random.getrandbits(64))(machine)
    quiet = settings(
        max_examples=max(2, budget.walks // STEPS),
        stateful_step_count=STEPS,
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
    _shorten(plan, known)


def follow(plan: Plan, histories: Sequence[Episode]) -> None:
    """Walk the histories in their order, as far as the budget goes."""
    for history in histories:
        if plan.spent or (history.projects > 1 and not plan.other):
            continue
        walk = Walk(plan.cloud, plan.expect)
        try:
            with walk:
                for step in history.steps:
                    walk.do(step)
                walk.clear()
            walk.forget()
            plan.outages = 0
        except TargetError as error:
            plan.lost(error)
        plan.keep(walk)


def _shorten(plan: Plan, known: set[Key]) -> None:
    """Shorten the steps of each deviation that only a walk has shown, as far as the budget allows."""
    began = plan.sent
    case = plan.expect.case
    alone = {item.key for item in plan.cloud.recorder.findings if not item.related}
    ours = {item.key for item in plan.cloud.recorder.findings if item.check == case}
    # Deviations that the walks themselves judge come first; those of the checks of an exchange may need no sequence.
    for key, (steps, slot) in sorted(plan.found.items(), key=lambda found: found[0] not in ours):
        if key in known | alone or plan.sent - began >= plan.budget.findings:
            continue
        allowed = min(plan.budget.finding, plan.budget.findings - (plan.sent - began))
        try:
            _shorten_one(plan, key, steps, slot, plan.sent + allowed)
        except TargetError:
            return  # what was found is said; the sequences stay as long as they are


def _shorten_one(plan: Plan, key: Key, steps: tuple[WalkStep, ...], slot: int, until: int) -> None:
    def may_try(part: Sequence[WalkStep]) -> bool:
        made = sum(step.kind == "create" for step in part)
        return plan.sent + len(part) + made <= until

    def shows(part: Sequence[WalkStep]) -> bool:
        return key in _again(plan, part).found

    whole = tuple(step for step in steps if step.kind != "pause")
    if whole:
        shortest(whole, _guesses(whole, slot), shows, may_try)


def _guesses(steps: tuple[WalkStep, ...], slot: int) -> Iterator[tuple[WalkStep, ...]]:
    """Parts that are likely to be enough, the shortest first: the creates of the image in question, its changes, these
    with the latest changes of other images, its reads, the creates with the last dozen steps, all changes."""
    last = steps[-1]
    slot = slot if slot >= 0 else last.slot
    about = {slot, last.slot, last.taken}
    changing = [step for step in steps[:-1] if step.kind in CHANGING]
    latest = changing[-1:]
    recent = [step for step in steps[-13:-1] if step.kind != "create"]
    with_latest = about | {step.slot for step in latest}
    seen: list[tuple[WalkStep, ...]] = []
    for chosen in (
        [step for step in changing if step.kind == "create" and step.slot in about],
        [step for step in changing if step.slot in about],
        [
            step
            for step in changing
            if step.slot in about or step in latest or (step.kind == "create" and step.slot in with_latest)
        ],
        [step for step in changing if step.slot in with_latest],
        [step for step in steps[:-1] if step.slot in about],
        [step for step in steps[:-1] if step.kind == "create" and step.slot in {item.slot for item in recent}] + recent,
        changing,
    ):
        part = (*chosen, last)
        if part not in seen:
            seen.append(part)
            yield part


def _again(plan: Plan, part: Sequence[WalkStep]) -> Walk:
    """Walk a part again, with new ids and names, and delete what it created."""
    walk = Walk(plan.cloud, plan.expect)
    with walk:
        for step in part:
            walk.do(step)
    for image in walk.store.images.values():
        if image.protected:
            plan.cloud.replace(image.id, image.actor, protected=False)
        if plan.cloud.delete(image.id, actor=image.actor).response.status == 204:
            plan.cloud.journal.gone(image.id)
    walk.forget()
    return walk
