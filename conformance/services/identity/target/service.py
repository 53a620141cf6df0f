"""The identity part of the reference target: version discovery, and tokens for passwords."""

from __future__ import annotations

from typing import Any

from conformance.services.identity.target.tokens import Accounts
from conformance.services.part import Surroundings
from conformance.services.wire import Answer, Call, Refused, read_json

__all__ = ["IdentityPart"]

METHOD, PATH = "POST", "/v3/auth/tokens"
"""Where a token is given for a password (OpenStack Identity API v3), whether or not the document says so."""


class IdentityPart:
    """Answers what the Identity API v3 asks of a service that gives tokens and nothing else."""

    state = None

    def __init__(self, around: Surroundings) -> None:
        operation = around.contract.token_operation
        promised = operation.responses if operation is not None and operation.path == PATH else ()
        self._success = promised[0].status if promised else 201
        self.tokens = Accounts(around.urls, around.clock)

    @property
    def endpoint(self) -> str:
        """Where clients log in."""
        return self.tokens.url

    def knows(self, call: Call) -> bool:
        """Whether this is the address of a version or of tokens."""
        return call.path.rstrip("/") in {"", "/v3", PATH}

    def addressed(self, call: Call) -> Call:
        """The call as it is: a call for a token has no operation and no caller before it was read."""
        return call

    def answer(self, call: Call) -> Answer:
        """The answer to a call. Raises Refused."""
        path = call.path.rstrip("/")
        if path == "" and call.method == "GET":
            return Answer(300, {"versions": {"values": [self.tokens.versions()]}})
        if path == "/v3" and call.method == "GET":
            return Answer(200, {"version": self.tokens.versions()})
        if path != PATH:
            raise Refused(404, "There is nothing at this path.")
        if call.method != METHOD:
            raise Refused(405, f"{call.method} is not defined here.", {"Allow": METHOD})
        token = self.tokens.issue(read_json(call.body))
        return Answer(self._success, token.body, {"X-Subject-Token": token.value})

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords of its accounts and the tokens that it gave out."""
        return (*self.tokens.passwords.values(), *self.tokens.tokens)

    def clouds(self) -> dict[str, Any]:
        """The content of a clouds.yaml with a cloud for each account."""
        return self.tokens.clouds()
