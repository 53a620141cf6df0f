"""Waivers: findings that a site has decided to live with, each with a reason, an owner and an end.

    waivers:
      - requirement: image.list.query.changes-since     # the exact id
        operation: image.list                           # optional: only there
        status: 400                                     # optional: only answers with this status
        message: 'instead of 200'                       # optional: a regular expression, searched in message and failure
        reason: Glance has no such parameter
        owner: cloud team
        link: https://tickets.example/17                # optional
        expires: 2027-01-31                             # the last day, or `permanent: true`

Rules
- A waiver excuses findings one by one, before they are grouped: a waived 500 hides no other.
- What is waived is shown, and never counts as kept.
- An expired waiver excuses nothing. One that excuses nothing although its promise was judged is unused, and said so.
- Whether it is unused is only said of a run that had all the checks of the promise: a part of them shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract.located import Located, Unparsed, Violation, refuse, violations
from conformance.contract.schemas import schema
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.finding import Finding
from conformance.model.message import DISCOVERY
from conformance.model.verdict import WaiverResult

__all__ = ["DEFAULT", "Waiver", "chosen", "load_waivers", "waiver_result", "waiver_violations"]

DEFAULT = "waivers.yaml"
"""The file that is used without being asked for when it is in the current directory."""
SOON = 14
"""Days before its end from which a waiver is announced to expire."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. `expires` is its last day, None when it is permanent; what is None of the others does not restrict it."""

    requirement: str
    reason: str
    owner: str
    operation: str | None = None
    status: int | None = None
    message: str | None = None
    link: str | None = None
    expires: date | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def excuses(self, finding: Finding, message: str) -> bool:
        """Whether the finding is one of its own. `message` is the finding's, with secrets taken out."""
        return (
            finding.requirement == self.requirement
            and self.operation in {None, finding.operation}
            and self.status in {None, finding.status}
            and (self.message is None or any(re.search(self.message, text) for text in (message, finding.failure)))
        )

    def __str__(self) -> str:
        places = [str(item) for item in (self.operation, self.status, self.message) if item is not None]
        return " ".join([self.requirement, *(["in", *places] if places else [])])


def chosen(given: Path | None) -> Path | None:
    """The file that was given, else waivers.yaml of the current directory when it is there, else None."""
    return given if given is not None or not Path(DEFAULT).is_file() else Path(DEFAULT)


def load_waivers(path: Path, contract: Contract) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises UsageError with file, line and what is wrong."""
    try:
        located = Located.read(path)
    except Unparsed as error:
        raise UsageError(f"{error}; give a file of waivers") from None
    found = waiver_violations(located, contract)
    if found:
        raise refuse(found)
    return tuple(_waiver(item) for item in located.data["waivers"])


def waiver_violations(located: Located, contract: Contract) -> tuple[Violation, ...]:
    """All that is wrong with a file of waivers: against its schema, and what only the contract and the calendar know."""
    found = list(violations(located, schema("waivers")))
    rows = located.data.get("waivers") if isinstance(located.data, dict) else None
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            found += [located.violation(("waivers", number, member), text) for member, text in _wrong(row, contract)]
    return tuple(sorted(found, key=lambda item: (item.line, item.where, item.text)))


def _wrong(row: Mapping[str, Any], contract: Contract) -> Iterable[tuple[str, str]]:
    name, operation, message, expires = (row.get(key) for key in ("requirement", "operation", "message", "expires"))
    if isinstance(name, str) and name:
        requirement = contract.requirements.get(name)
        if requirement is None:
            yield "requirement", f"there is no requirement {name}{_nearest(name, contract.requirements)}"
        elif requirement.excluded is not None:
            yield "requirement", f"{name} is excluded from every run, so there is nothing to waive"
    if isinstance(operation, str) and operation and operation not in {*contract.operations, DISCOVERY, "other"}:
        yield "operation", f"there is no operation {operation}{_nearest(operation, contract.operations)}"
    if isinstance(message, str):
        try:
            re.compile(message)
        except re.error as error:
            yield "message", f"not a regular expression: {error}"
    if isinstance(expires, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", expires):
        try:
            date.fromisoformat(expires)
        except ValueError:
            yield "expires", f"there is no day {expires}"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; the nearest is {near[0]}" if near else "; `conformance requirements` lists them"


def _waiver(row: Mapping[str, Any]) -> Waiver:
    given = {key: value for key, value in row.items() if key != "permanent"}
    return Waiver(**{**given, **({"expires": date.fromisoformat(row["expires"])} if "expires" in row else {})})


def waiver_result(
    waiver: Waiver, findings: Sequence[str], today: date, *, exercised: bool
) -> tuple[WaiverResult, str | None]:
    """What became of a waiver, and the sentence that a person must read about it, or None.

    `findings` are the ids of what it matches; `exercised` says that the run had all that could have shown it to be of use.
    """
    note = None
    if waiver.expired(today):
        state = "expired"
        counts = "its findings count again" if findings else "and nothing needs it: delete it"
        note = f"waiver of {waiver} ({waiver.owner}) expired on {waiver.expires}; {counts}"
    elif findings:
        state = "used"
        if waiver.expires is not None and (left := (waiver.expires - today).days) <= SOON:
            note = f"waiver of {waiver} ({waiver.owner}) expires on {waiver.expires}, in {left} days"
    elif exercised:
        state = "unused"
        note = f"waiver of {waiver} ({waiver.owner}) is unused: the run found nothing that it excuses; delete it"
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
    )
    return result, note
