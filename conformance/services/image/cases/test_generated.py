"""Requests drawn from the contract (document lines 487-957): what it allows is taken, what it forbids is refused.

The cases share the budget of the run (`--budget`), each its part. Each is run with a seed that never changes, and once
more with the seed of the run. The same seed sends the same requests, but for what must be fresh: names, tags and ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate import Aim
from conformance.generate.exploration import Exploration
from conformance.judge.members import sent_schema
from conformance.model import requirement_id
from conformance.model.budget import Budget
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Standing
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, verifies
from conformance.run.reading import Members, reading
from conformance.run.trial import Trials
from conformance.services.image.arrange import image, now
from conformance.services.image.client import ImageClient
from conformance.services.image.drawn import image_aims, resource
from conformance.services.image.marks import MARKS
from conformance.services.image.selection import fills

Share = Callable[[float], Budget]
SHRINKS = {Standing.VALID: 16, Standing.BROKEN: 8, Standing.LENIENT: 4, Standing.OPEN: 4}
"""Further requests to make a failing one smaller, for each aim and kind of failure."""


def tried(cloud: ImageClient, expect: Expect, budget: Budget, chosen: Iterable[Aim], *dues: Standing) -> None:
    """Try the aims of these standings in an order that the seed gives, so that what explores covers others each time.

    Last come the rules of single members: the cases of create and patch break each of them once, so that they may go.
    """
    found = [aim for aim in chosen if aim.due in dues]
    Random(cloud.seed).shuffle(found)
    operations = {aim.operation for aim in found} if Standing.BROKEN in dues else ()
    alone = {place for operation in operations for place in places_of_members(cloud.contract, operation)}
    found.sort(key=lambda aim: aim.place in alone)
    Trials(cloud, expect, budget, shrinks=max(SHRINKS[due] for due in dues)).run(found, elsewhere=alone)


def places_of_members(contract: Contract, operation: str) -> frozenset[str]:
    """Where a single member stands in a create, and in a change; nowhere in other requests."""
    stem = {resource(contract).create: "", resource(contract).change: "/"}.get(operation)
    members = sent_schema(contract, resource(contract)).get("properties", {}) if stem is not None else ()
    return frozenset(f"{stem}{name}" for name in members)


def of(cloud: ImageClient, *operations: str, path: bool = False) -> Iterable[Aim]:
    """The aims of some operations, those of the id in the path apart."""
    place = f"path.{resource(cloud.contract).parameter}"
    return (aim for aim in image_aims(cloud.contract) if aim.operation in operations and (aim.place == place) is path)


@verifies("image.create.body.*", "image.create.request", draws=True)
def test_creates_that_the_contract_allows_are_taken(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.12), of(cloud, "image.create"), Standing.VALID)


@verifies("image.create.body.*", "image.create.request", draws=True)
def test_creates_that_the_contract_forbids_are_refused(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.12), of(cloud, "image.create"), Standing.BROKEN)


@verifies("image.create.body.*", "image.create.request", "status.server-error", draws=True)
def test_creates_that_the_contract_leaves_open_break_nothing(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.07), of(cloud, "image.create"), Standing.OPEN, Standing.LENIENT)


@verifies("image.patch.stored", "image.patch.body.*", draws=True)
def test_changes_that_the_contract_allows_are_taken(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.1), of(cloud, "image.patch"), Standing.VALID)


@verifies("image.patch.body.*", "image.patch.request", "image.patch.operation.*", draws=True)
def test_changes_that_the_contract_forbids_are_refused(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.11), of(cloud, "image.patch"), Standing.BROKEN)


@verifies("image.patch.body.*", "image.patch.request", "status.server-error", draws=True)
def test_changes_that_the_contract_leaves_open_break_nothing(cloud: ImageClient, expect: Expect, share: Share) -> None:
    tried(cloud, expect, share(0.07), of(cloud, "image.patch"), Standing.OPEN, Standing.LENIENT)


@verifies("image.list.query.*", "image.list.response.200", draws=True)
def test_lists_that_the_contract_forbids_are_refused_and_others_answered(
    cloud: ImageClient, expect: Expect, share: Share
) -> None:
    tried(cloud, expect, share(0.03), of(cloud, "image.list"), Standing.BROKEN)
    tried(cloud, expect, share(0.02), of(cloud, "image.list"), Standing.VALID)
    tried(cloud, expect, share(0.03), of(cloud, "image.list"), Standing.OPEN, Standing.LENIENT)


@verifies("image.download.path.image_id", "image.patch.path.image_id", "image.delete.path.image_id", draws=True)
def test_ids_that_are_none_are_refused(cloud: ImageClient, expect: Expect, share: Share) -> None:
    chosen = list(of(cloud, "image.download", "image.patch", "image.delete", path=True))
    chosen += of(cloud, "image.download", "image.delete")
    tried(cloud, expect, share(0.03), chosen, Standing.BROKEN)
    tried(cloud, expect, share(0.02), chosen, Standing.OPEN, Standing.LENIENT)


SORTED = ("id", "disk_format", "container_format")
"""Keys by which the images of the fixture differ, and none has null."""


def selections() -> SearchStrategy[dict[str, Any]]:
    """Parameters of a list beside the name, any of them together."""
    return st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["queued", "active"]),
            "limit": st.integers(0, 5),
            "sort_key": st.sampled_from(SORTED),
            "sort_dir": st.sampled_from(["asc", "desc"]),
        },
    )


def judged(query: dict[str, Any], rows: Sequence[Members], exchange: Exchange) -> Deviation | None:
    """What is wrong with the answer to a list of the fixture's images, None when nothing is."""
    asked = ", ".join(["name", *sorted(query)])
    status, images = exchange.response.status, reading(exchange).get("images")
    if status != 200 or not isinstance(images, list):
        terms, seen = (("members", asked),), (("status", status),)
        refused = Deviation("allowed-refused", operation="image.list", terms=terms, seen=seen)
        return refused if status < 500 else None
    got = [str(item.get("id")) for item in images if isinstance(item, dict)]
    due = [row for row in rows if query.get("status") in (None, row.get("status"))]
    most = min(query.get("limit", len(due)), len(due))
    if not set(got) <= {str(row.get("id")) for row in due} or not fills(exchange, most):
        return Deviation("other-selection", terms=(("parameters", asked),))
    key = query.get("sort_key")
    if key is None or "sort_dir" not in query:
        return None
    wanted = sorted(due, key=lambda row: str(row.get(key)), reverse=query["sort_dir"] == "desc")
    if got == [str(row.get("id")) for row in wanted][: len(got)]:
        return None
    return Deviation("other-order", terms=(("parameters", asked),))


