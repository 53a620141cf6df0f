"""One operation: its parts, its address, its tables, examples and codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from conformance.document.columns import column_of
from conformance.document.headings import DocumentPart
from conformance.document.lines import Line
from conformance.document.model import ApiOperation, Heading
from conformance.document.outline import Head, starts_something
from conformance.document.passages import Passage, placed, read_passage
from conformance.document.rows import deprecated_in, since_in
from conformance.document.tally import Tally
from conformance.document.vocabulary import CODE_LIST, METHODS

__all__ = ["read_operation"]

_METHOD = "|".join(METHODS)
_ADDRESS = re.compile(
    rf"(?:[^A-Za-z]{{0,12}}[:：]?\s*)?\b({_METHOD})\b[\s:：]+(?:(?:https?://|\$?\{{?[A-Za-z_-]+\}}?(?=/))[^/\s]*)?(/[^\s，。；]*)"
)
_PATH = re.compile(r"(?:^|[\s:：])(?:https?://[^/\s]+)?(/[\w{}<>.:/?&=$%-]+)", re.ASCII)
_MORE = re.compile(r"[/\w{}.-]+")
_VERSION = re.compile(r"(?<![\d.])v?(\d+\.\d+)(?![\d.])")
_FULL = 60
"""Characters of a line that may be full."""
_EITHER, _ANSWER = DocumentPart(""), DocumentPart("response")


def read_operation(lines: Sequence[Line], heads: Sequence[Head], offset: int, tally: Tally) -> ApiOperation:
    """The operation on these lines, the first of which is its title; `heads` are the headings inside, as indexes of the
    whole document, in which the operation begins at `offset`."""
    tally.operation = lines[0].text
    spans = _spans(lines, heads, offset, tally)
    method, path, uri_line, taken = _address(spans, lines[0])
    found: dict[str, Passage] = {}
    headings: list[Heading] = []
    for part, head, span in spans:
        name = part.name
        if head is not None:
            last = span[-1].number if span else head.number
            headings.append(Heading("errors" if part.failure else name, head.number, last))
        kept = [line for line in span if line.number not in taken]
        if name == "uri":
            other = [line for line in kept if _is_other(line, method, path)]
            for line in other:
                tally.doubt_lines([line], "a second address of one operation")
            kept = [line for line in kept if line not in other]
        if part.failure and name == "response-example":
            tally.tell(kept)  # an example of a failure is none of the answer
            continue
        passage = read_passage(kept, name, tally, part.place)
        if name in {"success", "errors"}:
            _leave_out_failures(passage, tally, all_fail=part.failure)
        if part.both:
            failures = [item for item in passage.codes if not 200 <= item.code <= 299]
            found.setdefault("errors", Passage()).codes += failures
            passage.codes = [item for item in passage.codes if item not in failures]
        found.setdefault(name, Passage()).take(passage)
    for number in (uri_line, *taken):
        tally.cite(number, number)
    if not path:
        tally.doubt(uri_line, uri_line, "an operation without a method and a path", lines[0].text)
    return _operation(lines, found, headings, (method, path, uri_line), spans)


PartSpan = tuple[DocumentPart, Line | None, list[Line]]


def _operation(
    lines: Sequence[Line],
    found: dict[str, Passage],
    headings: Sequence[Heading],
    uri: tuple[str, str, int],
    spans: Sequence[PartSpan],
) -> ApiOperation:
    empty = Passage()
    request, response, address = (found.get(name, empty) for name in ("request", "response", "uri"))
    success, errors = found.get("success", empty), found.get("errors", empty)
    told = [line.text for part, _, span in spans if part.name in {"title", "introduction", "notes"} for line in span]
    told.append(lines[0].text)
    since = next(filter(None, map(since_in, told)), None) or _microversion(spans)
    return ApiOperation(
        title=lines[0].text,
        line=lines[0].number,
        last_line=lines[-1].number,
        method=uri[0],
        path=uri[1],
        uri_line=uri[2],
        preconditions=tuple((line.text, line.number) for line in found.get("preconditions", empty).texts),
        request_tables=(*placed(address.tables, frozenset(re.findall(r"\{([^}]+)\}", uri[1]))), *request.tables),
        response_tables=tuple(response.tables),
        request_examples=(*address.examples, *request.examples, *found.get("request-example", empty).examples),
        response_examples=(*response.examples, *success.examples, *found.get("response-example", empty).examples),
        success_codes=tuple((item.code, item.line) for item in (*response.codes, *success.codes)),
        parts=tuple(headings),
        error_codes=tuple(errors.codes),
        deprecated=any(deprecated_in(text) and len(text) < 80 for text in told)
        or any(head is not None and deprecated_in(head.text) for _, head, _ in spans),
        since=since,
    )


def _microversion(spans: Sequence[PartSpan]) -> str | None:
    """The version under a heading that asks for one."""
    for part, head, span in spans:
        if part.name == "notes" and head is not None and re.search(r"版本|version", head.text, re.IGNORECASE):
            found = next((match for line in span if (match := _VERSION.search(line.text))), None)
            return found.group(1) if found else None
    return None


def _spans(lines: Sequence[Line], heads: Sequence[Head], offset: int, tally: Tally) -> list[PartSpan]:
    """The parts with the line of their heading and the lines below it. A heading without words for which side it is on
    goes on with the side above it; one that is not known takes what stands under it along."""
    tally.mark(lines[:1])
    tally.cite(lines[0].number, lines[0].number)
    spans: list[PartSpan] = [(DocumentPart("title"), None, [])]
    begins = {head.at - offset: head for head in heads}
    level: int | None = None
    unknown: list[Line] | None = None
    for at, line in enumerate(lines):
        head = begins.get(at)
        if head is not None and head.part is not None and (at or head.part):
            part = _sided(head.part, spans)
            spans.append((part, line, [line] if head.stated else []))
            tally.mark([line])
            level, unknown = head.level, None
        elif head is not None and at and head.sure and not head.owner:
            caption = head.level is not None and level is not None and head.level > level
            if caption and spans[-1][0].name.endswith("example") and starts_something(lines, at + 1, tally):
                tally.mark([line])
            else:
                unknown = [line]
                spans.append((_EITHER, None, unknown))
        elif at:
            if unknown is None and _is_over(spans[-1], line):
                spans.append((_resumed(spans), None, []))
            (unknown if unknown is not None else spans[-1][2]).append(line)
    known = [span for span in spans if span[0] is not _EITHER]
    for part, _, span in spans:
        if part is _EITHER:
            tally.doubt_lines(span, "a heading that is not known, and what stands under it")
    return known


def _leave_out_failures(passage: Passage, tally: Tally, *, all_fail: bool) -> None:
    """Leave out the examples of a part for codes but for those right below the code of a success."""
    for example in tuple(passage.examples):
        above = [item for item in passage.codes if item.line < example.first_line]
        if all_fail or not above or not 200 <= above[-1].code <= 299:
            passage.examples.remove(example)
            inside = range(example.first_line, example.last_line + 1)
            tally.cited.difference_update(inside)
            tally.prose.update(inside)


def _is_over(span: PartSpan, line: Line) -> bool:
    """Whether a part whose success codes stand in the line of its heading (`成功状态码：202`) does not go on with this line."""
    _, head, inside = span
    return bool(inside) and inside[0] is head and span[0].name == "success" and CODE_LIST.match(line.text) is None


def _resumed(spans: Sequence[PartSpan]) -> DocumentPart:
    """The part that goes on below a line of success codes: that of the answer above it, else the answer, which has them."""
    before = next((part for part, *_ in reversed(spans) if part.name != "success"), _EITHER)
    return before if before.name in {"response", "response-example"} and not before.failure else _ANSWER


def _sided(part: DocumentPart, spans: Sequence[PartSpan]) -> DocumentPart:
    if part.name not in {"", "example"}:
        return part
    sides = [span[0].name.removesuffix("-example") for span in spans]
    side = next((name for name in reversed(sides) if name in {"request", "response"}), "request")
    return replace(part, name=f"{side}-example" if part.name == "example" else side)


# --- the address ----------------------------------------------------------------------------------------------------


def _address(spans: Sequence[PartSpan], title: Line) -> tuple[str, str, int, frozenset[int]]:
    """Method, path, the line of the address, and the lines that say nothing else."""
    own = [line for part, _, span in spans if part.name == "uri" for line in span]
    beside = [line for part, _, span in spans if part.name in {"title", "introduction"} for line in span]
    for lines, find in ((own, _ADDRESS.search), (beside, _ADDRESS.fullmatch), ([title], _ADDRESS.search)):
        for at, line in enumerate(lines):
            match = find(line.text)
            if match is None:
                continue
            path, taken = match.group(2), [line.number]
            # A path too long for the page goes on in the next line, which begins in the middle of it.
            for more in lines[at + 1 :] if match.end() == len(line.text) else []:
                if not _MORE.fullmatch(more.text) or not _goes_on(path, more.text, full=len(line.text) > _FULL):
                    break
                path += more.text
                taken.append(more.number)
            return match.group(1), _plain(path), line.number, _taken(own, taken)
    return _apart(own, title)


def _goes_on(path: str, more: str, *, full: bool) -> bool:
    """Whether a path goes on with this piece: a parameter is open, the piece is one of a path, or its line was full."""
    return full or path.count("{") > path.count("}") or "/" in more or "}" in more


def _is_other(line: Line, method: str, path: str) -> bool:
    """Whether a line below an operation's address is another address, and no example of a request to this one."""
    match = _ADDRESS.fullmatch(line.text)
    if match is None or not path:
        return False
    if match.group(1) != method:
        return True
    shape = re.sub(r"\\\{[^{}]*\\\}", "[^/{}]+", re.escape(path))
    return re.fullmatch(shape, match.group(2).split("?")[0]) is None


