"""What to do next and whose it is, and what limits a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from verdicts import recorded, states

from conformance.model.contract import Authority
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Harm, Outcome, Overall, Verdict
from conformance.reports.explanation import limits, next_steps


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


def kept(verdict: Verdict) -> Verdict:
    """The verdict with every promise kept and nothing found."""
    items = tuple(replace(item, outcome=Outcome.PASSED, reason=None) for item in verdict.requirements)
    return replace(verdict, requirements=items, findings=(), notes=(), overall=Overall.CONFORMANT, exit_code=0)


def steps(verdict: Verdict) -> list[tuple[str, str]]:
    return [(step.owner.plain("en"), step.text.plain("en")) for step in next_steps(verdict)]


def said(verdict: Verdict) -> list[str]:
    return [text.plain("en") for text in limits(verdict)]


def binding(verdict: Verdict, authority: Authority) -> FindingGroup:
    return replace(verdict.findings[0], binding=True, waiver=None, known=False, authority=authority)


def test_nothing_is_to_be_done_when_all_is_kept(verdict: Verdict) -> None:
    assert steps(kept(verdict)) == [("Cloud", "Nothing to do: each promise that this run owes was kept.")]


@pytest.mark.parametrize(
    ("authority", "owner", "words"),
    [
        (
            Authority.DOCUMENT,
            "Cloud",
            "Mend what breaks the document, or what no server may do: 1 finding. A waiver excuses what is agreed on (conformance waivers draft).",
        ),
        (
            Authority.RULING,
            "Ruling",
            "Settle with the vendor what rests on a ruling of ours: 1 finding, each with its reason.",
        ),
        (Authority.UPSTREAM, "Cloud", "Mend what OpenStack's API has and --strict asks for: 1 finding."),
    ],
)
def test_a_finding_that_counts_is_the_clouds_or_a_rulings(
    verdict: Verdict, authority: Authority, owner: str, words: str
) -> None:
    assert steps(replace(kept(verdict), findings=(binding(verdict, authority),))) == [(owner, words)]


def test_a_server_error_is_the_clouds_whatever_rules_it_out(verdict: Verdict) -> None:
    failed = replace(binding(verdict, Authority.RULING), harm=Harm.SERVER_ERROR)
    assert ["Cloud"] == [owner for owner, _ in steps(replace(kept(verdict), findings=(failed,)))]


def test_a_fault_of_ours_comes_first(verdict: Verdict) -> None:
    assert steps(replace(verdict, exit_code=4))[0] == (
        "Suite",
        "The suite itself is at fault: report it with verdict.json, and do not rely on this run.",
    )


def test_what_was_not_exercised_is_the_environments_and_counted_by_its_cause(verdict: Verdict) -> None:
    def in_case(name: str) -> Phrase:
        return Phrase.of("in-case", reason=Phrase.of("no-answer", said="an answer"), case=name)

    required = [item for item in verdict.requirements if item.required][:3]
    missing = [
        replace(item, outcome=Outcome.NOT_EXERCISED, reason=why)
        for item, why in zip(
            required, (Phrase.of("no-check"), in_case("list.a_case"), in_case("patch.another_case")), strict=True
        )
    ]
    changed = replace(verdict, findings=(), notes=(), requirements=tuple(missing), overall=Overall.INCONCLUSIVE)
    assert steps(changed) == [
        ("Environment", "Give the run what it lacked (2 promises): no answer came: an answer"),
        ("Environment", "Give the run what it lacked (1 promise): no check of this run reached it"),
    ]
    assert said(changed) == ["Not exercised: 3 of 3 required promises, so the run cannot call the target conformant."]


def test_of_many_causes_the_rest_is_one_step(verdict: Verdict) -> None:
    missing = tuple(
        replace(item, outcome=Outcome.NOT_EXERCISED, reason=f"cause {number}")
        for number, item in enumerate([item for item in verdict.requirements if item.required][:6])
    )
    shown = steps(replace(verdict, findings=(), requirements=missing))
    assert (len(shown), shown[-1]) == (
        5,
        ("Environment", "Look at the promises that were not exercised: 2 more."),
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"leftovers": ("a",)}, "Remove what this run could not delete, 1 resource; the next run tries it again."),
        ({"strict_waivers": True}, "Drop what --strict-waivers fails by: 2 waivers without use or expired."),
    ],
)
def test_what_is_left_to_tidy_is_a_step(verdict: Verdict, change: Mapping[str, object], words: str) -> None:
    changed = replace(kept(verdict), waivers=states(verdict).waivers, run=replace(verdict.run, **change))
    assert ("Environment", words) in steps(changed)


def test_a_run_of_nothing_says_so(verdict: Verdict) -> None:
    nothing = replace(verdict, requirements=(), findings=(), notes=(), overall=Overall.INCONCLUSIVE)
    assert steps(nothing) == [("Environment", "Run it again: nothing that is required was run.")]
    assert said(nothing) == ["Nothing that is required was run, so nothing can be said about the target."]


def test_what_does_not_count_is_a_limit(verdict: Verdict) -> None:
    changed = states(verdict)
    explored = replace(changed.findings[0], id="f" * 12, binding=False, explored=True)
    shown = said(replace(changed, findings=(*changed.findings[:5], explored)))
    assert [text for text in shown if "finding" in text] == [
        "Intermittent, not seen again when tried once more: 1 finding, which count all the same.",
        "Explored by this seed alone and not counted: 1 finding.",
        "Excused by waivers: 1 finding.",
        "Known from the baseline and not counted: 1 finding.",
        "Advisory and not counted: 1 finding.",
    ]


def test_a_conformant_run_says_that_all_was_exercised_after_its_notes(verdict: Verdict) -> None:
    noted = replace(kept(verdict), notes=(Phrase.of("no-answer", said="once"),))
    assert said(noted)[:1] == ["no answer came: once"]
    assert said(noted)[1].startswith("All ")
