"""Where the document contradicts itself, found by rules that name no field; the errata say what is held to be right.

Each kind, and what the specs do where no ruling decides, stands in contradiction.py. Here are the rules that compare the
common part with the operations and the operations with each other; those on rows, places, ids and examples stand with the
modules that place, name and compare them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from conformance.document.comparison import compared
from conformance.document.constraints import said
from conformance.document.contradiction import DEFAULTS, Contradiction, at
from conformance.document.described import Described, described
from conformance.document.model import Document, Example, Position, rows_of
from conformance.document.nesting import BodyMember
from conformance.document.placing import BODILESS
from conformance.document.typewords import stated_type

__all__ = ["DEFAULTS", "Contradiction", "contradictions"]

_YES_OR_NO = re.compile(r"是否|能否|可否|\bwhether\b", re.IGNORECASE)
_OBJECTS = re.compile(r"对象|\bobjects?\b", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9a-f]{30,36}")
_GROUPED = re.compile(r"[0-9a-f]{4,14}(?:-[0-9a-f]{2,6}){3}-[0-9a-f]{8,16}")
_SINGLE = re.compile(r"(.*)/\{[^{}/]+\}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def contradictions(document: Document) -> tuple[Contradiction, ...]:
    """Every contradiction, those of the common part first, then operation by operation."""
    operations, found = described(document)
    others = _Others.of(operations)
    for item in operations:
        found += tuple(replace(one, operation=item.id) for one in _operation(item, others))
    order = {item.id: number for number, item in enumerate(operations)}
    return (*_common(document, operations), *sorted(found, key=lambda one: order.get(one.operation, -1)))


def _common(document: Document, operations: Iterable[Described]) -> Iterator[Contradiction]:
    common = document.common
    if not document.product_version:
        yield Contradiction(at(1), "no version", "the document names no version of the product")
    methods = {row.name: row for row in rows_of(common.methods)}
    used = {item.named.method: item.named.operation for item in operations}
    for name, row in methods.items():
        if name not in used:
            text = f"{name} is in the method table, no operation uses it"
            yield Contradiction(at(row.line), "unused method", text, subject=name)
    for name, operation in used.items():
        if methods and name not in methods:
            text = f"{name} is used and not in the method table"
            yield Contradiction(at(operation.uri_line), "unknown method", text, subject=name)
    for row in rows_of(common.request_parameters):
        # RFC 9112, 3.2: every request has Host; RFC 9110, 8.3: what has no content has no type of it.
        if row.name.lower() == "host" and row.required is False:
            yield Contradiction(at(row.line), "rule of HTTP", "Host is called optional", subject=row.name)
        if row.name.lower() == "content-type" and row.required and used.keys() & BODILESS:
            text = "Content-Type is required also where a request has no body"
            yield Contradiction(at(row.line), "rule of HTTP", text, subject=row.name)
    yield from _examples(document, {item.named.path for item in operations})
    for row in rows_of(common.response_parameters):
        wanted = row.name.lower()
        if not any(wanted in example.text.lower() for example in document.examples):
            text = f"{row.name} is promised always and in no example"
            yield Contradiction(at(row.line), "in no example", text, subject=row.name)
    for code in common.error_codes:
        if code.phrase[:1].islower():
            text = f"the phrase of {code.code} is written in lower case"
            yield Contradiction(at(code.line), "letter case", text, subject=str(code.code))
        if code.code < 400:
            text = f"{code.code} is among the errors, and is none"
            yield Contradiction(at(code.line), "no failure", text, subject=str(code.code))
    if common.error_codes and not any(item.errors for item in operations):
        text = "no operation says which of the common codes it answers with, or others"
        yield Contradiction(at(common.error_codes[0].line), "no own errors", text)


def _examples(document: Document, paths: set[str]) -> Iterator[Contradiction]:
    failures = [item for item in document.common.examples if _is_failure(item, document)]
    for example in document.common.examples:
        span = f"{example.first_line}-{example.last_line}"
        if example.kind == "request":
            path = urlsplit(example.text.split()[1]).path
            if path not in paths:
                text = f"the example calls {path}, which no operation has"
                yield Contradiction(str(example.first_line), "foreign path", text, subject=path)
        elif example.kind == "json":
            value = example.value
            if failures and example not in failures and isinstance(value, dict) and {*value} == {*failures[0].value}:
                text = "the example of a success has the member of a failure"
                yield Contradiction(span, "success as error", text)
            yield from _odd_ids(example)


def _is_failure(example: Example, document: Document) -> bool:
    codes = {item.code for item in document.common.error_codes}
    inner = (
        next(iter(example.value.values()), None)
        if isinstance(example.value, dict) and len(example.value) == 1
        else None
    )
    return isinstance(inner, dict) and any(isinstance(value, int) and value in codes for value in inner.values())


def _odd_ids(example: Example) -> Iterator[Contradiction]:
    """Values that are an id but for a digit too many or too few."""
    for pointer, value in _texts(example.value, ""):
        bare = _HEXADECIMAL.fullmatch(value) and len(value) != 32
        if bare or (_GROUPED.fullmatch(value) and not _UUID.fullmatch(value)):
            line = example.lines.get(pointer, example.first_line)
            digits = len(value.replace("-", ""))
            name = ".".join(part for part in pointer.split("/")[1:] if not part.isdigit())
            yield Contradiction(at(line), "odd id", f"{name} in an example has {digits} digits", subject=name)


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{number}")


@dataclass(frozen=True)
class _Others:
    """What the rules on operations side by side ask of all of them: whether one has preconditions, of each resource the
    answers that differ in their members (the first with each), and the methods of each path below another."""

    preconditions: bool
    answers: Mapping[str, Mapping[frozenset[str], Described]]
    below: Mapping[str, set[str]]

    @classmethod
    def of(cls, operations: Iterable[Described]) -> _Others:
        answers: dict[str, dict[frozenset[str], Described]] = {}
        below: dict[str, set[str]] = {}
        preconditions = False
        for item in operations:
            preconditions = preconditions or bool(item.named.operation.preconditions)
            names = frozenset(member.name for member in item.answer.members)
            answers.setdefault(_resource(item), {}).setdefault(names, item)
            single = _SINGLE.fullmatch(item.named.path)
            if single:
                below.setdefault(single[1], set()).add(item.named.method)
        return cls(preconditions, answers, below)


def _resource(item: Described) -> str:
    return item.id.rpartition(".")[0]


def _operation(item: Described, others: _Others) -> Iterator[Contradiction]:
    operation = item.named.operation
    for parameter in item.placement.parameters:
        for row in parameter.rows:
            if parameter.place is Position.PATH and row.required is False:
                text = f"{row.name} is not required, and {item.title} cannot do without it"
                yield Contradiction(at(row.line), "optional path", text, subject=row.name)
    for table in operation.request_tables:
        if "type" not in table.columns:
            yield Contradiction(at(table.line), "no types", f"the table of {item.title} has no types")
    if not operation.preconditions and others.preconditions:
        text = f"{item.title} has none, other operations do"
        yield Contradiction(at(operation.line), "no preconditions", text)
    yield from _query_names(item)
    yield from _members(item.body, f"the request of {item.title}")
    yield from compared(item.body, item.request_examples, f"the request of {item.title}", missing=False)
    if any(_is_patch(example.value) for example in item.request_examples):
        lines = at(item.request_examples[0].first_line)
        yield Contradiction(lines, "media type", f"the body of {item.title} is a JSON Patch, no media type is named")
    yield from _members(item.answer, f"the answer of {item.title}")
    if item.answer.members:
        yield from compared(item.answer, item.response_examples, f"the answer of {item.title}", missing=True)
    elif item.response_examples:
        lines = at(item.response_examples[0].first_line)
        yield Contradiction(lines, "no table", f"the answer of {item.title} has an example and no table")
    elif item.named.method == "GET" and any(code != 204 for code, _ in item.successes):
        text = f"the answer of {item.title} has neither a table nor an example"
        yield Contradiction(at(item.successes[0][1]), "no answer", text)
    yield from _beside(item, others)
    yield from _shown_nowhere(item, others)


def _is_patch(value: Any) -> bool:
    """Whether a body is a list of changes (RFC 6902)."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(change, Mapping) and {"op", "path"} <= change.keys() for change in value)
    )


