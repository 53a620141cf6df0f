"""What a run has waited for, so that nobody waits for ever anew for what never comes.

Rules
- What was waited for in vain TWICE, and at no time came while it was waited for, is asked for once from then on.
- What is there at once is worth waiting for again: only what is never there is given up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable

__all__ = ["Waits"]

TWICE = 2


class Waits:
    """What one client knows of its waits: `about` is what was done and looked at, `left` names what is not yet so."""

    def __init__(self) -> None:
        self._vain: Counter[tuple[Hashable, str]] = Counter()
        self._good: set[tuple[Hashable, str]] = set()

    def hopeless(self, about: Hashable, left: Collection[str]) -> bool:
        """Whether all that is left never came when it was waited for."""
        return all(self._vain[about, item] >= TWICE and (about, item) not in self._good for item in left)

    def over(self, about: Hashable, missed: Collection[str], left: Collection[str], *, waited: bool) -> None:
        """Take down how a wait ended: all that it `missed` at some time, and what of that was `left`."""
        if not left:
            for key in [key for key in self._vain if key[0] == about]:
                del self._vain[key]
        if waited:
            self._vain.update((about, item) for item in left)
            self._good |= {(about, item) for item in missed if item not in left}
