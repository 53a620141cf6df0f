"""`conformance selfcheck` as a command: what it writes and how it ends."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS
from commands import command

selfcheck = partial(command, "selfcheck")
SCHEMA = json.loads((SCHEMAS / "selfcheck.schema.json").read_text(encoding="utf-8"))


def test_faults_that_are_caught_end_in_zero_with_both_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = selfcheck(
        "--profile",
        "smoke",
        "--fault",
        "image.list.status",
        "--fault",
        "image.create.auth.[ae]*",
        "--seeds",
        "1",
        "--jobs",
        "2",
        "--out",
        str(out),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    written = json.loads((out / "selfcheck.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, SCHEMA)
    assert written["proven"] is True
    assert [item["id"] for item in written["faults"]] == [
        "image.create.auth.absent",
        "image.create.auth.empty",
        "image.list.status",
    ]
    assert {item["outcome"] for item in written["faults"]} == {"caught"}
    assert "| `image.list.status` |" in (out / "selfcheck.md").read_text(encoding="utf-8")
    assert "PROVEN" in done.stdout


def test_a_fault_that_is_missed_ends_in_four(tmp_path: Path) -> None:
    # Smoke does not sort by times.
    done = selfcheck(
        "--profile",
        "smoke",
        "--fault",
        "image.list.query.sort_dir.updated_at",
        "--seeds",
        "0",
        "--jobs",
        "1",
        "--out",
        str(tmp_path),
        cwd=tmp_path,
    )
    assert done.returncode == 4
    assert "NOT PROVEN: of 1 faults 0 caught" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "image.nothing"], "--fault image.nothing: no fault has such a name"),
        (["--jobs", "0"], "--jobs"),
        (["--out", "/dev/null/out"], "cannot be written"),
    ],
)
def test_a_wrong_option_ends_in_two_and_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = selfcheck(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_cloud_of_the_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLOUD", "somewhere-else")
    done = selfcheck(
        "--profile",
        "smoke",
        "--fault",
        "image.list.status",
        "--seeds",
        "0",
        "--jobs",
        "1",
        "--out",
        str(tmp_path),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
