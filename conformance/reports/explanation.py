"""Why a run ended as it did, in plain words; the page shows it at the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.model.errors import Exit
from conformance.model.phrase import Phrase
from conformance.model.verdict import ErrorCodeRow, FindingGroup, Outcome, Overall, RequirementResult, Verdict, Weight
from conformance.reports.language import Text, say
from conformance.reports.sentences import said
from conformance.reports.words import ENVELOPES

__all__ = ["Reason", "cause_of", "envelope_of", "reasons"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, with the findings or the further sentences that bear it out."""

    text: Text
    findings: tuple[FindingGroup, ...] = ()
    details: tuple[Text, ...] = ()


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


def reasons(verdict: Verdict) -> tuple[Reason, ...]:
    """The reasons of the outcome, the weightiest first."""
    return tuple(_reasons(verdict))


def _reasons(verdict: Verdict) -> Iterator[Reason]:
    weights = Counter(group.weight for group in verdict.findings)
    counting = tuple(group for group in verdict.findings if group.binding)
    owed = [item for item in verdict.requirements if item.required]
    if verdict.exit_code == Exit.SUITE:
        yield Reason(say("The suite itself is at fault; the notes say where. Report it before relying on this run."))
    if counting:
        broken = len({name for group in counting for name in group.requirements})
        yield Reason(
            say(
                "{broken} promise{broken:s} broken, in {groups} group{groups:s} of findings that count.",
                broken=broken,
                groups=len(counting),
            ),
            counting,
        )
    missing = [item for item in owed if item.outcome is Outcome.NOT_EXERCISED]
    if not owed:
        yield Reason(say("Nothing that is required was run, so nothing can be said about the target."))
    elif missing:
        why = Counter(cause_of(item) for item in missing)
        yield Reason(
            say(
                "Not exercised: {missing} of {owed} required promises, so the run cannot call the target conformant.",
                missing=len(missing),
                owed=len(owed),
            ),
            details=tuple(
                say("{reason}: {count} promise{count:s}", reason=said(cause), count=count)
                for cause, count in why.most_common()
            ),
        )
    elif verdict.overall is Overall.CONFORMANT:
        yield Reason(
            say("All {owed} required promises were exercised, and none that counts is broken.", owed=len(owed))
        )
    if verdict.run.leftovers:
        yield Reason(
            say("{count} resource{count:s} of this run could not be deleted.", count=len(verdict.run.leftovers))
        )
    useless = sum(item.state in {"unused", "expired"} for item in verdict.waivers)
    if useless and verdict.run.strict_waivers:
        yield Reason(
            say(
                "{count} waiver{count:s} without use or expired, which fails the run by --strict-waivers.",
                count=useless,
            )
        )
    intermittent = sum(group.binding and group.confirmation == "intermittent" for group in verdict.findings)
    if intermittent:
        yield Reason(
            say(
                "Intermittent, not seen again when tried once more: {count} group{count:s} of findings, which count all the same.",
                count=intermittent,
            )
        )
    if weights[Weight.WAIVED]:
        yield Reason(say("Excused by waivers: {count} group{count:s} of findings.", count=weights[Weight.WAIVED]))
    if weights[Weight.KNOWN]:
        yield Reason(
            say(
                "Known from the baseline and not counted: {count} group{count:s} of findings.",
                count=weights[Weight.KNOWN],
            )
        )
    if weights[Weight.ADVISORY]:
        yield Reason(
            say("Advisory and not counted: {count} group{count:s} of findings.", count=weights[Weight.ADVISORY])
        )
