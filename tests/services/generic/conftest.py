"""Contracts that the generic part is made from, and the part without a server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from targets import Offline
from warehouse import warehouse

from conformance.contract.extraction import extract
from conformance.contract.specs import load_contract
from conformance.document import Document
from conformance.model.contract import Contract


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
