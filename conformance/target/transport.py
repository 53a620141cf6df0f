"""Request -> Response over a socket, with every limit in one place.

Rules
- The target is not trusted: connect, silence, total time, header and body size are bounded; redirects are never
  followed.
- What bounds one exchange does not bound a thousand: all of them together have a time and a size, too.
- A URL and a header travel as written, so that a case can send what a client library would tidy.
- A body goes out with its length, or in chunks where the request says `Transfer-Encoding: chunked`.
- A secret (token or password) goes only to the origins that identity and catalogue named (design rule 9).
- What fails between us and the target is TargetUnreachable or NotACloud; it never looks like an answer.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.model.errors import NotACloud, SuiteError, TargetUnreachable
from conformance.model.message import Headers, Request, Response

__all__ = ["Sender", "Transport", "TransportLimits", "origin_of"]


IDLE = 3.0
"""Seconds after which a connection is not used again."""
CHUNK = 16_000
"""Bytes of a chunk; no multiple of what buffers usually hold."""


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Seconds to connect, of silence, and in all; bytes of a body; then the same for all exchanges of a run together.

    `run` are the seconds after which nothing more is sent, `cleanup` those that cleaning up has on top, `bodies` the
    bytes of all answers, which a run holds in memory.
    """

    connect: float = 10.0
    silence: float = 60.0
    total: float = 120.0
    body: int = 64 * 1024 * 1024
    run: float = 2 * 3600.0
    cleanup: float = 300.0
    bodies: int = 512 * 1024 * 1024


class Sender(Protocol):
    """Whatever turns a request into a response."""

    def send(self, request: Request) -> Response:
        """Send and wait. Raises TargetUnreachable or NotACloud."""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, the port written out (RFC 6454)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


class _VerbatimAdapter(HTTPAdapter):
    """Sends a URL's path and query as they were written, and can break off whatever is under way."""

    def __init__(self) -> None:
        self.written = ""
        """The target of the request under way, as it was written."""
        self.connections: weakref.WeakSet[urllib3.connection.HTTPConnection] = weakref.WeakSet()
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._tracking(urllib3.HTTPConnectionPool),
            "https": self._tracking(urllib3.HTTPSConnectionPool),
        }

    def _tracking(self, pool: type[urllib3.HTTPConnectionPool]) -> type[urllib3.HTTPConnectionPool]:
        bases = (_TrackedConnection, pool.ConnectionCls)
        connection = type(pool.ConnectionCls.__name__, bases, {"adapter": self})
        return type(pool.__name__, (pool,), {"ConnectionCls": connection})

    def abort(self) -> None:
        """Shut every connection, so that a read in another thread ends at once."""
        for connection in list(self.connections):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        url = request.url or ""
        parts = urlsplit(url)
        if proxies and parts.scheme == "http" and requests.utils.select_proxy(url, proxies):
            self.written = url
            return url
        rest = url.split(parts.netloc, 1)[1].split("#", 1)[0]
        self.written = rest if rest.startswith("/") else f"/{rest}"
        return self.written


class _TrackedConnection(urllib3.connection.HTTPConnection):
    """Mixed into urllib3's HTTP and HTTPS connections: the adapter knows each, and sends the request target as it was
    written."""

    adapter: ClassVar[_VerbatimAdapter]

    def connect(self) -> None:
        super().connect()
        self.adapter.connections.add(self)

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        # urllib3 has tidied the percent-encodings by now.
        super().putrequest(method, self.adapter.written or url, *args, **kwargs)


