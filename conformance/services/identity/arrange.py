"""What cases need of the identity service: a token request of our own credentials, and its answer."""

from __future__ import annotations

import copy
import json
from typing import Any

from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotApplicable, NotExercised
from conformance.run.sending.client import Client

__all__ = ["TOKEN_HEADER", "login", "token_call"]

TOKEN_HEADER = "X-Subject-Token"
"""The header of the answer that holds the token (document line 331)."""


def token_call(cloud: Client, body: Any, shown_as: str = "$OS_TOKEN") -> Exchange:
    """Ask for a token with this body; in reports it stands as the variable `shown_as`. Raises NotApplicable where the
    contract has no such call."""
    if "auth.token" not in cloud.contract.operations:
        raise NotApplicable(Phrase.of("not-promised", requirement="auth.token"))
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = cloud.call("auth.token", body=data, headers={"Content-Type": "application/json"})
    token = exchange.response.headers.get(TOKEN_HEADER)
    if token:
        cloud.secrets.learn(token, shown_as)
    return exchange


def login(cloud: Client) -> dict[str, Any]:
    """A copy of the token request with our credentials, to be changed at will. Raises NotExercised when they are no
    password."""
    body = cloud.target.main.password_body
    if body is None:
        raise NotExercised(Phrase.of("no-password"))
    return copy.deepcopy(dict(body))
