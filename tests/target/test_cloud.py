"""Finding the cloud and logging in, against the reference and against servers that are no cloud."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from targets import clouds_with

from conformance.contract.yamlfiles import dump_yaml
from conformance.model.contract import Contract
from conformance.model.errors import LoginRefused, NoService, NotACloud, TargetUnreachable, UsageError
from conformance.model.message import Request, Response
from conformance.proof.reference import Reference
from conformance.target.cloud import Settings, Target, Wanted, open_target
from conformance.target.transport import Transport

Seen = list[tuple[str | None, int]]
WANTED = Wanted({"image": ("image",), "identity": ()})


class Watched:
    """A sender that notes down operation and status of what passes."""

    def __init__(self, transport: Transport, seen: Seen) -> None:
        self._transport = transport
        self._seen = seen

    def send(self, request: Request) -> Response:
        response = self._transport.send(request)
        self._seen.append((request.operation, response.status))
        return response


@pytest.fixture
def opened(tmp_path: Path, contract: Contract) -> Iterator[Callable[..., tuple[Target, Seen]]]:
    """Opens a target of these clouds and closes it; gives what passed the observer, too."""
    with ExitStack() as stack:

        def start(clouds: dict[str, Any], cloud: str = "reference", **settings: Any) -> tuple[Target, Seen]:
            path = tmp_path / "clouds.yaml"
            path.write_text(dump_yaml(clouds))
            seen: Seen = []

            wanted = replace(WANTED, token=contract.token_operation)
            target = open_target(
                Settings(cloud=cloud, config_files=(str(path),), **settings), wanted, lambda inner: Watched(inner, seen)
            )
            stack.callback(target.transport.close)
            return target, seen

        yield start


@pytest.fixture
def web() -> Iterator[Callable[[int, str], str]]:
    """Starts a web server that answers everything with this status and body."""
    with ExitStack() as stack:

        def start(status: int, body: str) -> str:
            class Handler(BaseHTTPRequestHandler):
                def answer(self) -> None:
                    data = body.encode()
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

                do_GET = do_POST = answer  # noqa: N815  names that http.server calls

                def log_message(self, format: str, *args: Any) -> None:
                    """Say nothing."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}/v3"

        yield start


def test_the_endpoint_comes_from_the_catalogue_with_its_prefix(
    reference: Reference, opened: Callable[..., tuple[Target, Seen]]
) -> None:
    target, seen = opened(reference.clouds())
    assert (reference.urls["image"], "RegionOne", ("member",)) == (
        target.url("image"),
        target.region,
        target.main.roles,
    )
    assert ("auth.token", 201) in seen


def test_the_second_project_is_another_actor(reference: Reference, opened: Callable[..., tuple[Target, Seen]]) -> None:
    target, _ = opened(reference.clouds(), other_cloud="reference-other")
    assert target.actors["other"].project_id != target.main.project_id


def test_the_same_project_twice_is_no_second_project(
    reference: Reference, opened: Callable[..., tuple[Target, Seen]]
) -> None:
    with pytest.raises(UsageError, match="is the same project"):
        opened(reference.clouds(), other_cloud="reference-reader")


def test_a_wrong_password_is_refused_without_showing_it(
    reference: Reference, opened: Callable[..., tuple[Target, Seen]]
) -> None:
    clouds = reference.clouds()
    clouds["clouds"]["reference"]["auth"]["password"] = "hidden-word"
    with pytest.raises(LoginRefused, match="refused the credentials") as caught:
        opened(clouds)
    assert "hidden-word" not in str(caught.value)


def test_an_unknown_cloud_names_the_known_ones(
    reference: Reference, opened: Callable[..., tuple[Target, Seen]]
) -> None:
    with pytest.raises(UsageError, match=r"known clouds: .*reference-other"):
        opened(reference.clouds(), cloud="nowhere")


def test_a_region_without_an_image_service_says_what_there_is(
    reference: Reference, opened: Callable[..., tuple[Target, Seen]]
) -> None:
    with pytest.raises(UsageError, match="Elsewhere is not a valid region"):
        opened(reference.clouds(), region="Elsewhere")
    anywhere = reference.clouds()
    for cloud in anywhere["clouds"].values():
        cloud.pop("region_name", None)
    with pytest.raises(NoService, match=r"region Elsewhere.*identity, image"):
        opened(anywhere, region="Elsewhere")


def test_a_closed_port_is_unreachable(opened: Callable[..., tuple[Target, Seen]]) -> None:
    with pytest.raises(TargetUnreachable, match="connection refused"):
        opened(clouds_with("http://127.0.0.1:1/v3"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>hello</html>"),
        (404, "not here"),
        (200, "{}"),
        (201, json.dumps({"token": []})),
        (500, ""),
        (302, ""),
    ],
)
def test_a_web_server_is_no_cloud(
    web: Callable[[int, str], str], opened: Callable[..., tuple[Target, Seen]], status: int, body: str
) -> None:
    with pytest.raises(NotACloud) as caught:
        opened(clouds_with(web(status, body)))
    assert "\n" not in str(caught.value)


def test_a_cloud_without_auth_url_says_so(opened: Callable[..., tuple[Target, Seen]]) -> None:
    with pytest.raises(UsageError, match="auth_url"):
        opened({"clouds": {"reference": {"auth": {"username": "u"}}}})


def test_a_missing_ca_file_says_so(reference: Reference, opened: Callable[..., tuple[Target, Seen]]) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        opened(reference.clouds(), cacert="/no/such/ca.pem")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"clouds:\n  x: [\n", "clouds.yaml: the cloud configuration is no YAML: "),
        (b"clouds: \xff", "clouds.yaml: the cloud configuration is no YAML: "),
        (b"clouds: {y: {}}", "known clouds: y"),
    ],
)
def test_a_configuration_with_a_mistake_is_named_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        open_target(Settings(cloud="x", config_files=(str(path),)), WANTED, lambda transport: transport)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_member_given_twice_is_taken_as_openstack_config_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(
        "clouds: {x: {region_name: a, region_name: b, auth: {auth_url: 'http://127.0.0.1:1/v3', username: u, password: p}}}"
    )
    with pytest.raises(TargetUnreachable):
        open_target(Settings(cloud="x", config_files=(str(path),)), WANTED, lambda transport: transport)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OS_CACERT", "/no/such/ca.pem", "--os-cacert or OS_CACERT: its CA file /no/such/ca.pem"),
        ("OS_CERT", "/no/such/cert.pem", "/no/such/cert.pem"),
        ("OS_REGION_NAME", "elsewhere", "elsewhere"),
    ],
)
def test_what_the_openstack_client_takes_from_a_variable_holds_for_a_named_cloud_too(
    reference: Reference,
    opened: Callable[..., tuple[Target, Seen]],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises((UsageError, NoService), match=words):
        opened(reference.clouds())
    opened(reference.clouds(), reference=True)


@pytest.mark.parametrize(
    ("scheme", "verify", "unverified"), [("https", False, True), ("https", True, False), ("http", False, False)]
)
def test_a_target_whose_certificates_nobody_looks_at_is_unverified(scheme: str, verify: bool, unverified: bool) -> None:
    with Transport(verify=verify) as transport:
        assert unverified == Target("a", "", {"image": f"{scheme}://cloud"}, {}, transport).unverified
