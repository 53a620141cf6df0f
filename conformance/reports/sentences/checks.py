"""What the passive checks of the judge see."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES"]

DEVIATIONS: Mapping[str, str] = {
    # status
    "no-http-status": "status {got} is no HTTP status",
    "server-error": "{operation} is answered with {status}: {request}",
    "undocumented-status": "status {status} is neither a documented success nor one of the documented codes: {request}",
    "lenient": "{operation} takes what it need not: {request}",
    "another-success": "success is {status}, documented is {due}",
    "status": "{act} is answered with {status}, due is {due}",
    "accepted": "{act} is accepted with {got_status}, due is a refusal",
    "taken-without-a-token": "without a valid token the answer is {status}, not 401",
    # the envelope of a failure
    "no-envelope": "a failure carries {carries}, not the envelope",
    "optional-code": "{status} was met, and carries {carries}",
    "envelope-in-a-success": "a success carries the error envelope",
    "not-the-status": "{place} is {got}, the status is {due}",
    "another-phrase": "{place} is {got}, the documented phrase is {due}",
    # headers
    "no-request-id": "an answer has no request id, in headers or body",
    "repeated-request-id": "the request id is the same as that of exchange {exchange}",
    "answered-in-two-ways": "{operation} answered the same request in two ways: {first}; and when it was sent again: {then}",
    "answer-again": "an answer is that of an earlier request, exchange {exchange}",
    "valid-token-refused": "a valid token is refused with 401, as if it were none",
    "two-values": "{place} stands twice and says two things: {got}",
    "another-coding": "Content-Encoding is {got}, which the request did not accept",
    "another-charset": "Content-Type declares {got}",
    "not-utf-8": "byte {byte} is not UTF-8",
    "another-length": "Content-Length is {got}, the body has {due} bytes",
    "no-media-type": "{got_status} has a body and no Content-Type",
    "another-media-type": "Content-Type is {got}, documented is {due}",
    "not-its-media-type": "Content-Type is {got}, the body is not",
    "no-header": "the header {place} is missing or empty",
    # bodies
    "too-large": "the body is larger than {bytes} bytes",
    "unreadable": "the body is {reason}",
    "not-empty": "{got_status} announces or carries a body of {bytes} bytes",
    "missing": "{place} is missing",
    "empty": "{place} is empty",
    "type": "{place} is {is} instead of {wanted}: {got}",
    "format": "{place} is not a {wanted}: {got}",
    "breaks": "{place} breaks {keyword}: {got}",
    "differs": "{place} is {got}, due is {due}",
    "not-of-the-id": "{place} is {got}, of this id it is {due}",
    "another-resource": "{place} is {got}, documented is {due}",
    "another-id": "{place} is {got}, the request addressed {due}",
    "leads-elsewhere": "{place} leads to {how}",
    "before": "{place} {got} is before {earlier} {due}",
    # what an answer gives away
    "gives-away": "{part} gives away {what}",
    "gives-away-secret": "{part} gives away {what}",
    "gives-away-of-another": "{part} gives away {what} of another project",
    # the whole run
    "back-again": "{count} that a delete had taken away are there again",
}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    # where an answer gives something away
    "in-message": "the message of {statuses} answers",
    "in-page": "the HTML page of {statuses} answers",
    "in-text": "the plain text of {statuses} answers",
    "in-member": "the member {member} of {statuses} answers",
    "in-header": "the header {header}",
    # what it gives away
    "stack-trace": "a stack trace",
    "database": "a statement or an error of its database",
    "configuration": "its configuration",
    "source": "names of its source code",
    "file-path": "a path of its file system",
    "address": "an inner address",
    "secret": "a secret",
    "sent-secret": "the token or password that was sent",
    "password": "a password",
    "private-key": "a private key",
    "token": "a token",
    "access-key": "an access key",
    "project": "the id or name",
    "user": "a user",
    "id-of-a-resource": "the id of a resource",
    "value-of-a-resource": "the name or a value of a resource",
    # what a failure carries
    "empty-body": "an empty body",
    "html": "HTML",
    "plain-text": "plain text",
    "no-json": "{media_type} that is no JSON",
    "json-of-type": "JSON that is {type}",
    "flat-object": "a flat object",
    "other-object": "an object of another shape",
    "inner-of-type": "an object whose {member} is {type}",
    "envelope": "the envelope of an error",
    "not-utf-8": "not UTF-8: byte {byte}",
    "not-json": "not JSON: {said}, line {line} column {column}",
    "no-json-number": "not JSON: {token} is no JSON number (RFC 8259, 6)",
    "nested-too-deeply": "not JSON that can be read: nested too deeply",
    "number-too-long": (
        "JSON with a number of {digits} digits, more than the {most} that are read; a reader may set a limit (RFC 8259, 9)"
    ),
    "number-too-large": "JSON with a number that is larger than a double holds, {token} (RFC 8259, 6)",
    "half-a-surrogate-pair": (
        "not JSON that can be read: half of a surrogate pair, which is no character (RFC 8259, 8.2)"
    ),
}
"""Kind of phrase -> template."""
