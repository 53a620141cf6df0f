"""Requests that are drawn from the schemas of any contract, and tried until a budget is used up.

Rules
- A drawn value breaks one rule at one place, and which one is known; or it is a text that a member may hold.
- Each class is tried once before any is tried again; what is `due`, whatever that costs. What fails is made smaller, and
  told once for each kind of failure.
- What a rule of a schema does not decide is sent for the checks that hold for any answer, and judged by no other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.contract.producers import inner_of
from conformance.generate.exploration import Exploration, simplest
from conformance.generate.values import broken_values
from conformance.model import requirement_id
from conformance.model.budget import Budget
from conformance.model.contract import Contract, Operation, Schema
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class
from conformance.model.message import Exchange
from conformance.run.cases import Expect, NotExercised
from conformance.services.generic.arrange import body_requirement
from conformance.services.generic.client import GenericClient

__all__ = ["DrawnAnswer", "DrawnClass", "broken_members", "forgotten", "plain_texts", "tried"]

DrawnAnswer = tuple[Deviation | None, Exchange]
"""What is wrong with an answer, None for nothing; and the exchange."""

ROUNDS = (1, 2, 4, 10, 30)
"""Values that each class is to have tried after each round; a round ends when the budget does."""
SHRINKS = 8
"""Further requests to make a failing one smaller, for each class and kind of failure."""
DEEPEST = 3
"""Levels of objects in a body in which values are drawn."""
LETTERS = "<>&'\"\\/%+=?#;:{}[]()~*@|^$`!.,_-镜像名称éßabcXYZ0189"
"""Of what texts are drawn: signs that mean something in HTML, SQL, JSON, URLs, shells and patterns, and letters."""


@dataclass(frozen=True, slots=True)
class DrawnClass:
    """Values of one class at one place of a request, and what an answer that is not due to them breaks. `put` makes of a
    value the member of the body that is sent; the class is None for what the contract leaves open. What is `due` no other
    case sends."""

    place: str
    held: Class | None
    requirement: str
    values: SearchStrategy[Any]
    put: Callable[[Any], Any] = lambda value: value
    due: bool = False

    @property
    def name(self) -> str:
        """Place and class in one line, the same in every run."""
        terms = " ".join(f"{name}={value}" for name, value in self.held.terms) if self.held is not None else ""
        return f"{self.place} {self.held.rule if self.held is not None else ''} {terms}"


def broken_members(contract: Contract, operation: Operation, known: Mapping[str, Any]) -> Iterator[DrawnClass]:
    """For each member of a body, of objects in it too, and each rule of it the values that break just that one. `known` are
    members that are taken; those of an object are the others beside the one that is drawn."""
    _, schema = inner_of(operation.request_schema)
    for name, node in schema.get("properties", {}).items():
        yield from _broken(contract, operation, name, node, known.get(name), lambda value: value, 1)


def _broken(
    contract: Contract,
    operation: Operation,
    place: str,
    node: Schema,
    known: Any,
    put: Callable[[Any], Any],
    depth: int,
) -> Iterator[DrawnClass]:
    top = place.partition(".")[0]
    named = requirement_id.body(operation.id, place)
    requirement = named if named in contract.requirements else body_requirement(contract, operation.id, top)
    for held, values in broken_values(node, nullable=True):  # who sends null may mean: as if it were not sent
        yield DrawnClass(place, held, requirement, values, put, due=depth > 1)
    inner = node.get("properties", {})
    if depth >= DEEPEST or not inner:
        return
    if not isinstance(known, Mapping):
        return  # nothing is known that is taken beside it
    beside = known
    for name, below in inner.items():
        yield from _broken(
            contract,
            operation,
            f"{place}.{name}",
            below,
            beside.get(name),
            lambda value, name=name: put({**beside, name: value}),  # type: ignore[misc]
            depth + 1,
        )


def plain_texts(node: Schema, most: int) -> SearchStrategy[str]:
    """Texts that a schema of strings allows, no longer than so many characters, without blanks."""
    least = min(max(node.get("minLength", 1), 1), most)  # what stands before it counts, too
    drawn = st.text(st.sampled_from(LETTERS), min_size=least, max_size=most)
    return st.one_of(st.just(LETTERS[:most]), drawn) if len(LETTERS) >= least else drawn


def tried(
    cloud: GenericClient,
    expect: Expect,
    budget: Budget,
    rows: Iterable[DrawnClass],
    send: Callable[[DrawnClass, Any], DrawnAnswer | None],
) -> None:
    """Try each class once, then with more values until the budget is used up; then judge. `send` gives None for an answer
    that says nothing of what was asked. Raises NotExercised when nothing could be tried."""
    rows = list(rows)
    Random(cloud.seed).shuffle(rows)
    obstacles: list[NotExercised] = []

    def attempt(row: DrawnClass, value: Any) -> DrawnAnswer | None:
        try:
            return send(row, value)
        except NotExercised as obstacle:
            obstacles.append(obstacle)
            return None

    tries = [(row, _exploration(cloud, row, budget, attempt)) for row in rows]
    firsts = [None] * len(rows) if cloud.explores else simplest([row.values for row in rows])
    for examples in ROUNDS:
        for (row, exploration), first in zip(tries, firsts, strict=True):
            due = row.due and examples == 1 and not cloud.explores
            if budget.late if due else budget.over:
                continue
            if examples == 1 and first is not None:
                exploration.begin(*first, due=due)
            else:
                exploration.widen(examples, due=due)
    judged = 0
    for row, exploration in tries:
        seen = [result for result in exploration.results if result is not None]
        judged += len(seen)
        for _, failed in exploration.smallest.values():
            if failed is not None and failed[0] is not None:
                expect(row.requirement, False, failed[0], failed[1])
        if seen and not exploration.smallest and row.held is not None:
            expect.kept(row.requirement, seen[-1][1])
    if obstacles and not judged:
        raise obstacles[-1]


def _exploration(
    cloud: GenericClient, row: DrawnClass, budget: Budget, attempt: Callable[[DrawnClass, Any], DrawnAnswer | None]
) -> Exploration[Any, DrawnAnswer | None, Deviation]:
    drawn = int.from_bytes(sha256(f"{cloud.seed}:{row.name}".encode()).digest()[:4], "big")
    return Exploration(
        row.values,
        lambda value: attempt(row, value),
        lambda result: result[0] if result is not None else None,
        repr,
        budget,
        drawn,
        SHRINKS,
        simplest=not cloud.explores,
    )


@contextlib.contextmanager
def forgotten(cloud: GenericClient) -> Iterator[None]:
    """What is made meanwhile is deleted soon, so that a project holds few resources of ours."""
    before = set(cloud.journal.ids)
    try:
        yield
    finally:
        for own in set(cloud.journal.ids) - before:
            cloud.discard(own)
