"""The embedded target of the commands and of plain pytest: the reference, loaded when a run turns out to have no
cloud."""

from __future__ import annotations

from contextlib import AbstractContextManager

from conformance.model.contract import Contract
from conformance.run.embedded import EmbeddedTarget

__all__ = ["embedded"]


def embedded(contract: Contract) -> AbstractContextManager[EmbeddedTarget]:
    """The reference target, without a fault."""
    from conformance.proof.reference import Reference  # here, so that a run against a cloud never loads it

    return Reference(contract)
