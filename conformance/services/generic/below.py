"""The client of resources that stand below another one: it makes one of those first, and everything of its own below that.

Rules
- What it makes goes with what it stands below, which the journal names. So its own journal is not kept in a file: what a case
  has made is deleted at its end, before the one that it stands below.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from conformance.contract.producers import holder_of
from conformance.model.contract import Operation, Resource
from conformance.model.errors import TargetError
from conformance.model.message import GONE, Exchange
from conformance.run.journal import Journal
from conformance.run.reading import body_of
from conformance.run.sending.caller import NO_NAMES, Connection
from conformance.run.sending.provenance import Provenance
from conformance.run.unexercised import NotExercised
from conformance.services.generic import marks_of
from conformance.services.generic.client import GenericClient

__all__ = ["ClientBelow"]


class ClientBelow(GenericClient):
    """Makes, shows, lists, changes and removes the resources of one kind that stand below one which `above` makes."""

    def __init__(self, above: GenericClient, resource: Resource) -> None:
        self._above, self._under = above, ""
        contract = above.contract
        holder = holder_of(contract, resource)
        assert holder is not None
        self._up, self._collection = holder.parameter, resource.collection
        service = replace(above.service, about=resource.name, marks=marks_of(contract, resource.name))
        kept = above.journal
        journal = Journal.open(Path(), kept.endpoint, kept.project, kept.run_id, durable=False)
        connection = Connection(above.target, above._sender, above.recorder, above.secrets, above._pause, above.clients)
        super().__init__(connection, service, journal, above._run_seed)
        self.allow, self.values, self.unfit, self.held_back = above.allow, above.values, above.unfit, above.held_back
        self.read_only, self.lateness, self.drawn = above.read_only, above.lateness, above.drawn
        self.waits = above.waits

    def path(
        self, operation: Operation, resource_id: str = "", actor: str = "main", names: Mapping[str, str] = NO_NAMES
    ) -> str:
        """The path of an operation, below the one that was made for it. Raises NotExercised when none can be made."""
        if operation.path.startswith(self._collection) and self._up not in names and resource_id != "{":
            names = {self._up: self.holder(), **names}
        return super().path(operation, resource_id, actor, names)

    def holder(self) -> str:
        """The id of the resource below which all stands, which is made where there is none. Raises NotExercised when none can
        be made."""
        own = self._above.supplied()
        if own != self._under:
            self._under = own
            place = super().path(self.operation(str(self.resource.create)), names={self._up: own})
            self._provenance = Provenance(self.journal, self.service.marks, self.resource, f"{place}/{{")
        return own

    def without_holder(self) -> Exchange:
        """Delete the resource below which all stands; the next one that is needed is another."""
        own = self.holder()
        exchange = self._above.delete(own)
        if exchange.response.status < 300:
            self._above.journal.gone(own)
        return exchange

    def has_holder(self, own: str) -> bool:
        """Whether a resource below which something stood is still there. Raises NotExercised when nothing can tell."""
        shown = self._above.show(own)
        return shown.response.status not in GONE and not self._above.removed(body_of(shown))

    def ends(self) -> None:
        """Delete what a case has made and left; what cannot be goes with what it stands below."""
        for own, project in list(self.journal.ids.items()):
            with contextlib.suppress(TargetError, NotExercised):
                if self.remove(own, project):
                    self.journal.gone(own)