def _members(body: BodyMember, where: str) -> Iterator[Contradiction]:
    for name, member in body.every():
        row = member.row
        if row is None:
            continue
        keywords = said(row).keywords
        kind = stated_type(row.type)
        if (row.type or "").strip().lower() in {"enum", "枚举"} and "enum" not in keywords:
            text = f"{name} in {where} is an enumeration without values"
            yield Contradiction(at(row.line), "open enumeration", text, subject=name)
        if kind.name == "string" and "enum" not in keywords and _YES_OR_NO.search(row.description):
            text = f"{name} in {where} is {row.type}, and described as yes or no"
            yield Contradiction(at(row.line), "yes or no", text, subject=name)
        objects = kind.name == "object" or (kind.items is not None and kind.items.name == "object")
        if not member.members and (objects or (kind.name == "array" and _OBJECTS.search(row.description))):
            text = f"{name} in {where} has members that no table describes"
            yield Contradiction(at(row.line), "open members", text, subject=name)


def _query_names(item: Described) -> Iterator[Contradiction]:
    operation = item.named.operation
    names = {row.name: row for row in operation.request_rows}
    plain = {re.sub(r"[-_]", "", name).lower(): name for name in names}
    for example in operation.request_examples:
        if example.kind != "request":
            continue
        for used in re.findall(r"[?&]([^=&\s]+)=", example.text):
            near = plain.get(re.sub(r"[-_]", "", used).lower())
            if used not in names:
                where = at(names[near].line, example.first_line) if near else at(example.first_line)
                other = f", the table writes {near}" if near else ", which no table has"
                kind = "spelling" if near else "unknown parameter"
                yield Contradiction(where, kind, f"the example writes {used}{other}", subject=used)


def _beside(item: Described, others: _Others) -> Iterator[Contradiction]:
    """Members that one answer about a resource has, and another, which has most of the same, does not."""
    own = {member.name: member for member in item.answer.members if member.row is not None}
    told: set[str] = set()
    for theirs, other in others.answers[_resource(item)].items():
        same = own.keys() & theirs
        if len(same) < 2 or 2 * len(same) < max(len(own), len(theirs)):
            continue
        for name, member in own.items():
            if name not in theirs and name not in told and member.row is not None:
                told.add(name)
                text = f"{name} is in the answer of {item.title} and not in that of {other.title}"
                yield Contradiction(at(member.row.line), "one answer", text, subject=name)


def _shown_nowhere(item: Described, others: _Others) -> Iterator[Contradiction]:
    """A resource that is made, and that no operation reads."""
    methods = others.below.get(item.named.path.rstrip("/"), set())
    if item.named.method == "POST" and methods and "GET" not in methods:
        yield Contradiction(
            at(item.named.operation.uri_line), "no show", f"what {item.title} makes is shown by nothing"
        )