def _apart(own: Sequence[Line], title: Line) -> tuple[str, str, int, frozenset[int]]:
    """An address whose method and path stand on lines or in cells of their own."""
    methods = [(match, line) for line in own if (match := re.search(rf"\b({_METHOD})\b", line.text))]
    paths = [(match, line) for line in own if (match := _PATH.search(line.text))]
    if not methods or not paths:
        return "", "", title.number, frozenset()
    line = paths[0][1]
    return (
        methods[0][0].group(1),
        _plain(paths[0][0].group(1)),
        line.number,
        _taken(own, [line.number, methods[0][1].number]),
    )


def _taken(own: Sequence[Line], numbers: Sequence[int]) -> frozenset[int]:
    """The lines of an address, and those of the header of the table in which it stands."""
    heads = [
        line.number
        for line in own
        if line.text.split()
        and all(column_of(word) in {"address", "name", "description"} for word in line.text.split())
        and any(column_of(word) == "address" for word in line.text.split())
    ]
    return frozenset((*numbers, *heads))


def _plain(path: str) -> str:
    """A path without its query, its parameters in braces."""
    path = re.sub(
        r"<([\w-]+)>|(?<=/):([A-Za-z_]\w*)", lambda match: "{" + (match.group(1) or match.group(2)) + "}", path
    )
    return path.split("?")[0].rstrip(",;")
