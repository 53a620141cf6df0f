"""The self-check: the suite run against the embedded target without a fault, and with each fault of the bank, in worker
processes.

A fault is tried first with the cases that declare a promise that it breaks, then with all cases that are the same in
every run, and only then with those that search (generated and stateful ones). A trial ends when the fault is caught.
The case that caught a fault is tried before all others with the next fault of the same place.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import metadata
from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from rich.console import Console

from conformance.contract.specs import load_contract
from conformance.judge.kinds import REFUSALS, SERVER_ERRORS
from conformance.judge.registry import CHECKS, RUN_CHECKS, covered
from conformance.model.contract import Contract
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.finding import Finding
from conformance.model.verdict import Verdict
from conformance.proof.bank import bank, faults_of, liberties
from conformance.proof.part import WHOLE, BankPart
from conformance.proof.reference import Reference
from conformance.proof.scorecard import (
    CAUGHT,
    ELSEWHERE,
    ERROR,
    MISSED,
    CleanRun,
    FaultTrial,
    Scorecard,
    idle,
    without_fault,
)
from conformance.reports.sentences import message, said, spoken
from conformance.run.cases import Case, registry
from conformance.run.embedded import Embed
from conformance.run.options import Options, in_profile
from conformance.run.runner import run_cases
from conformance.run.service import fallback, registered, unclaimed
from conformance.run.session import Session
from conformance.services.fault import Fault
from conformance.target.cloud import Settings

__all__ = ["clean_run", "faults_like", "prove", "proven", "selfcheck", "trial"]

SEED = 1
REFERENCE = Settings(reference=True)
"""A self-check never runs against a cloud, whatever the environment names."""
MOST_CANDIDATES = 40
"""Faults that a check which caught none is tried alone with."""


def faults_like(contract: Contract, patterns: Iterable[str]) -> tuple[Fault, ...]:
    """The faults and liberties whose id matches one of the patterns, all without any. Raises UsageError for a pattern
    that fits none."""
    known, wanted = bank(contract) | liberties(contract), tuple(patterns)
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(
                f"--fault {pattern}: no fault has such a name; `conformance serve --fault list` names them"
            )
    return tuple(
        item for name, item in known.items() if not wanted or any(fnmatchcase(name, pattern) for pattern in wanted)
    )


def selfcheck(
    profile: str,
    jobs: int,
    patterns: Sequence[str],
    seeds: int,
    progress: Console,
    specs: Path | None = None,
    part: BankPart = WHOLE,
) -> Scorecard:
    """Try the suite against each fault, and against none with this many seeds and with each liberty, in `jobs`
    processes; or against a part of the faults and liberties. The contract is that of the `specs`, the product's own
    without any.

    Raises UsageError.
    """
    _use(specs)
    contract = _contract()
    chosen = faults_like(contract, patterns)
    known = tuple(item for item in chosen if item.breaks)
    faults = part.faults(known)
    began = time.monotonic()
    tasks: list[_Task] = [_Task(None, profile, seed) for seed in range(SEED, SEED + seeds)]
    tasks += [
        _Task(None, profile, liberty=item.id) for item in part.liberties(item for item in chosen if not item.breaks)
    ]
    tasks += [_Task(fault.id, profile) for fault in faults]
    with _workers(jobs, specs) as pool:
        results = list(_told(pool.imap_unordered(_attempt, tasks), len(tasks), progress))
        trials = [item for item in results if isinstance(item, FaultTrial)]
        clean = [item for item in results if isinstance(item, CleanRun)]
        cases = [case for case in _cases() if in_profile(case, profile)]
        waiting: set[str] = set()
        proofs: dict[str, str] = {}
        if not patterns:  # of a choice of faults nothing follows about the checks
            covers = {case.name: case.verifies for case in cases} | _owing()
            waiting = set(idle(covers, trials, clean))
            # Of the whole bank each fault has been tried with all checks of an exchange and of a run, of a part not.
            searches = [
                _Task(None, profile, SEED, name, _candidates(name, covers[name], known))
                for name in covers
                if name in waiting and (part or _is_case(name))
            ]
            for task, found in zip(searches, pool.imap(_prove, searches), strict=True):
                if found is not None:
                    proofs[task.check] = found.fault
    return Scorecard(
        suite_version=metadata.version("easystack-conformance"),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        profile=profile,
        seconds=time.monotonic() - began,
        jobs=jobs,
        selected=tuple(patterns),
        clean=tuple(sorted(clean, key=lambda item: (item.liberty, item.seed))),
        trials=tuple(sorted(trials, key=lambda item: item.fault)),
        requirements_without_fault=without_fault(contract, proven(contract)),
        idle_checks=tuple(sorted(waiting - proofs.keys())),
        proofs=proofs,
        partial=specs is not None,
        part=str(part) if part else "",
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker does: a run without a fault (maybe with a liberty), a trial, or the proof of a check by one of the
    `candidates`."""

    fault: str | None
    profile: str
    seed: int = SEED
    check: str = ""
    candidates: tuple[str, ...] = ()
    liberty: str = ""


