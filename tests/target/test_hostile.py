"""Whatever a server does, the command ends in time, with a verdict or one line, and never blames itself (design rule 9).

Two ways to meet such a server: in place of the identity service, and as an image service behind an honest login, for which a
proxy in front of the reference spoils what it passes on.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from draws import drawn
from rich.console import Console

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import dump_yaml
from conformance.model.errors import ConformanceError, Exit, plain
from conformance.model.message import Request
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.reports import Presentation, print_verdict
from conformance.reports.sentences import sentence
from conformance.run.session import Options
from conformance.target.cloud import Settings
from conformance.target.transport import Transport, TransportLimits

LIMITS = TransportLimits(connect=1, silence=0.5, total=1, body=1 << 18)
Pieces = Iterable[bytes]
Twist = Callable[[str, str, bytes], Pieces]
"""(method, path, the honest answer) -> what is sent in its place; afterwards the connection is closed."""


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


def behind(reference: Reference, twist: Twist) -> Server:
    """A proxy in front of the reference: the catalogue names the proxy, and every answer passes through `twist`."""
    host, port = reference.urls["image"].split("//")[1].split("/")[0].split(":")

    def reply(request: bytes) -> Pieces:
        method, path = target_of(request)
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


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers and closes them."""
    with contextlib.ExitStack() as stack:

        def start(make: Callable[..., Server], *arguments: Any) -> Server:
            server = make(*arguments)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def outcome(tmp_path: Path) -> Callable[..., tuple[int, str, Verdict | None]]:
    """Runs the suite as the command does: exit code, what a user reads, the verdict; None when the run could not start."""

    def run(
        clouds: dict[str, Any],
        *,
        limits: TransportLimits = LIMITS,
        selection: str | None = None,
        profile: str = "smoke",
        other: str | None = None,
    ) -> tuple[int, str, Verdict | None]:
        path = tmp_path / "clouds.yaml"
        path.write_text(dump_yaml(clouds))
        settings = Settings(cloud="reference", other_cloud=other, config_files=(str(path),), limits=limits)
        said = io.StringIO()
        options = Options(settings, profile, seed=1, selection=selection)
        try:
            verdict, written = conduct_run(options, tmp_path / "out", Console(file=said, width=1000))
        except ConformanceError as error:
            return int(error.exit_code), plain(str(error)), None
        if any(note.kind == "could-not-start" for note in verdict.notes):  # one line, and a verdict that judges nothing
            assert (0, ()) == (verdict.count(Outcome.PASSED), verdict.findings)
            return verdict.exit_code, said.getvalue().removeprefix("conformance: ").rstrip("\n"), None
        shown = io.StringIO()
        print_verdict(Presentation(verdict), Console(file=shown, width=80), written)
        return verdict.exit_code, shown.getvalue(), verdict

    return run


def clouds_at(root: str) -> dict[str, Any]:
    auth = {
        "auth_url": f"{root}/v3",
        "username": "u",
        "password": "hidden-word",
        "project_name": "p",
        "user_domain_name": "d",
        "project_domain_name": "d",
    }
    return {"clouds": {"reference": {"auth": auth, "region_name": "RegionOne"}}}


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


DEEP = b"[" * 100_000 + b"]" * 100_000
BOMB = gzip.compress(b"\0" * (64 << 20))
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

