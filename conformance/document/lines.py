"""Bytes -> lines with their numbers and pages, without the furniture of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from conformance.document.furniture import Line, without_furniture
from conformance.document.pdf import is_pdf, pdf_text
from conformance.errors import DocumentError

__all__ = ["LARGEST", "Line", "Source", "read_source"]

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest document that is read."""


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a document that are not blank; `furniture` are those that belong to the page and not to the text."""

    lines: tuple[Line, ...]
    furniture: tuple[Line, ...]
    sha256: str
    line_count: int


def read_source(path: Path) -> Source:
    """Read a text dump or a PDF. Raises DocumentError with one line on what is wrong with the file."""
    data = _bytes(path)
    text = pdf_text(data, path) if is_pdf(data) else _text(data, path)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not rows[-1].strip():
        rows.pop()
    lines = tuple(_numbered(rows))
    if not lines:
        raise DocumentError(f"{path}: is empty (blanks only); give the vendor's document, a text file or a PDF")
    body, furniture = without_furniture(lines, paged="\f" in text)
    return Source(body, furniture, sha256(data).hexdigest(), len(rows))


def _numbered(rows: Sequence[str]) -> Iterator[Line]:
    """The lines that are not blank, each with its page.

    Pages start with a form feed. The vendor's dump has none: there each page starts with one blank more than is
    printed, and code is indented by even numbers.
    """
    with_form_feeds = any("\f" in raw for raw in rows)
    indents = [len(raw) - len(raw.lstrip(" ")) for raw in rows if raw.startswith(" ") and raw.strip()]
    odd_is_a_page = not with_form_feeds and 10 * sum(indent % 2 for indent in indents) <= len(rows)
    page = 1
    begun = False
    for number, raw in enumerate(rows, start=1):
        if begun:
            page += raw.count("\f")
        shown = raw.replace("\f", "").replace("\u00a0", " ").replace("\u3000", " ").replace("\t", " ").rstrip("\n")
        if not shown.strip():
            continue
        indent = len(shown) - len(shown.lstrip(" "))
        if begun and odd_is_a_page and _starts_page(shown, indent):
            page += 1
        begun = True
        yield Line(number, page, shown.strip(), shown)


def _starts_page(shown: str, indent: int) -> bool:
    """Whether one blank too many stands before the line: before prose exactly one, before code an odd number."""
    is_code = shown[indent] in '{}[]"'
    return indent % 2 == 1 if is_code else indent == 1


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentError(f"{path}: is a directory; give the document, a text file or a PDF")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file; give the vendor's document, a text file or a PDF") from None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST:
        raise DocumentError(f"{path}: is larger than {LARGEST // 1024 // 1024} MiB; give the API reference alone")
    if not data.strip():
        raise DocumentError(f"{path}: is empty; give the vendor's document, a text file or a PDF")
    return data


def _text(data: bytes, path: Path) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(f"{path}: is not UTF-8 (byte 0: the mark of UTF-16); convert it to UTF-8 first")
    if b"\0" in data:
        raise DocumentError(f"{path}: is binary (byte {data.index(0)} is NUL) and no PDF; give a text file in UTF-8 or a PDF")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not UTF-8 (byte {error.start}); convert it to UTF-8 first") from None
    control = re.search(r"[\x01-\x08\x0e-\x1f\x7f]", text)
    if control:
        at = len(text[: control.start()].encode())
        raise DocumentError(
            f"{path}: is binary (byte {at} is a control character) and no PDF; give a text file in UTF-8 or a PDF"
        )
    return text
