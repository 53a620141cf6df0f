"""The baseline: the findings that are known, so that a pipeline fails only on new ones.

    {
     "baseline": "1.0",
     "contract": {"name": "easystack-6.0.2", "sha256": "..."},
     "findings": [
      {"requirement": "error.envelope", "operation": "image.create", "status": 400, "check": "envelope", "failure": "HTML"}
     ]
    }

Rules
- A finding is known at its place: the same failure of another operation, or with another status, is a new one.
- An identity is requirement, operation, status, check and failure, with values that change from run to run taken out.
- The file is sorted, with a line for each finding, so that a change of it can be read as a diff.
- A baseline of another contract is refused: its findings are about other promises.
- Only what failed the run is written to it. A waived finding is not: it has an end, and must count when that is over.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from conformance.contract.located import Located, Unparsed, Violation, refuse, violations
from conformance.contract.schemas import schema
from conformance.model.errors import UsageError
from conformance.model.finding import Finding
from conformance.model.verdict import FindingGroup, Outcome, Verdict

__all__ = [
    "Baseline",
    "Entry",
    "baseline_violations",
    "entries_of",
    "found_in",
    "load_baseline",
    "normalised",
    "of_run",
    "still_there",
    "write_baseline",
]

VERSION = "1.0"
_VARIES = (
    (re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "<id>"),
    (re.compile(r"conformance-[0-9a-f]{8}(-[\w-]*)?"), "<name>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?"), "<time>"),
    (re.compile(r"\b(req-)?[0-9a-f]{12,}\b"), "<id>"),
    (re.compile(r"(?<![\w.])-?\d{4,}(\.\d+)?(?![\w.])"), "<n>"),
)
"""What differs between runs of the same seed or of another: ids, names, times, long numbers. Statuses and small counts stay."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A known finding at one place. `status` is -1 in here when no single answer shows it, null in the file."""

    requirement: str
    operation: str
    status: int
    check: str
    failure: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings about one contract, and the file that they are of."""

    path: Path
    contract: str
    sha256: str
    entries: frozenset[Entry]

    def holds(self, finding: Finding) -> bool:
        """Whether the finding is known."""
        return (
            _entry(finding.requirement, finding.operation, finding.status, finding.check, finding.failure)
            in self.entries
        )


def normalised(failure: str) -> str:
    """The failure without what differs from run to run."""
    for pattern, word in _VARIES:
        failure = pattern.sub(word, failure)
    return failure


def _entry(requirement: str, operation: str, status: int | None, check: str, failure: str) -> Entry:
    return Entry(requirement, operation, -1 if status is None else status, check, normalised(failure))


# --- the file -------------------------------------------------------------------------------------------------------


def load_baseline(path: Path, contract: Mapping[str, str]) -> Baseline:
    """The baseline of a file; `contract` has the name and sha256 of the contract in use.

    Raises UsageError with file, line and what is wrong, and for the baseline of another contract.
    """
    try:
        located = Located.read(path)
    except Unparsed as error:
        raise UsageError(f"{error}; `conformance baseline update RUN_DIR --baseline {path}` writes one") from None
    found = baseline_violations(located)
    if found:
        raise refuse(found)
    data = located.data
    if data["contract"] != {key: contract[key] for key in ("name", "sha256")}:
        line = located.line(("contract",))
        raise UsageError(
            f"{path}:{line}: a baseline of the contract {_named(data['contract'])}, in use is {_named(contract)}; "
            f"write a new one with `conformance baseline update --anew`"
        )
    return Baseline(
        path, data["contract"]["name"], data["contract"]["sha256"], frozenset(_read(item) for item in data["findings"])
    )


def baseline_violations(located: Located) -> tuple[Violation, ...]:
    """All that is wrong with a baseline file: against its schema, and findings that are there twice."""
    found = list(violations(located, schema("baseline")))
    if found:
        return tuple(found)
    seen: set[Entry] = set()
    for number, item in enumerate(located.data["findings"]):
        entry = _read(item)
        if entry in seen:
            found.append(located.violation(("findings", number), "the same finding is there twice"))
        seen.add(entry)
    return tuple(found)


def _read(item: Mapping[str, str | int | None]) -> Entry:
    status = item["status"]
    requirement, operation, check, failure = (
        str(item[name]) for name in ("requirement", "operation", "check", "failure")
    )
    return Entry(requirement, operation, -1 if status is None else int(status), check, failure)


def _named(contract: Mapping[str, str]) -> str:
    return f"{contract['name']} ({contract['sha256'][:12]})"


def write_baseline(baseline: Baseline) -> None:
    """Write the file; it is whole or not there. Raises UsageError."""
    lines = [
        json.dumps({**asdict(item), "status": None if item.status == -1 else item.status}, ensure_ascii=False)
        for item in sorted(baseline.entries)
    ]
    contract = json.dumps({"name": baseline.contract, "sha256": baseline.sha256}, ensure_ascii=False)
    inner = "\n  " + ",\n  ".join(lines) + "\n " if lines else ""
    text = f'{{\n "baseline": "{VERSION}",\n "contract": {contract},\n "findings": [{inner}]\n}}\n'
    part = baseline.path.with_name(f".{baseline.path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, baseline.path)
    except OSError as error:
        raise UsageError(f"{baseline.path}: cannot be written: {error.strerror}; give another --baseline") from None


# --- a run ----------------------------------------------------------------------------------------------------------


def entries_of(group: FindingGroup) -> frozenset[Entry]:
    """The places of a group as entries, one for each check that showed it there."""
    found: set[Entry] = set()
    for place in group.places:
        operation, _, status = place.rpartition(" ")
        known = status.isdecimal()
        for check in group.checks.get(place, (group.check,)):
            found.add(
                _entry(
                    group.requirement,
                    operation if known else place,
                    int(status) if known else None,
                    check,
                    group.failure,
                )
            )
    return frozenset(found)


def of_run(verdict: Verdict) -> frozenset[Entry]:
    """What failed the run, or would have without a baseline."""
    return frozenset(entry for group in verdict.findings if group.binding or group.known for entry in entries_of(group))


def found_in(verdict: Verdict) -> frozenset[Entry]:
    """Whatever the run found, excused or not."""
    return frozenset(entry for group in verdict.findings for entry in entries_of(group))


def still_there(entries: Iterable[Entry], verdict: Verdict) -> tuple[frozenset[Entry], frozenset[Entry]]:
    """(kept, dropped): an entry is dropped when the run did not find it although it looked for it.

    It looked when the requirement was judged, the operation was called, and the check ran; a passive check, which sees
    whatever traffic there is, only counts in a run of everything.
    """
    found = found_in(verdict)
    judged = {
        item.id: item.checks
        for item in verdict.requirements
        if item.outcome not in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED}
    }
    called = {exchange.operation for exchange in verdict.exchanges}
    whole = verdict.run.selection is None and verdict.run.profile != "smoke" and not verdict.run.cut_short
    kept: set[Entry] = set()
    dropped: set[Entry] = set()
    for entry in entries:
        is_case = "." in entry.check
        looked = (
            entry.requirement in judged
            and (entry.status == -1 or entry.operation in called)
            and (entry.check in judged[entry.requirement] if is_case else whole)
        )
        (dropped if looked and entry not in found else kept).add(entry)
    return frozenset(kept), frozenset(dropped)