def proven(contract: Contract) -> tuple[Sequence[str], ...]:
    """The requirements that each fault breaks, and those that each liberty is advised on."""
    return (
        *(item.breaks for item in bank(contract, every=True).values()),
        *(item.remarks for item in liberties(contract).values()),
    )


def _candidates(check: str, covers: Iterable[str], faults: Iterable[Fault]) -> tuple[str, ...]:
    """The faults that a case or another check may catch, the likeliest first: those whose id and description share most
    words with it."""
    words = set(re.split(r"[._-]", check))
    broken = set(covered(covers, _contract().requirements))
    likely = [item for item in faults if broken & set(item.breaks)]
    likely.sort(key=lambda item: (-len(words & set(re.split(r"[ ._-]", f"{item.id} {item.description}"))), item.id))
    return tuple(item.id for item in likely[:MOST_CANDIDATES])


@contextlib.contextmanager
def _workers(jobs: int, specs: Path | None) -> Iterator[Pool]:
    with tempfile.TemporaryDirectory(prefix="conformance-") as state:
        pool = multiprocessing.get_context("spawn").Pool(jobs, _settle, (state, specs))
        try:
            yield pool
            pool.close()
        except BaseException:
            pool.terminate()
            raise
        finally:
            pool.join()


def _told(results: Iterable[CleanRun | FaultTrial], total: int, progress: Console) -> Iterator[CleanRun | FaultTrial]:
    for done, result in enumerate(results, start=1):
        _say(progress, f"{done}/{total}", result)
        yield result


