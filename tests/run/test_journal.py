"""The journal: written ahead, cleaned by name and id, never beyond."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.model.errors import UsageError
from conformance.model.marks import prefix_of, tag_of
from conformance.run.journal import Journal, clean, unfinished

WHERE = ("http://cloud", "project")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    """Opens journals, and closes them when the test is over."""
    with ExitStack() as stack:

        def opened(run_id: str = "run1", where: tuple[str, str] = WHERE) -> Journal:
            journal = Journal.open(tmp_path, *where, run_id)
            stack.callback(journal.close, done=False)
            return journal

        yield opened


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Callable[[], list[Journal]]]:
    """Finds the journals of dead runs, and closes them when the test is over."""
    with ExitStack() as stack:

        def look() -> list[Journal]:
            journals = list(unfinished(tmp_path, *WHERE))
            for journal in journals:
                stack.callback(journal.close, done=False)
            return journals

        yield look


class Held:
    """Resources of a cloud, as the journal sees them: id -> (name, tag)."""

    def __init__(self, held: dict[str, tuple[str, str]], stubborn: Container[str] = ()) -> None:
        self.held = held
        self.stubborn = stubborn
        self.asked: list[str] = []
        self.removed: list[tuple[str, str]] = []

    def of_run(self, run_id: str, names: Container[str], project: str = "") -> tuple[str, ...]:
        self.asked.append(project)
        return tuple(
            key for key, (name, tag) in self.held.items() if not project and (name in names or tag == tag_of(run_id))
        )

    def remove(self, resource_id: str, project: str = "") -> bool:
        self.removed.append((resource_id, project))
        if resource_id in self.stubborn:
            return False
        self.held.pop(resource_id, None)
        return True


def entries(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_intention_is_on_the_disk_before_anything_else(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.intend("conformance-run1-1", "an-id")
    assert entries(journal.path)[-1] == {"name": "conformance-run1-1", "id": "an-id"}
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_cleaning_takes_what_was_made_and_nothing_else(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    journal = start()
    for name in ("conformance-run1-1", "precious"):
        journal.intend(name)
    journal.created("by-id")
    held = Held(
        {
            "a": ("conformance-run1-1", ""),
            "b": ("precious", ""),
            "c": ("x", tag_of("run1")),
            "by-id": ("y", ""),
            "d": ("conformance-run1-10", ""),
        }
    )
    assert clean(journal, held) == ()
    assert {"b", "d"} == set(held.held)


def test_a_name_with_the_id_of_the_run_is_its_own_in_whatever_letters(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    """Cases about names make such; where the answer to the create says another id, only the name tells them."""
    journal = start()
    for name in ("CONFORMANCE-RUN1-1-EXACT", "conformance_run1_1_Exact", "CONFORMANCE-RUN2-1"):
        journal.intend(name)
    held = Held(
        {
            "a": ("CONFORMANCE-RUN1-1-EXACT", ""),
            "b": ("conformance_run1_1_Exact", ""),
            "c": ("CONFORMANCE-RUN2-1", ""),
        }
    )
    assert clean(journal, held) == ()
    assert {"c"} == set(held.held)


def test_what_cannot_be_deleted_is_told_and_stays_in_the_journal(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.created("stuck")
    left = clean(journal, Held({"stuck": ("", "")}, stubborn={"stuck"}))
    journal.close(done=not left)
    assert (left, journal.path.exists()) == (("stuck",), True)


def test_the_next_start_finds_the_journal_of_a_run_that_died(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    dead = start()
    dead.intend("conformance-run1-1")
    dead.created("an-id")
    dead.close(done=False)
    assert [(item.run_id, list(item.names), list(item.ids)) for item in found()] == [
        ("run1", ["conformance-run1-1"], ["an-id"])
    ]


def test_the_journal_of_a_run_under_way_is_left_alone(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    start("dead").close(done=False)
    start("alive").intend("conformance-alive-1")
    assert [item.run_id for item in found()] == ["dead"]


@pytest.mark.parametrize("where", [("http://other", "project"), ("http://cloud", "other")])
def test_the_journal_of_another_cloud_or_project_is_left_alone(
    start: Callable[..., Journal], found: Callable[[], list[Journal]], where: tuple[str, str]
) -> None:
    start("run1", where).close(done=False)
    assert found() == []


def test_a_last_line_that_was_cut_off_is_left_out(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.created("kept")
    journal.close(done=False)
    with journal.path.open("a") as out:
        out.write('{"id": "ha')
    assert [list(item.ids) for item in found()] == [["kept"]]


def test_a_journal_that_cannot_be_read_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('no\n{"id": "x"}\n')
    with pytest.raises(UsageError, match="line 1 is no journal entry"):
        list(unfinished(tmp_path, *WHERE))


def test_what_the_second_project_made_is_deleted_as_that_project(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.intend("conformance-run1-1", "ours")
    journal.intend("conformance-run1-2", project="second")
    journal.created("theirs", project="second")
    held = Held({"ours": ("conformance-run1-1", ""), "theirs": ("conformance-run1-2", "")})
    assert clean(journal, held) == ()
    assert (held.removed, held.asked) == ([("ours", ""), ("theirs", "second")], ["", "second"])


def test_the_next_start_knows_whose_a_resource_is(
    start: Callable[..., Journal], found: Callable[[], list[Journal]]
) -> None:
    dead = start()
    dead.intend("conformance-run1-1", "own-id", project="second")
    dead.created("theirs", project="second")
    dead.created("ours")
    dead.close(done=False)
    assert [item.ids for item in found()] == [{"own-id": "second", "theirs": "second", "ours": ""}]
    assert dead.names == {"conformance-run1-1": "second"}


def test_the_journal_of_an_older_suite_is_found(tmp_path: Path, found: Callable[[], list[Journal]]) -> None:
    lines = ({"run": "old", "image_url": WHERE[0], "project": WHERE[1]}, {"id": "an-id"})
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [(item.run_id, item.ids) for item in found()] == [("old", {"an-id": ""})]


def test_runs_against_two_endpoints_have_a_journal_each(start: Callable[..., Journal]) -> None:
    paths = {start("run1").path, start("run1", ("http://other", "project")).path}
    assert len(paths) == 2


def test_names_begin_with_the_run() -> None:
    assert prefix_of("abc") == "conformance-abc-"


def test_a_journal_that_goes_while_the_next_start_looks_is_left_out(
    tmp_path: Path, start: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    start("run1")
    gone = tmp_path / "run0.jsonl"
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone]))
    assert list(unfinished(tmp_path, *WHERE)) == []
