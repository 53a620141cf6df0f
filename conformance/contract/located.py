"""A file written by a person, with the line of each of its values, and all that its schema finds wrong with it.

Rules
- A violation names the file, the line and the place (`waivers[2].expires`), and says what is wrong in one line.
- All violations are found, not the first; only a file that cannot be parsed has one alone.
- JSON is read as JSON; its lines are found by reading it once more as YAML 1.2, of which it is a part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = ["FileViolation", "Located", "PathKey", "Unparsed", "load_yaml", "refuse", "violations"]

PathKey: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class FileViolation:
    """What is wrong at a place of a file. `line` counts from 1; `where` is the place in words, "" for the whole
    file."""

    file: str
    line: int
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where + ': ' if self.where else ''}{self.text}"


class Unparsed(ValueError):
    """The file cannot be parsed at all; carries the violation."""

    def __init__(self, violation: FileViolation) -> None:
        super().__init__(str(violation))
        self.violation = violation


@dataclass(frozen=True)
class Located:
    """The plain data of a file (dates as the text that stands there) and the tree that knows its lines."""

    path: Path
    data: Any
    _tree: Node | None

    @classmethod
    def read(cls, path: Path) -> Located:
        """Read JSON (by the name *.json) or YAML. Raises Unparsed with the line at which reading ended."""
        try:
            text = content(path).decode("utf-8")
        except FileNotFoundError:
            raise Unparsed(FileViolation(str(path), 1, "", "there is no such file")) from None
        except UnicodeDecodeError as error:
            raise Unparsed(FileViolation(str(path), 1, "", f"not UTF-8: byte {error.start}")) from None
        except OSError as error:
            raise Unparsed(FileViolation(str(path), 1, "", f"cannot be read: {error.strerror}")) from None
        try:
            if path.suffix == ".json":
                return cls(path, json.loads(text, object_pairs_hook=_once), _tree(text.replace("\t", " ")))
            return cls(path, load_yaml(text), _tree(text))
        except json.JSONDecodeError as error:
            raise Unparsed(FileViolation(str(path), error.lineno, "", f"not JSON: {error.msg}")) from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            text = " ".join(str(error.problem or error.context or "not YAML").split())
            raise Unparsed(
                FileViolation(str(path), mark.line + 1 if mark else 1, "", f"not YAML: {text[:160]}")
            ) from None
        except (YAMLError, ValueError, RecursionError) as error:
            raise Unparsed(
                FileViolation(str(path), 1, "", f"cannot be read: {' '.join(str(error).split())[:160]}")
            ) from None

    def line(self, steps: Sequence[PathKey]) -> int:
        """The line of the value at these steps, or of the nearest value around it."""
        node, line = self._tree, 1
        if node is not None:
            line = node.start_mark.line + 1
        for step in steps:
            if isinstance(node, MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def violation(self, steps: Sequence[PathKey], text: str) -> FileViolation:
        """A violation at these steps."""
        return FileViolation(str(self.path), self.line(steps), _where(steps), text)


def violations(located: Located, schema: Mapping[str, Any]) -> tuple[FileViolation, ...]:
    """All that the schema finds wrong, by line."""
    found = [
        located.violation(steps, text)
        for error in jsonschema.Draft202012Validator(schema).iter_errors(located.data)
        if error.validator != "oneOf" or isinstance(error.instance, dict)  # what is no object is said already
        for steps, text in _said(error)
    ]
    return tuple(sorted(found, key=lambda item: (item.line, item.where, item.text)))


def refuse(found: Sequence[FileViolation]) -> UsageError:
    """The error of one line for these violations (at least one)."""
    more = f" (and {len(found) - 1} more; `conformance lint {found[0].file}` lists them)" if len(found) > 1 else ""
    return UsageError(f"{found[0]}{more}")


def _tree(text: str) -> Node | None:
    tree: Node | None = YAML(typ="rt", pure=True).compose(text)
    return tree


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the member {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return value


class _Constructor(SafeConstructor):
    """Dates stay text: JSON Schema knows none, and one that does not exist must be refused with its line."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _self, node: node.value)


def load_yaml(text: str) -> Any:
    """The plain data of YAML text: dates as text, keys as text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    return _plain(yaml.load(text))


def _plain(value: Any) -> Any:
    """The data with text for keys, as JSON Schema wants it."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _said(error: Any) -> Iterator[tuple[tuple[PathKey, ...], str]]:
    """(steps, words) of a violation, in the words of a person who writes such a file."""
    steps: tuple[PathKey, ...] = tuple(error.absolute_path)
    value, rule = error.instance, error.validator_value
    hint = error.schema.get("x-hint") if isinstance(error.schema, Mapping) else None
    if error.validator == "required":
        missing = next(name for name in rule if name not in value and f"'{name}'" in error.message)
        yield steps, f"{missing} is missing"
    elif error.validator == "additionalProperties" and isinstance(value, dict):
        known = set(error.schema.get("properties", ()))
        for name in value.keys() - known:
            yield (*steps, name), f"there is no member of this name; known are {', '.join(sorted(known))}"
    elif error.validator == "type":
        due = rule if isinstance(rule, str) else " or ".join(rule)
        yield steps, f"is {_kind(value)}, due is {due}{f': {hint}' if hint and 'oneOf' not in error.schema else ''}"
    elif error.validator == "enum":
        yield steps, f"is {json.dumps(value)[:80]}, due is one of {', '.join(map(str, rule))}"
    elif error.validator == "const":
        yield steps, f"is {json.dumps(value)[:80]}, due is {json.dumps(rule)}"
    elif hint is not None:
        yield steps, str(hint)
    else:
        yield steps, " ".join(error.message.split())[:160]


def _kind(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "an integer",
        float: "a number",
    }
    return "empty" if value is None else names.get(type(value), "a value")


def _where(steps: Sequence[PathKey]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
