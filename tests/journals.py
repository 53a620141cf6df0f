"""Journals written by hand, and the endpoint and project that they are of."""

from __future__ import annotations

import json
from pathlib import Path

WHERE = ("http://cloud", "project")
HEAD = {"version": 1, "run": "run1", "endpoint": WHERE[0], "project": WHERE[1]}


def written(path: Path, *lines: object) -> Path:
    """A file of these lines: bytes as they are, all else as JSON."""
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    return path
