"""A draft of waivers: an entry for each cause that counts, refused until it is filled in, and then excusing just these."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from verdicts import hostile, recorded

from conformance.contract.located import Located
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import UsageError
from conformance.model.verdict import Place, Variant, Verdict, Weight
from conformance.reports.waivers_draft import chosen, draft
from conformance.run.waivers_file import load_waivers, waiver_violations


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(Path(tmp_path_factory.mktemp("run")))


def filled(text: str) -> str:
    for name, value in (("reason", "agreed"), ("owner", "cloud team"), ("expires", "2099-01-31")):
        text = "\n".join(
            f"    {name}: {value}" if line.startswith(f"    {name}:") else line for line in text.split("\n")
        )
    return text


def test_each_cause_that_counts_has_one_entry(verdict: Verdict) -> None:
    groups = chosen(verdict)
    assert groups
    assert {group.weight for group in groups} == {Weight.BINDING}
    assert draft(groups, verdict).count("  - requirement:") == len(groups)


def test_with_all_the_others_are_there_as_well(verdict: Verdict) -> None:
    excused = replace(verdict, findings=(replace(verdict.findings[0], binding=False, waiver="agreed"),))
    assert chosen(excused) == ()
    assert chosen(excused, everything=True) == excused.findings


def test_an_unedited_draft_is_refused_in_one_line_that_names_what_to_fill_in(
    verdict: Verdict, contract: Contract, tmp_path: Path
) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(draft(chosen(verdict)[:2], verdict), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_waivers(path, contract)
    assert "waivers[0]: fill in reason, owner and expires (or put `permanent: true` in place of expires)" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)
    assert len(waiver_violations(Located.read(path), contract)) == 2


def test_a_draft_that_is_filled_in_names_the_findings_of_its_causes(
    verdict: Verdict, contract: Contract, tmp_path: Path
) -> None:
    path = tmp_path / "waivers.yaml"
    groups = chosen(verdict)
    path.write_text(filled(draft(groups, verdict)), encoding="utf-8")
    read = load_waivers(path, contract)
    assert [item.finding for item in read] == [tuple(variant.id for variant in group.variants) for group in groups]
    assert [item.requirement for item in read] == [group.requirement for group in groups]


def test_operation_and_status_are_named_where_all_findings_have_the_same(verdict: Verdict) -> None:
    group = verdict.findings[0]
    variant = replace(group.variants[0], places={Place("image.list", 400): 2})
    one = draft([replace(group, variants=(variant,))], verdict)
    assert "    operation: image.list\n    status: 400\n" in one
    other = replace(variant, places={Place("image.list", 404): 1})
    both = draft([replace(group, variants=(variant, other))], verdict)
    assert "    operation: image.list\n    finding" in both
    nowhere = replace(variant, places={Place("image.list"): 1})
    assert "status:" not in draft([replace(group, variants=(nowhere,))], verdict)


def test_a_cause_of_several_findings_names_each_once(verdict: Verdict) -> None:
    group = verdict.findings[0]
    variants = tuple(
        Variant("image.create.request", Deviation(kind), {Place("image.create", 400): 1}, {})
        for kind in ("made-by-a-refused-request", "made-by-one-request")
    )
    text = draft([replace(group, variants=(*variants, variants[0]))], verdict)
    assert f"    finding:\n      - {variants[0].id}\n      - {variants[1].id}\n    reason:" in text


def test_what_a_target_sent_stays_in_its_comment(verdict: Verdict, contract: Contract, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    shown = hostile(verdict)
    text = draft([replace(group, requirement="error.envelope") for group in shown.findings[:1]], shown)
    path.write_text(text.replace("  # ", "  # \n  # ", 1), encoding="utf-8")
    data = Located.read(path).data
    assert [sorted(item) for item in data["waivers"]] == [sorted({*data["waivers"][0]})]
    assert {*data["waivers"][0]} <= {"requirement", "operation", "status", "finding", "reason", "owner", "expires"}
