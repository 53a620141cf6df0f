"""Walks over one kind of resource, in any order, against the model of what any resource promises: what was made is shown
and listed, what was changed is changed, what was deleted is gone, and nothing else moves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from conformance.model.contract import Resource, Schema
from conformance.run.cases import Expect
from conformance.run.walking.machine import machine_of
from conformance.run.walking.plan import Plan, WalkBudget
from conformance.run.walking.search import shorten, wander
from conformance.services.generic.arrange import is_a_patch, sent_members
from conformance.services.generic.client import GenericClient
from conformance.services.generic.drawing import drawn, refers
from conformance.services.generic.walks.stride import CHANGING, Naming, Stride
from conformance.services.generic.walks.trek import Trek

__all__ = ["BUDGETS", "explore"]

BUDGETS = {"smoke": WalkBudget(0, 0, 0), "gate": WalkBudget(60), "acceptance": WalkBudget(500, findings=240)}
"""Profile -> budget of the walks over one kind of resource, where no other is given."""
STEPS = 12
"""Turns of a walk."""
FEWEST, MOST = 2, 4
"""Resources of a walk below which one is rather made than deleted, and above which one is rather changed than made."""


class Trekker:
    """Walks at random: after each step that changes anything the resources of the walk are listed, and another one than
    that which was changed is shown."""

    def __init__(self, trek: Trek, plan: Plan, *, first: bool) -> None:
        self.walk = trek
        self._plan = plan
        self._first = first
        self._numbers = 0
        contract, resource = trek.cloud.contract, trek.resource
        operation = contract.operations[resource.change] if resource.change is not None else None
        self._changes: Mapping[str, Schema] = {}
        if operation is not None and not is_a_patch(operation):
            self._changes = _free(sent_members(contract, operation.id, resource))
        self._makes = _free(sent_members(contract, resource.create, resource))
        self._makes.pop(trek.cloud.service.marks.name, None)

    def populate(self, chance: random.Random) -> None:
        """Make what a walk begins with: two, so that a step on one can be seen to reach the other. The first walk goes on
        with what any service has to do right, whatever is drawn: changes one after the other, a delete of what was changed,
        a create and a change after a delete."""
        for _ in range(FEWEST):
            self.create(chance)
        if not self._first or len(self.walk.there) < FEWEST:
            return
        one, other = self.walk.there
        for slot in (one, one, other):
            self._change(slot, chance)
        self._do(Stride("remove", one), chance)
        self._change(other, chance)
        self.create(chance)
        self.walk.do(Stride("show", one))

    def leave(self) -> None:
        """Delete what the walk has made, and see what is left."""
        for slot in list(self.walk.there):
            self.walk.do(Stride("remove", slot))
        self.walk.do(Stride("list"))
        self.walk.forget()

    def create(self, chance: random.Random) -> None:
        """Make a resource, unless there are enough."""
        if len(self.walk.there) >= MOST:
            return self.change(chance)
        self._numbers += 1
        names = [name for name in self._makes if chance.random() < 0.5]
        members = {name: offer.value for name in names if (offer := drawn(name, self._makes[name])) and offer.known}
        self._do(Stride("create", self._numbers, members), chance)
        return None

    def change(self, chance: random.Random) -> None:
        """Change one or two members of a resource; where nothing can be changed, see it."""
        if self.walk.there:
            self._change(chance.choice(list(self.walk.there)), chance)

    def remove(self, chance: random.Random) -> None:
        """Delete a resource, unless there are too few."""
        slots = list(self.walk.there)
        if len(slots) < FEWEST:
            return self.create(chance)
        self._do(Stride("remove", chance.choice(slots)), chance)
        return None

    def see(self, chance: random.Random) -> None:
        """See any resource of the walk, also one that was deleted."""
        slots = [*self.walk.there, *self.walk.removed]
        if slots:
            self.walk.do(Stride("show", chance.choice(slots)))

    def _change(self, slot: int, chance: random.Random) -> None:
        names = list(self._changes)
        chosen = chance.sample(names, min(len(names), chance.choice((1, 1, 2))))
        members = {name: self._value(name, slot, chance) for name in chosen}
        members = {name: value for name, value in members.items() if value is not None}
        if members:
            self._do(Stride("change", slot, members), chance)
        else:
            self.walk.do(Stride("show", slot))

    def _value(self, name: str, slot: int, chance: random.Random) -> Any:
        node = self._changes[name]
        if name == self.walk.cloud.service.marks.name:
            self._numbers += 1
            return Naming(self._numbers)
        if "enum" in node:
            return chance.choice([value for value in node["enum"] if value is not None] or [None])
        offer = drawn(name, node, self.walk.due.get(slot, {}).get(name))
        return offer.value if offer is not None and offer.known else None

    def _do(self, step: Stride, chance: random.Random) -> None:
        self.walk.do(step)
        if self._plan.spent:
            return
        if self.walk.resource.list is not None:
            self.walk.do(Stride("list"))
        others = [slot for slot in self.walk.there if slot != step.slot]
        if others and self.walk.resource.show is not None:
            self.walk.do(Stride("show", chance.choice(others)))


def _free(members: Mapping[str, Schema]) -> dict[str, Schema]:
    """The members that are called by no other resource."""
    return {name: node for name, node in members.items() if not refers(name, node)}


ROTA: tuple[Callable[[Trekker, random.Random], None], ...] = (
    Trekker.change,
    Trekker.change,
    Trekker.remove,
    Trekker.create,
    Trekker.see,
    Trekker.change,
    Trekker.remove,
    Trekker.see,
)


def explore(cloud: GenericClient, expect: Expect, resource: Resource, budget: WalkBudget) -> None:
    """Walk until the budget is spent, then shorten what was found. Raises TargetError when the cloud goes away, and
    NotExercised when nothing can be walked over."""
    known = {item.key for item in cloud.recorder.findings}
    plan = Plan(cloud.recorder, expect, budget, len(cloud.recorder.exchanges))
    walks: list[Trek] = []

    def begun() -> Trekker:
        walks.append(Trek(cloud, expect, resource))
        return Trekker(walks[-1], plan, first=len(walks) == 1 and not cloud.recorder.exploring)

    machine = machine_of(plan, begun, ROTA, (Trekker.change,))
    wander(plan, machine, cloud.random.getrandbits(64), STEPS)
    shorten(plan, known, _guesses, _cost, lambda part: _again(cloud, expect, resource, part))


def _cost(part: Sequence[Stride]) -> int:
    """Requests that a part is expected to take: what it changes is seen, and what it makes is deleted."""
    return sum(1 + (step.kind in CHANGING) + 2 * (step.kind == "create") for step in part)


def _guesses(steps: tuple[Stride, ...], slot: int) -> Iterator[tuple[Stride, ...]]:
    """Parts that are likely to be enough, the shortest first: what was done to the resource in question, that with the
    latest change of another, without and with changes of members, everything that changes something."""
    last = steps[-1]
    about = {slot if slot >= 0 else last.slot, last.slot}
    changing = [step for step in steps[:-1] if step.kind in CHANGING]
    beside = about | {step.slot for step in changing[-1:]}
    seen: list[tuple[Stride, ...]] = []
    for chosen in (
        [step for step in changing if step.kind == "create" and step.slot in about],
        [step for step in changing if step.slot in beside and step.kind != "change"],
        [step for step in changing if step.slot in about],
        [step for step in changing if step.slot in beside],
        changing,
    ):
        part = (*chosen, last)
        if part not in seen:
            seen.append(part)
            yield part


def _again(cloud: GenericClient, expect: Expect, resource: Resource, part: Sequence[Stride]) -> Trek:
    """Walk a part again, with new names, and delete what it made."""
    trek = Trek(cloud, expect, resource)
    with trek:
        for step in part:
            trek.do(step)
    for slot in list(trek.there):
        trek.do(Stride("remove", slot))
    trek.forget()
    return trek
