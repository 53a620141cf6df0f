"""The operations in any order, against a model of an image store (document lines 479-957)."""

from __future__ import annotations

import pytest

from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.session import Session
from conformance.run.walking.plan import budget_of_walks
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.search import BUDGETS, WalkBudget, explore


@pytest.fixture
def walks(run: Session) -> WalkBudget:
    """What the walks of the run may spend; less of it where they explore."""
    return budget_of_walks(BUDGETS, run.options.profile, run.options.budget, explores=run.recorder.exploring)


@verifies(
    "image.create.response.201",
    "image.create.response.201.id",
    "image.create.body.*",
    "image.create.default.*",
    "image.create.single",
    "image.list.response.200",
    "image.list.complete",
    "image.list.query.name",
    "image.list.query.status",
    "image.list.query.limit",
    "image.list.query.sort_key",
    "image.list.query.sort_dir",
    "image.list.query.changes-since",
    "image.patch.response.200",
    "image.patch.stored",
    "image.patch.unchanged",
    "image.patch.atomic",
    "image.patch.updated-at",
    "image.patch.read-only",
    "image.patch.body.value",
    "image.download.precondition.file",
    "image.download.bytes",
    "image.download.size",
    "image.download.checksum",
    "image.download.no-data",
    "image.delete.response.204",
    "image.delete.gone",
    "image.delete.collateral",
    "image.delete.protected",
    "image.delete.path.image_id",
    "image.isolation.*",
    draws=True,
    long=True,
)
def test_the_cloud_follows_the_model(cloud: ImageClient, expect: Expect, walks: WalkBudget) -> None:
    if cloud.shows is False:
        raise NotExercised(Phrase.of("unobservable", operation="image.show"))
    if cloud.may_create is False:
        raise NotExercised(Phrase.of("nothing-to-walk-with"))
    others = cloud.target.actors.get("other")
    explore(cloud, expect, walks, other=others is not None and not others.admin)
