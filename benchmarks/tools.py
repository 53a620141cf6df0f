"""The tools that are compared: how each is started, and what it says that it found."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.login import log_in
from benchmarks.measure import Failed, Measured, Served, measured, served
from conformance.contract.specs import default_directory

__all__ = ["CONFORMANCE", "SPEC", "Run", "bare", "conformance", "missing", "schemathesis", "schemathesis_command"]

CONFORMANCE = ("gate", "acceptance")
"""The profiles that are measured."""
SPEC = default_directory() / "image.openapi.yaml"
_EVENTS, _VERDICT = "events.ndjson", "verdict.json"


def missing() -> str | None:
    """The tool that is not installed, or None."""
    return next((name for name in ("schemathesis", "requests", "yaml") if not _there(name)), None)


def _there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # taken away from this process
        return False


class Run:
    """A tool that has run once: what it took, and the files that it left in `place`."""

    def __init__(self, command: Sequence[str], place: Path, faults: Sequence[str] = ()) -> None:
        with served(place, faults) as target:
            full = [item.format(**_filled(command, target)) for item in command]
            environ = {"OS_CLIENT_CONFIG_FILE": str(target.clouds), "XDG_STATE_HOME": str(place / "state")}
            seconds, cpu, code = measured(full, place, environ)
        self.took = Measured(target.answered, seconds, cpu, code)


def _filled(command: Sequence[str], target: Served) -> dict[str, str]:
    if not any("{token}" in item for item in command):
        return {}
    session, url = log_in(target.clouds)
    return {"token": str(session.headers["X-Auth-Token"]), "url": url}


# --- ours -----------------------------------------------------------------------------------------------------------


def conformance(profile: str, seed: int, faults: Sequence[str] = ()) -> tuple[Measured, frozenset[str]]:
    """A run of ours, and the promises that it found broken. Raises Failed when it gives no verdict."""
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--os-cloud",
        "reference",
        "--other-cloud",
        "reference-other",
    ]
    with tempfile.TemporaryDirectory() as place:
        run = Run([*command, "--profile", profile, "--seed", str(seed), "--out", "out"], Path(place), faults)
        try:
            verdict = json.loads((Path(place) / "out" / _VERDICT).read_bytes())
        except (OSError, ValueError) as error:
            raise Failed(f"conformance run --profile {profile} left no verdict: {error}") from None
        if not faults and run.took.code != 0:
            raise Failed(f"conformance run --profile {profile} --seed {seed}: {verdict['line']}")
        return run.took, frozenset(item["id"] for item in verdict["requirements"] if item["outcome"] == "failed")


# --- Schemathesis ---------------------------------------------------------------------------------------------------


def schemathesis_command(seconds: float, seed: int) -> list[str]:
    """As its guide to benchmarking has it; `{url}` and `{token}` are filled in for each target."""
    return [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(SPEC), "--url", "{url}"),
        *("--header", "X-Auth-Token: {token}", "--max-time", f"{seconds:.0f}", "--seed", str(seed)),
        *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all"),
        *("--generation-database", "none", "--no-color", "--report-ndjson-path", _EVENTS),
    ]


def schemathesis(seconds: float, seed: int, faults: Sequence[str] = ()) -> tuple[Measured, frozenset[tuple[str, ...]]]:
    """A run of Schemathesis, and its failures without what was drawn. Raises Failed when it reports nothing at all."""
    with tempfile.TemporaryDirectory() as place:
        run = Run(schemathesis_command(seconds, seed), Path(place), faults)
        try:
            lines = (Path(place) / _EVENTS).read_text(encoding="utf-8").splitlines()
        except OSError:
            said = (Path(place) / "said").read_text(encoding="utf-8", errors="replace").strip()
            raise Failed(f"schemathesis run ended with {run.took.code}: {' '.join(said.split())[:200]}") from None
        return run.took, frozenset(key for line in lines if '"failure"' in line for key in _failures(json.loads(line)))


def _failures(node: object) -> list[tuple[str, ...]]:
    """The failures of an event: code, operation and, where a schema is violated, how; without values that were drawn."""
    if isinstance(node, list):
        return [key for item in node for key in _failures(item)]
    if not isinstance(node, dict):
        return []
    if {"code", "operation", "message"} <= node.keys():
        first = str(node["message"]).partition("\n")[0]
        required = re.fullmatch(r".* is a required property", first)
        how = first if required else first.partition(" is ")[2] if node["code"] == "ST108" else ""
        return [(str(node["code"]), str(node["operation"]), how)]
    return [key for item in node.values() for key in _failures(item)]


# --- the bare loop --------------------------------------------------------------------------------------------------


def bare(seconds: float) -> Measured:
    """A run of the bare loop. Raises Failed when it breaks off."""
    with tempfile.TemporaryDirectory() as place:
        root = str(Path(__file__).resolve().parents[1])
        code = f"import sys; sys.path.insert(0, {root!r}); from benchmarks.bare import loop; print(loop({seconds}))"
        run = Run([sys.executable, "-c", code.replace("{", "{{").replace("}", "}}")], Path(place))
        if run.took.code != 0:
            said = (Path(place) / "said").read_text(encoding="utf-8", errors="replace").strip()
            raise Failed(f"the bare loop broke off: {' '.join(said.split())[-200:]}")
        return run.took
