"""Every command that writes tries its place first: an impossible one is exit 2 before a request or minutes of work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import command

from conformance.model.contract import Contract
from conformance.proof.reference import Reference

ON_CLOUD = ("--os-cloud", "reference", "--profile", "smoke")


@pytest.fixture
def place(tmp_path: Path, contract: Contract) -> Iterator[tuple[Path, Reference]]:
    """A directory with clouds.yaml of a target and a file `taken`."""
    with Reference(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        (tmp_path / "taken").write_text("mine")
        yield tmp_path, target


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", *ON_CLOUD, "--out", "taken"),
        ("run", *ON_CLOUD, "--out", "taken/below"),
        ("run", *ON_CLOUD, "--out", "out", "--alluredir", "taken"),
        ("compare", "absent", "absent", "--out", "taken/below.html"),
        ("report", "absent", "--out", "taken/below.html"),
        ("bundle", "absent", "--out", "taken/below.tar.gz"),
        ("waivers", "draft", "absent", "--out", "taken/below.yaml"),
        ("waivers", "draft", "absent", "--out", "taken"),
        ("extract", "absent.txt", "--out", "taken"),
        ("selfcheck", "--fault", "no-such", "--out", "taken/below"),
        ("specs", "diff", "absent", "absent", "--out", "taken/below.txt"),
        ("serve", "--clouds", "taken/below.yaml"),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_place_that_cannot_be_written_is_exit_two_at_once(
    place: tuple[Path, Reference], arguments: tuple[str, ...]
) -> None:
    folder, target = place
    before = len(target.secrets)
    done = command(*arguments, cwd=folder)
    assert (2, 1, "") == (done.returncode, len(done.stderr.splitlines()), done.stdout)
    assert "taken" in done.stderr
    assert ("mine", before) == ((folder / "taken").read_text(), len(target.secrets))


LONG = "n" * 300
"""No name that a file can have."""


@pytest.mark.parametrize(
    ("words", "value"),
    [
        *((words, "") for words in (("run", "--out"), ("run", "--alluredir"), ("run", "--specs"), ("report",))),
        *((words, LONG) for words in (("run", "--out"), ("run", "--waivers"), ("report",), ("verify",), ("extract",))),
    ],
    ids=lambda value: " ".join(value)[:20],
)
def test_a_path_that_is_empty_or_can_be_none_is_one_line_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], value: str
) -> None:
    done = command(*words, value, cwd=tmp_path)
    assert (2, 1, "") == (done.returncode, len(done.stderr.splitlines()), done.stdout)
    assert ("File name too long" if value else "the value is empty") in done.stderr
    assert [] == [path for path in tmp_path.iterdir() if path.name != "state"]


def test_the_directory_of_the_user_with_files_in_it_is_refused(place: tuple[Path, Reference]) -> None:
    folder, target = place
    before = len(target.secrets)
    done = command("run", *ON_CLOUD, "--out", ".", cwd=folder)
    assert (2, 1, before) == (done.returncode, len(done.stderr.splitlines()), len(target.secrets))
    assert "holds clouds.yaml, which no run wrote; give another directory" in done.stderr
    assert not (folder / "verdict.json").exists()


def test_the_page_of_a_job_that_cannot_be_written_is_exit_two_at_once(place: tuple[Path, Reference]) -> None:
    folder, target = place
    before = len(target.secrets)
    done = command("run", *ON_CLOUD, "--out", "out", cwd=folder, env={"GITHUB_STEP_SUMMARY": str(folder / "no" / "x")})
    assert (2, before) == (done.returncode, len(target.secrets))
    assert "GITHUB_STEP_SUMMARY" in done.stderr


def test_a_state_directory_that_cannot_be_written_is_exit_two_at_once(place: tuple[Path, Reference]) -> None:
    folder, target = place
    before = len(target.secrets)
    done = command("run", *ON_CLOUD, "--out", "out", cwd=folder, env={"XDG_STATE_HOME": str(folder / "taken")})
    assert (2, before) == (done.returncode, len(target.secrets))
    assert "set XDG_STATE_HOME" in done.stderr


def test_a_run_leaves_in_the_working_directory_its_reports_alone(tmp_path: Path) -> None:
    """In a process of its own: hypothesis writes its files once in each."""
    words = ["run", "--reference", "-k", "generated", "--budget", "40", "--out", "out"]
    subprocess.run(
        [sys.executable, "-m", "conformance", *words], cwd=tmp_path, capture_output=True, timeout=200, check=False
    )
    assert ["out", "state"] == sorted(path.name for path in tmp_path.iterdir())
    assert (tmp_path / "state" / "easystack-conformance" / "hypothesis").is_dir()
