"""`conformance selfcheck` as a command: what it writes and how it ends."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import jsonschema
import pytest
from checkout import SCHEMAS
from commands import command

selfcheck = partial(command, "selfcheck")
SCHEMA = json.loads((SCHEMAS / "selfcheck.schema.json").read_text(encoding="utf-8"))


def smoke_tried(out: Path, *faults: str, seeds: int = 0, jobs: int = 1, part: str = "1/1") -> CompletedProcess[str]:
    """The self-check by smoke, of these faults alone or a part of them, into `out`."""
    chosen = [word for fault in faults for word in ("--fault", fault)]
    limits = ("--seeds", str(seeds), "--jobs", str(jobs), "--part", part)
    return selfcheck("--profile", "smoke", *chosen, *limits, "--out", out, cwd=out.parent)


def test_faults_that_are_caught_end_in_zero_with_both_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = smoke_tried(out, "image.list.status", "image.create.auth.[ae]*", seeds=1, jobs=2)
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


def test_a_part_of_the_bank_is_said_to_be_one(tmp_path: Path) -> None:
    done = smoke_tried(tmp_path, "image.create.auth.[ae]*", part="2/2")
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "selfcheck.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, SCHEMA)
    assert ("2/2", ["image.create.auth.empty"]) == (written["part"], [item["id"] for item in written["faults"]])
    assert "PROVEN (part 2/2 of the bank): of 1 faults 1 caught" in " ".join(done.stdout.split())


def test_a_fault_that_is_missed_ends_in_four(tmp_path: Path) -> None:
    # Smoke does not sort by times.
    done = smoke_tried(tmp_path, "image.list.query.sort_dir.updated_at")
    assert done.returncode == 4
    assert "NOT PROVEN: of 1 faults 0 caught" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "image.nothing"], "--fault image.nothing: no fault has such a name"),
        (["--jobs", "0"], "--jobs"),
        (["--part", "4/3"], "'--part': '4/3' is no part of a whole; give one such as 2/3"),
        (["--part", "a third"], "'--part': 'a third' is no part of a whole; give one such as 2/3"),
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
    done = smoke_tried(tmp_path, "image.list.status")
    assert done.returncode == 0, done.stderr
