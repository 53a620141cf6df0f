"""A directory of specs, written from the small document with errata of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA

from conformance.contract.extraction import extract
from conformance.contract.specs import load_contract
from conformance.document import Document
from conformance.model.contract import Contract


@pytest.fixture
def errata(tmp_path: Path) -> Path:
    """A directory that holds the errata of the small document and nothing else."""
    return Path(shutil.copytree(LIBRARY_ERRATA, tmp_path / LIBRARY_ERRATA.name))


@pytest.fixture(scope="module")
def specs_of_library(library: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs and the ledger of the small document."""
    out = Path(shutil.copytree(LIBRARY_ERRATA, tmp_path_factory.mktemp("specs") / LIBRARY_ERRATA.name))
    extract(library, out, lambda requirements: {item.id: (f"looks-at-{item.kind}",) for item in requirements})
    return out


@pytest.fixture(scope="module")
def library_contract(specs_of_library: Path) -> Contract:
    """The contract of the small document."""
    return load_contract(specs_of_library)
