"""A replay as JSON (schema: specs/schemas/replay.schema.json)."""

from __future__ import annotations

from typing import Any

from conformance.after.replay.reproduction import Replay, Replayed, State
from conformance.model.finding import Key
from conformance.reports.sentences import sentence, spoken

__all__ = ["reason_text", "replay_json"]

VERSION = "2.0"


def replay_json(replay: Replay) -> dict[str, Any]:
    """Plain data, in the order in which a person reads it."""
    return {
        "replay": VERSION,
        "run": replay.run,
        "contract": dict(replay.contract),
        "target": dict(replay.target),
        "exit_code": replay.exit_code,
        "requests": replay.requests,
        "summary": {str(state): replay.count(state) for state in State},
        "findings": [
            {
                "id": item.finding.id,
                "requirement": item.finding.requirement,
                "deviation": item.finding.deviation.to_json(),
                "operation": item.finding.operation,
                "recorded_status": item.finding.status,
                "state": str(item.state),
                "reason": reason_text(item),
                "now": _now(item.now),
                "by": item.by,
                "status": item.status,
            }
            for item in replay.results
        ],
        "notes": [spoken(note).plain("en") for note in replay.notes],
        "leftovers": list(replay.leftovers),
    }


def reason_text(item: Replayed, language: str = "en") -> str:
    """Why a finding has come to its state, in one line."""
    text = spoken(item.reason).plain(language)
    if item.now is None:
        return text
    requirement, deviation = item.now
    return f"{text}; {requirement}: {sentence(deviation).plain(language)}"


def _now(key: Key | None) -> dict[str, Any] | None:
    return None if key is None else {"requirement": key[0], "deviation": key[1].to_json()}
