"""Generated requests are in the class that they are drawn for, by the partition and by the schema itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from draws import examples

from conformance.contract.specs import load_contract
from conformance.generate import NAME, TAG, Aim, Draft
from conformance.generate.values import one_of_each
from conformance.judge.members import FURTHER, member_schema
from conformance.judge.partition import parts
from conformance.judge.rules import rule_of, wrong_type
from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.jsonvalue import valid
from conformance.model.marks import tag_of
from conformance.model.message import Headers, Request
from conformance.reports.sentences.classes import CLASSES
from conformance.services.image.drawn import image_aims
from conformance.services.image.marks import MARKS

CONTRACT = load_contract()
AIMS = image_aims(CONTRACT)


def made(aim: Aim, draft: Draft) -> Request:
    """The request that a draft becomes, marks and all."""
    operation = CONTRACT.operations[aim.operation]
    fields = {
        "X-Auth-Token": "t",
        **({"Content-Type": operation.request_media_type} if draft.body or operation.request_media_type else {}),
    }
    fields = {name: value for name, value in {**fields, **draft.headers}.items() if value is not None}
    path = operation.path.replace("{image_id}", draft.path) + (f"?{draft.query}" if draft.query else "")
    return Request(operation.method, f"http://cloud{path}", Headers.of(fields), draft.body, operation.id, "main")


def found(aim: Aim, draft: Draft) -> tuple[Part, ...]:
    return parts(made(aim, draft), CONTRACT)


def named(chosen: list[Aim]) -> list[Any]:
    return [pytest.param(aim, id=f"{number}-{aim.name}") for number, aim in enumerate(chosen)]


@pytest.mark.parametrize("aim", named([aim for aim in AIMS if aim.due is Standing.BROKEN and not aim.by_state]))
def test_a_broken_request_breaks_exactly_the_rule_that_it_is_drawn_for(aim: Aim) -> None:
    for draft in examples(aim.drafts):
        broken = {part for part in found(aim, draft) if part.standing is Standing.BROKEN}
        assert set(aim.request) == broken, draft


@pytest.mark.parametrize("aim", named([aim for aim in AIMS if aim.due is Standing.VALID]))
def test_a_valid_request_breaks_no_rule_and_leaves_none_open(aim: Aim) -> None:
    for draft in examples(aim.drafts, 40):
        odd = {part for part in found(aim, draft) if part.standing is not Standing.VALID}
        assert odd <= (set(aim.request) if aim.may_refuse else set()), draft


@pytest.mark.parametrize("aim", named([aim for aim in AIMS if aim.due is Standing.LENIENT]))
def test_another_spelling_is_of_its_class_and_breaks_no_rule(aim: Aim) -> None:
    for draft in examples(aim.drafts):
        odd = {part for part in found(aim, draft) if part.standing in {Standing.BROKEN, Standing.LENIENT}}
        assert set(aim.request) == odd, draft


@pytest.mark.parametrize("aim", named([aim for aim in AIMS if aim.due is Standing.OPEN]))
def test_an_open_request_breaks_no_rule(aim: Aim) -> None:
    for draft in examples(aim.drafts):
        assert [part for part in found(aim, draft) if part.standing is Standing.BROKEN] == [], draft


def test_the_schema_refuses_what_is_broken_and_takes_what_is_valid() -> None:
    schema = CONTRACT.operations["image.create"].request_schema or {}
    judged = 0
    for aim in AIMS:
        if (
            aim.operation != "image.create"
            or aim.due in {Standing.OPEN, Standing.LENIENT}
            or aim.place == "body"
            or aim.held.rule == "more-than"
        ):
            continue
        for draft in examples(aim.drafts, 5, 1):
            judged += 1
            assert (aim.due is Standing.VALID) is valid(schema, json.loads(draft.body)), (aim.name, draft)
    assert judged > 300


def test_the_values_of_a_patch_know_the_schema_of_their_member() -> None:
    for aim in AIMS:
        if (
            aim.operation != "image.patch"
            or aim.due in {Standing.OPEN, Standing.LENIENT}
            or not aim.place.startswith("/")
        ):
            continue
        member = aim.place[1:]
        name = "conformance_p" if member == FURTHER else member
        schema = member_schema(CONTRACT, CONTRACT.resources["image"], name)
        for draft in examples(aim.drafts, 5, 2):
            assert schema is not None
            assert (aim.due is Standing.VALID) is valid(schema, json.loads(draft.body)[-1]["value"]), (aim.name, draft)


def test_every_member_and_parameter_has_an_aim_of_each_standing_that_its_schema_allows() -> None:
    create = CONTRACT.operations["image.create"].request_schema or {}
    for due in (Standing.VALID, Standing.BROKEN):
        assert set(create["properties"]) <= {
            aim.place for aim in AIMS if aim.operation == "image.create" and aim.due is due
        }
        patched = {f"/{name}" for name in create["properties"] if name != "id"}
        assert patched <= {aim.place for aim in AIMS if aim.operation == "image.patch" and aim.due is due}
    assert {"limit", "sort_key", "sort_dir", "changes-since"} <= {
        aim.place for aim in AIMS if aim.operation == "image.list" and aim.due is Standing.BROKEN
    }


def test_every_aim_judges_a_requirement_of_the_contract(contract: Contract) -> None:
    assert set() == {aim.requirement for aim in AIMS} - set(contract.requirements)


def test_no_request_makes_an_image_public_or_gives_it_away() -> None:
    for aim in AIMS:
        for draft in examples(aim.drafts, 15, 3):
            text = draft.body.decode("utf-8", "replace").lower()
            assert not [word for word in MARKS.never_sent["visibility"] if word in text], aim.name
            assert "/owner" not in text, aim.name
            assert '"owner"' not in text, aim.name


def test_marks_are_as_long_as_what_replaces_them() -> None:
    assert len(TAG) == len(tag_of("0123abcd"))
    assert len(NAME) == 40


def test_the_same_seed_draws_the_same_and_another_draws_others() -> None:
    aim = next(aim for aim in AIMS if aim.place == "members together")
    assert examples(aim.drafts, 20, 7) == examples(aim.drafts, 20, 7)
    assert examples(aim.drafts, 20, 7) != examples(aim.drafts, 20, 8)


def test_valid_creates_combine_every_member_and_reach_the_boundaries() -> None:
    aim = next(aim for aim in AIMS if aim.operation == "image.create" and aim.place == "members together")
    bodies = [json.loads(draft.body) for draft in examples(aim.drafts, 200)]
    create = CONTRACT.operations["image.create"].request_schema or {}
    assert set(create["properties"]) <= {name for body in bodies for name in body}
    assert {0, 2147483647} <= {body.get("min_ram") for body in bodies}
    assert any(ord(char) > 0x3000 for body in bodies for char in body["name"])
    assert all(len(body["name"]) <= 255 for body in bodies)


def test_each_rule_that_a_value_can_break_is_broken_once(contract: Contract) -> None:
    properties = (contract.operations["image.create"].request_schema or {})["properties"]
    for name, node in properties.items():
        found = one_of_each(node)
        assert list(found) == [rule_of(node, value) for value in found.values()], name
        assert {held.standing for held in found} == {Standing.BROKEN}, name
        assert found == one_of_each(node)
    assert one_of_each(properties["min_ram"])[wrong_type("numeric string", "integer")] == "7"
    assert one_of_each(properties["min_ram"])[Class.broken("far-above-maximum")] == 2**63
    assert len(one_of_each(properties["tags"])[Class.broken("more-items-than", most=128)]) == 129
    assert wrong_type("null", "string") not in one_of_each({"type": "string"}, nullable=True)


def test_no_two_aims_of_an_operation_with_one_name_are_of_different_classes() -> None:
    named: dict[str, Aim] = {}
    for aim in AIMS:
        first = named.setdefault(aim.name, aim)
        assert (first.operation, first.request, first.due) == (aim.operation, aim.request, aim.due)


def test_the_name_of_an_aim_is_made_of_its_place_and_its_class() -> None:
    assert "image.create tags item longer-than most=255" in {aim.name for aim in AIMS}


def test_every_class_that_is_drawn_for_has_its_words() -> None:
    assert {aim.held.rule for aim in AIMS} - set(CLASSES) == set()
