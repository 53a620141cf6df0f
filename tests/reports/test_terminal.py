"""The verdict in a terminal: findings by weight, both sides of each, and what is copied in one piece."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Verdict
from conformance.reports import Presentation, print_verdict


def shown(verdict: Verdict, language: str = "en", width: int = 80) -> list[str]:
    out = io.StringIO()
    print_verdict(Presentation(verdict, language), Console(file=out, width=width), [Path("out/verdict.json")])
    return out.getvalue().splitlines()


def block(lines: list[str], number: int) -> list[str]:
    """The lines of a finding that counts."""
    start = next(index for index, line in enumerate(lines) if line.startswith(f"{number}. "))
    return lines[start : lines.index("", start)]


def test_the_heaviest_finding_is_the_first(every_kind: Verdict) -> None:
    lines = shown(every_kind)
    titles = [line.partition(":")[0] for line in lines if re.match(r"\d+\. ", line)]
    assert ["1. critical", "2. minor"] == titles


def test_a_finding_has_both_sides_its_line_and_what_shows_it(recorded_verdict: Verdict) -> None:
    group = next(
        group for group in recorded_verdict.findings if group.deviation.kind == "missing" or group.exemplar is not None
    )
    wrong = replace(group, deviation=Deviation("another-success", status=201, seen=(("due", 200),)))
    lines = block(shown(replace(recorded_verdict, findings=(wrong,)), width=200), 1)
    assert ["promise", "due", "came", "document"] == [line.split()[0] for line in lines[1:5]]
    assert [lines[2].split()[1:], lines[3].split()[1:]] == [["200"], ["201"]]
    assert f"   finding   {group.id}" in [line.replace("finding  ", "finding  ") for line in lines]
    assert any(line.startswith("   $ curl ") for line in lines)


def test_what_counts_for_nothing_is_a_line_each(every_kind: Verdict) -> None:
    lines = shown(every_kind, width=400)
    for group in every_kind.findings:
        if not group.binding:
            (line,) = [line for line in lines if line.startswith(f"   {group.id}  ")]
            assert line.startswith(f"   {group.id}  {group.severity}: ")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ids_commands_and_paths_are_whole_in_a_narrow_terminal(every_kind: Verdict, language: str) -> None:
    lines = shown(every_kind, language, width=40)
    presentation = Presentation(every_kind)
    binding: list[FindingGroup] = [group for group in every_kind.findings if group.binding]
    for group in binding:
        request, script = presentation.request(group), presentation.script(group)
        assert f"   $ {request}" in lines
        assert not script or f"   $ sh out/findings/{group.id}.sh" in lines
    for name in {group.requirement for group in every_kind.findings} | {group.id for group in every_kind.findings}:
        assert any(name in line for line in lines), name


def test_of_a_run_that_could_not_start_only_the_reason_is_printed(recorded_verdict: Verdict) -> None:
    note = Phrase.of("could-not-start", said="127.0.0.1:9: connection refused")
    lines = shown(replace(recorded_verdict, findings=(), notes=(note,)))
    assert ["note: the run could not start: 127.0.0.1:9: connection refused", "reports: out/verdict.json"] == lines[:-1]


def test_what_the_baseline_did_not_ask_for_is_said_beside_the_finding(recorded_verdict: Verdict) -> None:
    said = "   The baseline did not ask for this: it is not known to be new."
    first = next(group for group in recorded_verdict.findings if group.binding)
    counts = [
        shown(replace(recorded_verdict, findings=(replace(first, unasked=unasked),))).count(said)
        for unasked in (True, False)
    ]
    assert [1, 0] == counts
