"""The documented status codes and the error envelope (document lines 343-467).

Each code that a client can provoke is provoked in every operation that can send it, once asking for JSON and once for
anything; the envelope is judged by the passive checks.
"""

from __future__ import annotations

import pytest

from conformance.model.deviation import Deviation
from conformance.model.message import DISCOVERY
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import ABSENT, answered, image
from conformance.services.image.client import ImageClient

ACCEPTS = ("application/json", "*/*")
UNDEFINED_METHODS = [
    ("/v2/images", "PUT"),
    ("/v2/images", "PATCH"),
    ("/v2/images", "DELETE"),
    ("/v2/images/{id}", "POST"),
    ("/v2/images/{id}", "PUT"),
    ("/v2/images/{id}/file", "POST"),
    ("/v2/images/{id}/file", "DELETE"),
    ("/v2/images/{id}/file", "PATCH"),
]


def accepting(accept: str | None, act: Phrase) -> Phrase:
    """The act with this Accept header, without one when it is None."""
    return (
        Phrase.of("accepting", act=act, accept=accept) if accept is not None else Phrase.of("without-accept", act=act)
    )


@verifies("error.404", "error.envelope", "error.envelope.*", "status.failure", "answer.internals", smoke=True)
@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("operation", ["image.patch", "image.download", "image.delete"])
def test_404_for_an_image_that_is_not_there(cloud: ImageClient, expect: Expect, operation: str, accept: str) -> None:
    item = cloud.contract.operations[operation]
    body = b'[{"op": "replace", "path": "/min_ram", "value": 1}]' if operation == "image.patch" else b""
    headers = {"Accept": accept, **({"Content-Type": item.request_media_type} if body else {})}
    exchange = cloud.call(operation, ABSENT, body=body, headers=headers)
    act = call(operation, "absent")
    expect.code(404, exchange, accepting(accept, act))
    expect.refused("status.failure", exchange, act)


@verifies("error.404", "status.failure")
@pytest.mark.parametrize("path", ["/v2/conformance-no-such-resource", f"/v2/images/{ABSENT}/no-such-part"])
def test_404_for_a_path_that_is_not_there(cloud: ImageClient, expect: Expect, path: str) -> None:
    exchange = cloud.send("GET", path, headers={"Accept": "application/json"})
    act = Phrase.of("undefined-path", method="GET", path=path.replace(ABSENT, "{id}"))
    expect.code(404, exchange, act)
    expect.refused("status.failure", exchange, act)


@verifies("error.400", "status.failure", "answer.internals", smoke=True)
@pytest.mark.parametrize("accept", ACCEPTS)
def test_400_for_what_cannot_be_read(cloud: ImageClient, expect: Expect, accept: str) -> None:
    made = image(cloud)
    patch_type = cloud.contract.operations["image.patch"].request_media_type
    patch_headers = {"Accept": accept, "Content-Type": patch_type}
    for how, exchange in (
        ("half-an-object", cloud.create(b'{"name"', headers={"Accept": accept})),
        ("limit-is-a-word", cloud.call("image.list", query={"limit": "many"}, headers={"Accept": accept})),
        ("half-an-array", cloud.call("image.patch", made.id, body=b"[{", headers=patch_headers)),
    ):
        act = call(exchange.operation, how)
        expect.code(400, exchange, accepting(accept, act))
        expect.refused("status.failure", exchange, act)


@verifies("error.401", smoke=True)
@pytest.mark.parametrize("accept", ACCEPTS)
def test_401_without_a_token(cloud: ImageClient, expect: Expect, accept: str) -> None:
    for operation in ("image.list", "image.download", "image.delete"):
        exchange = cloud.call(operation, ABSENT, headers={"Accept": accept}, anonymous=True)
        expect.code(401, exchange, accepting(accept, call(operation, "no-token")))


@verifies("error.403", "status.failure")
@pytest.mark.parametrize("accept", ACCEPTS)
def test_403_for_what_nobody_may_do(cloud: ImageClient, expect: Expect, accept: str) -> None:
    made = image(cloud, protected=True)
    exchange = cloud.call("image.delete", made.id, headers={"Accept": accept})
    act = call("image.delete", "protected")
    expect.code(403, exchange, accepting(accept, act))
    expect.refused("status.failure", exchange, act)


@verifies("error.405", "status.failure", smoke=True)
@pytest.mark.parametrize(("path", "method"), UNDEFINED_METHODS)
def test_405_for_a_method_that_is_not_defined(cloud: ImageClient, expect: Expect, path: str, method: str) -> None:
    # An absent image, so that a server that does take the method has nothing to change.
    exchange = cloud.send(method, path.replace("{id}", ABSENT), headers={"Accept": "application/json"})
    act = Phrase.of("undefined-method", method=method, path=path)
    expect.code(405, exchange, act)
    expect.refused("status.failure", exchange, act)


@verifies("error.409", "status.failure", "answer.internals")
@pytest.mark.parametrize("accept", ACCEPTS)
def test_409_for_an_id_that_is_taken(cloud: ImageClient, expect: Expect, accept: str) -> None:
    made = image(cloud)
    exchange = cloud.create({"name": cloud.name(), "id": made.id}, headers={"Accept": accept})
    act = call("image.create", "with-an-id-in-use")
    expect.code(409, exchange, accepting(accept, act))
    expect.refused("status.failure", exchange, act)


@verifies("image.list.response.200")
def test_whoever_takes_json_gets_it(cloud: ImageClient, expect: Expect) -> None:
    for accept in (
        "application/json;q=0.9",
        "application/*",
        "*/*;q=0.1",
        "text/html, application/json;q=0.5",
        "application/json; charset=utf-8",
        None,
    ):
        exchange = cloud.call("image.list", query={"limit": 1}, headers={"Accept": accept})
        expect.status("image.list.response.200", exchange, 200, act=accepting(accept, call("image.list")))


@verifies("error.406")
def test_406_for_a_type_that_nobody_has(cloud: ImageClient, expect: Expect) -> None:
    accept = "text/csv;q=1, application/json;q=0"
    exchange = cloud.call("image.list", query={"limit": 1}, headers={"Accept": accept})
    if exchange.response.status == 200:  # RFC 9110, 12.5.1: it may disregard the header
        raise NotExercised(Phrase.of("header-disregarded", header="Accept"))
    expect.code(406, exchange, accepting(accept, call("image.list")))


@verifies("error.300")
def test_300_from_version_discovery(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.send("GET", "/", operation=DISCOVERY, headers={"Accept": "application/json"})
    if exchange.response.status != 300:
        raise NotExercised(Phrase.of("no-choices", status=exchange.response.status))
    expect.code(300, exchange, Phrase.of("version-discovery"))
    offered = any(isinstance(value, list | dict) and value for value in answered(exchange).values())
    expect("error.300", offered, Deviation("offers-no-choice"), exchange)
