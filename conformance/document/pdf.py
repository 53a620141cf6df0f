"""A PDF's text, line by line, without the shadow that is printed over the code."""

from __future__ import annotations

import io
from pathlib import Path

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from conformance.model.errors import DocumentError

__all__ = ["is_pdf", "pdf_text"]


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does (ISO 32000-1, 7.5.2)."""
    return data.lstrip()[:5] == b"%PDF-"


def pdf_text(data: bytes, path: Path) -> str:
    """The text of all pages, each page starting with a form feed. Raises DocumentError when it cannot be opened."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            pages = [page.dedupe_chars(tolerance=1.5, extra_attrs=()).extract_text() or "" for page in pdf.pages]
    except (PDFEncryptionError, PDFPasswordIncorrect):
        raise DocumentError(f"{path}: is an encrypted PDF; save it without a password first") from None
    except (PdfminerException, PSException, ValueError, TypeError, KeyError, AssertionError) as error:
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise DocumentError(f"{path}: is a PDF that cannot be read: {cause}; save it again or give its text") from None
    text = "\n\f".join(pages)
    if not text.strip():
        raise DocumentError(f"{path}: is a PDF without text (scanned?); give one that holds text")
    return text