ANSWERS: dict[str, Callable[[], Pieces]] = {
    "endless headers": lambda: forever(b"X-More: yes\r\n", OK),
    "one endless header line": lambda: forever(b"x" * 4096, OK + b"X-Long: "),
    "an endless status line": lambda: forever(b"x" * 4096, b"HTTP/1.1 200 "),
    "a slow head": lambda: forever(b"H", b"", 0.1),
    "an endless body": lambda: forever(b"x" * 65536, OK + b"\r\n"),
    "a slow body": lambda: forever(b" ", OK + b"Content-Length: 99999\r\n\r\n", 0.1),
    "endless chunks": lambda: forever(b"1\r\nx\r\n", CHUNKED, 0.01),  # time runs out long before the size does
    "endless 100 Continue": lambda: forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence": lambda: (time.sleep(0.8), [])[1],
    "nothing": list,
    "a chunk of no size": lambda: [CHUNKED + b"zz\r\nabc\r\n"],
    "a chunk of negative size": lambda: [CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n"],
    "a chunk cut short": lambda: [CHUNKED + b"ff\r\nabc"],
    "a chunk of more than memory": lambda: [CHUNKED + b"ffffffffffffffff\r\nabc"],
    "an endless chunk size": lambda: forever(b"0", CHUNKED),
    "Content-Length too large": lambda: [OK + b"Content-Length: 9999\r\n\r\n{}"],
    "Content-Length too small": lambda: [OK + b"Content-Length: 1\r\n\r\n{}"],
    "Content-Length negative": lambda: [OK + b"Content-Length: -5\r\n\r\n{}"],
    "Content-Length no number": lambda: [OK + b"Content-Length: many\r\n\r\n{}"],
    "Content-Length beyond all": lambda: [OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"],
    "two Content-Lengths": lambda: [OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"],
    "HTTP/0.9": lambda: [b"<html>hello</html>"],
    "HTTP/9.9": lambda: [b"HTTP/9.9 200 OK\r\n\r\n{}"],
    "status 99": lambda: [answer(b"{}", "99 Low")],
    "status 999": lambda: [answer(b"{}", "999 High")],
    "status of letters": lambda: [answer(b"{}", "abc OK")],
    "a header without a colon": lambda: [OK + b"no colon here\r\nX: y\r\n\r\n{}"],
    "a NUL in a header": lambda: [answer(b"{}", "200 OK", "X-Nul: a\0b")],
    "control and bidi in status and headers": lambda: [
        answer(b"{}", "200 \x1b[31mred\u202e", "X-\x07: \x1b]0;owned\x07", "Content-Type: \u202e/\x1b[2J")
    ],
    "bytes that are no text in headers": lambda: [OK + b"X: \xff\xfe\x80\r\nContent-Length: 2\r\n\r\n{}"],
    "a gzip bomb": lambda: [answer(BOMB, "200 OK", "Content-Type: application/json", "Content-Encoding: gzip")],
    "an unknown encoding": lambda: [answer(b"{}", "200 OK", "Content-Encoding: nonsense")],
    "deep JSON": lambda: [answer(DEEP)],
    "deep JSON in an object": lambda: [answer(b'{"images": ' + DEEP + b', "token": ' + DEEP + b"}")],
    "a huge integer": lambda: [answer(b'{"images": ' + b"9" * 100_000 + b"}")],
    "a number beyond a float": lambda: [
        answer(b'{"images": [{"id": 1e999, "size": -1e999}], "id": 1e999, "size": 1e999, "token": 1e999}')
    ],
    "NaN": lambda: [answer(b'{"images": NaN, "id": NaN, "token": Infinity}')],
    "lone surrogates": lambda: [
        answer(
            b'{"images": [{"id": "\\ud800", "name": "\\udfff"}], "id": "\\ud800", "\\udc00": 1, "token": {"x": "\\ud800"}}'
        )
    ],
    "a key twice": lambda: [answer(b'{"images": [], "images": 1, "id": "a", "id": 2}')],
    "control and bidi in JSON": lambda: [
        answer(
            json.dumps(
                {
                    "id": "\x1b[2J\u202e</script>",
                    "images": [{"id": "\0", "name": "\x1b]0;x\x07"}],
                    "error": {"message": "\x1b", "code": "\u2066", "title": "<b>"},
                }
            ).encode()
        )
    ],
    "not UTF-8": lambda: [answer(b'{"images": "\xff\xfe"}')],
    "a byte order mark": lambda: [answer(b'\xef\xbb\xbf{"images": []}')],
    "UTF-16": lambda: [answer('{"images": []}'.encode("utf-16"))],
    "JSON of another type": lambda: [answer(b'"text"')],
    "null": lambda: [answer(b"null")],
    "a list of everything": lambda: [answer(b'[null, 1, "a", [], {}, true]')],
    "members of wrong types": lambda: [
        answer(
            b'{"images": {"a": 1}, "id": [], "name": {}, "tags": 3, "token": {"catalog": "x", "project": 3, "user": [], "roles": {}}, "error": [1]}'
        )
    ],
    "images of wrong types": lambda: [
        answer(
            b'{"images": [null, 1, "a", [], {"id": null}, {"id": {}}, {"id": "a", "tags": {"x": 1}, "name": []}], "next": 5}'
        )
    ],
    "a next that never ends": lambda: [
        answer(b'{"images": [], "next": "/v2/images?marker=%d", "first": 7}' % time.monotonic_ns())
    ],
    "a redirect to itself": lambda: [answer(b"", "302 Found", "Location: /v3/auth/tokens")],
    "a redirect to a file": lambda: [answer(b"", "301 Moved", "Location: file:///etc/passwd")],
    "300 without choices": lambda: [answer(b"", "300 Multiple Choices")],
    "101 Switching Protocols": lambda: [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x00\x01"],
    "401 for everything": lambda: [answer(b"{}", "401 Unauthorized")],
    "500 for everything": lambda: [answer(b"<html>", "500 Oops", "Content-Type: text/html")],
    "503 with Retry-After": lambda: [answer(b"", "503 Busy", "Retry-After: 99999")],
    "a web page": lambda: [
        answer(b"<!doctype html><title>hello</title>", "200 OK", "Content-Type: text/html; charset=utf-8")
    ],
    "a thousand headers": lambda: [answer(b"{}", "200 OK", *(f"X-{number}: y" for number in range(1000)))],
    "the same header many times": lambda: [
        answer(
            b'{"images": []}',
            "200 OK",
            *(["Content-Type: application/json"] * 50),
            *(["x-openstack-request-id: same"] * 40),
        )
    ],
    "a charset that is none": lambda: [
        answer(b"{}", "200 OK", "Content-Type: application/json; charset=no-such-charset")
    ],
}

BREAKS = (
    "endless headers",
    "one endless header line",
    "an endless status line",
    "a slow head",
    "a slow body",
    "endless chunks",
    "endless 100 Continue",
    "silence",
    "nothing",
    "a chunk of no size",
    "a chunk of negative size",
    "a chunk cut short",
    "a chunk of more than memory",
    "an endless chunk size",
    "two Content-Lengths",
    "HTTP/0.9",
    "HTTP/9.9",
    "status 99",
    "status of letters",
    "a thousand headers",
)
"""Answers that are no whole HTTP message: the target cannot be judged by them."""
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", drawn(ANSWERS, 20, 20))
def test_in_place_of_the_identity_service_it_is_one_line_and_inconclusive(name: str, serve: Any, outcome: Any) -> None:
    began = time.monotonic()
    code, line, verdict = outcome(clouds_at(serve(Server, lambda _: ANSWERS[name]()).root))
    assert (code, verdict) == (Exit.INCONCLUSIVE, None)
    assert len(line) < 400
    assert re.match(r"(http://)?127\.0\.0\.1:\d+\S*: ", line)
    assert [
        word for word in ("Traceback", "Error(", "<class", "hidden-word", "object at 0x") if word in line
    ] + STEERING.findall(line) == []
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("name", drawn(BREAKS, 6))
def test_an_image_service_that_speaks_no_http_is_inconclusive(
    name: str, serve: Any, outcome: Any, reference: Reference
) -> None:
    proxy = serve(
        behind, reference, lambda _, path, honest: [honest] if path.startswith("/identity") else ANSWERS[name]()
    )
    code, line, _ = outcome(clouds_behind(reference, proxy))
    assert code == Exit.INCONCLUSIVE
    assert STEERING.findall(line) == []


@pytest.mark.parametrize("name", drawn([name for name in ANSWERS if name not in BREAKS], 12, 12))
def test_an_image_service_that_answers_nonsense_gets_a_verdict(
    name: str, serve: Any, outcome: Any, reference: Reference, tmp_path: Path
) -> None:
    proxy = serve(
        behind, reference, lambda _, path, honest: [honest] if path.startswith("/identity") else ANSWERS[name]()
    )
    code, shown, verdict = outcome(clouds_behind(reference, proxy), selection="limit or created_image or page")
    assert code in {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}
    written = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))
    assert {"outcome": str(verdict.overall) if verdict else "inconclusive", "exit_code": code} == {
        name: written[name] for name in ("outcome", "exit_code")
    }, shown
    assert verdict is None or [note for note in verdict.notes if note.kind == "suite-at-fault"] == []
    assert STEERING.findall(shown) == []
    for report in (tmp_path / "out").iterdir():
        if report.suffix in {".md", ".html", ".sarif"}:
            assert STEERING.findall(report.read_text(encoding="utf-8").replace("\t", " ").replace("\r", " ")) == [], (
                report.name
            )


def every(value: Any, make: Callable[[Any], Any]) -> Any:
    """The JSON value with each scalar replaced."""
    if isinstance(value, dict):
        return {key: every(item, make) for key, item in value.items()}
    return [every(item, make) for item in value] if isinstance(value, list) else make(value)


SPOILT: dict[str, Callable[[Any], Any]] = {
    "null": lambda body: every(body, lambda _: None),
    "lists": lambda body: every(body, lambda _: [[]]),
    "objects": lambda body: every(body, lambda _: {"a": {}}),
    "numbers": lambda body: every(body, lambda _: 1e308),
    "steering": lambda body: every(body, lambda _: "\x1b[2J\u202e\0"),
    "paths": lambda body: every(body, lambda _: "../.."),
    "lines": lambda body: every(body, lambda _: "a\r\nX: y"),
    "links that are none": lambda body: every(
        body, lambda value: "http://[bad" if isinstance(value, str) and "/" in value else value
    ),
    "in a list": lambda body: [body],
    "no members": lambda _: {},
    "no images": lambda body: {**body, "images": None} if isinstance(body, dict) else body,
    "images that are null": lambda body: {**body, "images": [None] * 3} if isinstance(body, dict) else body,
}


@pytest.mark.parametrize("name", drawn(SPOILT, 2, 4))
def test_an_honest_answer_with_every_value_spoilt_is_never_our_fault(
    name: str, serve: Any, outcome: Any, reference: Reference
) -> None:
    def twist(_: str, path: str, honest: bytes) -> Pieces:
        head, _, body = honest.partition(b"\r\n\r\n")
        if path.startswith("/identity") or not body:
            return [honest]
        try:
            spoilt = json.dumps(SPOILT[name](json.loads(body))).encode()
        except ValueError:
            return [honest]
        head = re.sub(rb"(?i)\r\nlocation: [^\r]*", b"\r\nLocation: http://[bad/\x80", head)
        return [re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(spoilt), head) + b"\r\n\r\n" + spoilt]

    proxy = serve(behind, reference, twist)
    limits = TransportLimits(silence=20, total=20)
    code, _, verdict = outcome(clouds_behind(reference, proxy), limits=limits, profile="gate", other="reference-other")
    assert verdict is not None
    assert [note for note in verdict.notes if note.kind == "suite-at-fault"] == []
    assert code == Exit.NON_CONFORMANT


# --- what the catalogue says ------------------------------------------------------------------------------------------


def with_catalogue(change: Callable[[dict[str, Any]], None]) -> Twist:
    """What the token call answers, its token changed."""

    def twist(_: str, path: str, honest: bytes) -> Pieces:
        head, _, body = honest.partition(b"\r\n\r\n")
        if not path.endswith("/auth/tokens"):
            return [honest]
        token = json.loads(body)
        change(token["token"])
        body = json.dumps(token).encode()
        return [re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body]

    return twist


def with_endpoint(url: str | None) -> Twist:
    """The catalogue gives another URL for the image service, or none."""

    def change(token: dict[str, Any]) -> None:
        services = token["catalog"]
        if url is None:
            services[:] = [item for item in services if item["type"] != "image"]
        for endpoint in (point for item in services if item["type"] == "image" for point in item["endpoints"]):
            endpoint["url"] = url

    return with_catalogue(change)


@pytest.mark.parametrize(
    "catalogue",
    [
        None,
        "text",
        3,
        {},
        [None],
        ["text"],
        [{}],
        [{"type": "image"}],
        [{"type": "image", "endpoints": None}],
        [{"type": "image", "endpoints": "x"}],
        [{"type": "image", "endpoints": [None]}],
        [{"type": "image", "endpoints": [{"interface": "public", "region": "RegionOne", "url": 5}]}],
        [{"type": ["image"], "endpoints": []}],
        [{"type": "image", "endpoints": [{"interface": [], "url": {}}]}],
    ],
)
def test_a_catalogue_that_is_none_is_one_line(catalogue: Any, serve: Any, outcome: Any, reference: Reference) -> None:
    twist = with_catalogue(lambda token: token.update(catalog=catalogue))
    code, line, verdict = outcome(clouds_behind(reference, serve(behind, reference, twist)))
    assert (code, verdict) == (Exit.INCONCLUSIVE, None)
    assert len(line) < 400


MEMBERS = ("project", "user", "roles", "expires_at", "issued_at", "methods")


@pytest.mark.parametrize("member, value", drawn(product(MEMBERS, (None, 3, "text", [], [None], {})), 8, 12))
def test_a_token_of_another_shape_is_one_line_or_a_finding(
    member: str, value: Any, serve: Any, outcome: Any, reference: Reference
) -> None:
    twist = with_catalogue(lambda token: token.__setitem__(member, value))
    code, line, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, twist)), selection="no_such_case", limits=TransportLimits()
    )
    assert code in {Exit.NON_CONFORMANT, Exit.USAGE, Exit.INCONCLUSIVE}
    assert verdict is not None or len(line) < 400


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "no image service"),
        ("file:///etc/passwd", "is no HTTP URL"),
        ("ftp://127.0.0.1/", "is no HTTP URL"),
        ("not a url", "is no HTTP URL"),
        ("http://", "is no HTTP URL"),
        ("http://[::1", "is no HTTP URL"),
        ("http://127.0.0.1:99999/", "is no HTTP URL"),
        ("http://127.0.0.1:port/", "is no HTTP URL"),
        ("javascript:alert(1)", "is no HTTP URL"),
        ("http://127.0.0.1:1/", "connection refused"),
        ("\x1b[2Jhttp://x", "is no HTTP URL"),
        ("http://no-such-host.invalid/", "does not resolve"),
    ],
)
def test_an_endpoint_that_is_none_is_one_line(
    url: str | None, words: str, serve: Any, outcome: Any, reference: Reference
) -> None:
    code, line, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, with_endpoint(url))), limits=TransportLimits(connect=5)
    )
    assert (code, verdict) == (Exit.INCONCLUSIVE, None)
    assert words in line
    assert STEERING.findall(line) == []


