"""What causes are called: the titles of groups of findings, as an engineer writes the first line of a bug report."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "NOUNS", "PHRASES", "PLACES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {
    "answers": "{operation}: {status} for {cause}",
    "answers-anywhere": "{status} for {cause}",
    "undocumented-anywhere": "status {status} is answered, which the document does not have",
    "code-instead": "{status} where {due} is due",
    "takes": "{operation} takes {cause}",
    "refuses": "{operation} refuses {place} with {status}",
    "breaks-later": "{operation} with {cause} is {how}, and then {then} is answered with {status}",
    "breaks-for-all": "{operation} with {cause} is {how}, and then {then} is answered with {status}, whoever asks",
    "refused-and-made": "{operation} refuses a request and makes the resource all the same",
    "refused-and-changed": "{operation} refuses a request and makes its change all the same",
    "open-to-another-project": "{operation} is open to another project",
    "open-without-a-token": "{operation} is open without a valid token",
    "refuses-syntax": "{cause}: refused with {status}",
    "alters-syntax": "{cause}: not kept to the letter",
    "misreads-syntax": "a list by {cause}: not to the letter",
    "loses-syntax": "not in the list: a resource that has {cause}",
    "breaks-on-syntax": "{status} for a resource that has {cause}",
    "lenient-in": "{operation} takes more than it has to: {request}",
}
"""Kind of deviation -> template. {cause} is the class of the request as a noun."""

PHRASES: Mapping[str, str] = {}
"""Kind of phrase -> template."""

NOUNS: Mapping[str, str] = {
    "type": "{place} that is {is} instead of {wanted}",
    "another-type": "{place} that is no {wanted}",
    "lone-surrogate": "{place} with a lone surrogate",
    "nul": "{place} with a NUL",
    "a-value": "a certain {place}",
    "odd": "an odd {place}",
    "anything": "anything in it",
    "refused-with": "what is answered with {status}",
    "beyond-bmp": "{place} with characters outside the BMP",
    "larger-than": "{place} of more than {bytes} bytes",
    "missing": "a request without {place}",
    "syntax": "{place} with {how}",
}
"""Rule of a class -> how it is called as a noun; of any other rule it is `{place} that {held}`."""

PLACES: Mapping[str, str] = {
    "body": "a body",
    "text": "text",
    "content-type": "a Content-Type",
    "token": "a token",
    "query": "a query",
    "further property": "a further property",
}
"""Place of a request -> its name before a noun; any other has its own name."""

WORDS: Mapping[str, str] = {"taken": "taken", "refused": "refused"}
"""Word of the vocabulary -> text."""
