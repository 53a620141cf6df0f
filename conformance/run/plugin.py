"""The pytest plugin: options, markers and fixtures. The supervisor, which it registers, watches over the run.
`conformance/plugin.py` composes it with what it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from conformance.contract.specs import default_directory, load_effective
from conformance.model.budget import Budget
from conformance.run.cases import Expect
from conformance.run.items import EXPLORING, case_of, client_of
from conformance.run.options import Options
from conformance.run.pytest_options import add_options
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.supervisor import FAILURES, SESSION, Supervisor


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `conformance run` that say what is run, under the same names."""
    add_options(parser.getgroup("conformance", "conformance of a cloud to the vendor's document"))


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers of the cases."""
    config.addinivalue_line("markers", "conformance(case): a conformance case and what it verifies")
    config.addinivalue_line("markers", f"{EXPLORING}: a case drawn with the seed of the run; it decides nothing")
    if not any(isinstance(plugin, Supervisor) for plugin in config.pluginmanager.get_plugins()):
        config.pluginmanager.register(Supervisor(), "conformance-supervisor")


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Session:
    """The run under way."""
    return request.config.stash[SESSION]


@pytest.fixture
def cloud(run: Session, request: pytest.FixtureRequest) -> Client:
    """The client of the service whose case runs."""
    return client_of(request.node, run)


@pytest.fixture
def share(run: Session) -> Callable[[float], Budget]:
    """Gives a part of the budget of the generated cases."""
    return run.share


@pytest.fixture
def allowance(run: Session) -> int:
    """Bytes of data that the cases about sizes may send and receive."""
    return run.allowance


@pytest.fixture
def description(run: Session, cloud: Client) -> Mapping[str, object]:
    """The effective OpenAPI description of the service whose case runs."""
    return load_effective(run.options.specs or default_directory())[cloud.service.name]


@pytest.fixture
def options(run: Session) -> Options:
    """What the run was asked for."""
    return run.options


@pytest.fixture
def expect(run: Session, request: pytest.FixtureRequest) -> Expect:
    """The soft assertions of the case."""
    case = case_of(request.node)
    assert case is not None
    value = Expect(run.recorder, case, run.rereading(client_of(request.node, run)).again)
    request.node.stash[FAILURES] = value.failures
    return value
