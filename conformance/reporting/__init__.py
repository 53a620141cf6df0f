"""Reports: one file per format, each a function of the verdict alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

from conformance.errors import UsageError
from conformance.reporting.har import to_har
from conformance.reporting.html import to_html
from conformance.reporting.junit import to_junit
from conformance.reporting.language import LANGUAGES
from conformance.reporting.terminal import print_verdict
from conformance.reporting.verdict_json import to_json
from conformance.verdict import Verdict

__all__ = ["LANGUAGES", "print_verdict", "write_page", "write_reports"]


def write_reports(verdict: Verdict, directory: Path, language: str = "en") -> tuple[Path, ...]:
    """Write exchanges.har, junit.xml, index.html and, last, verdict.json; each is whole or not there.

    Raises UsageError when the directory cannot be written.
    """
    files: dict[str, bytes] = {
        "exchanges.har": _json(to_har(verdict)),
        "junit.xml": to_junit(verdict),
        "index.html": to_html(verdict, language).encode("utf-8", "backslashreplace"),
        "verdict.json": _json(to_json(verdict)),
    }
    paths: list[Path] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # A verdict of an earlier run must not stand beside reports of this one.
        (directory / "verdict.json").unlink(missing_ok=True)
        for name, data in files.items():
            _write(directory / name, data)
            paths.append(directory / name)
    except OSError as error:
        raise UsageError(f"{directory}: reports cannot be written: {error.strerror}; give another --out") from None
    return tuple(reversed(paths))


def write_page(verdict: Verdict, path: Path, language: str) -> None:
    """Write the HTML page alone, whole or not at all. Raises UsageError when the file cannot be written."""
    try:
        _write(path, to_html(verdict, language).encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}; give another --out") from None


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
