"""The record of a run: all that was seen and done, frozen, from which the verdict is made and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.spool import numbered
from conformance.model.verdict import Removal, Run

__all__ = ["Attempt", "Provocation", "Record"]


@dataclass(frozen=True, slots=True)
class Provocation:
    """An attempt to have one of the documented codes sent: by which act, and what came."""

    code: int
    operation: str
    act: Phrase
    status: int | None
    exchange: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one case with its parameters.

    `exchanges` are the numbers of its exchanges, `findings` the indices of its findings in the record; `complete` says
    that it got to its end, so that what it did not show was not there; `explores` that its requests depend on the seed
    of the run, so that what only it shows is not what every run asks. `stopped` tells the answer for which it could not
    go on, "" when it ended for no such reason.
    """

    case: str
    exchanges: range
    findings: range
    complete: bool
    explores: bool = False
    stopped: str = ""


@dataclass(frozen=True)
class Record:
    """What a run has seen, secrets taken out.

    `findings` are those of the checks of an exchange and of the cases, in the order in which they were met. `looks`
    maps (requirement, check) to how often the check looked at it. `unjudged` maps a requirement to the cases that were
    to judge it and could not, each with the reason. `attempts` are the cases that ran, in order. `required` are the
    requirements that this run owes; `reasons` say why one was not exercised (words of the errata are text); `notes`
    what limited the run; `suite_fault` that we are at fault; `removal` what is sent before a delete that is refused.
    `started` is False for a run that never came to its cases: then it is not even known whether what answered is the cloud
    that was meant, so nothing that it sent is judged. `taken_back` are findings of the checks of a run that do not stand
    (judge/once.py, judge/lateness.py): requirement, check, and number of the exchange. `out_of_time` says that cleaning
    up ended with its time, before it was seen that nothing is left.
    """

    run: Run
    target: Mapping[str, Any]
    exchanges: Sequence[Exchange] = ()
    findings: Sequence[Finding] = ()
    looks: Mapping[tuple[str, str], int] = field(default_factory=dict)
    provocations: tuple[Provocation, ...] = ()
    unjudged: Mapping[str, Mapping[str, Phrase]] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    required: frozenset[str] = frozenset()
    reasons: Mapping[str, Phrase | str] = field(default_factory=dict)
    notes: tuple[Phrase, ...] = ()
    suite_fault: bool = False
    removal: Removal | None = None
    started: bool = True
    taken_back: frozenset[tuple[str, str, int]] = frozenset()
    out_of_time: bool = False

    def exchange_of(self, finding: Finding) -> Exchange | None:
        """The exchange that shows a finding, read back; None when none does."""
        shown = finding.exchange
        if shown is None or isinstance(shown, Exchange):
            return shown
        return numbered(self.exchanges, shown.number)
