"""What the cases see, and what they do."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {}
"""Kind of phrase (an act, a reason, a note) -> template."""

WORDS: Mapping[str, str] = {}
"""Word of the vocabulary (terms `where`, `when`, `how`) -> text."""
