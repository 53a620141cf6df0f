"""The lab's server: a call that may write begins its transactions as a writer; what costs time and changes nothing is once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conformance.proof.lab.serve import HeldOpen, as_writer, checked_once, noting_writers


def begun(method: str, statement: str = "BEGIN") -> str:
    """What a statement becomes within a call of this method."""

    def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        return [as_writer(None, None, statement, (), None, False)[0].encode()]

    return b"".join(noting_writers(application)({"REQUEST_METHOD": method}, None)).decode()


@pytest.mark.parametrize(
    ("method", "due"),
    [("GET", "BEGIN"), ("HEAD", "BEGIN"), ("POST", "BEGIN IMMEDIATE"), ("PATCH", "BEGIN IMMEDIATE")],
)
def test_a_call_that_may_write_begins_as_a_writer(method: str, due: str) -> None:
    assert due == begun(method)


def test_other_statements_stay_as_they_are() -> None:
    assert "COMMIT" == begun("POST", "COMMIT")


@pytest.mark.parametrize(("first", "locked"), [("BEGIN", True), ("BEGIN IMMEDIATE", False)])
def test_a_reader_that_turns_writer_is_refused_at_once_and_a_writer_is_not(
    tmp_path: Path, first: str, locked: bool
) -> None:
    """What SQLite does, on which the rule stands: two transactions that read, then write."""

    def connected(seconds: float) -> sqlite3.Connection:
        return sqlite3.connect(tmp_path / "x.db", timeout=seconds, isolation_level=None)

    with closing(connected(30)) as one, closing(connected(0.1)) as two:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("CREATE TABLE t (n)")
        one.execute(first)
        one.execute("SELECT * FROM t").fetchall()
        if first == "BEGIN":
            two.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                one.execute("INSERT INTO t VALUES (2)")
        else:
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                two.execute("BEGIN IMMEDIATE")  # waits for its turn, here for a tenth of a second
            one.execute("INSERT INTO t VALUES (2)")
            one.execute("COMMIT")
            two.execute("BEGIN IMMEDIATE")
    assert locked is (first == "BEGIN")


def test_a_schema_that_passed_is_not_checked_again_and_one_that_failed_is() -> None:
    asked: list[str] = []

    def check(schema: dict[str, Any]) -> None:
        asked.append(schema["type"])
        if schema["type"] == "wrong":
            raise ValueError("no schema")

    once = checked_once(check)
    for _ in range(2):
        once({"type": "object"})
        with pytest.raises(ValueError, match="no schema"):
            once({"type": "wrong"})
    assert ["object", "wrong", "wrong"] == asked


def test_a_database_stays_open_when_its_last_connection_is_closed(tmp_path: Path) -> None:
    path, journal = tmp_path / "x.db", tmp_path / "x.db-wal"
    with closing(sqlite3.connect(path)) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE t (n)")
    assert not journal.exists()  # the last one tidied up
    held = HeldOpen()
    for _ in range(2):
        with closing(sqlite3.connect(path)) as one:
            held(one, None)
            one.execute("INSERT INTO t VALUES (1)")
            one.commit()
    assert journal.exists()
    assert held.held is not None
    held.held.close()
