"""The bank: the faults and liberties of every service that is registered, and of what none of them has.

Faults are made from the contract, so a new member, parameter or code brings its faults with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import conformance.services  # noqa: F401  registers the services
from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.run.service import Service, registered
from conformance.services.fault import Fault
from conformance.services.rest import kept, rest_faults, rest_liberties

__all__ = ["bank", "faults_of", "liberties"]


def bank(contract: Contract, *, every: bool = False) -> dict[str, Fault]:
    """Every fault by its id, sorted: those of the services that the contract has, and of what they leave to it, as far as
    they break what it promises. Raises SuiteError when two have the same id. Of those of any contract some stand for the rest, unless `every` one is asked for."""
    own = kept(contract, (fault for service in _services(contract) for fault in service.faults(contract)))
    return _by_id(chain(own, rest_faults(contract, every=every)))


def liberties(contract: Contract | None = None) -> dict[str, Fault]:
    """Every liberty by its id, sorted: what a target may do otherwise, and the suite must be silent on. Without a contract
    those of all registered services."""
    own = (liberty for service in _services(contract) for liberty in service.liberties())
    return _by_id(chain(own, rest_liberties(contract) if contract is not None else ()))


def faults_of(contract: Contract, names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults and liberties of these names. Raises UsageError for an unknown one."""
    wanted = tuple(names)
    known = bank(contract) if wanted else {}
    if not known.keys() >= set(wanted):
        known |= liberties(contract)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"fault {unknown[0]}: there is no such fault; `conformance serve --fault list` names them")
    return tuple(known[name] for name in wanted)


def _services(contract: Contract | None) -> list[Service]:
    """The registered services that a contract has, and those with which one logs in; without a contract all."""
    return [item for item in registered() if contract is None or item.gives_tokens or item.name in contract.services]


def _by_id(faults: Iterable[Fault]) -> dict[str, Fault]:
    known: dict[str, Fault] = {}
    for fault in faults:
        if known.setdefault(fault.id, fault) is not fault:
            raise SuiteError(f"two faults of the bank are called {fault.id}")
    return dict(sorted(known.items()))
