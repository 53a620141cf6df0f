"""Every wait of a connection has a bound."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sockets import LIMITS, Handler, answer, drip, failing

from conformance.model.deadline import Deadline
from conformance.model.errors import TargetAway, TargetUnreachable, TimeOver
from conformance.model.message import Request
from conformance.target.transport import Transport


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


def test_a_name_that_nobody_looks_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    limits = replace(LIMITS, connect=0.2)
    assert (
        failing("http://slow.example/", r"slow.example: nobody says within 0.2 s where the name leads", limits=limits)
        < 2
    )


def test_a_handshake_of_tls_that_does_not_come_is_not_waited_for(serve: Callable[[Handler], str]) -> None:
    url = serve(lambda *_: None).replace("http:", "https:")
    assert failing(url, "TLS was not agreed on within 0.3 s", limits=replace(LIMITS, connect=0.3)) < 2


def test_a_server_that_does_not_read_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        limits = replace(LIMITS, silence=0.3)
        assert (
            failing(url, "takes no more of a PUT within 0.3 s", method="PUT", body=b"x" * (32 << 20), limits=limits) < 2
        )


def test_who_answers_before_the_whole_request_is_not_sent_the_rest() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer(b"", b"HTTP/1.1 413 Too Large"))
                time.sleep(1)

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        with Transport(limits=replace(LIMITS, silence=0.3)) as transport:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            assert transport.send(Request("PUT", url, body=b"x" * (32 << 20))).status == 413
        thread.join()


def test_who_does_not_answer_a_method_is_waited_for_less_long_each_time(serve: Callable[[Handler], str]) -> None:
    def only_get(connection: socket.socket, data: bytes) -> None:
        if data.startswith(b"GET"):
            connection.sendall(answer(b"ok"))

    url, waited = serve(only_get), []
    with Transport(limits=replace(LIMITS, silence=0.6)) as transport:
        for _ in range(5):
            assert transport.send(Request("GET", url)).status == 200
            began = time.monotonic()
            with pytest.raises(TargetUnreachable, match=r"no answer to DELETE within 0\.\d+ s"):
                transport.send(Request("DELETE", url))
            waited.append(time.monotonic() - began)
    assert [0.6, 0.3, 0.1, 0.1, 0.1] == [round(seconds - 0.02, 1) for seconds in waited]


def test_what_is_sent_within_some_seconds_is_waited_for_no_longer(serve: Callable[[Handler], str]) -> None:
    url = serve(lambda *_: None)
    began = time.monotonic()
    with Transport(limits=replace(LIMITS, silence=9, total=9)) as transport:
        with transport.within(0.2), pytest.raises(TargetUnreachable, match=r"answer to GET within 0\.2 s"):
            transport.send(Request("GET", url))
        assert time.monotonic() - began < 3


def test_nothing_is_sent_after_the_deadline_and_what_is_under_way_ends_with_it(serve: Callable[[Handler], str]) -> None:
    seen: list[bytes] = []
    url = serve(lambda _, data: seen.append(data))
    began = time.monotonic()
    with Transport(limits=LIMITS, deadline=Deadline.after(0.3)) as transport:
        with pytest.raises(TimeOver, match="GET was under way when the time of the run was over"):
            transport.send(Request("GET", url))
        with pytest.raises(TimeOver, match="the time of the run is over"):
            transport.send(Request("GET", url))
    assert len(seen) == 1
    assert time.monotonic() - began < 1


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(serve: Callable[[Handler], str]) -> None:
    def twice(connection: socket.socket, data: bytes) -> None:
        path = data.split()[1]
        connection.sendall(answer(path))
        time.sleep(0.02)
        connection.sendall(answer(b"unasked"))

    url = serve(twice)
    with Transport(limits=LIMITS) as transport:
        for number in range(4):
            assert f"/{number}".encode() == transport.send(Request("GET", f"{url}/{number}")).body
            time.sleep(0.1)


def test_a_proxy_that_drips_is_cut_off(serve: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", serve(drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 100)))
    limits = replace(LIMITS, connect=0.5, total=1)
    assert failing("https://cloud.example/", "no whole answer of the proxy to CONNECT within 1 s", limits=limits) < 3


def test_what_no_connection_could_be_made_for_was_not_sent_when_the_time_of_the_run_is_over(
    serve: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy := serve(drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 100)))
    with Transport(limits=LIMITS, deadline=Deadline.after(0.3)) as transport, pytest.raises(TimeOver) as caught:
        transport.send(Request("GET", "https://cloud.example/"))
    said = f"cloud.example through the proxy {proxy}: no whole answer of the proxy to CONNECT when the time of the run was over"
    assert (said, False) == (str(caught.value), caught.value.sent)


def test_after_the_time_of_the_run_it_is_said_why_the_target_was_not_reached_before() -> None:
    with Transport(limits=LIMITS, deadline=Deadline.after(0.3)) as transport:
        with pytest.raises(TargetAway):
            transport.send(Request("GET", "http://127.0.0.1:1/"))
        time.sleep(0.3)
        with pytest.raises(TimeOver, match=r"127.0.0.1:1: connection refused.*; the time of the run is over"):
            transport.send(Request("GET", "http://127.0.0.1:1/"))
