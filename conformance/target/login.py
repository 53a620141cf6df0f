"""Logging in: keystoneauth1 fetches the tokens, and every request that it makes for it goes through our sender.

Rules
- A login goes to the origins that the configuration names, and to no other.
- What fails between us and the target keeps its own error; what answers as no identity service does is `NotACloud`.
- No message holds a password or a token.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from keystoneauth1 import exceptions as ks
from keystoneauth1.access import AccessInfo
from keystoneauth1.identity.base import BaseIdentityPlugin
from keystoneauth1.session import Session
from requests.adapters import BaseAdapter

from conformance.model.contract import Operation
from conformance.model.errors import ConformanceError, LoginRefused, NotACloud, TargetUnreachable, UsageError
from conformance.model.message import DISCOVERY, Headers, Request
from conformance.target.configuration import line_of, named_urls, secret_values
from conformance.target.hindrance import hindrance
from conformance.target.sdk import CloudRegion
from conformance.target.secrets import Secrets
from conformance.target.transport import Sender, Transport, origin_of

__all__ = ["Actor", "Login", "log_in"]

LONGEST_TOKEN = 8192
"""Characters of a token: servers take no longer header, and proxies none of 8 KiB."""


@dataclass(frozen=True)
class Actor:
    """One who sends requests: `token` gives a valid token of theirs, fetched anew when the old one expires; `renew`
    fetches a new one at once, for when the old one was revoked."""

    name: str
    project_id: str
    project_name: str
    user_id: str
    roles: tuple[str, ...]
    token: Callable[[], str]
    password_body: Mapping[str, Any] | None
    secrets: tuple[str, ...]
    renew: Callable[[], str]

    @property
    def admin(self) -> bool:
        """Whether OpenStack's default policy opens every project to this actor (`context_is_admin`: the role admin)."""
        return "admin" in self.roles


@dataclass(frozen=True)
class Login:
    """What logging in needs: the transport, the sender before it, the operation that gives tokens, and what must not be
    shown."""

    transport: Transport
    sender: Sender
    token: Operation | None
    secrets: Secrets

    def operation(self, method: str, url: str) -> str:
        """The operation that a request of keystoneauth1 addresses."""
        token = self.token
        asked = token is not None and method == token.method and urlsplit(url).path.endswith(token.path)
        return token.id if token is not None and asked else DISCOVERY


