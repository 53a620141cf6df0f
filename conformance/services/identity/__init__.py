"""The identity service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from conformance.model.contract import Contract
from conformance.run.service import Service

if TYPE_CHECKING:
    from conformance.services.fault import Fault
    from conformance.services.part import Surroundings, TokenPart

__all__ = ["IDENTITY"]


def _faults(contract: Contract) -> Iterable[Fault]:
    from conformance.services.identity.faults import faults

    return faults(contract)


def _target(around: Surroundings) -> TokenPart:
    from conformance.services.identity.target.service import IdentityPart

    return IdentityPart(around)


IDENTITY = Service(
    name="identity",
    claims=("auth.token", "auth.token.*"),
    cases=("conformance.services.identity.cases",),
    faults=_faults,
    target=_target,
    gives_tokens=True,
)
