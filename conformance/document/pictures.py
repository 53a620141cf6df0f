"""Pictures of pages of a PDF, for a report that shows what was read beside where it stands."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from conformance.document.confined import Allow, confined
from conformance.document.sources import is_pdf
from conformance.model.errors import DocumentError
from conformance.model.opening import content

__all__ = ["MOST", "page_pictures"]

MOST = 24
"""Pages of one report that are shown."""
WIDTH = 900
"""Pixels of a page's width; an A4 page then has 1273 in its height."""
TALLEST = 2600
LARGEST = 16 * 1024 * 1024
"""Bytes of all pictures together."""


def page_pictures(path: Path, pages: Iterable[int]) -> dict[int, bytes]:
    """Page -> PNG, of the first `MOST` of these pages (from 1) that can be drawn; none when it is no PDF,
    or when they take longer or more memory than reading may."""
    data = content(path)
    if not is_pdf(data):
        return {}
    drawn = partial(_pictures, pages=sorted(set(pages))[:MOST], left=LARGEST)
    try:
        return confined(drawn, data, path, "")
    except DocumentError:
        return {}


def _pictures(
    data: bytes, path: Path, sha256: str, allow: Allow, *, pages: Collection[int], left: int
) -> dict[int, bytes]:
    """The pictures, in the process that may not take for ever."""
    import pypdfium2  # costs a tenth of a second, and most documents are no PDF

    found: dict[int, bytes] = {}
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return {}
    try:
        for number in pages:
            if not 1 <= number <= len(document):
                continue
            try:
                picture = _drawn(document[number - 1])
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                continue
            if len(picture) > left:
                break
            left -= len(picture)
            found[number] = picture
    finally:
        document.close()
    return found


def _drawn(page: Any) -> bytes:  # the library says no types
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), TALLEST / max(height, 1))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("P").save(out, "PNG", optimize=True)
    return out.getvalue()
