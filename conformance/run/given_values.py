"""The file of values: what the requests of a contract need and nothing of it makes.

server:                 # a resource: members of the body of its create, parameters of its paths
  flavorRef: m1.tiny
flavor.show:            # an operation: members of its body, parameters of its path and of its query
  flavor_id: 42
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract.located import Located, Unparsed
from conformance.contract.producers import inner_of
from conformance.model.contract import Contract, Operation, Schema
from conformance.model.errors import UsageError
from conformance.model.jsonvalue import valid

__all__ = ["load_values"]

LONGEST = 200
"""Characters of a schema that a message shows."""
_PARAMETER = re.compile(r"\{([^{}]+)\}")


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
            raise UsageError(f"{path}: {name}: the contract has no such resource or operation{_near(name, known)}")
        if not isinstance(members, dict):
            raise UsageError(f"{path}: {name}: give a value for each member, such as `{name}: {{member: value}}`")
        own = contract.resources[name].id if name in contract.resources else ""
        if own and own in members:
            raise UsageError(
                f"{path}: {name}: {own}: leave it out; what is made is named by the run, to be known again"
            )
        in_body, in_address = _taken(contract, name)
        for member, value in members.items():
            if member not in {*in_body, *in_address}:
                near = _near(member, [*in_body, *in_address])
                raise UsageError(f"{path}: {name}: {member}: no request of it has such a member or parameter{near}")
            if member not in in_body and (isinstance(value, dict | list) or value is None or value == ""):
                raise UsageError(f"{path}: {name}: {member}: a parameter is one text or number; give it")
            if member in in_body and not valid(in_body[member], value):
                raise UsageError(
                    f"{path}: {name}: {member}: the contract allows no such value, but {_allowed(in_body[member])}; give "
                    "one of those, or rule in the errata that there are others"
                )
    return data


def _near(name: object, known: list[str]) -> str:
    near = get_close_matches(str(name), known, 1)
    return f"; do you mean {near[0]}?" if near else ""


def _allowed(schema: Schema) -> str:
    said = {
        key: value for key, value in schema.items() if not key.startswith("x-") and key not in {"description", "title"}
    }
    text = json.dumps(said, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _taken(contract: Contract, name: str) -> tuple[Mapping[str, Schema], set[str]]:
    """The members of bodies, with their schemas, and the parameters that values can be given for below a resource or an operation."""
    if name in contract.operations:
        operation = contract.operations[name]
        return _members(operation), {*_PARAMETER.findall(operation.path), *(item.name for item in operation.query)}
    resource = contract.resources[name]
    paths = [contract.operations[item].path for item in resource.operations]
    in_body = _members(contract.operations[resource.create]) if resource.create is not None else {}
    return in_body, {parameter for path in paths for parameter in _PARAMETER.findall(path)}


def _members(operation: Operation) -> Mapping[str, Schema]:
    return dict(inner_of(operation.request_schema)[1].get("properties", {}))
