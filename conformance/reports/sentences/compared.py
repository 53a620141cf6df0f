"""Why two runs cannot be compared, and what their comparison leaves open."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    "contracts-differ": "the contracts differ: {first} and {second}; `conformance specs diff` compares contracts",
    "profiles-differ": "the profiles differ: {first} and {second}; run both alike",
    "selections-differ": "the selections differ: {first} and {second}; run both alike",
    "strictness-differs": "one run is strict and the other is not; run both alike",
    "suite-was-at-fault": "in {where} the suite itself was at fault; run it again",
    "judged-nothing": "{where} judged nothing; run it again",
    "nothing-compared": "no promise was judged in both runs",
    "no-longer-judged": "required promises that the first run judged and the second did not: {count} ({names})",
    "broken-and-not-judged-before": "required promises that are broken and were not judged before: {count} ({names})",
    "found-by-what-was-not-sent-before": "findings that count and that the first run did not ask for: {count} ({names})",
    "same-run": "both are the same run",
    "seeds-differ": (
        "the seeds differ ({first} and {second}): what each drew beyond what every seed draws is told apart and is no change"
    ),
    "suites-differ": "the suites differ ({first} and {second}): a change may be the suite's",
    "no-facts": "{where} did not record what the target says about itself",
    # what stands at a place of an answer
    "absent-place": "absent",
    "there": "{how} there",
    "there-of-type": "{how} there, {types}",
    "of-type": "{types}",
    "in-answers": "in {count} of {of} answers",
    "values": "{values}",
    "second-run-incomplete": "required promises that the second run did not judge: {count}",
}
"""Kind of phrase -> template."""

WORDS: Mapping[str, str] = {
    "first-run": "the first run",
    "second-run": "the second run",
    "always": "always",
    "sometimes": "sometimes",
}
"""Word of the vocabulary -> text."""
