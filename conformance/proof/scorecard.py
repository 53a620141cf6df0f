"""The scorecard of the suite: which faults it catches, with which checks, after how many requests, and its false
alarms.

Rules
- A fault is caught when a finding names a promise that the fault breaks. A finding about another promise only is shown,
  and is not enough: the reader would look for the wrong thing.
- When the fault breaks a binding promise, the finding must be binding too.
- Every promise that a server can break has a fault, and every check is the one that catches some fault; both follow
  from the ledger and the registry, so that what is added later is missed here until it is proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Requirement

__all__ = [
    "BEYOND_JUDGEMENT",
    "CAUGHT",
    "ELSEWHERE",
    "ERROR",
    "MISSED",
    "CleanRun",
    "FaultTrial",
    "Scorecard",
    "breakable",
    "idle",
    "to_json",
    "to_markdown",
    "without_fault",
]

VERSION = "1.0"
CAUGHT, ELSEWHERE, MISSED, ERROR = "caught", "elsewhere", "missed", "error"

BEYOND_JUDGEMENT: Mapping[str, str] = {
    "transport.http": "a service that does not speak HTTP cannot be judged at all; "
    "the run ends inconclusive and says so",
}
"""Requirement -> why no fault can stand for its breach, although it is checked."""


@dataclass(frozen=True, slots=True)
class FaultTrial:
    """The suite against one fault.

    `outcome` is caught, elsewhere (a finding, but on another promise), missed, or error (the suite itself failed, see
    `note`). `checks` maps each check that caught it to the broken promises that it named; `elsewhere` are the other
    promises that have findings; `first` is the number of requests of the trial until the first finding on a broken
    promise, `requests` that of all, and `case` the one that sent the request which showed it.
    """

    fault: str
    description: str
    breaks: tuple[str, ...]
    outcome: str
    checks: Mapping[str, tuple[str, ...]]
    elsewhere: tuple[str, ...] = ()
    first: int | None = None
    requests: int = 0
    seconds: float = 0.0
    note: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class CleanRun:
    """The suite against the target without a fault; `findings` are false alarms, `notes` say why it was not conformant.

    `liberty` is what the target does in another way than the plain reference, and may; `advised` are the checks that gave
    the advice that it calls for. `partial` says that not every promise has to be exercised: of a contract that is not the
    product's own there may be some that no client can.
    """

    liberty: str
    seed: int
    overall: str
    findings: tuple[str, ...]
    requests: int
    seconds: float
    notes: tuple[str, ...] = ()
    advised: tuple[str, ...] = ()
    partial: bool = False

    @property
    def silent(self) -> bool:
        """Whether the verdict is conformant, or leaves open what may be left open, without any finding."""
        return not self.findings and self.overall in {"conformant", "inconclusive" if self.partial else "conformant"}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a self-check found. `selected` are the patterns that chose the faults; empty when all were tried.

    `proofs` maps a check that was never the first to catch a fault to one that it catches alone; `idle_checks` are
    those that catch none. `part` says which part of the bank was tried ("2/3"), nothing for the whole. With `partial` promises without a fault and idle checks are told and decide nothing: whether
    there is a fault for a promise hangs on what the contract of a vendor has.
    """

    suite_version: str
    contract: Mapping[str, str]
    profile: str
    seconds: float
    jobs: int
    selected: tuple[str, ...]
    clean: tuple[CleanRun, ...]
    trials: tuple[FaultTrial, ...]
    requirements_without_fault: tuple[str, ...]
    idle_checks: tuple[str, ...]
    proofs: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    part: str = ""

    def count(self, outcome: str) -> int:
        """How many faults came to this outcome."""
        return sum(item.outcome == outcome for item in self.trials)

    @property
    def proven(self) -> bool:
        """Whether every fault was caught, nothing was invented, and no promise and no check went without its proof."""
        complete = self.partial or (not self.requirements_without_fault and not self.idle_checks)
        return (
            complete and all(item.outcome == CAUGHT for item in self.trials) and all(item.silent for item in self.clean)
        )


def breakable(contract: Contract) -> tuple[str, ...]:
    """The requirements of the document and of rulings that a server can break, so that a fault is owed for each."""
    return tuple(item.id for item in contract.requirements.values() if _breakable(item))


def _breakable(item: Requirement) -> bool:
    return item.excluded is None and item.authority is not Authority.UPSTREAM and item.id not in BEYOND_JUDGEMENT


