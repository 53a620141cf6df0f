"""The document as a whole: sections, operations and the common part, found by the vendor's headings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from conformance.document.columns import header_of
from conformance.document.commons import read_common
from conformance.document.confined import Allow, confined
from conformance.document.headings import part_of
from conformance.document.lines import Line, Source
from conformance.document.model import ApiOperation, ApiSection, Chapter, Document, Heading
from conformance.document.operations import read_operation
from conformance.document.outline import Extent, Head, extents, heads_of
from conformance.document.sources import given_bytes, source_of
from conformance.document.tally import Tally
from conformance.document.vocabulary import FOOTER, NUMBERED, VERSION
from conformance.model.errors import DocumentError

__all__ = ["MOST_OPERATIONS", "MOST_ROWS", "TooMany", "document_of", "read_document"]

MOST_OPERATIONS = 4_000
MOST_ROWS = 40_000
"""Operations of one document, and rows of its tables, that are read: specs of a thousand operations with eight thousand rows
take half a gigabyte of memory to be written. All of OpenStack's services together have some 2000 operations."""

_FOR_ALL, _FOR_A_THOUSAND_LINES = 60, 1
"""Seconds of the processor; a thousand lines take a twentieth of one."""


def read_document(path: Path) -> Document:
    """Read the vendor's document: a text dump in UTF-8, Markdown, HTML or a PDF.

    Raises DocumentError with one line when the file cannot be read or describes no operation.
    """
    data = given_bytes(path)
    document = confined(_read, data, path, sha256(data).hexdigest())
    if not document.operations:
        raise DocumentError(
            f"{path}: describes no operation (no heading such as 功能介绍, URI or Request Parameters is above a method and"
            " a path); give the vendor's API reference"
        )
    return document