def test_a_redirect_takes_no_token_to_another_origin(serve: Any, outcome: Any, reference: Reference) -> None:
    thief = serve(Server, lambda _: [answer(b"{}")])
    redirect = answer(b"", "307 Temporary Redirect", f"Location: {thief.root}/v2/images")
    proxy = serve(behind, reference, lambda _, path, honest: [honest] if path.startswith("/identity") else [redirect])
    code, _, verdict = outcome(clouds_behind(reference, proxy), selection="limit")
    assert verdict is not None
    assert code in {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}
    assert thief.seen == []


def test_a_next_link_to_another_origin_takes_no_token_there(serve: Any, outcome: Any, reference: Reference) -> None:
    thief = serve(Server, lambda _: [answer(b"{}")])

    def twist(_: str, path: str, honest: bytes) -> Pieces:
        return (
            [answer(json.dumps({"images": [], "next": f"{thief.root}/v2/images?marker=x"}).encode())]
            if "/v2/images" in path
            else [honest]
        )

    outcome(clouds_behind(reference, serve(behind, reference, twist)), selection="limit or page")
    assert thief.seen == []


def test_version_discovery_behind_a_login_ends_in_one_line(serve: Any, outcome: Any, reference: Reference) -> None:
    """keystoneauth1 waits for its own lock when discovery is answered with 401."""
    refused = answer(b"{}", "401 Unauthorized")
    proxy = serve(
        behind,
        reference,
        lambda method, path, honest: [refused if method == "GET" and path.startswith("/identity") else honest],
    )
    clouds = clouds_behind(reference, proxy)
    for cloud in clouds["clouds"].values():
        cloud["auth"]["auth_url"] = f"{proxy.root}/identity"
    code, line, _ = outcome(clouds)
    assert (code, "does not answer as an identity service" in line) == (Exit.INCONCLUSIVE, True)


