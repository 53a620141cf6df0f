"""One word, one meaning: no two modules of the package define a class of the same name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import conformance

PACKAGE = Path(str(conformance.__file__)).parent


def test_each_class_has_a_name_of_its_own() -> None:
    modules: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                modules[node.name].append(str(path.relative_to(PACKAGE)))
    assert {} == {name: places for name, places in modules.items() if len(places) > 1}
