"""Specs that were read before: what reading the YAML of a directory of specs gives, kept beside them as JSON.

To read 170 KB of YAML takes a second and more, at each start of each command. `conformance extract` writes what comes
out of it to `prepared.json`. It is used only while it holds the SHA-256 of every file beside it as that file now is: an
erratum that was changed by hand is read from its YAML, a second later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from conformance.contract.services import spec_files
from conformance.model.contract import Ruling, StaleErratum
from conformance.model.opening import content

__all__ = ["LEDGER", "OVERLAY", "PREPARED", "FileLine", "Prepared", "digests", "prepared", "prepared_json"]

OVERLAY = "errata.overlay.yaml"
LEDGER = "requirements.yaml"
PREPARED = "prepared.json"
VERSION = "1.0"
FileLine = tuple[str, int]
"""(name of a file; line, counted from 1)"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the files of a directory of specs say.

    `effective` maps a service to its spec with the overlay applied, `ledger` a requirement to its row; `sha256` is that
    of the effective specs as YAML; `places` maps a requirement to (file, line) of where it stands, the first to look at
    first; `stale` are the actions of the errata that change nothing.
    """

    effective: Mapping[str, dict[str, Any]]
    rulings: Mapping[int, Ruling]
    ledger: Mapping[str, Mapping[str, Any]]
    sha256: str
    places: Mapping[str, tuple[FileLine, ...]]
    stale: tuple[StaleErratum, ...] = ()


def prepared(directory: Path) -> Prepared | None:
    """What was read of the files that the directory holds now, None when they were not read before."""
    path = directory / PREPARED
    return _read(path, digests(directory)) if path.is_file() else None


def digests(directory: Path) -> tuple[tuple[str, str], ...]:
    """(name, SHA-256) of every file of a directory of specs."""
    paths = [directory / name for name in (*spec_files(directory).values(), OVERLAY, LEDGER)]
    try:
        return tuple((path.name, sha256(content(path)).hexdigest()) for path in paths if path.exists())
    except OSError:
        return ()  # who reads the file that cannot be read says so


def _read(path: Path, files: tuple[tuple[str, str], ...]) -> Prepared | None:
    try:
        data = json.loads(content(path))
        if data["prepared"] != VERSION or data["files"] != dict(files):
            return None
        return Prepared(
            data["effective"],
            {row["number"]: Ruling(**{**row, "source": _pairs(row["source"])}) for row in data["rulings"]},
            data["ledger"],
            data["sha256"],
            {name: _pairs(places) for name, places in data["places"].items()},
            tuple(StaleErratum(**{**row, "source": _pairs(row["source"])}) for row in data.get("stale", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # whatever it is, the YAML is there


def _pairs(rows: Any) -> tuple[tuple[Any, Any], ...]:
    return tuple((first, second) for first, second in rows)


def prepared_json(item: Prepared, files: tuple[tuple[str, str], ...]) -> str:
    """The text of the file (schema: specs/schemas/prepared.schema.json); `files` are the digests of what was read."""
    data = {"prepared": VERSION, "files": dict(files), **asdict(item)}
    data["rulings"] = [asdict(ruling) for ruling in item.rulings.values()]
    if not item.stale:
        del data["stale"]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
