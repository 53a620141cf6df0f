"""Values for the members of a request: what may be sent, and what may be called valid.

Rules
- What is sent keeps the schema of the member (generate/allowed.py).
- A schema tells the form of a text and seldom its meaning: a zone, a type, a key or a network has to be there. So a value is
  `known` only where the contract leaves no more to know of it: an enumeration, a default, a truth value, a number whose
  range is stated, a map of texts, and what by its role in the contract is free text.
- What is known may be refused all the same, for it may need or rule out what another row says, and no table tells that: a
  kind that needs a key, a size that another kind has. So only some of it is `sure`, and its refusal a breach: free text and
  maps; what no other row can qualify; the default, which is what a request means that leaves the row out; what the
  document's example shows, where no row beside it is left out that may matter; and what the service itself gives the
  resource where nobody sets it, for what is asked is what it does then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.contract.producers import inner_of
from conformance.generate.allowed import allowed_values, is_allowed
from conformance.judge.rules import bounds
from conformance.model.contract import Operation, Schema
from conformance.model.jsonvalue import equal

__all__ = ["REFERENCE", "Offer", "drawn", "kinds_of", "offers_of", "refers"]

REFERENCE = re.compile(r"(_ids?|_uuid|_ref|Ref|Id)\Z")
"""What the name of a member ends in that means another resource."""
FREE = re.compile(
    r"name|title|label|((display|disabled)_)?(description|reason)|comments?|notes?|remarks?", re.IGNORECASE
)
"""Names of members that hold what people say of a resource."""
TRIED = 12
"""Values of a schema that are looked at for one that a member has not."""
OTHERS = 2
"""Further values that are sent of a member where one was refused and that proves nothing."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value for a member; `known`: the contract says that it is valid as such; `sure`: whatever is sent beside it, so that
    to refuse it is a breach."""

    value: Any
    sure: bool
    known: bool = True


ALONE: Mapping[str, Schema] = {}


def drawn(name: str, node: Schema, now: Any = None, *, beside: Mapping[str, Schema] = ALONE) -> Offer | None:
    """A value that a member may be set to and does not have now, None where none is known; `beside` are the rows of the
    same body."""
    known, default = _is_known(name, node), node.get("default")
    if default is not None and not known and not equal(default, now):
        return Offer(default, sure=is_allowed(node, default), known=is_allowed(node, default))
    others = (value for value in islice(allowed_values(node), TRIED) if not equal(value, now))
    value = next(others, now)
    if equal(value, now):
        return None
    told = default is not None and equal(value, default)
    return Offer(value, sure=known and (told or not _is_qualified(name, node, beside)), known=known)


def offers_of(operation: Operation, name: str, first: Offer, own: Any) -> Iterator[Offer]:
    """What to send of a member, one after the other, until a value is taken or has to be: a `first` one, two others, what the
    contract tells of it, and its `own` value in a resource where nobody sets it."""
    yield first
    if first.sure or not first.known:
        return
    rows = inner_of(operation.request_schema)[1].get("properties", {})
    node = rows.get(name, {})
    surely = [value for value in (*_told(operation, name, rows), own) if value is not None and is_allowed(node, value)]
    if any(equal(first.value, value) for value in surely):
        yield Offer(first.value, sure=True)
        return
    known = (first.value, *surely)
    others = (value for value in islice(allowed_values(node), TRIED) if not any(equal(value, item) for item in known))
    yield from (Offer(value, sure=False) for value in islice(others, OTHERS))
    yield from (Offer(value, sure=True) for value in surely)


def _told(operation: Operation, name: str, rows: Mapping[str, Schema]) -> Iterator[Any]:
    """The values of a member that the document names: the default, and that of the example where it shows no other row that may
    qualify it but those that are always sent."""
    yield rows.get(name, {}).get("default")
    wrapper, schema = inner_of(operation.request_schema)
    example = operation.request_example
    shown = example.get(wrapper) if wrapper and isinstance(example, Mapping) else example
    if isinstance(shown, Mapping) and name in shown:
        beside = {item: rows.get(item, {}) for item in shown if item not in schema.get("required", ())}
        if not _is_qualified(name, rows.get(name, {}), beside):
            yield shown[name]


def refers(name: str, node: Schema) -> bool:
    """Whether a member is called by another resource, so that no value can be made up for it."""
    return (
        REFERENCE.search(name) is not None and not node.keys() & {"enum", "const"} and "boolean" not in kinds_of(node)
    )


def kinds_of(node: Schema) -> frozenset[str]:
    """The JSON types that a schema names, without null."""
    kind = node.get("type", ())
    return frozenset([kind] if isinstance(kind, str) else kind) - {"null"}


def _is_known(name: str, node: Schema) -> bool:
    if node.keys() & {"enum", "const"}:
        return True
    kinds = kinds_of(node)
    if len(kinds) != 1 or node.keys() & {"anyOf", "oneOf", "allOf", "not", "if", "$ref"}:
        return False
    if "boolean" in kinds:
        return True
    if kinds & {"integer", "number"}:
        return bounds(node)[0] is not None
    return _says_nothing_else(name, node)


def _says_nothing_else(name: str, node: Schema) -> bool:
    """Whether any text will do: for what people say of a resource, and in maps of it."""
    kinds, more = kinds_of(node), node.get("additionalProperties")
    if kinds == {"string"}:
        return FREE.fullmatch(name) is not None and not node.keys() & {"format", "enum", "const"}
    return (
        kinds == {"object"} and "properties" not in node and isinstance(more, Mapping) and kinds_of(more) == {"string"}
    )


def _is_qualified(name: str, node: Schema, beside: Mapping[str, Schema]) -> bool:
    """Whether another row may decide which values a member may have."""
    others = (_says_nothing_else(other, below) for other, below in beside.items() if other != name)
    return not _says_nothing_else(name, node) and not all(others)
