"""The verdict as SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning and dashboards.

A rule is a requirement, a result is a group of findings, and its location is the line of the specs that the promise stands on.
Results that do not make the verdict red stay in the file and say so: `suppressions` for a waiver, `baselineState` for what the
baseline holds, level `note` for what is advisory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.model import requirement_id
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Verdict, Weight
from conformance.reports.presentation import Places, Presentation
from conformance.reports.sentences import message, said, stated
from conformance.reports.visible import clean
from conformance.reports.words import lines

__all__ = ["SCHEMA", "to_sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(shown: Presentation) -> dict[str, Any]:
    """The log, of one run. A requirement whose place in the specs is not known has a logical location only."""
    verdict = shown.verdict
    rules = [_rule(item) for item in verdict.requirements]
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
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The top of a checkout of the suite, where specs/ stands."}}
        },
        "invocations": [_invocation(verdict)],
        "results": [_result(group, index, shown, compared=compared) for group in verdict.findings],
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


def _rule(item: RequirementResult) -> dict[str, Any]:
    source = f"Document lines {lines(item.source)}"
    ruling = f", as ruling {item.ruling} decides" if item.ruling is not None else ""
    statement = stated(item.statement).plain("en")
    text = f"{statement}. {source}{ruling}; level {item.level}, authority {item.authority}."
    return {
        "id": item.id,
        "shortDescription": {"text": statement},
        "fullDescription": {"text": text},
        "help": {
            "text": text,
            "markdown": f"**{item.id}**: {statement}.\n\n{source}{ruling}. Level: {item.level}. Authority: {item.authority}.",
        },
        "defaultConfiguration": {"level": _LEVELS[str(item.level)] if item.authority != "upstream" else "note"},
        "properties": {"tags": ["conformance", str(item.authority), item.operation or requirement_id.area(item.id)]},
    }


_LEVELS = {"must": "error", "should": "warning", "may": "note"}


def _result(group: FindingGroup, index: Mapping[str, int], shown: Presentation, *, compared: bool) -> dict[str, Any]:
    places, command = shown.places, shown.commands.get(group.id)
    where = ", ".join(f"{place} x{count}" for place, count in group.places.items())
    again = {"confirmed": " Tried again and confirmed.", "intermittent": " Tried again: intermittent."}.get(
        group.confirmation, ""
    )
    text = f"{clean(message(group).plain('en'))} ({group.count} times: {clean(where)}; document lines {lines(group.source)}).{again}"
    result: dict[str, Any] = {
        "ruleId": group.requirement,
        "ruleIndex": index[group.requirement],
        "kind": "fail",
        "level": "note" if group.weight is Weight.ADVISORY else _LEVELS[str(group.level)],
        "message": {"text": text},
        "locations": [_location(group, places)],
        "partialFingerprints": {"findingId/v1": group.id},
        "occurrenceCount": group.count,
        "suppressions": [],
        "properties": {
            "weight": str(group.weight),
            "check": group.check,
            "authority": str(group.authority),
            "confirmation": group.confirmation,
            "documentLines": [list(pair) for pair in group.source],
            **({"curl": clean(command, 4000)} if command else {}),
        },
    }
    related = [_physical(place) for place in places.get(group.requirement, ())[1:]]
    if related:
        result["relatedLocations"] = [{**item, "id": number} for number, item in enumerate(related, start=1)]
    if group.weight is Weight.WAIVED:
        result["suppressions"].append(
            {"kind": "external", "status": "accepted", "justification": clean(group.waiver or "")}
        )
    if compared:
        result["baselineState"] = "unchanged" if group.known else "new"
    return result


def _location(group: FindingGroup, places: Places) -> dict[str, Any]:
    logical = [
        {"fullyQualifiedName": group.requirement, "kind": "requirement"},
        {"fullyQualifiedName": clean(group.operation), "kind": "operation"},
    ]
    first = places.get(group.requirement, ())[:1]
    return {**(_physical(first[0]) if first else {}), "logicalLocations": logical}


def _physical(place: tuple[str, int]) -> dict[str, Any]:
    uri, line = place
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": line}}
    }
