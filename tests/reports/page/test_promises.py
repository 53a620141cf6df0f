"""The promises by section, and what was not exercised by its cause."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdicts import recorded

from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.model.verdict import Consequence, Outcome, Verdict
from conformance.reports.page.promises import missing, sections


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


def test_sections_are_the_common_part_and_the_operations_in_the_order_of_the_document(verdict: Verdict) -> None:
    assert [section.name for section in sections(verdict)] == [
        "common",
        "auth.token",
        "image.list",
        "image.create",
        "image.patch",
        "image.download",
        "image.delete",
        "image.show",
        "image.upload",
    ]


def test_a_section_says_how_its_promises_fare(verdict: Verdict) -> None:
    first, second, *_ = verdict.requirements
    one = replace(first, operation=None, outcome=Outcome.FAILED, required=True)
    two = replace(second, operation=None, outcome=Outcome.PASSED)
    (section,) = sections(replace(verdict, requirements=(one, two)))
    assert (section.words.plain("en"), section.kept, section.unkept) == ("kept 1, broken 1", 1, True)
    (kept,) = sections(replace(verdict, requirements=(two,)))
    assert (kept.words.plain("en"), kept.unkept) == ("kept 1", False)


def test_a_promise_leads_to_the_findings_that_break_it_and_to_those_it_follows_from(verdict: Verdict) -> None:
    group = verdict.findings[0]
    other = next(item.id for item in verdict.requirements if item.id != group.requirement)
    cause = replace(group, variants=(), consequences=(Consequence(other, Deviation("missing"), 1),))
    found = {
        promise.result.id: promise.findings
        for section in sections(replace(verdict, findings=(cause,)))
        for promise in section.promises
        if promise.findings
    }
    assert found == {group.requirement: (group.id,), other: (group.id,)}


def test_what_was_not_exercised_stands_by_its_cause_that_of_most_first(verdict: Verdict) -> None:
    rare, common = Phrase.of("no-check"), Phrase.of("no-answer", said="x")
    reasons = (rare, common, Phrase.of("in-case", reason=common, case="a.b"))
    items = tuple(
        replace(item, outcome=Outcome.NOT_EXERCISED, reason=why)
        for item, why in zip(verdict.requirements[:3], reasons, strict=True)
    )
    found = missing(replace(verdict, requirements=items))
    assert [(item.cause.plain("en"), item.promises) for item in found] == [
        ("no answer came: x", (items[1].id, items[2].id)),
        ("no check of this run reached it", (items[0].id,)),
    ]
