"""Whether something is still done with a resource, or it is no more, as it says itself; and how long a service has for it.

Rules
- What is called a status, a state or a phase tells, alone or of something (`stack_status`, `provisioningState`).
- Where one is called just that, it alone tells that the resource is no more: another may be that of a part of it
  (`migration_status`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from conformance.model.jsonvalue import JSON

__all__ = ["PATIENCE", "PAUSE", "moving", "no_more"]

PATIENCE, PAUSE = 10.0, 0.5
"""Seconds in which a service that has accepted something has to do it, and between two looks."""
WORDS = ("status", "state", "phase")
"""What members are called, or their names end in, that say how a resource is."""
FLAGS = ("deleted", "is_deleted")
"""Members that say of a resource by being true that it is no more."""
MOVING = re.compile(r"ing\Z|pending|queued|build|in[\W_]?progress", re.IGNORECASE)
AT_REST = re.compile(r"(\A|[_-])error|running\Z", re.IGNORECASE)
"""What the status of a resource says with which something is still done, and what only sounds like that."""
NO_MORE = re.compile(r"(soft[\W_]?)?delete(d|[\W_]?completed?)", re.IGNORECASE)


def moving(seen: Mapping[str, JSON]) -> str:
    """The status with which a resource says that something is still done with it, "" for none."""
    said = (text for _, text in _told(seen))
    return next((text for text in said if MOVING.search(text) and not AT_REST.search(text)), "")


def no_more(seen: Mapping[str, JSON]) -> bool:
    """Whether a resource says of itself that it is no more."""
    own = [text for name, text in _told(seen) if name.lower() in WORDS]
    said = own or [text for _, text in _told(seen)]
    return any(map(NO_MORE.fullmatch, said)) or any(seen.get(name) is True for name in FLAGS)


def _told(seen: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    """Name and text of each member that says how a resource is."""
    for name, text in seen.items():
        if isinstance(text, str) and name.lower().endswith(WORDS):
            yield name, text
