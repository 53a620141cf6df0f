"""The reference on the wire: what its server reads and sends, byte by byte."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from ruamel.yaml import YAML

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.proof.reference import BODY_LIMIT, Reference
from conformance.run.service import Service
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller

IMAGES = "/image/v2/images"


class Wire:
    """A connection to the reference, and what comes back on it: status line, headers in their order, body."""

    def __init__(self, reference: Reference) -> None:
        host, _, port = reference.urls["image"].split("//")[1].split("/")[0].partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._reader = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self, method: str = "GET") -> tuple[int, str, list[tuple[str, str]], bytes]:
        """Status, phrase, headers and body of the next answer."""
        version, status, phrase = self._reader.readline().decode().rstrip("\r\n").split(" ", 2)
        assert version == "HTTP/1.1"
        headers = []
        while line := self._reader.readline().rstrip(b"\r\n"):
            name, _, value = line.decode().partition(": ")
            headers.append((name, value))
        length = dict(headers).get("Content-Length")
        body = b"" if method == "HEAD" or length is None else self._reader.read(int(length))
        return int(status), phrase, headers, body

    def rest(self) -> bytes:
        """What comes until the reference closes the connection."""
        return self._reader.read()


@pytest.fixture
def wire(reference: Reference) -> Iterator[Wire]:
    with Wire(reference) as wire:
        yield wire


JSON_BODY = "Content-Type: application/json"


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: reference", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def sized(body: bytes, *headers: str, path: str = IMAGES) -> bytes:
    return request("POST", path, f"Content-Length: {len(body)}", JSON_BODY, *headers, body=body)


def token(reference: Reference) -> str:
    clouds = reference.clouds()["clouds"]["reference"]["auth"]
    user = {"name": "reference", "password": clouds["password"], "domain": {"id": "default"}}
    scope = {"project": {"name": "reference", "domain": {"id": "default"}}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    with Wire(reference) as wire:
        wire.send(sized(json.dumps(body).encode(), path="/identity/v3/auth/tokens"))
        return dict(wire.answer()[2])["X-Subject-Token"]


def envelope(body: bytes) -> tuple[int, str]:
    error: dict[str, Any] = json.loads(body)["error"]
    return error["code"], error["title"]


def faulty(contract: Contract, answer: Answer) -> Reference:
    """A reference that sends this answer to whoever lists the resources."""

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        return answer if call.operation == "image.list" else None

    return Reference(contract, faults=[Fault("ours", (), "a fault of this test", Hooks(handle=handle))])


# --- what it reads --------------------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_request(reference: Reference, wire: Wire) -> None:
    field = f"X-Auth-Token: {token(reference)}"
    wire.send(sized(b'{"name": "a"}', field) + request("GET", f"{IMAGES}?name=a", field))
    assert wire.answer()[:2] == (201, "Created")
    status, _, headers, body = wire.answer()
    assert (status, ["a"]) == (200, [image["name"] for image in json.loads(body)["images"]])
    assert "Connection" not in dict(headers)


def test_a_connection_is_closed_when_the_client_wants_it(wire: Wire) -> None:
    wire.send(request("GET", "/identity/v3", "Connection: close"))
    assert (wire.answer()[0], wire.rest()) == (200, b"")


@pytest.mark.parametrize("method", ["BREW", "PUT", "OPTIONS", "TRACE", "get"])
def test_any_method_reaches_the_service_which_refuses_it(reference: Reference, wire: Wire, method: str) -> None:
    wire.send(request(method, IMAGES, f"X-Auth-Token: {token(reference)}"))
    status, phrase, headers, body = wire.answer()
    assert (status, phrase, dict(headers)["Allow"]) == (405, "Method Not Allowed", "GET, POST")
    assert envelope(body) == (405, "Method Not Allowed")


def test_an_answer_to_head_has_no_body_and_says_how_long_it_would_be(wire: Wire) -> None:
    wire.send(request("HEAD", "/identity/v3") + request("GET", "/identity/v3"))
    status, _, headers, _ = wire.answer("HEAD")
    assert (status, int(dict(headers)["Content-Length"]) > 0) == (404, True)
    assert wire.answer()[0] == 200


@pytest.mark.parametrize("path", ["/", "/nothing", "/images/v2/images", "/image%2Fv2/images"])
def test_a_path_of_no_service_is_not_found(wire: Wire, path: str) -> None:
    wire.send(request("GET", path))
    status, _, headers, body = wire.answer()
    assert (status, envelope(body)) == (404, (404, "Not Found"))
    assert dict(headers)["x-openstack-request-id"].startswith("req-")


def test_a_path_reaches_its_service_as_it_was_sent(contract: Contract) -> None:
    paths: list[str] = []

    def note(call: Call) -> Call:
        paths.append(call.path)
        return call

    sent = ["", "/", "/v2/images/%2e%2E", "/v2/images/a%2Fb", "/v2/images/a;b", "/v2//images", "/v2/images/"]
    with (
        Reference(contract, faults=[Fault("ours", (), "", Hooks(request=note))]) as reference,
        Wire(reference) as wire,
    ):
        for path in sent:
            wire.send(request("GET", f"/image{path}"))
            wire.answer()
    assert sent == paths


def test_a_query_is_decoded_and_keeps_its_order_repetitions_and_empty_values(contract: Contract) -> None:
    queries: list[Any] = []

    def note(call: Call) -> Call:
        queries.append(list(call.query))
        return call

    with (
        Reference(contract, faults=[Fault("ours", (), "", Hooks(request=note))]) as reference,
        Wire(reference) as wire,
    ):
        wire.send(request("GET", f"{IMAGES}?b=1&a=%E4%B8%80+x&b=2&c="))
        wire.answer()
    assert queries == [[("b", "1"), ("a", "一 x"), ("b", "2"), ("c", "")]]


def test_a_query_that_is_not_utf_8_is_refused(wire: Wire) -> None:
    wire.send(request("GET", f"{IMAGES}?name=%FF") + request("GET", "/identity/v3"))
    status, _, _, body = wire.answer()
    assert (status, envelope(body), wire.answer()[0]) == (400, (400, "Bad Request"), 200)


def test_a_body_in_chunks_is_read_whole(reference: Reference, wire: Wire) -> None:
    fields = (f"X-Auth-Token: {token(reference)}", "Transfer-Encoding: chunked", JSON_BODY)
    chunks = b'5;note=x\r\n{"nam\r\n8\r\ne": "a"}\r\n0\r\nTrailer: x\r\n\r\n'
    wire.send(request("POST", IMAGES, *fields, body=chunks) + request("GET", "/identity/v3"))
    status, _, _, body = wire.answer()
    assert (status, json.loads(body)["name"], wire.answer()[0]) == (201, "a", 200)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 2", "Content-Length: 3"], b"{}"),
        (["Content-Length: -1"], b""),
        (["Content-Length: two"], b"{}"),
        (["Content-Length: 1.5"], b"{}"),
        ([f"Content-Length: {BODY_LIMIT + 1}"], b""),
        (["Transfer-Encoding: chunked"], b"many\r\n{}\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], f"{BODY_LIMIT + 1:x}\r\n".encode()),
    ],
)
def test_a_body_whose_length_is_wrong_or_too_large_is_refused_unread_and_ends_the_connection(
    wire: Wire, headers: list[str], body: bytes
) -> None:
    wire.send(request("POST", IMAGES, *headers, body=body))
    status, _, fields, content = wire.answer()
    assert (status, envelope(content), dict(fields)["Connection"]) == (400, (400, "Bad Request"), "close")


def test_a_length_that_is_said_twice_alike_is_taken(wire: Wire) -> None:
    wire.send(request("POST", IMAGES, "Content-Length: 2", "Content-Length: 2", body=b"{}"))
    assert wire.answer()[0] == 401


def test_what_is_no_http_is_refused_in_the_documented_envelope(wire: Wire) -> None:
    wire.send(b"hello, are you there?\r\n\r\n")
    status, _, fields, body = wire.answer()
    assert (status, envelope(body), dict(fields)["Connection"]) == (400, (400, "Bad Request"), "close")
    assert wire.rest() == b""


# --- what it sends --------------------------------------------------------------------------------------------------


def test_headers_are_sent_in_their_order_and_the_length_is_told(contract: Contract) -> None:
    said = Answer(200, {"a": "一"}, {"Z": "1", "A": "2", "x-openstack-request-id": "req-1"})
    with faulty(contract, said) as reference, Wire(reference) as wire:
        wire.send(request("GET", IMAGES, f"X-Auth-Token: {token(reference)}"))
        _, _, headers, body = wire.answer()
    expected = ["Date", "Content-Type", "Content-Length", "x-openstack-request-id", "Z", "A"]
    assert (expected, '{"a": "一"}'.encode()) == ([name for name, _ in headers], body)


def test_an_answer_without_content_has_no_length(contract: Contract) -> None:
    with faulty(contract, Answer(204)) as reference, Wire(reference) as wire:
        wire.send(request("GET", IMAGES, f"X-Auth-Token: {token(reference)}"))
        status, _, headers, _ = wire.answer()
    assert (status, {"Content-Length", "Content-Type"} <= {name for name, _ in headers}) == (204, False)


@pytest.mark.parametrize(
    ("status", "phrase"),
    [(200, "OK"), (300, "multiple choices"), (404, "Not Found"), (418, "I'm a Teapot"), (299, "Status")],
)
def test_a_status_has_the_words_of_the_document_else_the_standards(
    contract: Contract, status: int, phrase: str
) -> None:
    with faulty(contract, Answer(status, {})) as reference, Wire(reference) as wire:
        wire.send(request("GET", IMAGES, f"X-Auth-Token: {token(reference)}"))
        assert (status, phrase) == wire.answer()[:2]


@pytest.mark.parametrize(("length", "sent"), [("3", b'{"a": 1}'), ("999", b'{"a": 1}')])
def test_a_wrong_length_is_sent_as_a_fault_put_it(contract: Contract, length: str, sent: bytes) -> None:
    said = Answer(200, {"a": 1}, {"Content-Length": length, "Connection": "close"})
    with faulty(contract, said) as reference, Wire(reference) as wire:
        wire.send(request("GET", IMAGES, f"X-Auth-Token: {token(reference)}"))
        head, _, body = wire.rest().partition(b"\r\n\r\n")
    lengths = [line for line in head.decode().split("\r\n") if line.lower().startswith("content-length")]
    assert ([f"Content-Length: {length}"], sent) == (lengths, body)


def test_chunks_and_compressed_bytes_are_sent_as_a_fault_made_them(contract: Contract) -> None:
    fields = {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip", "Content-Type": "x/y", "Connection": "close"}
    said = Answer(200, None, fields, raw=b"2\r\n\x1f\x8b\r\n0\r\n\r\n")
    with faulty(contract, said) as reference, Wire(reference) as wire:
        wire.send(request("GET", IMAGES, f"X-Auth-Token: {token(reference)}"))
        head, _, body = wire.rest().partition(b"\r\n\r\n")
    names = [line.split(":")[0] for line in head.decode().split("\r\n")[1:]]
    assert (["Date", "x-openstack-request-id", *fields], said.raw) == (names, body)


# --- the target itself ----------------------------------------------------------------------------------------------


def test_each_service_is_below_its_name(reference: Reference) -> None:
    root = reference.urls["image"].removesuffix("/image")
    assert {"identity": f"{root}/identity/v3", "image": f"{root}/image"} == reference.urls
    assert root.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_a_usage_error(contract: Contract, reference: Reference) -> None:
    port = int(reference.urls["image"].split(":")[2].split("/")[0])
    with pytest.raises(UsageError, match=rf"^--port {port}: .*; choose another$"):
        Reference(contract, port=port)


def test_its_clouds_are_written_for_the_owner_alone_and_replace_what_was_there(
    reference: Reference, tmp_path: Path
) -> None:
    place = tmp_path / "clouds.yaml"
    place.write_text("old")
    reference.write_clouds(place)
    assert (0o600, reference.clouds()) == (stat.S_IMODE(place.stat().st_mode), YAML(typ="safe").load(place))
    with pytest.raises(UsageError, match=r"cannot be written"):
        reference.write_clouds(tmp_path / "missing" / "clouds.yaml")


def test_it_counts_what_it_holds_and_knows_its_secrets(reference: Reference, wire: Wire) -> None:
    given = token(reference)
    wire.send(sized(b"{}", f"X-Auth-Token: {given}"))
    wire.answer()
    assert (reference.resources(), given in reference.secrets) == (1, True)
    passwords = [cloud["auth"]["password"] for cloud in reference.clouds()["clouds"].values()]
    assert set(passwords) < set(reference.secrets)


def test_without_a_service_that_gives_tokens_there_is_no_reference(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.proof.reference.registered", lambda: (Service(name="image"),))
    with pytest.raises(SuiteError, match="gives tokens"):
        Reference(contract)
