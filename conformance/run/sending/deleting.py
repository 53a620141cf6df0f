"""What takes away the resources of one service, and what keeps them from that.

What was made by somebody else is never deleted, whatever id a create is answered with (run/sending/provenance.py).
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from conformance.model.errors import ConnectionBroken, TargetAway, TargetUnreachable
from conformance.model.jsonvalue import JSON
from conformance.model.message import GONE, Exchange
from conformance.model.verdict import Removal
from conformance.run.journal import Journal
from conformance.run.reading import Members, body_of, reading
from conformance.run.sending.caller import Connection
from conformance.run.sending.listing import Lister
from conformance.run.service import Service

__all__ = ["Remover"]

LONGEST_DISCARD, MOST_STALLS = 10.0, 3
"""Seconds that a case waits for the deletion of what it needs no more; and how often in a row it does so in vain."""


class Remover(Lister):
    """Deletes the resources of one service as one of the actors. A service whose resources need more than the contract
    tells says so in `held` and `removed`."""

    def __init__(self, connection: Connection, service: Service, journal: Journal) -> None:
        super().__init__(connection, service)
        self.journal = journal
        self._made: dict[str, str] = {}  # what create has answered and is not deleted -> who made it
        self._held: set[str] = set()  # what was last answered to be kept from being deleted
        self._stalls = 0  # how often in a row what had served was not deleted in time

    def is_not_ours(self, resource_id: str) -> bool:
        """Whether an id is known to be that of another's resource, or could not be seen to be that of what a create has
        made."""
        return resource_id in self.journal.others or resource_id in self.journal.misnamed

    def delete(self, resource_id: str, *, actor: str = "main") -> Exchange:
        """Delete a resource."""
        try:
            exchange = self.call(self._of_resource(self.resource.remove, "removes").id, resource_id, actor=actor)
        except ConnectionBroken as error:
            if error.done:
                self._made.pop(resource_id, None)
            raise
        if exchange.response.status < 300 or exchange.response.status in GONE:
            self._made.pop(resource_id, None)
        return exchange

    def discard(self, resource_id: str) -> bool:
        """Delete a resource that has served; what cannot be deleted now is left to the cleaning up. Where that stalls the
        case goes on, and after some times it is not tried any more. Returns whether it was answered."""
        if self._stalls >= MOST_STALLS:
            return False
        if self.is_not_ours(resource_id):
            return True
        try:
            with self._sender.within(LONGEST_DISCARD):
                gone = self._deleted(resource_id, "main") or self.remove(resource_id)
        except (ConnectionBroken, TargetAway):
            raise
        except TargetUnreachable:
            self._stalls += 1
            return False
        self._stalls = 0
        if gone:
            self.journal.gone(resource_id)
        return True

    def remove(self, resource_id: str, project: str = "") -> bool:
        """Delete a resource, after what keeps it from being deleted is taken away; True when it is gone."""
        actor = self.actor_of(project)
        if actor is None:
            return False
        for _ in range(2):
            if self._deleted(resource_id, actor):
                return True
            self.release(resource_id, actor)
        if self.resource.show is None:
            return False
        shown = self.show(resource_id, actor=actor)
        return shown.response.status in GONE or self.removed(body_of(shown))

    def free_and_delete(self, resource_id: str, actor: str) -> Exchange:
        """Delete a resource, after what is known to keep it is taken away: else that would be refused, and a third
        request needed."""
        if resource_id in self._held:
            self._held.discard(resource_id)
            self.release(resource_id, actor)
        return self.delete(resource_id, actor=actor)

    def _deleted(self, resource_id: str, actor: str) -> bool:
        try:
            status = self.free_and_delete(resource_id, actor).response.status
        except ConnectionBroken as error:
            if error.done:
                return True
            raise
        operation = self._of_resource(self.resource.remove, "removes")
        return operation.response(status) is not None or status in GONE

    @property
    def removal(self) -> Removal | None:
        """The request that takes away what keeps a resource from being deleted; None when the service knows of
        nothing."""
        if self.service.freeing is None:
            return None
        change = self._of_resource(self.resource.change, "changes")
        return Removal(
            change.method,
            change.request_media_type or "",
            json.dumps(self.service.freeing),
            urlencode(self.service.largest_page),
            self.service.next,
        )

    def release(self, resource_id: str, actor: str) -> None:
        """Take away what keeps a resource from being deleted; nothing, unless the service knows of anything."""
        removal = self.removal
        if removal is not None:
            change = self._of_resource(self.resource.change, "changes")
            headers = {"Content-Type": removal.media_type}
            self.call(change.id, resource_id, body=removal.body.encode(), headers=headers, actor=actor)

    def note(self, resource_id: str, exchange: Exchange) -> None:
        """Remember whether the answer of a create or a change says that the resource cannot be deleted as it is."""
        if exchange.response.status < 300:
            (self._held.add if self.held(reading(exchange)) else self._held.discard)(resource_id)

    def held(self, resource: Members) -> bool:
        """Whether a resource that is answered like this is kept from being deleted until it is released."""
        return False

    def removed(self, body: JSON) -> bool:
        """Whether a resource is gone although show answers with this body."""
        return False
