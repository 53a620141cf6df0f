"""What a run asked: a finding that it did not meet is gone only where it asked for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.judge.asked import Inquiry, asked_by
from conformance.judge.entries import Entry
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.record import Attempt
from conformance.model.verdict import Verdict

WORD = Class.broken("type", **{"is": "word", "wanted": "integer"})
FRACTION = Class.broken("type", **{"is": "fraction", "wanted": "integer"})
ANY_TYPE = Class.broken("another-type", wanted="integer")
STATE = Class.broken("leads-to-nothing", op="remove")
LIMIT = "image.list.query.limit"
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def asked(*parts: Part, checks: tuple[str, ...] = ("server-error", "generated.lists"), whole: bool = True) -> Inquiry:
    return Inquiry({"image.list": frozenset(parts)}, {LIMIT: frozenset(checks)}, frozenset({7}), whole)


def entry(*request: Part, check: str = "generated.lists", operation: str = "image.list", status: int = 200) -> Entry:
    deviation = Deviation("forbidden-accepted", operation=operation, request=request)
    return Entry(LIMIT, operation, status, check, deviation.key)


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (True, entry(Part("limit", WORD))),
        (False, entry(Part("limit", FRACTION))),
        (False, entry(Part("other", WORD))),
        (False, entry(Part("limit", WORD), Part("limit", FRACTION))),
        (True, entry(Part("limit", ANY_TYPE))),
        (False, entry(Part("other", ANY_TYPE))),
        (False, entry(Part("limit", WORD), operation="image.create")),
        (False, entry(Part("limit", WORD), check="generated.others")),
        (True, entry(Part("limit", STATE))),
        (False, entry(Part("limit", STATE), check="server-error")),
        (True, entry()),
        (True, entry(check="server-error")),
    ],
)
def test_a_finding_was_asked_for_when_each_class_of_its_request_was_sent_and_its_check_looked(
    wanted: bool, known: Entry
) -> None:
    assert wanted is asked(Part("limit", WORD)).covers(known)


def test_a_passive_check_without_a_class_asks_in_a_whole_run_alone() -> None:
    part = asked(Part("limit", WORD), whole=False)
    assert [False, True, True] == [
        part.covers(item)
        for item in (
            entry(check="server-error"),
            entry(Part("limit", WORD), check="server-error"),
            entry(),
        )
    ]


def test_what_a_seed_drew_is_asked_for_by_the_same_seed_alone() -> None:
    known = entry(Part("limit", WORD))
    assert [True, False] == [asked(Part("limit", WORD)).covers(known, seed) for seed in (7, 8)]


def test_what_either_of_two_asked_was_asked() -> None:
    both = asked(Part("limit", WORD), checks=("server-error",)) | asked(Part("limit", FRACTION), whole=False)
    assert both.covers(entry(Part("limit", WORD), Part("limit", FRACTION)))
    assert both.whole


def test_a_verdict_says_what_was_sent_and_which_checks_judged_what(judged: Judged, exchange: Make) -> None:
    look = (Assertion("error.envelope", "envelope"), exchange("image.list", 400))
    drawn = Attempt("drawn.case", range(1, 2), range(0), complete=True, explores=True)
    found = asked_by(judged(look, seed=7, attempts=(drawn,)))
    assert frozenset({"envelope"}) == found.looks["error.envelope"]
    assert (frozenset({7}), True) == (found.seeds, found.whole)
    assert ["image.list"] == [operation for operation in found.classes if operation.startswith("image.")]
    assert frozenset() == asked_by(judged(look, seed=7)).seeds
    smoke = asked_by(judged(look, seed=7, profile="smoke"))
    assert (frozenset(), False) == (smoke.seeds, smoke.whole)
