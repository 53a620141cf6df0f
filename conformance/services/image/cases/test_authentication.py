"""Authentication: what opens an operation and what does not (document lines 167-179, 256-272, 331-339).

A token proves itself on a resource, so that these cases call the operations on images; the token call itself is judged
by the cases of the identity service.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call, verifies
from conformance.services.identity.arrange import TOKEN_HEADER, login, token_call
from conformance.services.image.arrange import ABSENT, answered, image, shown
from conformance.services.image.client import ImageClient
from conformance.target.secrets import MADE_UP, UNSCOPED

OPERATIONS = ("image.list", "image.create", "image.patch", "image.download", "image.delete")
PATCH_BODY = b'[{"op": "replace", "path": "/min_ram", "value": 1}]'
NO_TOKENS: dict[str, str | None] = {
    "no-token": None,
    "empty-token": "",
    "garbage-token": f"{MADE_UP}token",
    "long-garbage-token": MADE_UP + "x" * 300,
}


def call_of(cloud: ImageClient, operation: str, image_id: str, **options: Any) -> Exchange:
    """A valid request to an operation, of this image where it addresses one; `options` are those of the client's
    call."""
    item, name = cloud.contract.operations[operation], cloud.name()
    bodies = {"image.create": json.dumps({"name": name}).encode(), "image.patch": PATCH_BODY}
    if operation == "image.create":
        cloud.journal.intend(name)
    headers = {"Content-Type": item.request_media_type} if operation in bodies else {}
    addressed = image_id if "{" in item.path else ""
    return cloud.call(operation, addressed, body=bodies.get(operation, b""), headers=headers, **options)


@verifies("auth.required", "error.401", smoke=True)
def test_each_operation_refuses_a_call_without_a_valid_token(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    before = shown(cloud, made.id)
    for operation in OPERATIONS:
        for how, token in NO_TOKENS.items():
            exchange = call_of(cloud, operation, made.id, anonymous=True, token=token)
            expect.code(401, exchange, call(operation, how))
            after = shown(cloud, made.id) if operation in {"image.patch", "image.delete"} else before
            expect("auth.required", after == before, Deviation("changed-without-a-token"), exchange)


@verifies("auth.required", "error.401")
@pytest.mark.parametrize(
    "how", ["half-a-token", "token-without-its-end", "token-and-more", "token-in-capitals", "token-with-another-letter"]
)
def test_what_is_like_a_valid_token_opens_nothing(cloud: ImageClient, expect: Expect, how: str) -> None:
    token = cloud.target.main.token()
    middle = len(token) // 2
    likes = {
        "half-a-token": token[:middle],
        "token-without-its-end": token[:-1],
        "token-and-more": token + "x",
        "token-in-capitals": token.upper(),
        "token-with-another-letter": token[:middle] + ("a" if token[middle] != "a" else "b") + token[middle + 1 :],
    }
    if likes[how] == token:
        raise NotApplicable(Phrase.of("token-without-letters"))
    cloud.secrets.learn(likes[how], "$OS_TOKEN_WRONG")
    exchange = cloud.call("image.list", query={"limit": 1}, anonymous=True, token=likes[how])
    expect.code(401, exchange, call("image.list", how))
    opened = exchange.response.status == 200
    expect("auth.required", not opened, Deviation("opened", terms=(("how", how),)), exchange)


@verifies("auth.token.project-scope", "auth.required", "error.401")
def test_each_operation_refuses_a_token_without_a_project(cloud: ImageClient, expect: Expect) -> None:
    body = login(cloud)
    body["auth"]["scope"] = "unscoped"
    unscoped = token_call(cloud, body, UNSCOPED).response.headers.get(TOKEN_HEADER)
    if not unscoped:
        raise NotExercised(Phrase.of("no-unscoped-token"))
    made = image(cloud)
    for operation in OPERATIONS:
        exchange = call_of(cloud, operation, made.id, token=unscoped, actor="main")
        # The document asks for a token of a project; what such a call gets instead of 401 may also be 403.
        status = exchange.response.status
        if status < 500:
            rows = answered(exchange)
            nothing = operation == "image.list" and bool(rows) and made.id not in json.dumps(rows)
            deviation = Deviation("taken-without-a-project", operation=operation, seen=(("status", status),))
            expect("auth.token.project-scope", status in {401, 403, 404} or nothing, deviation, exchange)
        there = shown(cloud, made.id) is not None
        expect("auth.required", there, Deviation("deleted-without-a-project"), exchange)


@verifies("transport.http", "catalogue.endpoint", smoke=True)
def test_the_endpoint_of_the_catalogue_answers_the_operations(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.list({"limit": 1})
    status = exchange.response.status
    expect("transport.http", 100 <= status <= 599, Deviation("no-http-status", seen=(("got", status),)), exchange)
    expect.status("catalogue.endpoint", exchange, 200, act=call("image.list", "at-the-endpoint"))


@verifies("header.x-project-id", smoke=True)
def test_the_project_may_be_named_in_a_header(cloud: ImageClient, expect: Expect) -> None:
    project = cloud.target.main.project_id
    header = {"X-Project-Id": project}
    made = cloud.create({"name": cloud.name()}, headers=header)
    if expect.status("header.x-project-id", made, 201, act=call("image.create", header="X-Project-Id")):
        expect.equal("header.x-project-id", project, answered(made).get("owner"), "owner", made)
    exchange = cloud.call("image.list", query={"limit": 1}, headers=header)
    expect.status("header.x-project-id", exchange, 200, act=call("image.list", header="X-Project-Id"))


@verifies("auth.required", "error.401")
def test_a_client_cannot_say_itself_who_it_is(cloud: ImageClient, expect: Expect) -> None:
    # What the middleware of OpenStack tells the service behind it; from a client it has to be dropped.
    project = cloud.target.main.project_id
    claims = {
        "X-Identity-Status": "Confirmed",
        "X-Project-Id": project,
        "X-Tenant-Id": project,
        "X-User-Id": "0" * 32,
        "X-Roles": "admin,member",
    }
    exchange = cloud.call("image.list", query={"limit": 1}, headers=claims, anonymous=True)
    expect.code(401, exchange, call("image.list", "claims-without-a-token"))
    opened = exchange.response.status == 200
    expect("auth.required", not opened, Deviation("opened", terms=(("how", "claims-without-a-token"),)), exchange)


@verifies("auth.token.header")
def test_a_token_in_another_place_is_none(cloud: ImageClient, expect: Expect) -> None:
    token = cloud.target.main.token()
    cloud.secrets.learn(token, "$OS_TOKEN")
    # In a query a token would stay in logs, so that a made-up one is sent there.
    places: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
        ("query", {"token": f"{MADE_UP}token"}, {}),
        ("Cookie", {}, {"Cookie": f"X-Auth-Token={token}; token={token}; auth_token={token}"}),
        ("Authorization", {}, {"Authorization": f"Bearer {token}"}),
        ("X-Subject-Token", {}, {"X-Subject-Token": token}),
    )
    for place, query, headers in places:
        exchange = cloud.call("image.list", query={"limit": 1, **query}, anonymous=True, headers=headers)
        taken = exchange.response.status < 400
        expect("auth.token.header", not taken, Deviation("token-taken-elsewhere", place=place), exchange)
    used = cloud.call("image.show", ABSENT, token=token)
    refused = used.response.status == 401
    expect("auth.token.header", not refused, Deviation("token-refused", place="X-Auth-Token"), used)
