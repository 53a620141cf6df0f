"""Reading in a process of its own, so that no document takes for ever or all memory: whoever writes one can make a few
bytes mean very much. What it may take grows with how much there is to read.

The process is our own program, started anew: it runs nothing of the script that asks, which may have no main guard.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from conformance.model.errors import DocumentError, SuiteError

__all__ = ["Allow", "confined", "serve"]

Yield = TypeVar("Yield")
Allow = Callable[[int], None]
"""Told, before they are read, how many seconds of the processor what is left to read may take."""

_MEMORY = 4 * 1024**3
"""Bytes of address space."""
_FIRST = 60
"""Seconds of the processor until it is known how much there is to read."""
_WALL = 1800.0
"""Seconds in all, whatever else the machine does."""
_LATE = pickle.dumps((None, None))
"""The answer of what was ended for its time."""
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); import conformance.document.confined as it; "
    "it.serve()"
)
"""The program: it finds modules where the one that asks does."""


def confined(read: Callable[[bytes, Path, str, Allow], Yield], data: bytes, path: Path, sha256: str) -> Yield:
    """What `read` (a function of a module) makes of the bytes. Raises DocumentError as it does, and with one line when it
    takes too long or too much memory; SuiteError when it fails in a way that it should not."""
    asked = pickle.dumps(sys.path) + pickle.dumps((read, data, path, sha256))
    flags = ["-I", *(["-B"] if sys.dont_write_bytecode else [])]
    with subprocess.Popen(
        [sys.executable, *flags, "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            answer = process.communicate(asked, timeout=_WALL)[0]
        except subprocess.TimeoutExpired:
            answer = _LATE
        finally:
            process.kill()
    done, result = pickle.loads(answer) if answer and (process.returncode == 0 or answer is _LATE) else (False, None)
    if done:
        return cast("Yield", result)
    if isinstance(result, DocumentError):
        raise result
    if isinstance(result, str):
        raise SuiteError(f"{path}: reading it failed: {result}")
    if process.returncode == 1:
        raise SuiteError(f"{path}: reading it failed: the process that reads could not begin")
    raise DocumentError(f"{path}: takes {_too_much(process.returncode, done)} to be read; give the API reference alone")


def _too_much(code: int, done: bool | None) -> str:
    """What a reading that was ended took too much of."""
    if code == -signal.SIGXCPU:
        return f"more time of the processor than one of its size may ({_FIRST} s, and what its size adds)"
    if done is None:
        return f"more than {_WALL / 60:.0f} minutes"
    return f"more than {_MEMORY // 1024**3} GiB of memory"


def serve() -> None:
    """Read what is asked for on standard input, and answer on standard output: whether it was read, and what."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and ends this process
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is none of the answer
    read, data, path, sha256 = pickle.load(sys.stdin.buffer)
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    allow(_FIRST)
    try:
        result = pickle.dumps((True, read(data, path, sha256, allow)))
    except DocumentError as error:
        result = pickle.dumps((False, error))
    except MemoryError:
        result = pickle.dumps((False, None))
    except Exception as error:  # of ours: the parent tells it as that
        result = pickle.dumps((False, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"))
    with answer:
        answer.write(result)


def allow(seconds: int) -> None:
    """So many seconds of the processor more than were taken yet."""
    taken = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(taken.ru_utime + taken.ru_stime) + seconds + 1)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    with suppress(ValueError, OSError):  # a system that does not have this limit, or has a lower one
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