class Transport:
    """One keep-alive session to the target. Not safe for several threads at once: give each its own."""

    def __init__(
        self,
        *,
        limits: TransportLimits | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        origins: frozenset[str] = frozenset(),
    ) -> None:
        self.limits = limits or TransportLimits()
        self.origins = origins
        self._ends = time.monotonic() + self.limits.run
        self._left = self.limits.bodies
        self._reused = False
        self._used = time.monotonic()
        self._session = requests.Session()
        self._session.verify = verify
        self._session.cert = cert
        self._session.headers.clear()
        self._adapter = _VerbatimAdapter()
        self._watch = _Watch(self.limits.total, self._adapter.abort)
        self._environment: dict[str, Mapping[str, Any]] = {}
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
        self._watch.close()

    def allow(self, seconds: float, size: int) -> None:
        """From now on, seconds and bytes that all further exchanges have together: cleaning up must not find them used
        up."""
        self._ends = time.monotonic() + seconds
        self._left = size

    def send(self, request: Request) -> Response:
        """Send and wait for the whole answer.

        Raises TargetUnreachable (no connection, TLS, time), NotACloud (no HTTP), SuiteError (a secret for a stranger).
        """
        self._guard(request)
        self._check_what_is_left(urlsplit(request.url).netloc)
        # A server may close what has been idle. What reads is sent again; for the rest the connection is new by then.
        if time.monotonic() - self._used > IDLE:
            self._session.close()
        try:
            answer = self._send(request)
        except (TargetUnreachable, NotACloud):
            if request.method not in {"GET", "HEAD"} or not self._reused:
                raise
            self._session.close()
            answer = self._send(request)
        finally:
            self._reused = True
            self._used = time.monotonic()
        if answer.status >= 500:
            # A server that failed may close the connection a moment later and without a word (RFC 9112, 9.5); whether
            # the next request runs into that would be chance.
            self._session.close()
        return answer

    def _send(self, request: Request) -> Response:
        where = urlsplit(request.url).netloc
        watch = self._watch
        started = time.perf_counter()
        try:
            with watch:
                raw = self._open(request)
                try:
                    body, truncated = self._read(raw, started)
                except BaseException:
                    raw.close()  # what is left on the connection is no answer to anything
                    raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            if watch.fired or isinstance(error, _Overtime):
                message = f"{where}: no whole answer to {request.method} within {self.limits.total:g} s"
                raise TargetUnreachable(message) from None
            raise _failure(error, where, request, self.limits) from None
        except (ValueError, UnicodeError) as error:
            raise NotACloud(f"{where}: the answer to {request.method} is no HTTP: {_brief(error)}") from None
        elapsed = time.perf_counter() - started
        self._left -= len(body)
        if watch.fired:
            raise TargetUnreachable(f"{where}: no whole answer to {request.method} within {self.limits.total:g} s")
        fields = tuple((str(name), str(value)) for name, value in raw.raw.headers.items())
        return Response(raw.status_code, raw.reason or "", Headers(fields), body, elapsed, truncated)

    def _open(self, request: Request) -> requests.Response:
        prepared: Any = requests.Request(request.method, "http://placeholder/").prepare()
        prepared.method = request.method
        prepared.url = request.url
        headers: Any = requests.structures.CaseInsensitiveDict()
        headers["User-Agent"] = "easystack-conformance"
        headers["Accept-Encoding"] = "identity"
        for name, value in request.headers.items:
            headers[name] = value.encode("utf-8")
        prepared.headers = headers
        if request.chunked:
            prepared.body = _pieces(request.body)
        else:
            if request.body or request.method in {"POST", "PUT", "PATCH"}:
                headers.setdefault("Content-Length", str(len(request.body)))
            prepared.body = request.body or None
        origin = origin_of(request.url)
        if (
            origin not in self._environment
        ):  # proxies and CA files of the environment; to look them up takes longer than to send
            self._environment[origin] = self._session.merge_environment_settings(
                request.url, {}, True, self._session.verify, self._session.cert
            )
        settings = self._environment[origin]
        return self._session.send(
            prepared,
            allow_redirects=False,
            timeout=(self.limits.connect, self.limits.silence),
            **settings,
        )

    def _read(self, raw: requests.Response, started: float) -> tuple[bytes, bool]:
        pieces: list[bytes] = []
        size = 0
        # A body shorter than announced is the target's fault and a finding; it must not look like a broken network.
        raw.raw.enforce_content_length = False
        while True:
            piece = raw.raw.read1(65536, decode_content=False)
            if not piece:
                announced = raw.raw.headers.get("Content-Length", str(size)).strip()
                if announced != str(size):
                    raw.close()  # what else is on this connection belongs to no answer
                raw.raw.release_conn()
                return b"".join(pieces), False
            size += len(piece)
            pieces.append(piece)
            if size > self.limits.body:
                raw.close()
                return b"".join(pieces)[: self.limits.body], True
            if time.perf_counter() - started > self.limits.total:
                raise _Overtime

    def _check_what_is_left(self, where: str) -> None:
        if time.monotonic() > self._ends:
            raise TargetUnreachable(f"{where}: is too slow; the time of the run ({self.limits.run:g} s) is over")
        if self._left <= 0:
            raise TargetUnreachable(f"{where}: has sent more than a run holds ({self.limits.bodies} bytes)")

    def _guard(self, request: Request) -> None:
        secret = request.headers.get("X-Auth-Token") is not None or b'"password"' in request.body
        if secret and origin_of(request.url) not in self.origins:
            raise SuiteError(f"a secret was about to go to {origin_of(request.url)}, which the catalogue does not name")


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body as it goes out in chunks; none at all when it is empty, which is a body of no bytes all the same."""
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


class _Overtime(OSError):
    """The whole answer took too long."""


class _Watch:
    """Ends a transfer that outlasts the total time: a server that sends a byte a second is never silent.

    One thread watches all transfers of a transport, one after the other. A later transfer never ends before an earlier
    one was to end, so the thread sleeps to the end of what it saw last and looks again; nobody wakes it for a request.
    """

    def __init__(self, seconds: float, abort: Callable[[], None]) -> None:
        self.fired = False
        self._seconds = seconds
        self._abort = abort
        self._due: float | None = None
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __enter__(self) -> None:
        with self._change:
            self.fired = False
            self._due = time.monotonic() + self._seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="conformance-watch")
                self._thread.start()

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._due = None

    def close(self) -> None:
        """End the thread."""
        with self._change:
            self._closed = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._closed = False

    def _run(self) -> None:
        with self._change:
            while not self._closed:
                now = time.monotonic()
                if self._due is not None and now >= self._due:
                    self.fired, self._due = True, None
                    self._abort()
                self._change.wait(self._seconds if self._due is None else self._due - now)


def _failure(error: Exception, where: str, request: Request, limits: TransportLimits) -> Exception:
    text, whole = _brief(_cause(error)), str(error)
    if isinstance(error, requests.exceptions.SSLError) or "CERTIFICATE" in whole:
        return TargetUnreachable(
            f"{where}: the TLS certificate is not trusted; give its CA file (cacert) or --insecure"
        )
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TargetUnreachable(f"{where}: no connection within {limits.connect:g} s")
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return TargetUnreachable(f"{where}: no answer to {request.method} within {limits.silence:g} s")
    if "NameResolution" in whole or "getaddrinfo" in whole or "Name or service" in whole:
        return TargetUnreachable(f"{where}: the name does not resolve")
    if "refused" in whole:
        return TargetUnreachable(f"{where}: connection refused; is the service running there?")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return NotACloud(f"{where or request.url}: is no URL that can be reached")
    if isinstance(_cause(error), http.client.HTTPException | ValueError) and not isinstance(
        _cause(error), http.client.RemoteDisconnected
    ):
        return NotACloud(f"{where}: the answer to {request.method} is no HTTP: {text}")
    return TargetUnreachable(f"{where}: the connection broke during {request.method}: {text}")


def _cause(error: BaseException) -> BaseException:
    """The innermost error: requests and urllib3 wrap it in their own, as an argument, a cause or a reason."""
    for _ in range(8):
        inner = next(
            (item for item in (*reversed(error.args), error.__cause__) if isinstance(item, BaseException)), None
        )
        if inner is None:
            break
        error = inner
    return error


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
