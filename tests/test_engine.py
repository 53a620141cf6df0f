"""The engine names nothing of a service: operations, members, paths and media types come from the contract, words from a Service."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import ROOT

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract

PACKAGE = ROOT / "conformance"
LEFT_OUT = {PACKAGE / "services", PACKAGE / "proof" / "lab", PACKAGE / "cli" / "lab.py"}
"""What is no part of the engine: the services, and the lab, which installs and starts a real Keystone and Glance."""
WORDS_OF_ANY_API = frozenset(
    [
        # HTTP, JSON, URIs, JSON Schema and OpenAPI
        "application/json", "code", "error", "headers", "id", "location", "message", "method", "name", "path", "query", "schema",
        "size", "status", "title", "type", "value", "file", "self", "body", "checksum", "X-Subject-Token", "location",
        "op", "links", "limit", "marker",
        # JSON Patch (RFC 6902), and the media type of any bytes (RFC 2046)
        "add", "remove", "replace", "application/octet-stream",
        # the OpenStack client's configuration and Identity API v3, with which every service is logged in to
        "auth", "token", "identity", "methods", "password", "user", "project", "domain", "scope", "owner", "catalog", "public",
        # our own files and sentences, and SARIF's
        "description", "tags", "deleted", "private", "protected", "locations",
    ]
)  # fmt: skip
"""Names of the contract that are words of any API, or of a file of ours; whoever uses one of them means no member of a service."""


def _names(contract: Contract) -> frozenset[str]:
    """Ids of operations, paths, parameters, members, enumerated values and media types of the contract, beyond any API's."""
    found = {*contract.operations, *contract.resources}
    for operation in contract.operations.values():
        found |= {operation.path, *(item.name for item in operation.parameters), operation.request_media_type or ""}
        schemas = [operation.request_schema, *(spec.schema for spec in operation.responses)]
        found |= {spec.media_type or "" for spec in operation.responses}
        found |= {name for schema in schemas for name in _members(schema)}
    found |= {resource.collection for resource in contract.resources.values()}
    return frozenset(found - WORDS_OF_ANY_API - {""})


def _members(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, node in (schema.get("properties") or {}).items():
            yield name
            yield from _members(node)
        yield from _members(schema.get("items"))
        yield from (value for value in schema.get("enum", ()) if isinstance(value, str))


def _engine() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if not LEFT_OUT & {path, *path.parents})


def _literals(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", _engine(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_literal_of_the_engine_is_a_name_of_a_service(path: Path) -> None:
    names = _names(load_contract())
    said = [
        f"{line}: {text}" for line, text in _literals(path) if text in names or any(_stands_in(n, text) for n in names)
    ]
    assert said == []


def _stands_in(name: str, text: str) -> bool:
    """Whether a name with a dot, a slash or an underscore stands in a longer text; single words are too common for that."""
    return bool(re.search(r"[./_]", name)) and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text) is not None


@pytest.mark.parametrize("path", _engine(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_engine_speaks_of_resources_and_not_of_what_one_service_has(path: Path) -> None:
    nouns = {resource.name for resource in load_contract().resources.values()}
    text = path.read_text(encoding="utf-8")
    said = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for noun in nouns
        if re.search(rf"(?<![A-Za-z]){noun}s?(?![A-Za-z])", line, re.IGNORECASE)
    ]
    assert said == []


def test_the_search_finds_a_name_where_there_is_one() -> None:
    names = _names(load_contract())
    assert {"image.create", "/v2/images", "min_ram", "raw", "application/openstack-images-v2.1-json-patch"} <= names
    assert _stands_in("image.create", "the operation image.create")
    assert not _stands_in("image.create", "image.created")
