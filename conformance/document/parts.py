"""What stands under one heading: tables, examples and text, none of it left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conformance.document.chapters import common_heading, part_heading
from conformance.document.examples import is_json_start, is_request_line, read_json, read_request
from conformance.document.lines import Line
from conformance.document.model import Example, Problem, Table
from conformance.document.tables import header_at, is_row_of_parameters, read_table

__all__ = ["Context", "Part", "text_examples"]

_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Part:
    """What was found under one heading, in the document's order."""

    tables: list[Table] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    texts: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """The document's lines, its numbered headings, whether its code is printed twice, and the problems met so far."""

    lines: tuple[Line, ...]
    numbered: tuple[int, ...]
    twice: bool
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int, text: str) -> None:
        """Record a place that could not be read with certainty."""
        self.problems.append(Problem(line, text))

    def until_common(self, begin: int, end: int) -> tuple[int, int]:
        """The range cut short before the first heading of the common part, where one follows an operation."""
        cut = (at for at in range(begin + 1, end) if common_heading(self.lines[at]) is not None)
        return begin, next(cut, end)

    def part(self, begin: int, end: int) -> Part:
        """Read the lines in [begin, end), which hold no heading."""
        part = Part()
        lines = self.lines[begin:end]
        at = 0
        while at < len(lines):
            line = lines[at]
            if header_at(lines, at) is not None:
                table, at, problems = read_table(lines, at, _ends_table)
                part.tables.append(table)
                self.problems += problems
            elif is_json_start(line):
                example, at, problems = read_json(lines, at, _ends_example, twice=self.twice)
                part.examples.append(example)
                self.problems += problems
            elif is_request_line(line):
                example, at = read_request(lines, at, _ends_example)
                part.examples.append(example)
            else:
                if line.text[0] in "}]" or is_row_of_parameters(line.text):
                    self.problem(line.number, f"stands outside any table or example: {line.text[:80]}")
                part.texts.append(line)
                at += 1
        return part

    def headings(self, begin: int, end: int) -> tuple[tuple[int, str], ...]:
        """(index, name) of each heading of a part of an operation in [begin, end)."""
        named = ((at, part_heading(self.lines, at)) for at in range(begin, end))
        return tuple((at, name) for at, name in named if name is not None)


def text_examples(part: Part) -> tuple[Example, ...]:
    """The text under a heading of examples that is neither a caption nor prose: lines without a Chinese character."""
    found: list[Example] = []
    for line in part.texts:
        if _CJK.search(line.text):
            continue
        found.append(Example("text", line.text, None, line.number, line.number))
    return tuple(found)


def _ends_table(line: Line) -> bool:
    return (is_json_start(line) and line.text[0] != "[") or is_request_line(line)


def _ends_example(line: Line) -> bool:
    return header_at((line,), 0) is not None or is_request_line(line)
