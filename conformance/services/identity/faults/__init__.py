"""Faults of the identity service: each has the reference target break a promise of the contract while the rest
holds."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model.contract import Contract
from conformance.services.fault import Fault
from conformance.services.identity.faults import tokens

__all__ = ["faults"]


def faults(contract: Contract) -> Iterator[Fault]:
    """Every fault of the identity service, made from the contract."""
    yield from tokens.faults(contract)
