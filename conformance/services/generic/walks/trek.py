"""A walk over one kind of resource: each step is done to the cloud and to the model, and what is seen is held to it.

Rules
- The model has of a resource what requests may set of it: how it was seen last, and what was set since. Nothing is due of
  what a service may change by itself.
- A deviation is reported once: after it the model takes over what is shown.
- After an answer that leaves open whether a request was carried out nothing is due of the resource until it is seen again.
- What cannot be seen (a list that fails, a resource that is still at work) is not looked at; the walk goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Self

from conformance.contract.producers import inner_of
from conformance.model.contract import Resource
from conformance.model.deviation import Deviation
from conformance.model.finding import Key
from conformance.model.jsonvalue import equal, short
from conformance.model.message import Exchange
from conformance.run.cases import Expect, NotExercised
from conformance.run.reading import Members
from conformance.services.generic.arrange import (
    as_far_as,
    changed_in_some_form,
    created_with,
    inner,
    is_refused,
    moving,
    no_more,
    rows_of,
    sent_in,
    sent_members,
    shown,
    success_of,
    unready,
)
from conformance.services.generic.client import GenericClient
from conformance.services.generic.delay import accepted, seen_when, sent_when_free
from conformance.services.generic.walks.promises import Broken, Promises, WalkAct
from conformance.services.generic.walks.stride import Naming, Stride

__all__ = ["Trek"]


class Trek:
    """Does steps and judges what follows. Use as a context, so that findings have the exchanges that led to them.

    `there` maps the number of each resource of the walk to its id, `due` to what its members are due to be; `removed`
    maps the numbers of those that were seen to be gone to their ids. `acts` are the operations since each was seen.
    """

    def __init__(self, cloud: GenericClient, expect: Expect, resource: Resource) -> None:
        self.cloud, self.resource = cloud, resource
        self.promises = Promises(cloud.contract, resource)
        self.steps: list[Stride] = []
        self.found: dict[Key, tuple[int, int]] = {}
        self.there: dict[int, str] = {}
        self.due: dict[int, dict[str, Any]] = {}
        self.removed: dict[int, str] = {}
        self.acts: dict[int, list[WalkAct]] = {}
        self._expect = expect
        self._names: dict[int, str] = {}
        self._trail: list[int] = []
        self._written: Exchange | None = None  # the last request that was taken, until a list was seen after it
        made = sent_members(cloud.contract, resource.create, resource)
        changed = sent_members(cloud.contract, resource.change, resource) if resource.change else {}
        self._kept = {name: node for name, node in {**changed, **made}.items() if name != resource.id}

    def __enter__(self) -> Self:
        self.cloud.recorder.trail = self._trail
        return self

    def __exit__(self, *_: object) -> None:
        self.cloud.recorder.trail = None

    def do(self, step: Stride) -> None:
        """Do a step, unless the resource that it is about was never made. Raises TargetError, and NotExercised when no
        resource can be made."""
        self.steps.append(step)
        findings = self.cloud.recorder.findings
        before = len(findings)
        {
            "create": self._create,
            "change": self._change,
            "remove": self._remove,
            "show": self._show,
            "list": self._list,
        }[step.kind](step)
        for item in findings[before:]:  # those of the checks of an exchange; `_say` has entered the others
            self.found.setdefault(item.key, (len(self.steps) - 1, step.slot))

    def forget(self) -> None:
        """Take what is gone off the journal, unless something was seen to come back."""
        if self.promises.gone() not in {requirement for requirement, _ in self.found}:
            for own in self.removed.values():
                self.cloud.journal.gone(own)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _create(self, step: Stride) -> None:
        members = self._resolved(step.members)
        exchange = created_with(self.cloud, members)
        if members and is_refused(exchange):  # what goes with what no table tells
            exchange = created_with(self.cloud, {})
        if exchange.response.status not in success_of(self.cloud.contract, str(self.resource.create)):
            if not self.there and not self.removed:
                raise unready(exchange)
            return  # a quota, a name in use: what may be made is judged by other cases
        own = self.cloud.made_of(exchange)
        if own is None:
            raise unready(exchange)
        sent = sent_in(exchange, self.cloud.contract.operations[str(self.resource.create)])
        self.there[step.slot] = own
        self.due[step.slot] = {name: sent[name] for name in self._kept.keys() & sent.keys()}
        self.acts[step.slot] = []
        self._acted(step.slot, "create", named=frozenset(self.due[step.slot]))
        self._await(step.slot, exchange)

    def _change(self, step: Stride) -> None:
        own = self.there.get(step.slot)
        if own is None:
            return
        members = self._resolved(step.members)
        now = Members(self.cloud.recorder.exchanges[-1], self.due[step.slot])
        try:
            exchange, beside = changed_in_some_form(self.cloud, self.resource, own, members, now, "walk")
        except NotExercised:
            return  # it needs what nobody knows
        status = exchange.response.status
        named = frozenset(members)
        if status in success_of(self.cloud.contract, str(self.resource.change)):
            self._acted(step.slot, "change", named=named)
            due = self.due[step.slot]
            if exchange.request.method == "PUT":  # it may replace the whole resource (RFC 9110, 9.3.4)
                due = {name: value for name, value in due.items() if name in beside}
            self.due[step.slot] = {**due, **members}
            self._await(step.slot, exchange)
            return
        self._acted(step.slot, "change", refused=True, named=named)
        if status >= 500 or status in {408, 429}:
            self.due[step.slot].clear()

    def _remove(self, step: Stride) -> None:
        own = self.there.get(step.slot)
        if own is None:
            return
        exchange = sent_when_free(self.cloud, partial(self.cloud.delete, own), "walk")
        status = exchange.response.status
        if status not in success_of(self.cloud.contract, str(self.resource.remove)):
            if status >= 500 or status in {408, 429}:
                self._forget(step.slot)
            return
        self._written = exchange
        self._acted(step.slot, "remove")
        self._forget(step.slot)
        if self._leaves(own, exchange):
            self.removed[step.slot] = own

    def _show(self, step: Stride) -> None:
        """See a resource; of one that was deleted that it is no more."""
        gone = self.removed.get(step.slot)
        if gone is None:
            self._look(step.slot)
        elif self.resource.show is not None:
            exchange = self.cloud.show(gone)
            row = inner(exchange, self.resource) if exchange.response.status < 300 else None
            self._stays_away(step.slot, row, "shown", exchange)

    def _list(self, _step: Stride) -> None:
        if self.resource.list is None:
            return
        try:
            rows = self._rows()
            if self._written is not None and accepted(self._written):
                act = ("walk", "list", self._written.operation)
                rows = seen_when(self.cloud, act, rows, self._rows, self._undone)
        except NotExercised:
            return
        self._written = None
        page = self.cloud.recorder.exchanges[-1]
        ids = [row.maybe_text(self.resource.id) for row in rows]
        for slot, own in list(self.there.items()):
            found = [row for row, listed in zip(rows, ids, strict=True) if listed == own]
            if not found:
                self._missing(slot, "listed", page)
            else:
                twice = Deviation("listed-twice")
                self._say(slot, Broken(self.promises.complete(), twice), page, ok=len(found) == 1)
                self._compare(slot, found[0], "listed", found[0].source, whole=False)
        for slot, own in self.removed.items():
            row = next((row for row, listed in zip(rows, ids, strict=True) if listed == own), None)
            self._stays_away(slot, row, "listed", row.source if row is not None else page)

    # --- what is seen -----------------------------------------------------------------------------------------------

    def _await(self, slot: int, exchange: Exchange) -> None:
        """See a resource once the service has done what it has accepted with this answer."""
        self._written = exchange
        look, left = partial(self._seen, slot), partial(self._unseen, slot, late=accepted(exchange))
        seen = seen_when(self.cloud, ("walk", exchange.operation), look(), look, left)
        if seen is not None and (not seen or moving(seen)):
            self.due[slot].clear()
            return
        self._held(slot, seen)

    def _unseen(self, slot: int, seen: Members | None, *, late: bool) -> Collection[str]:
        """What is not yet so of a resource, of which nothing can be told where it cannot be seen; `late` says that it need
        not be as it is due yet."""
        if seen is not None and moving(seen):
            return ("moving",)
        return self._lacks(slot, seen) if late and (seen is None or seen) else ()

    def _lacks(self, slot: int, seen: Members | None) -> Collection[str]:
        """The members of a resource that are not seen as they are due; that it is not there at all."""
        if seen is None:
            return ("absent",)
        due = self.due[slot]
        return [
            f"member {name}"
            for name in self._kept.keys() & due.keys() & seen.keys()
            if not equal(due[name], as_far_as(self._kept[name], due[name], seen[name]))
        ]

    def _rows(self) -> list[Members]:
        return list(rows_of(self.cloud, self.resource))

    def _undone(self, rows: Sequence[Members]) -> Collection[str]:
        """What a list has not yet: what is there, as it is due, and nothing of what was deleted."""
        by_id = {row.maybe_text(self.resource.id): row for row in rows}
        left = (by_id.get(own) for own in self.removed.values())
        there = {"there" for row in left if row is not None and not no_more(row)}
        return there.union(*(self._lacks(slot, by_id.get(own)) for slot, own in self.there.items()))

    def _look(self, slot: int) -> None:
        if slot in self.there:
            seen = self._seen(slot)
            if seen is None or seen:
                self._held(slot, seen)

    def _seen(self, slot: int) -> Members | None:
        """A resource as it is shown; None when it is not there, and no members when nothing can tell."""
        try:
            return shown(self.cloud, self.resource, self.there[slot])
        except NotExercised:
            return Members(self.cloud.recorder.exchanges[-1])

    def _held(self, slot: int, seen: Members | None) -> None:
        if seen is None:
            self._missing(
                slot, "shown" if self.resource.show is not None else "listed", self.cloud.recorder.exchanges[-1]
            )
        elif seen:
            self._compare(slot, seen, "shown", seen.source)

    def _compare(self, slot: int, seen: Members, where: str, exchange: Exchange, *, whole: bool = True) -> None:
        """Hold what is seen of a resource to what is due, and take over what it shows."""
        due, acts = self.due[slot], self.acts[slot]
        for name in sorted(self._kept.keys() & due.keys() & seen.keys()):
            broken = self.promises.differs(name, acts, where)
            same = equal(due[name], as_far_as(self._kept[name], due[name], seen[name]))
            deviation = broken.deviation.showing(due=short(due[name]), got=short(seen[name])).at(name)
            self._say(slot, Broken(broken.requirement, deviation), exchange, ok=same)
            due[name] = seen[name]
        if whole:
            self.due[slot] = {name: seen[name] for name in self._kept.keys() & seen.keys()}
            self.acts[slot] = []

    def _missing(self, slot: int, where: str, exchange: Exchange) -> None:
        self._say(slot, self.promises.missing(self.acts[slot], where), exchange)
        self._forget(slot)

    def _forget(self, slot: int) -> None:
        for known in (self.there, self.due, self.acts):
            known.pop(slot, None)

    def _leaves(self, own: str, exchange: Exchange) -> bool:
        """Whether a resource is gone in the time in which a service has to delete it; one that is not is judged by the case
        for that."""
        look = partial(shown, self.cloud, self.resource, own)
        try:
            seen = seen_when(self.cloud, ("walk", "leaves"), look(), look, _lingers)
        except NotExercised:
            return False
        if seen is None or no_more(seen):
            return True
        if not moving(seen):
            still = Deviation("still-there", terms=(("where", "shown" if self.resource.show else "listed"),))
            self._say(-1, Broken(self.promises.gone(), still), exchange)
        return False

    def _stays_away(self, slot: int, row: Members | None, where: str, exchange: Exchange) -> None:
        back = row is not None and not no_more(row)
        still = Deviation("still-there", terms=(("where", where),))
        self._say(slot, Broken(self.promises.gone(), still), exchange, ok=not back)

    # --- what is judged ---------------------------------------------------------------------------------------------

    def _acted(self, slot: int, kind: str, *, refused: bool = False, named: frozenset[str] = frozenset()) -> None:
        for other, acts in self.acts.items():
            own = other == slot
            acts.append(WalkAct(kind, own, refused, named if own else frozenset()))

    def _say(self, slot: int, broken: Broken, exchange: Exchange, *, ok: bool = False) -> None:
        exchanges = self.cloud.recorder.exchanges
        related = tuple(exchanges[number - 1] for number in self._trail if number < exchange.number)
        self._expect(broken.requirement, ok, broken.deviation, exchange, related=related)
        if not ok:
            self.found.setdefault((broken.requirement, broken.deviation), (len(self.steps) - 1, slot))

    def _resolved(self, members: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._name(value) if isinstance(value, Naming) else value for name, value in members.items()}

    def _name(self, naming: Naming) -> str:
        if naming.number not in self._names:
            operation = self.cloud.contract.operations[str(self.resource.change)]
            members = inner_of(operation.request_schema)[1].get("properties", {})
            self._names[naming.number] = self.cloud.mark(operation, members.get(self.cloud.service.marks.name, {}))
        return self._names[naming.number]


def _lingers(seen: Members | None) -> Collection[str]:
    if seen is None or no_more(seen):
        return ()
    return ("moving",) if moving(seen) else ("there",)
