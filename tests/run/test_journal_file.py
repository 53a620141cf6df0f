"""The files of journals: whose each is, who holds it, and what is none."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT
from journals import HEAD, WHERE, written

from conformance.model.phrase import Phrase
from conformance.run.journal import Journal
from conformance.run.journal_file import Unread, found
from conformance.run.journal_readback import unfinished


def test_the_journal_of_a_run_under_way_is_left_alone(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    start("dead").close(done=False)
    start("alive").intend("conformance-alive-1")
    assert [item.run_id for item in found_here()] == ["dead"]


@pytest.mark.parametrize("where", [("http://other", "project"), ("http://cloud", "other")])
def test_the_journal_of_another_cloud_or_project_is_left_alone(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]], where: tuple[str, str]
) -> None:
    start("run1", where).close(done=False)
    assert found_here() == []


def test_a_last_line_that_was_cut_off_is_left_out(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.created("kept")
    journal.close(done=False)
    with journal.path.open("a") as out:
        out.write('{"id": "ha')
    assert [list(item.ids) for item in found_here()] == [["kept"]]


def _a_directory(path: Path) -> None:
    path.mkdir()


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda path: path.write_text("[1]"), Phrase.of("journal-no-head")),
        (lambda path: path.write_bytes(b"\xff\xfe\n"), Phrase.of("journal-no-head")),
        (lambda path: path.write_text('{"run": "ab'), Phrase.of("journal-no-head")),
        (_a_directory, Phrase.of("journal-denied", said="it is no file")),
        (_a_pipe, Phrase.of("journal-denied", said="it is no file")),
        (lambda path: path.symlink_to(path), Phrase.of("journal-denied", said=os.strerror(errno.ELOOP))),
    ],
)
def test_what_is_no_journal_is_told_and_stops_nobody(
    tmp_path: Path, found_here: Callable[[], list[Journal]], made: Callable[[Path], object], reason: Phrase
) -> None:
    made(tmp_path / "bad.jsonl")
    written(tmp_path / "run1-abc.jsonl", HEAD, {"id": "a"})
    assert (Unread(tmp_path / "bad.jsonl", reason),) == found(tmp_path)[1]
    assert [["a"]] == [list(journal.ids) for journal in found_here()]


def test_a_journal_that_may_not_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a stand-in, for who runs the tests may be allowed everything."""
    path = written(tmp_path / "run1-abc.jsonl", HEAD)

    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", denied)
    assert (Unread(path, Phrase.of("journal-denied", said=os.strerror(errno.EACCES))),) == found(tmp_path)[1]
    assert [] == list(unfinished(tmp_path, *WHERE))


def test_an_empty_file_is_nobodys_journal(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert ((), ()) == found(tmp_path)


def test_the_journal_of_an_older_suite_is_found(tmp_path: Path, found_here: Callable[[], list[Journal]]) -> None:
    lines = ({"run": "old", "image_url": WHERE[0], "project": WHERE[1]}, {"id": "an-id"})
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [(item.run_id, item.ids) for item in found_here()] == [("old", {"an-id": ""})]


def test_a_journal_that_goes_while_the_next_start_looks_is_left_out(
    tmp_path: Path, start: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    start("run1")
    gone = tmp_path / "run0.jsonl"
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone]))
    assert list(unfinished(tmp_path, *WHERE)) == []


OPENING = """
import os, sys
from pathlib import Path
from conformance.run.journal import Journal
os.fsync = lambda handle: None  # takes most of the time, and no other process sees it
for number in range(int(sys.argv[2])):
    journal = Journal.open(Path(sys.argv[1]), "http://cloud", "project", f"{number:08x}")
    journal.intend("conformance-x-1")
    journal.close(done=True)
"""


def test_a_journal_is_never_taken_from_a_living_run(tmp_path: Path) -> None:
    """One process opens and closes journals while another looks for those of dead runs."""
    opening = subprocess.Popen(
        [sys.executable, "-c", OPENING, tmp_path, "1500"], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    taken = []
    while opening.poll() is None:
        taken += [journal.run_id for journal in unfinished(tmp_path, *WHERE)]
    assert (0, [], []) == (opening.returncode, taken, list(tmp_path.iterdir()))


def test_runs_of_one_name_have_a_journal_each(start: Callable[..., Journal]) -> None:
    assert ["run1-32b8ff.jsonl", "run1-32b8ff-2.jsonl"] == [start("run1").path.name, start("run1").path.name]


def test_runs_against_two_endpoints_have_a_journal_each(start: Callable[..., Journal]) -> None:
    paths = {start("run1").path, start("run1", ("http://other", "project")).path}
    assert len(paths) == 2
