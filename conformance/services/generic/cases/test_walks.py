"""The operations on a resource in any order, against a model of what any resource promises."""

from __future__ import annotations

import pytest

from conformance.model.budget import parse_budget
from conformance.model.contract import Resource
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised
from conformance.run.options import EXPLORING
from conformance.run.session import Session
from conformance.run.walking.plan import WalkBudget
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import judges
from conformance.services.generic.walks.exploration import BUDGETS, explore


@pytest.fixture
def walks(run: Session) -> WalkBudget:
    """What the walks over one kind of resource may spend; less of it where they explore."""
    profile, budget = run.options.profile, run.options.budget
    whole = BUDGETS[profile] if budget is None else BUDGETS[profile].of(*parse_budget(budget))
    return whole.share(EXPLORING) if run.recorder.exploring else whole


@judges(
    "{create}.response.*",
    "{create}.body.*",
    "{create}.request",
    "{show}.response.*",
    "{list}.response.*",
    "{list}.complete",
    "{change}.response.*",
    "{change}.body.*",
    "{change}.request",
    "{change}.stored",
    "{change}.unchanged",
    "{change}.collateral",
    "{remove}.response.*",
    "{remove}.gone",
    "{remove}.collateral",
    parts=("create", "remove"),
    draws=True,
    long=True,
)
def test_a_resource_follows_the_model(
    cloud: GenericClient, expect: Expect, resource: Resource, walks: WalkBudget
) -> None:
    if resource.show is None and resource.list is None:
        raise NotExercised(Phrase.of("nothing-shows", resource=resource.name))
    if cloud.may_create is False:
        raise NotExercised(Phrase.of("nothing-to-walk-with"))
    explore(cloud, expect, resource, walks)
