"""The document as a whole: sections with their operations, and the common part that holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.document.chapters import chapters, numbered_headings, operation_starts, ranges, without_number
from conformance.document.common import read_common
from conformance.document.glyphs import is_printed_twice
from conformance.document.lines import Line, Source, read_source
from conformance.document.model import ApiSection, Document
from conformance.document.operations import read_operation
from conformance.document.parts import Context
from conformance.document.vocabulary import INTRODUCTION, VERSION, heading_of
from conformance.errors import DocumentError

__all__ = ["read_document"]


def read_document(path: Path) -> Document:
    """Read the vendor's document, a text dump in UTF-8 or a PDF.

    What cannot be read with certainty is in the document's `problems`, with its line. Raises DocumentError with one
    line when the file cannot be read or describes no operation.
    """
    source = read_source(path)
    lines = source.lines
    context = Context(lines, numbered_headings(lines), is_printed_twice(line.text for line in lines))
    sections: list[ApiSection] = []
    shared: list[tuple[int, int]] = []
    tops = [at for at in context.numbered if not _is_title_of_operation(lines, at)]
    for begin, end in ranges((0, *(at for at in tops if at)), len(lines)):
        starts = operation_starts(lines, begin, end)
        if not starts:
            shared.append((begin, end))
            continue
        shared.append((begin, starts[0]))
        spans = [context.until_common(start, stop) for start, stop in ranges(starts, end)]
        shared += [(until, stop) for (_, until), (_, stop) in zip(spans, ranges(starts, end), strict=True) if until < stop]
        try:
            operations = tuple(read_operation(context, start, until) for start, until in spans)
        except DocumentError as error:
            raise DocumentError(f"{path}: {error}") from None
        heading = lines[begin]
        sections.append(ApiSection(without_number(heading.text), heading.number, operations))
    if not sections:
        raise DocumentError(
            f"{path}: describes no operation (no line reads {INTRODUCTION}, none reads URI over a method and a path); "
            "give the vendor's API reference"
        )
    common = read_common(context, shared)
    version, date = _edition(source, context)
    if not version:
        context.problem(lines[0].number, "the document names no product version")
    return Document(
        title=without_number(lines[0].text),
        product_version=version,
        release_date=date,
        sha256=source.sha256,
        line_count=source.line_count,
        common=common,
        sections=tuple(sections),
        chapters=chapters(lines, context.numbered),
        problems=tuple(sorted(context.problems)),
    )


def _is_title_of_operation(lines: Sequence[Line], at: int) -> bool:
    return at + 1 < len(lines) and heading_of(lines[at + 1].text) == INTRODUCTION


def _edition(source: Source, context: Context) -> tuple[str, str]:
    """The product's version and its release date (ISO 8601), each empty when the document does not name it."""
    found: list[tuple[str, str, int]] = []
    for line in (*source.furniture, *source.lines):
        match = VERSION.match(line.text)
        if match:
            version, year, month, day = match.groups()
            found.append((version, f"{year}-{int(month):02}-{int(day):02}" if year else "", line.number))
    for version, date, number in found:
        if (version, date) != found[0][:2]:
            context.problem(number, f"names the edition {version} {date}".rstrip() + ", other lines name another one")
    return found[0][:2] if found else ("", "")
