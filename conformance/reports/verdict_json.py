"""The verdict as JSON (schema: specs/schemas/verdict.schema.json)."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from conformance.model.contract import Resource
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Variant
from conformance.reports.figures import figures
from conformance.reports.outcome_line import outcome_line
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said, sentence, spoken, stated

__all__ = ["VERSION", "body_json", "to_json"]

VERSION = "3.0"
LONGEST = 16 * 1024
"""Bytes of a body that are shown; the rest is in the HAR file."""


def to_json(shown: Presentation) -> dict[str, Any]:
    """Plain data, in the order in which a person reads it. Beside each value that is a sentence in the reports stands the English one."""
    verdict = shown.verdict
    run, count = verdict.run, figures(verdict.requirements)
    return {
        "verdict": VERSION,
        "outcome": str(verdict.overall),
        "exit_code": verdict.exit_code,
        "line": outcome_line(verdict).plain("en"),
        "summary": {
            **{str(outcome): verdict.count(outcome) for outcome in Outcome},
            "promises": count.promises,
            "binding": count.binding,
            "advisory": count.advisory,
            "advisory_broken": count.advisory_broken,
            "required": count.required,
            "required_kept": count.kept,
            "required_broken": count.broken,
            "required_waived": count.waived,
            "required_explored": count.explored,
            "required_not_exercised": count.not_exercised,
            "findings": len(verdict.findings),
            "binding_findings": sum(group.binding for group in verdict.findings),
            "waived_findings": sum(group.waiver is not None for group in verdict.findings),
            "known_findings": sum(group.known for group in verdict.findings),
            "explored_findings": sum(group.explored for group in verdict.findings),
            "intermittent_findings": sum(group.confirmation == "intermittent" for group in verdict.findings),
        },
        "contract": dict(verdict.contract),
        "target": dict(verdict.target),
        "run": {
            "id": run.id,
            "seed": run.seed,
            "profile": run.profile,
            "started_at": run.started_at,
            "duration_s": run.duration,
            "requests": run.requests,
            "command": run.command,
            "suite_version": run.suite_version,
            "selection": run.selection,
            "strict": run.strict,
            "leftovers": list(run.leftovers),
            "cut_short": run.cut_short,
            "strict_waivers": run.strict_waivers,
            "sent_again": run.sent_again,
            "cases_again": run.cases_again,
            "most_held": run.most_held,
            "ended": run.ended,
        },
        "notes": [_said(note) for note in verdict.notes],
        "findings": [_finding(group, shown.commands.get(group.id)) for group in verdict.findings],
        "error_codes": [
            {
                "code": row.code,
                "phrase": row.phrase,
                "line": row.line,
                "outcome": str(row.outcome),
                "met": row.met,
                "envelope": row.envelope,
                "broken": row.broken,
                "provoked": [
                    {"operation": operation, "act": act.to_json(), "request": spoken(act).plain("en"), "status": status}
                    for operation, act, status in row.provoked
                ],
                "reason": _said(row.reason),
            }
            for row in verdict.error_codes
        ],
        "sent": [
            {
                "operation": row.operation,
                "place": row.place,
                "class": row.held.to_json(),
                "statuses": {str(status): count for status, count in sorted(row.statuses.items())},
            }
            for row in verdict.sent
        ],
        "resources": [_resource(item) for item in verdict.resources],
        "removal": asdict(verdict.removal) if verdict.removal is not None else None,
        "exploring": [[item.start, item.stop - 1] for item in verdict.exploring],
        "rulings": [
            {**asdict(item), "source": [list(pair) for pair in item.source]}
            for _, item in sorted(verdict.rulings.items())
        ],
        "waivers": [
            {**asdict(item), "findings": list(item.findings), "named": list(item.named)} for item in verdict.waivers
        ],
        "requirements": [_requirement(item) for item in verdict.requirements],
    }


def _said(value: Phrase | str | None) -> Any:
    """A note or a reason: a phrase with its English sentence; what the errata or a person say as it is."""
    return {**value.to_json(), "text": said(value).plain("en")} if isinstance(value, Phrase) else value


def _resource(item: Resource) -> dict[str, Any]:
    return {**asdict(item), "extra": {path: list(names) for path, names in item.extra.items()}}


def _requirement(item: RequirementResult) -> dict[str, Any]:
    return {
        "id": item.id,
        "statement": stated(item.statement).plain("en"),
        "template": item.statement.template,
        "values": dict(item.statement.values),
        "level": str(item.level),
        "authority": str(item.authority),
        "ruling": item.ruling,
        "source": [list(pair) for pair in item.source],
        "operation": item.operation,
        "required": item.required,
        "outcome": str(item.outcome),
        "checks": dict(item.checks),
        "reason": _said(item.reason),
        "quote": asdict(item.quote),
    }


def _finding(group: FindingGroup, command: str | None) -> dict[str, Any]:
    return {
        "id": group.id,
        "requirement": group.requirement,
        "check": group.check,
        "authority": str(group.authority),
        "level": str(group.level),
        "binding": group.binding,
        "source": [list(pair) for pair in group.source],
        "operation": group.operation,
        "status": group.status,
        "deviation": group.deviation.to_json(),
        "message": message(group).plain("en"),
        "path": group.deviation.path,
        "count": group.count,
        "places": _places(group),
        "borrowed": group.borrowed,
        "case": group.case,
        "confirmation": group.confirmation,
        "waiver": group.waiver,
        "known": group.known,
        "explored": group.explored,
        "unasked": group.unasked,
        "harm": str(group.harm),
        "severity": str(group.severity),
        "variants": [
            {
                "id": item.id,
                "requirement": item.requirement,
                "deviation": item.deviation.to_json(),
                "message": sentence(item.deviation).plain("en"),
                "places": _places(item),
                "exchange": item.exchange,
            }
            for item in group.variants
        ],
        "consequences": [
            {"requirement": item.requirement, "deviation": item.deviation.to_json(), "count": item.count}
            for item in group.consequences
        ],
        "neighbour": group.neighbour,
        "related": list(group.related),
        "exemplar": _exchange(group.exemplar) if group.exemplar is not None else None,
        "curl": command,
    }


def _places(item: FindingGroup | Variant) -> list[dict[str, Any]]:
    return [
        {
            "operation": place.operation,
            "status": None if place.status < 0 else place.status,
            "count": count,
            "checks": list(item.checks.get(place, ())),
        }
        for place, count in item.places.items()
    ]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "number": exchange.number,
        "case": exchange.case,
        "actor": request.actor,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _headers(request.headers),
            "body": _body(request),
        },
        "response": {
            "status": response.status,
            "reason": response.reason,
            "headers": _headers(response.headers),
            "body": _body(response),
            "elapsed_s": round(response.elapsed, 6),
            "truncated": response.truncated,
        },
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers.items]


def _body(message: Request | Response) -> dict[str, Any]:
    """What is shown of a body; the SHA-256 of one that was too large to be kept."""
    shown = body_json(message.body, message.size - len(message.body))
    return {**shown, "sha256": message.sha256} if message.sha256 else shown


def body_json(body: bytes, left_out: int = 0) -> dict[str, Any]:
    """`{"size": n, "text": ...}` for UTF-8, `{"size": n, "base64": ...}` for the rest, `cut` when it is longer than shown."""
    shown = body[:LONGEST]
    size = len(body) + left_out
    cut = {"cut": True} if size > len(shown) else {}
    try:
        # A cut may fall into a character; up to three bytes of it are left out.
        text = shown.decode("utf-8", "strict" if not cut else "ignore")
    except UnicodeDecodeError:
        return {"size": size, "base64": base64.b64encode(shown).decode(), **cut}
    if cut and "\ufffd" in body[:LONGEST].decode("utf-8", "replace")[:-3]:
        return {"size": size, "base64": base64.b64encode(shown).decode(), **cut}
    return {"size": size, "text": text, **cut}
