"""What a run needs a target to have: the services of its contract, by type and version, and who gives tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.model.contract import Contract
from conformance.run.service import services_of
from conformance.target.cloud import Wanted

__all__ = ["wanted_of"]


def wanted_of(contract: Contract) -> Wanted:
    """What a target must have for a contract."""
    services = services_of(contract)
    types = {item.name: () if item.gives_tokens else item.catalogue for item in services}
    paths = {item.name: _paths(contract, item.name) for item in services}
    versions = {name: _version(found) for name, found in paths.items()}
    return Wanted(types, contract.token_operation, versions, paths)


def _paths(contract: Contract, service: str) -> tuple[str, ...]:
    return tuple(item.path for item in contract.operations.values() if item.service == service)


def _version(paths: Iterable[str]) -> str:
    """The major version of a service in the paths of its operations; "" when they name none, or several."""
    found = {match.group(1) for match in (re.match(r"/v(\d+)(?:\.\d+)?/", path) for path in paths) if match}
    return found.pop() if len(found) == 1 else ""
