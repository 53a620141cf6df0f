"""Connections to an origin: urllib3's, which know TLS and proxies, with bounds on all that they wait for.

Rules
- Looking up a name, connecting, agreeing on TLS, sending and receiving each end when the time of the exchange is over,
  and earlier when nothing happens for long.
- What a request says first travels as it was written.
- An answer is read by `wire`, whole, before the connection is used again; what comes without having been asked for is
  never taken as an answer.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import urllib3

from conformance.target.wire import Bounds, Stream, WireAnswer, read_answer

__all__ = ["Conduit", "Connecting", "NotTaken", "Silence", "Tunnelling", "Unresolved", "tracked"]

PIECE = 256 * 1024
"""Bytes of a request that go out at a time, each within the time of silence."""
MOST_ADDRESSES = 8
"""Addresses of a name that are tried."""
SHORTEST = 0.01
"""Seconds of the shortest wait; a socket takes 0 for no waiting at all."""


class Unresolved(OSError):
    """The name of the target does not lead to an address, or nobody says so in time."""


class Connecting(TimeoutError):
    """No connection, or no TLS, in time; the text says which."""


class Tunnelling(Connecting):
    """No answer of a proxy to CONNECT, while the exchange had time."""


class NotTaken(TimeoutError):
    """The other side does not read what is sent to it."""


class Silence(TimeoutError):
    """No byte of an answer came for long."""


@dataclass
class Conduit:
    """What the connections of a transport share: the limits of the exchange under way, and what is known of the target.

    `connect` and `silence` are seconds, `until` is a moment of the monotonic clock. `written` is the target of the
    request as it stands in its first line. `answer` is the last one. `unasked` says that bytes came that were no answer
    to anything. `heard` are the first `keep` bytes that came in answer to the last request, whatever they were.
    """

    bounds: Bounds
    connect: float = 10.0
    silence: float = 60.0
    until: float = 0.0
    written: str = ""
    answer: WireAnswer | None = None
    unasked: bool = False
    keep: int = 0
    heard: bytearray = field(default_factory=bytearray)

    def wait(self, seconds: float) -> float:
        """So many seconds, or fewer where the exchange has less. Raises TimeoutError when it has none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time of the exchange is over")
        return max(min(seconds, left), SHORTEST)


class _Reading:
    """What http.client takes for its response: reads the whole answer when it is begun."""

    line: ClassVar[Conduit]
    will_close = True

    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str = "", url: str | None = None) -> None:
        self._sock = sock
        self._method = method
        self.stream = Stream(self._receive)

    def _receive(self, size: int, seconds: float | None) -> bytes:
        line = self.line
        self._sock.settimeout(line.wait(line.silence if seconds is None else seconds))
        try:
            data = self._sock.recv(size)
            if len(line.heard) < line.keep:
                line.heard += data
            return data
        except TimeoutError:
            if time.monotonic() >= line.until:
                raise
            raise Silence from None

    def begin(self) -> None:
        """Read the answer."""
        answer = read_answer(self.stream, self._method, self.line.bounds)
        self.line.unasked |= bool(self.stream.held)
        self.line.answer = answer
        self.will_close = not answer.reusable

    def isclosed(self) -> bool:
        """Whether nothing of it is left to read."""
        return True

    def close(self) -> None:
        """Nothing of its own to close."""

    # What a proxy answers to CONNECT is read by http.client itself, with these.

    def _read_status(self) -> tuple[str, int, str]:
        answer = self.stream.line(self.line.bounds.line, "the status line").decode("latin-1").split(None, 2)
        if len(answer) < 2 or not answer[0].startswith("HTTP/1.") or not answer[1].isdecimal():
            raise http.client.BadStatusLine(" ".join(answer)[:80])
        return answer[0], int(answer[1][:3]), answer[2] if len(answer) > 2 else ""

    @property
    def fp(self) -> _Reading:
        """Where the head of the answer is read from."""
        return self

    def readline(self, most: int) -> bytes:
        """A line with its end; all of them together are bounded by the time of the exchange."""
        return self.stream.line(most - 1, "the head") + b"\r\n"


