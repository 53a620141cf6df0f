"""Request -> Response over a socket, with every limit in one place.

Rules
- The target is not trusted: looking up its name, connecting, silence, total time, head and body are bounded (by
  `connection` and `wire`); redirects are never followed, cookies never kept, no coding of a body is undone.
- What bounds one exchange does not bound a thousand: all of them together have a deadline and a size, too.
- A URL and a header travel as written, so that a case can send what a client library would tidy.
- A body goes out with its length, or in chunks where the request says `Transfer-Encoding: chunked`.
- A secret (token or password) goes only to the origins that identity and catalogue named (design rule 9).
- What fails between us and the target is TargetUnreachable or NotACloud; it never looks like an answer.
"""

from __future__ import annotations

import contextlib
import http.client
import math
import re
import socket
import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import ConnectionBroken, NotACloud, SuiteError, TargetUnreachable, TimeOver, UsageError
from conformance.model.message import READING, Headers, Request, Response
from conformance.target.connection import Conduit, Connecting, NotTaken, Silence, tracked
from conformance.target.failure import brief, causes, failure
from conformance.target.wire import Bounds

__all__ = ["Sender", "Transport", "TransportLimits", "origin_of"]


_STATUS = re.compile(rb"\s*HTTP/\S*\s+(\d{3})\b", re.IGNORECASE)
_ONCE = urllib3.Retry(False, redirect=False)
"""What `retries=False` means to urllib3, made once."""
IDLE = 3.0
"""Seconds after which a connection is not used again."""
CHUNK = 16_000
"""Bytes of a chunk; no multiple of what buffers usually hold."""
LEAST_PATIENCE = 1 / 6
"""What is left of the time of silence, at least, for a method whose requests were not answered in it."""


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Seconds to connect, of silence, and in all; bytes of a body (of text, and of anything else), and of all bodies of
    a run together; what the head of an answer may have is in `head`.

    A method that is not answered within the time of silence is waited for half as long the next time, down to a sixth
    (10 s), until it is answered again: a target that never answers a DELETE takes minutes of a run, not all of it.
    """

    connect: float = 10.0
    silence: float = 60.0
    total: float = 120.0
    text: int = 8 * 1024 * 1024
    body: int = 64 * 1024 * 1024
    bodies: int = 4 * 1024 * 1024 * 1024
    head: Bounds = field(default_factory=Bounds)


class Sender(Protocol):
    """Whatever turns a request into a response."""

    def send(self, request: Request) -> Response:
        """Send and wait. Raises TargetUnreachable, NotACloud or TimeOver."""


@lru_cache(maxsize=64)  # asked several times of the URL of each request
def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, the port written out (RFC 6454)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


class _VerbatimAdapter(HTTPAdapter):
    """Makes the connections, which share a `line` with its transport."""

    def __init__(self, line: Conduit) -> None:
        self._line = line
        self._known: weakref.WeakSet[urllib3.connection.HTTPConnection] = weakref.WeakSet()
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._pools = {
            "http": tracked(urllib3.HTTPConnectionPool, self._line, self._known),
            "https": tracked(urllib3.HTTPSConnectionPool, self._line, self._known),
        }
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy in self.proxy_manager:  # its kinds of connections are those of the line already
            return self.proxy_manager[proxy]
        manager: Any = super().proxy_manager_for(proxy, **kwargs)
        if proxy.lower().startswith("socks"):  # whose connections are of a kind of their own
            kinds = manager.pool_classes_by_scheme
            manager.pool_classes_by_scheme = {
                name: tracked(kind, self._line, self._known) for name, kind in kinds.items()
            }
        else:
            manager.pool_classes_by_scheme = self._pools
        return manager

    def disconnect(self) -> None:
        """Close every connection; the next request opens one again."""
        for connection in list(self._known):
            connection.close()

    def abort(self) -> None:
        """Shut every connection, so that whoever waits for one waits no longer."""
        for connection in list(self._known):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def route(self, url: str, settings: Mapping[str, Any]) -> _Route:
        """The way to the origin of a URL, with the proxies and CA files of the environment. Raises requests' and
        urllib3's errors for what is no URL."""
        prepared: Any = requests.Request("GET", "http://placeholder/").prepare()
        prepared.url = url
        proxies = settings["proxies"]
        pool = self.get_connection_with_tls_context(prepared, settings["verify"], proxies, settings["cert"])
        proxy = requests.utils.select_proxy(url, proxies) or ""
        forwarded = urlsplit(url).scheme == "http" and bool(proxy)
        return _Route(cast(urllib3.HTTPConnectionPool, pool), forwarded, _without_credentials(proxy))