def _read(data: bytes, path: Path, sha256: str, allow: Allow) -> Document:
    """The document, in the process that may not take for ever."""
    source = source_of(data, path, sha256, allow)
    allow(_FOR_ALL + _FOR_A_THOUSAND_LINES * source.line_count // 1000)
    try:
        document = document_of(source)
    except TooMany as error:
        raise DocumentError(f"{path}: {error}; give the API reference of fewer services at once") from None
    rows = sum(len(table.rows) for table in document.tables)
    if rows > MOST_ROWS:
        raise DocumentError(
            f"{path}: has {rows} rows of tables, and {MOST_ROWS} are read; give the API reference of fewer services at once"
        )
    return document


class TooMany(ValueError):
    """A document has more operations than are read."""


def document_of(source: Source) -> Document:
    """What a source says. It may describe no operation at all. Raises TooMany."""
    tally = Tally(source)
    versions = [(line, match) for line in (*source.lines, *source.furniture) if (match := VERSION.fullmatch(line.text))]
    tally.mark([line for line in source.lines if VERSION.fullmatch(line.text) or FOOTER.match(line.text)])
    tally.mark(_running_heads(source.lines))
    tally.mark(_heads_of_pages(source.lines))
    lines = [line for line in source.lines if line.number not in tally.furniture]
    heads = heads_of(lines, tally)
    found = extents(lines, heads)
    if len(found) > MOST_OPERATIONS:
        raise TooMany(f"describes {len(found)} operations, and {MOST_OPERATIONS} are read")
    sections = _sections(lines, heads, found, tally)
    common = read_common(tuple(_between(lines, found)), {head.at: head for head in heads}, tally)
    for line, _ in versions[:1]:
        tally.furniture.discard(line.number)
        tally.cite(line.number, line.number)
    title = NUMBERED.fullmatch(lines[0].text) if lines else None
    unread, account = tally.settle()
    return Document(
        title=title.group(2) if title else lines[0].text if lines else "",
        product_version=versions[0][1].group(1) if versions else "",
        release_date=next((match.group(2) for _, match in versions if match.group(2)), ""),
        sha256=source.sha256,
        line_count=source.line_count,
        common=replace(common, headings=_to_the_foot(common.headings, source.lines, lines)),
        sections=sections,
        unread=unread,
        account=account,
        chapters=_chapters(lines),
        pages=_pages(source),
        lines={line.number: line.text for line in (*source.lines, *source.furniture)},
    )


def _running_heads(lines: Sequence[Line]) -> Iterator[Line]:
    """The numbered headings that a page repeats at its top: those of chapters that are still open, for a table of contents
    names others before they begin."""
    opened: dict[int, str] = {}
    page = 0
    for line in lines:
        if NUMBERED.fullmatch(line.text) and "." in line.text.split()[0] and part_of(line.text) is None:
            depth = line.text.split()[0].count(".")
            if opened.get(depth) == line.text and line.page != page:
                yield line
            else:
                opened = {level: text for level, text in opened.items() if level < depth} | {depth: line.text}
        page = line.page


def _heads_of_pages(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that most pages begin with, below the foot of the one before."""
    feet = [at for at, line in enumerate(lines) if FOOTER.match(line.text)]
    tops = [lines[at] for at in (0, *(at + 1 for at in feet)) if at < len(lines) and not FOOTER.match(lines[at].text)]
    times = Counter(line.text for line in tops)
    for line in tops:
        known = part_of(line.text) is not None or header_of(line.text) is not None
        most = 2 * times[line.text] >= len(tops) if times[line.text] > 2 else times[line.text] == len(tops) - 1 > 1
        if most and not known and line.text[0] not in '{}[]"':  # two pages alone may go on alike
            yield line


def _to_the_foot(headings: Sequence[Heading], written: Sequence[Line], lines: Sequence[Line]) -> tuple[Heading, ...]:
    """The headings with the foot of a page right below what stands under them: its place is that of what is above it."""
    kept = [line.number for line in lines]
    found = []
    for heading in headings:
        at = bisect_right(kept, heading.last_line)
        until = kept[at] if at < len(kept) else written[-1].number + 1
        last = bisect_right(written, until - 1, key=lambda line: line.number)
        found.append(replace(heading, last_line=written[last - 1].number))
    return tuple(found)


def _sections(
    lines: Sequence[Line], heads: Sequence[Head], found: Sequence[Extent], tally: Tally
) -> tuple[ApiSection, ...]:
    """The sections in their order, each with the operations that stand in it one after the other."""
    result = []
    places = iter(heads)
    head = next(places, None)
    read: list[tuple[Extent, ApiOperation]] = []
    for extent in found:
        inside = []
        while head is not None and head.at < extent.stop:
            if head.at >= extent.title:
                inside.append(head)
            head = next(places, None)
        read.append((extent, read_operation(lines[extent.title : extent.stop], inside, extent.title, tally)))
    for at, group in groupby(read, key=lambda item: item[0].section):
        operations = tuple(operation for _, operation in group)
        line = lines[at] if at is not None else None
        number = NUMBERED.fullmatch(line.text) if line is not None else None
        result.append(
            ApiSection(
                title=number.group(2) if number else line.text if line else operations[0].title,
                line=line.number if line else operations[0].line,
                operations=operations,
                number=number.group(1) if number else "",
            )
        )
    return tuple(result)


def _between(lines: Sequence[Line], found: Sequence[Extent]) -> Iterator[tuple[int, Sequence[Line]]]:
    """The pieces of the document that are no operation's, with the index of the first line of each."""
    begin = 0
    for extent in found:
        if begin < extent.title:
            yield begin, lines[begin : extent.title]
        begin = extent.stop
    if begin < len(lines):
        yield begin, lines[begin:]


def _pages(source: Source) -> tuple[int, ...]:
    """The first line of each page. A page without text begins where the next one does."""
    starts: list[int] = []
    for line in source.lines if source.paged else ():
        starts += [line.number if starts else 1] * (line.page - len(starts))
    return tuple(starts)


def _chapters(lines: Sequence[Line]) -> tuple[Chapter, ...]:
    """The numbered headings in their order. A line that only begins with a number ("1.5 times") mostly does not go on
    from the heading before it, and is none."""
    found: list[Chapter] = []
    last: tuple[int, ...] = ()
    for line in lines:
        match = NUMBERED.fullmatch(line.text)
        if match is None:
            continue
        number = tuple(int(part) for part in match.group(1).split("."))
        if _goes_on(last, number):
            found.append(Chapter(match.group(1), line.number))
            last = number
    return tuple(found)


def _goes_on(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    """Whether a heading of this number may come next: the first one below the last, or the next beside it or beside
    what is above it."""
    if not last:
        return True
    *above, own = number
    known = len(above) < len(last) and list(last[: len(above)]) == above
    return number == (*last, 1) or (known and own == last[len(above)] + 1)
