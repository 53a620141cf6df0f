"""The command whose standard streams are full or closed: exit code 1 is a broken promise and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from commands import command
from draws import long

from conformance.cli.main import cli

PYTHON = f"{sys.executable} -m conformance"


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("{python} requirements > /dev/full", 2, ["conformance: standard output: cannot be written: No space left on device"]),
        ("{python} nonsense 2> /dev/full", 2, []),
        ("{python} nonsense >&- 2>&-", 2, []),
        ("{python} requirements | head -1", 0, []),
        ("{python} requirements >&-", 0, []),
        ("COLUMNS=0 {python} requirements | grep -q image.list", 0, []),
        ("LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 {python} requirements --lang zh", 0, []),
    ],
)  # fmt: skip
def test_no_state_of_the_standard_streams_is_exit_code_one(
    line: str, code: int, said: list[str], tmp_path: Path
) -> None:
    done = shell(line.format(python=PYTHON), tmp_path)
    assert (code, said) == (done.returncode, done.stderr.splitlines())


@long
def test_the_verdict_of_a_run_stands_whatever_became_of_its_output(tmp_path: Path) -> None:
    done = shell(f"{PYTHON} run --reference --profile smoke --seed 1 --out out > /dev/full 2>&-", tmp_path)
    assert (0, True) == (done.returncode, (tmp_path / "out" / "verdict.json").is_file())


def test_a_directory_that_is_gone_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = shell(f"cd gone; rmdir ../gone; {PYTHON} requirements", tmp_path)
    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))


def test_what_cannot_be_loaded_is_a_fault_of_the_suite_and_a_line(tmp_path: Path) -> None:
    code = "import sys; sys.modules['conformance.cli.main'] = None; from conformance.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (4, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert done.stderr.startswith("conformance: the suite cannot be loaded: ")


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (SystemExit(1), 4),
        (BrokenPipeError(32, "Broken pipe"), 4),
        (OSError(28, "No space left on device", "x"), 2),
        (MemoryError(), 2),
        (KeyboardInterrupt(), 3),
        (RuntimeError("ours"), 4),
    ],
)
def test_nothing_that_is_raised_is_exit_code_one(
    raised: BaseException, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "main", failing)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    done = command("requirements", cwd=tmp_path)
    assert (code, 1) == (done.returncode, len(done.stderr.splitlines()))
