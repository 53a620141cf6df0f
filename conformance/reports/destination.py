"""Where results are written to: tried before anything is sent or worked out, and written so that nothing is there in part.

Rules
- A place is opened before the first request: what cannot be written costs no run.
- A file is written beside its place and renamed. Files that belong together are all written before the first is renamed,
  so that a full disk leaves what was there before.
- What holds exchanges is for its owner alone, whatever the umask says.
- A device or a pipe, such as /dev/stdout, is written to and never replaced.
- What another program put there is not overwritten, and no link is followed out of a directory that a run has taken.
- One run at a time has a directory.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakSet

from conformance.model.errors import UsageError
from conformance.model.opening import stream

__all__ = ["PRIVATE", "RUNNABLE", "Claim", "Content", "PartFiles", "open_directory", "open_file", "put", "put_all"]

Content = bytes | Iterable[bytes]
"""What is in a file: all of it, or its pieces in order."""
PRIVATE, RUNNABLE = 0o600, 0o700
"""Modes of files that hold exchanges."""
LOCK = ".conformance.lock"
_LEFT = re.compile(r"\..+\.[0-9a-f]{8}\.part")
"""A part that was never put in its place."""


def open_directory(path: Path, option: str = "--out") -> None:
    """Make the directory where it is missing, and try to write to it. Raises UsageError."""
    try:
        _absent_or(path.is_dir(), path, option, "it is a file; give a directory")
        path.mkdir(parents=True, exist_ok=True)
        _try(path)
    except OSError as error:
        raise _refused(path, option, error) from None


def open_file(path: Path, option: str = "--out") -> None:
    """Make the directory of the file where it is missing, and try to write to it. Raises UsageError."""
    try:
        _absent_or(not path.is_dir(), path, option, "it is a directory; give a file")
        if _stream(path):
            if not path.is_fifo():  # to open a pipe and close it again would end it for who reads from it
                stream(path).close()
            elif not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _try(path.parent)
    except OSError as error:
        raise _refused(path, option, error) from None


def put(path: Path, data: Content, option: str = "--out", *, private: bool = False) -> None:
    """Write one file, whole or not at all; a link is followed. A `private` one is for its owner alone.

    Raises UsageError.
    """
    try:
        if _stream(path):
            with stream(path) as file:
                for piece in _pieces(data):
                    file.write(piece)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            put_all({path.resolve(): data}, mode=PRIVATE if private else None)
    except OSError as error:
        raise _refused(path, option, error) from None


def put_all(files: Mapping[Path, Content], *, mode: int | None = None) -> None:
    """Write files that belong together, the last of them last.

    Raises OSError; when a file could not be written, all is as it was before.
    """
    with PartFiles() as parts:
        for path, content in reversed(tuple(files.items())):
            parts.write(path, content, mode)
        parts.put()


class PartFiles:
    """Files that belong together: each is written beside its place, and then they are put in their places, the first
    written last. So what matters most has its room on the disk, and is there only when all others are. Use as a context:
    what was not put is gone afterwards."""

    def __init__(self) -> None:
        self._parts: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def write(self, path: Path, content: Content, mode: int | None = PRIVATE) -> None:
        """Write a file beside its place. Without a `mode` it has that of the file which it replaces, or the usual one.

        Raises OSError; nothing of the file is there then.
        """
        part = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode or 0o666)
        self._parts[path] = part
        try:
            with open(descriptor, "wb") as file:
                if mode is None and path.is_file():
                    mode = path.stat().st_mode & 0o777
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                file.writelines(_pieces(content))
                file.flush()
                os.fsync(file.fileno())  # a disk may say only now that it is full
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            del self._parts[path]
            raise

    def put(self) -> None:
        """Put the files in their places. Raises OSError for one that cannot be, and leaves out those after it."""
        for path, part in reversed(tuple(self._parts.items())):
            os.replace(part, path)
            del self._parts[path]


class Claim:
    """A directory that one run has taken for what it writes. Use as a context: afterwards another may take it.

    Raises UsageError when it cannot be written, or while another run has it.
    """

    def __init__(self, path: Path, option: str = "--out") -> None:
        open_directory(path, option)
        self._path = path / LOCK
        self._lock: int | None = None
        try:
            self._lock = _locked(self._path)
            for left in path.iterdir():  # of a run that was killed while it wrote
                if _LEFT.fullmatch(left.name) and not left.is_dir():
                    left.unlink(missing_ok=True)
        except BlockingIOError:
            raise UsageError(
                f"{option} {path}: another run is writing there; give another {option}, or wait until it has ended"
            ) from None
        except OSError as error:
            self._close()
            raise _refused(path, option, error) from None
        _CLAIMS.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Give the directory back. Once is enough, more does no harm."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


_CLAIMS: WeakSet[Claim] = WeakSet()
"""Those of this process."""


def _forget() -> None:
    """In a copy of this process: the lock is that of the process which took it, and ends with that one."""
    for claim in _CLAIMS:
        claim._close()


os.register_at_fork(after_in_child=_forget)


def _locked(path: Path) -> int | None:
    """The descriptor of a locked file. Raises BlockingIOError while another process has the lock."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}:
                os.close(descriptor)
                raise
            return descriptor  # a file system without locks
        try:
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)  # the run that had it has just given it back, and taken the file away


def _pieces(content: Content) -> Iterable[bytes]:
    return (content,) if isinstance(content, bytes) else content


def _try(directory: Path) -> None:
    """Write a file and take it away; access rights alone do not show a full or a read-only disk."""
    with PartFiles() as parts:
        parts.write(directory / "conformance", b"\0")


def _stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _absent_or(right: bool, path: Path, option: str, words: str) -> None:
    if path.exists() and not right:
        raise UsageError(f"{option} {path}: {words}")


def _refused(path: Path, option: str, error: OSError) -> UsageError:
    what = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
    if ".part" in what or LOCK in what:
        what = ""  # a name of ours, of no use to a reader
    return UsageError(f"{option} {path}: cannot be written: {error.strerror}{what}; give another {option}")
