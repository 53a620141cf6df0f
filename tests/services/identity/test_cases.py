"""The token call is judged by what any document says of it, whatever its operation is called."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT
from rich.console import Console

from conformance.cli.reporting import conduct_run
from conformance.contract.extraction import extract
from conformance.contract.specs import load_contract
from conformance.document import read_document
from conformance.model.verdict import Verdict
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference
from conformance.run.options import Options

REQUEST, AUTH = "auth.token.create.request", "auth.token.create.body.auth"
Run = Callable[..., Verdict]


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs of a chapter whose login is an example and no operation with tables."""
    out = tmp_path_factory.mktemp("volumes")
    document = read_document(ROOT / "tests" / "document" / "data" / "volumes.txt")
    extract(document, out, lambda requirements: {item.id: () for item in requirements})
    return out


@pytest.fixture
def run(specs: Path, tmp_path: Path) -> Run:
    def conducted(*faults: str) -> Verdict:
        options = Options(
            specs=specs,
            embedded=lambda contract: Reference(contract, faults=faults_of(contract, list(faults)) if faults else ()),
            modules=("conformance.services.identity.cases.test_tokens",),
            seed=1,
        )
        return conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]

    return conducted


def test_the_only_call_without_a_token_is_the_one_that_gives_it(specs: Path) -> None:
    operation = load_contract(specs).token_operation
    assert operation is not None
    assert ("auth.token.create", ()) == (operation.id, operation.responses)


def test_a_login_that_only_an_example_shows_is_judged(run: Run) -> None:
    verdict = run()
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert ("passed", "passed", ()) == (outcomes[REQUEST], outcomes[AUTH], tuple(verdict.findings))


def test_a_login_that_is_taken_in_any_shape_is_found(run: Run) -> None:
    verdict = run("auth.token.lenient")
    assert {REQUEST, AUTH} <= {item.requirement for group in verdict.findings for item in group.variants}
