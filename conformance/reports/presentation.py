"""What every report is made from: the verdict, and what is worked out of it once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conformance.model.verdict import FindingGroup, Harm, Severity, Verdict
from conformance.reports.script import first_command, is_script, with_commands
from conformance.reports.sentences import message

__all__ = ["SCRIPTS", "Places", "Presentation"]

SCRIPTS = "findings"
"""The folder in the directory of a run with a script for each finding, named by the finding's id."""

Places = Mapping[str, Sequence[tuple[str, int]]]
"""Requirement id -> (file, line) in the specs, the place to look at first, the row of the ledger last. Files are those of
`Presentation.specs`."""
_HARMS, _SEVERITIES = tuple(Harm), tuple(Severity)


@dataclass(frozen=True)
class Presentation:
    """A verdict, the language in which a person reads it first, and where in the specs each requirement stands.

    `specs` maps the path of each file of the specs, seen from the folder of the reports, to its content: it is written
    there, so that `places` can be opened. `folder` is that folder seen from where the command was started, with slashes
    and one at its end (`reports/`); empty when it lies elsewhere.
    """

    verdict: Verdict
    language: str = "en"
    places: Places = field(default_factory=dict)
    specs: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = ""

    @cached_property
    def findings(self) -> tuple[FindingGroup, ...]:
        """The findings, those that count first, the heaviest of them first; otherwise as the verdict has them."""
        return tuple(sorted(self.verdict.findings, key=_order))

    @cached_property
    def commands(self) -> Mapping[str, str]:
        """Finding id -> curl command or shell script; none for a finding that no single exchange shows."""
        said = {group.id: message(group).plain("en") for group in self.verdict.findings}
        return with_commands(self.verdict, said)

    def request(self, group: FindingGroup) -> str:
        """The one request that shows it, as a curl command; empty when no single exchange does."""
        return first_command(group.exemplar) if group.exemplar is not None else ""

    def script(self, group: FindingGroup) -> str:
        """The path of the script that makes what the request needs and deletes it again; empty when the request needs
        nothing."""
        return f"{self.folder}{SCRIPTS}/{group.id}.sh" if is_script(self.commands.get(group.id, "")) else ""


def _order(group: FindingGroup) -> tuple[bool, int, int]:
    return not group.binding, _SEVERITIES.index(group.severity), _HARMS.index(group.harm)
