"""The transport sends what it is told, as it is written, and bounds what comes back."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sockets import LIMITS, Handler, answer, failing

from conformance.model.errors import SuiteError, TargetError
from conformance.model.message import Headers, Request
from conformance.target.transport import Transport, origin_of


def echo(connection: socket.socket, data: bytes) -> None:
    connection.sendall(answer(data))


def test_path_headers_and_body_travel_as_written(serve: Callable[[Handler], str]) -> None:
    with Transport(limits=LIMITS) as transport:
        fields = Headers((("X-Text", "é"), ("Content-Type", "a/b")))
        got = transport.send(Request("BREW", f"{serve(echo)}/a/../b%2f%2F?x=%zz", fields, b"\x00body")).body
    assert got.startswith(b"BREW /a/../b%2f%2F?x=%zz HTTP/1.1\r\n")
    assert b"\r\nX-Text: \xc3\xa9\r\n" in got
    assert got.endswith(b"\r\n\r\n\x00body")
    assert b"Accept:" not in got


def test_repeated_headers_are_kept_in_order(serve: Callable[[Handler], str]) -> None:
    with Transport() as transport:
        response = transport.send(
            Request("GET", serve(lambda sock, _: sock.sendall(answer(b"", b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2"))))
        )
    assert response.headers.all("A") == ("1", "2")


def test_a_redirect_is_not_followed(serve: Callable[[Handler], str]) -> None:
    with Transport() as transport:
        head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/"
        assert transport.send(Request("GET", serve(lambda sock, _: sock.sendall(answer(b"", head))))).status == 302


def test_an_endless_body_is_cut_and_says_so(serve: Callable[[Handler], str]) -> None:
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with Transport(limits=LIMITS) as transport:
        response = transport.send(Request("GET", serve(endless)))
    assert (response.truncated, len(response.body)) == (True, 1 << 20)


def test_a_body_shorter_than_announced_is_an_answer_to_be_judged(serve: Callable[[Handler], str]) -> None:
    def short(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
        connection.shutdown(socket.SHUT_RDWR)

    with Transport(limits=LIMITS) as transport:
        assert transport.send(Request("GET", serve(short))).body == b"abc"


def test_what_follows_a_204_does_not_spoil_the_next_answer(serve: Callable[[Handler], str]) -> None:
    url = serve(lambda sock, _: sock.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc"))
    with Transport(limits=LIMITS) as transport:
        assert [transport.send(Request("DELETE", url)).status for _ in range(2)] == [204, 204]


def test_an_idle_connection_that_was_closed_is_opened_again(serve: Callable[[Handler], str]) -> None:
    def once(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer(b"ok"))
        connection.shutdown(socket.SHUT_RDWR)

    url = serve(once)
    with Transport(limits=LIMITS) as transport:
        for _ in range(3):
            assert transport.send(Request("GET", url)).body == b"ok"
            time.sleep(0.05)


def test_after_a_server_error_the_next_request_has_a_connection_of_its_own(serve: Callable[[Handler], str]) -> None:
    """A server that fails may close the connection just when the next request is under way."""
    failed: set[socket.socket] = set()

    def once(connection: socket.socket, _: bytes) -> None:
        if connection in failed:
            connection.shutdown(socket.SHUT_RDWR)
            return
        failed.add(connection)
        connection.sendall(answer(b"", b"HTTP/1.1 500 Internal Server Error"))

    url = serve(once)
    with Transport(limits=LIMITS) as transport:
        assert [transport.send(Request("PATCH", url)).status for _ in range(3)] == [500, 500, 500]


def test_what_comes_is_kept_after_the_connection_is_had_anew_too(serve: Callable[[Handler], str]) -> None:
    """A worker has a connection of its own, and makes as much out of answers that are no HTTP as the first process."""

    def formless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"no HTTP")
        connection.shutdown(socket.SHUT_RDWR)

    with Transport(limits=LIMITS) as transport:
        transport.keep_what_comes(100)
        transport.renew()
        with pytest.raises(TargetError):
            transport.send(Request("GET", serve(formless)))
        kept = transport.salvaged()
    assert kept is not None
    assert b"no HTTP" == kept.body


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "http://127.0.0.1:1/", Headers((("x-auth-token", "t"),))),
        Request("POST", "http://127.0.0.1:1/", body=b'{"password": "p"}'),
    ],
)
def test_a_secret_does_not_go_to_an_origin_that_nobody_named(request_: Request) -> None:
    with (
        Transport(origins=frozenset({"http://127.0.0.1:2"})) as transport,
        pytest.raises(SuiteError, match="does not name"),
    ):
        transport.send(request_)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert [origin_of(url) for url in ("http://A/x", "https://a", "http://a:8/")] == [
        "http://a:80",
        "https://a:443",
        "http://a:8",
    ]


def test_quick_answers_need_no_thread_beside(serve: Callable[[Handler], str]) -> None:
    url = serve(lambda sock, _: sock.sendall(answer(threading.current_thread().name.encode())))
    with Transport(limits=LIMITS) as transport:
        assert [transport.send(Request("GET", f"{url}/")).status for _ in range(5)] == [200] * 5
        assert [] == [thread.name for thread in threading.enumerate() if thread.name.startswith("conformance-")]


def test_a_body_goes_out_in_chunks_where_the_request_says_so(serve: Callable[[Handler], str]) -> None:
    seen: list[bytes] = []

    def swallow(connection: socket.socket, data: bytes) -> None:
        while not data.endswith(b"0\r\n\r\n"):
            data += connection.recv(65536)
        seen.append(data)
        connection.sendall(answer(b""))

    url = serve(swallow)
    with Transport(limits=LIMITS) as transport:
        for body in (b"x" * 16_001, b""):
            assert transport.send(Request("PUT", url, Headers.of({"Transfer-Encoding": "chunked"}), body)).status == 200
    (head, _, body), (_, _, nothing) = (data.partition(b"\r\n\r\n") for data in seen)
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    assert b"3e80\r\n" + b"x" * 16_000 + b"\r\n1\r\nx\r\n0\r\n\r\n" == body
    assert b"0\r\n\r\n" == nothing


def test_a_proxy_of_the_environment_is_told_the_whole_url_as_it_was_written(
    serve: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", serve(echo))
    monkeypatch.setenv("no_proxy", "elsewhere.test")
    with Transport(limits=LIMITS) as transport:
        got = transport.send(Request("GET", "http://cloud.test/a/../b%2f")).body
    assert got.startswith(b"GET http://cloud.test/a/../b%2f HTTP/1.1\r\n")


def test_over_tls_requests_share_a_connection(
    tls: Callable[[str], str], certificates: Callable[[str], tuple[Path, Path]]
) -> None:
    with Transport(limits=LIMITS, verify=str(certificates("authority")[0])) as transport:
        url = tls("good")
        assert [b"ok"] * 3 == [transport.send(Request("GET", url)).body for _ in range(3)]


def test_tls_goes_through_a_proxy_in_a_tunnel(
    tls: Callable[[str], str], certificates: Callable[[str], tuple[Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tls("good")
    port = int(url.rstrip("/").rpartition(":")[2])
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def tunnel() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection, socket.create_connection(("127.0.0.1", port)) as behind:
                    asked.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")
                    back = threading.Thread(target=pour, args=(behind, connection), daemon=True)
                    back.start()
                    pour(connection, behind)
                    back.join(2)

        def pour(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while piece := source.recv(65536):
                    sink.sendall(piece)
                sink.shutdown(socket.SHUT_WR)

        threading.Thread(target=tunnel, daemon=True).start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        with Transport(limits=LIMITS, verify=str(certificates("authority")[0])) as transport:
            assert [b"ok"] * 3 == [transport.send(Request("GET", url)).body for _ in range(3)]
    assert len(asked) == 1
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{port} HTTP/1.".encode())


def test_a_socks_proxy_is_gone_through_and_waited_for_no_longer_than_any(
    serve: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def socks(connection: socket.socket, _greeting: bytes) -> None:
        connection.sendall(b"\5\0")  # no password is wanted (RFC 1928)
        connection.recv(262)
        connection.sendall(b"\5\0\0\1\0\0\0\0\0\0")
        connection.recv(65536)
        connection.sendall(answer(b"ok"))

    monkeypatch.setenv("http_proxy", serve(socks).replace("http:", "socks5h:"))
    with Transport(limits=LIMITS) as transport:
        for host in ("cloud.example", "image.cloud.example"):  # an origin after the other through the same proxy
            assert transport.send(Request("GET", f"http://{host}/")).body == b"ok"
    monkeypatch.setenv("http_proxy", serve(lambda *_: time.sleep(3)).replace("http:", "socks5h:"))
    assert failing("http://cloud.example/", "through the proxy socks5h:", limits=replace(LIMITS, connect=0.3)) < 2
