"""Requests to the target, made from the contract: any request, and what is asked of the resources of one service.

Rules
- Every request goes through the one sender, so that it is recorded and judged; nothing here judges anything.
- What may create a resource is in the journal before it goes out.
- Cases read as `cloud.create({"name": ...})`.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from conformance.model.contract import Contract, Operation, Resource
from conformance.model.errors import SuiteError, TargetUnreachable
from conformance.model.jsonvalue import JSON
from conformance.model.link import at_home, resolved
from conformance.model.marks import prefix_of, tag_of
from conformance.model.message import Exchange, Headers, Request
from conformance.model.phrase import Phrase
from conformance.model.verdict import Removal
from conformance.run.journal import Journal
from conformance.run.reading import Members, body_of, reading
from conformance.run.recorder import Recorder
from conformance.run.sender import RecordingSender, token_variable
from conformance.run.service import Service
from conformance.run.unexercised import NotExercised
from conformance.target.cloud import Target
from conformance.target.secrets import Secrets

__all__ = ["REGRESSION_SEED", "Client", "Connection", "Query", "listed_by", "made_by", "path_of", "resource_of"]

Query = Sequence[tuple[str, str]] | Mapping[str, str | int]
MOST_PAGES = 200
MOST_LOOKS, BETWEEN_LOOKS = 3, 0.1
"""How often what was made and is not there is looked for again, and after how many seconds each time."""
REGRESSION_SEED = 1
"""What cases draw with that decide outcomes and exit codes, so that these are the same for every seed of a run."""
FIRST_SEED = 2**40
"""What the seed of a run is counted from, so that no run explores what every run asks."""
_PARAMETER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Connection:
    """What the clients of a run share: the target, the sender, who records, and what must not be shown.

    `pause` lets time pass on the target.
    """

    target: Target
    sender: RecordingSender
    recorder: Recorder
    secrets: Secrets
    pause: Callable[[float], None] = time.sleep


class Client:
    """Sends requests as one of the actors, and knows the resources of one service.

    `seed` is what the case under way draws with: REGRESSION_SEED, whatever the run's own is, unless it `explores`.
    `random` begins anew with each case, from the seed and the case's name: the same seed makes the same requests,
    whichever cases run besides and however often a case is run. `shows` says whether the service has the operation that
    most cases observe with, None while that is not known. `thorough` has everything looked at that a request leaves
    behind, not only the first of each class; `looked_after` are the classes that were (run/aftermath.py). A service whose resources need more than the contract tells
    derives from this class: see `removed`.
    """

    def __init__(self, connection: Connection, service: Service, journal: Journal, seed: int) -> None:
        self.service = service
        self.journal = journal
        self.target = connection.target
        self.recorder = connection.recorder
        self.secrets = connection.secrets
        self.shows: bool | None = None
        self.thorough = False
        self.looked_after: set[Hashable] = set()
        self._sender = connection.sender
        self._pause = connection.pause
        self._made: dict[str, str] = {}  # what create has answered and is not deleted -> who made it
        self._held: set[str] = set()  # what was last answered to be kept from being deleted
        self._run_seed = seed
        self.begin("start")

    def begin(self, case: str, attempt: int = 0, *, explores: bool = False) -> None:
        """Begin a case; `attempt` counts from 0 how often it ran before. Only names differ between attempts. A case that
        explores draws with the seed of the run."""
        self.explores = explores
        self.seed = FIRST_SEED + self._run_seed if explores else REGRESSION_SEED
        self.random = random.Random(f"{self.seed}\x1f{case}")
        again = f"r{attempt}" if attempt else ""
        self._stem = f"{sha256(case.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}{again}"
        self._names = 0

    @property
    def contract(self) -> Contract:
        """The contract that the requests are made from."""
        return self.recorder.contract

    @property
    def tag(self) -> str:
        """The tag that marks what this run creates."""
        return tag_of(self.journal.run_id)

    @property
    def may_create(self) -> bool | None:
        """Whether the credentials may create resources of the service; None while that is not known."""
        return self.recorder.may_create.get(self.service.name)

    def name(self, suffix: str = "") -> str:
        """A name that no other resource has, and that the journal recognises."""
        self._names += 1
        return f"{prefix_of(self.journal.run_id)}{self._stem}-{self._names}{suffix}"

    def uuid(self) -> str:
        """An id that no resource has, nor had: a target may keep the ids of what was deleted, so no seed makes it."""
        digits = f"{random.SystemRandom().getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def wait(self, seconds: float) -> None:
        """Let time pass on the target. An embedded target puts its clock forward; for any other we sleep."""
        self._pause(seconds)

    # --- one request ------------------------------------------------------------------------------------------------

    def call(
        self,
        operation: str,
        resource_id: str = "",
        *,
        query: Query = (),
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        actor: str = "main",
        token: str | None = None,
        anonymous: bool = False,
    ) -> Exchange:
        """Send a request to an operation of the contract.

        `headers` are set after the defaults, None takes one away. `token` replaces the actor's own; `anonymous` sends
        what must not pass as authenticated: no token at all, or the `token` given.
        """
        item = self.operation(operation)
        return self.send(
            item.method,
            path_of(item, resource_id),
            operation=operation,
            query=query,
            body=body,
            headers={"Accept": "application/json", **(headers or {})},
            actor=actor,
            token=token,
            anonymous=anonymous,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        operation: str | None = None,
        service: str | None = None,
        query: Query = (),
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        actor: str = "main",
        token: str | None = None,
        anonymous: bool = False,
    ) -> Exchange:
        """Send any request; `path` begins at the root of the service that has the operation, else of `service`, else of
        ours."""
        item = self.contract.operations.get(operation or "")
        root = self.target.url(item.service if item is not None else service or self.service.name)
        text = urlencode([(key, str(value)) for key, value in (query.items() if isinstance(query, Mapping) else query)])
        fields = {key: value for key, value in (headers or {}).items() if value is not None}
        if item is None or item.secured:
            value = token if token is not None else None if anonymous else self._token(actor)
            if value is not None:
                fields["X-Auth-Token"] = value
        request = Request(
            method=method,
            url=f"{root}{path}{'?' + text if text else ''}",
            headers=Headers.of(fields),
            body=body,
            operation=operation,
            actor="anonymous" if anonymous else actor,
        )
        return self._sender.exchange(request)

    def resend(self, request: Request) -> Exchange:
        """Send a request as it is."""
        return self._sender.exchange(request)

    def _token(self, actor: str) -> str:
        value = self.target.actors[actor].token()
        self.secrets.learn(value, token_variable(actor))
        return value

    def operation(self, name: str) -> Operation:
        """The operation of the contract with this id. Raises SuiteError when it has none."""
        try:
            return self.contract.operations[name]
        except KeyError:
            raise SuiteError(f"a case asks for the operation {name}, which the contract does not have") from None

    # --- the resources of the service -------------------------------------------------------------------------------

    @property
    def resource(self) -> Resource:
        """What the service is about: its first resource that can be created and removed. Raises SuiteError when it has
        none."""
        found = resource_of(self.contract, self.service)
        if found is None:
            raise SuiteError(f"nothing of the service {self.service.name} can be created and removed again")
        return found

    def _of_resource(self, name: str | None, what: str) -> Operation:
        if name is None:
            raise SuiteError(f"the contract has no operation that {what} a resource of the service {self.service.name}")
        return self.operation(name)

    def list(self, query: Query = (), *, actor: str = "main") -> Exchange:
        """List the resources."""
        return self.call(self._of_resource(self.resource.list, "lists").id, query=query, actor=actor)

    def create(
        self, members: JSON | bytes, *, headers: Mapping[str, str | None] | None = None, actor: str = "main"
    ) -> Exchange:
        """Create a resource of JSON, or of bytes that may be none; whatever comes of it is in the journal."""
        resource, project = self.resource, self.project(actor)
        operation = self._of_resource(resource.create, "creates")
        if isinstance(members, dict):
            name, own = members.get(self.service.marks.name), members.get(resource.id)
            self.journal.intend(str(name or ""), own if isinstance(own, str) else None, project=project)
        body = members if isinstance(members, bytes) else json.dumps(members, ensure_ascii=False).encode()
        fields = {"Content-Type": operation.request_media_type, **(headers or {})}
        try:
            exchange = self.call(operation.id, body=body, headers=fields, actor=actor)
        except TargetUnreachable:
            # The connection broke. Only what surely made nothing is sent again.
            name = members.get(self.service.marks.name) if isinstance(members, dict) else None
            if not isinstance(name, str) or self._listed(name, actor):
                raise
            exchange = self.call(operation.id, body=body, headers=fields, actor=actor)
        own = made_by(exchange, resource)
        if own is not None:
            self.journal.created(own, project=project)
            self._made[own] = actor
            self.note(own, exchange)
        if exchange.response.status == 413 and self._used_up(actor):
            self.recorder.excuse(exchange, self.recorder.exchanges[-1])
            raise NotExercised(Phrase.of("quota-used-up", operation=operation.id, status=exchange.response.status))
        return exchange

    def _listed(self, name: str, actor: str) -> bool:
        """Whether a list has a resource of this name; also when that cannot be told."""
        if self.resource.list is None:
            return True
        pages = list(self.pages(self.service.largest_page, actor=actor))
        if any(page.response.status >= 300 for page in pages):
            return True
        rows = (row for page in pages for row in listed_by(page, self.resource))
        return any(row.maybe_text(self.service.marks.name) == name for row in rows)

    def _used_up(self, actor: str) -> bool:
        """Whether a quota is used up: then the plainest create that there is meets 413, too (ruling 46)."""
        name, project = self.name(), self.project(actor)
        operation = self._of_resource(self.resource.create, "creates")
        self.journal.intend(name, project=project)
        body = json.dumps({self.service.marks.name: name, **self.service.plain}).encode()
        headers = {"Content-Type": operation.request_media_type}
        exchange = self.call(operation.id, body=body, headers=headers, actor=actor)
        own = made_by(exchange, self.resource)
        if own is not None:
            self.journal.created(own, project=project)
            if self.remove(own, project):
                self.journal.gone(own)
        return exchange.response.status == 413

    def show(self, resource_id: str, *, actor: str = "main") -> Exchange:
        """Show a resource: how most cases observe it."""
        return self.call(self._of_resource(self.resource.show, "shows").id, resource_id, actor=actor)

    def delete(self, resource_id: str, *, actor: str = "main") -> Exchange:
        """Delete a resource."""
        exchange = self.call(self._of_resource(self.resource.remove, "removes").id, resource_id, actor=actor)
        if exchange.response.status < 300 or exchange.response.status in {404, 410}:
            self._made.pop(resource_id, None)
        return exchange

    def make(self, **members: Any) -> Members:
        """A new resource, named by us and with the service's plain members unless `members` say otherwise, as create
        answers it.

        Raises NotExercised when the target makes none.
        """
        exchange = self.create({self.service.marks.name: self.name(), **self.service.plain, **members})
        if self.operation(exchange.operation).response(exchange.response.status) is None:
            raise _unready(exchange)
        made = reading(exchange)
        made.text(self.resource.id)
        return made

    def observe(self, resource_id: str, *, actor: str = "main") -> Members | None:
        """The resource as show answers it, None when it is not there. Raises NotExercised when show cannot tell.

        What was made and is not there is looked for again: a service that stores late is told so by the check of what
        was made, and the case goes on.
        """
        if self.resource.show is None:
            raise NotExercised(Phrase.of("nothing-shows", resource=self.resource.name))
        operation = self.operation(self.resource.show)
        if self.shows is False:
            raise NotExercised(Phrase.of("unobservable", operation=operation.id))
        exchange = self.show(resource_id, actor=actor)
        for _ in range(MOST_LOOKS if self._made.get(resource_id) == actor else 0):
            if exchange.response.status == 404:
                self.wait(BETWEEN_LOOKS)
                exchange = self.show(resource_id, actor=actor)
        if exchange.response.status == 404:
            return None
        if operation.response(exchange.response.status) is None or not isinstance(body_of(exchange), dict):
            raise _unready(exchange)
        return reading(exchange)

    def pages(self, query: Query = (), *, actor: str = "main") -> Iterator[Exchange]:
        """The pages of a list, each led to by the one before, at most MOST_PAGES and none twice; what is no URI ends
        them.

        A link is resolved as clients do. One that leads elsewhere is a finding of its own; the pages go on at our own
        origin, so that it is the only one, and nothing is sent to where it leads.
        """
        exchange = self.list(query, actor=actor)
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            yield exchange
            url = self._next_page(exchange)
            if url is None or url in seen:
                return
            seen.add(url)
            headers = exchange.request.headers.replaced("X-Auth-Token", self._token(actor))
            exchange = self._sender.exchange(replace(exchange.request, url=url, headers=headers, led=True))

    def _next_page(self, exchange: Exchange) -> str | None:
        """The URL of the page that a page leads to, at our own origin; None when it leads to none."""
        operation = self._of_resource(self.resource.list, "lists")
        link, asked = reading(exchange).maybe_text(self.service.next), exchange.request.url
        root = self.target.url(operation.service)
        url = resolved(link, asked, root) if link is not None else None
        return at_home(url, asked, root, operation.path) if url is not None else None

    # --- what the journal needs -------------------------------------------------------------------------------------

    def project(self, actor: str) -> str:
        """The project of an actor as the journal has it: "" for the run's own."""
        project = self.target.actors[actor].project_id
        return "" if project == self.target.main.project_id else project

    def _actor(self, project: str) -> str | None:
        """Who can act for a project of the journal, None when this run has no credentials for it."""
        return next((name for name in self.target.actors if self.project(name) == project), None)

    def of_run(self, run_id: str, names: Container[str], project: str = "") -> tuple[str, ...]:
        """Ids of the resources of a project with one of these names or the tag of the run (journal.Resources)."""
        actor, tag, marks = self._actor(project), tag_of(run_id), self.service.marks
        resource = resource_of(self.contract, self.service)
        if actor is None or resource is None or resource.list is None:
            return ()
        project = self.target.actors[actor].project_id
        found: dict[str, None] = {}
        for page in self.pages(self.service.largest_page, actor=actor):
            for item in listed_by(page, resource):
                own, name, tags = item.maybe_text(resource.id), item.maybe_text(marks.name), item.get(marks.tags)
                ours = name in names or (isinstance(tags, list) and tag in tags)
                owner = item.get(self.service.owner)
                if own is not None and ours and (owner is None or owner == project):
                    found[own] = None
        return tuple(found)

    def discard(self, resource_id: str) -> None:
        """Delete a resource that has served; what cannot be deleted now is left to the cleaning up."""
        if self._deleted(resource_id, "main") or self.remove(resource_id):
            self.journal.gone(resource_id)

    def remove(self, resource_id: str, project: str = "") -> bool:
        """Delete a resource, after what keeps it from being deleted is taken away; True when it is gone
        (journal.Resources)."""
        actor = self._actor(project)
        if actor is None:
            return False
        for _ in range(2):
            if self._deleted(resource_id, actor):
                return True
            self.release(resource_id, actor)
        if self.resource.show is None:
            return False
        shown = self.show(resource_id, actor=actor)
        return shown.response.status in {404, 410} or self.removed(body_of(shown))

    def _deleted(self, resource_id: str, actor: str) -> bool:
        if resource_id in self._held:  # else it would be refused, released, and deleted in a third request
            self._held.discard(resource_id)
            self.release(resource_id, actor)
        status = self.delete(resource_id, actor=actor).response.status
        operation = self._of_resource(self.resource.remove, "removes")
        return operation.response(status) is not None or status in {404, 410}

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


