"""Reading in a process of its own, so that no document takes for ever or all memory: whoever writes one can make a few
bytes mean very much. What it may take grows with how much there is to read."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from conformance.document.lines import Source
from conformance.model.errors import DocumentError, SuiteError

__all__ = ["Allow", "confined"]

Allow = Callable[[int], None]
"""Told, before they are read, how many seconds of the processor what is left to read may take."""

_MEMORY = 4 * 1024**3
"""Bytes of address space."""
_FIRST = 60
"""Seconds of the processor until it is known how much there is to read."""
_WALL = 1800.0
"""Seconds in all, whatever else the machine does."""


def confined(read: Callable[[bytes, Path, str, Allow], Source], data: bytes, path: Path, sha256: str) -> Source:
    """What `read` (a function of a module) makes of the bytes. Raises DocumentError as it does, and with one line when it
    takes too long or too much memory; SuiteError when it fails in a way that it should not."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, read, data, path, sha256), daemon=True)
    process.start()
    there.close()
    try:
        result = here.recv() if here.poll(_WALL) else None
    except EOFError:
        process.join()
        result = None
    finally:
        process.kill()
        process.join()
        here.close()
    if isinstance(result, Source):
        return result
    if isinstance(result, DocumentError):
        raise result
    if isinstance(result, str):
        raise SuiteError(f"{path}: reading it failed: {result}")
    raise DocumentError(f"{path}: takes too long to be read, or too much memory; give the API reference alone")


def _child(
    there: Connection, read: Callable[[bytes, Path, str, Allow], Source], data: bytes, path: Path, sha256: str
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and ends this process
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    allow(_FIRST)
    result: Source | DocumentError | str | None
    try:
        result = read(data, path, sha256, allow)
    except DocumentError as error:
        result = error
    except MemoryError:
        result = None
    except Exception as error:  # of ours: the parent tells it as that
        result = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    there.send(result)
    there.close()


def allow(seconds: int) -> None:
    """So many seconds of the processor more than were taken yet."""
    taken = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(taken.ru_utime + taken.ru_stime) + seconds + 1)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    with suppress(ValueError, OSError):  # a system that does not have this limit, or has a lower one
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
