"""Verdicts for the tests of reports: one of a real run against the reference, and parts that a target could have sent."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Place, SentRow, Verdict, WaiverResult
from conformance.run.options import Options

FAULTS = ("image.list.query.name.prefix", "error.404.html", "image.create.nan", "error.envelope.title.missing")
HOSTILE = "<script>window.hurt=1</script>\"'><img src=x onerror=window.hurt=1>&amp;{{7*7}}\x00\x1b[31m\u202eevil\u2066\u200b\u2028"


def recorded(directory: Path, profile: str = "smoke", *more: str) -> Verdict:
    """The verdict of a run against the reference with faults, written to the directory."""
    verdict, _ = conduct_run(
        Options(profile=profile, seed=1, embedded=reference_with(*FAULTS, *more)),
        directory,
        Console(file=io.StringIO()),
    )
    return verdict


def hostile_exchange(body: bytes = HOSTILE.encode()) -> Exchange:
    """An exchange in which every part that is not ours is hostile."""
    fields = Headers((("X-" + HOSTILE, HOSTILE), ("Content-Type", "application/json")))
    request = Request("GET", "http://cloud/v2/images?name=" + HOSTILE, fields, body, "image.list", HOSTILE)
    return Exchange(7, request, Response(400, HOSTILE, fields, body, 0.25, truncated=True), 0.0, HOSTILE)


def hostile(verdict: Verdict) -> Verdict:
    """The verdict with hostile text wherever a target, a document or a waiver may put some."""
    group = replace(
        verdict.findings[0],
        id="0123456789ab",
        deviation=Deviation("differs", place=HOSTILE, seen=(("got", HOSTILE), ("due", HOSTILE)), path=HOSTILE),
        places={Place(HOSTILE, 400): 3},
        exemplar=hostile_exchange(),
        case=HOSTILE,
        check=HOSTILE,
        waiver=None,
    )
    target = dict.fromkeys(verdict.target, HOSTILE) | {HOSTILE: HOSTILE}
    code = replace(
        verdict.error_codes[1], provoked=((HOSTILE, Phrase.of("no-such-kind", what=HOSTILE), 400),), phrase=HOSTILE
    )
    return replace(
        verdict,
        target=target,
        notes=(Phrase.of("no-answer", said=HOSTILE),),
        findings=(group, *verdict.findings),
        error_codes=(code, *verdict.error_codes[2:]),
        requirements=tuple(replace(item, reason=HOSTILE, checks={HOSTILE: 1}) for item in verdict.requirements),
        exchanges=(
            *verdict.exchanges,
            replace(hostile_exchange(), request=replace(hostile_exchange().request, operation=HOSTILE)),
        ),
        sent=(SentRow(HOSTILE, HOSTILE, Class.broken(HOSTILE, is_=HOSTILE), {400: 1}),),
        waivers=(
            WaiverResult(
                HOSTILE, HOSTILE, HOSTILE, "used", HOSTILE, 400, HOSTILE, "javascript:" + HOSTILE, HOSTILE, (group.id,)
            ),
        ),
        run=replace(verdict.run, command=HOSTILE, selection=HOSTILE, leftovers=(HOSTILE,)),
    )


def states(verdict: Verdict) -> Verdict:
    """The verdict with findings of each state, waivers of each kind, and rows of what was sent."""
    first, *rest = verdict.findings
    groups = [
        replace(first, id="a" * 12, confirmation="confirmed"),
        replace(first, id="b" * 12, confirmation="intermittent"),
        replace(first, id="c" * 12, binding=False, waiver="agreed with the vendor"),
        replace(first, id="d" * 12, binding=False, known=True),
        replace(first, id="e" * 12, binding=False),
    ]
    waivers = tuple(
        WaiverResult(
            first.requirement,
            "agreed with the vendor",
            "team",
            state,
            expires="2027-01-01",
            findings=("c" * 12,) if state == "used" else (),
        )
        for state in ("used", "unused", "expired")
    )
    sent = tuple(
        SentRow("image.create", place, held, statuses)
        for place in ("name", "min_disk", "body")
        for held, statuses in (
            (VALID, {201: 12}),
            (Class.broken("another-type", wanted="string"), {400: 5, 500: 1}),
            (Class.broken("another-type", wanted="integer"), {400: 2}),
        )
        if (place, held.terms) != ("body", (("wanted", "integer"),))
    )
    return replace(verdict, findings=(*groups, *rest), waivers=waivers, sent=sent)


def many(verdict: Verdict, groups: int, exchanges: int, body: bytes) -> Verdict:
    """A verdict of a big run: so many groups of findings with large bodies, so many exchanges."""
    first = next(item for item in verdict.findings if item.exemplar is not None)
    large = replace(hostile_exchange(body), number=1)
    findings: tuple[FindingGroup, ...] = tuple(
        replace(first, id=f"{index:012x}", exemplar=large) for index in range(groups)
    )
    return replace(
        verdict, findings=findings, exchanges=tuple(replace(large, number=index) for index in range(exchanges))
    )
