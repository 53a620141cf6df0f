"""Bad servers for the tests of tests/target/hostile, and what is asserted of a run against one.

Two ways to meet such a server: in place of the identity service (`Server`), and as a service behind an honest login, for which
a proxy in front of the reference spoils what it passes on (`behind`).
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from targets import clouds_with

from conformance.cli.reporting import conduct_run
from conformance.contract.yamlfiles import dump_yaml
from conformance.model.errors import ConformanceError, Exit
from conformance.model.steering import STEERS, plain
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.reports import Presentation, print_verdict
from conformance.run.options import Options
from conformance.target.cloud import Settings
from conformance.target.transport import TransportLimits

__all__ = [
    "CHUNKED",
    "LIMITS",
    "OK",
    "STEERING",
    "Memory",
    "Outcomes",
    "Pieces",
    "Server",
    "Twist",
    "answer",
    "behind",
    "bounded",
    "clouds_at",
    "clouds_behind",
    "forever",
    "instead",
    "judged",
    "one_line",
    "outcomes",
]

LIMITS = TransportLimits(connect=1, silence=0.5, total=1, text=1 << 18, body=1 << 18)
"""Limits of a test, in which nothing may take long."""
STEERING = re.compile(f"[{re.escape(STEERS.replace(chr(10), ''))}]")
"""What no text that is shown may hold; the feed of a line ends its lines."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
Pieces = Iterable[bytes]
Bad = Callable[[], Pieces]
Twist = Callable[[str, str, bytes], Pieces]
"""(method, path, the honest answer) -> what is sent in its place; afterwards the connection is closed."""
Outcomes = Callable[..., tuple[int, str, Verdict | None]]


