"""What a request says, as faults need to know it: query, body, operations of a patch. What cannot be parsed counts as
empty."""

from __future__ import annotations

import json
from typing import Any

from conformance.services.image.target.store import DEFAULTS
from conformance.services.wire import Call

__all__ = ["PROPERTY", "Asked", "asked", "leads_to", "name_of", "named", "operations", "sent"]

Asked = dict[str, str]
"""The parameters of a query; of a name that is there twice the last value."""
PROPERTY = "property"
"""Stands for all further properties of an image among the names of its members."""


def sent(call: Call) -> dict[str, Any]:
    """The members of the JSON object that was sent."""
    body = _body(call)
    return body if isinstance(body, dict) else {}


def operations(call: Call) -> list[dict[str, Any]]:
    """The operations of a JSON patch that was sent, without those that are no objects."""
    body = _body(call) if call.operation == "image.patch" else None
    return [item for item in body if isinstance(item, dict)] if isinstance(body, list) else []


def named(call: Call) -> list[str]:
    """The members and properties that the operations of a patch name, in their order."""
    return [name_of(item) for item in operations(call)]


def name_of(item: Any) -> str:
    """The member that an operation of a patch is about."""
    return str(item.get("path", "")).removeprefix("/") if isinstance(item, dict) else ""


def leads_to(name: str, item: Any) -> bool:
    """Whether an operation of a patch is about this member; about any further property when that is the name."""
    path = name_of(item)
    return path == name or (name == PROPERTY and path not in DEFAULTS and path != "")


def asked(call: Call) -> Asked:
    """The parameters of the query; of one that is there twice the last value."""
    return dict(call.query)


def _body(call: Call) -> Any:
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        return None
