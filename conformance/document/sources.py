"""The source of a document, from the bytes of a text dump, a PDF, a Markdown file or an HTML page."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from conformance.document.html import is_html, read_html
from conformance.document.lines import Source, dump_lines
from conformance.document.markdown import is_markdown, read_markdown
from conformance.document.pdf import is_pdf, read_pdf
from conformance.document.radicals import folded
from conformance.model.errors import DocumentError
from conformance.model.opening import content

__all__ = ["LARGEST", "read_source"]

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest document that is read."""

_FORMS = {".md": "markdown", ".markdown": "markdown", ".htm": "html", ".html": "html", ".xhtml": "html"}


def read_source(path: Path) -> Source:
    """Read a document, in the form that its first bytes, its suffix or its marks tell.

    Raises DocumentError with one line on what is wrong with the file.
    """
    data = _bytes(path)
    digest = sha256(data).hexdigest()
    if is_pdf(data):
        return read_pdf(data, path, digest)
    text = _text(data, path)
    form = _FORMS.get(path.suffix.lower())
    if form == "html" or is_html(text):
        return read_html(text, digest)
    if form == "markdown" or is_markdown(text):
        return read_markdown(text, digest)
    lines, count = dump_lines(folded(text))
    return Source(lines, digest, count, "\f" in text)


def _bytes(path: Path) -> bytes:
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