COMBINED = ("name", "status", "limit", "sort_key", "sort_dir")
"""What is drawn together. The gate has every three of them together in rows that are the same in every run
(test_parameters.py)."""


@verifies(*(requirement_id.query("image.list", name) for name in COMBINED), acceptance=True, draws=True)
def test_parameters_of_a_list_hold_together(cloud: ImageClient, expect: Expect, share: Share) -> None:
    name, part = cloud.name(), 0.03
    formats = (("raw", "ovf"), ("qcow2", "bare"), ("iso", "docker"), ("vmdk", "ova"))
    if share(part).over:
        raise NotApplicable(Phrase.of("budget-used-up"))
    made = [image(cloud, name=name, disk_format=disk, container_format=container) for disk, container in formats]
    cloud.upload(made[0].id, b"active")
    rows = [now(cloud, item.id) for item in made]
    if [row.get("status") for row in rows] != ["active", "queued", "queued", "queued"]:
        raise NotExercised(Phrase.of("not-as-made-for-a-list"))
    image(cloud)

    def send(query: dict[str, Any]) -> tuple[Deviation | None, Exchange]:
        exchange = cloud.list({"name": name, **query})
        return judged(query, rows, exchange), exchange

    budget = share(part)  # what has made the images is not of it
    tries = Exploration(selections(), send, lambda result: result[0], lambda query: repr(query), budget, cloud.seed, 8)
    tries.widen(300)
    for query, (deviation, exchange) in tries.smallest.values():
        last = max(query, default="name")
        if deviation is not None:
            expect(requirement_id.query("image.list", last), False, deviation, exchange)
    if tries.results and not tries.smallest:
        for parameter in COMBINED:
            expect(requirement_id.query("image.list", parameter), True, Deviation("other-selection"))


@verifies(
    "image.create.body.*",
    "image.create.request",
    "image.patch.body.*",
    "image.patch.request",
    "image.list.query.*",
    "image.list.response.200",
    acceptance=True,
    draws=True,
)
def test_what_schemathesis_draws_is_answered_as_documented(
    cloud: ImageClient, expect: Expect, share: Share, description: Mapping[str, Any]
) -> None:
    budget = share(0.07)
    if budget.over:
        raise NotApplicable(Phrase.of("budget-used-up"))
    from conformance.generate.openapi import openapi_aims

    found = openapi_aims(description, cloud.contract, cloud.resource, MARKS)
    Trials(cloud, expect, budget, shrinks=8).run(list(found))
