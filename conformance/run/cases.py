"""What a conformance case is written with: `verifies`, `Expect`, `call`, NotExercised, NotApplicable, and the registry
of the cases.

A case may only judge the requirements that it declares, so that the ledger's checks are the checks that run.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol, TypeVar

from conformance.judge.alike import TwoAnswers
from conformance.judge.partition import telling
from conformance.judge.registry import coverage, covered
from conformance.model import requirement_id
from conformance.model.contract import Contract, Requirement
from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.finding import Assertion
from conformance.model.jsonvalue import equal, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase, Value
from conformance.run.recorder import Recorder
from conformance.run.service import Service, claimed, fallback, registered, services_of, unclaimed
from conformance.run.unexercised import NotApplicable, NotExercised

__all__ = [
    "Case",
    "Expect",
    "NotApplicable",
    "NotExercised",
    "call",
    "is_of",
    "judging",
    "registry",
    "service_of",
    "verified_by",
    "verifies",
]


F = TypeVar("F", bound=Callable[..., None])


def call(operation: str, how: str = "", /, **names: Value) -> Phrase:
    """The act of a case that a call is. `how` is a word of the vocabulary (`deleted`), a name is that of a member,
    parameter or header that the call is about (`member="name"`)."""
    if how:
        return Phrase.of("call-how", operation=operation, how=how)
    if names:
        return Phrase.of("call-with", operation=operation, name=" ".join(map(str, names.values())))
    return Phrase.of("call", operation=operation)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it declares itself: its name, what it verifies (ids or patterns), whether smoke runs it, and whether
    only acceptance does; `module` is where it stands.

    `draws` says that its requests are drawn by a seed. Such a case is run twice: with a seed that never changes, which
    decides, and after all the others with the seed of the run, to explore. `long` says that it sends more than most, also
    of those that draw, so that workers begin with it. `reads` says that it judges what is there, in runs that may only
    read. Of what it verifies, `chance` is judged only where the target happens to answer so: no promise makes it.
    """

    name: str
    verifies: tuple[str, ...]
    smoke: bool
    acceptance: bool = False
    module: str = ""
    draws: bool = False
    long: bool = False
    reads: bool = False
    chance: tuple[str, ...] = ()


