"""Where the document contradicts itself, found by comparing its parts; the errata say what is held to be right.

unused method, unknown method    the table of methods and the operations
foreign path, success as error   an example of the common part that fits no operation, or no success
in no example, in no table       a member that only one of them has
spelling, nesting, type, null    a member or a parameter that both have, and differently
placeholder                      a value of an example that is none of its documented format
unknown parameter                a parameter that only the example of a request has
broken example                   an example that was mended to be read
open enumeration                 an enumeration whose values are not listed
optional path                    a parameter of the path that is called optional
no types, no preconditions       what other operations have
letter case                      a reason phrase in lower case
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.document.model import ApiOperation, Document, Example, Row, rows_of
from conformance.document.naming import named_operations
from conformance.document.vocabulary import JSON_TYPES, NULLABLE, UUID
from conformance.model.jsonvalue import kind_of

__all__ = ["DEFAULTS", "Contradiction", "contradictions"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One contradiction: its document lines, its kind, and what disagrees with what.

    `operation` is the id of the operation it is in, empty for the common part, and `subject` the name of what disagrees:
    a parameter, a member, a method, a code, empty where it is the whole. These three stay the same when lines move.
    """

    lines: str
    kind: str
    text: str
    operation: str = ""
    subject: str = ""

    @property
    def default(self) -> str:
        """What the specs say where no ruling decides."""
        return DEFAULTS[self.kind]


DEFAULTS: Mapping[str, str] = {
    "unused method": "the method is listed, nothing is asserted of it",
    "unknown method": "the operation is written as its address says",
    "foreign path": "the call is written where it belongs to no service of the document, and checked by nothing",
    "success as error": "the example is listed, no schema is made of it",
    "in no example": "the table is written: the member is promised",
    "letter case": "the phrase is written as it stands, phrases are compared without case",
    "spelling": "the table is written: its spelling is the name",
    "unknown parameter": "the parameter is left out",
    "broken example": "the example is read as it was mended",
    "open enumeration": "any value of the type is allowed",
    "null": "the table is written: null is not allowed",
    "type": "the table is written: its type holds",
    "placeholder": "the table is written: its format holds",
    "in no table": "the member is left out, further members are allowed",
    "nesting": "the table is written: the member stands beside",
    "optional path": "the parameter of the path is required",
    "no types": "any type is allowed",
    "no preconditions": "nothing is asked before the request",
}
"""Kind -> what the specs do where no ruling decides."""


def contradictions(document: Document) -> tuple[Contradiction, ...]:
    """Every contradiction, those of the common part first, then operation by operation."""
    found = [*_common(document)]
    for name, operation in named_operations(document):
        found += (replace(item, operation=name) for item in _operation(operation))
    return tuple(found)


def _common(document: Document) -> Iterator[Contradiction]:
    methods = {row.name: row for row in rows_of(document.common.methods)}
    used = {operation.method: operation for operation in document.operations}
    for name, row in methods.items():
        if name not in used:
            yield Contradiction(
                str(row.line), "unused method", f"{name} is in the method table, no operation uses it", subject=name
            )
    for name, operation in used.items():
        if name not in methods:
            yield Contradiction(
                str(operation.uri_line),
                "unknown method",
                f"{name} is used and not in the method table",
                subject=name,
            )
    paths = {operation.path for operation in document.operations}
    failures = [item for item in document.common.examples if _is_failure(item, document)]
    for example in document.common.examples:
        span = f"{example.first_line}-{example.last_line}"
        if example.kind == "request":
            path = re.sub(r"^https?://[^/]*", "", example.text.split()[1])
            if path not in paths:
                yield Contradiction(
                    str(example.first_line),
                    "foreign path",
                    f"the example calls {path}, which no operation has",
                    subject=path,
                )
        elif (
            failures
            and example not in failures
            and isinstance(example.value, dict)
            and set(example.value) == set(failures[0].value)
        ):
            yield Contradiction(span, "success as error", "the example of a success has the member of a failure")
    for row in rows_of(document.common.response_parameters):
        wanted = row.name.lower()
        if not any(wanted in example.text.lower() for example in document.examples):
            yield Contradiction(
                str(row.line), "in no example", f"{row.name} is promised always and in no example", subject=row.name
            )
    for code in document.common.error_codes:
        if code.phrase[:1].islower():
            yield Contradiction(
                str(code.line),
                "letter case",
                f"the phrase of {code.code} is written in lower case",
                subject=str(code.code),
            )


def _is_failure(example: Example, document: Document) -> bool:
    codes = {item.code for item in document.common.error_codes}
    inner = (
        next(iter(example.value.values()), None)
        if isinstance(example.value, dict) and len(example.value) == 1
        else None
    )
    return isinstance(inner, dict) and any(isinstance(value, int) and value in codes for value in inner.values())


