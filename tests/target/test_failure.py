"""What is said when a target cannot be reached, or is none."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sockets import LIMITS, Handler, failing

from conformance.model.errors import NotACloud, TargetUnreachable, UsageError
from conformance.model.message import Request
from conformance.target.transport import Transport


def test_garbage_is_no_cloud(serve: Callable[[Handler], str]) -> None:
    with Transport(limits=LIMITS) as transport, pytest.raises(NotACloud, match="is no HTTP"):
        transport.send(Request("POST", serve(lambda sock, _: sock.sendall(b"SSH-2.0-nothing\r\n\r\n"))))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            b"",
            r"no whole answer to POST: 3 of the 99 bytes that it announces \(Content-Length\) came, and then nothing for",
        ),
        (b"x", r"no whole answer to POST: \d+ of the 99 bytes that it announces \(Content-Length\) came within"),
    ],
)
def test_what_was_announced_and_does_not_come_is_told_with_its_bytes(
    more: bytes, words: str, serve: Callable[[Handler], str]
) -> None:
    def answer(sock: socket.socket, _: bytes) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{1}")
        with contextlib.suppress(OSError):
            for _ in range(40):
                time.sleep(0.1)
                sock.sendall(more)

    with Transport(limits=LIMITS) as transport, pytest.raises(TargetUnreachable, match=words):
        transport.send(Request("POST", serve(answer)))


def test_a_closed_port_is_unreachable_in_one_line() -> None:
    with Transport() as transport, pytest.raises(TargetUnreachable, match=r"127.0.0.1:1: connection refused") as caught:
        transport.send(Request("GET", "http://127.0.0.1:1/"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)"])
def test_what_is_no_url_of_http_is_said_to_be_out_of_reach(url: str) -> None:
    with Transport(limits=LIMITS) as transport, pytest.raises(NotACloud, match="is no URL that can be reached"):
        transport.send(Request("GET", url))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("expired", "the TLS certificate has expired"),
        ("other", "the TLS certificate is for another address"),
        ("self", "the TLS certificate is self-signed; give its CA file"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(
    name: str, words: str, tls: Callable[[str], str], certificates: Callable[[str], tuple[Path, Path]]
) -> None:
    with (
        Transport(limits=LIMITS, verify=str(certificates("authority")[0])) as transport,
        pytest.raises(TargetUnreachable, match=rf"127\.0\.0\.1:\d+: {words}"),
    ):
        transport.send(Request("GET", tls(name)))


def test_an_authority_that_is_not_known_is_said(tls: Callable[[str], str]) -> None:
    with Transport(limits=LIMITS) as transport, pytest.raises(TargetUnreachable, match="authority that is not known"):
        transport.send(Request("GET", tls("good")))


def test_what_speaks_no_tls_is_said(serve: Callable[[Handler], str]) -> None:
    url = serve(lambda sock, _: sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")).replace("http:", "https:")
    failing(url, "no TLS: .*is it HTTPS that is spoken there")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_of_the_environment_is_named_without_its_password(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", "http://user:word@127.0.0.1:1")
    with Transport(limits=LIMITS) as transport, pytest.raises(TargetUnreachable) as caught:
        transport.send(Request("GET", f"{scheme}://cloud.example/"))
    assert (
        "cloud.example through the proxy http://127.0.0.1:1: connection refused; is the service running there?"
        == str(caught.value)
    )


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://127.0.0.1:99999", "http://127.0.0.1:99999"),
        ("::::", "::::"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1"),
        ("http://user:word@127.0.0.1:no-port", "127.0.0.1:no-port"),
        ("http://[::1", "http://[::1"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_used_is_the_fault_of_who_named_it(
    scheme: str, proxy: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    with Transport(limits=LIMITS) as transport, pytest.raises(UsageError) as caught:
        transport.send(Request("GET", f"{scheme}://cloud.example/"))
    assert str(caught.value).startswith(f"cloud.example: its proxy {shown} is none that can be used")


def test_what_is_wrong_with_a_url_is_not_put_down_to_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with Transport(limits=LIMITS) as transport, pytest.raises(NotACloud):
        transport.send(Request("GET", "http://" + "a" * 300 + ":1x/"))


def test_a_proxy_that_refuses_is_said(serve: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda sock, _: sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
    monkeypatch.setenv("https_proxy", proxy)
    failing("https://cloud.example/", f"through the proxy {proxy}: .*407 Proxy Authentication Required")
