"""Servers on a bare socket: how they answer, the limits under which they are met, and what fails on one."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from conformance.model.errors import TargetUnreachable
from conformance.model.message import Request
from conformance.target.transport import Transport, TransportLimits

__all__ = ["LIMITS", "Handler", "answer", "drip", "failing"]


Handler = Callable[[socket.socket, bytes], None]
LIMITS = TransportLimits(connect=1, silence=1, total=1.5, body=1 << 20)


def answer(body: bytes, head: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def drip(first: bytes, rest: bytes) -> Handler:
    def handler(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        for byte in rest:
            time.sleep(0.05)
            connection.sendall(bytes([byte]))

    return handler


def failing(
    url: str, words: str, *, method: str = "POST", body: bytes = b"", limits: TransportLimits = LIMITS
) -> float:
    """Send what cannot be answered; returns how long that took."""
    began = time.monotonic()
    with Transport(limits=limits) as transport, pytest.raises(TargetUnreachable, match=words):
        transport.send(Request(method, url, body=body))
    return time.monotonic() - began
