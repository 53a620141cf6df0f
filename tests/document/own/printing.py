"""A document of our own as the PDF that Chromium prints, and as the text that pypdf makes of a PDF."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pypdf import PdfReader
from rendering import printed_page

__all__ = ["dumped", "printed"]


def printed(page: str) -> bytes:
    """The PDF of an HTML page. Where there is no browser the test ends and says so."""
    with TemporaryDirectory() as name:
        return printed_page(page, Path(name)).read_bytes()


def dumped(pdf: bytes) -> str:
    """The text of a PDF as pypdf gives it, its pages one below the other."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
