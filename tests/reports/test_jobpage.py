"""The page of a pipeline's job: added to, and never with something that is not so any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.model.errors import UsageError
from conformance.reports.jobpage import JobPage


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "page").write_bytes(b"before\n")
    return tmp_path / "page"


@pytest.fixture
def page(place: Path) -> JobPage:
    return JobPage({"GITHUB_STEP_SUMMARY": str(place)})


def test_what_a_run_says_is_added(page: JobPage, place: Path) -> None:
    page.add("said")
    assert b"before\nsaid\n" == place.read_bytes()


def test_what_was_said_for_the_time_being_is_taken_away(page: JobPage, place: Path) -> None:
    page.mark("under way")
    assert b"before\nunder way\n" == place.read_bytes()
    page.add("said")
    assert b"before\nsaid\n" == place.read_bytes()


def test_what_others_write_behind_it_stays_with_it(page: JobPage, place: Path) -> None:
    page.mark("under way")
    with place.open("ab") as file:
        file.write(b"theirs\n")
    page.add("said")
    assert b"before\nunder way\ntheirs\nsaid\n" == place.read_bytes()


def test_where_no_page_is_named_nothing_is_written() -> None:
    page = JobPage({})
    page.open()
    page.mark("under way")
    page.add("said")


def test_a_page_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^GITHUB_STEP_SUMMARY [^\n]*: cannot be written: [^\n]*$"):
        JobPage({"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "where")}).open()


def test_a_page_that_is_full_is_refused_by_the_system() -> None:
    with pytest.raises(OSError, match="No space left"):
        JobPage({"GITHUB_STEP_SUMMARY": "/dev/full"}).add("said")
