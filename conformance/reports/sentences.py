"""Sentences: what a deviation, a phrase and a class of requests are called, made from the values and nowhere else.

Rules
- One template for each kind; what stands in braces is a member of the value, one of its terms, or what was seen.
- A template is the English text and the key under which the catalogue has the other languages.
- A kind without a template is shown by its name and its terms, so that a newer run can be read; a test fails for each of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.phrase import VOCABULARY, Phrase, Value
from conformance.reports.language import Text, say

__all__ = ["ACTS", "CLASSES", "DEVIATIONS", "PHRASES", "WORDS", "class_text", "request_text", "sentence", "spoken"]

DEVIATIONS: Mapping[str, str] = {
    # status
    "no-http-status": "status {got} is no HTTP status",
    "server-error": "{operation} is answered with {status}: {request}",
    "undocumented-status": "status {status} is neither a documented success nor one of the documented codes: {request}",
    "another-success": "success is {status}, documented is {due}",
    "status": "{act} is answered with {status}, due is {due}",
    "accepted": "{act} is accepted with {got_status}, due is a refusal",
    "taken-without-a-token": "without a valid token the answer is {status}, not 401",
    # the envelope of a failure
    "no-envelope": "a failure carries {carries}, not the envelope",
    "optional-code": "{status} was met, and carries {carries}",
    "envelope-in-a-success": "a success carries the error envelope",
    "not-the-status": "{place} is {got}, the status is {due}",
    "another-phrase": "{place} is {got}, the documented phrase is {due}",
    # headers
    "no-request-id": "an answer has no request id, in headers or body",
    "repeated-request-id": "the request id is the same as that of exchange {exchange}",
    "another-charset": "Content-Type declares {got}",
    "not-utf-8": "byte {byte} is not UTF-8",
    "another-length": "Content-Length is {got}, the body has {due} bytes",
    "no-media-type": "{got_status} has a body and no Content-Type",
    "another-media-type": "Content-Type is {got}, documented is {due}",
    "not-its-media-type": "Content-Type is {got}, the body is not",
    "no-header": "the header {place} is missing or empty",
    # bodies
    "too-large": "the body is larger than {bytes} bytes",
    "unreadable": "the body is {reason}",
    "not-empty": "{got_status} announces or carries a body of {bytes} bytes",
    "missing": "{place} is missing",
    "empty": "{place} is empty",
    "type": "{place} is {is} instead of {wanted}: {got}",
    "format": "{place} is not a {wanted}: {got}",
    "breaks": "{place} breaks {keyword}: {got}",
    "differs": "{place} is {got}, due is {due}",
    "not-of-the-id": "{place} is {got}, of this id it is {due}",
    "another-resource": "{place} is {got}, documented is {due}",
    "another-id": "{place} is {got}, the request addressed {due}",
    "before": "{place} {got} is before {earlier} {due}",
    # the whole run
    "back-again": "{count} that a delete had taken away are there again",
}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    "empty-body": "an empty body",
    "html": "HTML",
    "plain-text": "plain text",
    "no-json": "{media_type} that is no JSON",
    "json-of-type": "JSON that is {type}",
    "flat-object": "a flat object",
    "other-object": "an object of another shape",
    "inner-of-type": "an object whose {member} is {type}",
    "envelope": "the envelope of an error",
    "not-utf-8": "not UTF-8: byte {byte}",
    "not-json": "not JSON: {said}, line {line} column {column}",
    "no-json-number": "not JSON: {token} is no JSON number (RFC 8259, 6)",
    "nested-too-deeply": "not JSON that can be read: nested too deeply",
    "number-too-long": "not JSON that can be read: {said}",
    "half-a-surrogate-pair": (
        "not JSON that can be read: half of a surrogate pair, which is no character (RFC 8259, 8.2)"
    ),
}
"""Kind of phrase -> template."""

ACTS: Mapping[str, str] = {}
"""Kind of act (what a case did) -> template."""

CLASSES: Mapping[str, str] = {"another-type": "is of another type than {wanted}"}
"""Rule of an equivalence class -> template; it reads after the place."""

WORDS: Mapping[str, str] = {}
"""Words of the vocabulary (terms `where`, `when`, `how`) -> text."""


def sentence(deviation: Deviation) -> Text:
    """What a deviation is, in one sentence."""
    terms, seen = dict(deviation.terms), dict(deviation.seen)
    if deviation.kind == "said":  # to go, when every case says it with a value
        return Text(str(seen.get("message", terms.get("failure", ""))))
    values: dict[str, Any] = {
        "operation": deviation.operation,
        "status": deviation.status,
        "place": deviation.path or deviation.place or say("the body"),
        "act": spoken(deviation.act) if deviation.act is not None else say("the request"),
        "request": request_text(deviation.request, str(terms["method"]) if "method" in terms else None),
        "got_status": seen.get("status"),
    }
    return _filled(DEVIATIONS.get(deviation.kind), deviation.kind, values | _shown(seen) | _shown(terms))


def spoken(phrase: Phrase) -> Text:
    """What a phrase says."""
    if phrase.kind == "said":  # to go, when every case says it with a value
        return Text(str(phrase.get("words")))
    return _filled({**PHRASES, **ACTS}.get(phrase.kind), phrase.kind, _shown(dict(phrase.terms)))


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
    if part.standing is Standing.VALID:
        return say("a valid request, {place} {held}", place=part.place, held=words)
    return say("{place} {held}", place=part.place, held=words)


def class_text(held: Class) -> Text:
    """An equivalence class in words; they read after the place."""
    if held.rule not in CLASSES:
        return Text(held.rule.removeprefix("valid: "))
    text = say(CLASSES[held.rule], **_shown(dict(held.terms)))
    return say("has an item that {held}", held=text) if held.item else text


def _filled(template: str | None, kind: str, values: Mapping[str, Any]) -> Text:
    if template is None:
        shown = ", ".join(f"{name} {value}" for name, value in values.items() if value not in {None, ""})
        return Text("{kind} ({shown})", None, {"kind": kind, "shown": shown})
    return say(template, **values)


def _shown(terms: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in terms.items()}


def _value(name: str, value: Value) -> Any:
    if isinstance(value, Phrase):
        return spoken(value)
    if isinstance(value, tuple):
        return " or ".join(map(str, value))
    return say(WORDS[value]) if name in VOCABULARY and isinstance(value, str) and value in WORDS else value
