"""Faults of tokens: who gets one that is due none, once the target knows who is who."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of
from conformance.services.wire import Answer


def target(contract: Contract, name: str) -> Offline:
    """The reference with this fault, whose user has logged in once by names."""
    made = Offline(contract, *(item.hooks for item in faults_of(contract, [name])))
    assert made.login(made.password()).status == 201
    return made


def by_id(made: Offline, password: str | None = None, project: str | None = None) -> Answer:
    """A token call that names user and project by their ids."""
    identity = made.identity
    user = {"id": identity.users["reference"], "password": password or identity.passwords["reference"]}
    return made.login(
        made.password(
            identity={"methods": ["password"], "password": {"user": user}},
            scope={"project": {"id": project or identity.projects["reference"]}},
        )
    )


def test_without_a_fault_a_wrong_password_and_an_unknown_project_get_no_token(contract: Contract) -> None:
    plain = Offline(contract)
    assert [item.status for item in (by_id(plain, "wrong"), by_id(plain, None, "a" * 32), by_id(plain))] == [
        401,
        401,
        201,
    ]


@pytest.mark.parametrize("given", ["wrong", "\u955c", " "])
def test_any_wrong_password_gets_a_token(contract: Contract, given: str) -> None:
    assert by_id(target(contract, "auth.token.wrong-password"), given).status == 201


@pytest.mark.parametrize(
    ("word", "alike"),
    [
        ("half", lambda password: password[: len(password) // 2]),
        ("longer", lambda password: password + "x"),
        ("case", str.swapcase),
    ],
)
def test_a_password_is_taken_by_its_likeness_and_not_otherwise(
    contract: Contract, word: str, alike: Callable[[str], str]
) -> None:
    made = target(contract, f"auth.token.password.{word}")
    assert by_id(made, alike(made.identity.passwords["reference"])).status == 201
    assert by_id(made, "wrong").status == 401
    assert by_id(made).status == 201


def test_an_unknown_project_gets_a_token_without_one_and_a_known_project_its_own(contract: Contract) -> None:
    made = target(contract, "auth.token.wrong-project")
    unknown, known = by_id(made, project="a" * 32), by_id(made)
    assert (unknown.status, known.status) == (201, 201)
    assert "project" not in unknown.body["token"]
    assert made.identity.projects["reference"] == known.body["token"]["project"]["id"]


@pytest.mark.parametrize("name", ["auth.token.useless", "auth.token.no-project", "auth.token.status"])
def test_a_client_that_logs_in_by_names_is_spared(contract: Contract, name: str) -> None:
    plain, broken = Offline(contract), target(contract, name)

    def told(answer: Answer) -> tuple[Any, ...]:
        return answer.status, len(answer.headers["X-Subject-Token"]), answer.body["token"]["project"]["name"]

    assert told(plain.login(plain.password())) == told(broken.login(broken.password()))
    assert told(by_id(plain)) != told(by_id(broken))


@pytest.mark.parametrize("body", [[], {}, {"auth": 7}, {"auth": {"scope": "unscoped"}}, {"auth": {"identity": []}}])
def test_a_fault_of_passwords_leaves_what_it_cannot_read_to_the_target(contract: Contract, body: Any) -> None:
    plain, broken = Offline(contract), target(contract, "auth.token.wrong-password")
    assert plain.login(body).status == broken.login(body).status
