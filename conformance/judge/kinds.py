"""Kinds of deviations that say the same thing in several ways."""

from __future__ import annotations

from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.phrase import Value

__all__ = [
    "BACK_AGAIN",
    "BEYOND",
    "BROKEN_LATER",
    "CHOSEN_BY_THE_SERVER",
    "FACTS_OF_DATA",
    "GIVES_AWAY",
    "IN_PAGES",
    "NO_ANSWER",
    "ODD",
    "OF_ANOTHER_PROJECT",
    "OTHER_DATA",
    "PERHAPS_OTHER_DATA",
    "REFUSALS",
    "REFUSED_ALL_THE_SAME",
    "SERVER_ERRORS",
    "SYNTAX",
    "TAKEN",
    "TWO_ANSWERS",
    "WITHOUT_A_TOKEN",
    "WRONG_PARTS",
    "code_instead",
    "speaks_for_itself",
]

SERVER_ERRORS = frozenset({"server-error", "breaks-later", "breaks-for-all"})
"""Kinds of findings that an answer is a 5xx."""
TAKEN = frozenset({"forbidden-accepted", "accepted", "lenient"})
"""Kinds of findings about a request that was taken, and was due a refusal or is another spelling."""
TWO_ANSWERS = "answered-in-two-ways"
"""The kind of a finding that one request had two answers between which nothing was written."""
ODD = "odd"
"""The rule of the class of whatever is not plain at a place."""
BACK_AGAIN = frozenset({"back-again"})
"""Kinds of findings that an answer shows what was deleted."""
BROKEN_LATER = frozenset({"breaks-later", "breaks-for-all"})
"""Kinds of findings that an earlier request breaks what comes after it; the latter where others meet it."""
CHOSEN_BY_THE_SERVER = {
    "no-envelope": "carries",
    "optional-code": "carries",
    "another-media-type": "got",
    "not-its-media-type": "got",
}
"""Kind -> the term that says which form the server chose."""
GIVES_AWAY = frozenset({"gives-away", "gives-away-secret", "gives-away-of-another"})
"""Kinds of findings that an answer gives something away: what, and in which part of which answers."""
REFUSED_ALL_THE_SAME = {
    "made-by-a-refused-request": "refused-and-made",
    "changed-by-a-refused-request": "refused-and-changed",
}
"""Kind of what a refused request did all the same -> the kind that titles all of it."""
REFUSALS = frozenset({"status", "allowed-refused"})
"""Kinds of findings that a request, which the contract allows, was refused."""
BEYOND = frozenset({"another-changed", "another-lost-its-data", "another-projects-changed"})
"""Kinds of findings that a request reached beyond the resource that it addressed."""
LISTED, REACHED = "listed-to-another-project", "reached-by-another-project"
OF_ANOTHER_PROJECT = frozenset({LISTED, REACHED})
"""Kinds of findings that another project saw or did what it may not."""
GIVEN_AWAY = frozenset({"gives-away-secret", "gives-away-of-another", LISTED})
"""Kinds of findings that an answer holds what its caller may not see."""
NO_ANSWER = frozenset({"answer-again", "valid-token-refused", "another-coding"})
"""Kinds of findings that an answer is none to what was asked: another request's, one for who has no token, or in a coding
that nobody asked for."""
IN_PAGES = {
    "lost-in-pages": "pages",
    "twice-in-pages": "pages",
    "lost-while-changing": "changing",
    "twice-while-changing": "changing",
}
"""Kind of what the pages of a list lose or repeat -> what is one cause: how pages go on, by whatever they are ordered."""
SYNTAX = {
    "syntax-refused": "refuses-syntax",
    "syntax-altered": "alters-syntax",
    "syntax-misread": "misreads-syntax",
    "syntax-unlisted": "loses-syntax",
    "syntax-breaks": "breaks-on-syntax",
}
"""Kind of what becomes of a text that is syntax somewhere -> the kind that titles all of it."""
WITHOUT_A_TOKEN = frozenset({"taken-without-a-token", "opened", "changed-without-a-token"})
"""Kinds of findings that a call was answered without a valid token."""


OTHER_DATA = frozenset({"other-data", "other-data-after"})
"""Kinds of findings that data came back otherwise than it was given."""
PERHAPS_OTHER_DATA = frozenset({"data-of-another", "data-changed-by-a-change", "data-of-nothing"})
"""Kinds of findings that data came back otherwise, for a reason that holds where data comes back right elsewhere."""
FACTS_OF_DATA = frozenset({"not-the-length-of-the-data", "no-hash-of-the-data", "no-hash-of-the-data-where"})
"""Kinds of findings about what is told of data."""
WRONG_PARTS = frozenset({"other-part", "another-part", "no-part-told", "part-refused"})
"""Kinds of findings about a part of data that was asked for."""


def code_instead(finding: Finding) -> tuple[int, Value] | None:
    """The code of a refusal that is not the one that is due, and that one; None when it is no such finding."""
    deviation, status = finding.deviation, finding.deviation.status
    if status is None or status < 400:
        return None
    if deviation.kind == "taken-without-a-token":
        return status, (401,)
    due = dict(deviation.terms).get("due")
    refusal = isinstance(due, tuple) and all(isinstance(code, int) and code >= 400 for code in due)
    return (status, due) if deviation.kind == "status" and refusal else None


def speaks_for_itself(deviation: Deviation) -> bool:
    """Whether an answer shows by itself what it may not: what has been given away stays given away, whatever the same
    request is answered later."""
    terms = dict(deviation.terms)
    return deviation.kind in GIVEN_AWAY or (deviation.kind == REACHED and terms.get("how") == "data-read")
