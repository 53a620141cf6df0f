"""Files that somebody names, opened so that none can make its reader or writer wait for ever.

To open a pipe (a FIFO) that nobody has at its other end takes for ever, and reading one from which nothing comes as well;
no signal ends that where signals are only noted. So a pipe is opened without waiting, and what comes from it is waited for
a bounded time. One that somebody writes to, such as `<(command)` of a shell, is read as a file is.
"""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["content", "is_file_or_directory", "opened", "stream"]

_LARGEST = 512 * 1024 * 1024
"""Bytes that are read of a file at once: far more than any has that is read so, and less than a device gives."""
_WRITER, _SILENCE = 2.0, 60.0
"""Seconds in which somebody must have opened the other end of a pipe, and in which something must have come from it."""
_PAUSE = 0.02


def opened(path: Path | str) -> BinaryIO:
    """A file, open for reading from its start. Raises OSError, also for a directory; to read from a pipe raises it when
    nobody writes to it in time."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    if stat.S_ISDIR(mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return io.BufferedReader(_Awaited(descriptor, str(path), begun=not stat.S_ISFIFO(mode)))


def content(path: Path | str) -> bytes:
    """All that a file holds. Raises OSError as `opened`, and for one that has no end."""
    with opened(path) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, f"has more than {_LARGEST} bytes", str(path))
    return data


def stream(path: Path) -> BinaryIO:
    """A pipe or a device, open for writing, without a buffer. Raises OSError, also for a pipe that nobody opens for
    reading in time."""
    until = time.monotonic() + _WRITER
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
            if time.monotonic() >= until:
                raise OSError(errno.ENXIO, "nobody reads from this pipe", str(path)) from None
            time.sleep(_PAUSE)
    os.set_blocking(descriptor, True)
    return open(descriptor, "wb", buffering=0)


def is_file_or_directory(path: str) -> bool:
    """Whether a library may be left to open this path by itself: no pipe and no device, of which it would wait."""
    mode = os.stat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


class _Awaited(io.RawIOBase):
    """What comes from a pipe or a device. `begun` says that an end of it is an end, even before anything has come."""

    def __init__(self, descriptor: int, path: str, *, begun: bool) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._path = path
        self._begun = begun

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read what has come, waiting for it. Raises OSError when nothing comes."""
        start, room = time.monotonic(), memoryview(buffer).cast("B")
        while True:
            try:
                data = os.read(self._descriptor, len(room))
            except BlockingIOError:  # somebody has it open for writing, and has written nothing yet
                self._within(start + _SILENCE, "nothing comes from this pipe")
                select.select([self._descriptor], [], [], 1.0)
                self._begun = True
                continue
            if data or self._begun:
                self._begun = True
                room[: len(data)] = data
                return len(data)
            self._within(start + _WRITER, "nobody writes to this pipe")
            time.sleep(_PAUSE)

    def _within(self, until: float, words: str) -> None:
        if time.monotonic() >= until:
            raise OSError(errno.ETIMEDOUT, words, self._path)

    def close(self) -> None:
        """Close it; once is enough."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()
