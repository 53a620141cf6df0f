"""What is said of a run: notes, and why something was not exercised."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    "no-answer": "no answer came: {said}",
    # reasons
    "in-case": "{reason} ({case})",
    "and": "{first}; {then}",
    "answer-without": "{operation} was answered with {status}, and with {got} for {place}, where a {due} is due",
    "no-check": "no check of this run reached it",
    "only-in-consequence": "it was only met where something else had gone wrong before",
    "not-in-smoke": "the profile smoke does not run the cases for it",
    "not-selected": "not selected ({selection})",
    "known-to-the-baseline": "known: the baseline holds it",
    "broken-beyond-the-regression-part": "kept where every run asks; broken by what the seed of this run drew beyond that",
    "nothing-shows": "nothing can be observed: the contract has no operation that shows a {resource}",
    # notes: what is in use
    "waivers-in-use": "waivers are in use: {count}, from {file}",
    "baseline-in-use": "a baseline is in use: {count} known finding{count:s}, from {file}",
    # notes: what limited the run
    "may-create-nothing": (
        "the credentials may not create anything ({operation} is answered with {status}), so little can be judged; give those of a "
        "user who may, on this platform perhaps an administrator"
    ),
    "does-not-answer": "{operation}, which the document does not have, does not answer; what needs it is not exercised",
    "could-not-start": "the run could not start: {said}",
    "not-judged": "the suite failed in judging",
    "interrupted": "the run was interrupted",
    "given-up": "given up after {cases} cases in a row that found no target: {said}",
    "suite-at-fault": "the suite is at fault in {case}: {error}: {said}",
    "confirming-ended": "trying cases again was ended after {seconds} s, in round {round} of {rounds}",
    "not-tried-again": (
        "{count} group{count:s} of findings not tried again: no case shows them, or {most} cases were enough"
    ),
    "asked-to-wait": "the platform limits its requests: it asked to wait {count} time{count:s}, {seconds} s in all",
    "quota-used-up": "a quota of the platform is used up: {operation} is answered with {status}, and so is the plainest create",
    # notes: what is left
    "cleanup-cut-short": "cleaning up was cut short: {said}",
    "left-behind": "{count} resource{count:s} left behind, to be deleted by the next start: {ids}",
    "earlier-run-cleaned": "an earlier run ({run}) had not cleaned up; what it had made is deleted now",
    "earlier-run-left": "an earlier run ({run}) had not cleaned up; {count} could not be deleted: {ids}",
    "earlier-run-left-of-second-project": (
        "an earlier run ({run}) had not cleaned up; {count} could not be deleted: {ids}; some belong to its second project: give "
        "--other-cloud once more"
    ),
    # notes: waivers
    "waiver-expired": "waiver of {waiver} ({owner}) expired on {day}; its findings count again",
    "waiver-expired-and-needless": "waiver of {waiver} ({owner}) expired on {day}; and nothing needs it: delete it",
    "waiver-expires": "waiver of {waiver} ({owner}) expires on {day}, in {days} day{days:s}",
    "waiver-unused": "waiver of {waiver} ({owner}) is unused: the run found nothing that it excuses; delete it",
    "fails-by-strict-waivers": ("the run fails by --strict-waivers: {count} waiver{count:s} unused or expired"),
}
"""Kind of phrase (an act, a reason, a note) -> template."""

WORDS: Mapping[str, str] = {}
"""Word of the vocabulary (terms `where`, `when`, `how`) -> text."""
