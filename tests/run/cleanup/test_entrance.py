"""The entrance of cleaning up: what comes in answer is looked through, whatever it is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.model.contract import Contract
from conformance.model.errors import TargetError
from conformance.model.message import Exchange, Request
from conformance.run.cleanup.entrance import SalvagingSender
from conformance.run.recorder import Recorder
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport, TransportLimits

Serve = Callable[[bytes], str]
BODY = b'{"images": [{"id": "a", "name": "ours"}]}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that sends these bytes to whoever asks, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answers: list[bytes] = []

        def run() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65536)
                    peer.sendall(answers[0])

        def started(answer: bytes) -> str:
            answers.append(answer)
            threading.Thread(target=run, daemon=True).start()
            return f"http://127.0.0.1:{server.getsockname()[1]}"

        yield started
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def ask(contract: Contract) -> Iterator[Callable[[str], Exchange]]:
    recorder: Any = Recorder(contract)
    with Transport(limits=TransportLimits(silence=2, total=2)) as transport:
        transport.keep_what_comes(1000)
        sender = SalvagingSender(transport, recorder, Secrets())
        yield lambda url: sender.exchange(Request("GET", url))
        assert 0 == len(recorder.exchanges)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (WHOLE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY, 200),
        (WHOLE + b"\x00 no field\r\n\r\n" + BODY, 200),
        (WHOLE.replace(b"200", b"word") + b"\r\n" + BODY, 0),
        (BODY, 0),
    ],
)
def test_what_can_be_made_out_of_an_answer_that_is_none_is_taken(
    serve: Serve, ask: Callable[[str], Exchange], answer: bytes, status: int
) -> None:
    response = ask(serve(answer)).response
    assert (status, True, True) == (response.status, response.truncated, BODY in response.body)


def test_without_any_byte_there_is_no_answer(serve: Serve, ask: Callable[[str], Exchange]) -> None:
    with pytest.raises(TargetError):
        ask(serve(b""))


def test_what_is_listed_is_kept_and_not_judged(contract: Contract, serve: Serve) -> None:
    recorder = Recorder(contract)
    root = serve(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
    with Transport(limits=TransportLimits(silence=2, total=2)) as transport:
        sender = SalvagingSender(transport, recorder, Secrets())
        sender.exchange(Request("GET", f"{root}/v2/images", operation="image.list"))
        assert (1, 0) == (len(recorder.exchanges), len(recorder.findings))
        sender.exchange(Request("DELETE", f"{root}/v2/images/1", operation="image.delete"))
        assert "server-error" in {item.check for item in recorder.findings}
