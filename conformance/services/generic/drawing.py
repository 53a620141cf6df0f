"""Values for the members of a request: what may be sent, and what may be called valid.

Rules
- What is sent keeps the schema of the member (generate/allowed.py).
- A schema tells the form of a text and seldom its meaning: a zone, a type, a key or a network has to be there. So a value is
  `sure`, and its refusal a breach, only where the contract leaves no more to know: an enumeration, a default, a truth value,
  a number whose range is stated, a map of texts, and what by its role in the contract is free text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.generate.allowed import allowed_values, is_allowed
from conformance.judge.rules import bounds
from conformance.model.contract import Schema
from conformance.model.jsonvalue import equal

__all__ = ["REFERENCE", "Offer", "drawn", "kinds_of", "refers"]

REFERENCE = re.compile(r"(_ids?|_uuid|_ref|Ref|Id)\Z")
"""What the name of a member ends in that means another resource."""
FREE = re.compile(
    r"name|title|label|((display|disabled)_)?(description|reason)|comments?|notes?|remarks?", re.IGNORECASE
)
"""Names of members that hold what people say of a resource."""
TRIED = 12
"""Values of a schema that are looked at for one that a member has not."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value for a member; `sure`: the contract says that it is valid, so that to refuse it is a breach."""

    value: Any
    sure: bool


def drawn(name: str, node: Schema, now: Any = None) -> Offer | None:
    """A value that a member may be set to and does not have now; None where none is known."""
    if (
        "default" in node
        and not _is_sure(name, node)
        and not equal(node["default"], now)
        and node["default"] is not None
    ):
        return Offer(node["default"], sure=is_allowed(node, node["default"]))
    others = (value for value in islice(allowed_values(node), TRIED) if not equal(value, now))
    value = next(others, now)
    return None if equal(value, now) else Offer(value, sure=_is_sure(name, node))


def refers(name: str, node: Schema) -> bool:
    """Whether a member is called by another resource, so that no value can be made up for it."""
    return (
        REFERENCE.search(name) is not None and not node.keys() & {"enum", "const"} and "boolean" not in kinds_of(node)
    )


def kinds_of(node: Schema) -> frozenset[str]:
    """The JSON types that a schema names, without null."""
    kind = node.get("type", ())
    return frozenset([kind] if isinstance(kind, str) else kind) - {"null"}


def _is_sure(name: str, node: Schema) -> bool:
    if node.keys() & {"enum", "const"}:
        return True
    kinds = kinds_of(node)
    if len(kinds) != 1 or node.keys() & {"anyOf", "oneOf", "allOf", "not", "if", "$ref"}:
        return False
    if "boolean" in kinds:
        return True
    if kinds & {"integer", "number"}:
        return bounds(node)[0] is not None
    if "string" in kinds:
        return FREE.fullmatch(name) is not None and "format" not in node
    more = node.get("additionalProperties")
    return "object" in kinds and "properties" not in node and isinstance(more, Mapping) and kinds_of(more) == {"string"}
