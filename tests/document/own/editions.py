"""Every edition of every chapter of our own, and the forms in which each is printed."""

from __future__ import annotations

from document.own import networks, projects, servers, volumes
from document.own.truth import TrueEdition

__all__ = ["CHAPTERS", "EDITIONS"]

CHAPTERS: dict[str, tuple[TrueEdition, TrueEdition]] = {
    module.FIRST.key: (module.FIRST, module.SECOND) for module in (volumes, servers, networks, projects)
}
"""Key of a chapter -> its first and second edition."""

EDITIONS: dict[str, TrueEdition] = {
    f"{key}-{number}": edition for key, pair in CHAPTERS.items() for number, edition in enumerate(pair, start=1)
}
"""Name of a document (`volumes-1`) -> what it says."""
