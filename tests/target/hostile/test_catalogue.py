"""What a login and its catalogue may say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from draws import drawn
from hostile import STEERING, Pieces, Twist, answer, behind, bounded, clouds_behind

from conformance.model.errors import Exit
from conformance.proof.reference import Reference
from conformance.reports.sentences import sentence
from conformance.target.transport import TransportLimits


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


@pytest.mark.parametrize("member, value", drawn(product(MEMBERS, (None, 3, "text", [], [None], {})), 6, 6))
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


def test_a_catalogue_of_a_hundred_thousand_services_is_one_line(serve: Any, outcome: Any, reference: Reference) -> None:
    point = {"interface": "public", "region": "RegionOne", "url": "http://x/", "id": "e"}
    many = [{"type": f"x{number}", "name": "n", "endpoints": [point]} for number in range(100_000)]
    twist = with_catalogue(lambda token: token.update(catalog=many))
    with bounded(30, 300):
        code, line, verdict = outcome(
            clouds_behind(reference, serve(behind, reference, twist)), limits=TransportLimits()
        )
    assert (Exit.INCONCLUSIVE, None) == (code, verdict)
    assert "its answer is longer than the 8 MiB that are read of one" in line
