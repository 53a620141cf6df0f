"""Which class of syntax explains that texts were not treated to the letter, so that one mistake of a target is told once.

A target that escapes for HTML alters quotes and templates, too; one that reads `op:` trips over times and addresses. The
class that is told is, in this order
- the class that what came gives away: `&lt;b&gt;` came of `<b>`;
- letters of another script, when nothing but ASCII passed;
- the class with whose marks the most of what failed is written, first by those marks that are in nothing that passed;
- the text's own.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from conformance.generate.syntax import NAME, SYNTAXES, Syntax

__all__ = ["Failed", "explained", "likened"]


@dataclass(frozen=True, slots=True)
class Failed:
    """A text of a class that was not treated to the letter. `equated` are what was sent and what stands in its place, or
    was found for it; None when nothing is known of that."""

    syntax: Syntax
    text: str
    equated: tuple[str, str] | None = None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _visible(text: str) -> str:
    """The text without what is not seen: format characters (Unicode, Cf) and variation selectors."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf" and char != "\ufe0f")


_CHANGES: Mapping[str, tuple[Callable[[str], str], ...]] = {
    "markup": (html.unescape,),
    "letter-case": (str.lower, str.casefold),
    "normal-form": (partial(unicodedata.normalize, "NFC"), partial(unicodedata.normalize, "NFKC")),
    "invisible": (_visible,),
    "line-end": (lambda text: " ".join(text.splitlines()), lambda text: text.rstrip("\r\n")),
    "blank": (_squeezed,),
    "escape": (unquote, lambda text: text.replace("\\\\", "\\")),
}
"""Class -> what makes a text and what came of it equal, when the class explains it."""


def explained(failed: Sequence[Failed], passed: Collection[str]) -> tuple[Syntax, ...]:
    """For each text that failed the class that explains it; `passed` are texts that were treated to the letter."""
    told: dict[int, Syntax] = {}
    _by_what_came(failed, told)
    _by_script(failed, passed, told)
    innocent = set("".join(map(_bare, passed)))
    _by_marks(failed, innocent, told)
    _by_marks(failed, set(), told)
    return tuple(told.get(index, item.syntax) for index, item in enumerate(failed))


def likened(text: str, got: str) -> bool:
    """Whether what came of a text gives away a class."""
    return any(_equate(changes, text, got) for changes in _CHANGES.values())


def _by_what_came(failed: Sequence[Failed], told: dict[int, Syntax]) -> None:
    """Tell those of which the class is given away by what came of them: first the class that explains the most."""
    given = {
        name: [index for index, item in enumerate(failed) if item.equated and _equate(changes, *item.equated)]
        for name, changes in _CHANGES.items()
    }
    while True:
        name = max(given, key=lambda name: len([index for index in given[name] if index not in told]))
        rest = [index for index in given[name] if index not in told]
        if not rest:
            return
        told |= dict.fromkeys(rest, _BY_ID[name])


def _equate(changes: Sequence[Callable[[str], str]], text: str, got: str) -> bool:
    return any(change(got) in (text, change(text)) for change in changes)


def _by_script(failed: Sequence[Failed], passed: Collection[str], told: dict[int, Syntax]) -> None:
    """Tell them all when nothing that is not ASCII passed, and all that failed is such."""
    rest = [index for index in range(len(failed)) if index not in told]
    several = len({failed[index].syntax.id for index in rest}) > 1
    if several and all(map(str.isascii, passed)) and not any(failed[index].text.isascii() for index in rest):
        told |= dict.fromkeys(rest, _BY_ID["writing"])


def _by_marks(failed: Sequence[Failed], innocent: Collection[str], told: dict[int, Syntax]) -> None:
    """Tell those that are written with marks of one class, itself among those that failed: first the class that explains
    the most. Characters that are innocent are no marks."""
    tripped = [one for one in SYNTAXES if one.id in {item.syntax.id for item in failed}]
    while True:
        met: dict[str, list[int]] = {}
        for one in tripped:
            guilty = set(one.marks) - set(innocent)
            found = [index for index, item in enumerate(failed) if index not in told and guilty & set(_bare(item.text))]
            if len({failed[index].syntax.id for index in found}) > 1 and any(
                failed[index].syntax is one for index in found
            ):
                met[one.id] = found
        if not met:
            return
        name = max(met, key=lambda name: len(met[name]))
        told |= dict.fromkeys(met[name], _BY_ID[name])


def _bare(text: str) -> str:
    """What a text has beside the name in it."""
    return text.replace(NAME, "")


_BY_ID = {one.id: one for one in SYNTAXES}
