"""Faults of any contract: each has the reference target break promises of the operations that no service has made its
own.

Rules
- A fault breaks those of its promises that the ledger of the contract has; one that breaks none of them is none.
- There is each kind of fault on each operation or resource. Of kinds that are there once for each member, one member of
  an operation is chosen, another one each day; CONFORMANCE_ALL=1 makes them all.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import partial

from conformance.model.contract import Contract, Operation
from conformance.services.fault import Fault
from conformance.services.forms import form_faults
from conformance.services.generic.faults import access, actions, defaults, drawn, lists, refusals, sequences, state
from conformance.services.generic.faults.reading import kept
from conformance.services.wire import Call

__all__ = ["faults"]

ALL, SEED = "CONFORMANCE_ALL", "CONFORMANCE_DAY"


def faults(contract: Contract, operations: Iterable[Operation], *, every: bool = False) -> Iterator[Fault]:
    """The faults of these operations of a contract, and of their resources."""
    made = kept(contract, _every(contract, tuple(operations)))
    yield from made if every or os.environ.get(ALL) else _chosen(made)


def _every(contract: Contract, operations: tuple[Operation, ...]) -> Iterator[Fault]:
    names = {item.id for item in operations}
    for operation in operations:
        if operation.responses:
            yield from form_faults(contract, operation, partial(_asks, operation.id))
        yield from refusals.faults(contract, operation)
    for service in dict.fromkeys(item.service for item in operations):
        yield from refusals.codes(contract, service)
    yield from access.faults(operations)
    for resource in contract.resources.values():
        if names & set(resource.operations):
            yield from state.faults(contract, resource)
            yield from actions.faults(contract, resource)
            yield from defaults.faults(contract, resource)
            yield from drawn.faults(contract, resource)
            yield from sequences.faults(contract, resource)
            yield from lists.faults(contract, resource)
            yield from access.isolation(contract, resource)


def _asks(operation: str, call: Call) -> bool:
    return call.operation == operation


_BY_MEMBER = re.compile(
    r"(.*?\.(?:response\.\d+|taken|kept|unchanged))\.(.+)\.([^.]+)\Z|(.*?\.(?:kept|unchanged))\.([^.]+)\Z"
)


def _chosen(made: Iterator[Fault]) -> Iterator[Fault]:
    """The faults, of those that differ in their member alone the one of the day."""
    day = os.environ.get(SEED, "")
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in made:
        match = _BY_MEMBER.match(fault.id)
        if match is None:
            yield fault
        else:
            groups.setdefault((match[1] or match[4], match[3] or ""), []).append(fault)
    for (place, word), found in groups.items():
        yield found[zlib.crc32(f"{day}{place}{word}".encode()) % len(found)]
