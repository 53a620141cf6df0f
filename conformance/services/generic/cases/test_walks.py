"""The operations on a resource in any order, against a model of what any resource promises."""

from __future__ import annotations

import pytest

from conformance.model.contract import Resource
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised
from conformance.run.session import Session
from conformance.run.walking.plan import WalkBudget, budget_of_walks
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import judges
from conformance.services.generic.walks.exploration import BUDGETS, explore


@pytest.fixture
def walks(run: Session) -> WalkBudget:
    """What the walks over one kind of resource may spend; less of it where they explore."""
    return budget_of_walks(BUDGETS, run.options.profile, run.options.budget, explores=run.recorder.exploring)


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
