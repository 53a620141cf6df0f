"""Contracts that the generic part is made from, and the part without a server."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from rich.console import Console
from targets import Offline
from warehouse import warehouse, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.extraction import extract
from conformance.contract.specs import load_contract
from conformance.document import Document
from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks

CASES = "conformance.services.generic.cases"


@pytest.fixture(scope="session")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the warehouse."""
    return warehouse(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="session")
def books(library: Document, tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the library, which was extracted."""
    out = Path(shutil.copytree(LIBRARY_ERRATA, tmp_path_factory.mktemp("specs") / LIBRARY_ERRATA.name))
    extract(library, out, lambda requirements: {item.id: () for item in requirements})
    return load_contract(out)


@pytest.fixture(params=["goods", "books"])
def any_contract(request: pytest.FixtureRequest) -> Contract:
    """Each of the contracts."""
    found: Contract = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(goods: Contract) -> Offline:
    """The reference of the warehouse."""
    return Offline(goods)


@pytest.fixture(scope="session")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs of the warehouse."""
    return write_warehouse(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def run(specs: Path, tmp_path: Path) -> Callable[..., Verdict]:
    """Runs the cases of a module that a selection names against the warehouse with hooks."""

    def conducted(hooks: Hooks, module: str, selection: str, values: Path | None = None) -> Verdict:
        target = Fault("any", (), "of this test", hooks)
        options = Options(
            specs=specs,
            embedded=lambda contract: Reference(contract, faults=(target,)),
            modules=(f"{CASES}.{module}",),
            selection=selection,
            values=values,
            seed=1,
        )
        verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
        return verdict

    return conducted
