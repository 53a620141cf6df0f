"""The embedded target is handed to a run, and loaded only by one that names no cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import ROOT

from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.jsonvalue import moment
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.run.session import Session

LOADED = """
import json, re, sys
{code}
proof = re.compile(r"conformance\\.(proof|services\\.[a-z_]+\\.(faults|target|liberties))(\\.|$)")
print(json.dumps(sorted(name for name in sys.modules if proof.match(name))), file=sys.stderr)
"""


def loaded(code: str, folder: Path, **environ: str) -> list[str]:
    """The modules of references and faults that a fresh interpreter has after this code."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), **environ}
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(code=code)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    names: list[str] = json.loads(done.stderr.splitlines()[-1])
    return names


def command(*arguments: str) -> str:
    return f"""
from conformance.cli.main import main
sys.argv = {["conformance", *arguments]!r}
try:
    main()
except SystemExit as end:
    assert end.code in (0, 3), end.code
"""


RUN = ("run", "--profile", "smoke", "--seed", "1", "--out", "out")


def test_the_command_and_a_run_know_no_reference_and_no_fault(tmp_path: Path) -> None:
    code = "import conformance.cli.main, conformance.cli.run, conformance.plugin, conformance.run.session"
    assert loaded(code, tmp_path) == []


def test_a_run_against_a_cloud_loads_no_reference_and_no_fault(tmp_path: Path, reference: Reference) -> None:
    clouds = tmp_path / "clouds.yaml"
    reference.write_clouds(clouds)
    code = command(*RUN, "--os-cloud", "reference", "--other-cloud", "reference-other")
    assert loaded(code, tmp_path, OS_CLIENT_CONFIG_FILE=str(clouds)) == []
    assert (tmp_path / "out" / "verdict.json").is_file()


def test_a_run_without_a_cloud_loads_the_reference(tmp_path: Path) -> None:
    assert "conformance.proof.reference" in loaded(command(*RUN), tmp_path)


def test_a_run_that_names_no_cloud_and_was_handed_no_target_is_refused(contract: Contract) -> None:
    with pytest.raises(UsageError, match=r"^no cloud is named: give --os-cloud$"), Session(Options(), contract):
        pass


@pytest.fixture
def conduct(contract: Contract) -> Iterator[Session]:
    with Session(Options(seed=1, embedded=Reference), contract) as value:
        yield value
        value.cleanup()


def test_waiting_moves_the_stamps_and_takes_no_time(conduct: Session) -> None:
    cloud = conduct.client
    began = time.monotonic()
    first = moment(cloud.create({"name": cloud.name()}).response.json()["created_at"])
    cloud.wait(600)
    second = moment(cloud.create({"name": cloud.name()}).response.json()["created_at"])
    assert first is not None
    assert second is not None
    assert 600 <= (second - first).total_seconds() < 660
    assert time.monotonic() - began < 60


def test_a_token_outlives_its_time_no_more_than_elsewhere(conduct: Session) -> None:
    cloud = conduct.client
    token = cloud.target.main.token()
    cloud.wait(3700)
    assert cloud.call("image.list", token=token, anonymous=True).response.status == 401
