"""What stands under one heading: tables, examples, codes and text, each read as what it is or said not to be understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from conformance.document.columns import column_of, header_of, is_known_type
from conformance.document.examples import (
    is_command,
    is_json_start,
    is_request_line,
    is_status_line,
    read_command,
    read_head,
    read_json,
    read_request,
)
from conformance.document.grids import Columns, read_grid
from conformance.document.headings import leads_to, owner_of, part_of
from conformance.document.lines import Line
from conformance.document.model import Example, Position, Row, StatusCode, Table
from conformance.document.outline import starts_something
from conformance.document.rows import NAME
from conformance.document.tables import read_table
from conformance.document.tally import Tally
from conformance.document.vocabulary import CODE_LIST, SENTENCE, reason_phrase

__all__ = ["Passage", "codes_of", "read_passage"]

_TELLING = frozenset({"introduction", "preconditions", "notes", "title", ""})
"""Parts in which a table or an example is not looked for."""
_CODES = frozenset({"success", "errors", "error-codes"})
_EXAMPLES = frozenset({"request-example", "response-example"})
_CODE = re.compile(r"(?<![\d.])[1-5]\d\d(?![\d.])")
_UNIT = re.compile(
    r"\s*(?:个(?![数人别])|条(?![件目])|毫秒|秒|分钟|小时|[%％]|[KMGT]i?B\b|以[内上下]"
    r"|[次种名位台块张项页行字天年月倍](?=$|[\s，。、；,.;)）]|以))",
    re.IGNORECASE,
)
"""What stands behind a number that counts something, and is no code."""
_FRESH = re.compile(
    r"(?:返回|状态码|响应码|返回码|错误码|为|是|returns?|codes?|status)\s*(?:http\s*)?[:：]?\s*$", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:[、，,/;；|]|或者?|和|及|与|or\b|and\b|\s)\s*")


@dataclass
class Passage:
    """What was found under one heading, in its order."""

    tables: list[Table] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    texts: list[Line] = field(default_factory=list)
    codes: list[StatusCode] = field(default_factory=list)

    def take(self, other: Passage) -> None:
        """Add what was found under another heading of the same kind."""
        self.tables += other.tables
        self.examples += other.examples
        self.texts += other.texts
        self.codes += other.codes


def codes_of(rows: Iterable[Row]) -> list[StatusCode]:
    """The codes of a table's rows; the phrase of a code stands where others have the type."""
    return [StatusCode(int(row.name), row.type or "", row.line, row.last_line) for row in rows]


def read_passage(lines: Sequence[Line], name: str, tally: Tally, place: Position = Position.OPEN) -> Passage:
    """What stands on these lines, under a heading of this name that puts its rows at this place."""
    return _PassageReader(lines, name, tally, place).read()


