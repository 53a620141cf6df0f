"""Where each row of a request and of an answer belongs: path, query, header or body.

Rules
- A column of places says it, then the heading of the table, then the path itself; then the method: GET, HEAD and DELETE
  have a query, the others a body.
- Every parameter of the path is there, with a row or without.
- Rows of one place and name are one: the first. Those of a body are told apart where they are nested (nesting.py).
- Headers that HTTP or the common part rules are no parameters (OpenAPI 3.1, Parameter Object).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.document.contradiction import Contradiction, at
from conformance.document.model import Document, Position, Row, Table, rows_of
from conformance.document.naming import NamedOperation
from conformance.document.spelling import near

__all__ = ["PlacedRow", "Placement", "alike", "placement"]

BODILESS = frozenset({"GET", "HEAD", "DELETE"})
"""The methods whose requests have no body that means anything (RFC 9110, 9.3)."""
OF_HTTP = frozenset({"accept", "content-type", "authorization", "host", "content-length", "x-auth-token"})
"""Headers that are ruled by HTTP, by OpenAPI, or by the way in which a token is sent."""


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A parameter: its row under the name that is written, its place, and the rows that say it, the first first."""

    row: Row
    place: Position
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Placement:
    """Where the rows of an operation belong. `missing` are parameters of the path without a row, `reserved` headers that
    are no parameters, `left_out` rows that belong nowhere; `body` and `answer` are tables of members, `answer_headers`
    the headers of a success."""

    parameters: tuple[PlacedRow, ...]
    missing: tuple[str, ...]
    reserved: tuple[Row, ...]
    left_out: tuple[Row, ...]
    body: tuple[Table, ...]
    answer: tuple[Table, ...]
    answer_headers: tuple[PlacedRow, ...]
    found: tuple[Contradiction, ...]


def placement(named: NamedOperation, document: Document) -> Placement:
    """Where the rows of the operation belong."""
    found: list[Contradiction] = []
    ruled = OF_HTTP | {row.name.lower() for row in rows_of(document.common.request_parameters)}
    placed: list[tuple[Position, Row]] = []
    left_out: list[Row] = []
    body: list[Table] = []
    for table in named.operation.request_tables:
        kept = []
        for row, place in _places(table, named, found):
            if place is Position.BODY:
                kept.append(row)
            elif place is Position.OPEN:
                left_out.append(row)
            else:
                placed.append((place, row))
        if kept:
            body.append(replace(table, rows=tuple(kept)))
    reserved = [row for place, row in placed if place is Position.HEADER and row.name.lower() in ruled]
    for row in reserved:
        if row.name.lower() in OF_HTTP:
            text = f"{row.name} is among the headers of {named.method} {named.path}, and HTTP rules it"
            found.append(Contradiction(at(row.line), "reserved header", text, subject=row.name))
    parameters = _merged((pair for pair in placed if pair[1] not in reserved), found)
    _two_places(parameters, body, found)
    covered = {item.row.name for item in parameters if item.place is Position.PATH}
    missing = tuple(name for name in named.address.names if name not in covered)
    for name in missing:
        text = f"{name} is in the path of {named.method} {named.path}, and in no table"
        found.append(Contradiction(at(named.operation.uri_line), "path without row", text, subject=name))
    answer, headers = _answer(named.operation.response_tables)
    return Placement(
        parameters=parameters,
        missing=missing,
        reserved=tuple(reserved),
        left_out=tuple(left_out),
        body=tuple(body),
        answer=answer,
        answer_headers=_merged(((Position.HEADER, row) for row in headers), found),
        found=tuple(found),
    )


