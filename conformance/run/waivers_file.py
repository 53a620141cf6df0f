"""The file of waivers, read.

waivers:
  - requirement: server.list.query.changes-since    # the exact id
    operation: server.list                          # optional: only there
    status: 400                                     # optional: only answers with this status
    finding: [0f3a5b7c9d1e]                         # optional: only the findings of these ids (one, or a list)
    message: 'instead of 200'                       # optional: a regular expression, searched in the finding's sentence
    reason: upstream has no such parameter
    owner: cloud team
    link: https://tickets.example/17                # optional
    expires: 2027-01-31                             # the last day, or `permanent: true`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract.located import FileViolation, Located, Unparsed, refuse, violations
from conformance.contract.schemas import schema
from conformance.judge.waivers import Waiver
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.message import DISCOVERY

__all__ = ["TO_FILL_IN", "load_waivers", "waiver_violations"]

TO_FILL_IN = ("reason", "owner", "expires")
"""What only a person can say of a waiver; a draft leaves it open."""


def load_waivers(path: Path, contract: Contract) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises UsageError with file, line and what is wrong."""
    try:
        located = Located.read(path)
    except Unparsed as error:
        raise UsageError(f"{error}; give a file of waivers") from None
    found = waiver_violations(located, contract)
    if found:
        raise refuse(found)
    return tuple(_waiver(item) for item in located.data["waivers"])


def waiver_violations(located: Located, contract: Contract) -> tuple[FileViolation, ...]:
    """All that is wrong with a file of waivers: against its schema, and what only the contract and the calendar
    know. What a draft left to fill in is said once for each entry."""
    found = list(violations(located, schema("waivers")))
    rows = located.data.get("waivers") if isinstance(located.data, dict) else None
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            found += [located.violation(("waivers", number, member), text) for member, text in _wrong(row, contract)]
            blank = [name for name in TO_FILL_IN if name in row and row[name] is None]
            if blank:
                found = [item for item in found if item.where not in {f"waivers[{number}].{name}" for name in blank}]
                found.append(located.violation(("waivers", number), _unfilled(blank)))
    return tuple(sorted(found, key=lambda item: (item.line, item.where, item.text)))


def _unfilled(blank: Sequence[str]) -> str:
    *first, last = blank
    names = f"{', '.join(first)} and {last}" if first else last
    end = " (or put `permanent: true` in place of expires)" if "expires" in blank else ""
    return f"fill in {names}{end}, or delete the entry"


def _wrong(row: Mapping[str, Any], contract: Contract) -> Iterable[tuple[str, str]]:
    name, operation, message, expires = (row.get(key) for key in ("requirement", "operation", "message", "expires"))
    if isinstance(name, str) and name:
        requirement = contract.requirements.get(name)
        if requirement is None:
            yield "requirement", f"there is no requirement {name}{_nearest(name, contract.requirements)}"
        elif requirement.excluded is not None:
            yield "requirement", f"{name} is excluded from every run, so there is nothing to waive"
    if isinstance(operation, str) and operation and operation not in {*contract.operations, DISCOVERY, "other"}:
        yield "operation", f"there is no operation {operation}{_nearest(operation, contract.operations)}"
    if isinstance(message, str):
        try:
            re.compile(message)
        except re.error as error:
            yield "message", f"not a regular expression: {error}"
    if isinstance(expires, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", expires):
        try:
            date.fromisoformat(expires)
        except ValueError:
            yield "expires", f"there is no day {expires}"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; the nearest is {near[0]}" if near else "; `conformance requirements` lists them"


def _waiver(row: Mapping[str, Any]) -> Waiver:
    given = {key: value for key, value in row.items() if key != "permanent"}
    named = row.get("finding", ())
    given["finding"] = (named,) if isinstance(named, str) else tuple(named)
    return Waiver(**{**given, **({"expires": date.fromisoformat(row["expires"])} if "expires" in row else {})})
