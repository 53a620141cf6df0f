"""What a finding is held against: what was due and what came, the line of the document, and the ruling on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.model.contract import Quote
from conformance.model.verdict import FindingGroup, RequirementResult, Verdict
from conformance.reports.language import Text, say
from conformance.reports.sentences import message, sides, stated
from conformance.reports.words import lines

__all__ = ["HEADINGS", "PLACES", "VERBS", "Quotation", "place_text", "quotation", "quote_text"]

VERBS: Mapping[str, Text] = {
    "list": say("list {noun}"),
    "create": say("create {noun}"),
    "replace": say("replace {noun}"),
    "patch": say("patch {noun}"),
    "clear": say("clear {noun}"),
    "head": say("head {noun}"),
    "show": say("show {noun}"),
    "act": say("act on {noun}"),
    "delete": say("delete {noun}"),
    "download": say("download {noun}"),
    "upload": say("upload {noun}"),
}
"""The first word of the heading of an operation -> the heading."""
HEADINGS: Mapping[str, Text] = {
    # parts of an operation
    "introduction": say("introduction"),
    "preconditions": say("preconditions"),
    "uri": say("address"),
    "request": say("request"),
    "request example": say("example of the request"),
    "response": say("response"),
    "response example": say("example of the response"),
    "success": say("success codes"),
    "errors": say("error codes"),
    "notes": say("notes"),
    # the common part
    "request structure": say("structure of a request"),
    "structure example": say("example of a request"),
    "protocol": say("protocol"),
    "service url": say("address of the service"),
    "methods": say("methods"),
    "encoding": say("encoding"),
    "common parameters": say("common parameters"),
    "common request parameters": say("common request parameters"),
    "common response parameters": say("common response parameters"),
    "signature": say("authentication"),
    "result": say("results"),
    "success result": say("success"),
    "failure result": say("failure"),
    "error codes": say("common error codes"),
}
"""Heading or part of a quote -> its words. A part of the document has these names, whatever the document calls it."""
PLACES: Mapping[str, Text] = {
    "path": say("in the path"),
    "query": say("in the query"),
    "header": say("in a header"),
    "body": say("in the request's body"),
    "answer": say("in the answer"),
    "example": say("in an example"),
}
"""Where the name of a quote stands."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a finding is held against, in every language.

    `due` and `came` are the two sides; `quote` are names and values of the line, None where it has none; `place` says
    where it stands; `ruling` and `reason` are what was decided and why, None without a ruling.
    """

    due: Text
    came: Text
    place: Text
    quote: Text | None = None
    ruling: Text | None = None
    reason: Text | None = None


def quotation(group: FindingGroup, verdict: Verdict) -> Quotation:
    """What this finding is held against. A verdict that does not know its requirement still has both sides."""
    requirement = next((item for item in verdict.requirements if item.id == group.requirement), None)
    both = sides(group.deviation)
    if both is None:
        promise = stated(requirement.statement) if requirement is not None else Text(group.requirement)
        both = promise, message(group)
    ruled = verdict.rulings.get(requirement.ruling) if requirement is not None and requirement.ruling else None
    return Quotation(
        due=both[0],
        came=both[1],
        place=place_text(requirement) if requirement is not None else say("line {lines}", lines=lines(group.source)),
        quote=quote_text(requirement.quote) if requirement is not None else None,
        ruling=say("Ruling {number}: {text}", number=ruled.number, text=Text(ruled.text, context="ruling"))
        if ruled
        else None,
        reason=Text(ruled.reason, context="ruling") if ruled and ruled.reason else None,
    )


def quote_text(quote: Quote) -> Text | None:
    """The names and values of the line: `limit, integer, not required, in the query`. None where the line has none."""
    return _joined(_names(quote.names))


def place_text(requirement: RequirementResult) -> Text:
    """Where a promise stands in the document: `1.3, list servers, request, line 505, page 12`."""
    quote = requirement.quote
    found = [
        Text(quote.section) if quote.section else None,
        _heading(quote.heading),
        _heading(quote.part),
        say("line {lines}", lines=lines(requirement.source)),
        say("page {page}", page=quote.page) if quote.page is not None else None,
    ]
    return _joined(item for item in found if item is not None) or Text("")


def _heading(words: str) -> Text | None:
    if not words or words in HEADINGS:
        return HEADINGS.get(words)
    verb, _, noun = words.partition(" ")
    if verb not in VERBS:
        return Text("{words}", {"words": words})
    return Text(VERBS[verb].template, {"noun": Text(noun, context="noun")})


def _names(names: Mapping[str, str]) -> Iterator[Text]:
    if "method" in names:
        yield Text("{method} {path}", {"method": names["method"], "path": names.get("path", "")})
    if "code" in names:
        phrase = names.get("phrase")
        yield Text("{code} {phrase}", {"code": names["code"], "phrase": phrase}) if phrase else Text(names["code"])
    for key in ("name", "type", "names", "value"):
        if key in names:
            yield Text("{value}", {"value": names[key]})
    if "required" in names:
        yield say("required") if names["required"] == "true" else say("not required")
    if names.get("in") in PLACES:
        yield PLACES[names["in"]]


def _joined(texts: Iterable[Text]) -> Text | None:
    result: Text | None = None
    for text in texts:
        result = text if result is None else say("{first}, {second}", first=result, second=text)
    return result
