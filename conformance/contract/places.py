"""Where each requirement stands in the YAML of a directory of specs: the nodes of the files, walked as the contract is
read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml.error import YAMLError

from conformance.contract.plainyaml import yaml_tree
from conformance.contract.prepared import LEDGER, OVERLAY, FileLine
from conformance.contract.services import METHODS, SHARING, spec_files
from conformance.model import requirement_id
from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = ["read_places"]

YamlNode: TypeAlias = Any
"""A node of the library that read the text."""


def read_places(root: Path) -> Mapping[str, tuple[FileLine, ...]]:
    """Requirement id -> (name of a file, line) as the YAML of a directory of specs has it, in the order of
    `requirement_places`. Raises UsageError naming the file that cannot be read."""
    found: dict[str, list[FileLine]] = {}
    specs = {file: _composed(root / file) for file in spec_files(root).values()}
    # The spec with the common part first: what it shares with the others is looked up there.
    for file in sorted(specs, key=lambda file: (_at(specs[file], "x-common") is None, file)):
        for name, line in (*_stated(specs[file]), *_of_spec(specs[file])):
            found.setdefault(name, []).append((file, line))
    if (root / OVERLAY).exists():
        for name, line in _stated(_composed(root / OVERLAY)):
            found.setdefault(name, []).append((OVERLAY, line))
    if not (root / LEDGER).exists():
        return {name: tuple(places) for name, places in found.items()}
    rows = _at(_composed(root / LEDGER), "requirements")
    ledger = {_text(_at(row, "id")): _line(row) for row in _items(rows)}
    return {name: (*_nearest(name, found), (LEDGER, line)) for name, line in ledger.items()}


def _nearest(name: str, found: Mapping[str, list[FileLine]]) -> list[FileLine]:
    """The places of the id, else the first of the longest id that it continues: a default stands in its operation."""
    known = requirement_id.nearest(name, found)
    return [] if known is None else found[known] if known == name else found[known][:1]


def _composed(path: Path) -> YamlNode:
    try:
        return yaml_tree(content(path).decode("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UsageError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())[:200]}") from None


def _stated(node: YamlNode) -> Iterator[tuple[str, int]]:
    """The entries of every `x-requirements`, wherever it stands."""
    for key, _, value in _entries(node):
        if key == "x-requirements":
            for item in _items(value):
                yield _text(_at(item, "id")), _line(item)
        else:
            yield from _stated(value)
    for item in _items(node):
        yield from _stated(item)


def _of_spec(spec: YamlNode) -> Iterator[tuple[str, int]]:
    common = _at(spec, "x-common")
    for part, make in (
        ("request-headers", requirement_id.header),
        ("response-members", requirement_id.header),
        ("methods", requirement_id.method),
    ):
        for row in _items(_at(common, part)):
            yield make(_text(_at(row, "name"))), _line(row)
    components = _at(spec, "components")
    error = _at(components, "schemas", "Error")
    for _, line, envelope in _entries(_at(error, "properties")):
        yield requirement_id.envelope(), line
        for member, inner, _ in _entries(_at(envelope, "properties")):
            yield requirement_id.envelope(member), inner
    for name, line, _ in _entries(_at(components, "responses")):
        yield requirement_id.error(name.removeprefix("Error")), line
    for _, _, path in _entries(_at(spec, "paths")):
        for method, line, operation in _entries(path):
            if method in METHODS:
                yield from _of_operation(operation, line)


def _of_operation(node: YamlNode, begins: int) -> Iterator[tuple[str, int]]:
    sharing = _at(node, SHARING)
    if sharing is not None:
        for _, line, one in _entries(sharing):
            yield from _of_operation(one, line)
        return
    name = _text(_at(node, "operationId"))
    yield name, begins
    for item in _items(_at(node, "parameters")):
        yield requirement_id.parameter(name, _text(_at(item, "in")), _text(_at(item, "name"))), _line(item)
    for key, line, body in _entries(node):
        if key == "requestBody":
            yield requirement_id.request(name), line
            yield from ((requirement_id.body(name, member), inner) for member, inner in _of_media(body))
    for status, line, response in _entries(_at(node, "responses")):
        yield requirement_id.response(name, status), line
        for header, inner, _ in _entries(_at(response, "headers")):
            yield requirement_id.response_header(name, status, header), inner
        for member, inner in _of_media(response):
            yield requirement_id.response(name, status, member), inner


def _of_media(node: YamlNode) -> Iterator[tuple[str, int]]:
    for _, _, media in _entries(_at(node, "content")):
        yield from _of_schema(_at(media, "schema"), "")


def _of_schema(node: YamlNode, prefix: str) -> Iterator[tuple[str, int]]:
    yield from _of_schema(items, prefix) if (items := _at(node, "items")) is not None else ()
    for name, line, value in _entries(_at(node, "properties")):
        yield prefix + name, line
        yield from _of_schema(value, f"{prefix}{name}.")


def _entries(node: YamlNode) -> Iterator[tuple[str, int, YamlNode]]:
    """(key, line of the key, value) of each member of a mapping; nothing for anything else."""
    if node is not None and node.id == "mapping":
        yield from ((_text(key), _line(key), value) for key, value in node.value)


def _line(node: YamlNode) -> int:
    return int(node.start_mark.line) + 1


def _items(node: YamlNode) -> Iterator[YamlNode]:
    if node is not None and node.id == "sequence":
        yield from node.value


def _at(node: YamlNode, *keys: str) -> YamlNode:
    for key in keys:
        node = next((value for name, _, value in _entries(node) if name == key), None)
    return node


def _text(node: YamlNode) -> str:
    return str(node.value) if node is not None and node.id == "scalar" else ""
