"""What was due and what came, side by side: for each kind of deviation two short texts.

A kind that is not here and has both `due` and `got` is shown by these; any other one by the promise and by its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SIDES"]

SIDES: Mapping[str, tuple[str, str]] = {
    # statuses
    "no-http-status": ("a status of HTTP", "{got}"),
    "server-error": ("any answer but a server error", "{status}"),
    "answers": ("any answer but a server error", "{status}"),
    "answers-anywhere": ("any answer but a server error", "{status}"),
    "breaks-later": ("any answer but a server error", "{status}"),
    "breaks-for-all": ("any answer but a server error", "{status}"),
    "undocumented-anywhere": ("a documented status", "{status}"),
    "code-instead": ("{due}", "{status}"),
    "takes": ("a refusal (4xx)", "{got_status}"),
    "refuses": ("a success (2xx)", "{status}"),
    "undocumented-status": ("a documented status", "{status}"),
    "another-success": ("{due}", "{status}"),
    "status": ("{due}", "{status}"),
    "accepted": ("a refusal (4xx)", "{got_status}"),
    "forbidden-accepted": ("a refusal (4xx)", "{got_status}"),
    "allowed-refused": ("a success (2xx)", "{got_status}"),
    "neither-taken-nor-refused": ("a success or a refusal", "{status}"),
    "neither-empty-nor-refused": ("no data or a refusal", "{status}"),
    "taken-without-a-token": ("401", "{status}"),
    "taken-without-a-project": ("401", "{got_status}"),
    "opened": ("401", "{status}"),
    "refused-and-made": ("a refusal that makes nothing", "a refusal, and the resource is there"),
    "made-by-a-refused-request": ("a refusal that makes nothing", "a refusal, and the resource is there"),
    "refused-and-changed": ("a refusal that changes nothing", "a refusal, and the change is there"),
    "changed-by-a-refused-request": ("a refusal that changes nothing", "a refusal, and the change is there"),
    "syntax-refused": ("a success (2xx)", "{status}"),
    "refuses-syntax": ("a success (2xx)", "{status}"),
    "syntax-breaks": ("any answer but a server error", "{status}"),
    "breaks-on-syntax": ("any answer but a server error", "{status}"),
    "syntax-misread": ("exactly the resources that match", "{how}"),
    "selects": ("exactly the resources that match", "{how}"),
    "leads-elsewhere": ("{place}: where it was asked", "{got}"),
    "lost-in-pages": ("{due} resources, each once", "{got} of them, on pages of {limit} {order}"),
    "twice-in-pages": ("{due} resources, each once", "{got}, on pages of {limit} {order}"),
    "lost-while-changing": ("{due} resources, each once", "{got} of them, on pages of {limit} {order}"),
    "twice-while-changing": ("{due} resources, each once", "{got}, on pages of {limit} {order}"),
    "refused-while-changing": ("the rest of the list", "{status}"),
    "leads-nowhere": ("an answer that is a success", "{status}"),
    # the envelope of a failure
    "no-envelope": ("the envelope of an error", "{carries}"),
    "optional-code": ("the envelope of an error", "{carries}"),
    "envelope-in-a-success": ("the documented body", "the envelope of an error"),
    # headers
    "no-request-id": ("a request id", "none"),
    "answered-in-two-ways": ("the same answer to the same request", "{first}; {then}"),
    "answer-again": ("an answer to this request", "that of exchange {exchange}"),
    "valid-token-refused": ("an answer to a caller with a token", "401"),
    "two-values": ("{place}: one value", "{got}"),
    "another-coding": ("a coding that was accepted", "{got}"),
    "another-charset": ("UTF-8", "{got}"),
    "no-media-type": ("a Content-Type", "none"),
    "no-header": ("{place}", "none"),
    # what an answer gives away
    "gives-away": ("nothing of the server's inside", "{what}: {got}"),
    "gives-away-secret": ("no secret", "{what}"),
    "gives-away-of-another": ("nothing of another project", "{what}: {got}"),
    # bodies
    "not-empty": ("an empty body", "{bytes} bytes"),
    "missing": ("{place}", "none"),
    "empty": ("{place} with a value", "an empty one"),
    "type": ("{place}: {wanted}", "{is}: {got}"),
    "format": ("{place}: {wanted}", "{got}"),
    "no-uri": ("{place}: a URI", "{got}"),
    "data-of-nothing": ("no data", "{got} bytes"),
    "other-data": ("{due} bytes, as they were given", "{got} bytes, the first difference at byte {byte}"),
    "other-data-after": ("{due} bytes, as they were given", "{got} bytes, the first difference at byte {byte}"),
    "no-part-told": ("Content-Range", "{got}"),
    "part-refused": ("the part, or the whole file", "{status}"),
}
"""Kind of deviation -> template of what was due, template of what came."""
