"""Marks: what shows that a run of the suite made a resource, and what no contract tells of one that requests must
respect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from conformance.model.contract import Schema

__all__ = ["OWN_PROPERTY", "Marks", "name_of", "prefix_of", "stem_of", "tag_of", "without_attempts"]

OWN_PROPERTY = "conformance_"
"""What the name of a further property begins with that a run sets, so that it means nothing to any service."""
_ATTEMPTS = "abcdefghijklmnopqrstuvwxyz"
"""What tells the names of the attempts at a case apart."""
_ATTEMPT = re.compile(r"(-[0-9a-f]{6})[a-z](?=-)")
"""A stem between the prefix and the number, with what tells the attempt."""


def tag_of(run_id: str) -> str:
    """The tag of what a run creates where the name is what it tries."""
    return f"conformance-{run_id}"


def prefix_of(run_id: str) -> str:
    """What every name begins with that a run makes up."""
    return f"{tag_of(run_id)}-"


def stem_of(case: str, attempt: int) -> str:
    """What the names have in common that an attempt at a case makes up; `attempt` counts from 0. It is as long whichever
    attempt it is, for some names are filled up to a length."""
    return f"{sha256(case.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}{_ATTEMPTS[attempt]}"


def name_of(run_id: str, stem: str, number: int) -> str:
    """The name of this number of an attempt at a case of a run."""
    return f"{prefix_of(run_id)}{stem}-{number}"


def without_attempts(text: str) -> str:
    """A text in which the names that several attempts at a case have made up are the same."""
    return _ATTEMPT.sub(r"\1", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """By what a resource of ours is recognised, and what is never sent for one.

    `name` is the member that holds its name, `tags` the member whose list may hold the tag of the run (empty when it
    has none). `never_sent` maps a member to values that the contract allows and no run may send: they would show a
    resource of ours to others. `never_set` are members that no run sets: a service that takes them has given the
    resource away, out of our reach. `taken_names` are names of further properties that a service may have a meaning
    for, `odd_queries` are raw queries of a list that the document does not have: a server may know them, and must not
    break over them.
    """

    name: str = "name"
    tags: str = ""
    never_sent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never_set: tuple[str, ...] = ()
    taken_names: tuple[str, ...] = ()
    odd_queries: tuple[str, ...] = ()

    def sendable(self, name: str, schema: Schema) -> Schema:
        """The schema of a member without the values that are never sent, so that no spelling of them is sent either."""
        unsent = self.never_sent.get(name, ())
        return {**schema, "enum": [item for item in schema["enum"] if item not in unsent]} if unsent else schema
