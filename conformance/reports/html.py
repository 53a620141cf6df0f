"""The verdict as one HTML file that opens from disk, needs nothing else and reaches no network.

Rules
- What is shown is worked out in `page`; the templates only lay it out.
- Whatever is not a literal of a template is escaped by the engine and freed of control characters.
- The content security policy names the hashes of the one script and the one style sheet; nothing else runs or is loaded.
- Without scripts everything is there and can be read; scripts search, filter, copy and switch language and theme.
- Both languages are in the page; `language` says which is shown first.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.model.contract import Authority, Lines
from conformance.model.verdict import Outcome, Severity
from conformance.reports import underway
from conformance.reports.language import LANGUAGES, Text, say, title
from conformance.reports.outcome_line import LEGEND
from conformance.reports.page import page_of
from conformance.reports.page.bodies import LONGEST_LINE, fitting
from conformance.reports.page.promises import BARS, COMMON, OTHER
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import said, spoken, stated
from conformance.reports.visible import safe, shortened
from conformance.reports.words import (
    AUTHORITIES,
    CONFIRMATIONS,
    ENVELOPES,
    HARMS,
    LEVELS,
    OUTCOMES,
    OVERALL,
    SEVERITIES,
    WAIVERS,
    WEIGHTS,
)

__all__ = ["to_html"]

FACTS = 20_000
"""Bytes of what the target says of itself that are shown."""
MOST_PROVOKED = 40

_TITLES = {COMMON: say("Common part"), OTHER: say("Outside the contract")}
"""Sections that are no operation; what an operation is called, its service says."""


def to_html(shown: Presentation) -> str:
    """The page. Raises ValueError for a language that is not in LANGUAGES."""
    language = shown.language
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    if not shown.verdict.run.ended:
        return underway.page(shown)
    style, script = _source("index.css"), _source("index.js")
    return (
        _environment(language)
        .get_template("index.html.j2")
        .render(
            page=page_of(shown),
            language=language,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    )


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        finalize=lambda value: safe(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "lines": _lines,
        "line": lambda text: shortened(str(text), LONGEST_LINE),
        "whole": _whole,
        "pretty": lambda value: fitting(json.dumps(value, indent=1, ensure_ascii=False), FACTS),
        "said": lambda value: said(shortened(value, LONGEST_LINE) if isinstance(value, str) else value),
        "stated": stated,
        "spoken": spoken,
        "number": lambda value: f"{value:.3g}" if value < 100 else f"{value:.0f}",
    }
    environment.filters |= filters
    environment.globals |= {
        "t": say,
        "attribute": lambda name, text: _attribute(name, text, language),
        "translated": lambda text: _translated(text, language),
        "title": lambda name: _TITLES.get(name) or title(name),
        "word": _WORDS.get,
        "of_bar": BARS.get,
        "of_target": lambda name: Text(name.replace("_", " "), context="target"),
        "legend": LEGEND,
        "outcomes": tuple(Outcome),
        "authorities": tuple(Authority),
        "severities": tuple(Severity),
        "most_provoked": MOST_PROVOKED,
    }
    return environment


# --- how it is written ----------------------------------------------------------------------------------------------

_WORDS: Mapping[str, Text] = {
    **OVERALL,
    **OUTCOMES,
    **WAIVERS,
    **ENVELOPES,
    **CONFIRMATIONS,
    **WEIGHTS,
    **AUTHORITIES,
    **LEVELS,
    **SEVERITIES,
    **HARMS,
}
"""What the words of a verdict's vocabularies are called; a word of two of them is called the same in both."""


def _source(name: str) -> str:
    return resources.files("conformance.reports").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """CSP 3: nothing but this style sheet, this script and the icon in the page itself; no sink takes text as markup."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _lines(source: Lines) -> Markup:
    """Ranges of lines, none of them broken over two lines of the page."""
    ranges = (str(first) if first == last else f"{first}–{last}" for first, last in source)
    return Markup(", ").join(Markup('<span class="range">{}</span>').format(item) for item in ranges)


_ADDRESS = re.compile(r"://|/[^/?& ]*[0-9a-f]{8}-")
"""What an address has and a media type has not."""
_STEP = re.compile(r"[^/?&]*[/?&]+|[^/?&]+")


def _whole(text: str) -> Markup:
    """Text of a protocol whose words (ids, media types, options) are kept whole; an address may be broken after `/`, `?` and `&`."""
    out: list[str] = []
    for word in re.findall(r"\s+|\S+", safe(text)):
        parts = _STEP.findall(word) if _ADDRESS.search(word) else (word,)
        out += [
            f'<span class="w">{escape(part)}</span>' if "-" in part or "/" in part else str(escape(part))
            for part in parts
        ]
    return Markup("".join(out))


def _attribute(name: str, text: Text, language: str) -> Markup:
    """An attribute that the language switch changes."""
    return Markup('{0}="{1}" data-l10n="{0}" data-en="{2}" data-zh="{3}"').format(
        name, text.plain(language), text.plain("en"), text.plain("zh")
    )


def _translated(text: Text, language: str) -> Markup:
    """The attributes of an element that holds text only (option, title), for the language switch to change."""
    return Markup('data-l10n="text" data-en="{}" data-zh="{}">{}').format(
        text.plain("en"), text.plain("zh"), text.plain(language)
    )
