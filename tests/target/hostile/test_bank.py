"""The whole command against each server of the bank: it ends in its time and its memory, says what it has seen and no more,
leaves nothing behind that can be deleted, names the rest, and tells nobody a secret."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from draws import drawn
from echoes import echoes
from hostile import Memory
from hostile_bank import BANK, Hostile, leaked, meet

AT_A_PLACE = {item.name: item for item in BANK if item.place}
ON_PURPOSE = {item.name: item for item in BANK if not item.place}


WORKERS = (1, 2)
"""Those of a run against the reference, and of one against a cloud."""
MEMORY = Path("/proc/self/clear_refs").exists()
"""Whether the system tells what a run takes; where it does not, no run is held to it."""


def held(hostile: Hostile, folder: Path, workers: int) -> None:
    met = meet(hostile, folder, workers)
    assert () == met.wrong, met


@pytest.mark.parametrize(("name", "workers"), drawn(product(AT_A_PLACE, WORKERS), 3, 10))
def test_an_answer_at_a_place_does_no_harm(name: str, workers: int, tmp_path: Path) -> None:
    held(AT_A_PLACE[name], tmp_path, workers)


@pytest.mark.parametrize(("name", "workers"), drawn(product(ON_PURPOSE, WORKERS), 3, 7))
def test_a_server_made_on_purpose_does_no_harm(name: str, workers: int, tmp_path: Path) -> None:
    held(ON_PURPOSE[name], tmp_path, workers)


def test_what_a_worker_may_have_deleted_is_not_missed_when_all_is_cleaned_up(tmp_path: Path) -> None:
    held(AT_A_PLACE["framing: a chunk cut short, where something is deleted"], tmp_path, workers=2)


# --- what these runs are held to is seen when it is not so ------------------------------------------------------------


@pytest.mark.skipif(not MEMORY, reason="this system does not tell what a process takes: no run is held to its memory")
def test_what_a_run_takes_is_measured() -> None:
    memory = Memory()
    bytearray(b"x" * (64 << 20))
    assert 60 < memory.taken


@pytest.mark.parametrize("place", ["out/exchanges.har", "state/journal.jsonl", "the terminal"])
def test_a_secret_is_found_in_each_form_in_files_and_on_the_terminal(place: str, tmp_path: Path) -> None:
    secret, file = "hidden-word+of=us", tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    for form in echoes(secret):
        said = form if place == "the terminal" else ""
        file.write_text("" if said else form)
        assert [] != list(leaked(tmp_path, said, [secret])), form
