"""What is due to a draft, and how an answer deviates from it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance.generate import Aim, Draft
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class, Part
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.cases import NotExercised
from conformance.run.draft_judge import DraftJudge, TrialResult, as_sent
from conformance.run.service import Service

OWN = "4d5d0496-d499-4407-a79b-013c4f89200c"
NEGATIVE = Class.broken("below-minimum")


def due(contract: Contract, shown: Any = None) -> DraftJudge:
    """What is due on a cloud that shows this of a resource; None when it cannot show any."""

    def observe(_own: str) -> Any:
        if shown is None:
            raise NotExercised(Phrase.of("cannot-show"))
        return shown

    service = Service(name="image", volatile=frozenset({"updated_at"}))
    cloud: Any = SimpleNamespace(
        contract=contract, resource=contract.resources["image"], service=service, observe=observe
    )
    return DraftJudge(cloud)


def tried(members: dict[str, Any], status: int, answer: Any = None, held: Class = VALID) -> tuple[Aim, TrialResult]:
    """The aim of a create with these members, and its result so far."""
    draft = Draft(json.dumps(members).encode(), members=members)
    request = Request("POST", "http://cloud/v2/images", body=draft.body, operation="image.create", actor="main")
    exchange = Exchange(1, request, Response(status, body=json.dumps(answer).encode()))
    return Aim("image.create", "image.create.body", "min_ram", held, st.just(draft)), TrialResult(draft, exchange)


def found(result: TrialResult) -> tuple[str, Deviation | None]:
    return result.requirement, result.deviation


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (
            201,
            (
                "image.create.body",
                Deviation("forbidden-accepted", operation="image.create", request=(Part("min_ram", NEGATIVE),)),
            ),
        ),
        (400, ("", None)),
        (500, ("", None)),
    ],
)
def test_what_is_forbidden_is_refused(contract: Contract, status: int, wanted: tuple[str, Deviation | None]) -> None:
    assert wanted == found(due(contract).refusal(*tried({"min_ram": -1}, status, held=NEGATIVE)))


@pytest.mark.parametrize(("status", "refused"), [(400, True), (409, True), (401, False), (413, False), (500, False)])
def test_what_is_allowed_is_refused_for_a_limit_or_a_failure_alone(
    contract: Contract, status: int, refused: bool
) -> None:
    deviation = Deviation("allowed-refused", operation="image.create", terms=(("members", "min_ram"),))
    wanted = ("image.create.body.min_ram", deviation) if refused else ("", None)
    assert wanted == found(due(contract).success(*tried({"min_ram": 7}, status), {"min_ram": 7}))


@pytest.mark.parametrize(
    ("answered", "shown", "where"), [(7, 7, None), (8, 7, "answer"), (7, 8, "shown"), (7, None, None)]
)
def test_a_value_is_kept_in_the_answer_and_when_it_is_shown(
    contract: Contract, answered: int, shown: int | None, where: str | None
) -> None:
    observed = None if shown is None else {"id": OWN, "min_ram": shown}
    result = due(contract, observed).success(
        *tried({"min_ram": 7}, 201, {"id": OWN, "min_ram": answered}), {"min_ram": 7}
    )
    deviation = Deviation("not-as-sent", place="min_ram", terms=(("where", where or ""),))
    assert (("image.create.body.min_ram", deviation) if where else ("", None)) == found(result)


def test_what_was_made_and_is_not_there_is_told(contract: Contract) -> None:
    result = due(contract, {}).success(*tried({"min_ram": 7}, 201, {"id": OWN, "min_ram": 7}), {"min_ram": 7})
    assert Deviation("made-and-not-there", operation="image.create") == result.deviation


@pytest.mark.parametrize(("changed", "turned"), [({}, False), ({"updated_at": "now"}, False), ({"min_disk": 2}, True)])
def test_what_was_not_named_stays_as_it_was_but_for_what_changes_by_itself(
    contract: Contract, changed: dict[str, Any], turned: bool
) -> None:
    before = {"id": OWN, "min_ram": 1, "min_disk": 1, "updated_at": "then"}
    after = {**before, "min_ram": 7, **changed}
    result = due(contract, after).success(*tried({"min_ram": 7}, 200, after), {"min_ram": 7}, before)
    deviation = Deviation("turned", place="min_disk", terms=(("when", "another-member"),))
    assert (deviation if turned else None) == result.deviation


def test_another_spelling_means_what_it_is_another_spelling_of(contract: Contract) -> None:
    assert {"disk_format": "raw", "min_ram": 7} == due(contract).meaning({"disk_format": "RAW", "min_ram": 7})


@pytest.mark.parametrize(
    ("wanted", "got", "schema", "alike"),
    [
        (["a", "b"], ["b", "a"], {"uniqueItems": True}, True),
        (["a", "b"], ["b", "a"], {}, False),
        (OWN.upper(), OWN, {"format": "uuid"}, True),
        ("A", "a", {}, False),
        (1, True, {}, False),
        (None, None, {}, True),
    ],
)
def test_a_set_has_no_order_and_a_uuid_no_case(wanted: Any, got: Any, schema: dict[str, Any], alike: bool) -> None:
    assert as_sent(wanted, got, schema) is alike
