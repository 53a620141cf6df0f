"""What cases need of the identity service: a token request of our own credentials, and its answer."""

from __future__ import annotations

import copy
import json
from typing import Any

from conformance.model.contract import Operation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotApplicable, NotExercised
from conformance.run.sending.client import Client

__all__ = ["TOKEN_HEADER", "login", "token_call", "token_operation", "unready"]

NAME = "auth.token"
"""What the id of the operation that gives a token begins with."""
TOKEN_HEADER = "X-Subject-Token"
"""The header of the answer that holds the token (document line 331)."""


def token_call(cloud: Client, body: Any, shown_as: str = "$OS_TOKEN") -> Exchange:
    """Ask for a token with this body; in reports it stands as the variable `shown_as`. Raises NotApplicable where the
    contract has no such call."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = cloud.call(token_operation(cloud).id, body=data, headers={"Content-Type": "application/json"})
    token = exchange.response.headers.get(TOKEN_HEADER)
    if token:
        cloud.secrets.learn(token, shown_as)
    return exchange


def token_operation(cloud: Client) -> Operation:
    """The operation that gives a token. Raises NotApplicable where the contract has none of this service."""
    operation = cloud.contract.token_operation
    if operation is None or not operation.id.startswith(NAME):
        raise NotApplicable(Phrase.of("not-promised", requirement=NAME))
    return operation


def login(cloud: Client) -> dict[str, Any]:
    """A copy of the token request with our credentials, to be changed at will. Raises NotExercised when they are no
    password."""
    body = cloud.target.main.password_body
    if body is None:
        raise NotExercised(Phrase.of("no-password"))
    return copy.deepcopy(dict(body))


def unready(exchange: Exchange) -> NotExercised:
    """What to raise when the case cannot go on after this answer."""
    return NotExercised(Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status))
