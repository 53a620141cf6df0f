"""How values are said: handed to a run by whoever starts it, so that a run knows no report.

A run says little: which text a waiver is matched against, and why pytest's own report has a case as failed or skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase

__all__ = ["PLAIN", "Wording"]


@dataclass(frozen=True, slots=True)
class Wording:
    """`sentence` says a deviation, `spoken` a phrase: each in one line of English."""

    sentence: Callable[[Deviation], str]
    spoken: Callable[[Phrase], str]


PLAIN = Wording(lambda deviation: deviation.key, str)
"""Names and values, for a run that nobody reads."""
