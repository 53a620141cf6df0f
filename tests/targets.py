"""Embedded targets for the tests: the reference with faults or liberties of the bank, and its parts without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference, parts_of
from conformance.services.clock import Clock
from conformance.services.fault import Hooks
from conformance.services.part import ReferenceParts
from conformance.services.wire import Answer, Call

__all__ = ["Offline", "clouds_with", "reference_with"]


def reference_with(*names: str) -> Callable[[Contract], Reference]:
    """Makes the reference with the faults and liberties of these names."""
    return lambda contract: Reference(contract, faults=faults_of(contract, names))


def clouds_with(url: str) -> dict[str, Any]:
    """A cloud called reference whose identity service is at this URL; its password must not be told."""
    auth = {
        "auth_url": url,
        "username": "u",
        "password": "hidden-word",
        "project_name": "p",
        "user_domain_name": "d",
        "project_domain_name": "d",
    }
    return {"clouds": {"reference": {"auth": auth, "region_name": "RegionOne"}}}


class Offline:
    """The reference without a server: its parts are called as the server would call them."""

    def __init__(self, contract: Contract, *hooks: Hooks) -> None:
        self.contract = contract
        self.clock = Clock()
        login, self.parts = parts_of(contract, "http://reference", self.clock, hooks)
        self.identity = login.tokens
        self.clouds = login.clouds
        self._target = ReferenceParts(contract, self.parts, hooks)
        self._given: dict[str, str] = {}

    def password(self, account: str = "reference", **given: Any) -> dict[str, Any]:
        """The body of a token call for the account's project; `given` are members of auth in place of it."""
        user = {"name": account, "password": self.identity.passwords[account], "domain": {"id": "default"}}
        project = "reference" if account == "reference-reader" else account
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": {"id": "default"}}},
        }
        return {"auth": {name: value for name, value in {**auth, **given}.items() if value is not None}}

    def login(self, body: Any) -> Answer:
        """The answer to a token call."""
        return self.call("POST", "/v3/auth/tokens", service="identity", token=None, json=body)

    def token(self, account: str = "reference") -> str:
        """A token of the account's project, one for all calls."""
        if account not in self._given:
            self._given[account] = self.login(self.password(account)).headers["X-Subject-Token"]
        return self._given[account]

    def call(
        self,
        method: str,
        path: str,
        *,
        account: str = "reference",
        service: str = "image",
        query: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        **given: Any,
    ) -> Answer:
        """The answer to a call with the account's token, or with `token` (none when it is None).

        `json` is sent as the body with its media type, unless `headers` say another one.
        """
        fields = {} if token is None else {"x-auth-token": token or self.token(account)}
        if "json" in given:
            body = json.dumps(given["json"]).encode()
            fields["content-type"] = "application/json"
        return self._target.answer(Call(service, method, path, query, {**fields, **(headers or {})}, body))
