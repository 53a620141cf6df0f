"""What is asked of the resources of one service.

Rules
- What may create a resource is in the journal before it goes out.
- What was made by somebody else is never changed or deleted, whatever id a create is answered with
  (run/sending/provenance.py).
- Cases read as `cloud.create({"name": ...})`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.model.contract import Operation, Resource
from conformance.model.errors import (
    ConnectionBroken,
    LoginRefused,
    NoRoom,
    NotACloud,
    TargetAway,
    TargetBusy,
    TargetError,
    TimeOver,
)
from conformance.model.jsonvalue import JSON
from conformance.model.marks import name_of, stem_of, tag_of
from conformance.model.message import READING, Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.journal import Journal
from conformance.run.reading import Members, body_of, end_of, identified, reading
from conformance.run.recorder import CLEANUP
from conformance.run.sending.caller import Connection, resource_of
from conformance.run.sending.deleting import Remover
from conformance.run.sending.listing import listed_by
from conformance.run.sending.provenance import Provenance, Whose
from conformance.run.sending.quota import Quota, speaks_of_a_quota
from conformance.run.service import Service
from conformance.run.unexercised import NotExercised

__all__ = ["LOOKS", "NOT_HEARD", "REGRESSION_SEED", "Client", "made_by"]

LONGEST_READ = 64 * 1024
"""Bytes of a body that are read for the name that it gives to what it makes."""
LOOKS = (0.1, 0.3, 0.6, 1.2)
"""What was made and is not there is looked for again, after so many seconds each time."""
MOST_WAITED = 20.0
"""Seconds in all of a run that what is not there is waited for."""
REGRESSION_SEED = 1
"""What cases draw with that decide outcomes and exit codes, so that these are the same for every seed of a run."""
FIRST_SEED = 2**40
"""What the seed of a run is counted from, so that no run explores what every run asks."""
CHANGING = frozenset({"POST", "PUT", "PATCH"})
"""Methods with which something may be made or become larger."""
NOT_HEARD = frozenset({502, 504})
"""Statuses of a gateway that has passed a request on and has heard no answer to it (RFC 9110, 15.6.3, 15.6.5)."""


class Client(Remover):
    """Sends requests as one of the actors, and knows the resources of one service.

    `seed` is what the case under way draws with: REGRESSION_SEED, whatever the run's own is, unless it `explores`.
    `random` begins anew with each case, from the seed and the case's name: the same seed makes the same requests,
    whichever cases run besides and however often a case is run. `shows` says whether the service has the operation that
    most cases observe with, None while that is not known. `thorough` has everything looked at that a request leaves
    behind, not only the first of each class; `looked_after` are the classes that were
    (run/aftermath.py). `releases` delete what the case under way keeps for later, when there is no room for more;
    `attempt` counts how often it ran before. `allow` are the words of what may be sent though it can harm, `values` what
    bodies need and nothing makes, by resource or operation; `drawn` are ids that were made up, `held_back`
    operations that are not sent at all, and why. A service whose resources need more than the contract tells
    derives from this class: see `removed`.
    """

    def __init__(self, connection: Connection, service: Service, journal: Journal, seed: int) -> None:
        super().__init__(connection, service, journal)
        self.shows: bool | None = None
        self.thorough = False
        self.looked_after: set[Hashable] = set()
        self._waited = 0.0
        self._looked_before: dict[str, frozenset[Hashable]] = {}  # case -> what was looked after when it first began
        self.quota = Quota()
        self.releases: list[Callable[[], object]] = []
        self.attempt = 0
        self.allow: tuple[str, ...] = ()
        self.values: Mapping[str, Mapping[str, Any]] = {}
        self.drawn: set[str] = set()
        self.held_back: dict[str, Phrase] = {}
        self._of_case: set[str] = set()  # what the case under way has made, or was about to
        self._run_seed = seed
        found = resource_of(self.contract, service)
        self._provenance = None
        if found is not None and found.remove is not None:
            path = self.path(self.operation(found.remove), "{")
            self._provenance = Provenance(journal, service.marks, found, unquote(path))
        self.begin("start")

    def begin(self, case: str, attempt: int = 0, *, explores: bool = False) -> None:
        """Begin a case; `attempt` counts from 0 how often it ran before. Only names differ between attempts. A case that
        explores draws with the seed of the run."""
        self.explores = explores
        self.looked_after = set(self._looked_before.setdefault(case, frozenset(self.looked_after)))
        self.seed = FIRST_SEED + self._run_seed if explores else REGRESSION_SEED
        self.random = random.Random(f"{self.seed}\x1f{case}")
        self.attempt = attempt
        self._of_case, self.releases = set(), []
        self._stem = stem_of(case, attempt)
        self._names = 0

    @property
    def tag(self) -> str:
        """The tag that marks what this run creates."""
        return tag_of(self.journal.run_id)

    @property
    def may_create(self) -> bool | None:
        """Whether the credentials may create resources of the service; None while that is not known."""
        return self.recorder.may_create.get(self.resource.name)

    def name(self, suffix: str = "") -> str:
        """A name that no other resource has, and that the journal recognises."""
        self._names += 1
        return f"{name_of(self.journal.run_id, self._stem, self._names)}{suffix}"

    def uuid(self) -> str:
        """An id that no resource has, nor had: a target may keep the ids of what was deleted, so no seed makes it."""
        digits = f"{random.SystemRandom().getrandbits(128):032x}"
        drawn = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        self.drawn.add(drawn)
        return drawn

    def create(
        self, members: JSON | bytes, *, headers: Mapping[str, str | None] | None = None, actor: str = "main"
    ) -> Exchange:
        """Create a resource of JSON, or of bytes that may be none; whatever comes of it is in the journal."""
        resource, project = self.resource, self.project(actor)
        operation = self._of_resource(resource.create, "creates")
        self._check_may_send(operation.method)
        name, chosen = _text(members, self.service.marks.name), None
        if isinstance(members, dict):
            chosen = _text(members, resource.id) or None
            ours = chosen if chosen is not None and self.nobody_has(chosen) else None
            self.journal.intend(name, ours, project=project)
            self._of_case |= {ours} if ours is not None else set()
        body = members if isinstance(members, bytes) else self.encoded(operation, members)
        fields = {"Content-Type": operation.request_media_type, **(headers or {})}
        send = partial(self.call, operation.id, body=body, headers=fields, actor=actor)
        try:
            with self._creating(name):
                exchange = send()
        except (ConnectionBroken, NotACloud):
            # Only what surely made nothing is sent again; what was made all the same is to be deleted.
            rows = self._rows(actor) if self.journal.run_id in name.lower() else None
            found = [row for row in rows or () if row.maybe_text(self.service.marks.name) == name]
            found = [row for row in found if row.maybe_text(resource.id) not in self.journal.others]
            if found:
                self.journal.seen([name])
            for made in filter(None, (row.maybe_text(resource.id) for row in found)):
                self.journal.created(made, name=name, project=project)
            if rows is None or found:
                raise
            self.sent_again()
            with self._creating(name):
                exchange = send()
        own = self._told(name, exchange, project, chosen)
        if own is not None:
            self._made[own] = actor
            self._of_case.add(own)
            self.quota.most = max(self.quota.most, len(self._made))
            self.note(own, exchange)
        elif made_by(exchange, resource) in self.journal.others:  # what it shows says nothing of what was made
            raise NotExercised(Phrase.of("anothers-id", operation=operation.id))
        return exchange

    def create_as_it_is(self, request: Request, name: str, project: str) -> Exchange:
        """Send a request that creates as it is; its name is in the journal, and so is what comes of it."""
        with self._creating(name):
            exchange = self.resend(request)
        if made_by(exchange, self.resource) is not None:
            self._told(name, exchange, project)
        else:
            self.journal.answered(name)
        return exchange

    @contextmanager
    def _creating(self, name: str) -> Iterator[None]:
        """Have the journal know that a create of this name is sent, and what it means when no answer is heard, also because
        the run is interrupted."""
        self.journal.doubted(name)
        try:
            yield
        # A quota; nothing was sent; every sending was refused for the rate; nobody knows us any more.
        except (NotExercised, TargetAway, TargetBusy, LoginRefused):
            self.journal.refused(name)
            raise
        except (NotACloud, NoRoom):  # it was answered
            self.journal.unclear(name)
            self.loses(name)
            raise
        except BaseException as error:
            if isinstance(error, TimeOver) and not error.sent:
                self.journal.refused(name)
            else:
                self.journal.cut_off(name)
                self.loses(name)
            raise

    def loses(self, name: str, chosen: str | None = None) -> None:
        """No answer tells what a create of this name has made, which may be there. Where nothing of ours stands in it (the
        name, the tag of the run, an id that we have chosen) nobody can find it any more: the verdict says so."""
        marks, known = self.service.marks, chosen is not None and chosen in self.journal.ids
        if not marks.tags and not known and self.journal.run_id not in name.lower():
            self.journal.nameless += 1

    def _exchange(self, request: Request) -> Exchange:
        """Send a request and write down its answer. Raises NotExercised where it would change what is not ours; cleaning up
        takes the ids from journals, and knows by itself."""
        if request.method not in READING and self.recorder.case != CLEANUP:
            for part in filter(None, map(unquote, urlsplit(request.url).path.split("/"))):
                if self.is_not_ours(part):
                    raise NotExercised(Phrase.of("anothers-resource", method=request.method))
                if self._provenance is not None:
                    self._provenance.changes(part)
        return super()._exchange(request)

    def _told(self, name: str, exchange: Exchange, project: str, chosen: str | None = None) -> str | None:
        """Have the journal know what the answer to a create says of it; returns the id of what it made, as far as that can
        be believed. Neither an id that another create was given nor the refusal of a token that is good says that nothing
        is there under this name."""
        own, status = made_by(exchange, self.resource), exchange.response.status
        if own is not None and self._provenance is not None:
            again = own != chosen and (own in self.journal.ids or own in self.journal.deleted)
            show = partial(self._looked, exchange.actor)
            whose = self._provenance.whose(exchange, own, show, chosen=chosen)
            if whose is Whose.OURS:
                self.journal.created(own, name=name, project=project)
                if own != chosen:
                    self._provenance.believes(own, name)
                if again:
                    self.journal.unclear(name, taken=True)
            else:
                self.journal.misnames(own, name, final=whose is Whose.ANOTHERS)
                self.loses(name, chosen)
            doubted = chosen is not None and own != chosen and (again or whose is not Whose.OURS)
            if doubted and self._provenance.shows_ours(show(str(chosen))):  # it has the id that we chose for it
                self.journal.created(str(chosen), name=name, project=project)
            return own if whose is Whose.OURS else None
        if 400 <= status < 500 and status != 401:
            self.journal.refused(name)
        else:
            self.journal.unclear(name, taken=status < 300, times=self._sendings)
            if status != 401:
                self.loses(name, chosen)
            if status in NOT_HEARD:
                self.journal.cut_off(name)
        return None

    def _looked(self, actor: str, resource_id: str) -> Exchange | None:
        """How a resource is shown; None when nothing shows it."""
        if self.resource.show is None or not resource_id:
            return None
        try:
            return self.show(resource_id, actor=actor)
        except (TargetError, NotExercised, UnicodeEncodeError):
            return None

    def _recorded(self, request: Request, response: Response) -> Exchange:
        """Write down a request and its answer, after room was made where a quota stood in the way.

        Where resources are deleted, after a case or to make room, nothing is tried a second time, and no case depends on the
        request: what a quota refuses is an answer like any other to who deletes, and judged as little as in a case.
        """
        if request.method not in CHANGING or response.status < 400:
            exchange = super()._recorded(request, response)
            self._meet(exchange)
            return exchange
        if self.recorder.case == CLEANUP or self.quota.makes_room:
            refused = speaks_of_a_quota(response)
            return Exchange(0, request, response) if refused else super()._recorded(request, response)
        resend = partial(self._sender.answer, request)
        found = resource_of(self.contract, self.service)
        creates = found is not None and request.operation == found.create
        return super()._recorded(request, self.quota.within(self, request, response, resend, creates=creates))

    def _meet(self, exchange: Exchange) -> None:
        """Remember what an answer shows that is not ours."""
        if self._provenance is None or exchange.response.status >= 300 or self.recorder.case == CLEANUP:
            return
        resource = self.resource
        if exchange.operation == resource.list:
            self._provenance.saw(exchange, lambda: listed_by(exchange, resource))
        elif exchange.operation == resource.show:
            self._provenance.saw(exchange, lambda: [self.told(exchange)])
            own = unquote(urlsplit(exchange.request.url).path.rpartition("/")[2])
            name = self._provenance.strays(exchange, own)
            if name is not None:
                self._trace(own, name, exchange.actor)

    def _trace(self, own: str, name: str, actor: str) -> None:
        """An id that a create of this name was answered with is shown under another one: have a list tell whether it is
        another's, and what was made has another id."""
        try:
            rows = self._rows(actor) or ()
        except (TargetError, NotExercised):
            return
        found = [row.maybe_text(self.resource.id) for row in rows if row.maybe_text(self.service.marks.name) == name]
        made = [item for item in found if item is not None and item not in self.journal.others]
        if made and own not in found:
            self.journal.misnames(own, name, final=True)
            for item in made:
                self.journal.created(item, name=name, project=self.project(actor))

    def make(self, **members: Any) -> Members:
        """A new resource, named by us and with the service's plain members unless `members` say otherwise, as create
        answers it.

        Raises NotExercised when the target makes none.
        """
        exchange = self.create({**self.needed(), **members})
        if self.operation(exchange.operation).response(exchange.response.status) is None:
            raise _unready(exchange)
        made = self.told(exchange)
        made.text(self.resource.id)
        return made

    def needed(self) -> dict[str, Any]:
        """The members that a create of ours sends at least."""
        return {self.service.marks.name: self.name(), **self.service.plain}

    def nobody_has(self, chosen: str) -> bool:
        """Whether an id that a create chooses is nobody else's, so that what has it then is ours whatever is answered."""
        return True

    def encoded(self, operation: Operation, members: JSON) -> bytes:
        """What a request of an operation sends of these members."""
        return json.dumps(members, ensure_ascii=False).encode()

    def told(self, exchange: Exchange) -> Members:
        """The members of the resource that an answer tells of."""
        return reading(exchange)

    def foresees(self) -> Iterable[Phrase]:
        """What cannot be exercised of the service, known before anything is sent."""
        return ()

    def can_show(self, resource_id: str) -> bool:
        """Whether a resource that is there is shown: asked more than once, for a service that stores late has the
        operation all the same."""
        waited = 0.0
        for seconds in (0.0, 0.0, *LOOKS):
            if seconds:
                if waited + seconds > MOST_WAITED - self._waited:
                    break
                self.wait(seconds)
                waited += seconds
            if self.show(resource_id).response.status == 200:
                if waited:
                    self.seen_late(waited)
                break
        self._waited += waited
        return self.recorder.exchanges[-1].status == 200

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
        waited = 0.0
        for seconds in LOOKS if self._made.get(resource_id) == actor else ():
            if exchange.response.status == 404 and waited < MOST_WAITED - self._waited:
                self.wait(seconds)
                waited += seconds
                exchange = self.show(resource_id, actor=actor)
                if exchange.response.status == 200:
                    self.seen_late(waited)
        self._waited += waited
        if exchange.response.status == 404:
            return None
        if operation.response(exchange.response.status) is None or not isinstance(body_of(exchange), dict):
            raise _unready(exchange)
        return self.told(exchange)

    # --- what a quota needs (run/sending/quota.py) ------------------------------------------------------------------

    def holding(self) -> int:
        """How many resources of this run there are now."""
        return len(self.journal.ids)

    def make_room(self) -> bool:
        """Delete what the case under way needs no more, and what earlier ones have left; whether anything was."""
        before = self.holding()
        for release in tuple(self.releases):
            release()
        for resource_id, project in tuple(self.journal.ids.items()):
            if resource_id not in self._of_case and self.remove(resource_id, project):
                self.journal.gone(resource_id)
        return self.holding() < before

    def plainest(self, actor: str) -> Response:
        """The answer to the plainest create that there is; what it makes is deleted again. It is not judged. Who is not
        known to the target has no quota: that of the run's own project is asked then."""
        actor = actor if actor in self.target.actors else "main"
        members, project = self.needed(), self.project(actor)
        name = str(members.get(self.service.marks.name, ""))
        operation = self._of_resource(self.resource.create, "creates")
        self.journal.intend(name, project=project)
        request = Request(
            operation.method,
            f"{self.target.url(operation.service, actor)}{self.path(operation, actor=actor)}",
            Headers.of(
                {
                    "Accept": "application/json",
                    "Content-Type": operation.request_media_type or "",
                    "X-Auth-Token": self._token(actor),
                }
            ),
            self.encoded(operation, members),
            operation.id,
            actor,
        )
        with self._creating(name):
            response = self._sender.answer(request)
        own = self._told(name, Exchange(0, request, response), project)
        if own is not None and self.remove(own, project):
            self.journal.gone(own)
        return response