def test_a_token_answered_with_200_is_a_finding(serve: Any, outcome: Any, reference: Reference) -> None:
    def twist(_: str, path: str, honest: bytes) -> Pieces:
        return [honest.replace(b"201 Created", b"200 OK", 1) if path.endswith("/auth/tokens") else honest]

    code, _, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, twist)), limits=TransportLimits(), other="reference-other"
    )
    assert verdict is not None
    assert code == Exit.NON_CONFORMANT
    told = {sentence(group.deviation).plain("en") for group in verdict.findings if group.binding}
    assert "success is 200, documented is 201" in told


# --- bounds of a whole run --------------------------------------------------------------------------------------------


def test_a_run_ends_when_its_time_is_over(serve: Any, outcome: Any, reference: Reference) -> None:
    def slow(_: str, path: str, honest: bytes) -> Pieces:
        if "/v2/images" in path:
            time.sleep(0.2)
        return [honest]

    limits = TransportLimits(silence=20, total=20, run=3, cleanup=30)
    began = time.monotonic()
    code, shown, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, slow)), limits=limits, profile="gate"
    )
    assert verdict is not None
    assert (code, verdict.run.leftovers) == (Exit.INCONCLUSIVE, ())
    assert "the time of the run (3 s) is over" in " ".join(shown.split())
    assert reference.resources() == 0
    assert time.monotonic() - began < 60


