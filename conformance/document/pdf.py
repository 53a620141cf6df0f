"""A PDF, opened: a sheet for each of its pages, and the source that these make."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage

from conformance.document.confined import Allow
from conformance.document.layout import source_of
from conformance.document.lines import Source
from conformance.document.pages import sheet_of
from conformance.model.errors import DocumentError

__all__ = ["MOST_PAGES", "read_pdf"]

MOST_PAGES = 2000
"""Pages of the longest document that is read."""
_FOR_ALL, _FOR_A_PAGE = 60, 2
"""Seconds of the processor for a document and for each of its pages; a page full of text takes a quarter of one."""


def read_pdf(data: bytes, path: Path, sha256: str, allow: Allow | None = None) -> Source:
    """The source of a PDF. Its lines are those of its text, page by page. Raises DocumentError when it cannot be read."""
    try:
        with _silence(), pdfplumber.open(io.BytesIO(data)) as pdf:
            count = sum(1 for _ in islice(PDFPage.create_pages(pdf.doc), MOST_PAGES + 1))
            if count > MOST_PAGES:
                raise DocumentError(f"{path}: has more than {MOST_PAGES} pages; give the API reference alone")
            if allow is not None:
                allow(_FOR_ALL + _FOR_A_PAGE * count)
            sheets = []
            for page in pdf.pages:
                sheets.append(sheet_of(page))
                page.close()
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # the library meets what a file holds with errors of any kind
        causes = (error, *error.args, error.__context__)
        if any(isinstance(cause, (PDFEncryptionError, PDFPasswordIncorrect)) for cause in causes):
            raise DocumentError(f"{path}: is an encrypted PDF; save it without a password first") from None
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise DocumentError(f"{path}: is a PDF that cannot be read: {cause}; save it again or give its text") from None
    if not any(sheet.lines for sheet in sheets):
        raise DocumentError(f"{path}: is a PDF without text (scanned?); give one that holds text")
    return source_of(sheets, sha256)


@contextmanager
def _silence() -> Iterator[None]:
    """What the library logs about fonts says nothing to who reads a document."""
    logger = logging.getLogger("pdfminer")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