def verifies(
    *requirements: str,
    smoke: bool = False,
    acceptance: bool = False,
    draws: bool = False,
    long: bool = False,
    reads: bool = False,
    chance: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Declare which requirements a case judges, and what else a `Case` says of itself."""

    import pytest  # whoever declares cases has it; who only knows of them need not wait for it

    def declare(function: F) -> F:
        module = function.__module__.rsplit(".", 1)[-1].removeprefix("test_")
        name = f"{module}.{function.__name__.removeprefix('test_')}"
        case = Case(name, requirements, smoke, acceptance, function.__module__, draws, long, reads, chance)
        marked: Any = pytest.mark.conformance(case)(function)
        marked.conformance_case = case
        return function

    return declare


def registry(
    broken: Callable[[str, Exception], None] | None = None, contract: Contract | None = None
) -> Iterator[Case]:
    """Every case of the services of a contract, by name; without one those of all that are known.

    `broken` is told of a module that cannot be imported, which is passed over then; without it the exception is raised.
    """
    found: list[Case] = []
    for package in case_packages(contract):
        for info in pkgutil.iter_modules(package.__path__):
            name = f"{package.__name__}.{info.name}"
            try:
                module = importlib.import_module(name)
            except Exception as error:  # whatever an import may raise
                if broken is None:
                    raise
                broken(name, error)
                continue
            found += [case for value in vars(module).values() if (case := getattr(value, "conformance_case", None))]
    yield from sorted(found, key=lambda case: case.name)


def case_packages(contract: Contract | None = None) -> tuple[ModuleType, ...]:
    """The packages that hold the cases of the services of a contract; without one those of all that are known."""
    names = [
        name for service in (registered() if contract is None else services_of(contract)) for name in service.cases
    ]
    if contract is None:
        names += _of_any_contract()
    return tuple(importlib.import_module(name) for name in dict.fromkeys(names))


def _of_any_contract() -> tuple[str, ...]:
    """The packages of the cases that judge what no service claims."""
    made = fallback()
    return made.cases if made is not None else ()


def service_of(case: Case) -> str:
    """The name of the service whose case this is, "" when it is none's."""
    return next((item.name for item in registered() if _is_of(case, item.cases)), "")


def is_of(case: Case, service: Service) -> bool:
    """Whether a case is one of this service."""
    return _is_of(case, service.cases)


def _is_of(case: Case, packages: tuple[str, ...]) -> bool:
    return any(case.module.startswith(f"{package}.") for package in packages)


def verified_by(case: Case, contract: Contract) -> tuple[str, ...]:
    """The requirements of a contract that a case judges: what is claimed by a service is judged by no case for any
    contract."""
    return covered(case.verifies, _judged(contract) if _is_of(case, _of_any_contract()) else contract.requirements)


@lru_cache(maxsize=8)
def _judged(contract: Contract) -> tuple[str, ...]:
    left = {item.id for item in unclaimed(contract)}
    return tuple(
        name for name, item in contract.requirements.items() if item.operation is None or item.operation in left
    )


def judging(requirements: Iterable[Requirement]) -> dict[str, tuple[str, ...]]:
    """Requirement id -> the checks and cases that judge it, whichever contract it is of."""
    cases = tuple(registry())
    any_contract = [case for case in cases if _is_of(case, _of_any_contract())]
    own = {case.name: case.verifies for case in cases if case not in any_contract}
    everything = tuple(requirements)
    found = coverage(everything, own)
    left = [item for item in everything if item.operation is not None and not claimed(item.operation)]
    return found | coverage(left, own | {case.name: case.verifies for case in any_contract})


class Again(Protocol):
    """Reads again what a case has read, before it blames anything: the request that is answered otherwise now, None when
    what was seen stands. `since` is the number of the first exchange of the case."""

    def __call__(self, requirement: str, deviation: Deviation, exchange: Exchange, since: int) -> TwoAnswers | None: ...


MOST_FAILURES = 100
"""Failed assertions of a case that pytest is told of."""


class Expect:
    """The soft assertions of one case: each judges a requirement; one that fails makes a finding and does not end the
    case, unless what the case has read is answered `again` in another way."""

    def __init__(self, recorder: Recorder, case: Case, again: Again | None = None) -> None:
        self._recorder = recorder
        self._again = again
        self._since = len(recorder.exchanges) + 1
        self._case = case
        self.case = case.name
        self._allowed = frozenset(verified_by(case, recorder.contract))
        self.failures: list[Deviation] = []

    def __call__(
        self,
        requirement: str,
        ok: bool,
        deviation: Deviation,
        exchange: Exchange | None = None,
        *,
        related: tuple[Exchange, ...] = (),
    ) -> bool:
        """Look at a requirement. `deviation` is how it is broken if it is not ok."""
        self._look(requirement, None if ok else deviation, exchange, related)
        return ok

    def kept(self, requirement: str, exchange: Exchange | None = None) -> None:
        """A look at a requirement that is kept here."""
        self._look(requirement, None, exchange, ())

    def _look(
        self, requirement: str, deviation: Deviation | None, exchange: Exchange | None, related: tuple[Exchange, ...]
    ) -> None:
        if requirement not in self._allowed:
            raise SuiteError(f"case {self._case.name} judges {requirement} and does not declare it")
        if exchange is not None and self._forbidden(exchange):
            raise NotExercised(
                Phrase.of("may-not-create", operation=exchange.operation, status=exchange.response.status)
            )
        numbers = tuple(item.number for item in related)
        if deviation is not None and exchange is not None and self._again is not None:
            parts = self._again(requirement, deviation, exchange, self._since)
            if parts is not None:
                deviation, exchange = parts.deviation, parts.first
                numbers = tuple(dict.fromkeys((parts.then.number, *numbers)))
                self._recorder.add(Assertion(requirement, self._case.name, deviation), exchange, numbers)
                self._failed(deviation)
                raise NotExercised(Phrase.of("two-answers", operation=exchange.operation))
        self._recorder.add(Assertion(requirement, self._case.name, deviation), exchange, numbers)
        if deviation is not None:
            self._failed(deviation)

    def _failed(self, deviation: Deviation) -> None:
        """Note what pytest tells of the case; the findings are the recorder's, and may be many thousands."""
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(deviation)

    def _forbidden(self, exchange: Exchange) -> bool:
        """Whether a create was refused for who asks; then nothing can be said about what was asked (ruling 39)."""
        resource = self._recorder.contract.resource_of(exchange.operation)
        if resource is None or resource.create != exchange.operation or exchange.request.actor != "main":
            return False
        return self._recorder.may_create.get(resource.name) is False and exchange.response.status in {401, 403}

    def equal(
        self,
        requirement: str,
        due: Any,
        got: Any,
        place: str,
        exchange: Exchange,
        *,
        where: str = "",
        related: tuple[Exchange, ...] = (),
    ) -> bool:
        """Whether a value is the one that is due. `where` is a word of the vocabulary for where it stands (`shown`)."""
        seen = (("due", short(due)), ("got", short(got)))
        kind, terms = ("differs-where", (("where", where),)) if where else ("differs", ())
        deviation = Deviation(kind, place=place, terms=terms, seen=seen)
        return self(requirement, equal(due, got), deviation, exchange, related=related)

    def status(self, requirement: str, exchange: Exchange, *due: int, act: Phrase | None = None) -> bool:
        """Whether the status is one of those that are due. A 5xx is left to the check for it. Without an act it is the
        call."""
        status = exchange.response.status
        if status >= 500 and status not in due:
            return False
        deviation = Deviation("status", status=status, act=act or call(exchange.operation), terms=(("due", due),))
        return self(requirement, status in due, deviation, exchange)

    def refused(self, requirement: str, exchange: Exchange, act: Phrase | None = None) -> bool:
        """Whether a request that breaks a rule was answered with 4xx. A 5xx is left to the check for it.

        Without an act the deviation is told by the class of the request, which the contract forbids.
        """
        status = exchange.response.status
        if status >= 500:
            return False
        seen = (("status", status),)
        if act is None:
            classes = telling(exchange.request, self._recorder.contract)
            deviation = Deviation("forbidden-accepted", operation=exchange.operation, request=classes, seen=seen)
        else:
            deviation = Deviation("accepted", act=act, seen=seen)
        return self(requirement, 400 <= status < 500, deviation, exchange)

    def code(self, code: int, exchange: Exchange, act: Phrase) -> bool:
        """Whether a request that is due a documented code got it; the error-code table shows the attempt."""
        self._recorder.provoked(code, act, exchange)
        status = exchange.response.status
        if status >= 500 and code < 500:
            return False
        deviation = Deviation("status", status=status, act=act, terms=(("due", (code,)),))
        return self(requirement_id.error(code), status == code, deviation, exchange)
