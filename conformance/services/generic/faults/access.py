"""Faults of access: who may call without a token, and reach what belongs to another project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.producers import head_of
from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Call, Caller

__all__ = ["faults", "isolation"]


def faults(operations: Sequence[Operation]) -> Iterator[Fault]:
    """The faults of tokens, for each operation."""
    for operation in operations:
        if operation.secured:
            breaks = ("auth.required", rid.error(401), rid.stated(operation.id, "auth"))
            said = f"{operation.id} needs no token"
            yield Fault(f"{operation.id}.without-token", breaks, said, Hooks(authorise=partial(_anybody, operation.id)))

        head = head_of(operation)
        if head and operation.secured:
            named = rid.path(operation.id, head)
            said = f"{operation.id} is answered in the path of any project"
            yield Fault(
                f"{operation.id}.any-project", (named,), said, Hooks(request=partial(_ours, operation.id, head))
            )


def _ours(operation: str, head: str, call: Call) -> Call:
    if call.operation != operation or call.caller is None:
        return call
    return replace(call, names={**call.names, head: call.caller.project})


def _anybody(operation: str, call: Call, caller: Caller | None, accounts: Any) -> Caller | None:
    if caller is not None or call.operation != operation:
        return caller
    return Caller(next(iter(accounts.projects.values())), frozenset({"member"}))


def isolation(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of isolation of a resource."""
    if resource.create is None:
        return
    for operation in (resource.show, resource.change, resource.remove):
        if operation is None:
            continue
        word = operation.rpartition(".")[2]
        breaks = (
            rid.stated(resource.name, "isolation", word),
            rid.stated(operation, "isolation"),
        )
        said = f"{operation} reaches what belongs to another project"
        yield Fault(f"{operation}.open", breaks, said, Hooks(authorise=partial(_as_admin, operation)))


def _as_admin(operation: str, call: Call, caller: Caller | None, _accounts: Any) -> Caller | None:
    if caller is None or call.operation != operation:
        return caller
    return replace(caller, roles=caller.roles | {"admin"})