def made_by(exchange: Exchange, resource: Resource) -> str | None:
    """The id of what a create has made: as the answer says, else by its Location; None when it says neither."""
    if exchange.response.status >= 300:
        return None
    made = reading(exchange)
    if resource.wrapper:
        made = made.members(resource.wrapper)
    own = made.maybe_text(resource.id)
    if own is not None:
        return own
    location = exchange.response.headers.get("Location") or ""
    return location.partition("?")[0].rstrip("/").rpartition("/")[2] or None


def listed_by(exchange: Exchange, resource: Resource) -> list[Members]:
    """The resources in the answer of a list; none when it is no list."""
    body = body_of(exchange)
    items = body.get(resource.items) if isinstance(body, dict) and resource.items else body
    return [Members(exchange, item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _unready(exchange: Exchange) -> NotExercised:
    return NotExercised(Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status))


def path_of(operation: Operation, resource_id: str = "") -> str:
    """The path of an operation on this resource."""
    return _PARAMETER.sub(lambda _: quote(resource_id, safe=""), operation.path)


def resource_of(contract: Contract, service: Service) -> Resource | None:
    """The first resource of a service that a run can create and remove again, or None."""
    ours = (item for item in contract.resources.values() if item.service == service.name)
    return next((item for item in ours if item.create and item.remove), None)
