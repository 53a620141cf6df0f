"""A service of the lab, served by cheroot in the lab's own environment, which has nothing of this package.

    python serve.py PORT MODULE:FACTORY

Both services keep their data in SQLite. oslo.db begins each transaction as a reader; one that then writes while another has
just written is refused at once ("database is locked", whatever the time that it would wait), and the service answers with a
500 that is none of its own. So a call that may write, and what runs behind a service, begins its transactions as a writer, and waits for its turn. Reading calls
are left as they are: beside a journal (WAL) they wait for nobody.

WebOb closes what it has read a body in chunks from, and cheroot's own close ends the connection under the next request, which
is answered with a 500 that is none of the service's either. So what a body is read from is never closed by the service.

Two things that cost a third of the time and change no answer are done once. Glance checks its JSON schema of an image against
the meta schema at every create and for every operation of a change. SQLite tidies its journal up whenever the last connection
is closed, which without a pool is after every transaction, so one is held open.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from cheroot import wsgi

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_call = threading.local()


def main(port: str, factory: str) -> None:
    """Serve until SIGTERM."""
    module, _, name = factory.partition(":")
    sys.argv = sys.argv[:1]  # oslo.config would read them as its own
    engine = importlib.import_module("sqlalchemy.engine").Engine
    listen = importlib.import_module("sqlalchemy.event").listen
    listen(engine, "before_cursor_execute", as_writer, retval=True)
    listen(engine, "connect", HeldOpen())
    default = importlib.import_module("jsonschema").validators.validator_for({})
    default.check_schema = checked_once(default.check_schema)
    application = getattr(importlib.import_module(module), name)()
    server = wsgi.Server(("127.0.0.1", int(port)), noting_writers(application), numthreads=8, request_queue_size=64)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.start()
    except SystemExit:
        server.stop()
        os._exit(0)  # what runs behind a service may have threads that never end
    finally:
        server.stop()


def noting_writers(application: Application) -> Application:
    """The application, with it noted for each thread whether the call that it serves may write."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _call.writes = environ["REQUEST_METHOD"] not in _SAFE
        if environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = Unclosed(environ["wsgi.input"])
        return application(environ, start_response)

    return call


class Unclosed:
    """What a body is read from, left open by whoever closes it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def close(self) -> None:
        """Close nothing."""


def as_writer(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """The statement, with the beginning of a transaction of a call that may write turned into that of a writer (an
    event of SQLAlchemy)."""
    if statement == "BEGIN" and getattr(_call, "writes", True):
        return "BEGIN IMMEDIATE", parameters
    return statement, parameters


class HeldOpen:
    """Holds one more connection open to the database of the first one that is made (an event of SQLAlchemy)."""

    def __init__(self) -> None:
        self.held: sqlite3.Connection | None = None

    def __call__(self, connection: Any, _record: Any) -> None:
        if self.held is None:
            path = next(file for _, name, file in connection.execute("PRAGMA database_list") if name == "main")
            self.held = sqlite3.connect(path, check_same_thread=False)
            self.held.execute("PRAGMA schema_version").fetchall()  # before the first query nothing is opened


def checked_once(check: Callable[..., None]) -> Callable[..., None]:
    """The check of a schema, passed over for one that has passed it."""
    passed: set[str] = set()

    def check_once(schema: Any, *more: Any, **options: Any) -> None:
        text = json.dumps(schema, sort_keys=True, default=repr)
        if text not in passed:
            check(schema, *more, **options)
            passed.add(text)

    return check_once


if __name__ == "__main__":
    main(*sys.argv[1:3])
