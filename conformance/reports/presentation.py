"""What every report is made from: the verdict, and what is worked out of it once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conformance.model.verdict import Verdict
from conformance.reports.script import with_commands
from conformance.reports.sentences import message

__all__ = ["Places", "Presentation"]

Places = Mapping[str, Sequence[tuple[str, int]]]
"""Requirement id -> (file, line) in the specs, the place to look at first, the row of the ledger last."""


@dataclass(frozen=True)
class Presentation:
    """A verdict, the language in which a person reads it first, and where in the specs each requirement stands."""

    verdict: Verdict
    language: str = "en"
    places: Places = field(default_factory=dict)

    @cached_property
    def commands(self) -> Mapping[str, str]:
        """Finding id -> curl command or shell script; none for a finding that no single exchange shows."""
        said = {group.id: message(group).plain("en") for group in self.verdict.findings}
        return with_commands(self.verdict, said)
