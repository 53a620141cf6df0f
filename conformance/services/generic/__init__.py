"""What any contract needs that no service of its own is written for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from conformance.contract.producers import inner_of, making_of
from conformance.model.contract import Contract, Operation
from conformance.model.marks import Marks
from conformance.run.service import Fallback, Service, registered, unclaimed

if TYPE_CHECKING:
    from conformance.services.generic.client import GenericClient

__all__ = ["GENERIC", "marks_of"]

CASES = ("conformance.services.generic.cases",)
TYPES = {
    "compute": ("compute",),
    "volume": ("volumev3", "block-storage", "volume"),
    "network": ("network",),
    "image": ("image",),
    "identity": ("identity",),
    "orchestration": ("orchestration",),
    "load-balancer": ("load-balancer",),
    "dns": ("dns",),
    "object-store": ("object-store",),
}
"""Name of a service -> the types under which a catalogue lists it (OpenStack service-types authority)."""
ALIASES = {"volumes": "volume", "volumev3": "volume", "block-storage": "volume", "cinder": "volume"}
NAMING = ("name", "display_name", "title", "description")
"""Members that may hold a name of ours, the best first."""


def _client() -> type[GenericClient]:
    from conformance.services.generic.client import GenericClient

    return GenericClient


def _services(contract: Contract, name: str) -> Sequence[Service]:
    """A service for each resource of the service of this name that can be made and removed, in the order in which they are
    made; one that is about none where there is none."""
    left = frozenset(item.id for item in unclaimed(contract) if item.service == name)
    order = [item for item in making_of(contract, left).order if contract.resources[item].service == name]
    logs_in = any(item.name == name and item.gives_tokens for item in registered())
    return [
        Service(
            name=name,
            claims=tuple(sorted(left)),
            about=about,
            catalogue=() if logs_in else TYPES.get(ALIASES.get(name, name), (name,)),
            client=_client,
            marks=marks_of(contract, about),
            next="next",
            cases=CASES,
        )
        for about in order or ("",)
    ]


def marks_of(contract: Contract, about: str) -> Marks:
    """By which member a resource is recognised: the first that its create takes and that may hold any text."""
    if not about:
        return Marks()
    _, body = inner_of(contract.operations[str(contract.resources[about].create)].request_schema)
    members = body.get("properties", {})
    return Marks(name=next((item for item in NAMING if item in members), "name"))


def _words(operations: Iterable[Operation]) -> tuple[str, ...]:
    from conformance.services.generic.harm import words_of

    return words_of(operations)


GENERIC = Fallback(CASES, _services, _words)
