"""The services that a document's operations belong to, by their types in OpenStack's catalogue.

Rules
- The first noun of an operation's path says it, where the table of well-known nouns (catalogue.json) has that noun.
- Else the section does: by the words of its title, else as a path beside it does, else by the first noun of its first
  path.
"""

from __future__ import annotations

import json
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
    return tuple(found)


def _of_nouns(path: str) -> str:
    first = nouns(path)[:1]
    return next((name for name, entry in _table().items() if {*first} & {*entry["nouns"]}), "")


def _of_section(section: ApiSection) -> str:
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
    return next((name for path in paths if (name := _of_nouns(path))), _first_noun(paths[0]))


def _first_noun(path: str) -> str:
    """The first noun of a path, as the name of a file has it."""
    words = nouns(address(path).path)
    name = "".join(char for char in words[0] if char.isascii() and (char.isalnum() or char in "-_")) if words else ""
    return name.strip("-_") or "api"
