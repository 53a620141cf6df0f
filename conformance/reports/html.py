"""The verdict as one HTML file that opens from disk, needs nothing else and reaches no network.

Rules
- Whatever is not a literal of the template is escaped by the engine and freed of control characters.
- The content security policy names the hashes of the one script and the one style sheet; nothing else runs or is loaded.
- Only the exemplars of the findings are embedded, cut to a share of a fixed budget, so that a page of a big run stays small.
- Both languages are in the page; `language` says which is shown first.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.model import requirement_id
from conformance.model.contract import Authority, Lines
from conformance.model.equivalence import VALID, Class, Standing
from conformance.model.message import Headers
from conformance.model.verdict import Outcome, RequirementResult, SentRow, Weight
from conformance.reports.charts import latencies, outcome_bars, status_bars
from conformance.reports.explanation import reasons
from conformance.reports.language import LANGUAGES, Text, say, title
from conformance.reports.outcome_line import headline
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import class_text, message, said, spoken, stated
from conformance.reports.verdict_json import body_json
from conformance.reports.visible import safe, shortened
from conformance.reports.words import AUTHORITIES, CONFIRMATIONS, ENVELOPES, LEVELS, OUTCOMES, OVERALL, WAIVERS, WEIGHTS

__all__ = ["to_html"]

BUDGET = 1_500_000
"""Bytes of bodies in the whole page; each body gets its share, between the two bounds below, and the headers another."""
LEAST, MOST = 400, 6000
LONGEST_LINE = 1000
"""Characters of a URL, a header's value or a message that are shown."""
MOST_PLACES = 40
FACTS = 40_000
"""Bytes of what the target says of itself that are shown."""
DEEPEST = 40
"""Levels of JSON that are indented; a body may be nested as deeply as it is long."""
COMMON, OTHER = "common", "other"

_TITLES = {COMMON: say("Common part"), OTHER: say("Outside the contract")}
"""Sections that are no operation; what an operation is called, its service says."""
_GROUPS = (
    (Weight.BINDING, say("Findings that count"), say("They make the outcome.")),
    (Weight.KNOWN, say("Known from the baseline"), say("The baseline holds them; they do not change the outcome.")),
    (Weight.WAIVED, say("Waived findings"), say("A waiver excuses them; they do not change the outcome.")),
    (
        Weight.ADVISORY,
        say("Advisory findings"),
        say("Against OpenStack's API or an optional promise; they do not change the outcome."),
    ),
)


