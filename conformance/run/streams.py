"""Standard output and error that cannot fail: full, closed or read by nobody, they never decide how a command ends.

Python's own streams raise where they are written to, or once more when the interpreter ends, and then the exit code is 1
or 120: the codes of a broken promise and of nobody.

Rules
- What a stream refuses is dropped, and all that follows it, so that no output has a hole in it; the refusal is kept.
- A stream that is closed from the start is one that nobody reads; its descriptor is taken, so that no file or
  connection of ours gets it and is written into.
- A character that the encoding of the stream does not have is escaped.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Forgiving", "forgiving", "harden", "refusal"]

PATIENCE = 60.0
"""Seconds that a descriptor which does not block may be full."""


class Forgiving(io.RawIOBase):
    """A descriptor that is written to as long as it takes what is written. `refused` is why it does no more.

    It is closed with this value when it is `owned`.
    """

    def __init__(self, descriptor: int, *, owned: bool = False) -> None:
        self._descriptor = descriptor
        self._owned = owned
        self.refused: OSError | None = None

    def close(self) -> None:
        """Close the descriptor when it is ours."""
        if not self.closed and self._owned:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        super().close()

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write it all, or drop it."""
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view) and self.refused is None:
            try:
                done += os.write(self._descriptor, view[done:])
            except BlockingIOError as error:
                if not select.select([], [self._descriptor], [], PATIENCE)[1]:
                    self.refused = error
            except OSError as error:
                self.refused = error
        return len(view)


def forgiving(
    descriptor: int, encoding: str | None = None, *, by_line: bool = False, owned: bool = False
) -> io.TextIOWrapper:
    """A text stream on the descriptor that never raises for what is written."""
    raw = Forgiving(descriptor, owned=owned)
    buffer = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, encoding or "utf-8", "backslashreplace", line_buffering=by_line or raw.isatty())


def harden() -> None:
    """Put such streams in the place of the process's own; one that a caller has put there stays."""
    for descriptor in (0, 1, 2):
        _occupy(descriptor)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        given, own = getattr(sys, name), getattr(sys, f"__{name}__")
        if given is own:
            stream = forgiving(descriptor, getattr(own, "encoding", None), by_line=name == "stderr")
            atexit.register(refusal, stream)  # also where somebody has put another in its place by then
            setattr(sys, name, stream)


def refusal(stream: TextIO | None) -> str | None:
    """Write out what the stream still holds; why part of what was written is lost, None when nothing is or when
    whoever read it has seen enough."""
    buffer = getattr(stream, "buffer", None)
    raw = buffer.raw if isinstance(buffer, io.BufferedWriter) else None
    if stream is None or not isinstance(raw, Forgiving):
        return None
    stream.flush()
    return None if raw.refused is None or raw.refused.errno == errno.EPIPE else str(raw.refused.strerror)


def _occupy(descriptor: int) -> None:
    """Put the null device where a standard descriptor is closed."""
    try:
        os.fstat(descriptor)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != descriptor:
            os.dup2(null, descriptor)
            os.close(null)
