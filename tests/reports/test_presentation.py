"""What every report is made from: the commands of the findings, worked out once."""

from __future__ import annotations

from dataclasses import replace

from conformance.model.verdict import Verdict
from conformance.reports.presentation import Presentation


def test_every_finding_that_an_exchange_shows_has_a_command(recorded_verdict: Verdict) -> None:
    findings = recorded_verdict.findings
    assert findings
    assert {group.id for group in findings if group.exemplar is not None} == set(
        Presentation(recorded_verdict).commands
    )


def test_a_finding_that_no_exchange_shows_has_none(recorded_verdict: Verdict) -> None:
    alone = replace(recorded_verdict.findings[0], exemplar=None)
    assert {} == Presentation(replace(recorded_verdict, findings=(alone,))).commands


def test_commands_are_made_once(recorded_verdict: Verdict) -> None:
    shown = Presentation(recorded_verdict)
    assert shown.commands is shown.commands
