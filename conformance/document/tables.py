"""Tables as the dump gives them: a row's cells on one line, wrapped cells on the lines after it, in column order.

A line is read against the columns. It begins a row when its cells leave no other reading (a name with a known type, or
with what the column `required` holds); it goes on with the row before when it cannot begin one; a line between the two
is decided by whether the text before it had ended, and where that too is unsure a problem is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conformance.document.cells import (
    NAME,
    REQUIRED_CELL,
    condition_of,
    is_known_type,
    joined,
    phrase_of,
    take_type,
)
from conformance.document.headers import header_of, unknown_columns
from conformance.document.lines import Line
from conformance.document.model import Problem, Row, Table
from conformance.document.vocabulary import METHODS, REQUIRED

__all__ = ["header_at", "is_row_of_parameters", "read_table"]

_CODE = re.compile(r"([1-5]\d\d)(?: +|$)(.*)")
_ASCII = re.compile(r"[\x20-\x7e]+")
_FINISHED = re.compile(r"[。；;！!？?)）.]$")
_MOST_NAME_PIECES = 3


@dataclass(slots=True)
class _Open:
    """A row that is still being read: its cells as the pieces they were wrapped into, and the column that is next."""

    line: Line
    cells: dict[str, list[str]]
    next: int
    last_line: int
    in_condition: bool = False

    @property
    def finished(self) -> bool:
        """Whether its description is empty or has come to the end of a sentence."""
        pieces = self.cells.get("description")
        return not pieces or _FINISHED.search(pieces[-1]) is not None


@dataclass(slots=True)
class _Reader:
    """The state of reading one table."""

    columns: tuple[str, ...]
    of_methods: bool
    rows: list[_Open] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def header_at(lines: Sequence[Line], at: int) -> tuple[tuple[str, ...], int] | None:
    """The columns of the header at `at`, which may be wrapped over two lines, and how many lines it has; else None."""
    columns = header_of(lines[at].text)
    if columns is not None:
        return columns, 1
    if at + 1 < len(lines) and len(lines[at].text) < 60 and len(lines[at + 1].text) < 60:
        for blank in ("", " "):
            columns = header_of(f"{lines[at].text}{blank}{lines[at + 1].text}")
            if columns is not None and not unknown_columns(columns):
                return columns, 2
    return None


def is_row_of_parameters(text: str) -> bool:
    """Whether a line outside any table reads as a row: a name, a known type, and whether it is required."""
    name, _, rest = text.partition(" ")
    typed = take_type(rest.strip())
    return (
        NAME.fullmatch(name) is not None
        and typed is not None
        and is_known_type(typed[0])
        and REQUIRED_CELL.match(typed[1]) is not None
    )


def read_table(
    lines: Sequence[Line], start: int, ends: Callable[[Line], bool]
) -> tuple[Table, int, tuple[Problem, ...]]:
    """The table whose header is at `lines[start]`, the index of the first line after it, and what is unsure about it."""
    found = header_at(lines, start)
    assert found is not None, "the caller saw a header here"
    columns, height = found
    reader = _Reader(columns, lines[start].text.startswith("方法"))
    for column in unknown_columns(columns):
        problem = f"the table's column {column} is not known; its cells are read as part of the description"
        reader.problems.append(Problem(lines[start].number, problem))
    at = start + height
    while at < len(lines):
        line = lines[at]
        again = header_at(lines, at)
        if again is not None:
            if again[0] != columns:
                break
            at += again[1]
            continue
        if ends(line):
            break
        used = _begin(reader, lines, at)
        if not used:
            if not reader.rows:
                break
            _continue(reader.rows[-1], line.text, columns)
            reader.rows[-1].last_line = line.number
        at += used or 1
    rows = tuple(_closed(row, reader) for row in reader.rows)
    if not rows:
        reader.problems.append(Problem(lines[start].number, "the table that begins here has no row that can be read"))
    last = rows[-1].last_line if rows else lines[start].number
    return Table(columns, rows, lines[start].number, last), at, tuple(reader.problems)


def _begin(reader: _Reader, lines: Sequence[Line], at: int) -> int:
    """Begin the row that starts at `lines[at]`; returns how many lines that took, 0 when no row starts there."""
    line, columns = lines[at], reader.columns
    if columns[0] == "code":
        code = _CODE.match(line.text)
        if code is None:
            return 0
        _open(reader, line, code.group(1), code.group(2))
        return 1
    name, _, rest = line.text.partition(" ")
    rest = rest.strip()
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if reader.of_methods:
        if name not in METHODS or not _may_begin(reader, rest):
            return 0
        _open(reader, line, name, rest)
        return 1
    certainty = _certainty(name, rest, following, columns)
    if certainty == "possible":
        before = reader.rows[-1] if reader.rows else None
        if before is None or before.finished or re.search(r"[_.\[\]]", name):
            certainty = "sure"
        else:
            reader.problems.append(
                Problem(line.number, f"read as going on with {before.cells[columns[0]][0]}, but could be a row of its own")
            )
    if certainty == "sure":
        _open(reader, line, name, rest)
        return 1
    return _begin_wrapped_name(reader, lines, at)


def _may_begin(reader: _Reader, rest: str) -> bool:
    """Whether a method's name at the start of a line is a cell, not a word of a sentence that was wrapped."""
    if not reader.rows or reader.rows[-1].finished or not rest:
        return True
    return False


