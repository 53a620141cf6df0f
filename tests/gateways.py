"""A gateway before a target: it answers in its place, breaks connections or goes away, as it is told for each request; all
else is let through and answered rightly."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

__all__ = ["Act", "Answer", "Broken", "Call", "Gateway"]

HOP = frozenset({"connection", "transfer-encoding", "content-length", "host", "keep-alive"})


@dataclass(frozen=True)
class Answer:
    """What the gateway answers in place of the target."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Broken:
    """How a connection breaks: `before` the request is let through, else after it; `sends` so many bytes of the answer;
    by a reset or by a plain close."""

    before: bool = False
    sends: int = 0
    reset: bool = False


@dataclass(frozen=True)
class Call:
    """A request that came to the gateway, the `number`-th; `forward` asks the target, `read` what is at a path, for who
    sends the request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    number: int
    forward: Callable[[], Answer]
    read: Callable[[str], Answer]

    @property
    def creates(self) -> bool:
        """Whether it is to make a resource."""
        return self.method == "POST" and self.path.partition("?")[0].endswith("/v2/images")

    @property
    def token(self) -> str:
        """The token that it carries."""
        return self.headers.get("x-auth-token", "")

    @property
    def logs_in(self) -> bool:
        """Whether it is about the login."""
        return self.path.startswith("/identity")


Act = Callable[[Call], "Answer | Broken | None"]
"""What the gateway does with a request; None lets it through."""


class Gateway:
    """A gateway before the target at a port. Use as a context."""

    def __init__(self, upstream: int, act: Act) -> None:
        self._upstream = upstream
        self._act = act
        self._counting = threading.Lock()
        self._count = 0
        self._open: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.faults: list[str] = []
        """Exceptions of its own."""
        self.seen: list[tuple[float, str, str]] = []
        """When each request came, its method and path."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, on the port that it had before."""
        gateway = self

        class Handler(_Handler):
            owner = gateway

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64
            allow_reuse_address = True

            def handle_error(self, *_: Any) -> None:
                error = sys.exc_info()[1]
                if not isinstance(error, OSError):
                    gateway.faults.append("".join(traceback.format_exception(error))[-600:])

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Go away: nobody listens, and every connection is closed."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            for connection in list(self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def away(self, seconds: float) -> None:
        """Go away for a while; returns at once."""

        def out() -> None:
            self.stop()
            time.sleep(seconds)
            self.start()

        threading.Thread(target=out, daemon=True).start()

    def call(self, handler: _Handler, body: bytes) -> Answer | Broken:
        """What is answered to a request."""
        with self._counting:
            self._count += 1
            number = self._count
            self.seen.append((time.monotonic(), handler.command, handler.path))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        call = Call(
            handler.command,
            handler.path,
            headers,
            body,
            number,
            lambda: self._forward(handler.command, handler.path, headers, body),
            lambda path: self._forward("GET", path, headers, b""),
        )
        done = self._act(call)
        if isinstance(done, Broken) and not done.before:
            handler.kept = call.forward()
        return done if done is not None else call.forward()

    def _forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = HTTPConnection("127.0.0.1", self._upstream, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", f"127.0.0.1:{self._upstream}")
            for name, value in headers.items():
                if name not in HOP:
                    connection.putheader(name, value)
            if body or method in {"POST", "PUT", "PATCH"}:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        here, there = f"127.0.0.1:{self.port}", f"127.0.0.1:{self._upstream}"
        fields = {name: value.replace(there, here) for name, value in response.getheaders() if name.lower() not in HOP}
        return Answer(response.status, fields, data.replace(there.encode(), here.encode()))


class _Handler(BaseHTTPRequestHandler):
    owner: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    kept: Answer | None = None

    def setup(self) -> None:
        self.owner._open.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.owner._open.discard(self.request)
        with contextlib.suppress(OSError):
            super().finish()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = self.owner.call(self, body)
        if isinstance(done, Broken):
            self._break(done)
            return
        self.wfile.write(self._encoded(done))
        self.wfile.flush()

    def _encoded(self, answer: Answer) -> bytes:
        head = f"HTTP/1.1 {answer.status} Gateway\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        if answer.status != 204:
            head += f"Content-Length: {len(answer.body)}\r\n"
        return head.encode("latin-1") + b"\r\n" + (answer.body if self.command != "HEAD" else b"")

    def _break(self, how: Broken) -> None:
        self.close_connection = True
        if how.sends and self.kept is not None:
            self.wfile.write(self._encoded(self.kept)[: how.sends])
            self.wfile.flush()
        if how.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        pass
