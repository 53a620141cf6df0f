"""The file of a baseline, read and written.

    {
     "baseline": "3.0",
     "contract": {"name": "easystack-6.0.2", "sha256": "..."},
     "findings": [
      {"requirement": "...", "operation": "...", "status": 400, "check": "envelope", "seed": null, "deviation": {"kind":
      "no-envelope", ...}}
     ],
     "asked": {
      "whole": true,
      "seeds": [20261126],
      "classes": [
       {"operation": "server.create", "place": "flavor", "classes": [{"rule": "type", "standing": "broken", ...}, ...]}
      ],
      "looks": [
       {"requirement": "...", "checks": ["envelope", ...]}
      ]
     }
    }

`seed` is that of the run whose exploring part alone showed the finding. An operation without a place was called.

Rules
- The file is sorted, with a line for each finding and each place, so that a change of it can be read as a diff.
- A baseline of another contract is refused: its findings are about other promises.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import Any

from conformance.contract.located import FileViolation, Located, Unparsed, refuse, violations
from conformance.contract.schemas import schema
from conformance.judge.asked import Inquiry
from conformance.judge.baseline import Baseline, Entry
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.errors import UsageError

__all__ = ["baseline_violations", "load_baseline", "write_baseline"]

VERSION = "3.0"


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
    entries = {_read(item): item["seed"] for item in data["findings"]}
    explored = {entry: int(seed) for entry, seed in entries.items() if seed is not None}
    contract_of = data["contract"]
    return Baseline(contract_of["name"], contract_of["sha256"], frozenset(entries), _asked(data["asked"]), explored)


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


def _asked(data: Mapping[str, Any]) -> Inquiry:
    classes: dict[str, set[Part]] = {}
    for row in data["classes"]:
        held = (Part(row["place"], Class.from_json(item)) for item in row["classes"])
        classes.setdefault(row["operation"], set()).update(held)
    return Inquiry(
        {operation: frozenset(parts) for operation, parts in classes.items()},
        {row["requirement"]: frozenset(row["checks"]) for row in data["looks"]},
        frozenset(data["seeds"]),
        bool(data["whole"]),
    )


def _row(entry: Entry, seed: int | None) -> str:
    """An entry as a line of the file; the deviation is the object that its key is the text of."""
    named = {name: getattr(entry, name) for name in ("requirement", "operation", "status", "check")}
    status = None if entry.status == -1 else entry.status
    return _json({**named, "status": status, "seed": seed, "deviation": json.loads(entry.deviation)})


def _classes(asked: Inquiry) -> Iterator[str]:
    """What each place of each operation was sent, as lines of the file."""
    for operation, parts in sorted(asked.classes.items()):
        for place, same in groupby(sorted(parts, key=lambda part: part.order), lambda part: part.place):
            yield _json({"operation": operation, "place": place, "classes": [part.held.to_json() for part in same]})
        if not parts:
            yield _json({"operation": operation, "place": "", "classes": []})


def _looks(asked: Inquiry) -> Iterator[str]:
    for requirement, checks in sorted(asked.looks.items()):
        yield _json({"requirement": requirement, "checks": sorted(checks)})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(rows: Iterable[str], depth: int) -> str:
    """Rows as an array with a line for each, `depth` levels inside the file."""
    inner = ",".join(f"\n{' ' * (depth + 1)}{row}" for row in rows)
    return f"[{inner}\n{' ' * depth}]" if inner else "[]"


def _named(contract: Mapping[str, str]) -> str:
    return f"{contract['name']} ({contract['sha256'][:12]})"


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the file; it is whole or not there. Raises UsageError."""
    asked = baseline.asked
    findings = _lines((_row(item, baseline.explored.get(item)) for item in sorted(baseline.entries)), 1)
    contract = _json({"name": baseline.contract, "sha256": baseline.sha256})
    whole, seeds = _json(asked.whole), _json(sorted(asked.seeds))
    text = (
        f'{{\n "baseline": "{VERSION}",\n "contract": {contract},\n "findings": {findings},\n'
        f' "asked": {{\n  "whole": {whole},\n  "seeds": {seeds},\n'
        f'  "classes": {_lines(_classes(asked), 2)},\n  "looks": {_lines(_looks(asked), 2)}\n }}\n}}\n'
    )
    part = path.with_name(f".{path.name[:60]}.{token_hex(4)}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written: {error.strerror}; give another --baseline") from None
