"""The reference target on real sockets: HTTP/1.1 with keep-alive, a thread for each connection, on loopback only."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from ruamel.yaml import YAML

from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.services.fault import Fault
from conformance.services.identity.target.tokens import ACCOUNTS, Identity
from conformance.services.image.target.service import LARGEST, Service
from conformance.services.wire import Answer, Call

__all__ = ["Reference"]

IDENTITY_PREFIX, IMAGE_PREFIX = "/identity", "/image"
UPLOADS = 64 * 1024 * 1024


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    service: Service


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
        # Any method that HTTP can spell reaches the service, which knows which of them are defined.
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
        service, path = self._service(parts.path)
        if service is None:
            self._refuse(404, "There is nothing at this path.")
            return
        try:
            query = parse_qsl(parts.query, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            self._refuse(400, "The query is not UTF-8.")
            return
        call = Call(
            service=service,
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._send(self.server.service.answer(call))

    def _refuse(self, status: int, message: str) -> None:
        """What is refused before a service sees it has a request id too."""
        self._send(self.server.service.refusal(status, message, {"x-openstack-request-id": f"req-{uuid.uuid4()}"}))

    def _service(self, path: str) -> tuple[str | None, str]:
        for service, prefix in (("identity", IDENTITY_PREFIX), ("image", IMAGE_PREFIX)):
            if path == prefix or path.startswith(prefix + "/"):
                return service, path[len(prefix) :]
        return None, path

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        lengths = {value.strip() for value in self.headers.get_all("Content-Length", [])}
        if not lengths:
            return b""
        text = lengths.pop()
        if lengths or not text.isdecimal() or int(text) > max(LARGEST, UPLOADS):
            return None
        return self.rfile.read(int(text))

    def _chunks(self) -> bytes | None:
        pieces: list[bytes] = []
        try:
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                if size + sum(map(len, pieces)) > UPLOADS:
                    return None
                pieces.append(self.rfile.read(size))
                self.rfile.readline(8)
            while self.rfile.readline(1024).strip():
                pass
        except ValueError:
            return None
        return b"".join(pieces)

    def _send(self, answer: Answer) -> None:
        body = answer.encoded()
        if answer.headers.get("Connection") == "close":
            self.close_connection = True
        self.send_response_only(answer.status, self._phrase(answer.status))
        self.send_header("Date", self.date_time_string())
        empty = self.command == "HEAD" or answer.status == 204
        given = {name.lower() for name in answer.headers}
        if body and answer.media_type and "content-type" not in given:
            self.send_header("Content-Type", answer.media_type)
        if answer.status != 204 and not given & {"content-length", "transfer-encoding"}:
            self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection and "connection" not in given:
            self.send_header("Connection", "close")
        self.end_headers()
        if not empty:
            self.wfile.write(body)

    def _phrase(self, status: int) -> str:
        documented = self.server.service.contract.error_codes.get(status)
        return documented.phrase if documented else {200: "OK", 201: "Created", 204: "No Content"}.get(status, "Status")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the HTTP layer itself refuses carries the envelope too."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(400, message or "The request is no HTTP.")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Reference:
    """The running target. Use as a context; `faults` are the promises that it breaks on purpose, and the liberties that it takes."""

    def __init__(self, contract: Contract, port: int = 0, faults: Iterable[Fault] = ()) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise UsageError(f"--port {port}: {error.strerror}; choose another") from None
        root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.identity_url = f"{root}{IDENTITY_PREFIX}/v3"
        self.image_url = f"{root}{IMAGE_PREFIX}"
        self._identity = Identity(f"{root}{IDENTITY_PREFIX}", self.image_url)
        self.service = Service(contract, self._identity, tuple(faults))
        self._server.service = self.service
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def advance(self, seconds: float) -> None:
        """Put the clock forward, so that stamps differ without anybody waiting."""
        self._identity.clock.advance(seconds)

    def images(self) -> int:
        """How many images it holds."""
        return len(self.service.store)

    def clouds(self) -> dict[str, Any]:
        """The content of a clouds.yaml with a cloud for each account."""
        return {
            "clouds": {
                name: {
                    "auth": {
                        "auth_url": self.identity_url,
                        "username": name,
                        "password": self._identity.passwords[name],
                        "project_name": project,
                        "user_domain_name": "Default",
                        "project_domain_name": "Default",
                    },
                    "region_name": "RegionOne",
                }
                for name, (project, _) in ACCOUNTS.items()
            }
        }

    def write_clouds(self, path: Path) -> None:
        """Write clouds.yaml, for the owner's eyes only. Raises UsageError."""
        try:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                YAML(typ="safe", pure=True).dump(self.clouds(), out)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
