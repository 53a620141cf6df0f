"""Runs the suite against the bank of hostile servers and writes docs/hostile.md; what must not be is printed.

python tests/hostile_table.py            the whole bank, and the command by itself on the worst: half an hour
python tests/hostile_table.py -k WORDS   some servers, a line for each
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from hostile_answers import ANSWERS
from hostile_bank import BANK, PLACES, Hostile, meet
from hostile_stages import CATALOGUES, Stage, Staging, slow

from conformance.contract.specs import load_contract
from conformance.contract.yamlfiles import dump_yaml
from conformance.proof.reference import Reference

ROOT = Path(__file__).parents[1]
LONGEST = 110
"""Characters of what a verdict says that the table shows."""
Row = dict[str, Any]
BY_ITSELF = "by itself: "


def met(number: int) -> Row:
    """What came of the server with this number in the bank."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        return {"name": BANK[number].name, **asdict(meet(BANK[number], Path(folder)))}


def shown(row: Row) -> str:
    wrong = "".join(f"\n    WRONG: {line[:300]}" for line in row["wrong"])
    left = f", {row['left']} left, {row['named']} named" if row["left"] else ""
    return (
        f"{row['name']}: {row['seconds']:.1f} s, {row['mebibytes']:.0f} MiB, exit {row['code']}, "
        f"{row['requests']} requests{left}: {row['says'][:160]}{wrong}"
    )


# --- the command by itself --------------------------------------------------------------------------------------------


def _bank(does: str, place: str) -> Staging:
    return PLACES[place](next(item for item in ANSWERS if item.does == does))


MINUTE = ("--max-time", "60s")
WORST: Mapping[str, tuple[Staging, Sequence[str]]] = {
    "an endless body, as the service": (_bank("an endless body", "as the service"), ()),
    "an endless body, where something is listed": (_bank("an endless body", "where something is listed"), ()),
    "a gzip bomb, where something is listed": (_bank("a gzip bomb", "where something is listed"), ()),
    "pages that grow without end": (_bank("pages that grow without end", "where something is listed"), MINUTE),
    "a list of 100,000": (_bank("a list of a hundred thousand with ids", "where something is listed"), MINUTE),
    "a catalogue of 100,000 services": (CATALOGUES["a hundred thousand services"], ()),
    "each request takes 20 s": (slow(20.0, ""), MINUTE),
}


def by_itself(staging: Staging, options: Sequence[str]) -> Row:
    """The command in a process of its own, with the limits that a user has: seconds and MiB as the system counts them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
        stage = Stage(stack.enter_context(Reference(load_contract())), stack, folder)
        (folder / "clouds.yaml").write_text(dump_yaml(staging(stage)))
        words = [sys.executable, "-m", "conformance", "run", "--os-cloud", "reference", "--seed", "1", *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")}
        began = time.monotonic()
        with (folder / "said").open("w") as said:
            child = subprocess.Popen(words, cwd=folder, env=environment, stdout=said, stderr=said)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        verdict = json.loads((folder / "reports" / "verdict.json").read_text())
        return {
            "seconds": time.monotonic() - began,
            "mebibytes": usage.ru_maxrss / 1024,
            "code": child.returncode,
            "requests": verdict["run"]["requests"],
            "left": stage.reference.resources(),
            "named": len(verdict["run"]["leftovers"]),
            "says": _top(verdict),
            "options": " ".join(options),
        }


def _top(verdict: Mapping[str, Any]) -> str:
    found = [f"{len(verdict['findings'])} findings"] if verdict["exit_code"] == 1 else []
    return next(iter([*found, *(note["text"] for note in verdict["notes"])]), "nothing")


# --- the page ---------------------------------------------------------------------------------------------------------


def _said(text: str) -> str:
    """What a verdict says, without what differs from run to run, as a cell of a table."""
    text = text.removeprefix("the run could not start: ")
    text = re.sub(r"(?:http://)?127\.0\.0\.1:\d{4,5}", "HOST", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    return re.sub(r"([\\|<>\[\]`*_&])", r"\\\1", text)


def _left(rows: Sequence[Row]) -> str:
    most = max(rows, key=lambda row: row["left"])
    return f"{most['left']}, named" if most["left"] else "0"


def _cells(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _at_places(rows: Mapping[str, Row]) -> Iterator[str]:
    yield _cells("class", "what the server does", *PLACES, "s", "MiB", "the verdict says", "left")
    yield _cells(*["---"] * (6 + len(PLACES)))
    for given in ANSWERS:
        found = [rows[Hostile(given.kind, given.does, place, _nowhere).name] for place in PLACES]
        says = found[0 if not given.http else 1]["says"]
        seconds, mebibytes = max(row["seconds"] for row in found), max(row["mebibytes"] for row in found)
        codes = [row["code"] for row in found]
        yield _cells(
            given.kind, given.does, *codes, f"{seconds:.1f}", f"{max(mebibytes, 0):.0f}", _said(says), _left(found)
        )


def _on_purpose(rows: Mapping[str, Row]) -> Iterator[str]:
    yield _cells("class", "what the server does", "exit", "s", "MiB", "the verdict says", "left")
    yield _cells(*["---"] * 7)
    for item in BANK:
        if item.place not in PLACES:
            row = rows[item.name]
            numbers = row["code"], f"{row['seconds']:.1f}", f"{max(row['mebibytes'], 0):.0f}"
            yield _cells(item.kind, item.does, *numbers, _said(row["says"]), _left([row]))


def _worst(rows: Mapping[str, Row]) -> Iterator[str]:
    yield _cells("what the server does", "options", "exit", "s", "MiB", "requests", "the verdict says", "left")
    yield _cells(*["---"] * 8)
    for name, row in rows.items():
        options = f"`{row['options']}`" if row["options"] else "none"
        numbers = row["code"], f"{row['seconds']:.0f}", f"{row['mebibytes']:.0f}", row["requests"]
        yield _cells(name, options, *numbers, _said(row["says"]), _left([row]))


def _nowhere(_: Stage) -> dict[str, Any]:
    return {}


def _bad(rows: Mapping[str, Row]) -> str:
    count = sum(bool(row["wrong"]) for row in rows.values())
    return f"{count} of them did what must not be" if count else "none of them did what must not be"


def page(rows: Mapping[str, Row], worst: Mapping[str, Row]) -> str:
    """docs/hostile.md."""
    at, on = "\n".join(_at_places(rows)), "\n".join(_on_purpose(rows))
    return f"""# Hostile servers

