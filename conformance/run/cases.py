"""What a conformance case is written with: `verifies`, `Expect`, `NotExercised`, and the registry of the cases.

A case may only judge the requirements that it declares, so that the ledger's checks are the checks that run.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

import pytest

from conformance.judge.coverage import covered
from conformance.model.errors import SuiteError
from conformance.model.finding import Assertion
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.run.recorder import Gate
from conformance.run.service import registered

__all__ = ["Case", "Expect", "NotExercised", "registry", "verifies"]


F = TypeVar("F", bound=Callable[..., None])


class NotExercised(Exception):
    """The case cannot judge what it is for; carries the reason in one line."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it declares itself: its name, what it verifies (ids or patterns), whether smoke runs it, and whether only acceptance does."""

    name: str
    verifies: tuple[str, ...]
    smoke: bool
    acceptance: bool = False


def verifies(*requirements: str, smoke: bool = False, acceptance: bool = False) -> Callable[[F], F]:
    """Declare which requirements a case judges."""

    def declare(function: F) -> F:
        module = function.__module__.rsplit(".", 1)[-1].removeprefix("test_")
        name = f"{module}.{function.__name__.removeprefix('test_')}"
        case = Case(name, requirements, smoke, acceptance)
        marked: Any = pytest.mark.conformance(case)(function)
        marked.conformance_case = case
        return function

    return declare


def registry() -> Iterator[Case]:
    """Every case of the registered services, by name."""
    found: list[Case] = []
    for package in case_packages():
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            found += [case for value in vars(module).values() if (case := getattr(value, "conformance_case", None))]
    yield from sorted(found, key=lambda case: case.name)


def case_packages() -> tuple[ModuleType, ...]:
    """The packages that hold the cases of the registered services."""
    return tuple(importlib.import_module(name) for service in registered() for name in service.cases)


class Expect:
    """Soft assertions of one case: each is a look at a requirement, a failed one a finding, and the case goes on."""

    def __init__(self, gate: Gate, case: Case) -> None:
        self._gate = gate
        self._case = case
        self.case = case.name
        self._allowed = frozenset(covered(case.verifies, gate.contract.requirements))
        self.failures: list[str] = []

    def __call__(
        self,
        requirement: str,
        ok: bool,
        message: str,
        exchange: Exchange | None = None,
        *,
        failure: str = "",
        path: str = "",
        related: tuple[Exchange, ...] = (),
    ) -> bool:
        """Look at a requirement. `message` says what is wrong if it is not ok; `failure` is the stable form of it."""
        if requirement not in self._allowed:
            raise SuiteError(f"case {self._case.name} judges {requirement} and does not declare it")
        if exchange is not None and self._forbidden(exchange):
            raise NotExercised(
                f"the credentials may not create images: POST is answered with {exchange.response.status}"
            )
        numbers = tuple(item.number for item in related)
        assertion = Assertion(requirement, self._case.name, ok, "" if ok else message, failure or self._case.name, path)
        self._gate.add(assertion, exchange, numbers)
        if not ok:
            self.failures.append(f"{requirement}: {message}")
        return ok

    def _forbidden(self, exchange: Exchange) -> bool:
        """Whether a create was refused for who asks; then nothing can be said about what was asked (ruling 39)."""
        request = exchange.request
        ours = request.operation == "image.create" and request.actor == "main"
        return ours and self._gate.may_create is False and exchange.response.status in {401, 403}

    def equal(
        self,
        requirement: str,
        wanted: Any,
        got: Any,
        what: str,
        exchange: Exchange,
        *,
        related: tuple[Exchange, ...] = (),
    ) -> bool:
        """Whether a value is the one that is due."""
        ok = bool(wanted == got) and isinstance(wanted, bool) == isinstance(got, bool)
        message = f"{what} is {short(got)}, due is {short(wanted)}"
        return self(requirement, ok, message, exchange, failure=f"{what} differs", path=what, related=related)

    def status(self, requirement: str, exchange: Exchange, *wanted: int, what: str = "the request") -> bool:
        """Whether the status is one of those that are due. A 5xx is left to the check for it."""
        status = exchange.response.status
        due = " or ".join(map(str, wanted))
        if status >= 500 and status not in wanted:
            return False
        failure = f"{what}: {status} instead of {due}"
        return self(
            requirement, status in wanted, f"{what} is answered with {status}, due is {due}", exchange, failure=failure
        )

    def refused(self, requirement: str, exchange: Exchange, what: str) -> bool:
        """Whether a request that breaks a rule was answered with 4xx. A 5xx is left to the check for it."""
        status = exchange.response.status
        if status >= 500:
            return False
        message = f"{what} is accepted with {status}, due is a refusal"
        return self(requirement, 400 <= status < 500, message, exchange, failure=f"accepted {what}")

    def code(self, code: int, exchange: Exchange, request: str) -> bool:
        """Whether a request that is due a documented code got it; the error-code table shows the attempt."""
        self._gate.provoked(code, request, exchange)
        status = exchange.response.status
        if status >= 500 and code < 500:
            return False
        message = f"{request} is answered with {status}, due is {code}"
        return self(f"error.{code}", status == code, message, exchange, failure=f"{status} for {request}")
