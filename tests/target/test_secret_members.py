"""What the name of a member says of its value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.target.secret_members import names_secret, secret_values, shown_secrets


@pytest.mark.parametrize(
    "name",
    [
        *("password", "adminPass", "admin_pass", "db_passwords", "pwd", "userPwd", "passphrase", "psk", "pin", "otp"),
        *("secret", "client_secret", "secret_key", "secretKey", "apikey", "api_key", "API-Key", "X-Auth-Key"),
        *("auth_token", "accessToken", "token", "private_key", "privateKey", "pre_shared_key", "password_value"),
        *("shared_key", "rootPw", "sk", "auth_pass_phrase"),
    ],
)
def test_a_name_that_ends_in_a_word_for_secrets_holds_one(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("secret_ref", "secret_id", "token_type", "password_expires_at", "next_page_token", "continuationToken"),
        *("key", "key_name", "public_key", "keypair", "spinning", "compass", "pass_through", "mapping", "", "_"),
    ],
)
def test_a_name_that_speaks_of_a_secret_holds_none(name: str) -> None:
    assert not names_secret(name)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("member", "value", "found"),
    [
        ("adminPass", "Gen3rated!", ["Gen3rated!"]),
        ("passwords", ["first-of-two", "second-of-two"], ["first-of-two", "second-of-two"]),
        ("secret_key", 'a"quoted\\one', ['a"quoted\\one']),
        ("password", {"secret": "inner-one"}, ["inner-one"]),
        ("password", "short", []),
        ("passphrase", "four words with blanks", ["four words with blanks"]),
        ("password", {"value": "a-value-inside", "type": "of-some-kind"}, ["a-value-inside"]),
        ("pin", 493817, ["493817"]),
        ("pin", 4.93817, []),
        ("password", "***********", []),
        ("secret", "0dd0b2c7-6a6c-4d0b-9f3e-6c1f6d3c9a51", []),
        ("secret", "https://keys.example.com/v1/secrets/1", []),
        ("token_type", 1234567, []),
        ("secret", None, []),
        ("secret_ref", "not-a-secret", []),
    ],
)
def test_the_texts_under_such_a_name_are_secrets(indent: int | None, member: str, value: Any, found: list[str]) -> None:
    text = json.dumps({"box": {"name": "plain-words", member: value}}, indent=indent)
    assert [item.value for item in shown_secrets(text)] == found


def test_what_a_failure_says_of_a_member_in_words_is_a_message() -> None:
    text = '{"password": "must have more than six characters", "secret": "of-nobodys-concern"}'
    assert [item.value for item in shown_secrets(text, failure=True)] == ["of-nobodys-concern"]


def test_of_given_values_those_are_secrets_whose_name_has_a_word_for_them_anywhere() -> None:
    values = {
        "box": {"psk": "a", "pin": 88887777, "secret_ref": "b", "size": 3, "inner": {"api_key": ["c"]}, "token": True}
    }
    assert [*secret_values(values)] == [("psk", "a"), ("pin", "88887777"), ("secret_ref", "b"), ("api_key", "c")]
