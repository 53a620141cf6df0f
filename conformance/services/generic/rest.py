"""Whether something is still done with a resource, and how long a service has for it."""

from __future__ import annotations

import re

from conformance.run.reading import Members

__all__ = ["PATIENCE", "PAUSE", "moving"]

PATIENCE, PAUSE = 10.0, 0.5
"""Seconds in which a service that has accepted something has to do it, and between two looks."""
MOVING = re.compile(r"ing\Z|pending|queued|build|in_progress", re.IGNORECASE)
AT_REST = re.compile(r"(\A|[_-])error|running\Z", re.IGNORECASE)
"""What the status of a resource says with which something is still done, and what only sounds like that."""


def moving(seen: Members) -> str:
    """The status with which a resource says that something is still done with it, "" for none."""
    said = (str(seen.get(name, "")) for name in seen if name == "status" or name.endswith(("_status", "task_state")))
    return next((text for text in said if MOVING.search(text) and not AT_REST.search(text)), "")