@dataclass(frozen=True, slots=True)
class _Route:
    """The connections to an origin. `forwarded`: to a proxy, which is told the whole URL (RFC 9112, 3.2.2). `proxy` is
    where that is, or the one through which TLS goes; "" without any."""

    pool: urllib3.HTTPConnectionPool
    forwarded: bool
    proxy: str = ""

    def target(self, url: str) -> str:
        """What stands in the first line of a request to a URL, as it was written."""
        if self.forwarded:
            return url
        rest = url.split(urlsplit(url).netloc, 1)[1].split("#", 1)[0]
        return rest if rest.startswith("/") else f"/{rest}"


class Transport:
    """One keep-alive session to the target. Not safe for several threads at once: give each its own.

    `deadline` is the moment after which nothing is sent, and at which what is under way is broken off.
    """

    def __init__(
        self,
        *,
        limits: TransportLimits | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        origins: frozenset[str] = frozenset(),
        deadline: Deadline = NEVER,
    ) -> None:
        self.limits = limits or TransportLimits()
        self.origins = origins
        self.deadline = deadline
        self._left = self.limits.bodies
        self._closes = False  # whether a connection to the target broke
        self._used = time.monotonic()
        self._trust = verify, cert
        if not self.verifies:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the verdict says so, once
        self._session = requests.Session()
        self._session.verify = verify
        self._session.cert = cert
        self._session.headers.clear()
        self._patience: dict[str, float] = {}
        self._failed: dict[str, str] = {}  # host -> why the last exchange with it failed
        self._most = math.inf
        self._line = self._new_line(keep=0)
        self.renew()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def verifies(self) -> bool:
        """Whether certificates are verified."""
        return self._trust[0] is not False

    def renew(self) -> None:
        """Have no connection, without a word to the target: after a fork those that are there are the other process's."""
        self._reused = False
        self._line = self._new_line(self._line.keep)
        self._adapter = _VerbatimAdapter(self._line)
        self._routes: dict[str, _Route] = {}
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def _new_line(self, keep: int) -> Conduit:
        return Conduit(replace(self.limits.head, text=self.limits.text, body=self.limits.body), keep=keep)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def beside(self) -> Transport:
        """Another connection to the same target, with the same limits, none of them used up."""
        verify, cert = self._trust
        return Transport(limits=self.limits, verify=verify, cert=cert, origins=self.origins, deadline=self.deadline)

    def keep_what_comes(self, size: int) -> None:
        """From now on keep so many bytes of what comes in answer to a request, whatever they are."""
        self._line.keep = size

    def salvaged(self) -> Response | None:
        """What came in answer to the last request, as far as it can be made out: its status, 0 when there is none, and
        whatever came. None when nothing came."""
        heard = bytes(self._line.heard)
        if not heard:
            return None
        status = _STATUS.match(heard)
        return Response(int(status.group(1)) if status else 0, body=heard, truncated=True)

    def abort(self) -> None:
        """Break off what is under way; a signal handler may do so, and another thread."""
        self._adapter.abort()

    def allow(self, deadline: Deadline, size: int) -> None:
        """From now on, the deadline and the bytes that all further exchanges have together: cleaning up must not find
        them used up."""
        self.deadline = deadline
        self._left = size

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Wait for no answer longer than so many seconds meanwhile."""
        kept, self._most = self._most, min(self._most, seconds)
        try:
            yield
        finally:
            self._most = kept

    def send(self, request: Request) -> Response:
        """Send and wait for the whole answer.

        Raises TargetUnreachable (no connection, TLS, time), NotACloud (no HTTP), TimeOver (the deadline), SuiteError (a
        secret for a stranger).
        """
        self._guard(request)
        self._line.heard.clear()
        self._check_what_is_left(urlsplit(request.url).netloc)
        # A server may close what has been idle (RFC 9112, 9.3), also while a request is on its way. Nobody can tell
        # whether that was carried out; so where it has happened, what changes something has a new connection.
        idle = time.monotonic() - self._used > IDLE
        if idle or self._line.unasked or (self._closes and request.method not in READING):
            self._adapter.disconnect()
        try:
            answer = self._send(request)
        except (ConnectionBroken, NotACloud) as error:
            self._closes = self._closes or isinstance(error, ConnectionBroken)
            self._adapter.disconnect()
            raise
        finally:
            self._used = time.monotonic()
        if answer.status >= 500:
            # A server that failed may close the connection a moment later and without a word (RFC 9112, 9.5); whether
            # the next request runs into that would be chance.
            self._adapter.disconnect()
        return answer

    def _send(self, request: Request) -> Response:
        where = urlsplit(request.url).netloc
        limits, started, line = self._limits_now(request.method), time.perf_counter(), self._line
        began = time.time()
        line.connect, line.silence, line.until = limits.connect, limits.silence, time.monotonic() + limits.total
        line.answer = None
        line.heard.clear()
        try:
            self._open(request).release_conn()
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            cause, place = causes(error)[-1], where + self._through(request.url)
            if self.deadline.over:
                sent = not isinstance(cause, Connecting)
                what = f"{request.method} was under way" if sent else str(cause)
                raise TimeOver(f"{place}: {what} when the time of the run was over", sent=sent) from None
            if isinstance(cause, Silence | NotTaken):
                self._patience[request.method] = max(LEAST_PATIENCE, self._patience.get(request.method, 1.0) / 2)
            failed = failure(error, cause, place, request.method, limits)
            self._failed[where] = str(failed)
            raise failed from None
        except (ValueError, UnicodeError) as error:
            raise NotACloud(f"{where}: the answer to {request.method} is no HTTP: {brief(error)}") from None
        answer: Any = line.answer
        self._patience.pop(request.method, None)
        self._failed.pop(where, None)
        self._left -= len(answer.body)
        elapsed = time.perf_counter() - started
        return Response(
            answer.status, answer.reason, Headers(answer.fields), answer.body, elapsed, answer.truncated, began=began
        )

    def _limits_now(self, method: str) -> TransportLimits:
        """The limits of the next exchange: none reaches beyond the deadline, and who did not answer is waited for less
        long."""
        limits, patience = self.limits, self._patience.get(method, 1.0)
        left = min(self.deadline.left(), self._most)
        if left >= limits.total and patience == 1.0:
            return limits
        return replace(
            limits,
            connect=min(limits.connect, left),
            silence=min(limits.silence * patience, left),
            total=min(limits.total, left),
        )

    def _through(self, url: str) -> str:
        route = self._routes.get(origin_of(url))
        return f" through the proxy {route.proxy}" if route is not None and route.proxy else ""

    def _open(self, request: Request) -> urllib3.BaseHTTPResponse:
        fields: dict[str, tuple[str, Any]] = {
            "user-agent": ("User-Agent", "easystack-conformance"),
            "accept-encoding": ("Accept-Encoding", "identity"),
        }
        for name, value in request.headers.items:
            fields[name.lower()] = name, value.encode("utf-8")
        body: bytes | Iterator[bytes] | None = request.body or None
        if request.chunked:
            body = _pieces(request.body)
        elif request.body or request.method in {"POST", "PUT", "PATCH"}:
            fields.setdefault("content-length", ("Content-Length", str(len(request.body))))
        route = self._route(request.url)
        self._line.written = target = route.target(request.url)
        return route.pool.urlopen(
            request.method,
            target if route.forwarded else "/",  # urllib3 would tidy it, which takes time; `written` is what goes out
            body=body,
            headers=dict(fields.values()),
            retries=_ONCE,
            redirect=False,
            assert_same_host=False,
            timeout=None,  # the connections keep to the limits of the line
            preload_content=False,
            chunked=request.chunked,
        )

    def _route(self, url: str) -> _Route:
        """The way to the origin of a URL. Proxies and CA files of the environment are looked up once: that takes longer
        than to send."""
        origin = origin_of(url)
        route = self._routes.get(origin)
        if route is None:
            session = self._session
            settings = session.merge_environment_settings(url, {}, True, session.verify, session.cert)
            self._check_proxy(url, settings)
            route = self._routes[origin] = self._adapter.route(url, settings)
        return route

    def _check_proxy(self, url: str, settings: Mapping[str, Any]) -> None:
        """Whether the environment names a proxy that can be used, if any. Raises UsageError."""
        proxy = requests.utils.select_proxy(url, settings["proxies"])
        if not proxy:
            return
        try:
            self._adapter.route("http://placeholder/", {**settings, "proxies": {"http": proxy}})
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
            shown = brief(ValueError(proxy.rpartition("@")[2]))
            raise UsageError(
                f"{urlsplit(url).netloc}: its proxy {shown} is none that can be used; look at http_proxy, https_proxy and"
                " all_proxy in the environment"
            ) from None

    def _check_what_is_left(self, where: str) -> None:
        if self.deadline.over:
            before = f"{self._failed[where]};" if where in self._failed else f"{where}:"
            raise TimeOver(f"{before} the time of the run is over")
        if self._left <= 0:
            raise TargetUnreachable(f"{where}: has sent more than a run takes ({self.limits.bodies} bytes)")

    def _guard(self, request: Request) -> None:
        secret = request.headers.get("X-Auth-Token") is not None or b'"password"' in request.body
        if secret and origin_of(request.url) not in self.origins:
            raise SuiteError(f"a secret was about to go to {origin_of(request.url)}, which the catalogue does not name")


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body as it goes out in chunks; none at all when it is empty, which is a body of no bytes all the same."""
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
