"""The identity service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.run.service import Service

if TYPE_CHECKING:
    from conformance.services.part import Surroundings, TokenPart

__all__ = ["IDENTITY"]


def _target(around: Surroundings) -> TokenPart:
    from conformance.services.identity.target.service import IdentityPart

    return IdentityPart(around)


IDENTITY = Service(name="identity", cases=("conformance.services.identity.cases",), target=_target, gives_tokens=True)
