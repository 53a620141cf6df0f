"""What the identity part of the reference knows: accounts, the tokens that it gave out, the catalogue of services."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conformance.services.clock import Clock
from conformance.services.wire import Caller, Refused

__all__ = ["ACCOUNTS", "Accounts", "Token"]

ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "reference": ("reference", "member"),
    "reference-other": ("reference-other", "member"),
    "reference-reader": ("reference", "reader"),
    "reference-admin": ("reference-admin", "admin"),
}
"""User and cloud name -> project and role."""

DOMAIN = {"id": "default", "name": "Default"}
REGION = "RegionOne"


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was given out. `caller` is None when it has no project; `body` is the answer to the call for it."""

    value: str
    caller: Caller | None
    expires: datetime
    body: Mapping[str, Any]


class Accounts:
    """Accounts with passwords drawn at the start, and tokens that are good for an hour.

    `urls` are the services of the catalogue: each name, which is its type too, and its endpoint.
    """

    def __init__(self, urls: Mapping[str, str], clock: Clock) -> None:
        self.clock = clock
        self.url = f"{urls['identity']}/v3"
        self._urls = urls
        self.passwords = {name: secrets.token_urlsafe(12) for name in ACCOUNTS}
        self.users = {name: uuid.uuid4().hex for name in ACCOUNTS}
        self.projects = {project: uuid.uuid4().hex for project, _ in ACCOUNTS.values()}
        self.tokens: dict[str, Token] = {}

    def caller(self, value: str | None) -> Caller | None:
        """Who calls with this token; None when it is unknown, has expired or has no project."""
        token = self.tokens.get(value or "")
        return token.caller if token is not None and token.expires > self.clock.now() else None

    def issue(self, body: Any) -> Token:
        """The token for the body of a token call. Raises Refused: 400 for another form, 401 for wrong credentials."""
        auth = _member(body, "auth")
        identity = _member(auth, "identity")
        methods = identity.get("methods")
        if methods != ["password"]:
            raise Refused(400 if not isinstance(methods, list) else 401, "The method password is the only one.")
        user = _member(_member(identity, "password"), "user")
        name = self._user(user)
        project, role = ACCOUNTS[name]
        scope = auth.get("scope")
        if scope is None or scope == "unscoped" or (isinstance(scope, dict) and "unscoped" in scope):
            return self._token(name, None, role)
        self._check_project(_member(scope, "project"), project)
        return self._token(name, project, role)

    def _user(self, user: Mapping[str, Any]) -> str:
        password = user.get("password")
        if not isinstance(password, str):
            raise Refused(400, "password must be a string.")
        for name in ACCOUNTS:
            named = user.get("id") == self.users[name] or (user.get("name") == name and _in_domain(user))
            if named and secrets.compare_digest(password.encode(), self.passwords[name].encode()):
                return name
        raise Refused(401, "The request you have made requires authentication.")

    def _check_project(self, wanted: Mapping[str, Any], project: str) -> None:
        named = wanted.get("id") == self.projects[project] or (wanted.get("name") == project and _in_domain(wanted))
        if not named:
            raise Refused(401, "The request you have made requires authentication.")

    def _token(self, user: str, project: str | None, role: str) -> Token:
        now = self.clock.now()
        expires = now + timedelta(hours=1)
        content: dict[str, Any] = {
            "methods": ["password"],
            "user": {"id": self.users[user], "name": user, "domain": DOMAIN, "password_expires_at": None},
            "audit_ids": [secrets.token_urlsafe(16)],
            "issued_at": now.isoformat().replace("+00:00", "Z"),
            "expires_at": expires.isoformat().replace("+00:00", "Z"),
        }
        caller = None
        if project is not None:
            caller = Caller(self.projects[project], frozenset({role}))
            content |= {
                "project": {"id": self.projects[project], "name": project, "domain": DOMAIN},
                "roles": [{"id": uuid.uuid5(uuid.NAMESPACE_URL, role).hex, "name": role}],
                "catalog": [self._service(name) for name in self._urls],
                "is_domain": False,
            }
        token = Token(secrets.token_urlsafe(32), caller, expires, {"token": content})
        self.tokens[token.value] = token
        return token

    def _service(self, kind: str) -> dict[str, Any]:
        endpoints = [
            {
                "id": uuid.uuid4().hex,
                "interface": interface,
                "region": REGION,
                "region_id": REGION,
                "url": self._urls[kind],
            }
            for interface in ("public", "internal", "admin")
        ]
        return {"id": uuid.uuid5(uuid.NAMESPACE_URL, kind).hex, "type": kind, "name": kind, "endpoints": endpoints}

    def versions(self) -> dict[str, Any]:
        """Version discovery of the Identity API."""
        links = [{"rel": "self", "href": f"{self.url}/"}]
        media = [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]
        return {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": links,
            "media-types": media,
        }

    def clouds(self) -> dict[str, Any]:
        """The content of a clouds.yaml with a cloud for each account."""
        return {"clouds": {name: self._cloud(name, project) for name, (project, _) in ACCOUNTS.items()}}

    def _cloud(self, name: str, project: str) -> dict[str, Any]:
        auth = {
            "auth_url": self.url,
            "username": name,
            "password": self.passwords[name],
            "project_name": project,
            "user_domain_name": DOMAIN["name"],
            "project_domain_name": DOMAIN["name"],
        }
        return {"auth": auth, "region_name": REGION}


def _member(node: Any, name: str) -> dict[str, Any]:
    inner = node.get(name) if isinstance(node, dict) else None
    if not isinstance(inner, dict):
        raise Refused(400, f"{name} must be an object.")
    return inner


def _in_domain(node: Mapping[str, Any]) -> bool:
    domain = node.get("domain")
    return isinstance(domain, dict) and (domain.get("id") == DOMAIN["id"] or domain.get("name") == DOMAIN["name"])
