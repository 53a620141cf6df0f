"""The file of a baseline, read and written.

    {
     "baseline": "2.0",
     "contract": {"name": "easystack-6.0.2", "sha256": "..."},
     "findings": [
      {"requirement": "...", "operation": "...", "status": 400, "check": "envelope", "deviation": {"kind":
      "no-envelope", ...}}
     ]
    }

Rules
- The file is sorted, with a line for each finding, so that a change of it can be read as a diff.
- A baseline of another contract is refused: its findings are about other promises.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.contract.located import FileViolation, Located, Unparsed, refuse, violations
from conformance.contract.schemas import schema
from conformance.judge.baseline import Baseline, Entry
from conformance.model.deviation import Deviation
from conformance.model.errors import UsageError

__all__ = ["baseline_violations", "load_baseline", "write_baseline"]

VERSION = "2.0"


def load_baseline(path: Path, contract: Mapping[str, str]) -> Baseline:
    """The baseline of a file; `contract` has the name and sha256 of the contract in use.

    Raises UsageError with file, line and what is wrong, and for the baseline of another contract.
    """
    try:
        located = Located.read(path)
    except Unparsed as error:
        raise UsageError(f"{error}; `conformance baseline update RUN_DIR --baseline {path}` writes one") from None
    found = baseline_violations(located)
    if found:
        raise refuse(found)
    data = located.data
    if data["contract"] != {key: contract[key] for key in ("name", "sha256")}:
        line = located.line(("contract",))
        raise UsageError(
            f"{path}:{line}: a baseline of the contract {_named(data['contract'])}, in use is {_named(contract)}; "
            f"write a new one with `conformance baseline update --anew`"
        )
    entries = frozenset(_read(item) for item in data["findings"])
    return Baseline(data["contract"]["name"], data["contract"]["sha256"], entries)


def baseline_violations(located: Located) -> tuple[FileViolation, ...]:
    """All that is wrong with a baseline file: against its schema, and findings that are there twice."""
    found = list(violations(located, schema("baseline")))
    if found:
        return tuple(found)
    seen: set[Entry] = set()
    for number, item in enumerate(located.data["findings"]):
        entry = _read(item)
        if entry in seen:
            found.append(located.violation(("findings", number), "the same finding is there twice"))
        seen.add(entry)
    return tuple(found)


def _read(item: Mapping[str, Any]) -> Entry:
    status = item["status"]
    deviation = Deviation.from_json(item["deviation"])
    return Entry(item["requirement"], item["operation"], -1 if status is None else status, item["check"], deviation.key)


def _row(entry: Entry) -> str:
    """An entry as a line of the file; the deviation is the object that its key is the text of."""
    named = {name: getattr(entry, name) for name in ("requirement", "operation", "status", "check")}
    row = {**named, "status": None if entry.status == -1 else entry.status, "deviation": json.loads(entry.deviation)}
    return json.dumps(row, ensure_ascii=False)


def _named(contract: Mapping[str, str]) -> str:
    return f"{contract['name']} ({contract['sha256'][:12]})"


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the file; it is whole or not there. Raises UsageError."""
    lines = [_row(item) for item in sorted(baseline.entries)]
    contract = json.dumps({"name": baseline.contract, "sha256": baseline.sha256}, ensure_ascii=False)
    inner = "\n  " + ",\n  ".join(lines) + "\n " if lines else ""
    text = f'{{\n "baseline": "{VERSION}",\n "contract": {contract},\n "findings": [{inner}]\n}}\n'
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}; give another --baseline") from None
