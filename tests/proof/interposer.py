"""A fault of the bank between the suite and a real cloud: forwards each exchange, and breaks what the fault breaks.

Only faults that act on what is understood (query, body) or sent (answer) can be put there; the store is the cloud's.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from conformance.model.contract import Contract
from conformance.services.fault import Fault
from conformance.services.wire import Answer, Call, Refused

HOP = {"connection", "transfer-encoding", "keep-alive", "host", "content-length"}


def applicable(fault: Fault) -> bool:
    """Whether the fault acts only at stages that lie between a client and a cloud."""
    hooks = fault.hooks
    return not any((hooks.request, hooks.authorise, hooks.visible, hooks.handle, hooks.stored))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Interposer._Server  # type: ignore[name-defined]

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner = self.server.owner
        service = "identity" if self.path.startswith("/identity") else "image"
        target = self.path.removeprefix("/identity").removeprefix("/image")
        self._send(owner.answer(service, self.command, target, dict(self.headers.items()), body))

    def _send(self, answer: Answer) -> None:
        data = answer.encoded()
        given = {name.lower() for name in answer.headers}
        if answer.headers.get("Connection") == "close":
            self.close_connection = True
        self.send_response_only(answer.status)
        if data and answer.media_type and "content-type" not in given:
            self.send_header("Content-Type", answer.media_type)
        if answer.status != 204 and "content-length" not in given:
            self.send_header("Content-Length", str(len(data)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Interposer:
    """Stands between; `fault` None forwards everything as it is."""

    class _Server(ThreadingHTTPServer):
        daemon_threads = True
        owner: Interposer

    def __init__(self, contract: Contract, identity_url: str, image_url: str, fault: Fault | None) -> None:
        self.contract, self.fault = contract, fault
        self._upstream = {"identity": urlsplit(identity_url.removesuffix("/v3")), "image": urlsplit(image_url)}
        self._image_url = image_url
        self.unfit = False
        self._server = self._Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def clouds(self, clouds: Mapping[str, Any]) -> dict[str, Any]:
        """The same clouds.yaml with our address in place of the identity service's."""
        copy: dict[str, Any] = json.loads(json.dumps(clouds))
        for cloud in copy["clouds"].values():
            cloud["auth"]["auth_url"] = f"{self.root}/identity/v3"
        return copy

    def answer(self, service: str, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """The cloud's answer with the fault in it."""
        try:
            return self._answer(service, method, target, headers, body)
        except (AttributeError, KeyError, TypeError):
            # The fault wants the store, which is the cloud's, or an envelope, which this cloud does not send.
            self.unfit = True
            return Answer(502)

    def _answer(self, service: str, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        call = self._call(service, method, target, headers, body)
        try:
            answer = self._forward(call, *self._understood(call, target, body))
        except Refused as refused:
            title = self.contract.error_codes[refused.status].phrase
            answer = Answer(
                refused.status, {"error": {"code": refused.status, "message": refused.message, "title": title}}
            )
        if self.fault is not None and self.fault.hooks.answer is not None:
            answer = self.fault.hooks.answer(call, answer, None)  # type: ignore[arg-type]
        return answer

    def _call(self, service: str, method: str, target: str, headers: dict[str, str], body: bytes) -> Call:
        parts = urlsplit(target)
        item = self.contract.match(method, parts.path) if service == "image" else None
        image_id = unquote(parts.path.split("/")[3]) if parts.path.startswith("/v2/images/") else ""
        fields = {name.lower(): value for name, value in headers.items()}
        query = parse_qsl(parts.query, keep_blank_values=True)
        return Call(service, method, parts.path, query, fields, body, item.id if item else "", image_id)

    def _understood(self, call: Call, target: str, body: bytes) -> tuple[str, bytes]:
        hooks = self.fault.hooks if self.fault is not None else None
        if hooks is not None and hooks.query is not None and call.operation == "image.list":
            changed = hooks.query(call, call.query)
            if list(changed) != list(call.query):
                target = f"{call.path}?{urlencode(list(changed))}"
        if hooks is not None and hooks.members is not None and call.operation in {"image.create", "image.patch"}:
            try:
                read = json.loads(body)
            except ValueError:
                return target, body
            changed_body = hooks.members(call, read, None)  # type: ignore[arg-type]
            if changed_body != read:
                body = json.dumps(changed_body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return target, body

    def _forward(self, call: Call, target: str, body: bytes) -> Answer:
        place = self._upstream[call.service]
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        fields = {name: value for name, value in call.headers.items() if name not in HOP}
        if body or call.method in {"POST", "PUT", "PATCH"}:
            fields["content-length"] = str(len(body))
        try:
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.putrequest(call.method, f"{place.path}{target}", skip_accept_encoding=True)
            for name, value in fields.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body or None)
            raw = connection.getresponse()
            data = raw.read()
        finally:
            connection.close()
        kept = {name: value for name, value in raw.getheaders() if name.lower() not in HOP | {"content-type"}}
        return self._shaped(call, Answer(raw.status, None, kept, raw.headers.get("Content-Type") or "", data))

    def _shaped(self, call: Call, answer: Answer) -> Answer:
        """The answer with its JSON read, so that a fault can change members, and the catalogue leading here."""
        data = answer.raw or b""
        if call.service == "identity":
            data = data.replace(self._image_url.encode(), f"{self.root}/image".encode())
        try:
            return replace(answer, body=json.loads(data), raw=None)
        except ValueError:
            return replace(answer, body=data or None, raw=None)
