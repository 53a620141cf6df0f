"""What a case for any contract runs for: each resource, or each operation, that no service claims.

Rules
- A pattern of what such a case judges names the part that an operation plays: `{list}.query.*` of a resource,
  `{operation}.response.*` of an operation. What one run of the case judges is what that is for its subject.
- A case that asks for a part runs for the resources that have it; one that asks for a list runs once for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from conformance.contract.producers import holder_of
from conformance.contract.resources import lists_of
from conformance.judge.registry import covered
from conformance.model.contract import Contract, Operation, Resource
from conformance.run.cases import Case, verified_by, verifies
from conformance.run.service import services_of, unclaimed

__all__ = ["PATTERNS", "judges", "narrowed", "operations_of", "resources_of"]

F = TypeVar("F", bound=Callable[..., None])
PATTERNS = "conformance_patterns"
"""The attribute of a case that holds its patterns, and that which holds the parts it asks for."""
PARTS = "conformance_parts"
CREATE, LIST = "create", "list"
_PART = re.compile(r"\{\w+\}")


def judges(*patterns: str, parts: tuple[str, ...] = (), **options: Any) -> Callable[[F], F]:
    """Declare a case for any contract: what it judges, and the `parts` (`create`, `show`) that it cannot do without."""
    widened = tuple(dict.fromkeys(_PART.sub("*", pattern) for pattern in patterns))

    def declare(function: F) -> F:
        made = verifies(*widened, **options)(function)
        setattr(made, PATTERNS, patterns)
        setattr(made, PARTS, parts)
        return made

    return declare


def narrowed(case: Case, patterns: tuple[str, ...], contract: Contract, subject: Resource | Operation) -> Case:
    """The case as it is for one subject: it judges what its patterns are there."""
    words = _words(subject)
    named = [
        pattern.format_map(words) for pattern in patterns if {*_PART.findall(pattern)} <= {*map("{{{}}}".format, words)}
    ]
    return replace(case, verifies=covered(named, verified_by(case, contract)))


def _words(subject: Resource | Operation) -> dict[str, str]:
    if isinstance(subject, Operation):
        return {"operation": subject.id}
    roles = {part: getattr(subject, part) for part in ("list", "create", "show", "change", "remove")}
    return {"resource": subject.name, **{part: name for part, name in roles.items() if name is not None}}


def resources_of(contract: Contract, parts: tuple[str, ...] = ()) -> Iterator[Resource]:
    """The resources of operations that no service claims, those that have the parts; where one is to be made, those that
    have a client that does."""
    left = {item.id for item in unclaimed(contract)}
    made = {service.about for service in services_of(contract)}
    for resource in contract.resources.values():
        has = all(getattr(resource, part) in left for part in parts)
        makes = resource.name in made or stands_below_one(contract, resource, made)
        if has and {*resource.operations} & left and (CREATE not in parts or makes):
            yield resource
            if LIST in parts:
                yield from (item for item in lists_of(contract, resource)[1:] if item.list in left)


def stands_below_one(contract: Contract, resource: Resource, made: Collection[str]) -> bool:
    """Whether a resource is made and removed below one that a client makes."""
    holder = holder_of(contract, resource) if resource.create is not None and resource.remove is not None else None
    return holder is not None and holder.name in made


def operations_of(contract: Contract) -> Iterator[Operation]:
    """The operations that no service claims."""
    yield from unclaimed(contract)
