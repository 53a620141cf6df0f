"""A deviation is told by names: what was drawn and what a target sent is shown and never compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.phrase import Phrase

WHOLE = Deviation(
    "status",
    operation="image.list",
    status=200,
    place="limit",
    act=Phrase.of("call-with", operation="image.list", name="limit"),
    request=(Part("limit", Class.broken("type", **{"is": "string", "wanted": "integer"})),),
    terms=(("due", (400, 404)), ("carries", Phrase.of("html"))),
    seen=(("got", "x"),),
    path="images[3]",
)


@pytest.mark.parametrize("deviation", [WHOLE, Deviation("missing")])
def test_it_is_read_back_from_plain_data_as_it_was(deviation: Deviation) -> None:
    read = Deviation.from_json(json.loads(json.dumps(deviation.to_json())))
    assert (deviation, deviation.seen, deviation.path) == (read, read.seen, read.path)


def test_what_was_seen_and_the_place_in_the_body_are_no_part_of_its_identity() -> None:
    other = Deviation("missing", place="images.id", seen=(("got", 1),), path="images[7].id")
    same = Deviation("missing", place="images.id", path="images[3].id")
    assert (same, same.key, 1) == (other, other.key, len({same, other}))


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "missing"},
        {"operation": "image.show"},
        {"status": 201},
        {"place": "marker"},
        {"act": Phrase.of("call", operation="image.list")},
        {"request": ()},
        {"terms": ()},
    ],
)
def test_every_name_is_a_part_of_its_identity(other: dict[str, Any]) -> None:
    given = {name: getattr(WHOLE, name) for name in WHOLE.__dataclass_fields__} | other
    assert WHOLE.key != Deviation(**given).key
    assert Deviation(**given) != WHOLE


def test_its_key_leaves_out_what_is_not_given() -> None:
    assert Deviation("missing", place="id").key == '{"kind": "missing", "place": "id"}'


def test_a_copy_with_more_to_show_is_the_same_and_one_with_more_names_is_not() -> None:
    assert WHOLE.showing(due=5) == WHOLE
    assert WHOLE.showing(due=5).seen == (("got", "x"), ("due", 5))
    assert WHOLE.where(member="id") != WHOLE
    assert WHOLE.where(member="id").terms[-1] == ("member", "id")


@pytest.mark.parametrize(
    "data", [{}, {"kind": "missing", "terms": {"a": object()}}, {"kind": "a", "act": {"terms": {}}}]
)
def test_data_that_is_none_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Deviation.from_json(data)
