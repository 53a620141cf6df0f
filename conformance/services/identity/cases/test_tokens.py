"""The token call (document lines 282-339). What a token opens is judged by the cases of the services that take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.run.reading import reading
from conformance.run.sending.client import Client
from conformance.services.identity.arrange import TOKEN_HEADER, login, token_call
from conformance.target.secrets import MADE_UP

TOKEN = "auth.token"


@verifies(
    "auth.token.response.201",
    "auth.token.response.201.*",
    "auth.token.project-scope",
    "auth.token.request",
    "auth.token.body.auth",
    smoke=True,
)
def test_the_token_call_gives_a_token_of_the_project(cloud: Client, expect: Expect) -> None:
    exchange = token_call(cloud, login(cloud))
    for requirement in ("auth.token.request", "auth.token.body.auth", "auth.token.response.201"):
        if not expect.status(requirement, exchange, 201):
            return
    project_id = reading(exchange).members("token").members("project").get("id")
    due = cloud.target.main.project_id
    expect.equal("auth.token.project-scope", due, project_id, "token.project.id", exchange)


@verifies("auth.token.body.auth", "auth.token.request", "error.400")
@pytest.mark.parametrize(
    ("requirement", "how", "body"),
    [
        ("auth.token.request", "empty-body", b""),
        ("auth.token.request", "no-json", b"{"),
        ("auth.token.request", "array", []),
        ("auth.token.body.auth", "no-auth", {}),
        ("auth.token.body.auth", "auth-is-a-string", {"auth": "me"}),
        ("auth.token.body.auth", "no-identity", {"auth": {}}),
        ("auth.token.body.auth", "methods-are-a-string", {"auth": {"identity": {"methods": "password"}}}),
    ],
)
def test_a_token_call_of_another_shape_is_refused(
    cloud: Client, expect: Expect, requirement: str, how: str, body: Any
) -> None:
    exchange = token_call(cloud, body)
    expect.refused(requirement, exchange, call(TOKEN, how))
    issued = exchange.response.headers.get(TOKEN_HEADER) is not None
    expect(requirement, not issued, Deviation("token-given", act=call(TOKEN, how)), exchange)


def _password(body: dict[str, Any]) -> None:
    body["auth"]["identity"]["password"]["user"]["password"] = f"{MADE_UP}password"


def _user(body: dict[str, Any]) -> None:
    body["auth"]["identity"]["password"]["user"]["id"] = "0" * 32


def _project(body: dict[str, Any]) -> None:
    body["auth"]["scope"] = {"project": {"id": "0" * 32}}


@verifies("auth.token.credentials", "error.401", smoke=True)
@pytest.mark.parametrize(
    ("how", "change"), [("wrong-password", _password), ("unknown-user", _user), ("unknown-project", _project)]
)
def test_wrong_credentials_get_no_token(
    cloud: Client, expect: Expect, how: str, change: Callable[[dict[str, Any]], None]
) -> None:
    body = login(cloud)
    change(body)
    exchange = token_call(cloud, body)
    expect.code(401, exchange, call(TOKEN, how))
    no_token(expect, exchange, how)


LIKE_THE_PASSWORD: dict[str, Callable[[str], str]] = {
    "half-of-the-password": lambda password: password[: len(password) // 2],
    "empty-password": lambda _password: "",
    "password-and-more": lambda password: f"{password}x",
    "password-in-another-case": str.swapcase,
}
MOST_PASSWORD = 72
"""Bytes that bcrypt looks at; what comes after them is of no account in many services."""


@verifies("auth.token.credentials")
def test_what_is_like_the_password_gets_no_token(cloud: Client, expect: Expect) -> None:
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


def looked_at(password: str) -> bytes:
    """The part of a password that every service looks at."""
    return password.encode()[:MOST_PASSWORD]


def no_token(expect: Expect, exchange: Exchange, how: str) -> None:
    """Judge that a token call was refused; `how` is a word of the vocabulary for what is wrong with the credentials."""
    issued = exchange.response.headers.get(TOKEN_HEADER) is not None
    ok = not issued and exchange.response.status >= 400
    expect("auth.token.credentials", ok, Deviation("token-given", act=call(TOKEN, how)), exchange)