class Server:
    """Answers one request on each connection with what `reply` makes of it."""

    def __init__(self, reply: Callable[[bytes], Pieces]) -> None:
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.seen: list[bytes] = []
        self._open = True
        threading.Thread(target=self._loop, daemon=True).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._open = False
        self._listener.close()

    def _loop(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = received(connection)
            if request:
                self.seen.append(request)
                for piece in self._reply(request):
                    if not self._open:
                        return
                    connection.sendall(piece)


def received(connection: socket.socket) -> bytes:
    """A whole request; a body has a Content-Length, or is chunked and ends with the last chunk."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", data)
    while length and len(data.partition(b"\r\n\r\n")[2]) < int(length.group(1)):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def answer(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    head = [
        f"HTTP/1.1 {status}",
        *(fields or ("Content-Type: application/json",)),
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join(head).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def target_of(request: bytes) -> tuple[str, str]:
    method, path, _ = request.split(b" ", 2)
    return method.decode(), path.decode("latin-1")


def behind(reference: Reference, twist: Twist, lost: Callable[[str, str], bool] | None = None) -> Server:
    """A proxy in front of the reference: the catalogue names the proxy, and every answer passes through `twist`. Requests
    (method, path) that are `lost` never come to the reference."""
    host, port = reference.urls["image"].split("//")[1].split("/")[0].split(":")

    def reply(request: bytes) -> Pieces:
        method, path = target_of(request)
        if lost is not None and lost(method, path):
            return twist(method, path, b"")
        with socket.create_connection((host, int(port))) as upstream:
            upstream.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            honest = b"".join(iter(lambda: upstream.recv(65536), b""))
        head, _, body = honest.partition(b"\r\n\r\n")
        body = body.replace(f"{host}:{port}".encode(), f"{host}:{server.port}".encode())
        head = re.sub(
            rb"(?i)\r\ncontent-length: \d+", b"\r\nContent-Length: %d" % len(body) if body else rb"\g<0>", head
        )
        return twist(method, path, head + b"\r\n\r\n" + body)

    server = Server(reply)
    return server


def clouds_at(root: str) -> dict[str, Any]:
    return clouds_with(f"{root}/v3")


def clouds_behind(reference: Reference, server: Server) -> dict[str, Any]:
    clouds = reference.clouds()
    for cloud in clouds["clouds"].values():
        cloud["auth"]["auth_url"] = f"{server.root}/identity/v3"
    return clouds


def forever(piece: bytes, first: bytes = b"", pause: float = 0.0) -> Iterator[bytes]:
    yield first
    while True:
        yield piece
        if pause:
            time.sleep(pause)


def outcomes(folder: Path) -> Outcomes:
    """Runs the suite as the command does: exit code, what a user reads, the verdict; None when the run could not start."""

    def run(
        clouds: dict[str, Any],
        *,
        limits: TransportLimits = LIMITS,
        selection: str | None = None,
        profile: str = "smoke",
        other: str | None = None,
        max_time: str | None = None,
    ) -> tuple[int, str, Verdict | None]:
        path = folder / "clouds.yaml"
        path.write_text(dump_yaml(clouds))
        settings = Settings(cloud="reference", other_cloud=other, config_files=(str(path),), limits=limits)
        said = io.StringIO()
        options = Options(settings, profile, seed=1, selection=selection, max_time=max_time)
        try:
            verdict, written = conduct_run(options, folder / "out", Console(file=said, width=1000))
        except ConformanceError as error:
            return int(error.exit_code), plain(str(error)), None
        if any(note.kind == "could-not-start" for note in verdict.notes):  # one line, and a verdict that judges nothing
            assert (0, ()) == (verdict.count(Outcome.PASSED), verdict.findings)
            return verdict.exit_code, said.getvalue().removeprefix("conformance: ").rstrip("\n"), None
        shown = io.StringIO()
        print_verdict(Presentation(verdict), Console(file=shown, width=80), written)
        return verdict.exit_code, shown.getvalue(), verdict

    return run


SHARED = 3
"""Others may have the processor, too."""


@contextlib.contextmanager
def bounded(seconds: float = 15.0, mebibytes: int = 200) -> Iterator[None]:
    """What happens within ends, on a machine of its own after so many seconds, and takes no more memory on top of what
    there was (where the system tells)."""
    began, memory = time.monotonic(), Memory()
    yield
    assert time.monotonic() - began < SHARED * seconds
    assert not memory.taken > mebibytes


class Memory:
    """What this process takes at most from now on. Not told by every system: see test_bank.py."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew
        self._before = _mebibytes("VmRSS")

    @property
    def taken(self) -> float:
        """MiB on top of what there was; not a number where the system does not tell."""
        return _mebibytes("VmHWM") - self._before


def _mebibytes(field: str) -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return math.nan
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found is not None else math.nan


def one_line(run: Outcomes, server: Server, words: str = "") -> None:
    """A run with this server in place of the identity service ends soon, inconclusive, with one line that says why."""
    with bounded():
        code, line, verdict = run(clouds_at(server.root))
    assert (Exit.INCONCLUSIVE, None) == (code, verdict)
    assert len(line) < 400
    assert re.match(r"(http://)?127\.0\.0\.1:\d+\S*: ", line)
    assert words in line
    assert [
        word for word in ("Traceback", "Error(", "<class", "hidden-word", "object at 0x") if word in line
    ] + STEERING.findall(line) == []


def instead(make: Bad) -> Twist:
    """This answer in place of every honest one, but for those of the login."""
    return lambda _, path, honest: [honest] if path.startswith("/identity") else make()


def judged(run: Outcomes, clouds: dict[str, Any], folder: Path) -> None:
    """A run gives a verdict that blames the target or nobody, and shows nothing that steers whoever reads it."""
    code, shown, verdict = run(clouds, selection="limit or created_image or page")
    assert code in {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}
    written = json.loads((folder / "out" / "verdict.json").read_text(encoding="utf-8"))
    assert {"outcome": str(verdict.overall) if verdict else "inconclusive", "exit_code": code} == {
        name: written[name] for name in ("outcome", "exit_code")
    }, shown
    assert verdict is None or [note for note in verdict.notes if note.kind == "suite-at-fault"] == []
    assert STEERING.findall(shown) == []
    for report in (folder / "out").iterdir():
        if report.suffix in {".md", ".html", ".sarif"}:
            assert STEERING.findall(report.read_text(encoding="utf-8").replace("\t", " ").replace("\r", " ")) == [], (
                report.name
            )
