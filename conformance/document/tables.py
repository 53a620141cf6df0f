"""Tables as a text dump gives them: cells in one line, wrapped cells on the lines after it, headers again at page tops."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from conformance.document.columns import REQUIRED_CELL, header_of, header_words, is_known_type, position_of
from conformance.document.headings import owner_of, part_of
from conformance.document.lines import Line
from conformance.document.model import Position, Row, Table
from conformance.document.rows import NAME, nested, row_of
from conformance.document.tally import Tally
from conformance.document.typewords import stated_type
from conformance.document.vocabulary import METHODS, SENTENCE

__all__ = ["joined", "read_table"]

_INSET = re.compile(r"(?:[└├│─>+·•]+|-+(?=[\sA-Za-z_]))\s*")
_ODD_CODE = re.compile(
    r"[A-Za-z][\w-]*(?:[._-][\w-]+)*[._-]\d{2,}(?= |$)|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?= |$)|(?:\d|\d{4,})(?= +[^\x00-\x7f])",
    re.ASCII,
)
"""Codes of a service's own, which are no HTTP status."""
_STATUS = re.compile(r"([1-5]\d\d)(?: +|$)(.*)")
_LABELLED = re.compile(r"[!-~]+ +([1-5]\d\d)(?: +|$)(.*)")
"""A status, and one behind a code of the vendor's own."""
_ODD_NAME = re.compile(r"-?[A-Za-z0-9_.:-]*[/#&=$%][!-~]*|\d+[A-Za-z_][\w.-]*", re.ASCII)
"""Names in Latin letters that no name is read as."""
_LONGEST_NAME = 64
_BARE = re.compile(r"[a-z][a-z0-9_.:\[\]-]*|X-[\w-]+|[A-Z]\w*-[\w:-]+")
_TYPE_WORDS = re.compile(
    r"(?:array|list)\s+of\s+[A-Za-z]\w*(?:\s+objects?\b)?|(?!(?:string|str|text|integer|int|long|number|float|double|boolean|bool|uuid|date|datetime)\b)[A-Za-z]\w*\s+objects?\b|[A-Za-z][\w\[\]<>(),-]*|[\u4e00-\u9fff]{2,4}(?= |$)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[个条种次秒天年月分小毫字位]|[KMGT]i?B\b|%")
"""What stands behind a number that counts something."""
_LATER = frozenset({"default", "example", "constraint", "since", "phrase"})
"""Columns of whose cells a line does not tell where they end."""


@dataclass
class _Open:
    """A row that is still being read: its cells as lists of the pieces they were wrapped into. `mixed` says that they cannot
    be told apart, `awaits` that its description has to come."""

    line: Line
    cells: dict[str, list[str]] = field(default_factory=dict)
    last_line: int = 0
    in_required: bool = False
    mixed: bool = False
    inset: int = 0
    awaits: bool = False

    @property
    def blanks(self) -> int:
        """The blanks before it, in twos: a page of a dump begins with one blank more than it has."""
        return (len(self.line.raw) - len(self.line.raw.lstrip())) // 2


def read_table(
    lines: Sequence[Line],
    start: int,
    tally: Tally,
    *,
    place: Position = Position.OPEN,
    owner: str = "",
) -> tuple[Table, int]:
    """The table whose header is `lines[start]`, and the index of the first line after it."""
    columns = header_of(lines[start].text)
    assert columns is not None
    shown = _without_labels(columns)
    methods = (header_words(lines[start].text) or ("",))[0] in {"方法", "Method"}
    tally.cite(lines[start].number, lines[start].number)
    rows: list[_Open] = []
    at = start + 1
    while at < len(lines) and not lines[at].text.startswith(("{", "[")):
        line = lines[at]
        other = header_of(line.text)
        if other == columns:
            tally.mark([line])
        elif other is not None:
            break
        else:
            above = rows[-1] if rows else None
            opened = _row_start(line, columns, methods=methods, above=above) or _odd_row(line, shown, above)
            if opened is not None:
                rows.append(opened)
            elif not rows or _is_heading(lines, at, rows, columns, methods=methods):
                break
            else:
                _continue(rows[-1], line, shown)
        at += 1
    if _tells_depth(rows):
        for item in rows:
            item.inset += item.blanks
    done = nested(((item.inset, _closed(item, shown, tally)) for item in rows), tally)
    last = done[-1].last_line if done else lines[start].number
    if not done:
        tally.doubt(lines[start].number, last, "a table without a row that can be read", lines[start].text)
    return Table(shown, done, lines[start].number, last, place, owner), at


