"""Which promise is broken when a resource is not as the model has it: that of the operation that explains it.

The deviations are those of the cases that judge the same promise, so that one deviation is one finding wherever it is met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource
from conformance.model.deviation import Deviation
from conformance.services.generic.arrange import about, body_requirement, first_of

__all__ = ["Broken", "Promises", "WalkAct"]


@dataclass(frozen=True, slots=True)
class WalkAct:
    """What was done since a resource was last seen: its kind (create, change, remove), whether to this resource, whether
    it was refused, and the members that it has set."""

    kind: str
    own: bool
    refused: bool = False
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise, and how it is broken; the caller adds what was due and what came."""

    requirement: str
    deviation: Deviation


class Promises:
    """The promises of a resource, as a contract has them."""

    def __init__(self, contract: Contract, resource: Resource) -> None:
        self._contract, self._resource = contract, resource

    def gone(self) -> str:
        """What is deleted is no more."""
        remove = str(self._resource.remove)
        return first_of(self._contract, requirement_id.gone(remove), about(self._contract, remove))

    def complete(self) -> str:
        """A list has what there is, once."""
        name = str(self._resource.list)
        return first_of(self._contract, requirement_id.complete(name), about(self._contract, name))

    def missing(self, acts: Sequence[WalkAct], where: str) -> Broken:
        """What is broken when a resource is not there that is due to be."""
        act = _of_another(acts)
        if act is not None:
            return self._another(act)
        if where == "listed":
            return Broken(self.complete(), Deviation("not-listed"))
        last = acts[-1].kind if acts else ""
        if last == "create":
            create = str(self._resource.create)
            return Broken(about(self._contract, create), Deviation("made-and-not-there", operation=create))
        if last == "change":
            return Broken(self._whole("change"), Deviation("gone", terms=(("when", "change"),)))
        return Broken(self._whole("show"), Deviation("gone-by-itself"))

    def differs(self, member: str, acts: Sequence[WalkAct], where: str) -> Broken:
        """What is broken when a member is not as it is due."""
        setting = next((act for act in reversed(acts) if act.own and not act.refused and member in act.named), None)
        if setting is not None:
            requirement = body_requirement(self._contract, self._whose(setting.kind), member)
            return Broken(requirement, Deviation("differs-where", place=member, terms=(("where", where),)))
        refused = next((act for act in reversed(acts) if act.own and act.refused and member in act.named), None)
        if refused is not None and refused.kind == "change":
            requirement = body_requirement(self._contract, str(self._resource.change), member)
            return Broken(requirement, Deviation("refused-and-stored", terms=(("members", member),)))
        if any(act.own and act.kind == "change" for act in acts):
            return Broken(self._still(), Deviation("turned", place=member, terms=(("when", "another-member"),)))
        act = _of_another(acts)
        if act is not None:
            return self._another(act)
        return Broken(self._whole("show"), Deviation("turned", place=member, terms=(("when", "by-itself"),)))

    def _another(self, act: WalkAct) -> Broken:
        """What is broken when an operation on one resource reaches another."""
        if act.kind == "create":
            return Broken(self._whole("create"), Deviation("another-changed", terms=(("when", "create"),)))
        name = self._whose(act.kind)
        beside = self._still() if act.kind == "change" else self.gone()
        requirement = first_of(self._contract, requirement_id.stated(name, "collateral"), beside)
        when = "change" if act.kind == "change" else "delete"
        return Broken(requirement, Deviation("another-changed", terms=(("when", when),)))

    def _still(self) -> str:
        change = str(self._resource.change)
        return first_of(self._contract, requirement_id.stated(change, "unchanged"), about(self._contract, change))

    def _whose(self, kind: str) -> str:
        """The operation with which a resource is made, changed, removed or shown; where nothing shows it, listed."""
        found = {
            "create": self._resource.create,
            "change": self._resource.change,
            "remove": self._resource.remove,
            "show": self._resource.show or self._resource.list,
        }
        return str(found[kind])

    def _whole(self, kind: str) -> str:
        return about(self._contract, self._whose(kind))


def _of_another(acts: Sequence[WalkAct]) -> WalkAct | None:
    """The last operation on another resource, after which nothing was done to this one."""
    return acts[-1] if acts and not acts[-1].own and not acts[-1].refused else None
