"""The table of a benchmark, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median

from benchmarks.measure import Measured

__all__ = ["Row", "machine", "table"]


@dataclass(frozen=True, slots=True)
class Row:
    """A tool: its runs against a right target, and against the faulty ones how many faults it found in how many
    seconds (None: not tried)."""

    name: str
    runs: Sequence[Measured]
    found: tuple[int, int, float] | None = None

    @property
    def rate(self) -> float:
        """Requests per second, the median of the runs."""
        return median(run.rate for run in self.runs)

    @property
    def cost(self) -> float:
        """Milliseconds of CPU for each request, the median of the runs."""
        return median(run.cost for run in self.runs)


def table(rows: Sequence[Row], notes: Mapping[str, str]) -> str:
    """The rows as a table, what it was measured on above it, and `notes` below."""
    lines = [
        machine(),
        "",
        "| tool | requests | seconds | requests/s | CPU of the client, ms a request | faults found | faults a minute |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        requests = median(run.requests for run in row.runs)
        seconds = median(run.seconds for run in row.runs)
        found = ("", "") if row.found is None else _found(*row.found)
        lines.append(
            f"| {row.name} | {requests:.0f} | {seconds:.1f} | {row.rate:.0f} | {row.cost:.2f} | {found[0]} | {found[1]} |"
        )
    lines += ["", *(f"{name}: {text}" for name, text in notes.items())]
    return "\n".join(lines) + "\n"


def _found(found: int, tried: int, seconds: float) -> tuple[str, str]:
    return f"{found} of {tried}", f"{60 * found / seconds:.1f}" if seconds else ""


def machine() -> str:
    """The machine, its load and the date, in a line."""
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"schemathesis {metadata.version('schemathesis')}, requests {metadata.version('requests')}; "
        f"load {load:.1f} before the run; {datetime.now(UTC):%Y-%m-%d}"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
