"""The files of journals: how they are named, made, locked, found, read and written to.

Rules
- A file is lines of JSON. The first says whose it is: run, endpoint, project; the others are the journal's entries
  (run/journal.py).
- The file of a running process is locked, from before it has its name until the process ends. A later start cleans up
  after those that are not.
- A file that cannot be read, in whole or in part, stops nobody: it is said, what can be read is deleted, and it is kept.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase

__all__ = [
    "VERSION",
    "Found",
    "Unread",
    "append",
    "create",
    "entry_of",
    "found",
    "line_of",
    "lines_of",
    "locked",
    "path_of",
    "prepare",
    "state_directory",
    "unwritable",
]

VERSION = 1
"""Of what is written here; a file of a higher one is read as far as it is understood, and kept."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read."""
MOST_NAMES = 100
"""Journals that one run may have of one endpoint."""


def state_directory() -> Path:
    """Where journals are kept (XDG Base Directory: state)."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "easystack-conformance"


def prepare(directory: Path) -> None:
    """Make the directory of the journals, and try to write to it. Raises UsageError."""
    probe = directory / f".{os.getpid()}.part"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"\0")
        probe.unlink()
    except OSError as error:
        raise unwritable(directory, error) from None


def unwritable(directory: Path, error: OSError) -> UsageError:
    """That a directory of journals cannot be written to, and what to do."""
    return UsageError(f"{directory}: the journal cannot be written: {error.strerror}; set XDG_STATE_HOME")


@dataclass(frozen=True, slots=True)
class Found:
    """A journal as its first line tells it: whose run, against what project of which endpoint."""

    path: Path
    run_id: str
    endpoint: str
    project: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file among the journals that cannot be read as one, and why."""

    path: Path
    reason: Phrase

    @property
    def said(self) -> Phrase:
        """What is said of it."""
        return Phrase.of("journal-unread", file=self.path.name, reason=self.reason)


def path_of(directory: Path, run_id: str, endpoint: str) -> Path:
    """Where the journal of a run against an endpoint is kept."""
    return directory / f"{run_id}-{sha256(endpoint.encode()).hexdigest()[:6]}.jsonl"


def create(head: Found) -> tuple[int, Path]:
    """Make a file: the handle, locked, and its path. Raises OSError.

    It is made under a name that nobody looks for, locked, given its first line, and then its own name.
    """
    directory = head.path.parent
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = directory / f".{head.path.name}.{os.getpid()}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        line = line_of(version=VERSION, run=head.run_id, endpoint=head.endpoint, project=head.project)
        if os.write(handle, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
        path = _named(part, head.path)
        _sync(directory)
    except BaseException:
        os.close(handle)
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return handle, path


def _named(part: Path, path: Path) -> Path:
    """Give the file its name, or that name with a number when another has it."""
    for number in range(1, MOST_NAMES):
        wanted = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            os.link(part, wanted)
            return wanted
        except FileExistsError:
            continue
        except OSError:  # a file system without links: nobody but this run makes up its name
            if not wanted.exists():
                os.rename(part, wanted)
                return wanted
    raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))


def _sync(directory: Path) -> None:
    """Have the names in a directory on the disk, where it can be told to."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def line_of(**entry: Any) -> bytes:
    """An entry as a line of the file."""
    return json.dumps(entry).encode() + b"\n"


def append(handle: int, line: bytes, *, lasting: bool) -> None:
    """Append a line; one that is `lasting` is on the disk when this returns. Raises OSError."""
    before, written = None, 0
    try:
        before = os.fstat(handle).st_size
        written = os.write(handle, line)
        if written != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if lasting:
            os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            # Half a line would spoil the next one; another process may have written its own behind it.
            if before is not None and os.fstat(handle).st_size == before + written:
                os.ftruncate(handle, before)
                os.lseek(handle, before, os.SEEK_SET)
        raise


def found(directory: Path) -> tuple[tuple[Found, ...], tuple[Unread, ...]]:
    """The journals in a directory, those of living runs too, and what else is called like one. Nothing is locked."""
    journals: list[Found] = []
    unread: list[Unread] = []
    for path in sorted(directory.glob("*.jsonl")) if directory.is_dir() else ():
        try:
            lines = lines_of(path)
        except FileNotFoundError:  # its run has just ended
            continue
        except OSError as error:
            unread.append(Unread(path, Phrase.of("journal-denied", said=error.strerror or type(error).__name__)))
            continue
        head = _head(path, lines[0]) if lines else None
        if head is not None:
            journals.append(head)
        elif lines:
            unread.append(Unread(path, Phrase.of("journal-no-head")))
    return tuple(journals), tuple(unread)


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file, whoever has it locked. Raises OSError."""
    handle = _opened(path, os.O_RDONLY)
    try:
        return _lines(handle)
    finally:
        os.close(handle)


def locked(path: Path) -> tuple[int, list[bytes]] | None:
    """The file of a run that has ended, open and locked by us now, and its lines; None while its run lives, and when it
    has gone. Raises UsageError when it cannot be opened for writing."""
    try:
        handle = _opened(path, os.O_RDWR | os.O_APPEND)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: the journal cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink == 0:
            raise FileNotFoundError
        return handle, _lines(handle)
    except OSError:
        os.close(handle)
        return None


def _opened(path: Path, flags: int) -> int:
    """The file, open. Raises OSError, also for what is no file, which to open may take for ever."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return handle


def _lines(handle: int) -> list[bytes]:
    """The whole lines of a file, and a last one that is not whole as long as it is the only one."""
    with open(handle, "rb", closefd=False) as file:
        lines = file.read(LARGEST).split(b"\n")
    return [line for number, line in enumerate(lines) if line and (number < len(lines) - 1 or len(lines) == 1)]


def _head(path: Path, line: bytes) -> Found | None:
    """What the first line of a journal says, None when it is none."""
    entry = entry_of(line) or {}
    run, project, endpoint = entry.get("run"), entry.get("project"), _endpoint(entry)
    if not (isinstance(run, str) and run and isinstance(project, str) and isinstance(endpoint, str)):
        return None
    return Found(path, run, endpoint, project)


def _endpoint(head: Mapping[str, Any]) -> Any:
    """The endpoint in the first line of a journal; older journals call it after its service: `NAME_url`."""
    return next((value for key, value in head.items() if key == "endpoint" or key.endswith("_url")), None)


def entry_of(line: bytes) -> dict[str, Any] | None:
    """The JSON object in a line, None when it holds none."""
    try:
        entry = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
