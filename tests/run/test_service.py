"""The seam: who has registered, and what is known of a service that nobody has."""

from __future__ import annotations

import pytest

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError
from conformance.run.service import Service, register, registered, service_named, services_of


def test_the_services_of_the_product_register_themselves() -> None:
    assert ["identity", "image"] == [service.name for service in registered()]


def test_a_service_may_register_twice_and_another_of_its_name_may_not() -> None:
    register(service_named("image"))
    with pytest.raises(SuiteError, match="two services are called image"):
        register(Service(name="image"))


def test_of_a_service_that_nobody_registered_the_contract_tells_what_there_is() -> None:
    assert Service(name="volumes", catalogue=("volumes",)) == service_named("volumes")


def test_the_services_of_a_contract_come_in_its_order(contract: Contract) -> None:
    assert list(contract.services) == [service.name for service in services_of(contract)]


def test_one_service_of_the_product_gives_tokens() -> None:
    assert ["identity"] == [service.name for service in registered() if service.gives_tokens]
