"""The image service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from conformance.model.contract import Contract
from conformance.run.service import Service

if TYPE_CHECKING:
    from conformance.services.fault import Fault
    from conformance.services.part import Part, Surroundings

__all__ = ["IMAGE"]


def _faults(contract: Contract) -> Iterable[Fault]:
    from conformance.services.image.faults import faults

    return faults(contract)


def _liberties() -> Iterable[Fault]:
    from conformance.services.image.liberties import liberties

    return liberties()


def _target(around: Surroundings) -> Part:
    from conformance.services.image.target.service import ImagePart

    return ImagePart(around)


IMAGE = Service(
    name="image",
    cases=("conformance.services.image.cases",),
    faults=_faults,
    liberties=_liberties,
    target=_target,
)