def _settle(state: str, specs: Path | None) -> None:
    """Give a worker its contract, and an environment of its own, so that it uses neither journals nor clouds of the
    user, and leaves nothing in the folder for temporary files when it is ended in the middle of a trial."""
    _use(specs)
    os.environ["XDG_STATE_HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = state
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    for name in [name for name in os.environ if name.startswith("OS_")]:
        del os.environ[name]


_caught_in: dict[str, str] = {}
"""Place of a fault -> the case that caught the last one there, as far as this worker knows.

The place is the id without its last part; an area (the first part of `history.undone.first`) is looked up where nothing
is known of a place in it.
"""


def _attempt(task: _Task) -> CleanRun | FaultTrial:
    if task.fault is None:
        return clean_run(task.profile, task.seed, task.liberty)
    place = task.fault.rpartition(".")[0]
    area = place.partition(".")[0] if place.count(".") == 1 else place
    found = trial(task.fault, task.profile, task.seed, likely=_caught_in.get(place) or _caught_in.get(area, ""))
    if found.case:
        _caught_in[place] = _caught_in[area] = found.case
    return found


def _prove(task: _Task) -> FaultTrial | None:
    return prove(task.check, task.candidates, task.profile)


_used: list[Path | None] = [None]


def _use(specs: Path | None) -> None:
    """Have this process prove the suite on the contract of these specs, the product's own without any."""
    if specs != _used[0]:
        _used[0] = specs
        _contract.cache_clear()
        _known.cache_clear()


@lru_cache(maxsize=1)
def _contract() -> Contract:
    return load_contract(_used[0])


def _cases() -> list[Case]:
    """The cases of the services that the contract has."""
    return list(registry(contract=_contract()))


def _owing() -> dict[str, tuple[str, ...]]:
    """The checks that judge something which the contract promises, and what they cover."""
    covers = {item.id: item.covers for item in CHECKS.values()} | {item.id: item.covers for item in RUN_CHECKS.values()}
    return {name: patterns for name, patterns in covers.items() if covered(patterns, _contract().requirements)}


def _is_case(check: str) -> bool:
    """Whether this is a case, and no check of an exchange or of a run."""
    return check not in CHECKS and check not in RUN_CHECKS


@lru_cache(maxsize=1)
def _known() -> dict[str, Fault]:
    """The bank, for what its faults say of themselves; a target is made of new ones, for some count what they see."""
    return bank(_contract())


@lru_cache(maxsize=1)
def _harmless() -> tuple[str, ...]:
    """What is held back from a cloud does no harm to a reference."""
    made = fallback()
    return made.words(unclaimed(_contract())) if made is not None else ()


def _reference(faults: Sequence[str]) -> Embed:
    """Makes the embedded target with these faults and liberties."""
    return lambda contract: Reference(contract, faults=faults_of(contract, faults))


def _quiet() -> Console:
    return Console(file=io.StringIO())


def clean_run(profile: str, seed: int, liberty: str = "") -> CleanRun:
    """Run the suite against the embedded target without a fault, with a liberty if one is named.

    Findings are those that the liberty does not call for: it has advice on what it remarks, and on nothing else.
    """
    known = liberties(_contract()).get(liberty)
    remarks = known.remarks if known is not None else ()
    began = time.monotonic()
    try:
        with Session(
            Options(REFERENCE, profile, seed, allow=_harmless(), embedded=_reference([liberty] if liberty else [])),
            _contract(),
        ) as session:
            verdict = run_cases(session, _quiet())
    except ConformanceError as error:
        return CleanRun(liberty, seed, ERROR, (f"{type(error).__name__}: {error}",), 0, time.monotonic() - began)
    due = [group for group in verdict.findings if group.requirement in remarks and not group.binding]
    findings = tuple(
        f"{group.requirement}: {message(group).plain('en')}" for group in verdict.findings if group not in due
    )
    told = {group.requirement for group in due}
    findings += tuple(f"{name}: no advice was given" for name in remarks if name not in told)
    return CleanRun(
        liberty,
        seed,
        str(verdict.overall),
        findings,
        verdict.run.requests,
        time.monotonic() - began,
        _notes(verdict),
        advised=tuple(sorted({name for group in due for names in group.checks.values() for name in names})),
        partial=_used[0] is not None,
    )


def _notes(verdict: Verdict) -> tuple[str, ...]:
    missing = [item for item in verdict.requirements if item.required and item.outcome.value == "not exercised"]
    words = [spoken(note).plain("en") for note in verdict.notes]
    return (*words, *(f"{item.id}: {said(item.reason).plain('en')}" for item in missing))


def trial(
    fault: str, profile: str = "gate", seed: int = SEED, cases: str | None = None, likely: str = "", reads: bool = False
) -> FaultTrial:
    """The suite against the embedded target with this fault, to the first finding on a promise that it breaks.

    `cases` is a pytest expression that chooses the cases; without one `likely` names the case to begin with. With `reads`
    it is a run that may only read, of a target that has resources.
    """
    stock = [service.stocked for service in registered() if service.stocked] if reads else []
    item = _known()[fault]
    began = time.monotonic()
    sent = 0
    elsewhere: set[str] = set()
    for stage in [_Stage(cases)] if cases else [*_alone(likely), *_stages(item, profile)]:
        # What every seed shows has to catch it: a finding of what the seed of a run explores does not bind.
        options = Options(
            REFERENCE,
            profile,
            seed,
            selection=stage.selection,
            allow=_harmless(),
            read_only=reads,
            embedded=_reference([fault, *stock]),
            explore=False,
            modules=stage.modules,
        )
        try:
            with Session(options, _contract()) as session:
                verdict = run_cases(session, _quiet(), _Stop(session, item))
        except ConformanceError as error:
            return _result(item, ERROR, sent, began, note=f"{type(error).__name__}: {error}")
        if session.suite_fault:
            return _result(item, ERROR, sent, began, note="; ".join(spoken(item).plain("en") for item in session.notes))
        checks = _catchers(item, verdict, session.recorder.findings)
        elsewhere |= {name for group in verdict.findings for name in group.requirements} - set(item.breaks)
        if checks:
            shown = [
                (found.exchange.number, found.exchange.case)
                for found in session.recorder.findings
                if _names(found, item) and found.exchange
            ]
            number, case = min(shown, default=(verdict.run.requests, ""))
            return _result(
                item,
                CAUGHT,
                sent + verdict.run.requests,
                began,
                checks=checks,
                elsewhere=elsewhere,
                first=sent + number,
                case=case,
            )
        sent += verdict.run.requests
    return _result(item, ELSEWHERE if elsewhere else MISSED, sent, began, elsewhere=elsewhere)


def _searching() -> tuple[str, ...]:
    """Files of the cases that search, the quicker of a service first."""
    return tuple(f"test_{name}" for service in registered() for name in service.searching)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A choice of cases that a fault is tried with: a pytest expression, and the modules in which they stand; all when
    there are none."""

    selection: str
    modules: tuple[str, ...] = ()


def _chosen(cases: Iterable[Case]) -> _Stage:
    """The choice of these cases alone."""
    found = tuple(cases)
    names = [f"test_{case.name.partition('.')[2]}" for case in found]
    return _Stage(" or ".join(names), tuple(dict.fromkeys(case.module for case in found)))


def _alone(name: str) -> list[_Stage]:
    """The choice of this case; none for what no case sent (a login, cleaning up)."""
    return [_chosen([case]) for case in _cases() if case.name == name]


def _stages(fault: Fault, profile: str) -> list[_Stage]:
    """The choices of cases that a fault is tried with, one after the other."""
    cases = [case for case in _cases() if in_profile(case, profile)]
    searching = _searching()
    declaring = [case for case in cases if covered(case.verifies, fault.breaks) and _file(case.name) not in searching]
    stages = [_chosen(declaring)] if declaring else []
    stages.append(_Stage(" and ".join(f"not {name}" for name in searching)))
    if profile == "smoke":
        return stages
    return [*stages, *(_Stage(name) for name in searching if any(_file(case.name) == name for case in cases))]


def _file(case: str) -> str:
    """The file of a case, without its ending."""
    return f"test_{case.partition('.')[0]}"


class _Stop:
    """Ends a trial after the case that found a requirement which the fault breaks."""

    def __init__(self, session: Session, fault: Fault) -> None:
        self._gate = session.recorder
        self._fault = fault
        self._seen = 0
        self._session: pytest.Session | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know what to stop."""
        self._session = session

    def pytest_runtest_logfinish(self) -> None:
        """Stop after the case that caught the fault."""
        found = any(_names(item, self._fault) for item in self._gate.findings[self._seen :])
        self._seen = len(self._gate.findings)
        if found and self._session is not None:
            self._session.shouldstop = "caught"


def _names(finding: Finding, fault: Fault) -> bool:
    """Whether a finding names a promise that the fault breaks: a binding one, when it breaks any that is."""
    requirements = _contract().requirements
    owed = any(requirements[name].binding for name in fault.breaks)
    return finding.requirement in fault.breaks and (requirements[finding.requirement].binding or not owed)


def prove(check: str, faults: Iterable[str], profile: str = "gate") -> FaultTrial | None:
    """A trial in which this check, a case when it is run alone, is the one that catches a fault; None when it catches none
    of them."""
    name = f"test_{check.partition('.')[2]}" if _is_case(check) else None
    reads = any(case.reads for case in registry() if case.name == check)
    trials = (trial(fault, profile, cases=name, reads=reads) for fault in faults)
    return next((found for found in trials if check in found.checks), None)


def _catchers(fault: Fault, verdict: Verdict, findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Check -> the broken promises that it named, binding ones when the fault breaks a binding one.

    What only follows from another finding is told beside it, so it was caught too. `findings` are those of the run under
    way; what the checks of a whole run find is in the verdict alone. What a
    passive check finds is the merit of a case that searches, too: it is run when no other has sent such a request, or
    alone.
    """
    owed = any(_contract().requirements[name].binding for name in fault.breaks)
    named = {
        (requirement, _alike(deviation.kind))
        for group in verdict.findings
        for requirement, deviation in (
            *group.keys,
            *((item.requirement, item.deviation) for item in group.consequences),
        )
        if requirement in fault.breaks and (group.binding or not owed)
    }
    found: dict[str, set[str]] = {}
    for item in findings:
        if (item.requirement, _alike(item.deviation.kind)) in named:
            case = item.exchange.case if item.exchange is not None else ""
            for name in {item.check, case} if _file(case) in _searching() else {item.check}:
                found.setdefault(name, set()).add(item.requirement)
    for group in verdict.findings:
        for variant in group.variants:
            if (variant.requirement, _alike(variant.deviation.kind)) in named:
                for check in RUN_CHECKS.keys() & {name for names in variant.checks.values() for name in names}:
                    for name in {check, group.case} if _file(group.case) in _searching() else {check}:
                        found.setdefault(name, set()).add(variant.requirement)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _alike(kind: str) -> str:
    """The kind of a deviation; one for all that an unwanted status may be told as (judge/aftermath.py)."""
    return "answers" if kind in SERVER_ERRORS | REFUSALS else kind


def _result(
    fault: Fault,
    outcome: str,
    requests: int,
    began: float,
    *,
    checks: dict[str, tuple[str, ...]] | None = None,
    elsewhere: Iterable[str] = (),
    first: int | None = None,
    note: str = "",
    case: str = "",
) -> FaultTrial:
    return FaultTrial(
        fault.id,
        fault.description,
        fault.breaks,
        outcome,
        checks or {},
        tuple(sorted(elsewhere)),
        first,
        requests,
        time.monotonic() - began,
        note,
        case,
    )


def _say(console: Console, place: str, result: CleanRun | FaultTrial) -> None:
    """One line for each result on a terminal; elsewhere only for what is not as it should be, and every fiftieth."""
    good = result.silent if isinstance(result, CleanRun) else result.outcome == CAUGHT
    if good and not console.is_terminal and int(place.split("/")[0]) % 50:
        return
    if isinstance(result, CleanRun):
        text = f"{result.liberty or 'no fault'}, seed {result.seed}: {result.overall}, {len(result.findings)} findings"
        text += "".join(f"\n    {item}" for item in (*result.findings, *(() if result.silent else result.notes)))
    else:
        by = next(iter(result.checks), "; ".join(result.elsewhere[:3]) or result.note)
        text = (
            f"{result.fault}: {result.outcome}"
            + (f" ({by})" if by else "")
            + (f" after {result.first} requests" if result.first else "")
        )
    console.print(f"{place:>8}  {text}", markup=False, highlight=False, soft_wrap=True)
