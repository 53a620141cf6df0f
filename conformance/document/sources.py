"""The source of a document, from the bytes of a text dump, a PDF, a Markdown file or an HTML page."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.document.confined import Allow
from conformance.document.html import is_html, read_html
from conformance.document.lines import Source, dump_lines
from conformance.document.markdown import is_markdown, read_markdown
from conformance.document.radicals import folded
from conformance.model.errors import DocumentError
from conformance.model.opening import content

__all__ = ["LARGEST", "given_bytes", "is_pdf", "source_of"]

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest document that is read."""

_FOR_ALL, _FOR_A_MEGABYTE = 60, 20
"""Seconds of the processor for a document; a million bytes of Markdown take five."""
_NO_TEXT = {
    b"PK\x03\x04": "a ZIP file, as Office documents (docx, xlsx) are; save it as a PDF first",
    b"\xd0\xcf\x11\xe0": "an Office document (doc, xls); save it as a PDF first",
    b"{\\rtf": "an RTF document; save it as a PDF first",
    b"\xff\xfe": "UTF-16; convert it to UTF-8 first",
    b"\xfe\xff": "UTF-16; convert it to UTF-8 first",
}
"""How files begin that hold text, but not as text."""
_FORMS = {".md": "markdown", ".markdown": "markdown", ".htm": "html", ".html": "html", ".xhtml": "html"}


def source_of(data: bytes, path: Path, sha256: str, allow: Allow) -> Source:
    """The source of a document, in the form that its first bytes, its suffix or its marks tell.

    Raises DocumentError with one line on what is wrong with the file.
    """
    if is_pdf(data):
        from conformance.document.pdf import read_pdf  # no other form needs the library

        return read_pdf(data, path, sha256, allow)
    text = _text(data, path)
    allow(_FOR_ALL + _FOR_A_MEGABYTE * len(data) // 1_000_000)
    form = _form(path, text)
    if form != "text":
        return (read_html if form == "html" else read_markdown)(text, sha256)
    lines, count = dump_lines(folded(text))
    return Source(lines, sha256, count, "\f" in text)


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does (ISO 32000-1, 7.5.2)."""
    return data.lstrip()[:5] == b"%PDF-"


def _form(path: Path, text: str) -> str:
    said = _FORMS.get(path.suffix.lower(), "text")
    if said == "html" or is_html(text):
        return "html"
    return "markdown" if said == "markdown" or is_markdown(text) else "text"


def given_bytes(path: Path) -> bytes:
    """The bytes of a file that may be a document. Raises DocumentError where there are none, or too many."""
    try:
        if path.is_dir():
            raise DocumentError(f"{path}: is a directory; give the document: text, Markdown, HTML or a PDF")
        if path.exists() and path.stat().st_size > LARGEST:
            raise DocumentError(f"{path}: is larger than {LARGEST // 1024 // 1024} MiB; give the API reference alone")
        data = content(path)
    except FileNotFoundError:
        raise DocumentError(
            f"{path}: there is no such file; give the vendor's document: text, Markdown, HTML or a PDF"
        ) from None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not data.strip():
        raise DocumentError(f"{path}: is empty; give the vendor's document: text, Markdown, HTML or a PDF")
    return data


def _text(data: bytes, path: Path) -> str:
    for start, what in _NO_TEXT.items():
        if data.startswith(start):
            raise DocumentError(f"{path}: is {what}")
    if b"\0" in data:
        raise DocumentError(
            f"{path}: is binary (byte {data.index(0)} is NUL) and no PDF; give text in UTF-8, Markdown, HTML or a PDF"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{path}: is not UTF-8 (byte {error.start}{_guess(data)}); convert it to UTF-8 first"
        ) from None
    if re.search(r"[\x01-\x08\x0e-\x1f]", text):
        raise DocumentError(
            f"{path}: is binary (it has control characters); give text in UTF-8, Markdown, HTML or a PDF"
        )
    return text


def _guess(data: bytes) -> str:
    """What else the bytes may be. They are not read as that: other encodings fit as well, and make other words."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "; it may be GB 18030: iconv -f GB18030 -t UTF-8"