def _operation(operation: ApiOperation) -> Iterator[Contradiction]:
    name = f"{operation.method} {operation.path}"
    placeholders = set(re.findall(r"\{([^}]+)\}", operation.path))
    for table in operation.request_tables:
        for row in table.rows:
            if row.name in placeholders and row.required is False:
                yield Contradiction(
                    str(row.line),
                    "optional path",
                    f"{row.name} is not required, and {name} cannot do without it",
                    subject=row.name,
                )
        if "type" not in table.columns:
            yield Contradiction(str(table.line), "no types", f"the table of {name} has no types")
    if not operation.preconditions:
        yield Contradiction(str(operation.line), "no preconditions", f"{name} has none, other operations do")
    yield from _query_names(operation)
    body_rows = [row for row in operation.request_rows if row.name not in placeholders]
    for example in operation.request_examples:
        if example.kind == "json":
            yield from _compare(body_rows, example, f"the request of {name}", missing=False)
    for example in operation.response_examples:
        yield from _compare(list(operation.response_rows), example, f"the answer of {name}", missing=True)


def _query_names(operation: ApiOperation) -> Iterator[Contradiction]:
    names = {row.name: row for row in operation.request_rows}
    for example in operation.request_examples:
        if example.kind != "request":
            continue
        for used in re.findall(r"[?&]([^=&\s]+)=", example.text):
            near = next((name for name in names if _plain(name) == _plain(used)), None)
            if used not in names:
                where = f"{names[near].line}, {example.first_line}" if near else str(example.first_line)
                other = f", the table writes {near}" if near else ", which no table has"
                yield Contradiction(
                    where,
                    "spelling" if near else "unknown parameter",
                    f"the example writes {used}{other}",
                    subject=used,
                )


def _compare(rows: list[Row], example: Example, where: str, *, missing: bool) -> Iterator[Contradiction]:
    if example.repaired:
        yield Contradiction(f"{example.first_line}-{example.last_line}", "broken example", example.repaired)
    value = example.value
    items = value if isinstance(value, list) else [value]
    members: dict[str, Any] = {}
    for item in items:
        if isinstance(item, dict):
            members |= item
    table = {row.name: row for row in rows}
    for name, row in table.items():
        stated = (row.type or "").lower()
        if stated == "enum":
            yield Contradiction(
                str(row.line), "open enumeration", f"{name} in {where} is an enumeration without values", subject=name
            )
        if name not in members:
            if missing:
                yield from _absent(
                    name,
                    row,
                    {key: value for key, value in members.items() if key not in table or _nests(value)},
                    example,
                    where,
                )
            continue
        line = _line(example, name)
        shown = kind_of(members[name])
        wanted = JSON_TYPES.get(stated)
        if shown == "null" and NULLABLE not in row.description:
            yield Contradiction(
                f"{row.line}, {line}", "null", f"{name} in {where} is {stated}, the example shows null", subject=name
            )
        elif shown not in {wanted, "null"} and wanted is not None:
            yield Contradiction(
                f"{row.line}, {line}", "type", f"{name} in {where} is {stated}, the example shows {shown}", subject=name
            )
        elif UUID.search(row.description) and not re.fullmatch(r"[0-9a-f-]{36}", str(members[name])):
            yield Contradiction(
                f"{row.line}, {line}",
                "placeholder",
                f"{name} in {where} is a UUID, the example shows none",
                subject=name,
            )
    spelled = {_plain(name) for name in table}
    for name in members:
        if name not in table and _plain(name) not in spelled and not any(_near(name, other) for other in table):
            yield Contradiction(
                str(_line(example, name)),
                "in no table",
                f"the example of {where} shows {name}, the table does not",
                subject=name,
            )


def _nests(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _absent(name: str, row: Row, members: dict[str, Any], example: Example, where: str) -> Iterator[Contradiction]:
    near = next((other for other, value in members.items() if _near(name, other) and not _nests(value)), None)
    nested = next(
        (outer for outer, value in members.items() if _nests(value) and name in value[0]),
        None,
    )
    if near is not None:
        yield Contradiction(
            f"{row.line}, {_line(example, near)}",
            "spelling",
            f"the table of {where} writes {name}, the example {near}",
            subject=name,
        )
    elif nested is not None:
        yield Contradiction(
            str(row.line),
            "nesting",
            f"{name} stands beside {nested} in the table and inside it in the example",
            subject=name,
        )
    else:
        yield Contradiction(str(row.line), "in no example", f"{name} of {where} is in no example", subject=name)


def _line(example: Example, name: str) -> int:
    wanted = re.compile(rf"(/\d+)?/{re.escape(name)}")
    return next((line for pointer, line in example.lines.items() if wanted.fullmatch(pointer)), example.first_line)


def _plain(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _near(one: str, other: str) -> bool:
    """Whether two names may be the same with a slip: one letter is missing, or the separators differ."""
    left, right = sorted((_plain(one), _plain(other)), key=len)
    if left == right:
        return one != other
    return (
        len(right) - len(left) == 1
        and len(left) > 4
        and any(right[:at] + right[at + 1 :] == left for at in range(len(right)))
    )
