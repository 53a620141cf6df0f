"""One measured run: a tool in a process of its own, against a reference in another."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "Served", "measured", "served"]

STARTS_WITHIN = 60.0
"""Seconds that the reference has to start."""


class Failed(RuntimeError):
    """A tool or the target did not do what it is there for; the text is one line."""


@dataclass
class Served:
    """A reference under way. `clouds` is its clouds.yaml; `answered` are the requests that it has answered, once it has
    ended."""

    clouds: Path
    urls: Mapping[str, str]
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took: requests, seconds, seconds of CPU, and its exit code."""

    requests: int
    seconds: float
    cpu: float
    code: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of CPU for each request."""
        return 1000 * self.cpu / max(1, self.requests)


@contextmanager
def served(place: Path, faults: Sequence[str] = ()) -> Iterator[Served]:
    """A reference with these faults, on a socket. Raises Failed when it does not start."""
    clouds = place / "clouds.yaml"
    chosen = [argument for name in faults for argument in ("--fault", name)]
    command = [sys.executable, "-m", "conformance", "serve", "--clouds", str(clouds), *chosen]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            urls: dict[str, str] = {}
            for line in process.stdout:
                if line.startswith("use it with"):
                    break
                name, url = line.split()
                urls[name] = url
            else:
                raise Failed(f"the reference did not start: {process.stderr.read().strip()[:200]}")
            item = Served(clouds, urls)
            yield item
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=STARTS_WITHIN)
            found = re.search(r"^(\d+) requests answered", said, re.MULTILINE)
            item.answered = int(found[1]) if found else 0
        finally:
            process.kill()


def measured(command: Sequence[str], place: Path, environ: Mapping[str, str] | None = None) -> tuple[float, float, int]:
    """(seconds, seconds of CPU, exit code) of a command that is run in `place`; what it says is in the file `said` there."""
    began = time.perf_counter()
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(
            list(command), cwd=place, stdout=said, stderr=subprocess.STDOUT, env={**os.environ, **(environ or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, process.returncode
