"""Requests drawn from the contract: for each place and each rule of it, a strategy of requests that keep or break just that.

Rules
- An aim is one equivalence class of one operation: what is tried, and whether the contract has it accepted, refused or left open.
- A broken request breaks exactly one rule, and which one is known; what the contract does not decide is open.
- Drafts hold marks where a run puts what must be its own: a name, a tag, an id. They are as long as what replaces them, so a
  draft is in the same class as the request that is made of it.
- No I/O and no clock here; the same strategy and seed give the same drafts.
"""

from __future__ import annotations

from conformance.generate.address import path_aims, query_aims
from conformance.generate.create import create_aims
from conformance.generate.draft import ANY, EXISTING, FRESH, NAME, TAG, Aim, Draft
from conformance.generate.patch import patch_aims
from conformance.model.contract import Contract

__all__ = ["ANY", "EXISTING", "FRESH", "NAME", "TAG", "Aim", "Draft", "aims"]


def aims(contract: Contract) -> tuple[Aim, ...]:
    """Every aim, operation by operation."""
    operations = contract.operations
    return (
        *create_aims(contract),
        *patch_aims(contract),
        *query_aims(operations["image.list"]),
        *(aim for name in ("image.download", "image.patch", "image.delete") for aim in path_aims(operations[name])),
    )
