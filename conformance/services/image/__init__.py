"""The image service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from conformance.model.contract import Contract
from conformance.run.service import Service
from conformance.services.image.marks import MARKS, UNORDERED

if TYPE_CHECKING:
    from conformance.services.fault import Fault
    from conformance.services.image.client import ImageClient
    from conformance.services.part import ReferencePart, Surroundings

__all__ = ["IMAGE"]


def _client() -> type[ImageClient]:
    from conformance.services.image.client import ImageClient

    return ImageClient


def _faults(contract: Contract) -> Iterable[Fault]:
    from conformance.services.image.faults import faults

    return faults(contract)


def _liberties() -> Iterable[Fault]:
    from conformance.services.image.liberties import liberties

    return liberties()


def _target(around: Surroundings) -> ReferencePart:
    from conformance.services.image.target.service import ImagePart

    return ImagePart(around)


IMAGE = Service(
    name="image",
    claims=("image.*",),
    catalogue=("image",),
    client=_client,
    marks=MARKS,
    owner="owner",
    next="next",
    plain={"visibility": "private"},
    sample={"min_disk": 1, "min_ram": 1, "tags": ["kept"], "conformance_kept": "kept"},
    volatile=frozenset({"updated_at"}),
    unordered=UNORDERED,
    largest_page={"limit": 500},
    most_held=11,
    freeing=({"op": "replace", "path": "/protected", "value": False},),
    schemas={"image": "/v2/schemas/image", "images": "/v2/schemas/images"},
    cases=("conformance.services.image.cases",),
    searching=("stateful", "generated"),
    faults=_faults,
    liberties=_liberties,
    stocked="liberty.cloud.crowded",
    target=_target,
)
