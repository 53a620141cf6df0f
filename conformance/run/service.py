"""The seam: what the engine must know of one service that no contract tells, and who has registered.

Rules
- The engine names no operation, member, path or media type of a service; it asks the contract, and then a `Service`.
- A service registers itself when its package is imported; the composition (command, plugin, proof) imports `conformance.services`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError

__all__ = ["Service", "register", "registered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the engine knows of one service.

    `name` is that of its contract, `cases` are the packages that hold its cases. `faults` makes the faults of its reference
    target, each breaking promises of the contract, and `liberties` what the target may do otherwise without breaking any;
    both are values of `conformance.services.fault.Fault`, made anew by each call. `target` makes the service's part of the
    reference, a `conformance.services.part.Part`, from its `Surroundings`; that of the service which `gives_tokens` is made
    first, and says who calls the others. They are functions, so that a run that needs none of them loads none.
    """

    name: str
    cases: tuple[str, ...] = ()
    faults: Callable[[Contract], Iterable[Any]] = lambda _contract: ()
    liberties: Callable[[], Iterable[Any]] = tuple
    target: Callable[[Any], Any] | None = None
    gives_tokens: bool = False


_REGISTERED: dict[str, Service] = {}


def register(service: Service) -> None:
    """Make a service known. Raises SuiteError when another has its name."""
    if _REGISTERED.setdefault(service.name, service) != service:
        raise SuiteError(f"two services are called {service.name}")


def registered() -> tuple[Service, ...]:
    """The services that are known, by name."""
    return tuple(_REGISTERED[name] for name in sorted(_REGISTERED))
