"""What the registered services leave to the contract, and the part of the reference target that answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.model.contract import Contract, Operation
from conformance.run.service import unclaimed
from conformance.services.fault import Fault
from conformance.services.generic.faults import faults
from conformance.services.generic.faults.reading import kept
from conformance.services.generic.liberties import liberties
from conformance.services.generic.target.service import GenericPart
from conformance.services.part import ReferencePart, Surroundings

__all__ = ["kept", "rest_faults", "rest_liberties", "rest_part", "unclaimed"]


def rest_part(around: Surroundings, service: str, operations: Sequence[Operation]) -> ReferencePart:
    """The part that answers these operations of a service as the contract alone has them."""
    return GenericPart(around, service, operations)


def rest_faults(contract: Contract, *, every: bool = False) -> Iterator[Fault]:
    """The faults of what is left to the contract; some of those that differ in their member alone, or every one."""
    yield from faults(contract, unclaimed(contract), every=every)


def rest_liberties(contract: Contract) -> Iterator[Fault]:
    """The liberties of what is left to the contract."""
    yield from liberties(contract, unclaimed(contract))