def to_html(shown: Presentation) -> str:
    """The page. Raises ValueError for a language that is not in LANGUAGES."""
    verdict, language = shown.verdict, shown.language
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    environment = Environment(
        loader=PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        finalize=lambda value: safe(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    share = max(LEAST, min(MOST, BUDGET // max(1, 2 * len(verdict.findings))))
    filters: dict[str, Callable[..., object]] = {
        "lines": _lines,
        "line": lambda text: shortened(str(text), LONGEST_LINE),
        "breakable": _breakable,
        "fields": lambda headers: _fields(headers, share),
        "body": lambda body: _body(body, share),
        "pretty": lambda value: _fitting(json.dumps(value, indent=1, ensure_ascii=False), FACTS),
        "said": lambda value: said(shortened(value, LONGEST_LINE) if isinstance(value, str) else value),
        "stated": stated,
        "message": message,
        "spoken": spoken,
        "class_text": _class_text,
        "number": lambda value: f"{value:.3g}" if value < 100 else f"{value:.0f}",
    }
    environment.filters |= filters
    environment.globals |= {
        "t": say,
        "attribute": lambda name, text: _attribute(name, text, language),
        "translated": lambda text: _translated(text, language),
        "title": lambda name: _TITLES.get(name) or title(name),
        "word": _WORDS.get,
        "of_target": lambda name: Text(name.replace("_", " "), context="target"),
        "limits": {"places": MOST_PLACES, "curl": 2 * share, "provoked": 40},
    }
    style, script = _source("index.css"), _source("index.js")
    sections = _sections(verdict.requirements)
    order = [name for name, _ in sections]
    return environment.get_template("index.html.j2").render(
        verdict=verdict,
        headline=headline(verdict),
        scripts=shown.commands,
        language=language,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        sections=sections,
        reasons=reasons(verdict),
        groups=[
            (weight, head, words, found)
            for weight, head, words in _GROUPS
            if (found := [group for group in verdict.findings if group.weight is weight])
        ],
        statements={item.id: item for item in verdict.requirements},
        outcome_bars=outcome_bars(sections),
        status_bars=status_bars(verdict.exchanges, order),
        latencies=latencies(verdict.exchanges, order),
        sent=_sent(verdict.sent, order),
        outcomes=list(Outcome),
        authorities=list(Authority),
    )


# --- what the page is made of ---------------------------------------------------------------------------------------


def _sections(requirements: Iterable[RequirementResult]) -> list[tuple[str, list[RequirementResult]]]:
    """The common part, then the operations in the order of the document; what only upstream knows comes last."""
    first: dict[str, tuple[bool, int]] = {COMMON: (False, -1)}
    for item in requirements:
        name = item.operation
        # Other promises of an operation may stand in the common part or beside another operation.
        if name is not None and requirement_id.is_below(item.id, requirement_id.response(name)):
            place = (item.authority is Authority.UPSTREAM, _line(item))
            first[name] = min(place, first.get(name, place))
    last = (True, sys.maxsize)
    named = sorted(
        (first.get(name := item.operation or COMMON, last), name, _line(item), item.id, item) for item in requirements
    )
    return [(name, [entry[-1] for entry in entries]) for name, entries in groupby(named, key=lambda entry: entry[1])]


def _class_text(held: Class) -> Text:
    """The class as the head of a column; open ones say so."""
    if held == VALID:
        return say("valid")
    words = class_text(held)
    return say("open: {held}", held=words) if held.standing is Standing.OPEN else words


def _line(item: RequirementResult) -> int:
    return min((line for line, _ in item.source), default=0)


Cells = Mapping[Class, Mapping[int, int]]
"""Class -> status -> how often it came."""


def _sent(rows: Sequence[SentRow], order: Sequence[str]) -> list[tuple[str, list[Class], list[tuple[str, Cells]]]]:
    """(operation, classes, [(place, what came for each class)]), the plainly valid one first among the classes."""
    known = {name: index for index, name in enumerate(order)}
    tables: list[tuple[str, list[Class], list[tuple[str, Cells]]]] = []
    for name in sorted({row.operation for row in rows}, key=lambda name: (known.get(name, len(known)), name)):
        places: dict[str, dict[Class, Mapping[int, int]]] = {}
        for row in rows:
            if row.operation == name:
                places.setdefault(row.place, {})[row.held] = dict(sorted(row.statuses.items()))
        classes = sorted(
            {held for cells in places.values() for held in cells},
            key=lambda held: (held != VALID, _class_text(held).plain("en")),
        )
        tables.append((name, classes, [(place, places[place]) for place in sorted(places)]))
    return tables


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


def _breakable(name: str) -> Markup:
    """A name that may be broken over lines after a dot or an underscore, and nowhere else."""
    parts = re.split(r"(?<=[._])", safe(name))
    return Markup("<wbr>").join(escape(part) for part in parts if part)


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


def _fields(headers: Headers, longest: int) -> list[tuple[str, str]]:
    """The header fields that fit, then how many were left off."""
    shown: list[tuple[str, str]] = []
    for name, value in headers.items:
        longest -= len(name) + min(len(value), LONGEST_LINE)
        if longest < 0:
            return [*shown, ("…", f"{len(shown)}/{len(headers.items)}")]
        shown.append((name, value))
    return shown


def _body(body: bytes, longest: int) -> str:
    """A body for reading: JSON indented, bytes in base64, the end of a long one left off."""
    shown: dict[str, Any] = body_json(body)
    if "base64" in shown:
        text = str(shown["base64"])
        return f"{shown['size']} bytes, base64:\n{text[:longest]}" + ("…" if len(text) > longest else "")
    text = str(shown["text"])
    if not shown.get("cut"):
        with contextlib.suppress(ValueError, RecursionError):
            json.loads(text)
            text = _indented(text)
    fits = _fitting(text, longest)
    return fits if fits == text and not shown.get("cut") else f"{fits}\n… {shown['size']} bytes, see exchanges.har"


def _fitting(text: str, longest: int) -> str:
    """The beginning of the text that takes at most so many bytes in the page, where `<` takes four and most Chinese three."""
    left = longest
    for index, character in enumerate(text):
        left -= len(escape(safe(character)).encode("utf-8"))
        if left < 0:
            return text[:index]
    return text


def _indented(text: str) -> str:
    """JSON broken into lines, its tokens left as they were sent: a repeated key or `1.0` must not change by being shown."""
    out: list[str] = []
    depth, after = 0, ""
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', text):
        close = token in "]}"
        depth -= close
        if (close and after not in "[{") or (after and after in "[{," and not close):
            out.append("\n" + "  " * min(depth, DEEPEST))
        out.append(": " if token == ":" else token)
        depth += token in "[{"
        after = token
    return "".join(out)
