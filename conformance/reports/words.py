"""The closed vocabularies of a verdict in words: what became of things, what findings weigh, who promises how strongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.model.contract import Authority, Level
from conformance.model.verdict import Harm, Outcome, Overall, Severity, Weight
from conformance.reports.language import Text, say

__all__ = [
    "AUTHORITIES",
    "CONFIRMATIONS",
    "ENVELOPES",
    "HARMS",
    "LEVELS",
    "OUTCOMES",
    "OVERALL",
    "SEVERITIES",
    "WAIVERS",
    "WEIGHTS",
    "lines",
    "loud",
]

OUTCOMES: Mapping[str, Text] = {
    Outcome.PASSED: say("passed"),
    Outcome.FAILED: say("failed"),
    Outcome.WAIVED: say("waived"),
    Outcome.EXPLORED: say("explored"),
    Outcome.NOT_EXERCISED: say("not exercised"),
    Outcome.EXCLUDED: say("excluded"),
}
"""What became of a requirement."""
OVERALL: Mapping[str, Text] = {
    Overall.CONFORMANT: say("Conformant"),
    Overall.NON_CONFORMANT: say("Non-conformant"),
    Overall.INCONCLUSIVE: say("Inconclusive"),
}
"""What became of the run."""
_LOUD: Mapping[str, Text] = {
    Overall.CONFORMANT: say("CONFORMANT"),
    Overall.NON_CONFORMANT: say("NON-CONFORMANT"),
    Overall.INCONCLUSIVE: say("INCONCLUSIVE"),
}
WEIGHTS: Mapping[str, Text] = {
    Weight.BINDING: say("counts"),
    Weight.EXPLORED: say("explored"),
    Weight.WAIVED: say("waived"),
    Weight.KNOWN: say("known"),
    Weight.ADVISORY: say("advisory"),
}
"""What a finding means for the outcome."""
SEVERITIES: Mapping[str, Text] = {
    Severity.CRITICAL: say("critical"),
    Severity.MAJOR: say("major"),
    Severity.MINOR: say("minor"),
    Severity.ADVICE: say("advice"),
}
"""How bad a finding is."""
HARMS: Mapping[str, Text] = {
    Harm.DATA: say("lost or foreign data"),
    Harm.ISOLATION: say("isolation"),
    Harm.DISCLOSURE: say("secrets or foreign data given away"),
    Harm.SERVER_ERROR: say("server error"),
    Harm.RESULT: say("wrong result"),
    Harm.STATUS: say("wrong status"),
    Harm.INTERNALS: say("internals given away"),
    Harm.FORM: say("form of the answer"),
    Harm.LENIENT: say("leniency"),
}
"""What a deviation costs the user."""
CONFIRMATIONS: Mapping[str, Text] = {
    "single": say("not tried again"),
    "confirmed": say("confirmed"),
    "intermittent": say("intermittent"),
}
"""Whether a finding was there each time that it was tried."""
WAIVERS: Mapping[str, Text] = {
    "used": say("used"),
    "unused": say("unused"),
    "expired": say("expired"),
    "not exercised": say("not exercised"),
}
"""What became of a waiver."""
ENVELOPES: Mapping[str, Text] = {
    "kept": say("kept"),
    "broken": say("broken"),
    "not met": say("not met"),
    "none owed": say("none owed"),
}
"""What became of the error envelope of the answers with a code."""
AUTHORITIES: Mapping[str, Text] = {
    Authority.DOCUMENT: say("document"),
    Authority.RULING: say("ruling"),
    Authority.UPSTREAM: say("upstream"),
}
"""Who promises."""
LEVELS: Mapping[str, Text] = {Level.MUST: say("must"), Level.SHOULD: say("should"), Level.MAY: say("may")}
"""How strongly."""


def loud(overall: Overall) -> Text:
    """The outcome of the run in capital letters, as the last line of a terminal has it."""
    return _LOUD[overall]


def lines(source: Sequence[tuple[int, int]]) -> str:
    """Document lines for reading: `495, 522-601`."""
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in source)
