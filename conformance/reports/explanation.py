"""What a reader has to know of a verdict besides its findings: what to do next and whose that is, and what limits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.model.contract import Authority
from conformance.model.errors import Exit
from conformance.model.phrase import Phrase
from conformance.model.verdict import (
    ErrorCodeRow,
    FindingGroup,
    Harm,
    Outcome,
    Overall,
    RequirementResult,
    Verdict,
    Weight,
)
from conformance.reports.language import Text, say
from conformance.reports.sentences import said
from conformance.reports.words import ENVELOPES

__all__ = ["NextStep", "cause_of", "envelope_of", "limits", "next_steps"]

MOST_CAUSES = 4
"""Causes of promises that were not exercised that are a step each; the rest is one step together."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: whose it is (the cloud's, a ruling's, the environment's, the suite's) and what."""

    owner: Text
    text: Text


def cause_of(item: RequirementResult) -> Phrase | str:
    """Why it was not exercised, without the cases that found it out: cases that met the same obstacle are one cause."""
    return _cause(item.reason) if isinstance(item.reason, Phrase) else item.reason or ""


def _cause(reason: Phrase) -> Phrase:
    terms = {name: _cause(value) if isinstance(value, Phrase) else value for name, value in reason.terms}
    found = terms.get("reason")
    return found if reason.kind == "in-case" and isinstance(found, Phrase) else Phrase.of(reason.kind, **terms)


def envelope_of(row: ErrorCodeRow) -> Text:
    """What became of the envelope of the answers with a code, or why the code was not provoked."""
    if not row.met and not row.provoked:
        return said(row.reason)
    if row.broken:
        return say("broken in {broken} of {met}", broken=row.broken, met=row.met)
    return ENVELOPES[row.envelope]


def next_steps(verdict: Verdict) -> tuple[NextStep, ...]:
    """What to do next, the most pressing first; at least one step."""
    return tuple(_steps(verdict)) or (
        NextStep(say("Cloud"), say("Nothing to do: each promise that this run owes was kept.")),
    )


def _steps(verdict: Verdict) -> Iterator[NextStep]:
    binding = Counter(_ground(group) for group in verdict.findings if group.binding)
    missing = _missing(verdict)
    if verdict.exit_code == Exit.SUITE:
        yield NextStep(
            say("Suite"),
            say("The suite itself is at fault: report it with verdict.json, and do not rely on this run."),
        )
    if binding[Authority.DOCUMENT]:
        yield NextStep(
            say("Cloud"),
            say(
                "Mend what breaks the document, or what no server may do: {count} finding{count:s}. A waiver excuses what is agreed on ({command}).",
                count=binding[Authority.DOCUMENT],
                command="conformance waivers draft",
            ),
        )
    if binding[Authority.RULING]:
        yield NextStep(
            say("Ruling"),
            say(
                "Settle with the vendor what rests on a ruling of ours: {count} finding{count:s}, each with its reason.",
                count=binding[Authority.RULING],
            ),
        )
    if binding[Authority.UPSTREAM]:
        yield NextStep(
            say("Cloud"),
            say(
                "Mend what OpenStack's API has and --strict asks for: {count} finding{count:s}.",
                count=binding[Authority.UPSTREAM],
            ),
        )
    grave = sum(group.grave_advice for group in verdict.findings)
    if grave:
        yield NextStep(
            say("Cloud"),
            say(
                "Have answers give away less: {count} finding{count:s}. The document does not forbid it, so it does not count; an attacker reads it all the same. --strict counts it.",
                count=grave,
            ),
        )
    for cause, count in missing.most_common(MOST_CAUSES):
        yield NextStep(
            say("Environment"),
            say("Give the run what it lacked ({count} promise{count:s}): {reason}", count=count, reason=said(cause)),
        )
    if len(missing) > MOST_CAUSES:
        rest = sum(count for _, count in missing.most_common()[MOST_CAUSES:])
        yield NextStep(
            say("Environment"), say("Look at the promises that were not exercised: {count} more.", count=rest)
        )
    if not any(item.required for item in verdict.requirements):
        yield NextStep(say("Environment"), say("Run it again: nothing that is required was run."))
    if verdict.run.leftovers:
        yield NextStep(
            say("Environment"),
            say(
                "Remove what this run could not delete, {count} resource{count:s}; the next run tries it again.",
                count=len(verdict.run.leftovers),
            ),
        )
    if verdict.run.strict_waivers and _useless(verdict):
        yield NextStep(
            say("Environment"),
            say(
                "Drop what --strict-waivers fails by: {count} waiver{count:s} without use or expired.",
                count=_useless(verdict),
            ),
        )


def _ground(group: FindingGroup) -> Authority:
    """Who a finding rests on. That a server must not fail, lose data or show those of others needs no ruling to be
    agreed on."""
    plain = group.harm in {Harm.DATA, Harm.ISOLATION, Harm.SERVER_ERROR} and group.authority is Authority.RULING
    return Authority.DOCUMENT if plain else group.authority


def limits(verdict: Verdict) -> tuple[Text, ...]:
    """What the verdict does not say, or does not count."""
    return tuple(_limits(verdict))


def _limits(verdict: Verdict) -> Iterator[Text]:
    owed = sum(item.required for item in verdict.requirements)
    missing = sum(_missing(verdict).values())
    other = verdict.count(Outcome.NOT_EXERCISED, required=False)
    weights = Counter(group.weight for group in verdict.findings)
    intermittent = sum(group.binding and group.confirmation == "intermittent" for group in verdict.findings)
    for note in verdict.notes:
        yield said(note)
    if not owed:
        yield say("Nothing that is required was run, so nothing can be said about the target.")
    elif missing:
        yield say(
            "Not exercised: {missing} of {owed} required promises, so the run cannot call the target conformant.",
            missing=missing,
            owed=owed,
        )
    elif verdict.overall is Overall.CONFORMANT:
        yield say("All {owed} required promises were exercised, and none that counts is broken.", owed=owed)
    if other:
        yield say("Not exercised and not required: {count} promise{count:s}.", count=other)
    if intermittent:
        yield say(
            "Intermittent, not seen again when tried once more: {count} finding{count:s}, which count all the same.",
            count=intermittent,
        )
    if weights[Weight.EXPLORED]:
        yield say(
            "Explored by this seed alone and not counted: {count} finding{count:s}.", count=weights[Weight.EXPLORED]
        )
    if weights[Weight.WAIVED]:
        yield say("Excused by waivers: {count} finding{count:s}.", count=weights[Weight.WAIVED])
    if weights[Weight.KNOWN]:
        yield say("Known from the baseline and not counted: {count} finding{count:s}.", count=weights[Weight.KNOWN])
    if weights[Weight.ADVISORY]:
        yield say("Advisory and not counted: {count} finding{count:s}.", count=weights[Weight.ADVISORY])
    if verdict.count(Outcome.EXCLUDED):
        yield say(
            "No check is owed for {count} promise{count:s}, each with its reason.",
            count=verdict.count(Outcome.EXCLUDED),
        )


def _missing(verdict: Verdict) -> Counter[Phrase | str]:
    """Cause -> how many required promises were not exercised because of it."""
    return Counter(
        cause_of(item) for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED
    )


def _useless(verdict: Verdict) -> int:
    return sum(item.state in {"unused", "expired"} for item in verdict.waivers)
