"""The reference target: the parts of the registered services behind one HTTP/1.1 server, on loopback only.

The server is the standard library's `http.server`, a thread for each connection. Ours are three things on top of it:
- any method reaches a part, which knows those that are defined; http.server would answer 501 by itself;
- bodies are read whole, by length or in chunks (http.server reads none), and bounded; two lengths that differ are
  refused;
- an answer is sent header by header as it was made, also with the wrong length or the chunks that a fault put there,
  and what the server itself refuses carries the documented envelope too.
cheroot, which was tried, refuses in plain text of its own without a way in between, folds repeated headers, frames
answers anew, and hands each request of a connection to another thread: 115 us and 150 us of CPU for a request, where
http.server takes 75 us.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from ruamel.yaml import YAML

import conformance.services  # noqa: F401  registers the services
from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.run.service import registered, service_named
from conformance.services.clock import Clock
from conformance.services.fault import Fault, Hooks
from conformance.services.part import ReferencePart, ReferenceParts, Surroundings, TokenPart
from conformance.services.rest import rest_part, unclaimed
from conformance.services.wire import Answer, Call

__all__ = ["BODY_LIMIT", "Reference", "parts_of"]

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes that the body of a request may have."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    answered = 0
    contract: Contract
    target: ReferenceParts


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "conformance-reference"
    sys_version = ""
    timeout = 60
    server: _Server

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._refuse(400, "The length of the body cannot be read, or is too large.")
            return
        parts = urlsplit(self.path)
        service, slash, path = parts.path.removeprefix("/").partition("/")
        if not self.server.target.has(service):
            self._refuse(404, "There is nothing at this path.")
            return
        try:
            query = parse_qsl(parts.query, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            self._refuse(400, "The query is not UTF-8.")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.target.answer(Call(service, self.command, slash + path, query, headers, body)))

    def _refuse(self, status: int, message: str) -> None:
        self._send(self.server.target.refusal(status, message))

    def _body(self) -> bytes | None:
        """The body of the request; None when its length cannot be told, or is too large."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        lengths = {value.strip() for value in self.headers.get_all("Content-Length", [])}
        if not lengths:
            return b""
        text = lengths.pop()
        if lengths or not text.isdecimal() or int(text) > BODY_LIMIT:
            return None
        return self.rfile.read(int(text))

    def _chunks(self) -> bytes | None:
        """A body in chunks (RFC 9112, 7.1), its trailers left out."""
        pieces: list[bytes] = []
        try:
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                if size + sum(map(len, pieces)) > BODY_LIMIT:
                    return None
                pieces.append(self.rfile.read(size))
                self.rfile.readline(8)
            while self.rfile.readline(1024).strip():
                pass
        except ValueError:
            return None
        return b"".join(pieces)

    def _send(self, answer: Answer) -> None:
        self.server.answered += 1
        body = answer.encoded()
        given = {name.lower() for name in answer.headers}
        if answer.headers.get("Connection") == "close":
            self.close_connection = True
        self.send_response_only(answer.status, self._phrase(answer.status))
        self.send_header("Date", self.date_time_string())
        if body and answer.media_type and "content-type" not in given:
            self.send_header("Content-Type", answer.media_type)
        if answer.status != 204 and not given & {"content-length", "transfer-encoding"}:
            self.send_header("Content-Length", str(len(body)))
        for name, value in (*answer.headers.items(), *answer.further):
            self.send_header(name, value)
        if self.close_connection and "connection" not in given:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(body)

    def _phrase(self, status: int) -> str:
        """The document's words for a status, else the standard's."""
        documented = self.server.contract.error_codes.get(status)
        if documented is not None:
            return documented.phrase
        return responses.get(status, "Status")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP, or more than http.server reads."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = (
            self.protocol_version
        )  # http.server takes it for HTTP/0.9, which has no status and no headers
        self._refuse(400, message or "The request is no HTTP.")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Reference:
    """The running target: `/NAME` leads to the part of the service NAME.

    Use as a context. `faults` are the promises that it breaks on purpose, and the liberties that it takes. Raises
    UsageError when the port cannot be had, SuiteError when no registered service gives tokens.
    """

    ends_with_process = True
    """What it holds is in memory alone (run.embedded.EmbeddedTarget)."""

    def __init__(self, contract: Contract, port: int = 0, faults: Iterable[Fault] = ()) -> None:
        hooks = tuple(fault.hooks for fault in faults)
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise UsageError(f"--port {port}: {error.strerror}; choose another") from None
        self._clock = Clock()
        try:
            root = f"http://127.0.0.1:{self._server.server_port}"
            self._login, self.parts = parts_of(contract, root, self._clock, hooks)
        except BaseException:
            self._server.server_close()
            raise
        self._server.contract = contract
        self._server.target = ReferenceParts(contract, self.parts, hooks)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def urls(self) -> dict[str, str]:
        """Where each service is, as a client is told."""
        return {name: parts[0].endpoint for name, parts in self.parts.items()}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords of its accounts and the tokens that it gave out."""
        return self._login.secrets

    @property
    def answered(self) -> int:
        """How many requests it has answered."""
        return self._server.answered

    def resources(self) -> int:
        """How many resources its services hold."""
        held = (part.state for parts in self.parts.values() for part in parts)
        return sum(len(state) for state in held if state is not None)

    def advance(self, seconds: float) -> None:
        """Put the clock forward, so that stamps differ without anybody waiting."""
        self._clock.advance(seconds)

    def clouds(self) -> dict[str, Any]:
        """The content of a clouds.yaml with a cloud for each account."""
        return self._login.clouds()

    def write_clouds(self, path: Path) -> None:
        """Write clouds.yaml, for the owner's eyes only. Raises UsageError."""
        try:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                YAML(typ="safe", pure=True).dump(self.clouds(), out)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def parts_of(
    contract: Contract, root: str, clock: Clock, hooks: Sequence[Hooks]
) -> tuple[TokenPart, dict[str, tuple[ReferencePart, ...]]]:
    """The part that gives tokens, and the parts of each service that the contract has, by its name.

    Those of NAME are mounted at `root`/NAME: what a registered service makes, then the one for what it leaves to the
    contract. The service that gives tokens is there also when the document does not describe it. Raises SuiteError when
    none is registered.
    """
    gates = [item for item in registered() if item.gives_tokens and item.target is not None]
    if not gates:
        raise SuiteError("no registered service gives tokens, so nobody could call the reference")
    names = dict.fromkeys((*(item.name for item in gates), *contract.services))
    around = Surroundings(contract, {name: f"{root}/{name}" for name in names}, clock, hooks)
    login: TokenPart = gates[0].target(around)  # type: ignore[misc]
    around = replace(around, tokens=login.tokens)
    left = unclaimed(contract)
    parts: dict[str, tuple[ReferencePart, ...]] = {}
    for service in map(service_named, names):
        found: list[ReferencePart] = [login] if service.gives_tokens else []
        if service.target is not None and not service.gives_tokens:
            found.append(service.target(around))
        rest = [item for item in left if item.service == service.name]
        if rest:
            found.append(rest_part(around, service.name, rest))
        if found:
            parts[service.name] = tuple(found)
    return login, parts
