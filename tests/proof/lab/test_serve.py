"""The lab's server: a call that may write begins its transactions as a writer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conformance.proof.lab.serve import as_writer, noting_writers


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
