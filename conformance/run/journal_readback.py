"""Journals read back: by the next start, and by a run one of whose processes has ended before it told what it did."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase
from conformance.run.journal import CARRIED_OUT, SEEN, SENT, TAKEN, UNCLEAR, Journal
from conformance.run.journal_file import VERSION, Found, entry_of, found, lines_of, locked
from conformance.target.transport import TransportLimits

__all__ = ["read_again", "take", "unfinished"]

DOUBTED_FOR, TAKEN_FOR = 3600.0, 24 * 3600.0
"""Seconds that a file keeps a doubt, and that of a create that was answered as a success: what no list has shown in that
time is taken for never made."""
LONGEST_SENT = TransportLimits().total
"""Seconds that a run waits for an answer at most."""


def unfinished(directory: Path, endpoint: str, project_id: str) -> Iterator[Journal]:
    """The journals of runs against this endpoint and project that ended without cleaning up; each is locked by us
    now. What cannot be read is left out."""
    for head in found(directory)[0]:
        if (head.endpoint, head.project) == (endpoint, project_id):
            with contextlib.suppress(UsageError):
                journal = take(head)
                if journal is not None:
                    yield journal


def take(head: Found) -> Journal | None:
    """The journal of a run that has ended, read, and locked by us now; None while its run lives, and when it has gone.

    Raises UsageError when it cannot be opened for writing.
    """
    file = locked(head.path)
    if file is None:
        return None
    handle, lines = file
    journal = Journal(handle, head.path, head)
    age = max(0.0, time.time() - os.fstat(handle).st_mtime)
    newer = (entry_of(lines[0]) or {}).get("version", VERSION) if lines else VERSION
    reading = _ReadBack(journal)
    bad = sum(not reading.read(line) for line in lines[1:])
    journal.taken = journal.taken if age <= TAKEN_FOR else set()
    journal.doubtful = journal.doubtful | reading.sent if age <= DOUBTED_FOR else set(journal.taken)
    now = time.monotonic()
    # When the run ended is not known: after the last line, and while what it had sent last was still waited for.
    journal.under_way = dict.fromkeys(reading.cut, now + CARRIED_OUT - age)
    until = now + min(CARRIED_OUT, LONGEST_SENT + CARRIED_OUT - age)
    journal.under_way |= dict.fromkeys(reading.sent, until)
    journal.under_way = {name: moment for name, moment in journal.under_way.items() if moment > now}
    if newer != VERSION:
        journal.damage = Phrase.of("journal-newer", run=head.run_id, file=head.path.name)
    elif bad:
        journal.damage = Phrase.of("journal-damaged", run=head.run_id, count=bad, file=head.path.name)
    return journal


def read_again(journal: Journal) -> None:
    """Keep all that the file names: another process has written to it, and was ended before it told of it. A create of
    which the file does not say what came of it may be carried out yet."""
    if not journal.is_kept:
        return
    known, reading = set(journal.names), _ReadBack(journal)
    for line in lines_of(journal.path)[1:]:
        reading.read(line)
    sent = reading.sent - journal.settled - journal.doubtful
    journal.doubtful |= sent
    journal.under_way |= dict.fromkeys(sent | (reading.cut - known), time.monotonic() + CARRIED_OUT)


class _ReadBack:
    """Has a journal take over the lines of a file. `sent` are the names whose create was sent and of which the file says
    no more, `cut` those of which a create ended without an id or a refusal, though a later one may have been answered."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.sent: set[str] = set()
        self.cut: set[str] = set()

    def read(self, line: bytes) -> bool:
        """Take over a line; False when it is none of a journal."""
        journal, entry = self._journal, entry_of(line) or {}
        gone = entry.get("gone")
        if isinstance(gone, str):
            if gone in journal.ids:
                journal.deleted[gone] = journal.ids.pop(gone)
            return True
        name, own, project = entry.get("name"), entry.get("id"), entry.get("project", "")
        known = [value for value in (name, own) if value is not None]
        if not known or not all(isinstance(value, str) for value in (*known, project)):
            return False
        if name is not None:
            journal.names.setdefault(name, project)
            others = entry.get("others")
            journal.disown(item for item in (others if isinstance(others, list) else ()) if isinstance(item, str))
            self._read_create(name, entry.get("create"))
        if own is not None:
            journal.ids[own] = project
            if name is not None:
                journal.settle(name)
                self.sent.discard(name)
        return True

    def _read_create(self, name: str, create: Any) -> None:
        journal = self._journal
        if create is not None:
            (self.sent.add if create == SENT else self.sent.discard)(name)
        if create in (TAKEN, UNCLEAR):
            journal.settled.discard(name)
            journal.doubtful.add(name)
            journal.taken |= {name} if create == TAKEN else set()
            self.cut.add(name)
        elif create == SEEN:
            journal.settle(name)
            self.cut.discard(name)
