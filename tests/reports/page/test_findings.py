"""Findings as the page shows them: by weight, each with its evidence in the order of reading, bounded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdicts import hostile_exchange, recorded, states

from conformance.model.deviation import Deviation
from conformance.model.verdict import Consequence, FindingGroup, Place, Variant, Verdict, Weight
from conformance.reports.page.findings import LONGEST_COMMAND, MOST_ON_PAPER, FindingView, finding_groups
from conformance.reports.presentation import Presentation


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


@pytest.fixture
def group(verdict: Verdict) -> FindingGroup:
    return next(item for item in verdict.findings if item.exemplar is not None and item.binding)


def shown(verdict: Verdict, *groups: FindingGroup) -> list[FindingView]:
    found = finding_groups(Presentation(replace(verdict, findings=groups or verdict.findings)))
    return [item for part in found for item in part.findings]


def test_findings_stand_by_weight_and_in_the_order_of_the_verdict(verdict: Verdict) -> None:
    changed = states(verdict)
    parts = finding_groups(Presentation(changed))
    assert [part.weight for part in parts] == [Weight.BINDING, Weight.KNOWN, Weight.WAIVED, Weight.ADVISORY]
    for part in parts:
        assert [item.group.id for item in part.findings] == [
            group.id for group in changed.findings if group.weight is part.weight
        ]


def test_a_finding_that_only_the_seed_met_is_explored(verdict: Verdict, group: FindingGroup) -> None:
    (part,) = finding_groups(Presentation(replace(verdict, findings=(replace(group, binding=False, explored=True),))))
    assert (part.weight, part.head.plain("en")) == (Weight.EXPLORED, "Explored findings")


def test_the_answer_that_shows_it_stands_beside_what_was_due(verdict: Verdict, group: FindingGroup) -> None:
    (item,) = shown(verdict, replace(group, exemplar=hostile_exchange(b'{\n  "a": 1\n}')))
    assert item.came is not None
    assert (item.came.number, item.came.status[:4], item.came.media_type, item.came.body) == (
        7,
        "400 ",
        "application/json",
        '{ "a": 1 }',
    )


def test_the_nearest_request_that_was_answered_rightly_is_looked_up_by_its_number(
    verdict: Verdict, group: FindingGroup
) -> None:
    near = verdict.exchanges[3]
    (item,) = shown(verdict, replace(group, neighbour=near.number))
    assert item.neighbour is not None
    assert item.neighbour.request == f"{near.request.method} {near.request.url}"
    assert shown(verdict, replace(group, neighbour=None))[0].neighbour is None
    assert shown(verdict, replace(group, neighbour=10**9))[0].neighbour is None


def test_variants_are_told_when_there_are_several_and_what_follows_always(
    verdict: Verdict, group: FindingGroup
) -> None:
    def variant(place: str) -> Variant:
        return Variant("a.b", Deviation("missing", place=place), {Place("x", 200): 2}, {})

    follows = Consequence("c.d", Deviation("empty", place="m"), 3)
    (one,) = shown(verdict, replace(group, variants=(variant("p"),), consequences=(follows,)))
    (two,) = shown(verdict, replace(group, variants=(variant("p"), variant("q"))))
    assert one.variants == ()
    assert [(item.requirement, item.text.plain("en"), item.count) for item in one.consequences] == [
        ("c.d", "m is empty", 3)
    ]
    assert [(item.requirement, item.text.plain("en"), item.count) for item in two.variants] == [
        ("a.b", "p is missing", 2),
        ("a.b", "q is missing", 2),
    ]


def test_a_long_command_stands_in_the_script_alone(verdict: Verdict, group: FindingGroup) -> None:
    (short,) = shown(verdict, replace(group, exemplar=hostile_exchange(b"{}")))
    (long,) = shown(verdict, replace(group, exemplar=hostile_exchange(b"k" * LONGEST_COMMAND)))
    assert short.command.startswith("curl -sS -i ")
    assert "\n" not in short.command
    assert (long.command, long.script) == ("", True)


def test_a_finding_that_no_exchange_shows_has_no_command(verdict: Verdict, group: FindingGroup) -> None:
    (item,) = shown(verdict, replace(group, exemplar=None))
    assert (item.came, item.command, item.script, item.request, item.answer) == (None, "", False, None, None)


def test_places_are_bounded_and_other_operations_are_counted(verdict: Verdict, group: FindingGroup) -> None:
    places = {Place(f"o{number}", 400): 1 for number in range(50)} | {Place(group.operation, 400): 1}
    (item,) = shown(verdict, replace(group, places=places))
    assert (len(item.places), item.more_places, item.elsewhere) == (40, 11, 50)


def test_paper_has_the_weightiest_findings_whole_and_headings_of_advice(verdict: Verdict, group: FindingGroup) -> None:
    many = [replace(group, id=f"{number:012x}") for number in range(MOST_ON_PAPER + 2)]
    assert [item.brief for item in shown(verdict, *many)] == [False] * MOST_ON_PAPER + [True] * 2
    assert [item.brief for item in shown(verdict, replace(group, binding=False))] == [True]


def test_what_is_promised_is_said_once(verdict: Verdict, group: FindingGroup) -> None:
    (both,) = shown(verdict, replace(group, deviation=Deviation("status", status=500, terms=(("due", (200,)),))))
    (sentence,) = shown(verdict, replace(group, deviation=Deviation("no-order")))
    assert both.statement is not None
    assert sentence.statement is None
