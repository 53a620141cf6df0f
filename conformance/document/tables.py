"""Tables as the dump gives them: cells in one line, wrapped cells on the lines after it, headers again at page tops."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.document.lines import Line
from conformance.document.model import Row, Table
from conformance.document.vocabulary import COLUMNS, METHODS, REQUIRED, TYPES, is_structural

__all__ = ["header_of", "joined", "read_table"]

_NAME = re.compile(r"[A-Za-z_@$][\w.@$\[\]-]*")
_LONGEST_CELLS = sorted(COLUMNS, key=len, reverse=True)


@dataclass
class _Open:
    """A row that is still being read: its cells as lists of the pieces they were wrapped into."""

    line: Line
    cells: dict[str, list[str]] = field(default_factory=dict)
    last_line: int = 0
    in_required: bool = False


def header_of(text: str) -> tuple[str, ...] | None:
    """The columns when the line is a table's header, printed once or twice; else None."""
    cells: list[str] = []
    rest = text
    while rest:
        word = next((item for item in _LONGEST_CELLS if rest.startswith(item)), None)
        if word is None:
            return None
        cells.append(COLUMNS[word])
        rest = rest[len(word) :].lstrip()
    half = len(cells) // 2
    if len(cells) % 2 == 0 and cells[:half] == cells[half:]:
        cells = cells[:half]
    known = len(cells) > 1 and cells[0] in {"name", "code"} and len(set(cells)) == len(cells)
    return tuple(cells) if known else None


def read_table(lines: Sequence[Line], start: int) -> tuple[Table, int]:
    """The table whose header is `lines[start]`, and the index of the first line after it."""
    columns = header_of(lines[start].text)
    assert columns is not None
    rows: list[_Open] = []
    at = start + 1
    while at < len(lines) and not is_structural(lines[at].text) and not lines[at].text.startswith(("{", "[")):
        line = lines[at]
        if header_of(line.text) != columns:
            if header_of(line.text) is not None:
                break
            opened = _row_start(line, columns)
            if opened is not None:
                rows.append(opened)
            elif rows:
                _continue(rows[-1], line, columns)
            else:
                break
        at += 1
    done = tuple(_closed(row, columns) for row in rows)
    last = done[-1].last_line if done else lines[start].number
    return Table(columns, done, lines[start].number, last), at


def joined(pieces: Sequence[str]) -> str:
    """The pieces of a wrapped cell as one text. Cells are broken inside words too, so a blank is put only before a
    capital letter."""
    text = ""
    for piece in pieces:
        new_word = re.search(r"[a-z]$", text) and re.match(r"[A-Z][a-z]", piece)
        text += f" {piece}" if new_word else piece
    return text


def _row_start(line: Line, columns: tuple[str, ...]) -> _Open | None:
    """The row that begins on this line, or None when the line goes on with the row before."""
    text = line.text
    if columns[0] == "code":
        match = re.match(r"([1-5]\d\d)(?: +|$)(.*)", text)
        return _open(line, match.group(1), match.group(2), columns) if match else None
    name, _, rest = text.partition(" ")
    if not _NAME.fullmatch(name):
        return None
    if columns == ("name", "description"):
        return _open(line, name, rest.strip(), columns) if name in METHODS else None
    rest = rest.strip()
    word, _, after = rest.partition(" ")
    required = "required" in columns
    if "type" not in columns:
        return _open(line, name, rest, columns) if rest[:1] in REQUIRED else None
    typed = re.fullmatch(r"[A-Za-z][\w\[\]<>-]*", word) is not None
    follows = after.strip()[:1] in REQUIRED if required else re.match(r"[^\x00-\x7f]", after.strip()) is not None
    if typed and (follows or word.lower() in TYPES):
        return _open(line, name, rest, columns)
    return None


def _open(line: Line, name: str, rest: str, columns: tuple[str, ...]) -> _Open:
    row = _Open(line, {columns[0]: [name]}, line.number)
    rest = rest.strip()
    for column in columns[1:]:
        if not rest:
            break
        if column == "type":
            word, _, rest = rest.partition(" ")
            row.cells["type"] = [word]
        elif column == "required":
            rest = _take_required(row, rest)
        elif column == "phrase":
            match = re.match(r"[\x20-\x7e]+", rest)
            if match:
                row.cells["phrase"] = [match.group().strip()]
                rest = rest[match.end() :]
        else:
            row.cells[column] = [rest]
            rest = ""
        rest = rest.strip()
    return row


def _take_required(row: _Open, text: str) -> str:
    """Read the required cell, which may go on with a condition in parentheses; returns what follows it."""
    cell = row.cells.setdefault("required", [])
    if not cell and text[:1] not in REQUIRED:
        return text
    whole = "".join(cell) + text
    condition = re.match(r"[是否]\s*(?:[(（][^)）]*[)）])?", whole)
    opened = re.match(r"[是否]\s*[(（][^)）]*$", whole)
    if opened:
        cell.append(text)
        row.in_required = True
        return ""
    assert condition is not None
    taken = condition.end() - len("".join(cell))
    cell.append(text[:taken])
    row.in_required = False
    return text[taken:]


def _continue(row: _Open, line: Line, columns: tuple[str, ...]) -> None:
    text = line.text
    if "required" in columns and (row.in_required or not row.cells.get("required")):
        text = _take_required(row, text).strip()
    if "phrase" in columns and "description" not in row.cells and re.fullmatch(r"[\x20-\x7e]+", text):
        row.cells.setdefault("phrase", []).append(text)
        text = ""
    if text:
        row.cells.setdefault("description", []).append(text)
    row.last_line = line.number


def _closed(row: _Open, columns: tuple[str, ...]) -> Row:
    required = "".join(row.cells.get("required", ()))
    kind = row.cells.get("type")
    # A table of codes keeps its phrase where others keep the type.
    phrase = row.cells.get("phrase")
    return Row(
        name=joined(row.cells[columns[0]]),
        type=joined(kind) if kind else joined(phrase) if phrase else None,
        required=REQUIRED.get(required[:1]) if required else None,
        description=joined(row.cells.get("description", ())),
        line=row.line.number,
        last_line=row.last_line,
        page=row.line.page,
    )
