"""Embedded targets for the tests: the reference with faults or liberties of the bank."""

from __future__ import annotations

from collections.abc import Callable

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference

__all__ = ["reference_with"]


def reference_with(*names: str) -> Callable[[Contract], Reference]:
    """Makes the reference with the faults and liberties of these names."""
    return lambda contract: Reference(contract, faults=faults_of(contract, names))
