"""The languages of the reports: English is what the product says, gettext catalogues hold the rest.

Rules
- `say` is for the product's own words. Its argument is a literal, or a template of a table (sentences, words of a verdict,
  statements of the ledger); a test fails for each that a catalogue does not have.
- What a target, a user or another run says is a value in braces and stays as it is.
- `{count:s}` is the plural letter of an English noun: nothing when the count is one.
- Between a Chinese character and a value that begins or ends with a Latin letter, a digit or a quote stands a space; templates
  have none there.
- Context tells apart what reads alike or is a name in English: `operation` (title), `call` (an operation within a sentence: its id
  in English, its title in other languages), `place`, `part`, `noun`, `type`, `location`, `said`, `target`, `ruling`.
- A text keeps its template until it is shown, so that one page can hold both languages.
- A catalogue lies beside what it translates: `reports/locale` for the product, `services/*/locale` for what a service calls its
  operations and promises. The `.po` files are read at run time: that takes 30 ms once, compiled ones 1 ms and a step of the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from conformance.reports.visible import safe

__all__ = ["LANGUAGES", "Text", "catalogue", "say", "title"]

LANGUAGES = ("en", "zh")
_BRACES = re.compile(r"\{([a-z_]+)(:s)?\}")

_TOUCHING = re.compile(r"""[\u4e00-\u9fff][0-9A-Za-z'"\[{/<*$-]|[0-9A-Za-z'"\]}/>*…-][\u4e00-\u9fff]""")

Message = tuple[str | None, str]
"""What a catalogue is asked: the context (None: none) and the English text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in every language: a template, and the `values` that fill its braces.

    A value is escaped when the text becomes HTML, unless it is markup; a value that is a text is in the same language.
    `context` tells apart what reads alike in English (gettext's msgctxt).
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    context: str | None = None

    def plain(self, language: str) -> str:
        """The text for a terminal or an attribute, control characters written out."""
        return self._filled(safe(self._in(language)), language, lambda value: _plain(value, language))

    def html(self, language: str) -> Markup:
        """The text as HTML in one language."""
        template = str(escape(safe(self._in(language))))
        return Markup(self._filled(template, language, lambda value: _escaped(value, language)))

    def __html__(self) -> Markup:
        """The text as HTML in both languages; the page shows one of them."""
        english, chinese = self.html("en"), self.html("zh")
        if english == chinese:
            return english
        return Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(english, chinese)

    def _in(self, language: str) -> str:
        return catalogue(language).get((self.context, self.template), self.template)

    def _filled(self, template: str, language: str, shown: Callable[[Any], str]) -> str:
        """The template with its braces filled, never by `str.format`: a template that is read from a file must reach no attribute."""
        made, end, left = [], 0, ""  # left: the last character of a value, where one was just filled in
        for match in _BRACES.finditer(template):
            name, plural = match.groups()
            if name not in self.values:
                continue
            value, literal = self.values[name], template[end : match.start()]
            if literal:
                made += [_space(left, literal[:1]), literal]
            if plural:
                made.append("" if value == 1 else "s")
                left = ""
            else:
                bare = _plain(value, language)
                made += [_space(literal[-1:] or left, bare[:1]), shown(value)]
                left = bare[-1:]
            end = match.end()
        rest = template[end:]
        return "".join([*made, _space(left, rest[:1]), rest])


def _plain(value: object, language: str) -> str:
    if isinstance(value, Text):
        return value.plain(language)
    return safe(value.striptags() if isinstance(value, Markup) else str(value))


def _escaped(value: object, language: str) -> str:
    if isinstance(value, Text):
        return str(value.html(language))
    return str(escape(value if hasattr(value, "__html__") else safe(str(value))))


def _space(left: str, right: str) -> str:
    """What stands between two characters: a space between a Chinese one and one that begins or ends a Latin word or a value."""
    pair = f"{left}{right}"
    return " " if _TOUCHING.fullmatch(pair) else ""


@cache
def catalogue(language: str) -> Mapping[Message, str]:
    """Every message of the catalogues of a language, without the fuzzy ones and those that are not translated yet."""
    root = Path(str(resources.files("conformance")))
    found: dict[Message, str] = {}
    for path in sorted(chain(*(root.glob(f"{place}/locale/{language}/LC_MESSAGES/*.po") for place in _PLACES))):
        with path.open("rb") as file:
            for message in read_po(file, ignore_obsolete=True):
                if message.id and message.string and not message.fuzzy:
                    found[message.context, str(message.id)] = str(message.string)
    if language != LANGUAGES[0]:
        found |= {("call", name): text for (context, name), text in found.items() if context == "operation"}
    return found


_PLACES = ("reports", "services/*")


def say(template: str, /, **values: Any) -> Text:
    """Words of the product; braces in them are filled with the values."""
    return Text(template, values)


def title(operation: str) -> Text | None:
    """What the service calls its operation, None where no catalogue has a name for it."""
    known = ("operation", operation) in catalogue("en")
    return Text(operation, context="operation") if known else None
