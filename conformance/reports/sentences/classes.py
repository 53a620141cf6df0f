"""The equivalence classes of requests; each reads after the place."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CLASSES", "WORDS"]

CLASSES: Mapping[str, str] = {
    "valid": "is valid",
    # any value
    "a-value": "is a certain value",
    "odd": "is odd",
    "anything": "is anything",
    "refused-with": "is answered with {status}",
    "type": "is {is} instead of {wanted}",
    "another-type": "is of another type than {wanted}",
    "null": "is null",
    "missing": "is missing",
    "empty": "is empty",
    "twice": "is there twice",
    "not-utf-8": "is not UTF-8",
    "kept-by-service": "is kept by the service",
    # texts
    "longer-than": "is longer than {most}",
    "format": "is not a {wanted}",
    "pattern": "does not match {wanted}",
    "padded": "is padded",
    "other-case": "is in another case than the enumeration",
    "not-in-enumeration": "is not in the enumeration",
    "decorated-uuid": "is a uuid in braces or as a URN",
    "uuid-without-hyphens": "is a uuid without its hyphens",
    "upper-case-uuid": "is a uuid in upper case",
    "lone-surrogate": "has a lone surrogate",
    "nul": "has a NUL",
    "beyond-bmp": "has characters outside the BMP",
    "beyond-ascii": "has characters beyond ASCII",
    "control-or-blank": "has control characters, or blanks at an end",
    # numbers
    "boundary": "is at a boundary",
    "below-minimum": "is below the minimum",
    "above-maximum": "is above the maximum",
    "far-below-minimum": "is far below the minimum",
    "far-above-maximum": "is far above the maximum",
    "far-out-of-range": "is far out of range",
    "beyond-64-bits": "is beyond 64 bits",
    "integer-as-fraction": "is an integer written as a fraction",
    "sign-zeros-or-blanks": "is an integer with a sign, zeros or blanks",
    "other-digits": "is digits in another spelling",
    # lists and objects
    "more-items-than": "has more than {most} items",
    "item-twice": "has an item twice",
    "member-twice": "has a member twice",
    "unknown-member": "has an unknown member",
    "more-than": "is there more than {most} times",
    "as-many-as": "is there {most} times",
    "name-of-another": "has a name that another may have a meaning for",
    "name-no-word": "has a name that is no plain word",
    # JSON texts
    "not-json": "is not JSON",
    "nan-or-infinity": "has NaN or Infinity",
    "nested-too-deep": "is nested too deep",
    "byte-order-mark": "has a byte order mark",
    # JSON Patch
    "no-leading-slash": "does not begin with a slash",
    "bad-escape": "has a bad escape",
    "leads-to-no-member": "leads to no member",
    "leads-to-nothing": "leads to nothing that {op} can find",
    "removes-documented": "removes what may be documented",
    "larger-than": "is larger than {bytes} bytes",
    "hundred-operations": "is a hundred operations",
    # the rest of a request
    "not-valid": "is not valid",
    "no-path-segment": "is no path segment",
    "upstream-parameter": "is a parameter of upstream",
    "unknown-parameter": "has an unknown parameter",
    "not-asked-for": "is there though the call has none",
    "other-media-type": "is another one",
    "other-charset": "names another charset",
    "drawn-to-keep-the-schema": "is drawn to keep the schema",
    "drawn-to-break-the-schema": "is drawn to break the schema",
}
"""Rule of an equivalence class -> template."""

WORDS: Mapping[str, str] = {
    "word": "a word",
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "string": "a string",
    "array": "an array",
    "object": "an object",
    "fraction": "a fraction",
    "numeric string": "a numeric string",
    "boolean word": "a string with a boolean word",
    "empty string": "an empty string",
    "empty array": "an empty array",
    "empty object": "an empty object",
}
"""What type a value has (term `is`), in the words of JSON, or finer -> text."""
