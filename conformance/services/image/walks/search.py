"""Stateful testing: walks over the cloud, in any order, against the model of an image store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.model.errors import TargetError
from conformance.run.cases import Expect
from conformance.run.walking.machine import machine_of
from conformance.run.walking.plan import WalkBudget
from conformance.run.walking.search import shorten, wander
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.acts.walker import Walker
from conformance.services.image.walks.histories import HISTORIES, Episode
from conformance.services.image.walks.machine import FURTHER, ROTA, STEPS
from conformance.services.image.walks.plan import ImagePlan
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
    plan = ImagePlan(cloud.recorder, expect, budget, len(cloud.recorder.exchanges), cloud=cloud, other=other)
    if not cloud.recorder.exploring:
        follow(plan, HISTORIES)

    def begun() -> Walker:
        walk = Walk(cloud, expect)
        walk.changes_since = plan.changes_since
        return Walker(walk, plan)

    wander(plan, machine_of(plan, begun, ROTA, FURTHER), cloud.random.getrandbits(64), STEPS)
    shorten(plan, known, _guesses, _cost, lambda part: _again(plan, part))


def follow(plan: ImagePlan, histories: Sequence[Episode]) -> None:
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


def _cost(part: Sequence[WalkStep]) -> int:
    return len(part) + sum(step.kind == "create" for step in part)


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


def _again(plan: ImagePlan, part: Sequence[WalkStep]) -> Walk:
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
