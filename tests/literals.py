"""The literals of a source file, and which of them could only be known from another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from conformance.model.contract import Contract

__all__ = ["compared_numbers", "distinctive", "names_of", "texts"]

PLAIN = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*[.,:]?")
"""A word or words of a language, which say nothing about where they come from."""


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(path: Path) -> Iterator[str]:
    """The texts that a file's code has as literals, parts of f-strings and bytes among them; not its docstrings."""
    tree = _parsed(path)
    said = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            if isinstance(node.value, bytes):
                yield node.value.decode("utf-8", "replace")
            elif isinstance(node.value, str):
                yield node.value


def compared_numbers(path: Path) -> Iterator[int]:
    """The numbers with which a file's code compares something for equality."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.In) for op in node.ops):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and type(part.value) is int:
                    yield part.value


def names_of(contract: Contract) -> frozenset[str]:
    """Whatever a contract spells out: ids, paths, parameters, members, values of enumerations and examples."""
    found: set[str] = {*contract.requirements, *contract.operations}
    for operation in contract.operations.values():
        found |= {operation.path, *re.findall(r"[^{}?&=]+", operation.path)}
        parts: list[Any] = [operation.request_schema, operation.defaults, operation.request_example]
        parts += [(item.name, item.schema) for item in operation.parameters]
        parts += [(spec.media_type, spec.headers, spec.schema) for spec in operation.responses]
        found |= {str(text) for part in parts for text in _spelled(part)}
    return frozenset(found)


def _spelled(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _spelled(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _spelled(inner)
    else:
        yield value


def distinctive(found: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The texts that are no plain words, not among the known ones, and long enough to tell anything: all that is not ASCII,
    else at least three letters or digits."""
    names = {name.lower() for name in known}
    return frozenset(
        text
        for text in found
        if text.strip().lower() not in names
        and not PLAIN.fullmatch(text.strip())
        and (not text.isascii() or len(re.findall(r"[A-Za-z0-9]", text)) >= 3)
    )
