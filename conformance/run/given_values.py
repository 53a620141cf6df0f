"""The file of values: what the bodies and paths of a contract need and nothing of it makes.

server:                 # a resource, or an operation such as server.create
  flavorRef: m1.tiny    # member of the body, or parameter of the path
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract.located import Located, Unparsed
from conformance.model.contract import Contract
from conformance.model.errors import UsageError

__all__ = ["load_values"]


def load_values(path: Path, contract: Contract) -> Mapping[str, Mapping[str, Any]]:
    """Resource or operation -> member or parameter -> value. Raises UsageError with file, place and what is wrong."""
    try:
        data = Located.read(path).data
    except Unparsed as error:
        raise UsageError(f"{error}; give a file of values") from None
    if not isinstance(data, dict):
        raise UsageError(f"{path}: give a resource or an operation, and below it a value for each member")
    known = [*contract.resources, *contract.operations]
    for name, members in data.items():
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"; do you mean {near[0]}?" if near else ""
            raise UsageError(f"{path}: {name}: the contract has no such resource or operation{hint}")
        if not isinstance(members, dict):
            raise UsageError(f"{path}: {name}: give a value for each member, such as `{name}: {{member: value}}`")
        own = contract.resources[name].id if name in contract.resources else ""
        if own and own in members:
            raise UsageError(
                f"{path}: {name}: {own}: leave it out; what is made is named by the run, to be known again"
            )
    return data
