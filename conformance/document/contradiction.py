"""What a contradiction is, and each kind of it with what the specs do where no ruling decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["DEFAULTS", "Contradiction", "at"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One contradiction: its document lines, its kind, and what disagrees with what.

    `operation` is the id of the operation it is in, empty for the common part, and `subject` the name of what disagrees:
    a parameter, a member, a method, a code, empty where it is the whole. These three stay the same when lines move.
    """

    lines: str
    kind: str
    text: str
    operation: str = ""
    subject: str = ""

    @property
    def default(self) -> str:
        """What the specs do where no ruling decides."""
        return DEFAULTS[self.kind]


DEFAULTS: Mapping[str, str] = {
    # the common part, and the document as a whole
    "no version": "the edition is called unversioned",
    "unused method": "the method is listed, nothing is asserted of it",
    "unknown method": "the operation is written as its address says",
    "foreign path": "the call is written where it belongs to no service of the document, and checked by nothing",
    "success as error": "the example is listed, no schema is made of it",
    "letter case": "the phrase is written as it stands, phrases are compared without case",
    "no failure": "the code is listed among the errors, a success is left out",
    "rule of HTTP": "the header is listed as the table has it",
    "odd id": "no format is asserted of the value",
    "no own errors": "the common codes hold for every operation",
    # an operation as a whole
    "no address": "the operation is left out",
    "odd address": "the address is mended",
    "renamed in path": "the name of the first operation with this path is written",
    "told by a value": "the operation is left out",
    "two operations": "the first one is written",
    "equal ids": "the longer path has more of its words in the id",
    "failure as success": "the code is an error of the operation",
    "no success": "the answer is described, no status is promised",
    "no types": "any type is allowed",
    "no preconditions": "nothing is asked before the request",
    "no answer": "any body is allowed",
    "no table": "any members are allowed",
    "no show": "the resource is looked at through its list alone",
    "media type": "the media type is that of the common part",
    # parameters and members
    "optional path": "the parameter of the path is required",
    "not in the path": "a row of the table of the address is a parameter of the query, any other is left out",
    "path without row": "the parameter is a required string",
    "two rows": "the first row is written",
    "two places": "it is written in each of its places",
    "reserved header": "the header is listed beside the parameters, nothing is asserted of it",
    "unknown type": "any type is allowed",
    "no owner": "the example is written: what it shows has the members",
    "unplaced table": "the table is left out",
    "members of a value": "it is an object with these members",
    "default": "the default is left out",
    "range": "the limits are left out",
    "values": "the values are left out",
    "yes or no": "the type holds",
    "open enumeration": "any value of the type is allowed",
    "open members": "any members are allowed",
    "one answer": "each answer is held to its own table",
    # tables and examples
    "in no example": "the table is written: the member is promised",
    "in no table": "the member is left out, further members are allowed",
    "spelling": "the table is written: its spelling is the name",
    "unknown parameter": "the parameter is left out",
    "broken example": "the example is read as it was mended",
    "unreadable example": "the example is left out",
    "wrapper": "the example is written: the members stand inside",
    "list around": "the example is written: a list of what the table has",
    "beside its owner": "the example is written: the member stands inside",
    "nesting": "the table is written, and nothing promised: the member may stand beside",
    "type": "the table is written: its type holds",
    "null": "the table is written: null is not allowed",
    "placeholder": "the table is written: its format holds",
    "value": "any value of the type is allowed: what the row says of it and the example breaks binds nobody",
}
"""Kind -> what the specs do where no ruling decides."""


def at(*lines: int | Iterable[int]) -> str:
    """Lines as a contradiction names them, each once and in their order."""
    found = [number for item in lines for number in ([item] if isinstance(item, int) else item)]
    return ", ".join(str(number) for number in dict.fromkeys(found))
