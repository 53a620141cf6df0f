"""The verdict as SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning and dashboards.

A rule is a requirement, a result is a group of findings, and its location is the line of the specs that the promise stands on:
the specs are laid beside the report, so that it can be opened in the repository of whoever runs the suite.

Rules
- Level and rank come from the severity of the finding, which stands beside them in its own word.
- Results that do not make the verdict red stay in the file and say so: `suppressions` for a waiver and for what the baseline
  holds, level `note` for what is explored or advisory.
- A fingerprint is the identity of a finding (promise and cause), so that the next run's is the same; `variants` are the
  identities that waivers and baselines go by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.model import requirement_id
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Severity, Verdict, Weight
from conformance.reports.presentation import Presentation
from conformance.reports.quotation import place_text, quote_text
from conformance.reports.sentences import message, said, stated
from conformance.reports.visible import clean
from conformance.reports.words import lines

__all__ = ["SCHEMA", "to_sarif"]

LEVELS = {Severity.CRITICAL: "error", Severity.MAJOR: "error", Severity.MINOR: "warning", Severity.ADVICE: "note"}
RANKS = {Severity.CRITICAL: 95.0, Severity.MAJOR: 70.0, Severity.MINOR: 40.0, Severity.ADVICE: 10.0}
"""Of 100, as SARIF ranks (3.27.25)."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(shown: Presentation) -> dict[str, Any]:
    """The log, of one run. A requirement whose place in the specs is not known has a logical location only."""
    verdict = shown.verdict
    rules = [_rule(item, verdict) for item in verdict.requirements]
    compared = any(group.known for group in verdict.findings)  # results name their state against a baseline all or none
    index = {item.id: number for number, item in enumerate(verdict.requirements)}
    run = {
        "tool": {
            "driver": {
                "name": "easystack-conformance",
                "semanticVersion": verdict.run.suite_version,
                "rules": rules,
                "notifications": [{"id": "run.limited"}, {"id": "requirement.not-exercised"}],
            }
        },
        "automationDetails": {
            "id": f"easystack-conformance/{verdict.contract['name']}/{verdict.run.profile}/{verdict.run.id}"
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {name: {"description": {"text": text}} for name, text in [_base(shown)]},
        "invocations": [_invocation(verdict)],
        "results": [_result(group, index, shown, compared=compared) for group in shown.findings],
        "properties": {
            "outcome": str(verdict.overall),
            "contract": dict(verdict.contract),
            "seed": verdict.run.seed,
            "profile": verdict.run.profile,
            "target": clean(str(verdict.target.get("url"))),
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(verdict: Verdict) -> dict[str, Any]:
    """Whether the tool could do its work, and what it could not judge; GitHub shows both beside the results."""
    missing = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
    notifications = [_notification("run.limited", "warning", said(note).plain("en")) for note in verdict.notes]
    notifications += [
        _notification(
            "requirement.not-exercised", "warning", f"{item.id}: {said(item.reason).plain('en') or 'not exercised'}"
        )
        for item in missing
    ]
    began = verdict.run.started_at
    invocation: dict[str, Any] = {
        "executionSuccessful": verdict.exit_code in {0, 1},
        "exitCode": verdict.exit_code,
        "startTimeUtc": began,
    }
    return {**invocation, "toolExecutionNotifications": notifications} if notifications else invocation


def _notification(kind: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": kind}, "level": level, "message": {"text": clean(text, 1000)}}


def _rule(item: RequirementResult, verdict: Verdict) -> dict[str, Any]:
    statement = stated(item.statement).plain("en")
    sentences = [statement, *_quoted(item, verdict)]
    level, authority = f"Level: {item.level}", f"authority: {item.authority}"
    return {
        "id": item.id,
        "name": item.id,
        "shortDescription": {"text": statement},
        "fullDescription": {"text": ". ".join([*sentences, f"{level}, {authority}."])},
        "help": {
            "text": "\n".join([f"{item.id}: {sentences[0]}", *sentences[1:], f"{level}, {authority}"]),
            "markdown": "\n\n".join([f"**{item.id}**: {sentences[0]}", *sentences[1:], f"{level}, {authority}"]),
        },
        "defaultConfiguration": {"level": _LEVELS[str(item.level)] if item.authority != "upstream" else "note"},
        "properties": {"tags": ["conformance", str(item.authority), item.operation or requirement_id.area(item.id)]},
    }


def _quoted(item: RequirementResult, verdict: Verdict) -> Iterator[str]:
    """Where the promise stands in the document, what that line names, and the ruling that it follows."""
    yield clean(f"Document: {place_text(item).plain('en')}")
    quote = quote_text(item.quote)
    if quote is not None:
        yield clean(f"It names: {quote.plain('en')}")
    if item.ruling is not None:
        ruling = verdict.rulings.get(item.ruling)
        yield clean(
            f"Ruling {item.ruling}: {ruling.text} ({ruling.reason})" if ruling else f"Ruling {item.ruling}", 1000
        )


_LEVELS = {"must": "error", "should": "warning", "may": "note"}


def _level(group: FindingGroup) -> str:
    """What does not count is a note; what answers give away is a warning, which viewers show without being asked."""
    if group.grave_advice:
        return "warning"
    return "note" if group.weight in {Weight.ADVISORY, Weight.EXPLORED} else LEVELS[group.severity]


def _result(group: FindingGroup, index: Mapping[str, int], shown: Presentation, *, compared: bool) -> dict[str, Any]:
    command = shown.commands.get(group.id)
    where = ", ".join(f"{place} x{count}" for place, count in group.places.items())
    again = {"confirmed": " Tried again and confirmed.", "intermittent": " Tried again: intermittent."}.get(
        group.confirmation, ""
    )
    text = f"{clean(message(group).plain('en'))} ({group.severity}; met {group.count} x: {clean(where)}; document line {lines(group.source)}).{again}"
    result: dict[str, Any] = {
        "ruleId": group.requirement,
        "ruleIndex": index[group.requirement],
        "kind": "fail",
        "level": _level(group),
        "rank": RANKS[group.severity],
        "message": {"text": text},
        "locations": [_location(group, shown)],
        "partialFingerprints": {"findingId/v1": group.id},
        "occurrenceCount": group.count,
        "suppressions": [],
        "properties": {
            "severity": str(group.severity),
            "harm": str(group.harm),
            "variants": [item.id for item in group.variants],
            "weight": str(group.weight),
            "check": group.check,
            "authority": str(group.authority),
            "confirmation": group.confirmation,
            "documentLines": [list(pair) for pair in group.source],
            **({"curl": clean(command, 4000)} if command else {}),
        },
    }
    related = [_physical(place, shown) for place in shown.places.get(group.requirement, ())[1:]]
    if related:
        result["relatedLocations"] = [{**item, "id": number} for number, item in enumerate(related, start=1)]
    if group.weight is Weight.WAIVED:
        result["suppressions"].append(
            {"kind": "external", "status": "accepted", "justification": clean(group.waiver or "")}
        )
    if group.weight is Weight.KNOWN:
        result["suppressions"].append(
            {"kind": "external", "status": "accepted", "justification": "the baseline holds it"}
        )
    if compared:
        result["baselineState"] = "unchanged" if group.known else "new"
    return result


def _location(group: FindingGroup, shown: Presentation) -> dict[str, Any]:
    logical = [
        {"fullyQualifiedName": group.requirement, "kind": "requirement"},
        {"fullyQualifiedName": clean(group.operation), "kind": "operation"},
    ]
    first = shown.places.get(group.requirement, ())[:1]
    return {**(_physical(first[0], shown) if first else {}), "logicalLocations": logical}


def _physical(place: tuple[str, int], shown: Presentation) -> dict[str, Any]:
    file, line = place
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"{shown.folder}{file}", "uriBaseId": _base(shown)[0]},
            "region": {"startLine": line},
        }
    }


def _base(shown: Presentation) -> tuple[str, str]:
    """What locations are relative to, and what that is: a pipeline starts the command at the top of its repository."""
    if shown.folder:
        return "%SRCROOT%", "The directory in which the command was started."
    return "REPORTS", "The folder of this file."