def _certainty(name: str, rest: str, following: str, columns: tuple[str, ...]) -> str:
    """How certain it is that a row begins with this name: sure, possible or no."""
    typed_columns = "type" in columns
    asks_required = "required" in columns
    if not typed_columns and not asks_required:
        return "possible" if NAME.fullmatch(name) and rest and not _ASCII.fullmatch(rest[0]) else "no"
    after = rest
    kind = None
    order = [column for column in columns if column in {"type", "required"}]
    required = False
    for column in order:
        if column == "type":
            taken = take_type(after)
            if taken is None:
                break
            kind, after = taken
        else:
            match = REQUIRED_CELL.match(after)
            if match is None:
                break
            required, after = True, after[match.end() :].strip()
    if asks_required and not after and not required and kind is not None:
        required = REQUIRED_CELL.match(following) is not None
    is_name = NAME.fullmatch(name) is not None
    known = kind is not None and is_known_type(kind)
    if required and (kind is not None or not typed_columns):
        # Beside a known type and its answer, a name may be any word.
        return "sure" if is_name or known else "no"
    if not is_name or kind is None:
        return "no"
    if not after:
        return "sure" if known else "no"
    if asks_required:
        return "possible" if known else "no"
    if known:
        return "sure"
    return "possible" if not _ASCII.match(after[0]) else "no"


def _begin_wrapped_name(reader: _Reader, lines: Sequence[Line], at: int) -> int:
    """Begin a row whose name stands alone, on one line or wrapped over several, with its cells on the line after."""
    columns = reader.columns
    cells = [column for column in columns if column in {"type", "required"}]
    if not cells:
        return 0
    count = 0
    while count < _MOST_NAME_PIECES and at + count < len(lines) and NAME.fullmatch(lines[at + count].text):
        count += 1
    if not count or at + count >= len(lines):
        return 0
    rest = lines[at + count].text
    if cells[0] == "type":
        taken = take_type(rest)
        if taken is None or not is_known_type(taken[0]):
            return 0
        after = taken[1]
        if after and "required" in cells and not REQUIRED_CELL.match(after):
            return 0
    elif not REQUIRED_CELL.match(rest):
        return 0
    pieces = [line.text for line in lines[at : at + count]]
    if is_known_type(pieces[-1]) and count > 1 and cells[0] == "type" and take_type(rest) is None:
        return 0
    if count > 1 and reader.rows and not reader.rows[-1].finished:
        problem = f"{''.join(pieces)} is read as one name wrapped over lines; its beginning may belong to the row before"
        reader.problems.append(Problem(lines[at].number, problem))
    _open(reader, lines[at], pieces[0], "")
    row = reader.rows[-1]
    row.cells[columns[0]] = pieces
    _continue(row, rest, columns)
    row.last_line = lines[at + count].number
    return count + 1


def _open(reader: _Reader, line: Line, name: str, rest: str) -> None:
    row = _Open(line, {reader.columns[0]: [name]}, 1, line.number)
    reader.rows.append(row)
    if rest:
        _continue(row, rest, reader.columns)


def _continue(row: _Open, text: str, columns: tuple[str, ...]) -> None:
    """Put the text of one line into the cells of the row, from the column that is next."""
    if row.in_condition:
        text = _take_condition(row, text)
    while text and row.next < len(columns):
        column = columns[row.next]
        if column == "type":
            taken = take_type(text)
            if taken is not None:
                row.cells["type"], text = [taken[0]], taken[1]
            row.next += 1
        elif column == "required":
            match = REQUIRED_CELL.match(text)
            row.next += 1
            if match is not None:
                row.cells["required"] = [match.group()]
                text = _take_condition(row, text[match.end() :].strip())
        elif column == "phrase":
            ascii_run = _ASCII.match(text)
            if ascii_run is None:
                row.next += 1
            else:
                row.cells.setdefault("phrase", []).append(ascii_run.group().strip())
                text = text[ascii_run.end() :]
        elif column == "description":
            row.cells.setdefault("description", []).append(text)
            return
        else:
            row.next += 1
    if text:
        row.cells.setdefault("description", []).append(text)


def _take_condition(row: _Open, text: str) -> str:
    """Read the condition in parentheses after the answer, over as many lines as it has; returns what follows it."""
    if not row.in_condition and text[:1] not in {"(", "（"}:
        return text
    end = re.search(r"[)）]", text)
    row.in_condition = end is None
    row.cells["required"].append(text[: end.end()] if end else text)
    return text[end.end() :].strip() if end else ""


def _closed(row: _Open, reader: _Reader) -> Row:
    columns = reader.columns
    name = "".join(row.cells[columns[0]])
    required = "".join(row.cells.get("required", ()))
    kind = row.cells.get("type")
    for column, cell in (("type", kind), ("required", required)):
        if column in columns and not cell:
            reader.problems.append(Problem(row.line.number, f"the row {name} has nothing in its column {column}"))
    if row.in_condition:
        reader.problems.append(Problem(row.line.number, f"the row {name} has a parenthesis that is never closed"))
    answer = REQUIRED_CELL.match(required)
    phrase = row.cells.get("phrase")
    return Row(
        name=name,
        type=joined(kind) if kind else None,
        required=REQUIRED[answer.group(1)] if answer else None,
        description=joined(row.cells.get("description", ())),
        line=row.line.number,
        last_line=row.last_line,
        page=row.line.page,
        phrase=phrase_of(phrase) if phrase else None,
        condition=condition_of(required),
    )