def without_fault(contract: Contract, broken: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The breakable requirements that no fault breaks and no liberty remarks. `broken` are what each of them does."""
    proven = {name for names in broken for name in names}
    return tuple(name for name in breakable(contract) if name not in proven)


def idle(checks: Iterable[str], trials: Iterable[FaultTrial], clean: Iterable[CleanRun]) -> tuple[str, ...]:
    """The checks that caught no fault and gave no advice that a liberty calls for, so that nothing shows that they can."""
    busy = {check for item in trials for check in item.checks} | {check for item in clean for check in item.advised}
    return tuple(sorted(set(checks) - busy))


def to_json(scorecard: Scorecard) -> dict[str, Any]:
    """Plain data (schema: specs/schemas/selfcheck.schema.json)."""
    return {
        "selfcheck": VERSION,
        "suite_version": scorecard.suite_version,
        "contract": dict(scorecard.contract),
        "profile": scorecard.profile,
        "duration_s": round(scorecard.seconds, 1),
        "jobs": scorecard.jobs,
        "selected": list(scorecard.selected),
        "part": scorecard.part,
        "proven": scorecard.proven,
        "summary": {
            "faults": len(scorecard.trials),
            **{outcome: scorecard.count(outcome) for outcome in (CAUGHT, ELSEWHERE, MISSED, ERROR)},
            "clean_runs": len(scorecard.clean),
            "false_alarms": sum(not item.silent for item in scorecard.clean),
        },
        "requirements_without_fault": list(scorecard.requirements_without_fault),
        "idle_checks": list(scorecard.idle_checks),
        "proofs": dict(sorted(scorecard.proofs.items())),
        "clean": [
            {
                "liberty": item.liberty,
                "seed": item.seed,
                "outcome": item.overall,
                "findings": list(item.findings),
                "requests": item.requests,
                "duration_s": round(item.seconds, 1),
                "notes": list(item.notes),
                "advised": list(item.advised),
            }
            for item in scorecard.clean
        ],
        "faults": [
            {
                "id": item.fault,
                "description": item.description,
                "breaks": list(item.breaks),
                "outcome": item.outcome,
                "checks": {name: list(found) for name, found in item.checks.items()},
                "elsewhere": list(item.elsewhere),
                "first_request": item.first,
                "requests": item.requests,
                "duration_s": round(item.seconds, 1),
                "note": item.note,
            }
            for item in scorecard.trials
        ],
    }


def to_markdown(scorecard: Scorecard) -> str:
    """The matrix for a reader: a summary, how far each area is covered, and a row for each fault."""
    lines = [
        f"# The suite against {len(scorecard.trials)} faults, profile {scorecard.profile}"
        + (f", part {scorecard.part} of the bank" if scorecard.part else ""),
        "",
        _counts(scorecard),
        "",
        "| area | faults | caught | requests to the first finding (median) |",
        "|---|--:|--:|--:|",
    ]
    for area, trials in _areas(scorecard.trials).items():
        firsts = sorted(item.first for item in trials if item.first is not None)
        median = str(firsts[len(firsts) // 2]) if firsts else ""
        lines.append(f"| {area} | {len(trials)} | {sum(item.outcome == CAUGHT for item in trials)} | {median} |")
    lines += ["", "| fault | what it breaks | outcome | caught by | first request |", "|---|---|---|---|--:|"]
    for item in scorecard.trials:
        first = "" if item.first is None else str(item.first)
        lines.append(f"| `{item.fault}` | {item.description} | {item.outcome} | {', '.join(item.checks)} | {first} |")
    for title, names in (
        ("Promises without a fault", scorecard.requirements_without_fault),
        ("Checks that caught nothing", scorecard.idle_checks),
    ):
        if names:
            lines += ["", f"## {title}", "", *(f"- `{name}`" for name in names)]
    return "\n".join(lines) + "\n"


def _counts(scorecard: Scorecard) -> str:
    alarms = sum(not item.silent for item in scorecard.clean)
    words = (
        f"{scorecard.count(CAUGHT)} caught, {scorecard.count(ELSEWHERE)} noticed elsewhere only, "
        f"{scorecard.count(MISSED)} missed, "
    )
    return (
        words + f"{scorecard.count(ERROR)} ended in an error of the suite. "
        f"{alarms} false alarms in {len(scorecard.clean)} runs without a fault."
    )


def _areas(trials: Iterable[FaultTrial]) -> dict[str, list[FaultTrial]]:
    areas: dict[str, list[FaultTrial]] = {}
    for item in trials:
        areas.setdefault(requirement_id.area(item.breaks[0], words=2), []).append(item)
    return dict(sorted(areas.items()))
