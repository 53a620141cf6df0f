"""The transport against servers that misbehave on real sockets."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from conformance.model.errors import NotACloud, SuiteError, TargetUnreachable
from conformance.model.message import Headers, Request
from conformance.target.transport import Transport, TransportLimits, origin_of

Handler = Callable[[socket.socket, bytes], None]
LIMITS = TransportLimits(connect=1, silence=1, total=1.5, body=1 << 20)


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], str]]:
    """Starts a server with this handler; gives its URL."""
    stack = contextlib.ExitStack()

    def start(handler: Handler) -> str:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def loop() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                while data := request(connection):
                    handler(connection, data)

        def request(connection: socket.socket) -> bytes:
            # Head and body of a request may come in two pieces.
            data = connection.recv(65536)
            length = re.search(rb"Content-Length: (\d+)\r\n", data)
            while length and len(data.partition(b"\r\n\r\n")[2]) < int(length.group(1)):
                data += connection.recv(65536)
            return data

        threading.Thread(target=loop, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    with stack:
        yield start


def answer(body: bytes, head: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


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


def drip(first: bytes, rest: bytes) -> Handler:
    def handler(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        for byte in rest:
            time.sleep(0.05)
            connection.sendall(bytes([byte]))

    return handler


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_server_that_sends_a_byte_at_a_time_is_cut_off(serve: Callable[[Handler], str], first: bytes) -> None:
    url = serve(drip(first, b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100))
    began = time.monotonic()
    with Transport(limits=LIMITS) as transport, pytest.raises(TargetUnreachable, match="no whole answer"):
        transport.send(Request("POST", url))
    assert time.monotonic() - began < 4


def test_a_silent_server_is_cut_off(serve: Callable[[Handler], str]) -> None:
    with Transport(limits=LIMITS) as transport, pytest.raises(TargetUnreachable, match="no answer to POST within"):
        transport.send(Request("POST", serve(lambda *_: None)))


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


def test_garbage_is_no_cloud(serve: Callable[[Handler], str]) -> None:
    with Transport(limits=LIMITS) as transport, pytest.raises(NotACloud, match="is no HTTP"):
        transport.send(Request("POST", serve(lambda sock, _: sock.sendall(b"SSH-2.0-nothing\r\n\r\n"))))


def test_a_closed_port_is_unreachable_in_one_line() -> None:
    with Transport() as transport, pytest.raises(TargetUnreachable, match=r"127.0.0.1:1: connection refused") as caught:
        transport.send(Request("GET", "http://127.0.0.1:1/"))
    assert "\n" not in str(caught.value)


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


def test_many_quick_answers_leave_one_watch_and_closing_leaves_none(serve: Callable[[Handler], str]) -> None:
    def watches() -> int:
        return sum(thread.name == "conformance-watch" for thread in threading.enumerate())

    before = watches()
    url = serve(echo)
    with Transport(limits=LIMITS) as transport:
        assert [transport.send(Request("GET", f"{url}/")).status for _ in range(5)] == [200] * 5
        assert watches() == before + 1
    assert watches() == before


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
