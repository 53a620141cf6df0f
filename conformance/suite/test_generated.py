"""Requests drawn from the contract (document lines 487-957): what it allows is taken, what it forbids is refused.

The cases share the budget of the run (`--budget`), each its part. The same seed sends the same requests, but for what must be
fresh: names, tags and ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from conformance.cases import Expect, verifies
from conformance.client import Client
from conformance.exploration import Budget
from conformance.generate import Aim, aims
from conformance.partition import Standing
from conformance.trial import Trials

Share = Callable[[float], Budget]
SHRINKS = {Standing.VALID: 16, Standing.BROKEN: 8, Standing.OPEN: 4}
"""Further requests to make a failing one smaller, for each aim and kind of failure."""


def tried(cloud: Client, expect: Expect, budget: Budget, chosen: Iterable[Aim], due: Standing) -> None:
    """Try the aims of one standing in an order that the seed gives, so that a small budget covers others each time."""
    found = [aim for aim in chosen if aim.due is due]
    Random(cloud.seed).shuffle(found)
    Trials(cloud, expect, budget, shrinks=SHRINKS[due]).run(found)


def of(cloud: Client, *operations: str, path: bool = False) -> Iterable[Aim]:
    """The aims of some operations, those of the path apart."""
    return (aim for aim in aims(cloud.contract) if aim.operation in operations and aim.place.startswith("path.") is path)


@verifies("image.create.body.*", "image.create.request")
def test_creates_that_the_contract_allows_are_taken(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.22), of(cloud, "image.create"), Standing.VALID)


@verifies("image.create.body.*", "image.create.request")
def test_creates_that_the_contract_forbids_are_refused(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.18), of(cloud, "image.create"), Standing.BROKEN)


@verifies("image.create.request", "status.server-error")
def test_creates_that_the_contract_leaves_open_break_nothing(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.09), of(cloud, "image.create"), Standing.OPEN)


@verifies("image.patch.stored", "image.patch.body.*")
def test_changes_that_the_contract_allows_are_taken(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.17), of(cloud, "image.patch"), Standing.VALID)


@verifies("image.patch.body.*", "image.patch.request", "image.patch.operation.*")
def test_changes_that_the_contract_forbids_are_refused(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.17), of(cloud, "image.patch"), Standing.BROKEN)


@verifies("image.patch.body.*", "image.patch.request", "status.server-error")
def test_changes_that_the_contract_leaves_open_break_nothing(cloud: Client, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.07), of(cloud, "image.patch"), Standing.OPEN)


@verifies("image.list.query.*", "image.list.response.200")
def test_lists_that_the_contract_forbids_are_refused_and_others_answered(cloud: Client, expect: Expect, share: Share) -> None:
    for due, part in ((Standing.BROKEN, 0.04), (Standing.VALID, 0.02), (Standing.OPEN, 0.02)):
        tried(cloud, expect, share(part), of(cloud, "image.list"), due)


@verifies("image.download.path.image_id", "image.patch.path.image_id", "image.delete.path.image_id")
def test_ids_that_are_none_are_refused(cloud: Client, expect: Expect, share: Share) -> None:
    chosen = list(of(cloud, "image.download", "image.patch", "image.delete", path=True))
    tried(cloud, expect, share(0.04), chosen, Standing.BROKEN)
    tried(cloud, expect, share(0.01), chosen, Standing.OPEN)
