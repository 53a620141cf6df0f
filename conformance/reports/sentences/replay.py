"""What became of a finding when it was sent again."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    # by the request
    "answered-again": "answered with {status}, then {then}, and wrong in the same way",
    "answered-well": "answered with {status}, then {then}, and nothing is wrong with it",
    "answered-otherwise": "answered with {status}, then {then}",
    "answered-alike": "answered with {status} and the same body as then",
    "answered-with-another-body": "answered with {status} as then, with another body",
    "refused-in-other-words": "answered with {status} as then, in other words",
    "login-shows-it": "logging in shows it again",
    "ids-repeated": "request ids are repeated",
    "ids-not-repeated": "no request id is repeated",
    "token-refused-again": "a valid token is refused again",
    "token-let-in": "the token is let in",
    "given-away-again": "the answer gives it away again",
    "not-given-away": "the answer does not give it away",
    "back": "it is back again",
    "stays-away": "it stays away",
    "not-there-when-shown": "what was made is not there when it is shown",
    "there-when-shown": "what was made is there when it is shown",
    # by the case
    "case-finds-it": "the case {case} finds it again",
    "case-finds-another": "the case {case} finds something else",
    "case-finds-nothing": "the case {case} finds nothing wrong",
    "case-could-not": "the case {case} judged nothing: {reason}",
    "case-did-not-get-there": "the case {case} did not get that far",
    "only-its-case": "only its case can tell",
    # undecided
    "no-request-and-no-case": "no single request shows it, and its case is not one that can be run again",
    "target-not-there": "the target was not there for {count} findings in a row",
    "no-answer-came": "no answer came: {said}",
    "prerequisite-changed": "{method} of exchange {exchange}, which it needs, is answered with {status}, then {then}",
    "of-an-earlier-run": "what it is about was not made by this run, and is not there (now {status})",
    "secret-not-at-hand": "it needs {variable}, which is not at hand",
    "no-address-of-the-run": "{url} is no address of the run's services",
    "needs-a-second-project": "it needs a second project (--other-cloud)",
    "needs-a-password": "it needs a token without a project, and the credentials are no password",
    "no-token-without-a-project": "it needs a token without a project, and that call is answered with {status}",
}
"""Kind of phrase (an act, a reason, a note) -> template."""

WORDS: Mapping[str, str] = {}
"""Word of the vocabulary (terms `where`, `when`, `how`) -> text."""
