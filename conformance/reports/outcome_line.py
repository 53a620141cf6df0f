"""The outcome of a run in one line, the same in every report, and the legend of its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.model.verdict import Severity, Verdict, Weight
from conformance.reports.figures import figures
from conformance.reports.language import Text, say
from conformance.reports.words import OVERALL, SEVERITIES, loud

__all__ = ["LEGEND", "NO_CLOUD", "TARGET_LINE", "headline", "outcome_line", "scope"]

NO_CLOUD = say("the embedded reference, no cloud")
"""What a run was made against that named no cloud."""
TARGET_LINE = say("target    {what}", what=NO_CLOUD)
"""The first line of such a run."""

LEGEND: tuple[tuple[Text, Text], ...] = (
    (say("promise"), say("a requirement of the ledger, with its lines of the document; binding, advisory or excluded")),
    (say("binding"), say("the document, or a ruling where it contradicts itself, says that it must be kept")),
    (say("required"), say("binding, and covered by the profile of this run; what became of them adds up to it")),
    (
        say("advisory"),
        say("allowed or advised by the document, or said by OpenStack's API alone; counts only with --strict"),
    ),
    (say("excluded"), say("not checked, because no client can provoke it; each has its reason")),
)
"""Word -> what it means, in the order in which a reader needs them."""


def scope(verdict: Verdict) -> Text:
    """What the outcome is about: the profile with its share of the binding promises, and whether there was a cloud.

    `smoke: 129 of 143 binding promises required`.
    """
    run, count = verdict.run, figures(verdict.requirements)
    text = say(
        "{profile}: {required} of {binding} binding promises required",
        profile=run.profile if run.selection is None else f"{run.profile} -k {run.selection}",
        required=count.required,
        binding=count.binding,
    )
    return say("{scope}; {target}", scope=text, target=NO_CLOUD) if verdict.target.get("embedded") else text


def headline(verdict: Verdict) -> Text:
    """The outcome and what it is about: `Conformant (smoke: 129 of 143 binding promises required)`."""
    return say("{outcome} ({scope})", outcome=OVERALL[verdict.overall], scope=scope(verdict))


def outcome_line(verdict: Verdict) -> Text:
    """Everything that a reader of one line must know, the exit code last."""
    if not verdict.run.ended:
        return say(
            "{outcome} ({profile}): the run has not ended", outcome=loud(verdict.overall), profile=verdict.run.profile
        )
    count = figures(verdict.requirements)
    line = say(
        "{outcome} ({scope}): {kept} kept, {broken} broken, {missing} not exercised",
        outcome=loud(verdict.overall),
        scope=scope(verdict),
        kept=count.kept,
        broken=count.broken,
        missing=count.not_exercised,
    )
    for part in _besides(verdict):
        line = say("{line}{part}", line=line, part=part)
    return say("{line} (exit {code})", line=line, code=verdict.exit_code)


def _besides(verdict: Verdict) -> Iterator[Text]:
    """What the outcome hangs on besides the counts."""
    weights = Counter(group.weight for group in verdict.findings)
    count = figures(verdict.requirements)
    flaky = sum(group.binding and group.confirmation == "intermittent" for group in verdict.findings)
    useless = sum(item.state in {"unused", "expired"} for item in verdict.waivers)
    if count.explored:
        yield say(", {count} explored", count=count.explored)
    if weights[Weight.WAIVED]:
        yield say(", with {count} waived", count=count.waived)
    if verdict.run.strict and count.advisory_broken:
        yield say("; {count} advisory broken, counted by --strict", count=count.advisory_broken)
    if weights[Weight.KNOWN]:
        yield say("; {count} known finding{count:s} of the baseline", count=weights[Weight.KNOWN])
    binding = [group for group in verdict.findings if group.binding]
    unasked = sum(group.unasked for group in binding)
    if len(binding) > unasked and weights[Weight.KNOWN]:
        yield say("; {count} new finding{count:s}", count=len(binding) - unasked)
    if unasked:
        yield say("; {count} finding{count:s} that the baseline did not ask for", count=unasked)
    if weights[Weight.EXPLORED]:
        yield say(
            "; {count} explored finding{count:s} beyond the regression part, counted by --strict or the next baseline",
            count=weights[Weight.EXPLORED],
        )
    grave = [group for group in verdict.findings if group.grave_advice]
    if grave:
        yield say(
            "; {count} advisory finding{count:s} of what answers give away, at worst {severity}, counted by --strict",
            count=len(grave),
            severity=SEVERITIES[min((group.severity for group in grave), key=tuple(Severity).index)],
        )
    if flaky:
        yield say("; {count} finding{count:s} intermittent", count=flaky)
    if useless and verdict.run.strict_waivers:
        yield say("; fails by --strict-waivers: {count} waiver{count:s} unused or expired", count=useless)
