"""What was read of a document beside its promises: contradictions, candidates, what was not understood, and where each line
went; and what of it is kept in the directory of specs.

    reading.json    generated: contradictions, candidates, and a fingerprint of each line

By the fingerprints the lines of the next edition are told to be the same ones, moved, without any text of the document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from conformance.contract.services import METHODS, SHARING, spec_files
from conformance.document import Document
from conformance.document.candidates import Candidate, candidates
from conformance.document.contradictions import Contradiction, contradictions
from conformance.document.model import EarlierOperation, NotUnderstood
from conformance.document.naming import inventory, named_operations
from conformance.model.contract import Lines
from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = [
    "READING",
    "Kept",
    "Perusal",
    "ReadOperation",
    "Repair",
    "after",
    "answers",
    "earlier_in",
    "earlier_of",
    "first_line",
    "kept",
    "reading",
    "reading_json",
    "spans_of",
]

READING = "reading.json"
VERSION = "1.0"
FINGERPRINT = 8
"""Hex digits of a line's fingerprint."""
NARROW = 24
"""Lines of a range of errata that still is about a contradiction on one of them."""
_BLANK = "-"


@dataclass(frozen=True, slots=True)
class ReadOperation:
    """An operation as it was found: its id, address, lines, and what of it was read. The id is empty where it is not
    written, address and all. `understood` says that it is written, and that none of its lines was left over."""

    id: str
    method: str
    path: str
    line: int
    last_line: int
    rows: int
    examples: int
    understood: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """An example that was mended to be read, and how."""

    line: int
    last_line: int
    how: str


@dataclass(frozen=True)
class Perusal:
    """All of it. `account` counts the lines that are cited, prose, furniture, blank or not understood; it is empty where
    the reader has not accounted for them. `pages` are the first lines of the pages."""

    title: str
    product_version: str
    release_date: str
    sha256: str
    line_count: int
    rows: int
    examples: int
    operations: tuple[ReadOperation, ...]
    repaired: tuple[Repair, ...]
    contradictions: tuple[Contradiction, ...]
    unread: tuple[NotUnderstood, ...]
    candidates: tuple[Candidate, ...]
    account: Mapping[str, int]


def reading(document: Document) -> Perusal:
    """What was read of a document."""
    examples = [item for item in document.examples if item.kind == "json"]
    names = {item.line: name for name, item in named_operations(document)}
    lost = [range(item.line, item.last_line + 1) for item in document.unread]
    account = {
        name: len(getattr(document.account, name)) for name in ("cited", "prose", "furniture", "blank", "unread")
    }
    return Perusal(
        title=document.title,
        product_version=document.product_version,
        release_date=document.release_date,
        sha256=document.sha256,
        line_count=document.line_count,
        rows=sum(len(item.rows) for item in document.tables) + len(document.common.error_codes),
        examples=len(examples),
        operations=tuple(
            ReadOperation(
                name,
                item.method,
                item.path,
                item.line,
                item.last_line,
                sum(len(table.rows) for table in (*item.request_tables, *item.response_tables)),
                len(item.request_examples) + len(item.response_examples),
                bool(name) and not any(lines.start <= item.last_line and lines.stop > item.line for lines in lost),
            )
            for item in document.operations
            for name in [names.get(item.line, "")]
        ),
        repaired=tuple(
            Repair(item.first_line, item.last_line, item.repaired) for item in examples if item.repaired is not None
        ),
        contradictions=contradictions(document),
        unread=document.unread,
        candidates=candidates(document),
        account=account if any(account.values()) else {},
    )


def spans_of(item: Contradiction) -> tuple[tuple[int, int], ...]:
    """The lines of a contradiction as (first, last)."""
    spans = (part.strip().partition("-") for part in item.lines.split(","))
    return tuple((int(first), int(last or first)) for first, _, last in spans)


def first_line(item: Contradiction) -> int:
    """The first of the lines of a contradiction."""
    return spans_of(item)[0][0]


def answers(source: Lines, item: Contradiction) -> bool:
    """Whether lines of the errata are about a contradiction: one of its lines is in a range of a few, or they are its."""
    return any(
        (first, last) == span or (last - first < NARROW and first <= span[0] <= last)
        for first, last in source
        for span in spans_of(item)
    )


