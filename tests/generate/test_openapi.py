"""Requests that schemathesis draws: which operations they are for, what marks them, and what is in none of them."""

from __future__ import annotations

import json

import pytest
from draws import examples

from conformance.contract.specs import default_directory, load_contract, load_effective
from conformance.generate import ANY, NAME, TAG, Aim
from conformance.generate.openapi import openapi_aims
from conformance.model.equivalence import Standing
from conformance.services.image.drawn import resource
from conformance.services.image.marks import MARKS

CONTRACT = load_contract()
AIMS = tuple(openapi_aims(load_effective(default_directory())["image"], CONTRACT, resource(CONTRACT), MARKS))


def test_what_creates_changes_and_lists_is_drawn_to_keep_the_schema_and_to_break_it() -> None:
    assert ["image.create", "image.create", "image.patch", "image.patch", "image.list", "image.list"] == [
        aim.operation for aim in AIMS
    ]
    assert {(ANY, Standing.OPEN)} == {(aim.place, aim.due) for aim in AIMS}
    assert {aim.requirement for aim in AIMS} <= set(CONTRACT.requirements)


@pytest.mark.parametrize("aim", [pytest.param(aim, id=aim.name) for aim in AIMS if aim.operation == "image.create"])
def test_a_create_that_names_itself_is_ours(aim: Aim) -> None:
    bodies = [json.loads(draft.body) for draft in examples(aim.drafts, 25) if draft.body.startswith(b"{")]
    ours = [body for body in bodies if body.get("name") == NAME or TAG in (body.get("tags") or ())]
    others = [body for body in bodies if body not in ours]
    assert ours
    assert all("tags" in body and "name" in body for body in others), "only a name and tags that are tried have no mark"


@pytest.mark.parametrize("aim", [pytest.param(aim, id=aim.name) for aim in AIMS])
def test_nothing_is_drawn_that_would_give_a_resource_away(aim: Aim) -> None:
    bodies = [draft.body.lower() for draft in examples(aim.drafts, 25)]
    words = (b"public", b"community", b"/owner", b'"owner"', b"/visibility")
    assert [body for body in bodies if any(word in body for word in words)] == []