def _places(table: Table, named: NamedOperation, found: list[Contradiction]) -> Iterator[tuple[Row, Position]]:
    """The rows of a table under the names that are written, each with its place; OPEN for those that have none."""
    names = named.address.names
    bare = {
        _bare(named, row)
        for item in named.operation.request_tables
        for row in item.rows
        if (row.place or item.place) in {Position.OPEN, Position.PATH}
    }
    free = [name for name in names if name not in bare]
    lost = [row for row in table.rows if _is_of_path(row, table) and _bare(named, row) not in names]
    for row in table.rows:
        stated = row.place or table.place
        written = replace(row, name=_bare(named, row))
        if stated in {Position.OPEN, Position.PATH} and written.name in names:
            yield written, Position.PATH
        elif stated is Position.PATH or stated is Position.OPEN:
            same = next((name for name in free if near(name, row.name)), None)
            if same is None and stated is Position.PATH and len(free) == len(lost) == 1:
                same = free[0]
            if same is not None:
                text = f"{row.name} is written {same} in the path of {named.method} {named.path}"
                lines = at(row.line, named.operation.uri_line)
                found.append(Contradiction(lines, "spelling", text, subject=row.name))
                yield replace(row, name=same), Position.PATH
            elif stated is Position.PATH:
                text = f"{row.name} is called a parameter of the path, and {named.method} {named.path} does not have it"
                found.append(Contradiction(at(row.line), "not in the path", text, subject=row.name))
                yield row, Position.OPEN if row.place is Position.PATH else Position.QUERY
            else:
                yield row, Position.QUERY if named.method in BODILESS else Position.BODY
        else:
            yield row, stated


def _bare(named: NamedOperation, row: Row) -> str:
    """The name of a row as the path has it, without marks of a parameter."""
    bare = row.name.strip("{}<>:") if row.name[:1] in "{<:" else row.name
    return named.address.name(bare) if named.address.name(bare) in named.address.names else row.name


def _is_of_path(row: Row, table: Table) -> bool:
    return (row.place or table.place) is Position.PATH


def _merged(pairs: Iterable[tuple[Position, Row]], found: list[Contradiction]) -> tuple[PlacedRow, ...]:
    """The rows, those of one place and name as one. Names of headers have no case."""
    groups: dict[tuple[Position, str], list[Row]] = {}
    for place, row in pairs:
        groups.setdefault((place, row.name.lower() if place is Position.HEADER else row.name), []).append(row)
    for rows in groups.values():
        found += _of_rows(rows[0].name, rows)
    return tuple(PlacedRow(rows[0], place, tuple(rows)) for (place, _), rows in groups.items())


def _of_rows(name: str, rows: list[Row]) -> Iterator[Contradiction]:
    if any(not alike(rows[0], row) for row in rows[1:]):
        lines = at(row.line for row in rows)
        yield Contradiction(lines, "two rows", f"{name} has several rows, and they differ", subject=name)


def alike(one: Row, other: Row) -> bool:
    """Whether two rows say the same."""

    def said(row: Row) -> tuple[object, ...]:
        return (
            row.name,
            (row.type or "").lower(),
            row.required,
            row.description,
            row.default,
            row.constraint,
            row.since,
        )

    return said(one) == said(other)


def _two_places(parameters: Iterable[PlacedRow], body: Iterable[Table], found: list[Contradiction]) -> None:
    places: dict[str, list[int]] = {}
    for item in parameters:
        places.setdefault(item.row.name, []).append(item.row.line)
    for row in (row for table in body if not table.owner for row in table.rows if row.depth == 0):
        if row.name in places:
            places[row.name].append(row.line)
    for name, lines in places.items():
        if len(set(lines)) > 1:
            text = f"{name} is in tables of several places"
            found.append(Contradiction(at(lines), "two places", text, subject=name))


def _answer(tables: Iterable[Table]) -> tuple[tuple[Table, ...], list[Row]]:
    """The tables of the members of an answer, and its headers."""
    members = []
    headers = []
    for table in tables:
        kept = [row for row in table.rows if (row.place or table.place) is not Position.HEADER]
        headers += [row for row in table.rows if (row.place or table.place) is Position.HEADER]
        if kept:
            members.append(replace(table, rows=tuple(kept)))
    return tuple(members), headers