# --- what is kept of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What a directory of specs knows of its document: SHA-256, a fingerprint of each line (empty: blank), contradictions
    and candidates, and the operations of the edition before whose ids it keeps."""

    sha256: str
    fingerprints: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    candidates: tuple[Candidate, ...]
    earlier: tuple[EarlierOperation, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Kept:
        """That of a document."""
        fingerprints = tuple(_fingerprint(document.lines.get(at, "")) for at in range(1, document.line_count + 1))
        return cls(document.sha256, fingerprints, contradictions(document), candidates(document), _needed(document))


def _needed(document: Document) -> tuple[EarlierOperation, ...]:
    """The operations of the edition before, none where every id and path would be the same without them."""

    def named(item: Document) -> list[tuple[str, str]]:
        return [(one.id, one.path) for one in inventory(item).operations]

    return document.earlier if named(document) != named(replace(document, earlier=())) else ()


def after(document: Document, earlier: Iterable[EarlierOperation]) -> Document:
    """The document as the edition after one with these operations."""
    return replace(document, earlier=tuple(earlier))


def earlier_in(directory: Path) -> tuple[EarlierOperation, ...]:
    """The operations whose ids a directory of specs keeps from the edition before its own; none where it cannot be
    read, for it is written anew."""
    try:
        return kept(directory).earlier
    except UsageError:
        return ()


def earlier_of(specs: Mapping[str, Mapping[str, Any]]) -> tuple[EarlierOperation, ...]:
    """The operations of specs before any ruling, as the next edition has to know them."""
    return tuple(
        EarlierOperation(method, path, action or _only_member(operation), operation["operationId"])
        for spec in specs.values()
        for path, item in spec.get("paths", {}).items()
        for method, action, operation in _acting(item)
    )


def _acting(item: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(method in capitals, action, operation) of a path."""
    for method, operation in item.items():
        if method in METHODS and SHARING in operation:
            yield from ((method.upper(), action, one) for action, one in operation[SHARING].items())
        elif method in METHODS and "operationId" in operation:
            yield method.upper(), "", operation


def _only_member(operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody", {})
    shown = [item["value"] for item in body.get("x-examples", ())]
    schemas = [item.get("schema", {}) for item in body.get("content", {}).values()]
    wholes = shown or [schema.get("properties", {}) for schema in schemas]
    names = {name for value in wholes for name in (value if isinstance(value, dict) and len(value) == 1 else ("", " "))}
    return names.pop() if len(names) == 1 else ""


def _fingerprint(text: str) -> str:
    words = " ".join(text.split())
    return sha256(words.encode()).hexdigest()[:FINGERPRINT] if words else ""


def reading_json(item: Kept) -> str:
    """The text of the file (schema: specs/schemas/reading.schema.json)."""
    data = {
        "reading": VERSION,
        "document": item.sha256,
        "contradictions": [asdict(found) for found in item.contradictions],
        "candidates": [asdict(found) for found in item.candidates],
        **({"earlier": [asdict(found) for found in item.earlier]} if item.earlier else {}),
        "lines": " ".join(mark or _BLANK for mark in item.fingerprints),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def kept(directory: Path) -> Kept:
    """What a directory knows of its document. Raises UsageError naming the file that is missing or wrong."""
    path = directory / READING
    spec_files(directory)  # which says it of a directory that was written in part
    try:
        data: dict[str, Any] = json.loads(content(path))
        if data["reading"] != VERSION:
            raise UsageError(f"{path}: of another version of the product; extract its document again")
        return Kept(
            data["document"],
            tuple("" if mark == _BLANK else mark for mark in data["lines"].split()),
            tuple(Contradiction(**item) for item in data["contradictions"]),
            tuple(Candidate(**{**item, "names": tuple(item["names"])}) for item in data["candidates"]),
            tuple(EarlierOperation(**item) for item in data.get("earlier", ())),
        )
    except FileNotFoundError:
        why = "is not there" if directory.is_dir() else "is not there, for there is no such directory"
        raise UsageError(f"{path}: {why}; extract the document again into its directory") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = " ".join(str(error).split())[:120]
        raise UsageError(f"{path}: cannot be read ({said}); extract its document again") from None
