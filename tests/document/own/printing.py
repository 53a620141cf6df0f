"""A document of our own as the PDF that Chromium prints, and as the text that pypdf makes of a PDF."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from checkout import tool
from pypdf import PdfReader

__all__ = ["dumped", "printed"]


def printed(page: str) -> bytes:
    """The PDF of an HTML page. Where there is no browser the test ends and says so."""
    browser = tool("chromium")
    with TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "page.html").write_text(page, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        flags += [f"--user-data-dir={directory / 'profile'}", f"--print-to-pdf={directory / 'page.pdf'}"]
        command = [browser, *flags, (directory / "page.html").as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return (directory / "page.pdf").read_bytes()


def dumped(pdf: bytes) -> str:
    """The text of a PDF as pypdf gives it, its pages one below the other."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
