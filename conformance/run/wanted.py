"""What a run needs a target to have: the services of its contract, by type and version, and who gives tokens."""

from __future__ import annotations

import re

from conformance.model.contract import Contract
from conformance.run.service import services_of
from conformance.target.cloud import Wanted

__all__ = ["wanted_of"]


def wanted_of(contract: Contract) -> Wanted:
    """What a target must have for a contract."""
    services = services_of(contract)
    types = {item.name: () if item.gives_tokens else item.catalogue for item in services}
    return Wanted(types, contract.token_operation, {item.name: _version(contract, item.name) for item in services})


def _version(contract: Contract, service: str) -> str:
    """The major version of a service in the paths of its operations; "" when they name none, or several."""
    paths = (operation.path for operation in contract.operations.values() if operation.service == service)
    found = {match.group(1) for match in (re.match(r"/v(\d+)(?:\.\d+)?/", path) for path in paths) if match}
    return found.pop() if len(found) == 1 else ""
