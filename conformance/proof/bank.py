"""The bank: the faults and liberties of every service that is registered.

Faults are made from the contract, so a new member, parameter or code brings its faults with it.
"""

from __future__ import annotations

from collections.abc import Iterable

import conformance.services  # noqa: F401  registers the services
from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.run.service import registered
from conformance.services.fault import Fault

__all__ = ["bank", "faults_of", "liberties"]


def bank(contract: Contract) -> dict[str, Fault]:
    """Every fault by its id, sorted. Raises SuiteError when two have the same id."""
    return _by_id(fault for service in registered() for fault in service.faults(contract))


def liberties() -> dict[str, Fault]:
    """Every liberty by its id, sorted: what a target may do otherwise, and the suite must be silent on."""
    return _by_id(liberty for service in registered() for liberty in service.liberties())


def faults_of(contract: Contract, names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults and liberties of these names. Raises UsageError for an unknown one."""
    wanted = tuple(names)
    known = bank(contract) if wanted else {}
    if not known.keys() >= set(wanted):
        known |= liberties()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"fault {unknown[0]}: there is no such fault; `conformance serve --fault list` names them")
    return tuple(known[name] for name in wanted)


def _by_id(faults: Iterable[Fault]) -> dict[str, Fault]:
    known: dict[str, Fault] = {}
    for fault in faults:
        if known.setdefault(fault.id, fault) is not fault:
            raise SuiteError(f"two faults of the bank are called {fault.id}")
    return dict(sorted(known.items()))
