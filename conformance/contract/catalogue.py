"""The services that a document's operations belong to, by their types in OpenStack's catalogue.

Rules
- The first noun of an operation's path says it, where the table of well-known nouns (catalogue.json) has that noun.
- Else the section does: by the words of its title, else as a path beside it does.
- A section that says nothing is of the service that all others of the document with paths of its version are of, else of
  one that is called after the first noun of its first path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from conformance.document import Document
from conformance.document.addresses import address
from conformance.document.described import Described
from conformance.document.model import ApiSection
from conformance.document.nouns import nouns

__all__ = ["IDENTITY", "services_of"]

IDENTITY = "identity"
"""The service that gives tokens."""


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    """Type of a service -> its nouns in the singular, and the words of titles that name it."""
    table: Mapping[str, Mapping[str, list[str]]] = json.loads(
        Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
    )
    return table


def services_of(document: Document, operations: Iterable[Described]) -> tuple[str, ...]:
    """The service of each operation."""
    operations = tuple(operations)
    sections = {id(operation): section for section in document.sections for operation in section.operations}
    named: dict[int, str] = {}
    found = []
    for item in operations:
        service = _of_nouns(item.named.path)
        if not service:
            section = sections[id(item.named.operation)]
            if id(section) not in named:
                named[id(section)] = _of_section(section)
            service = named[id(section)]
        found.append(service)
    known: dict[str, set[str]] = {}
    for item, service in zip(operations, found, strict=True):
        known.setdefault(_version(item.named.path), set()).update({service} - {""})
    return tuple(
        service or _only(known[_version(item.named.path)]) or _first_path(sections[id(item.named.operation)])
        for item, service in zip(operations, found, strict=True)
    )


def _version(path: str) -> str:
    """The version that a path begins with, "" for none."""
    match = re.match(r"/v\d+(?:\.\d+)?(?=/)", path)
    return match[0] if match else ""


def _only(services: set[str]) -> str:
    """The service that is the only one, "" where there are several or none."""
    return next(iter(services)) if len(services) == 1 else ""


def _of_nouns(path: str) -> str:
    first = nouns(path)[:1]
    return next((name for name, entry in _table().items() if {*first} & {*entry["nouns"]}), "")


def _of_section(section: ApiSection) -> str:
    """The service that the words of a title name, else a path of the section; "" for none."""
    title = section.title.lower()
    named = [
        (title.index(word), -len(word), name)
        for name, entry in _table().items()
        for word in entry["titles"]
        if word in title
    ]
    if named:
        return min(named)[2]
    paths = [operation.path for operation in section.operations if operation.path]
    return next((name for path in paths if (name := _of_nouns(path))), "")


def _first_path(section: ApiSection) -> str:
    """The first noun of the first path of a section, as the name of a file has it."""
    words = nouns(address(next(operation.path for operation in section.operations if operation.path)).path)
    name = "".join(char for char in words[0] if char.isascii() and (char.isalnum() or char in "-_")) if words else ""
    return name.strip("-_") or "api"
