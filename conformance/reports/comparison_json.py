"""A comparison as JSON (schema: specs/schemas/comparison.schema.json)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from conformance.after.compare.change import Comparison, FindingChange, Judged, RequirementChange
from conformance.after.compare.shapes import ShapeDrift
from conformance.reports.sentences import said, sentence, spoken, stated

__all__ = ["VERSION", "comparison_json"]

VERSION = "3.0"


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Plain data, in the order in which a person reads it."""
    return {
        "comparison": VERSION,
        "result": str(comparison.result),
        "exit_code": comparison.exit_code,
        "summary": {
            "regressions": comparison.regressions,
            "compared": comparison.compared,
            "same": comparison.same,
        },
        "reasons": [spoken(item).plain("en") for item in comparison.reasons],
        "notes": [spoken(item).plain("en") for item in comparison.notes],
        "before": asdict(comparison.before),
        "after": asdict(comparison.after),
        "requirements": [_requirement(item) for item in comparison.requirements],
        "findings": [_finding(item) for item in comparison.findings],
        "statuses": [_judged(item) for item in comparison.statuses],
        "shapes": [_judged(item) for item in comparison.shapes],
        "latency": [_judged(item) for item in comparison.latency],
        "facts": [asdict(item) for item in comparison.facts],
    }


def _requirement(item: RequirementChange) -> dict[str, Any]:
    shown = {"statement": stated(item.statement).plain("en"), "reason": said(item.reason).plain("en") or None}
    return {**_plain(asdict(replace(item, reason=None))), **shown}


def _finding(item: FindingChange) -> dict[str, Any]:
    places = {name: [str(place) for place in getattr(item, name)] for name in ("places", "appeared", "gone")}
    return {
        **_plain(asdict(item)),
        **places,
        "deviation": item.deviation.to_json(),
        "message": sentence(item.deviation).plain("en"),
    }


def _judged(item: Judged) -> dict[str, Any]:
    drift = _plain(asdict(item.drift))
    if isinstance(item.drift, ShapeDrift):
        said = {name: spoken(getattr(item.drift, name)).plain("en") for name in ("before", "after")}
        drift = {**drift, **said}
    return {"regression": item.regression, "requirement": item.requirement, "source": _plain(item.source), **drift}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else str(value) if isinstance(value, str) else value
