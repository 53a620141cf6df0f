"""Waivers: findings that a site has decided to live with, each with a reason, an owner and an end.

Rules
- A waiver excuses findings one by one, before they are grouped: a waived 500 hides no other.
- What is waived is shown, and never counts as kept.
- An expired waiver excuses nothing. One that excuses nothing although its promise was judged is unused, and said so.
- Whether it is unused is only said of a run that had all the checks of the promise: a part of them shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conformance.model.finding import Finding
from conformance.model.phrase import Phrase
from conformance.model.verdict import WaiverResult

__all__ = ["Waiver", "waiver_result"]

SOON = 14
"""Days before its end from which a waiver is announced to expire."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. `expires` is its last day, None when it is permanent; what is None of the others does not restrict
    it.

    `finding` are the ids of the findings that it excuses, or of causes with all their findings: of those alone, and of
    whatever promise they are, for one cause may break several. Without ids it excuses findings of its requirement.
    """

    requirement: str
    reason: str
    owner: str
    finding: tuple[str, ...] = ()
    operation: str | None = None
    status: int | None = None
    message: str | None = None
    link: str | None = None
    expires: date | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def may_excuse(self, finding: Finding, cause: str) -> bool:
        """Whether it names the finding or the id of its cause, or without names has its requirement."""
        if self.finding:
            return not {finding.id, cause}.isdisjoint(self.finding)
        return finding.requirement == self.requirement

    def excuses(self, finding: Finding, cause: str, sentence: str) -> bool:
        """Whether the finding is one of its own. `cause` is the id of its cause, `sentence` what the reports say of it,
        in English."""
        return (
            self.may_excuse(finding, cause)
            and self.operation in {None, finding.operation}
            and self.status in {None, finding.status}
            and (self.message is None or re.search(self.message, sentence) is not None)
        )

    def __str__(self) -> str:
        places = [str(item) for item in (self.operation, self.status, self.message) if item is not None]
        places += list(self.finding)
        return " ".join([self.requirement, *(["in", *places] if places else [])])


def waiver_result(
    waiver: Waiver, findings: Sequence[str], today: date, *, exercised: bool
) -> tuple[WaiverResult, Phrase | None]:
    """What became of a waiver, and what a person must be told about it, or None.

    `findings` are the ids of what it matches; `exercised` says that the run had all that could have shown it to be of
    use.
    """
    note = None
    if waiver.expired(today):
        state = "expired"
        kind = "waiver-expired" if findings else "waiver-expired-and-needless"
        note = Phrase.of(kind, waiver=str(waiver), owner=waiver.owner, day=str(waiver.expires))
    elif findings:
        state = "used"
        if waiver.expires is not None and (left := (waiver.expires - today).days) <= SOON:
            note = Phrase.of(
                "waiver-expires", waiver=str(waiver), owner=waiver.owner, day=str(waiver.expires), days=left
            )
    elif exercised:
        state = "unused"
        note = Phrase.of("waiver-unused", waiver=str(waiver), owner=waiver.owner)
    else:
        state = "not exercised"
    result = WaiverResult(
        requirement=waiver.requirement,
        reason=waiver.reason,
        owner=waiver.owner,
        state=state,
        operation=waiver.operation,
        status=waiver.status,
        message=waiver.message,
        link=waiver.link,
        expires=waiver.expires.isoformat() if waiver.expires is not None else None,
        findings=tuple(findings) if state == "used" else (),
        named=waiver.finding,
    )
    return result, note