def test_all_answers_together_are_bounded(serve: Any) -> None:
    big = serve(Server, lambda _: [answer(b"x" * 1000)])
    with Transport(limits=TransportLimits(bodies=2500)) as transport:
        assert [transport.send(Request("GET", big.root)).status for _ in range(3)] == [200] * 3
        with pytest.raises(ConformanceError, match=r"has sent more than a run holds \(2500 bytes\)"):
            transport.send(Request("GET", big.root))
        transport.allow(60, 2500)
        assert transport.send(Request("GET", big.root)).status == 200


@pytest.mark.parametrize(("status", "left"), [("deleted", False), ("active", True)])
def test_an_image_that_cannot_be_deleted_is_left_behind_unless_it_says_that_it_is_deleted(
    status: str, left: bool, serve: Any, outcome: Any, reference: Reference
) -> None:
    def twist(method: str, path: str, honest: bytes) -> Pieces:
        if method == "DELETE":
            return [answer(b"{}", "400 Bad Request")]
        if method == "GET" and re.search("/v2/images/[^/]+$", path):
            return [answer(json.dumps({"id": path.rsplit("/", 1)[1], "status": status}).encode())]
        return [honest]

    _, _, verdict = outcome(
        clouds_behind(reference, serve(behind, reference, twist)), selection="limit", limits=TransportLimits()
    )
    assert verdict is not None
    assert bool(verdict.run.leftovers) is left
