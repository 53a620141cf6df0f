"""The parts of the reference target, one for each service, and how a call passes through them.

Rules
- A part answers the calls to one service, or refuses one by raising `Refused`; it never sees a socket.
- Faults act at the stages of a call (fault.py). The first (`request`) and the last (`answer`) are run here for every
  part, the others inside a part that has such a stage.
- Calls are answered one after the other, under one lock from the first stage to the last: no part needs a lock of its
  own, and what a fault remembers from one stage to the next is of the same call.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import responses
from typing import TYPE_CHECKING, Any, Protocol

from conformance.model.contract import Contract, Schema
from conformance.services.clock import Clock
from conformance.services.fault import Hooks
from conformance.services.wire import Answer, Call, Refused

if TYPE_CHECKING:
    from conformance.services.identity.target.tokens import Accounts

__all__ = ["ReferencePart", "ReferenceParts", "Surroundings", "TokenPart"]


@dataclass(frozen=True)
class Surroundings:
    """What a part is made from.

    `urls` says of each service where its part is mounted. `tokens` knows who may call with which; it is None for the
    part that gives them, which is made before the others.
    """

    contract: Contract
    urls: Mapping[str, str]
    clock: Clock
    hooks: Sequence[Hooks] = ()
    tokens: Accounts | None = None


class ReferencePart(Protocol):
    """One service of the reference target."""

    @property
    def endpoint(self) -> str:
        """The URL that a client is given for this service."""

    def knows(self, call: Call) -> bool:
        """Whether the part answers calls to this path, when it shares a service with another."""

    @property
    def state(self) -> Any:
        """The store of its resources, which faults may change; its length is their number. None for a part without
        resources."""

    def addressed(self, call: Call) -> Call:
        """The call with operation and resource read off its path, and the caller of its token."""

    def answer(self, call: Call) -> Answer:
        """The answer to a call. Raises Refused."""


class TokenPart(ReferencePart, Protocol):
    """The part that gives tokens."""

    @property
    def tokens(self) -> Accounts:
        """The accounts, and the tokens that were given out."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords of its accounts and the tokens that it gave out."""

    def clouds(self) -> dict[str, Any]:
        """The content of a clouds.yaml with a cloud for each account."""


class ReferenceParts:
    """All parts of the reference together: answers any call, with the faults in it.

    Of the parts of one service the first that knows a path answers calls to it; what none knows is the last one's to
    refuse.
    """

    def __init__(
        self, contract: Contract, parts: Mapping[str, Sequence[ReferencePart]], hooks: Sequence[Hooks]
    ) -> None:
        self._contract = contract
        self._parts = parts
        self._hooks = hooks
        self._lock = threading.RLock()

    def has(self, service: str) -> bool:
        """Whether a service has a part."""
        return service in self._parts

    def answer(self, call: Call) -> Answer:
        """The answer to any call to a service that has a part."""
        shared = self._parts[call.service]
        part = next((item for item in shared[:-1] if item.knows(call)), shared[-1])
        with self._lock:
            call = part.addressed(call)
            for hooks in self._hooks:
                call = hooks.request(call) if hooks.request else call
            try:
                answer = part.answer(call)
            except Refused as refusal:
                answer = self._refusal(refusal)
            answer = _identified(answer)
            for hooks in self._hooks:
                answer = hooks.answer(call, answer, part.state) if hooks.answer else answer
        return answer

    def refusal(self, status: int, message: str) -> Answer:
        """The answer to what is refused before any part sees it."""
        return _identified(self._refusal(Refused(status, message)))

    def _refusal(self, refused: Refused) -> Answer:
        """The envelope of a failure, as the contract has it (document lines 408-424)."""
        documented = self._contract.error_codes.get(refused.status)
        title = documented.phrase if documented is not None else responses[refused.status]
        said = {"message": refused.message, "code": refused.status, "title": title}
        return Answer(refused.status, _envelope(self._contract.envelope, said), refused.headers)


def _envelope(schema: Schema, said: Mapping[str, Any]) -> Any:
    """An object of this schema, in which the members have what is said under their names; others repeat the message."""
    members = schema.get("properties", {})
    if not members:
        return {"error": dict(said)}
    return {name: _told(name, node, said) for name, node in members.items()}


def _told(name: str, node: Schema, said: Mapping[str, Any]) -> Any:
    if node.get("properties"):
        return _envelope(node, said)
    kinds = node.get("type", "string")
    if "integer" in kinds or "number" in kinds:
        return said["code"]
    if "object" in kinds or "array" in kinds:
        return {} if "object" in kinds else []
    return str(said.get(name, said["message"])) if "boolean" not in kinds else False


def _identified(answer: Answer) -> Answer:
    """The answer with a request id, unless it has one."""
    return replace(answer, headers={"x-openstack-request-id": f"req-{uuid.uuid4()}", **answer.headers})
