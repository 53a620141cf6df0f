"""The lines of a document, with their numbers and pages, from the bytes of a text dump or a PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from conformance.document.pdf import is_pdf, pdf_text
from conformance.model.errors import DocumentError
from conformance.model.opening import content

__all__ = ["LARGEST", "Cell", "Grid", "Line", "Source", "read_source"]

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest document that is read."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `text` without the blanks around it, `raw` with them."""

    number: int
    page: int
    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its text with wrapped lines joined, and its first and last line. `indent` are the blanks (or
    what stands for them) before the text, in characters."""

    text: str
    line: int
    last_line: int
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose cells are known. The first of its rows is its header; a cell that spans rows is in each of them."""

    rows: tuple[tuple[Cell, ...], ...]
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a document that are not blank, its SHA-256 and how many lines it has in all.

    `paged` says that the pages of its lines are known (each page starts with a form feed) and not guessed. What a form
    other than a text dump tells of its layout stands beside the lines: `grids` are its tables, in their order; `codes`
    the (first, last) lines of its blocks of code; `titles` the level of each line that is a heading (1: the highest).
    The lines of a grid, a block and a heading are among `lines`, in words that a reader sees, without marks.
    """

    lines: tuple[Line, ...]
    sha256: str
    line_count: int
    paged: bool = False
    grids: tuple[Grid, ...] = ()
    codes: tuple[tuple[int, int], ...] = ()
    titles: Mapping[int, int] = field(default_factory=dict)


def read_source(path: Path) -> Source:
    """Read a text dump or a PDF. Raises DocumentError with one line on what is wrong with the file."""
    data = _bytes(path)
    text = pdf_text(data, path) if is_pdf(data) else _text(data, path)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if rows and not rows[-1].strip():
        rows.pop()
    lines: list[Line] = []
    page = 1
    for number, raw in enumerate(rows, start=1):
        page += raw.count("\f") if lines else 0
        shown = raw.replace("\f", "").replace("\u00a0", " ").replace("\t", " ")
        if not shown.strip():
            continue
        # The dump starts each page with one more blank than the page has, and code is indented by even numbers.
        indent = len(shown) - len(shown.lstrip(" "))
        page += indent % 2 if lines and "\f" not in raw else 0
        lines.append(Line(number, page, shown.strip(), shown.rstrip()))
    return Source(tuple(lines), sha256(data).hexdigest(), len(rows), is_pdf(data) or "\f" in text)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentError(f"{path}: is a directory; give the document, a text file or a PDF")
        if path.exists() and path.stat().st_size > LARGEST:
            raise DocumentError(f"{path}: is larger than {LARGEST // 1024 // 1024} MiB; give the API reference alone")
        data = content(path)
    except FileNotFoundError:
        raise DocumentError(
            f"{path}: there is no such file; give the vendor's document, a text file or a PDF"
        ) from None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not data.strip():
        raise DocumentError(f"{path}: is empty; give the vendor's document, a text file or a PDF")
    return data


def _text(data: bytes, path: Path) -> str:
    if b"\0" in data:
        raise DocumentError(
            f"{path}: is binary (byte {data.index(0)} is NUL) and no PDF; give a text file in UTF-8 or a PDF"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not UTF-8 (byte {error.start}); convert it to UTF-8 first") from None
    if re.search(r"[\x01-\x08\x0e-\x1f]", text):
        raise DocumentError(f"{path}: is binary (it has control characters); give a text file in UTF-8 or a PDF")
    return text
