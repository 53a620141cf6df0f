"""Logging in: keystoneauth1 fetches the tokens, and every request that it makes for it goes through our sender.

Rules
- The identity service may name another origin for itself, but never a less safe one.
- What fails between us and the target keeps its own error; what answers as no identity service does is `NotACloud`.
- No message holds a password or a token.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from keystoneauth1 import exceptions as ks
from keystoneauth1.access import AccessInfo
from keystoneauth1.session import Session
from openstack.config.cloud_region import CloudRegion
from requests.adapters import BaseAdapter

from conformance.model.contract import Operation
from conformance.model.errors import ConformanceError, LoginRefused, NotACloud, TargetUnreachable, UsageError
from conformance.model.message import DISCOVERY, Headers, Request
from conformance.target.transport import Sender, Transport, origin_of

__all__ = ["Actor", "Login", "line_of", "log_in"]

logging.getLogger("keystoneauth").addHandler(logging.NullHandler())  # what it warns of is said by our one line


@dataclass(frozen=True)
class Actor:
    """One who sends requests: `token` gives a valid token of theirs, fetched anew when the old one expires."""

    name: str
    project_id: str
    project_name: str
    user_id: str
    roles: tuple[str, ...]
    token: Callable[[], str]
    password_body: Mapping[str, Any] | None
    secrets: tuple[str, ...]

    @property
    def admin(self) -> bool:
        """Whether OpenStack's default policy opens every project to this actor (`context_is_admin`: the role admin)."""
        return "admin" in self.roles


@dataclass(frozen=True)
class Login:
    """What logging in needs: the transport, the sender before it, and the operation that gives tokens."""

    transport: Transport
    sender: Sender
    token: Operation | None

    def operation(self, method: str, url: str) -> str:
        """The operation that a request of keystoneauth1 addresses."""
        token = self.token
        asked = token is not None and method == token.method and urlsplit(url).path.endswith(token.path)
        return token.id if token is not None and asked else DISCOVERY


class _KeystoneAdapter(BaseAdapter):
    """Lets keystoneauth1 send through our sender."""

    def __init__(self, login: Login, auth_url: str, actor: str) -> None:
        super().__init__()
        self._login = login
        self._auth_url = auth_url
        self._actor = actor
        self.failure: ConformanceError | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        body = request.body or b""
        # The identity service may name another origin for itself, but never a less safe one.
        if url.startswith("http:") and self._auth_url.startswith("https:"):
            raise self._failed(NotACloud(f"{self._auth_url}: leads from HTTPS to {origin_of(url)}; not followed"))
        self._login.transport.origins |= {origin_of(url)}
        sent = Request(
            method=request.method or "GET",
            url=url,
            # keystoneauth1 asks for compressed answers; the transport, which counts and records bytes, takes them as
            # they are.
            headers=Headers(
                tuple(
                    (name, _text(value)) for name, value in request.headers.items() if name.lower() != "accept-encoding"
                )
            ),
            body=body.encode() if isinstance(body, str) else bytes(body),
            operation=self._login.operation(request.method or "GET", url),
            actor=self._actor,
        )
        try:
            received = self._login.sender.send(sent)
        except ConformanceError as error:
            raise self._failed(error) from None
        if received.status == 401 and sent.method == "GET" and sent.headers.get("X-Auth-Token") is None:
            # Version discovery has no token yet. keystoneauth1 would ask itself for one, and wait for its own lock for
            # ever.
            raise ks.DiscoveryFailure(f"{url} wants credentials before it says which versions there are")
        answer = requests.Response()
        answer.status_code = received.status
        answer.reason = received.reason
        answer.headers = requests.structures.CaseInsensitiveDict(received.headers.items)
        answer.url = url
        answer.request = request
        answer._content = received.body
        return answer

    def _failed(self, error: ConformanceError) -> ks.ConnectFailure:
        self.failure = error
        return ks.ConnectFailure(str(error))

    def close(self) -> None:
        """Nothing of its own to close."""


def log_in(region: CloudRegion, name: str, login: Login) -> tuple[Actor, AccessInfo]:
    auth_url = str(region.config["auth"]["auth_url"])
    plugin: Any = region.get_auth()
    adapter = _KeystoneAdapter(login, auth_url, name)
    carrier = requests.Session()
    carrier.trust_env = False
    for scheme in ("http://", "https://"):
        carrier.mount(scheme, adapter)
    session = Session(auth=plugin, session=carrier, redirect=0, connect_retries=0)
    try:
        access: AccessInfo = plugin.get_access(session)
        # keystoneauth1 reads the answer when it is asked for: each of these raises when the answer lacks it.
        _ = (access.project_id, access.user_id, access.role_names, access.expires, access.service_catalog.catalog)
    except ks.Unauthorized as error:
        raise LoginRefused(f"{auth_url}: refused the credentials of cloud {region.name}: {line_of(error)}") from None
    except (ks.ClientException, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        if adapter.failure is not None:
            raise adapter.failure from None
        raise _not_keystone(auth_url, error) from None
    if not access.project_id:
        raise UsageError(f"cloud {region.name}: its token has no project; set project_name or project_id in its auth")
    auth = region.config["auth"]
    actor = Actor(
        name=name,
        project_id=str(access.project_id),
        project_name=str(access.project_name or ""),
        user_id=str(access.user_id),
        roles=tuple(access.role_names or ()),
        token=lambda: _fresh(plugin, session, adapter, auth_url),
        password_body=_password_body(auth, access),
        secrets=tuple(
            str(auth[key]) for key in ("password", "application_credential_secret", "token") if auth.get(key)
        ),
    )
    return actor, access


def _fresh(plugin: Any, session: Session, adapter: _KeystoneAdapter, auth_url: str) -> str:
    try:
        return str(plugin.get_token(session))
    except (ks.ClientException, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise adapter.failure or LoginRefused(f"{auth_url}: gave no new token: {line_of(error)}") from None


def _not_keystone(auth_url: str, error: Exception) -> ConformanceError:
    if isinstance(error, ks.ConnectFailure | ks.ConnectTimeout):
        return TargetUnreachable(f"{auth_url}: {line_of(error)}")
    return NotACloud(f"{auth_url}: does not answer as an identity service does ({line_of(error)}); is auth_url right?")


def _password_body(auth: Mapping[str, Any], access: AccessInfo) -> Mapping[str, Any] | None:
    """The token request of the document (lines 290-329) with our names, or None when we log in without a password."""
    if not auth.get("password"):
        return None
    user = {"id": access.user_id, "password": str(auth["password"])}
    return {
        "auth": {
            "scope": {"project": {"id": access.project_id}},
            "identity": {"methods": ["password"], "password": {"user": user}},
        }
    }


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def line_of(error: BaseException) -> str:
    """What an error says, in one line of bounded length."""
    return " ".join(str(error).split())[:200] or type(error).__name__
