"""A page in HTML as Chromium prints it: a PDF."""

from __future__ import annotations

import subprocess
from pathlib import Path

from checkout import tool

STYLE = """
@page { size: A4; margin: 15mm }
body { font: 12px "Noto Sans CJK SC", sans-serif }
table { border-collapse: collapse; width: 100% }
td, th { border: 1px solid #999; padding: 4px; word-break: break-all; vertical-align: middle }
pre { text-shadow: 0 0.7px #888; font-family: "DejaVu Sans Mono", monospace; background: #eee; padding: 6px;
      white-space: pre-wrap; word-break: break-all }
"""
"""How the vendor's documents look: code with a shadow on grey, tables with lines, cells broken anywhere."""


def printed(body: str, directory: Path, *, style: str = STYLE, margins: bool = False) -> Path:
    """The PDF of a page's body; with what browsers print in the margins (date, number of the page) when asked."""
    return printed_page(f"<!DOCTYPE html><meta charset=utf-8><style>{style}</style>{body}", directory, margins=margins)


def printed_page(whole: str, directory: Path, *, margins: bool = False) -> Path:
    """The PDF of a whole page."""
    page, path = directory / "page.html", directory / "page.pdf"
    page.write_text(whole, encoding="utf-8")
    command = [
        tool("chromium"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={directory / 'profile'}",
    ]
    command += [] if margins else ["--no-pdf-header-footer"]
    subprocess.run([*command, f"--print-to-pdf={path}", str(page)], check=True, capture_output=True, timeout=120)
    return path
