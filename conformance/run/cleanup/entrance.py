"""The entrance of cleaning up to a target: a connection of its own, and a login of its own where the first is no good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import ConnectionBroken, NotACloud, TargetError, UsageError
from conformance.model.message import Exchange, Request, Response
from conformance.run.sending.client import Client
from conformance.run.sending.sender import RecordingSender
from conformance.target.cloud import Settings, Target, Wanted, open_target
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["Entrance", "SalvagingSender"]

SideDoor = Callable[[Transport], RecordingSender]
"""Puts a sender before a transport."""


MOST_HEARD = 1024 * 1024
"""Bytes of an answer that cannot be read which are looked through all the same."""


class SalvagingSender(RecordingSender):
    """Sends, and takes what can be made out of an answer that is no HTTP, is cut off, or never ends: where something is
    to be deleted that is better than nothing. What is made out so is neither recorded nor judged, and what is listed is
    recorded alone."""

    made_out: Response | None = None
    """The last such answer."""

    def answer(self, request: Request, broken: ConnectionBroken | None = None) -> Response:
        """The answer to a request. Raises TargetError when nothing came at all."""
        try:
            return super().answer(request, broken)
        except TargetError:
            self.made_out = self._transport.salvaged()
            if self.made_out is None:
                raise
            return self.made_out

    def record(self, request: Request, response: Response) -> Exchange:
        """Write down a request and its answer, unless it was only made out."""
        if response is self.made_out:
            return Exchange(0, request, response)
        lists = {resource.list for resource in self._recorder.contract.resources.values()}
        if request.operation is not None and request.operation in lists:
            return self._recorder.keep(request, response)
        return super().record(request, response)


class Entrance:
    """A way to the target that nothing else uses, so that nothing else can have used it up.

    `sender` is what goes through the connection.
    """

    def __init__(self, target: Target, settings: Settings, wanted: Wanted, door: SideDoor, secrets: Secrets) -> None:
        self._settings = settings
        self._wanted = wanted
        self._door = door
        self._secrets = secrets
        self._first = target.transport
        self._deadline = NEVER
        self._own = target.transport.beside()
        self._own.keep_what_comes(MOST_HEARD)
        self._target = target
        self.first = "main"
        """The actor whose project is the first one."""
        self.sender = door(self._own)

    @property
    def target(self) -> Target:
        """The target as we are logged in to it, and as the first actor sees it."""
        actors = self._target.actors
        others = {name: actor for name, actor in actors.items() if name not in {"main", self.first}}
        if self.first != "main":
            others[self.first] = actors["main"]
        return replace(self._target, actors={"main": actors[self.first], **others})

    def renew(self) -> None:
        """Have no connection, as after a fork (Transport.renew)."""
        self._own.renew()

    def bound(self, deadline: Deadline) -> None:
        """By when what is sent next has to be answered."""
        self._deadline = deadline
        self._own.allow(deadline, self._own.limits.bodies)

    @contextmanager
    def taken(self, client: Client) -> Iterator[None]:
        """Have a client go this way. A token that is about to expire is renewed by the connection that brought it."""
        kept, self._first.deadline = self._first.deadline, self._deadline
        try:
            with client.by(self.target, self.sender):
                yield
        finally:
            self._first.deadline = kept

    def log_in(self) -> None:
        """Log in anew, by a connection that is new as well. Raises TargetError."""
        try:
            target = open_target(self._settings, self._wanted, self._door, self._deadline, self._secrets)
        except UsageError as error:  # it was right when the run began
            raise NotACloud(str(error)) from None
        self.close()
        self._target, self._own = target, target.transport
        self._own.keep_what_comes(MOST_HEARD)
        self.sender = self._door(self._own)

    def abort(self) -> None:
        """Break off what is under way."""
        for transport in (self._first, self._own):
            transport.abort()

    def close(self) -> None:
        """Close the connection."""
        self._own.close()
