"""Requests drawn from the contract: for each place and each rule of it, a strategy of requests that keep or break just
that.

Rules
- An aim is one equivalence class of one operation: what is tried, and whether the contract has it accepted, refused or
  left open.
- A broken request breaks exactly one rule, and which one is known; what the contract does not decide is open.
- Drafts hold marks where a run puts what must be its own: a name, a tag, an id. They are as long as what replaces them,
  so a draft is in the same class as the request that is made of it.
- What no contract tells of a resource (which member carries a name, what is never sent) is given as `Marks`.
- No I/O and no clock here; the same strategy and seed give the same drafts.
"""

from __future__ import annotations

from conformance.generate.address import list_aims, path_aims
from conformance.generate.change import change_aims
from conformance.generate.create import create_aims
from conformance.generate.draft import ANY, EXISTING, FRESH, NAME, TAG, Aim, Draft
from conformance.model.contract import Contract, Resource
from conformance.model.marks import Marks

__all__ = ["ANY", "EXISTING", "FRESH", "NAME", "TAG", "Aim", "Draft", "Marks", "aims"]


def aims(contract: Contract, resource: Resource, marks: Marks) -> tuple[Aim, ...]:
    """Every aim of a resource, operation by operation."""
    return (
        *create_aims(contract, resource, marks),
        *change_aims(contract, resource, marks),
        *list_aims(contract, resource, marks),
        *path_aims(contract, resource),
    )
