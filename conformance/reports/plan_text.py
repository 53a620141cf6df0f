"""The plan of a run for a terminal, in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model.plan import RunPlan
from conformance.reports.language import say

__all__ = ["plan_text"]

ROUND_TRIPS = (5, 50, 200)
"""Milliseconds that an answer takes: on the same machine, in the same country, around the world."""


def plan_text(plan: RunPlan, language: str) -> str:
    """The text, a line feed at its end."""
    return "\n".join(_lines(plan, language)) + "\n"


def _lines(plan: RunPlan, language: str) -> Iterator[str]:
    yield say(
        "plan of a run of profile {profile}, seed {seed}, as tried on the embedded reference; nothing was sent to a cloud",
        profile=plan.profile,
        seed=plan.seed,
    ).plain(language)
    width = max((len(name) for name in plan.requests), default=0)
    for name, count in plan.requests.items():
        yield f"  {name:{width}}  {count:>6}"
    yield say("requests: {count}", count=plan.total).plain(language)
    yield say("created and deleted again: {made}; there at once: {held} at most", made=plan.made, held=plan.held).plain(
        language
    )
    yield say("bytes of bodies: {sent} sent, {received} received", sent=plan.sent, received=plan.received).plain(
        language
    )
    for milliseconds in ROUND_TRIPS:
        seconds = round(plan.total * milliseconds / 1000)
        yield say(
            "time at {milliseconds} ms for each answer: {minutes} min {seconds} s",
            milliseconds=milliseconds,
            minutes=seconds // 60,
            seconds=seconds % 60,
        ).plain(language)
