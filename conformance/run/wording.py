"""The functions that make sentences of values; whoever starts a run hands them in, so that a run imports no report.

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
    """`sentence` gives a deviation in one line of English, `spoken` a phrase."""

    sentence: Callable[[Deviation], str]
    spoken: Callable[[Phrase], str]


PLAIN = Wording(lambda deviation: deviation.key, str)
"""Kinds and terms as they are, for a run whose texts are not shown."""
