"""What is drawn depends on the strategy and the seed alone.

hypothesis draws some values from a pool of constants. It fills a part of the pool from the source of the modules that are
loaded and are not installed as packages. So the same seed would draw one thing from an installed suite and another from a
clone, under one command and under another, before an edit and after it. That part of the pool is left empty here.
"""

from __future__ import annotations

from hypothesis.internal.conjecture import providers

__all__ = ["keep_steady"]

FILLED_BY = "_get_local_constants"
"""The function of hypothesis that fills the part; private, so that a release may lack it."""


def keep_steady() -> None:
    """Leave out the constants of loaded modules from now on, in this process."""
    space = vars(providers)
    if FILLED_BY in space:
        empty = space["_local_constants"]
        for kind in ("integers", "floats", "bytes", "strings"):
            getattr(empty, kind).clear()
        space[FILLED_BY] = lambda: empty
        providers.CONSTANTS_CACHE.cache.clear()
