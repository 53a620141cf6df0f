"""How a case for any contract comes to its subjects, and to the client of each."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from conformance.contract.producers import holder_of
from conformance.model.contract import Contract, Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.run.items import case_of, client_of, key_of
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.supervisor import FAILURES, contract_of
from conformance.services.generic.arrange import unready
from conformance.services.generic.below import ClientBelow
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import PARTS, PATTERNS, narrowed, operations_of, resources_of

SUBJECTS = ("resource", "operation")
BELOW = pytest.StashKey[ClientBelow]()
"""The client of what stands below another resource, of the case under way."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A case runs once for each of its subjects."""
    for name in SUBJECTS:
        if name in metafunc.fixturenames:
            contract = contract_of(metafunc.config)
            found = _found(contract, name, getattr(metafunc.function, PARTS, ()))
            metafunc.parametrize(name, list(found.values()), ids=list(found))


def _found(contract: Contract, name: str, parts: tuple[str, ...]) -> dict[str, object]:
    if name == "resource":
        return {_called(contract, item): item for item in resources_of(contract, parts)}
    return {item.id: item for item in operations_of(contract)}


def _called(contract: Contract, resource: Resource) -> str:
    """A resource by its name; with another list than its own by that."""
    return resource.name if resource.list == contract.resources[resource.name].list else str(resource.list)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A case with a subject judges what is promised of that."""
    case, patterns = case_of(item), getattr(getattr(item, "function", None), PATTERNS, None)
    subject = _subject(item)
    if case is not None and patterns is not None and subject is not None:
        mine = narrowed(case, patterns, contract_of(item.config), subject)
        item.add_marker(pytest.mark.conformance(mine), append=False)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """What is common to all operations is judged by the case for every other subject: one that cannot be had leaves
    nothing of that unjudged."""
    try:
        return (yield)
    except NotExercised as reason:
        case, requirements = case_of(item), contract_of(item.config).requirements
        own = (
            [name for name in case.verifies if requirements[name].operation]
            if case is not None and _subject(item)
            else []
        )
        if reason.requirements or _subject(item) is None:
            raise
        if not own:
            raise NotApplicable(reason.reason) from None
        raise NotExercised(reason.reason, *own) from None
    finally:
        if BELOW in item.stash:
            item.stash[BELOW].ends()
            del item.stash[BELOW]


def _subject(item: pytest.Item) -> Resource | Operation | None:
    """What a case runs for; None where the contract has no such thing, of which pytest makes a parameter that is not set."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return next((value for value in params.values() if isinstance(value, Resource | Operation)), None)


class RoleMindful(Expect):
    """The assertions of a case for any contract, which knows of no operation which role it takes: that a good token may not
    do something says nothing of what was asked."""

    def _look(
        self, requirement: str, deviation: Deviation | None, exchange: Exchange | None, related: tuple[Exchange, ...]
    ) -> None:
        good = (
            exchange is not None and exchange.request.actor == "main" and exchange.request.headers.get("X-Auth-Token")
        )
        if exchange is not None and good and exchange.response.status == 403:
            raise unready(exchange)
        super()._look(requirement, deviation, exchange, related)


@pytest.fixture
def expect(run: Session, request: pytest.FixtureRequest) -> Expect:
    """The soft assertions of the case."""
    case = case_of(request.node)
    assert case is not None
    value = RoleMindful(run.recorder, case, run.rereading(client_of(request.node, run)).again)
    request.node.stash[FAILURES] = value.failures
    return value


@pytest.fixture
def cloud(run: Session, request: pytest.FixtureRequest) -> Iterator[Client]:
    """The client of the resource that a case is about; the first of the service where none makes it."""
    subject = _subject(request.node)
    first = client_of(request.node, run)
    if subject is None:
        yield first
        return
    resource = subject if isinstance(subject, Resource) else run.contract.resource_of(subject.id)
    named = (item for item in run.clients.values() if resource is not None and item.service.about == resource.name)
    beside = (item for item in run.clients.values() if item.service.name == subject.service)
    client = next(named, None) or next(beside, None) or first
    if client is not first:
        client.begin(key_of(request.node), first.attempt, explores=first.explores)
    holder = (
        holder_of(run.contract, resource) if resource is not None and client.service.about != resource.name else None
    )
    above = next(
        (item for item in run.clients.values() if holder is not None and item.service.about == holder.name), None
    )
    if resource is None or resource.create is None or resource.remove is None or not isinstance(above, GenericClient):
        yield client
        return
    if above is not first:
        above.begin(key_of(request.node), first.attempt, explores=first.explores)
    below = request.node.stash[BELOW] = ClientBelow(above, resource)
    below.begin(key_of(request.node), first.attempt, explores=first.explores)
    yield below
    below.journal.close(done=True)
