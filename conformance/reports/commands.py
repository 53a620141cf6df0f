"""The command of each finding: what shows it again in a shell."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.verdict import FindingGroup, Verdict
from conformance.reports.script import with_commands
from conformance.reports.sentences import sentence

__all__ = ["commands", "message"]


def commands(verdict: Verdict) -> Mapping[str, str]:
    """Finding id -> curl command or shell script; none for a finding that no single exchange shows."""
    return with_commands(verdict, {group.id: message(group) for group in verdict.findings})


def message(group: FindingGroup) -> str:
    """What a finding says, in English."""
    text = sentence(group.deviation).plain("en")
    return f"{text} (another class of request fails as well)" if group.borrowed else text
