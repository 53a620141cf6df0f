"""A PDF, opened: a sheet for each of its pages, and the source that these make."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from conformance.document.layout import source_of
from conformance.document.lines import Source
from conformance.document.pages import sheet_of
from conformance.model.errors import DocumentError

__all__ = ["is_pdf", "read_pdf"]


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does (ISO 32000-1, 7.5.2)."""
    return data.lstrip()[:5] == b"%PDF-"


def read_pdf(data: bytes, path: Path, sha256: str) -> Source:
    """The source of a PDF. Its lines are those of its text, page by page. Raises DocumentError when it cannot be read."""
    try:
        with _silence(), pdfplumber.open(io.BytesIO(data)) as pdf:
            sheets = []
            for page in pdf.pages:
                sheets.append(sheet_of(page))
                page.close()
    except (PDFEncryptionError, PDFPasswordIncorrect):
        raise DocumentError(f"{path}: is an encrypted PDF; save it without a password first") from None
    except (PdfminerException, PSException, ValueError, TypeError, KeyError, AssertionError) as error:
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
