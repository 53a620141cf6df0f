"""The registry of passive checks: each declares itself once, and everything else follows from that.

Rules
- `@check(id, covers=...)` above a function makes it a check. The ledger's coverage, the proof that the bank owes it,
  and the documentation are read from the registry.
- A check that judges a requirement which it does not cover is a fault of the suite: it raises SuiteError.
- Checks are pure: an exchange (or the exchanges of a run) and the contract in, looks out. No I/O, no clock, no state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from conformance.model.contract import Contract, Requirement
from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.outline import Outlined

__all__ = [
    "CHECKS",
    "RUN_CHECKS",
    "Check",
    "Look",
    "RunCheck",
    "RunLook",
    "check",
    "coverage",
    "covered",
    "judge_exchange",
    "judge_run",
    "passive_ids",
    "required",
    "run_check",
]


@dataclass(frozen=True, slots=True)
class Look:
    """A look at one promise: it holds, or `deviation` says how it does not."""

    requirement: str
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class RunLook:
    """A look that takes a run: the exchange at which it shows, and the earlier exchanges that it takes to see it.
    `open_since` is set where more requests might have shown that it is none, and nobody has sent them: the moment from
    which that is reckoned."""

    exchange: Outlined
    look: Look
    related: tuple[Outlined, ...] = ()
    open_since: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one exchange: its id, patterns of the requirements that it covers (`*` stands for any text), and its
    function."""

    id: str
    covers: tuple[str, ...]
    look: Callable[[Exchange, Contract], Iterator[Look]]


@dataclass(frozen=True, slots=True)
class RunCheck:
    """A check of all exchanges of a run, in their order."""

    id: str
    covers: tuple[str, ...]
    look: Callable[[Sequence[Exchange], Contract], Iterator[RunLook]]


CHECKS: dict[str, Check] = {}
"""The checks of one exchange by id, in the order in which they look."""
RUN_CHECKS: dict[str, RunCheck] = {}
"""The checks of a run by id."""

ExchangeLook = Callable[[Exchange, Contract], Iterator[Look]]
SequenceLook = Callable[[Sequence[Exchange], Contract], Iterator[RunLook]]


def check(id: str, *, covers: str | tuple[str, ...]) -> Callable[[ExchangeLook], ExchangeLook]:
    """Declare a check of one exchange. Raises SuiteError when another has its id."""

    def declare(function: ExchangeLook) -> ExchangeLook:
        _declare(id)
        CHECKS[id] = Check(id, (covers,) if isinstance(covers, str) else covers, function)
        return function

    return declare


def run_check(id: str, *, covers: str | tuple[str, ...]) -> Callable[[SequenceLook], SequenceLook]:
    """Declare a check of a whole run. Raises SuiteError when another has its id."""

    def declare(function: SequenceLook) -> SequenceLook:
        _declare(id)
        RUN_CHECKS[id] = RunCheck(id, (covers,) if isinstance(covers, str) else covers, function)
        return function

    return declare


def _declare(id: str) -> None:
    if id in CHECKS or id in RUN_CHECKS or "." in id:
        raise SuiteError(f"a check cannot be called {id}: the name is taken, or has a dot as those of cases do")


def judge_exchange(exchange: Exchange, contract: Contract) -> tuple[Assertion, ...]:
    """Every assertion of every check about this exchange; what the contract does not promise is not judged. Raises
    SuiteError when a check speaks of what it does not cover."""
    promised = contract.requirements
    said = [_assertion(item, look) for item in CHECKS.values() for look in item.look(exchange, contract)]
    return tuple([item for item in said if item.requirement in promised])


def judge_run(
    exchanges: Sequence[Exchange], contract: Contract
) -> Iterator[tuple[Outlined, Assertion, tuple[Outlined, ...]]]:
    """Every assertion of the checks of a run: the exchange that it is about, and the earlier ones that it takes to see
    it."""
    for item in RUN_CHECKS.values():
        for sight in item.look(exchanges, contract):
            assertion = _assertion(item, sight.look)
            if assertion.requirement in contract.requirements:
                yield sight.exchange, assertion, sight.related


def _assertion(item: Check | RunCheck, look: Look) -> Assertion:
    kept = _kept(item.id, item.covers, look.requirement)
    return kept if look.deviation is None else Assertion(look.requirement, item.id, look.deviation)


@lru_cache(maxsize=4096)  # most looks: thirty for each exchange, and few that differ
def _kept(id: str, covers: tuple[str, ...], requirement: str) -> Assertion:
    if not any(fnmatchcase(requirement, pattern) for pattern in covers):
        raise SuiteError(f"check {id} speaks of {requirement} and does not cover it")
    return Assertion(requirement, id, None)


# --- what judges what -----------------------------------------------------------------------------------------------


def covered(patterns: Iterable[str], requirements: Iterable[str]) -> tuple[str, ...]:
    """The requirements that match one of the patterns (`*` stands for any text)."""
    return _matching(tuple(patterns), tuple(requirements))


@lru_cache(maxsize=1024)
def _matching(patterns: tuple[str, ...], requirements: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in requirements if any(fnmatchcase(name, pattern) for pattern in patterns))


def _declared() -> dict[str, tuple[str, ...]]:
    """Check -> the patterns that it covers, by name."""
    covers = {item.id: item.covers for item in CHECKS.values()} | {item.id: item.covers for item in RUN_CHECKS.values()}
    return dict(sorted(covers.items()))


def passive_ids(requirements: Iterable[str]) -> frozenset[str]:
    """The requirements that checks judge without a case."""
    patterns = [pattern for covers in _declared().values() for pattern in covers]
    return frozenset(covered(patterns, requirements))


def coverage(requirements: Iterable[Requirement], cases: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Requirement id -> the checks that judge it, passive ones first. `cases` maps a case's name to what it
    verifies."""
    ids = [item.id for item in requirements if item.excluded is None]
    found: dict[str, list[str]] = {name: [] for name in ids}
    for name, patterns in (*_declared().items(), *sorted(cases.items())):
        for requirement in covered(patterns, ids):
            found[requirement].append(name)
    return {name: tuple(checks) for name, checks in found.items()}


def required(contract: Contract, names: Iterable[str]) -> frozenset[str]:
    """Those of the names that a run must exercise: binding, so neither excluded nor advisory nor optional."""
    return frozenset(name for name in names if contract.requirements[name].binding)
