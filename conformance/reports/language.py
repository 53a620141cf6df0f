"""The languages of the reports: English is what the product says, a catalogue holds the Chinese for it.

Rules
- `say` is for the product's own words: its argument is a literal, and a test fails when the catalogue does not have it.
- `told` is for sentences that come with a verdict (statements, reasons, messages): the catalogue is asked, by whole text
  and then by pattern, and what it does not know stays as it is.
- `{count:s}` is the plural letter of an English noun: nothing when the count is one.
- A text knows both languages until it is shown, so that one page can hold both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from conformance.reports.visible import safe

__all__ = ["LANGUAGES", "Text", "catalogue", "say", "told"]

LANGUAGES = ("en", "zh")
LONGEST = 600
"""Characters of a sentence that is looked for among the patterns; a longer one is not the product's."""
DEEPEST = 3
"""How often a pattern's part is looked up in turn."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages. `zh` is None when the catalogue has no Chinese; `values` fill the braces.

    A value is escaped when the text becomes HTML, unless it is markup; a value that is a text is in the same language.
    """

    en: str
    zh: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def plain(self, language: str) -> str:
        """The text for a terminal or an attribute, control characters written out."""
        values = {
            key: value.plain(language) if isinstance(value, Text) else _harmless(value)
            for key, value in self.values.items()
        }
        return self._template(language).format(**values) if self.values else safe(self._template(language))

    def html(self, language: str) -> Markup:
        """The text as HTML in one language."""
        if not self.values:
            return Markup.escape(safe(self._template(language)))
        return Markup(self._template(language)).format(
            **{key: _shown(value, language) for key, value in self.values.items()}
        )

    def __html__(self) -> Markup:
        """The text as HTML in both languages; the page shows one of them."""
        english = self.html("en")
        if self.zh is None:
            return english
        chinese = self.html("zh")
        return (
            english
            if english == chinese
            else Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(english, chinese)
        )

    def _template(self, language: str) -> str:
        return self.zh if language == "zh" and self.zh is not None else self.en


def _shown(value: object, language: str) -> Any:
    if isinstance(value, Text):
        return value.html(language)
    return value if hasattr(value, "__html__") else _harmless(value)


class _Count(int):
    """A number in a sentence; as `{count:s}` it is the plural letter."""

    def __format__(self, form: str) -> str:
        return ("" if self == 1 else "s") if form == "s" else super().__format__(form)


def _harmless(value: object) -> _Count | str:
    return _Count(value) if isinstance(value, int) else safe(str(value))


@dataclass(frozen=True)
class Catalogue:
    """English -> Chinese: whole texts, and patterns such as `{member} is as documented`."""

    texts: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    def chinese(self, text: str, depth: int = DEEPEST) -> str | None:
        """The Chinese of a sentence, None when neither a text nor a pattern knows it."""
        if text in self.texts:
            return self.texts[text]
        if len(text) > LONGEST or not depth:
            return None
        for pattern, template in self.patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return template.format(
                    **{key: self.chinese(value, depth - 1) or value for key, value in match.groupdict().items()}
                )
        return None


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the product (locale/zh.json; schema: specs/schemas/locale.schema.json)."""
    raw = json.loads(resources.files("conformance.reports").joinpath("locale", "zh.json").read_text(encoding="utf-8"))
    return Catalogue(raw["texts"], tuple((_compiled(item["en"]), item["zh"]) for item in raw["patterns"]))


def _compiled(template: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(template)))


def _parts(template: str) -> Iterator[str]:
    """`{name}` matches anything, `{name:d}` a number, `{name:w}` one word."""
    for index, part in enumerate(re.split(r"\{([a-z_]+(?::[dw])?)\}", template)):
        if index % 2 == 0:
            yield re.escape(part)
            continue
        name, _, kind = part.partition(":")
        yield f"(?P<{name}>{ {'d': '[0-9]+', 'w': '[^ ]+'}.get(kind, '.+?') })"


def say(text: str, /, **values: Any) -> Text:
    """Words of the product; braces in them are filled with the values."""
    return Text(text, catalogue().texts.get(text), values)


def told(text: str) -> Text:
    """A sentence that came with a verdict."""
    return Text(text, catalogue().chinese(text))
