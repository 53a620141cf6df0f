"""The arrows of the design: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(str(conformance.__file__)).parent
RULES: dict[str, set[str]] = {
    "errors": set(),
    "model": set(),
    "contract": set(),
    "shape": set(),
    "verdict": {"contract", "model"},
    "rules": {"contract", "shape"},
    "partition": {"contract", "model", "rules", "shape"},
    "checks": {"contract", "model", "partition", "shape"},
    "sequences": {"checks", "model"},
    "attribution": {"contract", "model", "partition", "rules", "verdict"},
    "document": {"errors"},
    "openapi": {"document"},
    "contradictions": {"document", "openapi"},
    "errata": {"errors"},
    "ledger": {"contract", "errors"},
    "specs": {"contract", "errata", "errors", "ledger"},
    "extract": {"contract", "document", "errata", "errors", "ledger", "openapi", "specs"},
    "transport": {"errors", "model"},
    "target": {"errors", "model", "transport"},
    "redaction": {"model"},
    "journal": {"errors"},
    "gate": {"checks", "confirmation", "contract", "model"},
    "confirmation": {"model"},
    "schemas": {"errors"},
    "excuses.located": {"errors"},
    "excuses.waivers": {"contract", "errors", "excuses.located", "model", "schemas", "verdict"},
    "excuses.baseline": {"errors", "excuses.located", "model", "schemas", "verdict"},
    "lint": {
        "excuses.baseline",
        "contract",
        "errata",
        "errors",
        "ledger",
        "excuses.located",
        "schemas",
        "specs",
        "excuses.waivers",
    },
    "client": {"contract", "errors", "gate", "journal", "model", "redaction", "shape", "target"},
    "reference": {"contract", "errors", "model"},
    "facts": {"client", "errors", "model"},
    "compare.alignment": {"model"},
    "compare.shapes": {"model"},
    "compare.latency": {"model"},
    "compare.comparison": {"compare.alignment", "contract", "compare.latency", "model", "compare.shapes", "verdict"},
    "compare.schema_changes": set(),
    "compare.editions": {"contract", "ledger", "compare.schema_changes"},
    "reporting": {
        "compare.alignment",
        "compare.comparison",
        "contract",
        "compare.editions",
        "errors",
        "compare.latency",
        "replay.lineage",
        "model",
        "compare.shapes",
        "verdict",
    },
    "replay.lineage": {"model"},
    "bundle.archive": {"errors"},
    "bundle.attestation": {"errors", "schemas", "verdict"},
    "bundle.packing": {
        "bundle.archive",
        "bundle.attestation",
        "errors",
        "recorded",
        "reporting",
        "schemas",
        "specs",
        "verdict",
    },
    "replay.reproduction": {"errors", "model", "verdict"},
    "places": {"errors", "specs"},
    "recorded": {"contract", "errors", "model", "reporting", "verdict"},
    "coverage": {"contract"},
    "power": {"contract"},
    "judgement": {
        "attribution",
        "excuses.baseline",
        "confirmation",
        "contract",
        "errors",
        "gate",
        "journal",
        "model",
        "redaction",
        "reporting",
        "sequences",
        "verdict",
        "excuses.waivers",
    },
    "lab": {"errors", "specs"},
    "stateful.imagemodel": {"shape"},
    "stateful.blame": {"stateful.imagemodel"},
    "stateful.shrinking": set(),
    "stateful.walk": {"stateful.blame", "cases", "client", "stateful.imagemodel", "model", "shape"},
    "stateful.machine": {"cases", "client", "errors", "stateful.imagemodel", "stateful.walk"},
    "stateful.search": {"cases", "client", "errors", "stateful.machine", "stateful.shrinking", "stateful.walk"},
    "cases": {"coverage", "errors", "gate", "model", "shape", "suite"},
    "arrange": {"cases", "client", "model"},
    "exploration": {"errors"},
    "generate": {"contract", "partition", "rules", "shape"},
    "trial": {"arrange", "cases", "client", "exploration", "generate", "model", "partition", "rules", "shape"},
    "suite": {
        "arrange",
        "cases",
        "client",
        "exploration",
        "generate",
        "model",
        "partition",
        "redaction",
        "rules",
        "shape",
        "stateful.search",
        "suite",
        "trial",
    },
}
"""Module or package -> what of the product it may import, besides itself. Of some packages each module has a rule of its own."""
PARTED = {name.partition(".")[0] for name in RULES if "." in name}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        parts = [name.split(".")[1:] for name in names if name.startswith("conformance.")]
        found |= {".".join(part[:2]) if part[0] in PARTED else part[0] for part in parts}
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_module_imports_only_what_the_design_allows(name: str) -> None:
    place = PACKAGE / name.replace(".", "/")
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    used = set().union(*(imports(path) for path in files)) - {name}
    assert used <= RULES[name]


def test_every_module_has_a_rule_or_is_on_top() -> None:
    names = {
        path.stem if path.suffix else path.name
        for path in PACKAGE.iterdir()
        if path.name != "__pycache__" and path.suffix in {"", ".py"}
    }
    parts = {
        f"{name}.{path.stem}" for name in PARTED for path in (PACKAGE / name).glob("*.py") if path.stem != "__init__"
    }
    assert {
        "__init__",
        "__main__",
        "cli",
        "commands",
        "conduct",
        "plugin",
        "replay.resending",
        "runner",
        "selfcheck",
    } == (names - PARTED | parts) - set(RULES)