class _PassageReader:
    """One passage while it is read; `at` is the index of the next line."""

    def __init__(self, lines: Sequence[Line], name: str, tally: Tally, place: Position) -> None:
        self.lines, self.name, self.tally, self.place = lines, name, tally, place
        self.at = 0
        self.found = Passage()
        self.owner = ""
        self.columns: Columns | None = None
        self.fails = False  # whether a line has said that the next example is that of a failure

    def read(self) -> Passage:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.number in self.tally.grids:
                self._grid(line)
            elif line.number in self.tally.codes:
                self._code(line)
            elif header_of(line.text) is not None:
                self._table(line)
            elif self._is_example(line):
                self._example(line)
            else:
                self._text(line)
        return self.found

    # --- tables -----------------------------------------------------------------------------------------------------

    def _until(self, last_line: int) -> list[Line]:
        start = self.at
        while self.at < len(self.lines) and self.lines[self.at].number <= last_line:
            self.at += 1
        return list(self.lines[start : self.at])

    def _grid(self, line: Line) -> None:
        grid = self.tally.grids[line.number]
        inside = self._until(grid.last_line)
        if self.name in _TELLING:
            self._unplaced(inside, named=any(column_of(cell.text) for cell in grid.rows[0]))
            return
        found = read_grid(grid, line.page, self.tally, before=self.columns, place=self.place, owner=self.owner)
        self.owner = ""
        if found is not None:
            self.columns = found[1]
            self._add(found[0])

    def _table(self, line: Line) -> None:
        if self.name in _TELLING:
            start = self.at
            _, self.at = read_table(self.lines, start, Tally(self.tally.source))
            self._unplaced(self.lines[start : self.at], named=True)
            return
        table, self.at = read_table(self.lines, self.at, self.tally, place=self.place, owner=self.owner)
        self.owner = ""
        self._add(table)

    def _unplaced(self, inside: Sequence[Line], *, named: bool) -> None:
        """A table under a heading under which none is looked for: in the preface it may explain terms."""
        if named:
            self.tally.doubt_lines(inside, "a table under no heading that says what it lists")
        else:
            self.tally.tell(inside)

    def _add(self, table: Table) -> None:
        if "code" in table.columns and "name" not in table.columns:
            self.found.codes += codes_of(table.rows)
        elif self.name in _CODES:
            for row in table.rows:
                self.tally.cited.difference_update(range(row.line, row.last_line + 1))
            self.tally.doubt(table.line, table.last_line, "a table of codes without a column of codes", "")
        else:
            self.found.tables.append(table)

    # --- examples ---------------------------------------------------------------------------------------------------

    def _is_example(self, line: Line) -> bool:
        return is_json_start(line) or is_request_line(line) or is_status_line(line) or is_command(line)

    def _code(self, line: Line) -> None:
        """A block of code: what is no example in it is text."""
        inside = self._until(self.tally.codes[line.number])
        if self.name in _CODES and all(CODE_LIST.match(item.text) for item in inside):
            for item in inside:
                self._codes(item)
            return
        inner = _PassageReader(inside, self.name, self.tally, self.place)
        while inner.at < len(inside):
            if inner._is_example(inside[inner.at]):
                inner._example(inside[inner.at])
            else:
                begin = inner.at
                while inner.at < len(inside) and not inner._is_example(inside[inner.at]):
                    inner.at += 1
                telling = self.name in _TELLING or self.name in {"uri", "protocol"}
                (self.tally.tell if telling else self._no_example)(inside[begin : inner.at])
        self.found.examples += inner.found.examples

    def _no_example(self, lines: Sequence[Line]) -> None:
        self.tally.doubt_lines(lines, "code that is neither JSON nor a request")

    def _example(self, line: Line) -> None:
        start = self.at
        if is_json_start(line):
            example, self.at, problem = read_json(self.lines, start)
            if problem is not None:
                self.tally.doubt(line.number, example.last_line, problem, line.text)
            else:
                self._keep(example)
        elif is_status_line(line):
            self.at = read_head(self.lines, start)
            self.fails = re.match(r"HTTP\S* +[345]", line.text) is not None
            self.tally.tell(self.lines[start : self.at])
        elif is_command(line):
            command, self.at = read_command(self.lines, start)
            if command is None:
                self.tally.doubt_lines(self.lines[start : self.at], "a command without an address")
            else:
                self._keep(command)
        else:
            example, self.at = read_request(self.lines, start)
            self._keep(example)

    def _keep(self, example: Example) -> None:
        if self.fails:
            self.tally.prose.update(range(example.first_line, example.last_line + 1))
            self.fails = False
            return
        self.found.examples.append(example)
        self.tally.cite(example.first_line, example.last_line)

    # --- text -------------------------------------------------------------------------------------------------------

    def _text(self, line: Line) -> None:
        text = line.text
        if self.name == "response-example" and CODE_LIST.match(text):
            self.fails = re.search(r"\b[345]\d\d\b", text) is not None
        begins = starts_something(self.lines, self.at + 1, self.tally)
        if begins and self.name not in _TELLING and self._captions(line):
            self.at += 1
        elif self.name in _CODES and _CODE.search(text):
            self._codes(line)
            self.at += 1
        elif self._is_unknown_heading(text, begins=begins):
            part = part_of(text)
            if part is not None and part.name == "notes":
                self.tally.tell(self.lines[self.at :])
            else:
                self.tally.doubt_lines(self.lines[self.at :], "a heading that is not known, and what stands under it")
            self.at = len(self.lines)
        elif self._is_header(text):
            end = next(
                (at for at in range(self.at + 1, len(self.lines)) if header_of(self.lines[at].text)), len(self.lines)
            )
            self.tally.doubt_lines(self.lines[self.at : end], "a table whose header is not known")
            self.at = end
        elif self.name in {"request", "response"} and self._is_row(text):
            self.tally.doubt_lines([line], "a row of no table")
            self.at += 1
        else:
            self.found.texts.append(line)
            self.tally.tell([line])
            self.at += 1

    def _captions(self, line: Line) -> bool:
        """Whether the line is the caption of the table below it: then it says where its rows stand, or whose they are."""
        owner, part = owner_of(line.text), part_of(line.text)
        if owner:
            self.owner = owner
        elif part is not None and part.name in {self.name, ""} and part.place:
            self.place = part.place
        else:
            return False
        self.tally.mark([line])
        return True

    def _codes(self, line: Line) -> None:
        """The codes that a line lists, with the phrase after each."""
        stated = _stated(line.text)
        if not stated:
            self.tally.doubt_lines([line], "a number that may be a status code")
            return
        for match in stated:
            rest = line.text[match.end() :]
            phrase = re.match(r"[\s:：]*([A-Za-z][A-Za-z '-]*[A-Za-z])", rest)
            said = reason_phrase(phrase.group(1)) if phrase and self.name != "success" else ""
            self.found.codes.append(StatusCode(int(match.group()), said, line.number, line.number))
        self.tally.cite(line.number, line.number)

    def _is_unknown_heading(self, text: str, *, begins: bool) -> bool:
        """Whether the line is a heading that belongs to no family: it is short, has no sentence in it and leads to
        nothing, and a table stands below it, or a sentence after what was read before it."""
        if self.name in _TELLING or len(text) > 20 or SENTENCE.search(text) or leads_to(text) or _CODE.search(text):
            return False
        if text[0] in "}]\"'" or self.at + 1 == len(self.lines):
            return False
        if begins:
            first = self.lines[self.at + 1]
            table = first.number in self.tally.grids or header_of(first.text) is not None
            return table or self.name not in _EXAMPLES | {"request", "response", "uri"}
        told = self.found.texts and self.found.texts[-1].text.endswith("。")
        if self.name not in _EXAMPLES | _CODES and not self.found.tables and not told:
            return False
        read = self.found.tables or self.found.examples or self.found.codes or told
        below = self.lines[self.at + 1].text
        goes_on = SENTENCE.search(below) or (self.name in _CODES and CODE_LIST.match(below))
        return bool(read) and goes_on is not None

    def _is_header(self, text: str) -> bool:
        """Whether the line is like a table's header: its first words name a column, and one of the others does."""
        words = text.split()
        if self.name in _TELLING or not 2 <= len(words) <= 9 or SENTENCE.search(text):
            return False
        known = [column_of(word) for word in words]
        return known[0] is not None and sum(column is not None for column in known) > max(1, len(words) // 2 - 1)

    def _is_row(self, text: str) -> bool:
        name, _, rest = text.partition(" ")
        word = rest.split(" ")[0]
        return NAME.fullmatch(name) is not None and bool(word) and is_known_type(word) and word.lower() != "time"


def _stated(text: str) -> list[re.Match[str]]:
    """The numbers of a line that are codes: none that counts something, and in a sentence only those of which it says so
    or which stand in a list with one."""
    found: list[re.Match[str]] = []
    listed = CODE_LIST.match(text) is not None
    for match in _CODE.finditer(text):
        if _UNIT.match(text, match.end()):
            continue
        follows = found and _LISTED.fullmatch(text, found[-1].end(), match.start())
        if listed or follows or _FRESH.search(text, 0, match.start()):
            found.append(match)
    return found


def placed(tables: Iterable[Table], names: frozenset[str]) -> tuple[Table, ...]:
    """Tables below an address: they list its path where all of their rows stand in it."""
    return tuple(
        replace(table, place=Position.PATH)
        if not table.place and all(row.name in names or row.place is Position.PATH for row in table.rows)
        else table
        for table in tables
    )
