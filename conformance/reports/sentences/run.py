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
    "pages-too-large": "the pages of a list do not end: {bytes} bytes so far, and a link of {link} characters to the next",
    "pages-do-not-end": "a list that selects a few resources still leads on after {pages} pages",
    "changed-by-others": "others changed the list whenever it was walked ({operation})",
    "two-answers": "{operation} answered the same request in two ways, so it is not known what is there",
    "late-or-lost": "what was deleted was still shown a moment later, and the run ended before it was asked again: it is not "
    "known whether that answer was late or the delete is lost",
    "by-chance": "no promise makes a target answer so; it is judged where it is met",
    "no-check": "no check of this run reached it",
    "only-in-consequence": "it was only met where something else had gone wrong before",
    "not-in-smoke": "the profile smoke does not run the cases for it",
    "not-selected": "not selected ({selection})",
    "read-only": "it takes a {method}, and with --read-only nothing is sent but GET",
    "may-create": "only where nothing may be created; other cases look at what they have made",
    "not-allowed": "{operation} can harm more than what a run makes, and is sent only with --allow {word}",
    "makes-for-good": "{operation} makes what nothing of the contract removes",
    "allow-names-nothing": "--allow {word} names nothing that is held back in this contract",
    "value-missing": "{operation} needs {name}, which nothing of the contract makes or lists: give it in a file with --values",
    "no-value-known": "no value is known that {operation} would have to take for {name}; one that is known to be there can be "
    "given in a file with --values",
    "no-room-for-a-mark": "{name} of {operation} is too short to be recognised by, and what cannot be recognised is not made",
    "nothing-there": "there is nothing to read",
    "known-to-the-baseline": "known: the baseline holds it",
    "broken-beyond-the-regression-part": "kept where every run asks; broken by what the seed of this run drew beyond that",
    "nothing-shows": "nothing can be observed: the contract has no operation that shows a {resource}",
    # notes: what is in use
    "waivers-in-use": "waivers are in use: {count}, from {file}",
    "baseline-in-use": "a baseline is in use: {count} known finding{count:s}, from {file}",
    "errata-stale": (
        "of the errata, {count} action{count:s} found nothing to change in the specs (first {target}); what was ruled there does not hold"
    ),
    # notes: what limited the run
    "may-create-nothing": (
        "the credentials may not create anything ({operation} is answered with {status}), so little can be judged; give those of a "
        "user who may, on this platform perhaps an administrator"
    ),
    "read-only-run": (
        "nothing was created, changed or deleted (--read-only): what is there was read, and what takes anything else is not "
        "exercised"
    ),
    "does-not-answer": "{operation}, which the document does not have, does not answer; what needs it is not exercised",
    "under-way": "the run is under way, or was killed before its end; nothing of it was judged",
    "report-missing": "{file} could not be written: {said}",
    "machine-failed": "the machine that the suite runs on failed it in {case}: {said}",
    "worker-killed": (
        "a worker was killed from outside ({signal}), as a machine does whose memory is used up; {option} needs the least"
    ),
    "could-not-start": "the run could not start: {said}",
    "not-judged": "the suite failed in judging",
    "interrupted": "the run was interrupted",
    "given-up": "given up after {cases} cases in a row that found no target: {said}",
    "time-over": "the time of the run ({time}) was over after {done} of {total} cases",
    "exploring-ended": (
        "the time of the run ({time}) was over in what it explores with its seed; all that decides the verdict had run"
    ),
    "time-for-judging": "of the time of the run some {seconds} s are for judging what it recorded, and for the reports",
    "budget-beyond-time": "--budget {budget} is more than the cases have of the time of the run ({time}), which ends them first",
    "suite-at-fault": "the suite is at fault in {case}: {error}: {said}",
    "confirming-ended": "trying cases again was ended after {seconds} s, in round {round} of {rounds}",
    "not-tried-again": (
        "{count} group{count:s} of findings not tried again: no case shows them, or {most} cases were enough"
    ),
    "asked-to-wait": "the platform limits its requests: it asked to wait {count} time{count:s}, {seconds} s in all",
    "slowed-down": (
        "the platform refused {count} request{count:s} for their rate alone; the run went on at {rate} requests a second at most"
    ),
    "rate-limited": "the cloud limits the rate of requests, and was waited for as long as a run waits",
    "not-available": "the service says that it is not available (503, Retry-After), and was waited for as long as a run waits",
    "does-not-work": "{operation} does not work: a plain call of it is answered with {status}, each time before the first case",
    "sent-again": (
        "{count} request{count:s} sent again because their connection broke; {cases} case{cases:s} ran again for it; that is no breach"
    ),
    "not-verified": "the certificates of the target were not verified, as was asked for: who answered is not known",
    "came-back": "the target could not be reached {count} time{count:s}, {seconds} s in all, and was waited for",
    "token-lost": "a token was refused that had been valid, and a new one was fetched: {count} time{count:s}",
    "lists-disturbed": (
        "others changed the list whenever it was walked in {count} order{count:s}: that its pages are whole was not judged there"
    ),
    "room-for": (
        "the quota of the project had room for {count} resource{count:s} of this run and no more; a run holds up to {most} at once"
    ),
    "quota-used-up": (
        "the quota of the project is used up: {operation} is answered with {status}, and so is the plainest create, also after what "
        "was ours was deleted"
    ),
    "quota-of-something": "a quota of the platform, which is no breach: {operation} is answered with {status}: {said}",
    "no-room": "the run ended before its last case: {said}",
    # notes: what is left
    "journal-unread": "{file}, among the journals of runs, cannot be read: {reason}; look at it, then delete it",
    "journal-denied": "it cannot be opened ({said})",
    "journal-no-head": "its first line does not say whose journal it is",
    "journal-newer": (
        "the journal of an earlier run ({run}) is of a newer version of the suite; what was understood is deleted, and {file} is kept"
    ),
    "journal-damaged": (
        "{count} line{count:s} of the journal of an earlier run ({run}) cannot be read; what could be read is deleted, and {file} "
        "is kept"
    ),
    "cleanup-cut-short": "cleaning up was cut short: {said}",
    "cleanup-left": "cleaning up was interrupted again and again, and left",
    "left-behind": "{count} resource{count:s} left behind, to be deleted by the next start or by conformance cleanup: {ids}",
    "misnamed": (
        "creates were answered with {count} id{count:s} of what they did not make: another resource has it, or nothing shows "
        "what was made there; nothing of that was changed or deleted: {ids}"
    ),
    "anothers-id": "{operation} is answered with the id of a resource that was there before",
    "anothers-resource": "a {method} would change what this run has not made, or was not seen to have made",
    "maybe-left": (
        "up to {count} resource{count:s} may be left behind, for they could not be looked for; their names begin with {prefix}"
    ),
    "maybe-unrecognised": (
        "up to {count} {resource} may be left behind that nobody can recognise: their creates held no name of this run, and no "
        "answer says what came of them; look for what was made at the time of the run"
    ),
    "maybe-made": (
        "up to {count} resource{count:s} may be left behind: nobody knows what came of a create, and no list shows it; "
        "the next start and conformance cleanup look for it again; their names begin with {prefix}"
    ),
    "earlier-run-cleaned": "an earlier run ({run}) had not cleaned up; what it had made is deleted now",
    "earlier-run-not-cleaned": (
        "an earlier run ({run}) had not cleaned up; with --read-only that is left as it is: run conformance cleanup"
    ),
    "earlier-run-nothing": "an earlier run ({run}) had not cleaned up; nothing that it had made is there",
    "earlier-run-unknown": (
        "an earlier run ({run}) had not cleaned up; up to {count} resource{count:s} of it may be left, for they could not be looked "
        "for; their names begin with {prefix}"
    ),
    "earlier-run-unseen": (
        "an earlier run ({run}) had not cleaned up; up to {count} resource{count:s} of it may be left: nobody knows what came of a "
        "create, and no list shows it; it is looked for again; their names begin with {prefix}"
    ),
    "earlier-run-left": "an earlier run ({run}) had not cleaned up; {count} could not be deleted: {ids}",
    "earlier-run-left-of-second-project": (
        "an earlier run ({run}) had not cleaned up; {count} could not be deleted: {ids}; some belong to its second project: give "
        "--other-cloud once more"
    ),
    # what conformance cleanup says
    "journal-of": "run {run} against {url}, project {project}: up to {count} resource{count:s} ({file})",
    "journal-under-way": "run {run} against {url} is under way; it cleans up after itself",
    "journal-elsewhere": "run {run} is of {url}, project {project}, which is not what we are logged in to; left as it is",
    "no-journal": "no run has left anything",
    "would-delete": "run {run} has left {count} resource{count:s}: {ids}",
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
