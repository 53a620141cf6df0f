"""Sentences: what a deviation, a phrase and a class of requests are called, made from the values and nowhere else.

Rules
- One template for each kind, in the module of who makes the value; what stands in braces is a member of the value, one of its terms, or what was seen.
- A template is the English text and the key under which the catalogue has the other languages.
- A kind without a template is shown by its name and its terms, so that a newer run can be read; a test fails for each of ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from conformance.model.contract import Statement
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.phrase import VOCABULARY, Phrase, Value
from conformance.model.verdict import FindingGroup
from conformance.reports.language import Text, say
from conformance.reports.sentences import cases, causes, checks, classes, compared, generated, replay, run, walks
from conformance.reports.sentences.classes import CLASSES
from conformance.reports.sentences.sides import SIDES
from conformance.reports.visible import shortened

__all__ = [
    "DEVIATIONS",
    "PHRASES",
    "WORDS",
    "class_text",
    "message",
    "request_text",
    "said",
    "sentence",
    "sides",
    "spoken",
    "stated",
]

LONGEST = 1000
"""Characters of a term that are shown; what a target said may be long."""
_SOURCES = (cases, causes, generated, walks, run, replay, compared)
DEVIATIONS: Mapping[str, str] = {**checks.DEVIATIONS, **{k: v for part in _SOURCES for k, v in part.DEVIATIONS.items()}}
"""Kind of deviation -> template."""
PHRASES: Mapping[str, str] = {**checks.PHRASES, **{k: v for part in _SOURCES for k, v in part.PHRASES.items()}}
"""Kind of phrase -> template."""
_NAMES = {"wanted": "type", "type": "type", "said": "said"}
"""Term whose value is a name or a saying in English, for which other languages have words -> context of the catalogue."""
WORDS: Mapping[str, str] = {k: v for part in (*_SOURCES, classes) for k, v in part.WORDS.items()}
"""Word of the vocabulary -> text."""


def sentence(deviation: Deviation) -> Text:
    """What a deviation is, in one sentence."""
    return _filled(DEVIATIONS.get(deviation.kind), deviation.kind, _values(deviation))


def sides(deviation: Deviation) -> tuple[Text, Text] | None:
    """What was due and what came; None for a kind that has no two sides, of which the promise and the sentence say it."""
    values = _values(deviation)
    if deviation.kind in SIDES:
        due, came = SIDES[deviation.kind]
    elif values.get("due") not in (None, "") and values.get("got") not in (None, ""):
        due, came = ("{place}: {due}", "{place}: {got}") if deviation.path or deviation.place else ("{due}", "{got}")
    else:
        return None
    return _filled(due, deviation.kind, values), _filled(came, deviation.kind, values)


def _values(deviation: Deviation) -> dict[str, Any]:
    """What the braces of a template may name: members of the deviation, its terms, and what was seen."""
    terms, seen = dict(deviation.terms), dict(deviation.seen)
    values: dict[str, Any] = {
        "operation": _call(deviation.operation),
        "status": deviation.status,
        "place": deviation.path or (Text(deviation.place, context="place") if deviation.place else say("the body")),
        "act": spoken(deviation.act) if deviation.act is not None else say("the request"),
        "request": request_text(deviation.request, str(terms["method"]) if "method" in terms else None),
        "cause": _cause(deviation.request, str(terms["method"]) if "method" in terms else None),
        "got_status": seen.get("status"),
    }
    return values | _shown(seen) | _shown(terms)


def message(group: FindingGroup) -> Text:
    """What a finding says. When the request that shows it is of another class than its deviation names, that is said too."""
    text = sentence(group.deviation)
    return say("{message} (another class of request fails as well)", message=text) if group.borrowed else text


def stated(statement: Statement) -> Text:
    """What a requirement promises."""
    values: dict[str, Any] = dict(statement.values)
    for name in values.keys() & {"location", "type"}:
        values[name] = Text(str(values[name]), context=name)
    return Text(statement.template, values)


def said(value: Phrase | str | None) -> Text:
    """A note or a reason: a phrase, a sentence of the errata (which a catalogue has whole), or the words of a person."""
    return spoken(value) if isinstance(value, Phrase) else Text(value or "")


def spoken(phrase: Phrase) -> Text:
    """What a phrase says."""
    return _filled(PHRASES.get(phrase.kind), phrase.kind, _shown(dict(phrase.terms)))


def request_text(parts: Sequence[Part], method: str | None = None) -> Text:
    """The class of a request in words; `method` is that of a request outside the contract."""
    if method is not None:
        return say("{method} outside the contract", method=method)
    if not parts:
        return say("a valid request")
    shown = [_part(part) for part in parts[:3]]
    text = shown[0]
    for more in shown[1:]:
        text = say("{first} and {second}", first=text, second=more)
    return say("{first} and {count} more", first=text, count=len(parts) - 3) if len(parts) > 3 else text


def _part(part: Part) -> Text:
    words = class_text(part.held)
    place = Text(part.place, context="part")
    if part.standing is Standing.VALID:
        return say("a valid request, {place} {held}", place=place, held=words)
    return say("{place} {held}", place=place, held=words)


def _cause(parts: Sequence[Part], method: str | None) -> Text:
    """The class of a request as a noun."""
    if (
        not parts
        or method is not None
        or any(part.standing is Standing.VALID and part.held.rule not in causes.NOUNS for part in parts)
    ):
        return request_text(parts, method)
    first, *others = (_noun(part) for part in parts[:3])
    for more in others:
        first = say("{first} and {second}", first=first, second=more)
    return say("{first} and {count} more", first=first, count=len(parts) - 3) if len(parts) > 3 else first


def _noun(part: Part) -> Text:
    place = say(causes.PLACES[part.place]) if part.place in causes.PLACES else part.place
    if part.held.rule in causes.NOUNS and not part.held.item:
        return say(causes.NOUNS[part.held.rule], place=place, **_shown(dict(part.held.terms)))
    return say("{place} that {held}", place=place, held=class_text(part.held))


def class_text(held: Class) -> Text:
    """An equivalence class in words; they read after the place."""
    if held.rule not in CLASSES:
        return Text(held.rule)
    text = say(CLASSES[held.rule], **_shown(dict(held.terms)))
    return say("has an item that {held}", held=text) if held.item else text


def _filled(template: str | None, kind: str, values: Mapping[str, Any]) -> Text:
    if template is None:
        shown = ", ".join(f"{name} {value}" for name, value in values.items() if value not in (None, ""))
        return Text("{kind} ({shown})", {"kind": kind, "shown": shown})
    fields = [name for _, name, _, _ in Formatter().parse(template) if name]
    return say(template, **{**dict.fromkeys(fields, "?"), **values})  # what a maker left out must not cost the report


def _shown(terms: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in terms.items()}


def _call(operation: str | None) -> Text | None:
    """An operation in a sentence: its id in English, what its service calls it in the other languages."""
    return None if operation is None else Text(operation, context="call")


def _either(name: str, values: tuple[Value, ...]) -> Text:
    """One of several: `null or string`."""
    first, *rest = (Text("{value}", {"value": _value(name, item)}) for item in values or ("",))
    for other in rest:
        first = say("{first} or {second}", first=first, second=other)
    return first


def _value(name: str, value: Value) -> Any:
    if isinstance(value, Phrase):
        return spoken(value)
    if isinstance(value, tuple):
        return _either(name, value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)  # as it stood in the body
    if not isinstance(value, str):
        return value
    if name in {"operation", "then"}:
        return _call(value)
    if name in _NAMES:
        first, *others = value.split(" or ") if name == "wanted" else [value]
        if others:
            return _either(name, (first, *others))
        return Text(shortened(value, LONGEST), context=_NAMES[name])
    return say(WORDS[value]) if name in VOCABULARY and value in WORDS else shortened(value, LONGEST)