What the suite does on clouds that are broken or mean harm. `python tests/hostile_table.py` wrote this page on {datetime.now(UTC):%Y-%m-%d}, on
{platform.system()} {platform.machine()} with {os.cpu_count()} cores and Python {platform.python_version()}, which others used at the time. The bank has {len(rows)} servers; {_bad(rows)}.
`tests/target/hostile/test_bank.py` draws from it every day.

Each run is one of the whole command, and is held to this:

- it ends in its time, and takes less than 250 MiB on top of what there was (the server, in the same process, included);
- there is a verdict with all its reports, never conformant and never the suite's fault (exit 4), and non-conformant (exit 1) only where
  whole HTTP answers break promises;
- nothing is left that can be deleted; what may be left is named, and `conformance cleanup` deletes it once the server is honest;
- no password and no token is in any file or on the terminal, and no report holds what steers a terminal or what a browser would run;
- nothing at all arrives at a second listener, to which redirects, links and the catalogue point.

*Left* is what stays on servers that do not delete it, or deny it: that create what they say that they have not, or list in a right form
what is not there. Of those the names are in no list, and the verdict says that what came of their creates is not known.

## The command by itself

A gate run in a process of its own, with the limits that a user has. MiB are all that the process took at most. `--max-time` holds for all of
it, judging and the reports included (docs/limits.md): a run with much to judge sends less.

{chr(10).join(_worst(worst))}

## Answers, by class and place

What a server answers in place of the identity service; as the service, behind an honest login, always or from the 15th
request on; and where something is created, listed or deleted, which is carried out. The number is the exit code of the
smoke run; seconds and MiB are the most of the six, with limits of a test (0.5 s of silence, 1 s for an answer, 256 KiB of a body, 20 s for a run).

{at}

## Servers made for one place

{on}
"""


def main() -> None:
    """Run the bank."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", dest="words", default="", help="only servers whose names hold these words; no page")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rows", type=Path, help="a file of rows by an earlier run, which are not run again")
    given = parser.parse_args()
    rows: dict[str, Row] = {}
    if given.rows and given.rows.exists():
        rows = {row["name"]: row for row in map(json.loads, given.rows.read_text().splitlines())}

    def keep(row: Row) -> None:
        if given.rows:
            with given.rows.open("a") as out:
                out.write(json.dumps(row) + "\n")

    chosen = [at for at, item in enumerate(BANK) if given.words in item.name and item.name not in rows]
    with ProcessPoolExecutor(given.jobs, get_context("spawn")) as pool:
        for row in pool.map(met, chosen):
            rows[row["name"]] = row
            print(shown(row), flush=True)
            keep(row)
    if given.words:
        return
    worst = {name: rows.pop(BY_ITSELF + name) for name in WORST if BY_ITSELF + name in rows}
    for name, (staging, options) in WORST.items():
        if name not in worst:
            worst[name] = {"name": BY_ITSELF + name, **by_itself(staging, options)}
            keep(worst[name])
            print(name, worst[name], flush=True)
    (ROOT / "docs" / "hostile.md").write_text(page(rows, worst), encoding="utf-8")


if __name__ == "__main__":
    main()
