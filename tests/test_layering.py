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
    "partition": {"contract", "model", "shape"},
    "checks": {"contract", "model", "partition", "shape"},
    "sequences": {"checks", "model"},
    "attribution": {"contract", "model", "partition", "verdict"},
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
    "located": {"errors"},
    "waivers": {"contract", "errors", "located", "model", "schemas", "verdict"},
    "baseline": {"errors", "located", "model", "schemas", "verdict"},
    "lint": {"baseline", "contract", "errata", "errors", "ledger", "located", "schemas", "specs", "waivers"},
    "client": {"contract", "errors", "gate", "journal", "model", "redaction", "shape", "target"},
    "reference": {"contract", "errors", "model"},
    "facts": {"client", "errors", "model"},
    "alignment": {"model"},
    "shapes": {"model"},
    "latency": {"model"},
    "comparison": {"alignment", "contract", "latency", "model", "shapes", "verdict"},
    "schema_changes": set(),
    "editions": {"contract", "ledger", "schema_changes"},
    "reporting": {"alignment", "comparison", "contract", "editions", "errors", "latency", "lineage", "model", "shapes", "verdict"},
    "lineage": {"model"},
    "archive": {"errors"},
    "attestation": {"errors", "schemas", "verdict"},
    "bundle": {"archive", "attestation", "errors", "recorded", "reporting", "schemas", "specs", "verdict"},
    "reproduction": {"errors", "model", "verdict"},
    "places": {"errors", "specs"},
    "recorded": {"contract", "errors", "model", "reporting", "verdict"},
    "coverage": {"contract"},
    "power": {"contract"},
    "judgement": {
        "attribution", "baseline", "confirmation", "contract", "errors", "gate", "journal", "model", "redaction", "reporting",
        "sequences", "verdict", "waivers",
    },
    "lab": {"errors", "specs"},
    "imagemodel": {"shape"},
    "blame": {"imagemodel"},
    "shrinking": set(),
    "walk": {"blame", "cases", "client", "imagemodel", "model", "shape"},
    "machine": {"cases", "client", "errors", "imagemodel", "walk"},
    "stateful": {"cases", "client", "errors", "machine", "shrinking", "walk"},
    "cases": {"coverage", "errors", "gate", "model", "shape", "suite"},
    "arrange": {"cases", "client", "model"},
    "exploration": {"errors"},
    "generate": {"contract", "partition", "shape"},
    "trial": {"arrange", "cases", "client", "exploration", "generate", "model", "partition", "shape"},
    "suite": {"exploration", "generate", "partition", "trial", "arrange", "cases", "client", "model", "redaction", "shape", "stateful", "suite"},
}
"""Module or package -> what of the product it may import, besides itself."""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found |= {name.split(".")[1] for name in names if name.startswith("conformance.")}
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_module_imports_only_what_the_design_allows(name: str) -> None:
    place = PACKAGE / name
    files = sorted(place.rglob("*.py")) if place.is_dir() else [PACKAGE / f"{name}.py"]
    used = set().union(*(imports(path) for path in files)) - {name}
    assert used <= RULES[name]


def test_every_module_has_a_rule_or_is_on_top() -> None:
    names = {path.stem if path.suffix else path.name for path in PACKAGE.iterdir() if path.name != "__pycache__" and path.suffix in {"", ".py"}}
    assert {"__init__", "__main__", "cli", "commands", "conduct", "plugin", "replay", "runner", "selfcheck"} == names - set(RULES)
