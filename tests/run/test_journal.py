"""The journal: written ahead, known by name and id, and read again by the next start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from checkout import ROOT
from journals import WHERE

from conformance.model.errors import NoRoom, SuiteError
from conformance.model.marks import prefix_of
from conformance.run.journal import Journal
from conformance.run.journal_readback import unfinished
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


def test_what_nobody_can_recognise_is_counted_over_all_workers(start: Callable[..., Journal]) -> None:
    journal, worker = start(), start("run2")
    journal.nameless, worker.nameless = 1, 2
    journal.take_over(worker.hand_over())
    assert (3, 0) == (journal.nameless, worker.nameless)


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
