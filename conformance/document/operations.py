"""One operation: its parts under their headings, in any order the document has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.document.chapters import uri_of, without_number
from conformance.document.headers import header_of
from conformance.document.lines import Line
from conformance.document.model import ApiOperation, Example, Table
from conformance.document.parts import Context, Part, text_examples
from conformance.errors import DocumentError

__all__ = ["read_operation"]

_GOES_ON = re.compile(r"[/A-Za-z0-9_{}.?&=-]+")
_CODES = re.compile(r"(?:HTTP(?:/[\d.]+)? *)?([1-5]\d\d)(?![\d-])")
_MORE_CODES = re.compile(r"[ ,，、/;；和或及]*([1-5]\d\d)(?![\d-])")
_SENTENCE = re.compile(r"[。.；;！!]$")
_WRAPS_FROM = 30

_BEFORE_ANSWER = ("introduction", "preconditions", "uri", "request", "request-example")


def read_operation(context: Context, begin: int, end: int) -> ApiOperation:
    """The operation whose title is the line at `begin` and which ends before `end`.

    Raises DocumentError when it has no line with a method and a path; without them it is no operation.
    """
    lines = context.lines
    title = lines[begin]
    headings = context.headings(begin, end)
    parts: dict[str, list[Part]] = {}
    uri: tuple[str, str, Line] | None = None
    success: list[Line] = []
    for number, (at, name) in enumerate(headings):
        start, stop = at + 1, headings[number + 1][0] if number + 1 < len(headings) else end
        if name == "uri":
            method, path, line, start = _uri(lines, start, stop)
            if uri is not None:
                context.problem(line.number, f"a second request line of the operation: {method} {path}")
            uri = uri or (method, path, line)
        parts.setdefault(name, []).append(context.part(start, stop))
        if name == "success":
            success += lines[start:stop]
    if uri is None:
        raise DocumentError(f"line {title.number}: the operation {title.text} has no line with a method and a path; complete it")
    before = [part for name in _BEFORE_ANSWER for part in parts.get(name, ())]
    answer = [part for name in ("response", "response-example", "success") for part in parts.get(name, ())]
    path_table = _table(parts, "uri")
    request_table, response_table = _table(parts, "request"), _table(parts, "response")
    codes = _success_codes(parts, success)
    if not codes:
        context.problem(title.number, "the operation names no status of success")
    others = _others(context, (*before, *answer), (path_table, request_table, response_table), parts)
    path, _, query = uri[1].partition("?")
    return ApiOperation(
        title=without_number(title.text),
        line=title.number,
        last_line=lines[end - 1].number,
        method=uri[0],
        path=path,
        uri_line=uri[2].number,
        preconditions=_sentences([line for part in parts.get("preconditions", ()) for line in part.texts]),
        path_parameters=path_table,
        request_table=request_table,
        response_table=response_table,
        request_examples=_examples(before, parts.get("request-example", ())),
        response_examples=_examples(answer, parts.get("response-example", ())),
        success_codes=codes,
        response_text=tuple((line.text, line.number) for part in parts.get("response", ()) for line in part.texts),
        other_tables=others,
        query=query,
    )


def _uri(lines: Sequence[Line], start: int, stop: int) -> tuple[str, str, Line, int]:
    """Method, path, the line they stand on, and the index of the first line after them.

    A path too long for the page goes on on the next line, which begins in the middle of it.
    """
    found = uri_of(lines[start].text)
    assert found is not None, "the heading URI stands over a request line only"
    method, path = found
    at = start + 1
    while at < stop and _GOES_ON.fullmatch(lines[at].text) and header_of(lines[at].text) is None and _unfinished(path, lines[at].text):
        path += lines[at].text
        at += 1
    return method, path, lines[start], at


def _unfinished(path: str, more: str) -> bool:
    """Whether the path needs what stands on the next line: it breaks inside a parameter or at a separator."""
    return path.count("{") > path.count("}") or path[-1] in "/?&=-_" or more[0] in "/?&="


def _table(parts: dict[str, list[Part]], name: str) -> Table | None:
    return next((table for part in parts.get(name, ()) for table in part.tables), None)


def _others(
    context: Context, read: Sequence[Part], named: Sequence[Table | None], parts: dict[str, list[Part]]
) -> tuple[Table, ...]:
    """The tables that have no place of their own, each with a problem, but for a table of success codes."""
    rest = [table for part in read for table in part.tables if not any(table is item for item in named)]
    codes = [table for part in parts.get("success", ()) for table in part.tables]
    for table in rest:
        if not any(table is item for item in codes):
            context.problem(table.line, "a further table of this part of the operation")
    return tuple(rest)


def _examples(parts: Sequence[Part], of_examples: Sequence[Part]) -> tuple[Example, ...]:
    found = [example for part in parts for example in part.examples]
    found += [example for part in of_examples for example in text_examples(part)]
    return tuple(sorted(found, key=lambda example: example.first_line))


def _success_codes(parts: dict[str, list[Part]], lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """(status, line) of each code that begins a line under the heading, or a row of the table there."""
    tables = [table for part in parts.get("success", ()) for table in part.tables]
    if tables:
        return tuple((int(row.name), row.line) for table in tables for row in table.rows if row.name.isdecimal())
    found: list[tuple[int, int]] = []
    for line in lines:
        match = _CODES.match(line.text)
        if match is None:
            break
        while match is not None:
            found.append((int(match.group(1)), line.number))
            match = _MORE_CODES.match(line.text, match.end())
    return tuple(found)


def _sentences(lines: Sequence[Line]) -> tuple[tuple[str, int], ...]:
    """(text, line) of each sentence that has its own line; one that fills its line goes on on the next."""
    found: list[tuple[str, int]] = []
    open_sentence = False
    for line in lines:
        if open_sentence:
            text, number = found.pop()
            found.append((text + line.text, number))
        else:
            found.append((line.text, line.number))
        open_sentence = len(line.text) >= _WRAPS_FROM and not _SENTENCE.search(line.text)
    return tuple(found)
