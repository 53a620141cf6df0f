"""What an answer says, read with care: nothing that a target sends is used before it was looked at (design rule 14).

Missing, null, of another type, stale: all of these are ordinary answers. A member is asked for by its name and the type
that is due. When it is not there, or is of another type, the case cannot go on and is not exercised, with that reason;
that the answer is wrong is found by the checks of every exchange.
"""

from __future__ import annotations

from typing import NoReturn

from conformance.model.contract import Resource
from conformance.model.jsonvalue import JSON, Unreadable, kind_of
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.unexercised import NotExercised

__all__ = ["Members", "body_of", "end_of", "identified", "reading"]


def body_of(exchange: Exchange) -> JSON:
    """The body of the answer as JSON, or None when it is none."""
    try:
        return exchange.response.json()
    except Unreadable:
        return None


class Members(dict[str, JSON]):
    """The members of an object of an answer, by name.

    `source` is the answer. `get` gives a value of any type, None for one that is not there. What is asked for by its type
    raises NotExercised when it is another thing; so does `members[name]` when there is no such member.
    """

    def __init__(self, source: Exchange, members: JSON = None) -> None:
        super().__init__(members if isinstance(members, dict) else {})
        self.source = source

    def text(self, name: str) -> str:
        """A member that is due to be a string."""
        value = self.get(name)
        return value if isinstance(value, str) else self._other(name, "string")

    def maybe_text(self, name: str) -> str | None:
        """The member when it is a string; None when it is another thing, or not there."""
        value = self.get(name)
        return value if isinstance(value, str) else None

    def members(self, name: str) -> Members:
        """A member that is an object; no members when it is another thing, or not there."""
        return Members(self.source, self.get(name))

    def items_of(self, name: str) -> list[Members]:
        """The objects in a member that is due to be an array; what else is in it is passed over."""
        value = self.get(name)
        if not isinstance(value, list):
            self._other(name, "array")
        return [Members(self.source, item) for item in value if isinstance(item, dict)]

    def __missing__(self, name: str) -> JSON:
        self._other(name, "value")

    def _other(self, name: str, due: str) -> NoReturn:
        got = kind_of(self[name]) if name in self else "nothing"
        operation, status = self.source.operation, self.source.response.status
        reason = Phrase.of("answer-without", operation=operation, status=status, place=name, due=due, got=got)
        raise NotExercised(reason)


def reading(exchange: Exchange) -> Members:
    """The members of the object that an answer is; none when it is another thing."""
    return Members(exchange, body_of(exchange))


def identified(row: Members, resource: Resource) -> Members:
    """A resource as an answer has it, with its id as the text that a path has: beside its address where the contract has that
    alone, and that of an integer where ids are."""
    number = row.get(resource.id) if resource.numbered else None
    if isinstance(number, int) and not isinstance(number, bool):
        return Members(row.source, {**row, resource.id: str(number)})
    address = row.maybe_text(resource.address) if resource.address and resource.id not in row else None
    own = end_of(address) if address is not None else None
    return row if own is None else Members(row.source, {**row, resource.id: own})


def end_of(address: str) -> str | None:
    """The last segment of an address, None for one that has none."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2] or None