class _Connection(urllib3.connection.HTTPConnection):
    """Mixed into urllib3's HTTP and HTTPS connections."""

    line: ClassVar[Conduit]
    known: ClassVar[Any]
    unsent = False
    """Whether the other side answered before it had the whole request."""

    def _new_conn(self) -> socket.socket:
        self.unsent = False
        self.known.add(self)
        if hasattr(self, "_socks_options"):  # a connection through SOCKS, which urllib3 makes by another library
            self.timeout = self.line.wait(self.line.connect)
            return super()._new_conn()
        try:
            return self._connected()
        except OSError as error:  # urllib3 takes some of them for what a request may meet that was answered early
            raise urllib3.exceptions.NewConnectionError(self, str(error)) from error

    def _connected(self) -> socket.socket:
        line = self.line
        addresses = _addresses(self._dns_host.strip("[]"), self.port or 0, line.wait(line.connect))
        failure: OSError = Unresolved("the name has no address")
        for family, kind, protocol, _, address in addresses[:MOST_ADDRESSES]:
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(line.wait(line.connect))
                sock.connect(address)
                sock.settimeout(line.wait(line.connect))  # for the handshake of TLS
                return sock
            except TimeoutError:
                sock.close()
                failure = Connecting("no connection")
            except OSError as error:
                sock.close()
                failure = error
        raise failure

    def connect(self) -> None:
        try:
            super().connect()
        except (TimeoutError, ssl.SSLError) as error:
            self.close()
            if isinstance(error, Silence | Tunnelling) or not isinstance(error, TimeoutError):
                raise
            raise Connecting("TLS was not agreed on") from None

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        except Silence:
            raise
        except TimeoutError:
            raise Tunnelling("no whole answer of the proxy to CONNECT") from None

    @property
    def is_connected(self) -> bool:
        """Whether nothing came, and nothing was closed, since the last answer."""
        if super().is_connected:
            return True
        sock: Any = self.sock
        if sock is not None:
            try:
                sock.settimeout(0.0)
                self.line.unasked |= bool(sock.recv(1))
            except OSError:
                pass  # it is closed, or broken, or what came is a matter of TLS
        return False

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        # urllib3 has tidied the percent-encodings by now.
        super().putrequest(method, self.line.written or url, *args, **kwargs)

    def send(self, data: Any) -> None:
        """Send bytes, some at a time. Who answers early is not sent the rest (RFC 9112, 9.5)."""
        if self.sock is None:
            super().send(b"")  # connects
        for start in range(0, len(data), PIECE):
            if self.unsent:
                return
            piece = memoryview(data)[start : start + PIECE] if len(data) > PIECE else data
            try:
                self.sock.settimeout(self.line.wait(self.line.silence))
                super().send(piece)
            except TimeoutError:
                if not urllib3.util.wait.wait_for_read(self.sock, timeout=0.0):
                    raise NotTaken from None
                self.unsent = True

    def getresponse(self) -> Any:
        self._response_options = None
        http.client.HTTPConnection.getresponse(self)  # by _Reading
        answer = self.line.answer
        if self.unsent:
            self.close()
        return urllib3.HTTPResponse(b"", status=answer.status if answer else 0, preload_content=False)


def tracked(pool: type[urllib3.HTTPConnectionPool], line: Conduit, known: Any) -> type[urllib3.HTTPConnectionPool]:
    """The kind of pool whose connections keep to the limits of a line, and are put into the set `known`."""
    reading = type("_Reading", (_Reading,), {"line": line})
    bases = (_Connection, pool.ConnectionCls)
    connection = type(pool.ConnectionCls.__name__, bases, {"line": line, "known": known, "response_class": reading})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _addresses(host: str, port: int, seconds: float) -> list[Any]:
    """The addresses of a host. The system's look-up has no time limit, so it is waited for beside it. Raises Unresolved,
    and LocationParseError for what is no name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except ValueError:
        pass
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True, name="conformance-look-up")
    thread.start()
    thread.join(seconds)
    if not found:
        raise Unresolved(f"nobody says within {seconds:.3g} s where the name leads")
    if isinstance(found[0], UnicodeError):
        raise urllib3.exceptions.LocationParseError(host)
    if isinstance(found[0], OSError):
        raise Unresolved("the name does not resolve") from None
    addresses: list[Any] = found[0]
    return addresses
