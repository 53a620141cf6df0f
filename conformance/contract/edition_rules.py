"""What a change between two editions does to a client of the old one: each rule and its impact.

Rules
- A request breaks where less may be sent than before. An answer breaks where it no longer holds what the client reads,
  or may hold what the client never had to take: null, another type, no member.
- An answer that may hold a new value of a known type (of an enumeration, beyond a limit) is potentially breaking.
- What a client may ignore is compatible. What no rule knows is potentially breaking.
- A rule's id says direction, what and how. Ids are stable: a pipeline may name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["RULES", "Impact"]


class Impact(StrEnum):
    """What a change does to a client of the old edition."""

    BREAKING = "breaking"
    POTENTIAL = "potentially breaking"
    COMPATIBLE = "compatible"


_B, _P, _C = Impact.BREAKING, Impact.POTENTIAL, Impact.COMPATIBLE

_BY_KIND: Mapping[str, tuple[Impact, Impact]] = {
    "member-removed": (_B, _P),
    "required-member-removed": (_B, _B),
    "member-added": (_C, _C),
    "required-member-added": (_B, _C),
    "member-became-required": (_B, _C),
    "member-became-optional": (_C, _B),
    "became-nullable": (_C, _B),
    "no-longer-nullable": (_B, _C),
    "type-narrowed": (_B, _C),
    "type-widened": (_C, _B),
    "type-changed": (_B, _B),
    "enum-value-removed": (_B, _C),
    "enum-value-added": (_C, _P),
    "limit-narrowed": (_B, _C),
    "limit-widened": (_C, _P),
    "format-changed": (_P, _P),
    "closed": (_B, _C),
    "opened": (_C, _P),
    "schema-changed": (_P, _P),
}
"""Kind of a schema's change -> its impact in a request, in a response."""

RULES: Mapping[str, Impact] = {
    **{f"request-{kind}": impact for kind, (impact, _) in _BY_KIND.items()},
    **{f"response-{kind}": impact for kind, (_, impact) in _BY_KIND.items()},
    **{f"parameter-{kind}": impact for kind, (impact, _) in _BY_KIND.items() if "member" not in kind},
    "operation-removed": _B,
    "operation-added": _C,
    "operation-moved": _B,
    "parameter-removed": _B,
    "parameter-added": _C,
    "parameter-added-required": _B,
    "parameter-became-required": _B,
    "parameter-became-optional": _C,
    "request-body-removed": _B,
    "request-body-added": _C,
    "request-body-added-required": _B,
    "request-body-became-required": _B,
    "request-body-became-optional": _C,
    "request-media-type-removed": _B,
    "request-media-type-added": _C,
    "response-status-removed": _B,
    "response-status-added": _P,
    "response-header-removed": _B,
    "response-header-added": _C,
    "response-media-type-removed": _B,
    "response-media-type-added": _P,
    "error-code-removed": _C,
    "error-code-added": _P,
    "error-phrase-changed": _P,
    "default-changed": _P,
    "promise-removed": _P,
    "promise-added": _P,
    "promise-level-changed": _P,
    "promise-restated": _P,
}
"""Rule id -> impact. Ids are stable: a pipeline may name them."""
