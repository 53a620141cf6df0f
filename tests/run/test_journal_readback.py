"""A journal read back: what the next start knows, and what a run knows of a process of its own that was killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from journals import HEAD, written

from conformance.model.phrase import Phrase
from conformance.run.journal import Journal
from conformance.run.journal_readback import read_again


def test_the_next_start_finds_the_journal_of_a_run_that_died(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    dead = start()
    dead.intend("conformance-run1-1")
    dead.created("an-id")
    dead.close(done=False)
    assert [(item.run_id, list(item.names), list(item.ids)) for item in found_here()] == [
        ("run1", ["conformance-run1-1"], ["an-id"])
    ]


def test_what_came_of_a_create_that_named_no_id_is_kept_for_an_hour_or_a_day(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    journal = start()
    names = [f"conformance-run1-{number}" for number in range(3)]
    for name in names:
        journal.intend(name)
        journal.unclear(name, taken=name == names[1])
    journal.unclear("never-intended", taken=True)
    journal.seen([names[2]])
    assert (set(names[:2]), {names[1]}) == (journal.doubts(), journal.doubts(taken=True))
    path = journal.path
    journal.close(done=False)
    [later] = found_here()
    assert (set(names[:2]), {names[1]}) == (later.doubts(), later.doubts(taken=True))
    later.close(done=False)
    for hours, kept in ((2, {names[1]}), (25, set())):
        os.utime(path, (time.time() - hours * 3600,) * 2)
        [later] = found_here()
        assert (kept, {*names[:2]}) == (later.doubts(), later.open_names())
        later.close(done=False)


def _with_creates(journal: Journal) -> dict[str, str]:
    """Has a journal know of a create in each state; the names, by state."""
    names = {state: f"conformance-run1-{state}" for state in ("sent", "refused", "answered", "made", "chosen", "cut")}
    for name in names.values():
        journal.intend(name, "chosen" if name == names["chosen"] else None)
        journal.doubted(name)
    journal.refused(names["refused"])
    journal.answered(names["answered"])
    journal.created("an-id", name=names["made"])
    journal.created("chosen", name=names["chosen"])
    journal.cut_off(names["cut"])
    return names


def test_a_create_of_which_the_file_says_no_more_may_be_carried_out_yet(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    """A process that was killed has sent it, and has heard nothing; so does one that waits for ever for its answer."""
    journal = start()
    names = _with_creates(journal)
    path = journal.path
    journal.close(done=False)
    open_then = {names["sent"], names["cut"]}
    for seconds, under_way in ((0, open_then), (60, {names["sent"]}), (200, set())):
        os.utime(path, (time.time() - seconds,) * 2)
        [later] = found_here()
        assert (open_then, under_way) == (later.doubts(), set(later.under_way))
        later.close(done=False)


def test_what_another_process_was_killed_in_the_middle_of_is_in_doubt(start: Callable[..., Journal]) -> None:
    journal = start()
    names = _with_creates(journal)
    held = journal.hand_over()
    read_again(journal)
    open_then = {names["sent"], names["cut"]}
    assert (open_then, open_then) == (journal.doubts(), set(journal.under_way))
    journal.take_over(held)  # it lived, and tells of it
    assert open_then == journal.doubts()
    journal.take_over(replace(held, settled=held.settled | {names["sent"]}, doubtful=frozenset()))
    assert names["sent"] not in journal.doubts()


@pytest.mark.parametrize(
    "line",
    [b"no", b"[1]", b"{}", b'{"id": 1}', b'{"id": "x", "project": null}', b"\xff\xfe", b"\x00" * 40, b"[" * 100_000],
)
def test_a_line_that_is_none_is_told_and_the_others_are_read(
    tmp_path: Path, found_here: Callable[[], list[Journal]], line: bytes
) -> None:
    path = written(tmp_path / "run1-abc.jsonl", HEAD, {"id": "a"}, line, {"id": "b"})
    (journal,) = found_here()
    assert ["a", "b"] == list(journal.ids)
    assert Phrase.of("journal-damaged", run="run1", count=1, file=path.name) == journal.damage
    journal.close(done=True)
    assert path.is_file()


def test_a_journal_of_a_newer_suite_is_read_as_far_as_it_is_understood_and_kept(
    tmp_path: Path, found_here: Callable[[], list[Journal]]
) -> None:
    path = written(tmp_path / "run1-abc.jsonl", {**HEAD, "version": 2}, {"id": "a", "since": 1}, {"lease": 1})
    (journal,) = found_here()
    assert (["a"], Phrase.of("journal-newer", run="run1", file=path.name)) == (list(journal.ids), journal.damage)
    journal.close(done=True)
    assert path.is_file()


def test_the_next_start_knows_whose_a_resource_is(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    dead = start()
    dead.intend("conformance-run1-1", "own-id", project="second")
    dead.created("theirs", project="second")
    dead.created("ours")
    dead.close(done=False)
    assert [item.ids for item in found_here()] == [{"own-id": "second", "theirs": "second", "ours": ""}]
    assert dead.names == {"conformance-run1-1": "second"}