def _without_labels(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns whose cells are read. Where a vendor's own codes end, a line does not tell: beside them a status is all
    that is sure."""
    return ("code", "description") if "label" in columns else columns


def _tells_depth(rows: Sequence[_Open]) -> bool:
    """Whether the blanks before names tell how deep they stand: only what has members has a row further to the right below
    it. In a column that is centred they do not."""
    return all(
        lower.blanks <= upper.blanks
        or (
            lower.line.page == upper.line.page  # each page may have a margin of its own
            and stated_type("".join(upper.cells.get("type", []))).name in {"object", "array"}
        )
        for upper, lower in pairwise(rows)
    )


def joined(pieces: Sequence[str]) -> str:
    """The pieces of a wrapped cell as one text. Cells are broken inside words too, so a blank is put only before a
    capital letter."""
    text = ""
    for piece in pieces:
        new_word = re.match(r"[a-z]", text[-1:]) and re.match(r"[A-Z][a-z]", piece)
        text += f" {piece}" if new_word else piece
    return text


def _is_heading(
    lines: Sequence[Line], at: int, rows: Sequence[_Open], columns: tuple[str, ...], *, methods: bool
) -> bool:
    """Whether the line is a heading that nobody knows, and not a cell that goes on.

    A cell that goes on does so because its line was full. A heading is short and has no sentence in it, stands below a
    row that is at its end, and something stands below it that is no row.
    """
    text = lines[at].text
    below = header_of(lines[at + 1].text) if at + 1 < len(lines) else None
    if below is not None and not SENTENCE.search(text) and (below != columns or owner_of(text) or part_of(text)):
        return True  # the caption of the next table
    told = rows[-1].cells.get("description", [])
    if not told or not told[-1].endswith(("。", ".", "；", "！", ")", "）")) or len(text) > 20 or SENTENCE.search(text):
        return False
    widest = max((len(piece) for row in rows for piece in row.cells.get("description", [])), default=0)
    if at + 1 == len(lines) or len(text) > widest * 0.8:
        return False
    goes_on = below == columns or _row_start(lines[at + 1], columns, methods=methods, above=None) is not None
    return not goes_on and len(told[-1]) < widest + 1


def _row_start(line: Line, columns: tuple[str, ...], *, methods: bool, above: _Open | None) -> _Open | None:
    """The row that begins on this line, or None when the line goes on with the row before."""
    text = line.text
    if columns[0] in {"code", "label"}:
        match = (_STATUS if columns[0] == "code" else _LABELLED).match(text)
        return _opened(line, match.group(1), match.group(2), _without_labels(columns)) if match else None
    mark = _INSET.match(text)
    name, _, rest = text[mark.end() if mark else 0 :].partition(" ")
    inset = mark.end() if mark else 0
    plain = re.sub(r"[(（][^()（）]*[)）]$", "", name)
    if not NAME.fullmatch(plain):
        return None
    rest = rest.strip()
    if columns == ("name", "description"):
        return _opened(line, name, rest, columns, inset) if _is_described(name, rest, above, methods=methods) else None
    row = _opened(line, name, rest, columns, inset)
    return row if row is not None and _is_row(row, columns) else None


def _odd_row(line: Line, columns: tuple[str, ...], above: _Open | None) -> _Open | None:
    """The row that begins on this line though its name or its code is none that can be read: it is no part of the row
    above, whose cell would say what was never said of it. None where the line may as well go on with that row."""
    text = line.text
    if columns[0] == "code":
        code = _ODD_CODE.match(text)
        rest = text[code.end() :].strip() if code else ""
        odd = (
            code is not None
            and (_has_ended(above) or not re.fullmatch(r"\d+", code.group()))
            and not _COUNTED.match(rest)
        )
        return _opened(line, code.group(), rest, columns) if code is not None and odd else None
    name, _, rest = text.partition(" ")
    rest = rest.strip()
    latin = _ODD_NAME.fullmatch(name) is not None
    if len(name) > _LONGEST_NAME or SENTENCE.search(name) or not rest or NAME.fullmatch(name):
        return None
    if columns == ("name", "description"):
        return _opened(line, name, rest, columns) if latin and _has_ended(above) and rest[0] > "\x7f" else None
    row = _opened(line, name, rest, columns)
    required = "required" in columns or "optional" in columns
    if required and not (row.cells.get("required") or row.cells.get("optional")):
        return None
    if "type" in columns:
        typed = is_known_type("".join(row.cells.get("type", [])))
        return row if typed and (latin or required or _has_ended(above)) else None
    return row if _is_row(row, columns) and (latin or _has_ended(above)) else None


def _has_ended(row: _Open | None) -> bool:
    """Whether the cells of a row are at their end."""
    return row is None or "".join(row.cells.get("description", ["。"])).endswith(("。", ".", "；"))


def _is_described(name: str, rest: str, above: _Open | None, *, methods: bool) -> bool:
    """Whether the line is a name and what it is. Many a sentence begins with a word in Latin letters."""
    if methods:
        return name in METHODS
    return _has_ended(above) and _BARE.fullmatch(name) is not None and re.match(r"[^\x00-\x7f]", rest) is not None


def _is_row(row: _Open, columns: tuple[str, ...]) -> bool:
    """Whether enough of the cells are what their columns want."""
    required = "required" in columns or "optional" in columns
    if "type" not in columns:
        return bool(row.cells.get("required") or row.cells.get("optional") or row.cells.get("position"))
    kind = "".join(row.cells.get("type", []))
    if not kind:
        return False
    if is_known_type(kind):
        return True
    if required:
        return bool(row.cells.get("required") or row.cells.get("optional"))
    return re.match(r"[^\x00-\x7f]", "".join(row.cells.get("description", []))) is not None


def _opened(line: Line, name: str, rest: str, columns: tuple[str, ...], inset: int = 0) -> _Open:
    row = _Open(line, {columns[0]: [name]}, line.number, inset=inset)
    words = rest.split()
    open_columns = {*columns[1:]} & _LATER - ({"phrase"} if columns[0] == "code" else set())
    if (open_columns or columns[-1] in {"type", "required"}) and _fits(words, columns[1:]):
        row.cells.update({column: [word] for column, word in zip(columns[1:], words, strict=True)})
        return row
    rest = rest.strip()
    later = [column for column in columns if column in open_columns]
    for at, column in enumerate(columns[1:]):
        if not rest:
            break
        if column == "type":
            match = _TYPE_WORDS.match(rest)
            if match:
                row.cells["type"] = [match.group()]
                rest = rest[match.end() :]
        elif column in {"required", "optional"}:
            rest = _take_required(row, rest, column)
        elif column == "position":
            word, _, after = rest.partition(" ")
            if position_of(word) is not None:
                row.cells["position"], rest = [word], after
        elif column == "phrase" and columns[0] == "code":
            match = re.match(r"[\x20-\x7e]+", rest)
            if match:
                row.cells["phrase"] = [match.group().strip()]
                rest = rest[match.end() :]
        elif column in _LATER:
            _take_later(row, rest, later, last=[*columns[at + 1 :]] == [*later, "description"])
            break
        else:
            row.cells[column] = [rest]
            row.mixed = at + 2 < len(columns)
            break
        rest = rest.strip()
    return row


def _take_later(row: _Open, rest: str, later: Sequence[str], *, last: bool) -> None:
    """Read what a line has for columns whose cells may be empty or go on, before that of the description.

    One sentence is the description, the others are empty; as many words as there are columns are one for each, and the
    description stands on lines of its own.
    """
    words = rest.split()
    if last and len(words) == 1 and words[0].endswith("。"):
        row.cells.update({column: [""] for column in later} | {"description": words})
    elif last and len(words) == len(later):
        row.cells.update({column: [word] for column, word in zip(later, words, strict=True)})
        row.awaits = True
    else:
        row.mixed = True
        row.cells["description"] = [rest]


def _fits(words: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the words are one for each column, and those of the columns whose words are known are these."""
    checks: dict[str, Callable[[str], object]] = {
        "type": is_known_type,
        "required": REQUIRED_CELL.fullmatch,
        "optional": REQUIRED_CELL.fullmatch,
        "position": position_of,
    }
    return len(words) == len(columns) and all(
        column not in checks or bool(checks[column](word)) for column, word in zip(columns, words, strict=True)
    )


def _take_required(row: _Open, text: str, column: str = "required") -> str:
    """Read the required cell, which may go on with a condition in parentheses; returns what follows it."""
    cell = row.cells.get(column, [])
    if not cell and not REQUIRED_CELL.match(text):
        return text
    whole = "".join(cell) + text
    word = REQUIRED_CELL.match(whole)
    assert word is not None
    rest = whole[word.end() :]
    opened = re.match(r"\s*[(（][^)）]*$", rest)
    row.cells.setdefault(column, cell)
    if opened:
        cell.append(text)
        row.in_required = True
        return ""
    condition = re.match(r"\s*[(（][^)）]*[)）]", rest)
    taken = word.end() + (condition.end() if condition else 0) - len("".join(cell))
    cell.append(text[:taken])
    row.in_required = False
    return text[taken:]


def _continue(row: _Open, line: Line, columns: tuple[str, ...]) -> None:
    text = line.text
    for column in ("required", "optional"):
        if column in columns and (row.in_required or not row.cells.get(column)):
            text = _take_required(row, text, column).strip()
    if "phrase" in columns and "description" not in row.cells and re.fullmatch(r"[\x20-\x7e]+", text):
        row.cells.setdefault("phrase", []).append(text)
        text = ""
    if text:
        row.cells.setdefault("description", []).append(text)
        row.awaits = False
        row.mixed |= columns[0] != "code" and not (_LATER & {*columns}) <= {*row.cells}
    row.last_line = line.number


def _closed(row: _Open, columns: tuple[str, ...], tally: Tally) -> Row | None:
    cells = {column: joined(pieces) for column, pieces in row.cells.items()}
    if row.mixed or row.awaits:
        tally.doubt(row.line.number, row.last_line, "a row whose cells cannot be told apart", row.line.text)
    cells = {
        column: cells.get(column, "") for column in (*columns, "description") if column in cells or column in columns
    }
    return row_of(cells, row.line.number, row.last_line, row.line.page, tally, indent=row.inset)