_READING = (ks.ClientException, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What keystoneauth1 raises on answers, which it does not check before it reads them."""


class _KeystoneAdapter(BaseAdapter):
    """Lets keystoneauth1 send through our sender, to the origins that the configuration names.

    A provider of identities (OpenID Connect) that the configuration names says itself where it gives tokens; that may be
    another origin, but never a less safe one. An identity service that names another host for itself is asked under the
    one of auth_url by keystoneauth1.
    """

    def __init__(self, login: Login, region: CloudRegion, actor: str) -> None:
        super().__init__()
        self._login = login
        self._auth_url = str(region.config["auth"]["auth_url"])
        self._named = frozenset(map(origin_of, named_urls(region)))
        self._provider = str(region.config["auth"].get("discovery_endpoint") or "")
        self._actor = actor
        self.failure: ConformanceError | None = None
        self.hindrance = ""  # of the last answer: keystoneauth1 goes on where only its look for versions failed

    def _allow(self, url: str) -> None:
        """Let credentials go to an origin. Raises the failure for one to which they must not go."""
        try:
            origin = origin_of(url)
        except ValueError:
            raise self._failed(NotACloud(f"{self._auth_url}: names an address of its own that is no URL")) from None
        elsewhere = self._provider and (url.startswith("https:") or self._provider.startswith("http:"))
        if origin not in self._named and not elsewhere:
            message = f"{self._auth_url}: leads to {origin}, which the configuration does not name; not followed"
            raise self._failed(NotACloud(message))
        self._login.transport.origins |= {origin}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        self.hindrance = ""
        self._allow(url)
        body = request.body or b""
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
        if received.truncated:
            size = f"{len(received.body) / 2**20:.3g} MiB"
            raise self._failed(
                NotACloud(f"{self._auth_url}: its answer is longer than the {size} that are read of one")
            )
        if received.status == 401 and sent.method == "GET" and sent.headers.get("X-Auth-Token") is None:
            # Version discovery has no token yet. keystoneauth1 would ask itself for one, and wait for its own lock for
            # ever.
            raise ks.DiscoveryFailure(f"{url} wants credentials before it says which versions there are")
        self.hindrance = hindrance(sent, received, self._auth_url)
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
    """Fetch the first token of an actor. Raises UsageError, TargetUnreachable, LoginRefused or NotACloud."""
    auth_url = str(region.config["auth"]["auth_url"])
    plugin: Any = region.get_auth()
    if not isinstance(plugin, BaseIdentityPlugin):
        raise UsageError(
            f"cloud {region.name}: auth_type {region.config.get('auth_type')} asks no identity service for a token; "
            "the suite needs a login to a project"
        )
    adapter = _KeystoneAdapter(login, region, name)
    carrier = requests.Session()
    carrier.trust_env = False
    for scheme in ("http://", "https://"):
        carrier.mount(scheme, adapter)
    session = Session(auth=plugin, session=carrier, redirect=0, connect_retries=0)
    try:
        access: AccessInfo = plugin.get_access(session)
        # keystoneauth1 reads the answer when it is asked for: each of these raises when the answer lacks it.
        token: Any = access.auth_token
        _ = (access.expires, access.service_catalog.catalog)
        ids, roles = (access.project_id, access.user_id), access.role_names
    except ks.Unauthorized as error:
        said = f"{_said(error, login.secrets)}{_of_token(region)}"
        raise LoginRefused(f"{auth_url}: refused the credentials of cloud {region.name}: {said}") from None
    except (ks.NotFound, ks.Forbidden) as error:
        if not _of_token(region) or not re.search(r"\btoken\b", str(error)):
            raise _not_keystone(auth_url, error, login.secrets) from None
        said = f"{_said(error, login.secrets)}{_of_token(region)}"
        raise LoginRefused(f"{auth_url}: refused the token of cloud {region.name}: {said}") from None
    except _READING as error:
        if adapter.failure is not None:
            raise adapter.failure from None
        if adapter.hindrance:
            raise NotACloud(f"{auth_url}: {adapter.hindrance}") from None
        raise _not_keystone(auth_url, error, login.secrets) from None
    if not access.project_id:
        if {"project_name", "project_id"} & region.config["auth"].keys():
            raise NotACloud(f"{auth_url}: gave a token without the project that it was asked for")
        raise UsageError(f"cloud {region.name}: its token has no project; set project_name or project_id in its auth")
    if not all(isinstance(item, str) and item for item in (token, *ids)):
        raise NotACloud(f"{auth_url}: gave a token, or ids of user and project, that are no texts")
    if len(token) > LONGEST_TOKEN:
        raise NotACloud(f"{auth_url}: gave a token of {len(token)} characters, more than a header can hold")
    login.secrets.learn(token, "$OS_TOKEN" if name == "main" else f"$OS_TOKEN_{name.upper()}")
    auth = region.config["auth"]
    what = f"{auth_url}: gave no new token"
    token = _Remembered(
        lambda: _fresh(plugin, session, adapter, what, _of_token(region), login.secrets), plugin.invalidate
    )
    actor = Actor(
        name=name,
        project_id=str(access.project_id),
        project_name=str(access.project_name or ""),
        user_id=str(access.user_id),
        roles=tuple(role for role in roles or () if isinstance(role, str)),
        token=token,
        password_body=_password_body(auth, access),
        secrets=secret_values(region),
        renew=token.renewed,
    )
    return actor, access


ASKED_AGAIN = 1.0
"""Seconds after which it is looked at again whether a token is about to expire; keystoneauth1 fetches another one two
minutes before that, and to look costs as much as all else that a request takes to be made."""


class _Remembered:
    """A token, and when it was last looked at."""

    def __init__(self, fresh: Callable[[], str], invalidate: Callable[[], object]) -> None:
        self._fresh = fresh
        self._invalidate = invalidate
        self._token = ""
        self._until = -math.inf

    def __call__(self) -> str:
        if time.monotonic() >= self._until:
            self._token = self._fresh()
            self._until = time.monotonic() + ASKED_AGAIN
        return self._token

    def renewed(self) -> str:
        """A new token at once, for when this one is good no more."""
        self._invalidate()
        self._until = -math.inf
        return self()


def _of_token(region: CloudRegion) -> str:
    """What is to be said of a login that fails, when it is one by a token that was given; "" for any other."""
    auth = region.config["auth"]
    given = auth.get("token") and not auth.get("password")
    return (
        "; it has expired or was revoked, and a token cannot be renewed: give a new one, or a password" if given else ""
    )


def _said(error: Exception, secrets: Secrets) -> str:
    """What an error says, without the id of the request, by which no two are alike."""
    return re.sub(r" ?\(Request-ID: [^)]*\)", "", line_of(error, secrets))


def _fresh(plugin: Any, session: Session, adapter: _KeystoneAdapter, what: str, hint: str, secrets: Secrets) -> str:
    """A token that is good. `what` says that there is none, `hint` why."""
    adapter.failure = None
    try:
        token = str(plugin.get_token(session))
    except _READING as error:
        said = adapter.hindrance or f"{_said(error, secrets)}{hint}"
        raise adapter.failure or LoginRefused(f"{what}: {said}") from None
    if len(token) > LONGEST_TOKEN:
        raise LoginRefused(f"{what} that a header can hold: it has {len(token)} characters")
    return token


def _not_keystone(auth_url: str, error: Exception, secrets: Secrets) -> ConformanceError:
    said = line_of(error, secrets)
    if isinstance(error, ks.ConnectFailure | ks.ConnectTimeout):
        return TargetUnreachable(f"{auth_url}: {said}")
    return NotACloud(f"{auth_url}: does not answer as an identity service does ({said}); is auth_url right?")


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
