"""One request after the other to a service, as one of the actors: what stands in its way and can be put right is.

Rules
- Every request goes through the one sender, so that it is recorded and judged; nothing here judges anything.
- A token that is lost is replaced, once; a service that is away is waited for (run/sending/gateway.py).
- From the second time on that something written was seen only later, there is a pause between a write and a read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from conformance.model.contract import Contract, Operation, Resource
from conformance.model.errors import ConnectionBroken, SuiteError
from conformance.model.message import READING, Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.recorder import CLEANUP, Recorder
from conformance.run.sending.gateway import Outages
from conformance.run.sending.sender import RecordingSender, token_variable
from conformance.run.sending.spans import united
from conformance.run.sending.waits import Waits
from conformance.run.service import Service
from conformance.run.unexercised import NotExercised
from conformance.target.cloud import Target
from conformance.target.secrets import Secrets

__all__ = ["Connection", "Lateness", "Query", "ServiceCaller", "path_of", "place_of", "resource_of"]

Query = Sequence[tuple[str, str]] | Mapping[str, str | int]
TWICE, HOPELESS = 2, 6
"""Times that a read was late: from the first on there is a pause before each, from the second on none any more."""
LEAST_PATIENCE, LONGEST_PATIENCE = 0.3, 3.0
"""Seconds between a write and the next read, where what was written is seen only later."""
NO_NAMES: Mapping[str, str] = {}
_PARAMETER = re.compile(r"\{[^}]*\}")
_HEAD = re.compile(r"(?:/v\d+(?:\.\d+)?)?/\{((?:project|tenant)(?:_id)?)\}(?:/|\Z)")
"""Where a path names the project in which it acts: before all else, behind the version."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the clients of a run share: the target, the sender, who records, and what must not be shown.

    `pause` lets time pass on the target. `clients` are those clients by the keys of their services, as they are made.
    """

    target: Target
    sender: RecordingSender
    recorder: Recorder
    secrets: Secrets
    pause: Callable[[float], None] = time.sleep
    clients: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Lateness:
    """How often a read has shown what was written only when it was sent again; and the seconds that pass between a write
    and the next read because of that."""

    times: int = 0
    pause: float = 0.0


class ServiceCaller:
    """Sends requests to one service. `read_only` sends nothing but GET."""

    def __init__(self, connection: Connection, service: Service) -> None:
        self.service = service
        self.target = connection.target
        self.recorder = connection.recorder
        self.secrets = connection.secrets
        self.read_only = False
        self.lateness = Lateness()
        """What is known of reads that are late; workers hand it over (run/workers.py)."""
        self.waits = Waits()
        """What was waited for in this run, so that what never comes is not waited for in every case."""
        self.unfit: dict[str, Phrase] = {}
        """What the preflight has found not to work, and why; cases send nothing of it (run/preflight.py)."""
        self._sendings = 1  # of the last request that was sent: one more with a new token
        self._written = False
        self._sender = connection.sender
        self._pause = connection.pause
        self.clients = connection.clients
        self._gone = False  # whether an outage did not end in time
        self._heard: set[str] = set()  # the services that have answered
        self._tokens: dict[str, set[str]] = {}  # actor -> all that it had here, one after the other
        self._lost_tokens: set[str] = set()  # what was valid and is no more
        self._locked: set[tuple[str, str | None]] = set()  # actor and operation that a new token does not open either

    @property
    def contract(self) -> Contract:
        """The contract that the requests are made from."""
        return self.recorder.contract

    def wait(self, seconds: float) -> None:
        """Let time pass on the target. An embedded target puts its clock forward; for any other we sleep."""
        self._pause(seconds)

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
        names: Mapping[str, str] = NO_NAMES,
    ) -> Exchange:
        """Send a request to an operation of the contract; `names` are the parameters of its path that are not the resource's
        id. The project at the head of a path is the actor's.

        `headers` are set after the defaults, None takes one away. `token` replaces the actor's own; `anonymous` sends
        what must not pass as authenticated: no token at all, or the `token` given.
        """
        item = self.operation(operation)
        return self.send(
            item.method,
            self.path(item, resource_id, actor, names),
            operation=operation,
            query=query,
            body=body,
            headers={"Accept": "application/json", **(headers or {})},
            actor=actor,
            token=token,
            anonymous=anonymous,
        )

    def path(
        self, operation: Operation, resource_id: str = "", actor: str = "main", names: Mapping[str, str] = NO_NAMES
    ) -> str:
        """The path of an operation, with the actor's project where it stands at its head."""
        head = _HEAD.match(operation.path)
        if head is not None and head[1] not in names:
            names = {head[1]: self.target.actors.get(actor, self.target.main).project_id, **names}
        return path_of(operation, resource_id, names)

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
        if operation in self.unfit and self.recorder.case not in {"start", CLEANUP}:
            raise NotExercised(self.unfit[operation])
        item = self.contract.operations.get(operation or "")
        root = self.target.url(item.service if item is not None else service or self.service.name, actor)
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
        if method in READING and self._written and self.lateness.pause:
            self.wait(self.lateness.pause)
        self._written = method not in READING
        return self._exchange(request)

    def _exchange(self, request: Request) -> Exchange:
        """Send a request and write down its answer, after what a lost token, an outage or a quota stood in the way of."""
        self._check_may_send(request.method)
        self._sendings = 1
        try:
            response = self._sender.answer(request)
        except ConnectionBroken as error:
            if error.done or self._in_its_own_way or self._asked(request) not in self._heard:
                raise
            response = self._after_closing(request, error)
        self._heard.add(self._asked(request))
        if response.status == 401 and request.actor in self.target.actors:
            request, response = self._with_new_token(request, response)
        if response.status >= 500 and self._may_be_away():
            response = self._after_an_outage(request, response)
        return self._recorded(request, response)

    def _asked(self, request: Request) -> str:
        """The name of the service that a request goes to, "" for one that this client does not know."""
        item = self.contract.operations.get(request.operation or "")
        if item is not None:
            return item.service
        ours = request.url.startswith(self.target.url(self.service.name, request.actor))
        return self.service.name if ours else ""

    def _recorded(self, request: Request, response: Response) -> Exchange:
        """Write down a request and its answer; whoever derives from this may know of limits that stood in the way."""
        return self._sender.record(request, response)

    def _with_new_token(self, request: Request, response: Response) -> tuple[Request, Response]:
        """What came of a request whose valid token was refused, when it turns out that the token is lost: that a list
        refuses it, too, and that a new one opens what was asked."""
        case, token = (request.actor, request.operation), request.headers.get("X-Auth-Token") or ""
        before = token in self._lost_tokens
        if not before and (token != self._token(request.actor) or case in self._locked or not self._lost(request)):
            return request, response
        renewed = self._token(request.actor) if before else self._new_token(request.actor)
        again = replace(request, headers=request.headers.replaced("X-Auth-Token", renewed))
        self._sendings += 1
        opened = self._sender.answer(again)
        if opened.status == 401:
            self._locked.add(case)
            return request, response
        self._sender.troubles.logins += not before
        self._lost_tokens.add(token)
        return again, opened

    @property
    def _in_its_own_way(self) -> bool:
        """Whether cleaning up or the preflight is under way, which wait for a service that is away in their own way."""
        return self.recorder.case in {"start", CLEANUP}

    def _may_be_away(self) -> bool:
        """Whether a look can tell that the service is away."""
        found = resource_of(self.contract, self.service)
        return found is not None and found.list is not None and found.list not in self.unfit

    def _after_an_outage(self, request: Request, response: Response) -> Response:
        with self._outages() as outages:
            return outages.waited_for(
                request,
                response,
                lambda: self._look(self._token("main"), "main"),
                partial(self._sender.answer, request),
                self.wait,
                repeatable=self._sender.repeatable(request),
                patient=self.recorder.case != CLEANUP,
            )

    def _after_closing(self, request: Request, error: ConnectionBroken) -> Response:
        """The answer to a request whose connection was closed, after an outage. Raises the error when there was none, when it
        lasts, and when the request may have been carried out."""
        url = f"{self.target.url(self._asked(request) or self.service.name)}/"
        root = Request("GET", url, Headers.of({"Accept": "application/json"}))
        with self._outages() as outages:
            return outages.reconnected(
                error,
                lambda: self._sender.answer(root, error),
                partial(self._sender.answer, request, error),
                self.wait,
                repeatable=self._sender.repeatable(request),
                left=self._sender.left(),
            )

    @contextmanager
    def _outages(self) -> Iterator[Outages]:
        """What counts the outages that a request meets, for the account of the run."""
        outages, began = Outages(over=self._gone), time.monotonic()
        try:
            yield outages
        finally:
            self._gone = outages.over
            if outages.count:
                troubles = self._sender.troubles
                troubles.away = united((*troubles.away, (began, began + outages.seconds)))

    def _look(self, token: str, actor: str) -> Response:
        """The answer to a plain list, which is not judged."""
        item = self._of_resource(self.resource.list, "lists")
        headers = Headers.of({"Accept": "application/json", "X-Auth-Token": token})
        url = f"{self.target.url(item.service, actor)}{self.path(item, actor=actor)}"
        return self._sender.answer(Request(item.method, url, headers, operation=item.id, actor=actor))

    def _lost(self, request: Request) -> bool:
        """Whether a list refuses the token of a request."""
        found = resource_of(self.contract, self.service)
        if found is None or found.list is None:
            return True
        return self._look(request.headers.get("X-Auth-Token") or "", request.actor).status == 401

    def sent_again(self) -> None:
        """Count a request that is sent again, by one who knows that the first time did nothing, or that it does no
        harm."""
        self._sender.troubles.sent_again += 1

    def disturbed(self, count: int) -> None:
        """Count lists that were not judged, because others have changed them whenever they were walked."""
        self._sender.troubles.disturbed += count

    def _new_token(self, actor: str) -> str:
        return self._noted(actor, self.target.actors[actor].renew())

    def resend(self, request: Request) -> Exchange:
        """Send a request as it is, but for a token that its actor had here and that was replaced since: it may have
        expired. What a case chose for a token stays."""
        had = request.headers.get("X-Auth-Token") in self._tokens.get(request.actor, ())
        return self.ask_again(request) if had else self._exchange(request)

    def ask_again(self, request: Request) -> Exchange:
        """Send a request, which another process may have sent first, with the token that its actor has now; as it is
        when it has no token, or when its actor has none."""
        if request.actor in self.target.actors and request.headers.get("X-Auth-Token") is not None:
            headers = request.headers.replaced("X-Auth-Token", self._token(request.actor))
            request = replace(request, headers=headers)
        return self._exchange(request)

    def _check_may_send(self, method: str) -> None:
        if self.read_only and method != "GET":
            raise NotExercised(Phrase.of("read-only", method=method))

    def seen_late(self, seconds: float) -> None:
        """Note that a read has shown what was written only when it was sent again, so many seconds later.

        Once may be chance. From the second time on there is a pause between a write and the next read; where that is
        of no use there is none any more.
        """
        times, pause = self.lateness.times + 1, self.lateness.pause
        if times >= HOPELESS:
            pause = 0.0
        elif times >= TWICE:
            pause = min(LONGEST_PATIENCE, max(2 * pause, 2 * seconds, LEAST_PATIENCE))
        self.lateness = Lateness(times, pause)

    @property
    def reads_late(self) -> bool:
        """Whether a read has shown what was written only when it was sent again."""
        return self.lateness.times > 0

    def _token(self, actor: str) -> str:
        return self._noted(actor, self.target.actors[actor].token())

    def _noted(self, actor: str, token: str) -> str:
        """The token of an actor, which is a secret from now on."""
        self.secrets.learn(token, token_variable(actor))
        self._tokens.setdefault(actor, set()).add(token)
        return token

    def operation(self, name: str) -> Operation:
        """The operation of the contract with this id. Raises SuiteError when it has none."""
        try:
            return self.contract.operations[name]
        except KeyError:
            raise SuiteError(f"a case asks for the operation {name}, which the contract does not have") from None

    @property
    def makes(self) -> bool:
        """Whether anything of the service can be created and removed again."""
        return resource_of(self.contract, self.service) is not None

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

    @contextmanager
    def by(self, target: Target, sender: RecordingSender) -> Iterator[None]:
        """Send by another connection, and as who is logged in there."""
        kept = self.target, self._sender
        self.target, self._sender = target, sender
        try:
            yield
        finally:
            self.target, self._sender = kept


def path_of(operation: Operation, resource_id: str = "", names: Mapping[str, str] = NO_NAMES) -> str:
    """The path of an operation on this resource; `names` are parameters that have other values."""
    return _PARAMETER.sub(lambda found: quote(names.get(found[0][1:-1], resource_id), safe=""), operation.path)


def place_of(target: Target, contract: Contract, service: Service) -> str:
    """Where the resources are that the client of a service makes, as a journal names it: the service's own address, and
    behind it the path of the resource where each has a client."""
    return target.url(service.name) + (contract.resources[service.about].collection if service.about else "")


def resource_of(contract: Contract, service: Service) -> Resource | None:
    """The first resource of a service that a run can create and remove again, or None."""
    if service.about:
        return contract.resources[service.about]
    for item in contract.resources.values():  # asked several times for each request, so without a generator
        if item.service == service.name and item.create and item.remove:
            return item
    return None
