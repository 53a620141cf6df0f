"""What is read of a document of our own in each of its forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from document.own.blocks import blocks
from document.own.forms import to_dump, to_html, to_markdown
from document.own.printing import dumped, printed
from document.own.truth import TrueEdition

__all__ = ["FORMS", "PRINTED", "WRITTEN", "write"]

_WRITERS: dict[str, tuple[str, Callable[[TrueEdition, bytes], bytes]]] = {
    "text dump": ("txt", lambda edition, _: to_dump(blocks(edition)).encode()),
    "Markdown": ("md", lambda edition, _: to_markdown(blocks(edition)).encode()),
    "HTML": ("html", lambda edition, _: to_html(blocks(edition)).encode()),
    "PDF": ("pdf", lambda _, pdf: pdf),
    "pypdf's text": ("pdf.txt", lambda _, pdf: dumped(pdf).encode()),
}
FORMS = tuple(_WRITERS)
WRITTEN, PRINTED = FORMS[:3], FORMS[3:]
"""The forms that need nothing, and those that need a browser."""


def write(edition: TrueEdition, directory: Path, forms: tuple[str, ...]) -> dict[str, Path]:
    """The document in these forms, as files; it is printed once."""
    pdf = printed(to_html(blocks(edition))) if set(forms) & set(PRINTED) else b""
    paths = {}
    for form in forms:
        ending, writer = _WRITERS[form]
        paths[form] = directory / f"{edition.key}-{edition.version or 'unnamed'}.{ending}"
        paths[form].write_bytes(writer(edition, pdf))
    return paths
