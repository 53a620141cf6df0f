"""The token call (document lines 282-339). What else a token opens is judged by the cases of the services that take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.producers import parameters_of
from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call, verifies
from conformance.run.reading import reading
from conformance.run.sending.client import Client
from conformance.services.identity.arrange import TOKEN_HEADER, login, token_call, token_operation, unready
from conformance.target.secrets import MADE_UP

SCOPE, CREDENTIALS = "auth.token.project-scope", "auth.token.credentials"


@verifies(
    "auth.token*.response.201",
    "auth.token*.response.201.*",
    SCOPE,
    "auth.token*.request",
    "auth.token*.body.auth",
    smoke=True,
)
def test_the_token_call_gives_a_token_of_the_project(cloud: Client, expect: Expect) -> None:
    own = token_operation(cloud).id
    exchange = token_call(cloud, login(cloud))
    promised = cloud.contract.requirements
    for requirement in (rid.request(own), rid.body(own, "auth"), rid.response(own, 201)):
        if requirement in promised and not expect.status(requirement, exchange, 201):
            return
    if SCOPE not in promised:
        return
    project_id = reading(exchange).members("token").members("project").get("id")
    due = cloud.target.main.project_id
    expect.equal(SCOPE, due, project_id, "token.project.id", exchange)


@verifies("auth.token*.response.201.x-subject-token", smoke=True)
def test_the_token_of_the_header_opens_a_call(cloud: Client, expect: Expect) -> None:
    requirement = rid.response_header(token_operation(cloud).id, 201, TOKEN_HEADER)
    if requirement not in cloud.contract.requirements:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement))
    operation = readable(cloud.contract, requirement)
    exchange = token_call(cloud, login(cloud))
    token = exchange.response.headers.get(TOKEN_HEADER)
    if not token:
        raise unready(exchange)
    limits = {"limit": 1} if "limit" in {item.name for item in operation.query} else {}
    used = cloud.call(operation.id, query=limits, token=token)
    if used.response.status == 403:
        raise unready(used)  # it is known, and whom it stands for may not read that
    act = call(operation.id, header=TOKEN_HEADER)
    due = [spec.status for spec in operation.responses]
    expect.status(requirement, used, *due, act=act)


def readable(contract: Contract, requirement: str) -> Operation:
    """The first operation that needs a token and nothing else. Raises NotApplicable where there is none to judge by."""
    for operation in contract.operations.values():
        needs = parameters_of(operation) or any(item.required for item in operation.query)
        if operation.method == "GET" and operation.secured and operation.responses and not needs:
            return operation
    raise NotApplicable(Phrase.of("not-promised", requirement=requirement))


@verifies("auth.token*.body.auth", "auth.token*.request", "error.400")
@pytest.mark.parametrize(
    ("member", "how", "body"),
    [
        ("", "empty-body", b""),
        ("", "no-json", b"{"),
        ("", "array", []),
        ("auth", "no-auth", {}),
        ("auth", "auth-is-a-string", {"auth": "me"}),
        ("auth", "no-identity", {"auth": {}}),
        ("auth", "methods-are-a-string", {"auth": {"identity": {"methods": "password"}}}),
    ],
)
def test_a_token_call_of_another_shape_is_refused(
    cloud: Client, expect: Expect, member: str, how: str, body: Any
) -> None:
    own = token_operation(cloud).id
    requirement = rid.body(own, member) if member else rid.request(own)
    if requirement not in cloud.contract.requirements:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement))
    exchange = token_call(cloud, body)
    expect.refused(requirement, exchange, call(own, how))
    issued = exchange.response.headers.get(TOKEN_HEADER) is not None
    expect(requirement, not issued, Deviation("token-given", act=call(own, how)), exchange)


def _password(body: dict[str, Any]) -> None:
    body["auth"]["identity"]["password"]["user"]["password"] = f"{MADE_UP}password"


def _user(body: dict[str, Any]) -> None:
    body["auth"]["identity"]["password"]["user"]["id"] = "0" * 32


def _project(body: dict[str, Any]) -> None:
    body["auth"]["scope"] = {"project": {"id": "0" * 32}}


@verifies(CREDENTIALS, "error.401", smoke=True)
@pytest.mark.parametrize(
    ("how", "change"), [("wrong-password", _password), ("unknown-user", _user), ("unknown-project", _project)]
)
def test_wrong_credentials_get_no_token(
    cloud: Client, expect: Expect, how: str, change: Callable[[dict[str, Any]], None]
) -> None:
    promises_it(cloud)
    body = login(cloud)
    change(body)
    exchange = token_call(cloud, body)
    expect.code(401, exchange, call(token_operation(cloud).id, how))
    no_token(expect, exchange, how)


LIKE_THE_PASSWORD: dict[str, Callable[[str], str]] = {
    "half-of-the-password": lambda password: password[: len(password) // 2],
    "empty-password": lambda _password: "",
    "password-and-more": lambda password: f"{password}x",
    "password-in-another-case": str.swapcase,
}
MOST_PASSWORD = 72
"""Bytes that bcrypt looks at; what comes after them is of no account in many services."""


@verifies(CREDENTIALS)
def test_what_is_like_the_password_gets_no_token(cloud: Client, expect: Expect) -> None:
    promises_it(cloud)
    right = str(login(cloud)["auth"]["identity"]["password"]["user"]["password"])
    wrong = {how: change(right) for how, change in LIKE_THE_PASSWORD.items()}
    told_apart = {how: text for how, text in wrong.items() if looked_at(text) != looked_at(right)}
    if not told_apart:
        raise NotExercised(Phrase.of("password-like-any"))
    for how, text in told_apart.items():
        if how == "password-and-more":
            # A login that succeeds: services that lock accounts count failures in a row.
            token_call(cloud, login(cloud))
        body = login(cloud)
        body["auth"]["identity"]["password"]["user"]["password"] = text
        cloud.secrets.learn(text, "$OS_PASSWORD_WRONG")
        no_token(expect, token_call(cloud, body), how)


def promises_it(cloud: Client) -> None:
    """Raise NotApplicable where the contract does not say that wrong credentials get no token."""
    if CREDENTIALS not in cloud.contract.requirements:
        raise NotApplicable(Phrase.of("not-promised", requirement=CREDENTIALS))


def looked_at(password: str) -> bytes:
    """The part of a password that every service looks at."""
    return password.encode()[:MOST_PASSWORD]


def no_token(expect: Expect, exchange: Exchange, how: str) -> None:
    """Judge that a token call was refused; `how` is a word of the vocabulary for what is wrong with the credentials."""
    issued = exchange.response.headers.get(TOKEN_HEADER) is not None
    ok = not issued and exchange.response.status >= 400
    expect(CREDENTIALS, ok, Deviation("token-given", act=call(exchange.operation, how)), exchange)