def made_by(exchange: Exchange, resource: Resource) -> str | None:
    """The id of what a create has made: as the answer says, else by its Location; None when it says neither, and when that
    leads elsewhere, such as to the job that makes it."""
    if exchange.response.status >= 300:
        return None
    made = reading(exchange)
    if resource.wrapper:
        made = made.members(resource.wrapper)
    own = identified(made, resource).maybe_text(resource.id)
    location = exchange.response.headers.get("Location") or ""
    return own if own is not None else end_of(location) if _leads_to(location, resource) else None


def _leads_to(location: str, resource: Resource) -> bool:
    """Whether a Location is the address of one of these resources, as far as their collection is named in it."""
    path = location.partition("?")[0].partition("#")[0].rpartition("://")[2].rstrip("/")
    before = path.rpartition("/")[0].rpartition("/")[2] if path.count("/") > 1 else ""
    return before in {"", resource.collection.rpartition("/")[2]}


def _text(members: JSON | bytes, name: str) -> str:
    """A member of what is sent when it is a string, else ""."""
    if isinstance(members, bytes) and len(members) <= LONGEST_READ:
        try:
            members = json.loads(members)
        except (ValueError, RecursionError):
            return ""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) else ""


def _unready(exchange: Exchange) -> NotExercised:
    return NotExercised(Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status))
