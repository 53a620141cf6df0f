"""The journal: written ahead, known by name and id, and read again by the next start."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from checkout import ROOT
from journals import HEAD, WHERE, written

from conformance.model.errors import NoRoom, SuiteError
from conformance.model.marks import prefix_of
from conformance.model.phrase import Phrase
from conformance.run.journal import Journal, unfinished
from conformance.target.secrets import Secrets


def entries(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_intention_is_on_the_disk_before_anything_else(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.intend("conformance-run1-1", "an-id")
    assert entries(journal.path)[-1] == {"name": "conformance-run1-1", "id": "an-id"}
    assert journal.path.stat().st_mode & 0o777 == 0o600


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


def test_what_is_not_ours_is_known_to_the_next_start(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    journal = start()
    journal.meets(["there-before"])
    for name in ("conformance-run1-1", "conformance-run1-2"):
        journal.intend(name)
    journal.created("answered-twice", name="conformance-run1-1")
    journal.meets(["seen-later"])
    journal.misnames("answered-twice", "conformance-run1-2", final=True)
    journal.misnames("nobodys", "conformance-run1-2", final=False)
    schema = json.loads((ROOT / "specs" / "schemas" / "journal.schema.json").read_text())
    for entry in entries(journal.path):
        jsonschema.validate(entry, schema)
    journal.close(done=False)
    [found] = found_here()
    assert ({"there-before", "answered-twice"}, {}, {"conformance-run1-2"}) == (
        found.others,
        found.ids,
        found.doubts(taken=True),
    )


def test_what_a_worker_finds_not_to_be_ours_is_not_ours(start: Callable[..., Journal]) -> None:
    journal, worker = start(), start("run2")
    journal.created("answered-twice")
    worker.misnames("answered-twice", "", final=True)
    journal.take_over(worker.hand_over())
    assert ({}, {"answered-twice"}, {"answered-twice"}) == (journal.ids, journal.others, journal.misnamed)


def test_what_is_deleted_is_remembered_until_it_is_seen_to_be_gone(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.created("an-id", project="second")
    journal.gone("an-id")
    journal.gone("never-made")
    assert ({}, {"an-id": "second"}) == (journal.ids, journal.deleted)


def test_of_a_name_whose_id_is_known_or_whose_create_was_refused_nothing_is_open(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]]
) -> None:
    journal = start()
    for name in ("made", "refused", "open"):
        journal.intend(name)
    journal.created("an-id", name="made")
    journal.refused("refused")
    assert {"made", "refused"} == journal.settled
    journal.close(done=False)
    assert [{"made"}] == [item.settled for item in found_here()]


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
    journal.read_again()
    open_then = {names["sent"], names["cut"]}
    assert (open_then, open_then) == (journal.doubts(), set(journal.under_way))
    journal.take_over(held)  # it lived, and tells of it
    assert open_then == journal.doubts()
    journal.take_over(replace(held, settled=held.settled | {names["sent"]}, doubtful=frozenset()))
    assert names["sent"] not in journal.doubts()


@pytest.mark.parametrize("answer", [lambda it, name: it.refused(name), lambda it, name: it.created("b", name=name)])
def test_of_two_creates_of_one_name_the_one_that_was_cut_off_stays_in_doubt(
    start: Callable[..., Journal], answer: Callable[[Journal, str], None]
) -> None:
    journal = start()
    name = "conformance-run1-1"
    journal.intend(name)
    journal.cut_off(name)
    answer(journal, name)
    assert {name} == journal.doubts()
    later = journal.under_way[name]
    journal.denied([name], later - 1, believed=True)
    assert {name} == journal.doubts()
    journal.denied([name], later, believed=True)
    assert set() == journal.doubts()


def test_each_line_follows_the_schema(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.intend("conformance-run1-0")
    journal.unclear("conformance-run1-0", taken=True)
    journal.seen(["conformance-run1-0"])
    journal.doubted("conformance-run1-0")
    journal.refused("conformance-run1-0")
    journal.intend("conformance-run1-1", "an-id", project="second")
    journal.created("another", name="conformance-run1-1", project="second")
    journal.gone("another")
    schema = json.loads((ROOT / "specs" / "schemas" / "journal.schema.json").read_text())
    for entry in entries(journal.path):
        jsonschema.validate(entry, schema)
    assert 9 == len(entries(journal.path))


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


# --- a disk that is full ----------------------------------------------------------------------------------------------


def test_what_cannot_be_written_down_is_not_to_be_created(
    start: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = start()
    journal.intend("conformance-run1-1")
    before = journal.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: pwrite(handle, data[:5]))
        with pytest.raises(NoRoom, match="without it nothing is created"):
            journal.intend("conformance-run1-2")
    assert (before, ["conformance-run1-1"]) == (journal.path.read_bytes(), list(journal.names))
    with pytest.raises(NoRoom):
        journal.intend("conformance-run1-3")


def pwrite(handle: int, data: bytes) -> int:
    return os.pwrite(handle, data, os.fstat(handle).st_size)


def test_an_id_that_cannot_be_written_down_is_known_to_this_process(
    start: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = start()
    journal.intend("conformance-run1-1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: 0)
        with pytest.raises(NoRoom):
            journal.created("an-id")
    assert ["an-id"] == list(journal.ids)


def test_a_journal_that_is_closed_takes_nothing_more(start: Callable[..., Journal]) -> None:
    journal = start()
    journal.close(done=True)
    journal.close(done=False)
    with pytest.raises(SuiteError, match="is closed"):
        journal.intend("conformance-run1-1")


def test_a_target_that_ends_with_the_process_needs_no_file(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, *WHERE, "run1", durable=False)
    journal.intend("conformance-run1-1")
    assert (["conformance-run1-1"], []) == (list(journal.names), list(tmp_path.iterdir()))
    journal.close(done=True)


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


def test_names_begin_with_the_run() -> None:
    assert prefix_of("abc") == "conformance-abc-"


def test_an_id_is_waited_for_until_it_is_on_the_disk_where_no_name_of_ours_is(
    start: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, synced = start(), []
    monkeypatch.setattr(os, "fsync", synced.append)
    ours = f"{prefix_of('run1')}a"
    waited = []
    for name in (ours, "", "theirs"):
        journal.intend(name)
        before = len(synced)
        journal.created(f"id of {name}", name=name)
        waited.append(len(synced) - before)
    assert ([0, 1, 1], 5) == (waited, len(synced))


# --- a secret in place of an id ---------------------------------------------------------------------------------------

TOLD = "gAAAAABnR2xvcnkgdG8gdGhlIHRva2Vu-x_7Qk3Zp9LwYt5Vb1Nc8Md6Hf4Js2Ra0Ue"


@pytest.fixture
def known() -> Secrets:
    secrets = Secrets()
    secrets.learn(TOLD, "$OS_TOKEN")
    return secrets


@pytest.mark.parametrize("own", [TOLD, f"x/{TOLD}?y", TOLD.encode().hex(), TOLD[:20]])
def test_a_secret_that_is_given_as_an_id_is_deleted_by_this_process_and_by_name_in_a_later_one(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]], known: Secrets, own: str
) -> None:
    journal, name = start(shown=known.text), "conformance-run1-1"
    journal.intend(name)
    journal.doubted(name)
    journal.created(own, name=name)
    assert ({own}, set()) == (set(journal.ids), journal.doubts())
    journal.seen([name])
    journal.gone(own)
    assert {own} == set(journal.deleted)
    journal.misnames(own, name, final=True)
    written_there = journal.path.read_text()
    assert own not in written_there
    journal.close(done=False)
    [later] = found_here()
    assert (set(), {name}) == (set(later.ids), later.doubts())


def test_a_create_that_a_list_has_settled_stays_open_in_a_file_that_may_not_name_its_id(
    start: Callable[..., Journal], found_here: Callable[[], list[Journal]], known: Secrets
) -> None:
    journal, name = start(shown=known.text), "conformance-run1-1"
    journal.intend(name)
    journal.unclear(name)
    journal.created(TOLD)
    journal.seen([name])
    assert set() == journal.doubts()
    journal.close(done=False)
    assert [{name}] == [later.doubts() for later in found_here()]


def test_the_journal_of_all_keeps_a_secret_that_a_worker_was_given_as_an_id_out_of_the_file(
    start: Callable[..., Journal], known: Secrets
) -> None:
    journal, worker = start(shown=known.text), start("run2", shown=known.text)
    worker.created(TOLD)
    journal.take_over(worker.hand_over())
    assert {TOLD} == set(journal.ids)
    journal.gone(TOLD)
    assert TOLD not in journal.path.read_text()


def test_an_endpoint_a_project_and_a_name_that_tell_a_secret_are_written_without_it(
    start: Callable[..., Journal], tmp_path: Path, known: Secrets
) -> None:
    journal = start(where=(f"http://cloud/{TOLD}", TOLD), shown=known.text)
    journal.meets({f"id-{TOLD}", "of-others"})
    journal.intend(f"conformance-run1-{TOLD}", TOLD, project=TOLD)
    journal.created("an-id", name=f"conformance-run1-{TOLD}", project=TOLD)
    assert TOLD not in journal.path.read_text()
    journal.close(done=False)
    [later] = unfinished(tmp_path, known.text(f"http://cloud/{TOLD}"), known.text(TOLD))
    assert (["an-id"], {"of-others"}) == (list(later.ids), later.others)
    later.close(done=False)
