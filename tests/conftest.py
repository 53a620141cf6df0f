"""What the tests share: the vendor's document, the contract, a gate, the reference, exchanges built by hand."""

from __future__ import annotations

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from checkout import LIBRARY, PIPELINE, ROOT, not_here
from draws import DAY

from conformance.contract.specs import load_contract
from conformance.document import Document, read_document
from conformance.judge.excuses import Excuses
from conformance.judge.judgement import judge
from conformance.model.contract import Contract
from conformance.model.finding import Assertion
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.record import Attempt, Record
from conformance.model.verdict import Run, Verdict
from conformance.proof.reference import Reference
from conformance.run.recorder import Recorder

TOLD = (".org.chromium", "org.chromium", "scoped_dir", "conformance-fault-")
"""How the names begin of what a browser leaves, and of the traceback of a bug of ours: the user is told where it is."""


def pytest_report_header() -> str:
    """Which part of the long series is run, so that it can be run again."""
    return f"{DAY}={os.environ[DAY]} (the rest of the long series: make proof; all of it: CONFORMANCE_ALL=1)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What did not run, and why: a line for each reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run: {count} tests: {reason}")


@pytest.fixture(scope="session")
def document_path() -> Path:
    """The vendor's document: CONFORMANCE_DOCUMENT, else where it lies beside the project; without it the test does not run."""
    place = os.environ.get("CONFORMANCE_DOCUMENT")
    path = Path(place) if place else ROOT.parent / "shared" / "document" / "000_899f47eeb8449587.txt"
    return (
        path if path.is_file() else not_here(f"the vendor's document is not at {path}; set CONFORMANCE_DOCUMENT to it")
    )


@pytest.fixture(scope="session")
def document(document_path: Path) -> Document:
    """The vendor's document, read."""
    return read_document(document_path)


@pytest.fixture(scope="session")
def library_path() -> Path:
    """A small document that the project wrote itself, laid out and misprinted as the vendor's are: two services and a login."""
    return LIBRARY


@pytest.fixture(scope="session")
def library(library_path: Path) -> Document:
    """The small document, read."""
    return read_document(library_path)


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture
def reference(contract: Contract) -> Iterator[Reference]:
    with Reference(contract) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def no_cloud_of_the_developer() -> Iterator[None]:
    """No cloud and no pipeline is found in the environment, also by the fixtures that serve a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("OS_")]:
            patch.delenv(name)
        patch.setenv(PIPELINE, os.environ.get(PIPELINE) or os.environ.get("CI", ""))
        patch.delenv("CI", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def signals_of_a_terminal() -> Iterator[None]:
    """Signals that whoever started the tests ignores, as a shell does for what runs behind, do here what they do in a
    terminal."""
    ignored = [number for number in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder for temporary files, of the tests and of all that they start: one of their own."""
    folder = tmp_path_factory.mktemp("temporary", numbered=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield folder


@pytest.fixture(autouse=True)
def nothing_left_in_the_temporary_folder(temporary_folder: Path) -> Iterator[None]:
    """What a test leaves there, the run of a user would leave too."""
    before = set(os.listdir(temporary_folder))
    yield
    left = {name for name in set(os.listdir(temporary_folder)) - before if not name.startswith(TOLD)}
    assert set() == left


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of tests go to a directory of their own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def exchange() -> Callable[..., Exchange]:
    """Builds an exchange: operation, status, body, headers."""

    def build(
        operation: str | None = "image.list",
        status: int = 200,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        url: str = "http://cloud/v2/images",
        actor: str = "main",
        number: int = 1,
        **response: Any,
    ) -> Exchange:
        fields = {"x-openstack-request-id": f"req-{number}", "Content-Length": str(len(body)), **(headers or {})}
        if body and "Content-Type" not in fields:
            fields["Content-Type"] = "application/json"
        request = Request(method, url, operation=operation, actor=actor)
        return Exchange(number, request, Response(status, headers=Headers.of(fields), body=body, **response))

    return build


@pytest.fixture(scope="session")
def judged(contract: Contract) -> Callable[..., Verdict]:
    """The verdict on looks, each (assertion, exchange), of a run that owes the requirements which are looked at."""

    def judged_on(
        *looks: tuple[Assertion, Exchange],
        excuses: Excuses | None = None,
        attempts: tuple[Attempt, ...] = (),
        seed: int = 1,
        profile: str = "gate",
        **given: Any,
    ) -> Verdict:
        seen = Recorder(contract)
        for assertion, exchange in looks:
            if exchange not in seen.exchanges:
                seen.exchanges.append(exchange)
            seen.add(assertion, exchange)
        run = Run("0badcafe", seed, profile, "2026-01-01T00:00:00Z", 1.0, 0, "conformance run", "0", **given)
        target = {
            "name": "reference",
            "url": "",
            "urls": {},
            "region": "RegionOne",
            "project": "p",
            "second_project": None,
            "roles": [],
            "may_create": True,
            "embedded": False,
        }
        owed = frozenset(assertion.requirement for assertion, _ in looks)
        record = Record(
            run, target, tuple(seen.exchanges), tuple(seen.findings), seen.looks, attempts=attempts, required=owed
        )
        return judge(record, contract, excuses or Excuses())

    return judged_on
