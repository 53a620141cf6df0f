"""One word, one meaning: no two modules of the package define a class or a type of the same name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import conformance

PACKAGE = Path(str(conformance.__file__)).parent


def names(node: ast.AST) -> list[str]:
    """The classes and types that a statement defines: those with a capital first and small letters after it."""
    if isinstance(node, ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [item.id for item in targets if isinstance(item, ast.Name) and re.fullmatch("[A-Z][a-z]\\w*", item.id)]
    return []


def test_each_class_and_each_type_has_a_name_of_its_own() -> None:
    modules: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in names(node):
                modules[name].append(str(path.relative_to(PACKAGE)))
    assert {} == {name: places for name, places in modules.items() if len(places) > 1}
