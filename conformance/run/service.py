"""What the engine must know of one service and no contract tells, and the registry of the services.

Rules
- The engine names no operation, member, path or media type of a service; it asks the contract, and then a `Service`.
- What a contract says is not said again: operations, paths, the member that holds the id and that which holds a list
  are those of its `Resource`.
- A service registers itself when its package is imported; the composition (command, plugin, proof) imports
  `conformance.services`.
- What is large, and what only some commands need, is named by a function that imports it when it is called.
- A registered service claims operations of its contract. What nobody claims is left to the fallback, which makes services
  of a contract alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from conformance.contract.producers import making_of
from conformance.model.contract import Contract, Operation
from conformance.model.errors import SuiteError
from conformance.model.marks import Marks

__all__ = [
    "Fallback",
    "Service",
    "claimed",
    "fallback",
    "register",
    "register_fallback",
    "registered",
    "service_named",
    "services_of",
    "unclaimed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the engine knows of one service.

    `name` is that of its contract; `claims` are patterns of the ids of the operations there that its cases, target and
    faults are for. `about` is the resource that its client makes: the first that can be made and removed when it is empty.
    `catalogue` are the types under which a catalogue lists its endpoint, the likeliest
    first; that of the service which `gives_tokens` is where we log in.

    `client` gives the class that makes, observes, changes and removes its resources: a
    `conformance.run.sending.client.Client`, which does for services that do as the contract says. `marks` say by what a
    resource of ours is recognised and what is never sent; `owner` is the member that names its project, `next` that of a list which leads to the next page, ""
    for one that is not there. `plain` are members that every resource of ours has, `sample` those of one that is made
    to be looked at: a request that is refused may change none of them. `volatile` are members that may change by
    themselves, `unordered` those that are sets, also where the contract does not say so. `largest_page` is the query of
    a list that is read whole.

    `most_held` is how many of its resources a run of the gate holds at once, at most: what a quota has to have room for.

    `freeing` is the JSON body with which the change operation takes away what keeps a resource from being deleted, None
    when nothing does. `schemas` maps a name to the path at which the service publishes a schema, which is recorded as a
    fact.

    `cases` are the packages that hold its cases; `searching` are the modules of those that draw their requests, the
    quickest first. `faults` makes the faults of its reference target, each breaking promises of the contract, and
    `liberties` what the target may do otherwise without breaking any; both are values of
    `conformance.services.fault.Fault`, made anew by each call. `stocked` is the liberty with which there are resources
    before a run begins. `target` makes the service's part of the reference, a
    `conformance.services.part.ReferencePart`, from its `Surroundings`; that of the service which `gives_tokens` is made
    first, and says who calls the others.
    """

    name: str
    claims: tuple[str, ...] = ("*",)
    about: str = ""
    catalogue: tuple[str, ...] = ()
    gives_tokens: bool = False
    client: Callable[[], Any] | None = None
    marks: Marks = field(default_factory=Marks)
    owner: str = ""
    next: str = ""
    plain: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    volatile: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()
    largest_page: Mapping[str, str | int] = field(default_factory=dict)
    most_held: int = 0
    freeing: Any = None
    schemas: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[str, ...] = ()
    searching: tuple[str, ...] = ()
    faults: Callable[[Contract], Iterable[Any]] = lambda _contract: ()
    liberties: Callable[[], Iterable[Any]] = tuple
    stocked: str = ""
    target: Callable[[Any], Any] | None = None

    @property
    def key(self) -> str:
        """What tells its client from those of the other services of a run."""
        return f"{self.name} {self.about}" if self.about else self.name


@dataclass(frozen=True, slots=True)
class Fallback:
    """What makes services of the operations that nobody claims: `cases` are the packages of their cases, `services` gives
    those of a service of the contract by its name, in the order in which their resources are made, and `words` all that
    --allow has to name so that none of these operations is held back."""

    cases: tuple[str, ...]
    services: Callable[[Contract, str], Sequence[Service]]
    words: Callable[[Iterable[Operation]], tuple[str, ...]] = lambda _operations: ()


_FALLBACK: list[Fallback] = []
_REGISTERED: dict[str, Service] = {}


def register(service: Service) -> None:
    """Make a service known. Raises SuiteError when another has its name."""
    if _REGISTERED.setdefault(service.name, service) != service:
        raise SuiteError(f"two services are called {service.name}")


def registered() -> tuple[Service, ...]:
    """The services that are known, by name."""
    return tuple(_REGISTERED[name] for name in sorted(_REGISTERED))


def service_named(name: str) -> Service:
    """The registered service of this name; for any other a Service with nothing but its name."""
    return _REGISTERED.get(name) or Service(name=name, catalogue=(name,))


def register_fallback(made: Fallback) -> None:
    """Have the operations that nobody claims judged by this."""
    _FALLBACK[:] = [made]


def fallback() -> Fallback | None:
    """What judges the operations that nobody claims, None before it is registered."""
    return _FALLBACK[0] if _FALLBACK else None


def claimed(operation: str) -> bool:
    """Whether the id of an operation is one that a registered service claims, as far as the id alone tells that."""
    return any(fnmatchcase(operation, pattern) for service in _REGISTERED.values() for pattern in service.claims)


def unclaimed(contract: Contract) -> tuple[Operation, ...]:
    """The operations of a contract that no registered service has made its own. That by which we log in is none of
    them, whatever it is called."""
    login = contract.token_operation
    return tuple(
        item
        for item in contract.operations.values()
        if item is not login and not _has(_REGISTERED.get(item.service), item)
    )


def _has(service: Service | None, operation: Operation) -> bool:
    return service is not None and any(fnmatchcase(operation.id, pattern) for pattern in service.claims)


def services_of(contract: Contract) -> tuple[Service, ...]:
    """The services that have operations in a contract, in its order: those that are registered, then for what they leave
    those of the fallback, of these each after those whose resources its own needs."""
    promised = {operation.service for operation in contract.operations.values()}
    left = {operation.service for operation in unclaimed(contract)}
    found: list[Service] = []
    places: list[int] = []  # of those of the fallback
    for name in contract.services:
        own = service_named(name)
        if name in promised and any(_has(own, item) for item in contract.operations.values() if item.service == name):
            found += [own] if name in _REGISTERED or not _FALLBACK else []
        elif name in promised and own.gives_tokens:
            found.append(replace(own, cases=()))
        if name in left and _FALLBACK:
            made = _FALLBACK[0].services(contract, name)
            places += range(len(found), len(found) + len(made))
            found += made
    if len({found[place].name for place in places}) > 1:
        order = making_of(contract, frozenset(item.id for item in unclaimed(contract))).order
        makers = [place for place in places if found[place].about in order]
        sorted_makers = sorted((found[place] for place in makers), key=lambda item: order.index(item.about))
        for place, item in zip(makers, sorted_makers, strict=True):
            found[place] = item
    return tuple(found)
