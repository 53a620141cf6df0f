"""Which parts of a text are a secret, and which only look like one."""

from __future__ import annotations

import base64

import pytest

from conformance.target.traces import Traces, shortened

TOKEN = "gAAAAABnR2xvcnkgdG8gdGhlIHRva2Vu-x_7Qk3Zp9LwYt5Vb1Nc8Md6Hf4Js2Ra0Ue"


def found(
    text: str, *secrets: str, names: tuple[str, ...] = (), cut: bool = False, headless: bool = False
) -> list[str]:
    """The parts of the text that are secrets."""
    traces = Traces()
    for secret in secrets:
        traces.learn(secret, "$V")
    traces.name(*names)
    return list(
        dict.fromkeys(
            text[item.start : item.end] for item in traces.find(text, cut=cut and shortened(text), headless=headless)
        )
    )


@pytest.mark.parametrize("start", [0, 7, 30])
@pytest.mark.parametrize("length", [12, 13, 20])
def test_a_piece_of_a_token_is_found(start: int, length: int) -> None:
    piece = TOKEN[start : start + length]
    assert [piece] == found(f"told {piece}, no more", TOKEN)


def test_a_few_characters_of_a_token_are_no_piece() -> None:
    assert [] == found("gAAAAABnR2 is how it begins", TOKEN)


@pytest.mark.parametrize("end", ["", "...", "…", '..."', "… (1800)"])
@pytest.mark.parametrize("length", [4, 11, 30])
def test_the_beginning_of_a_secret_at_the_end_of_a_shortened_text_is_found(end: str, length: int) -> None:
    text = f"no user of this name, and the token is {TOKEN[:length]}"
    assert [TOKEN[:length]] == found(text + end, TOKEN, cut=True)


@pytest.mark.parametrize("length", [4, 11, 30])
def test_the_end_of_a_secret_at_the_beginning_of_a_text_without_its_head_is_found(length: int) -> None:
    assert [TOKEN[-length:]] == found(f"{TOKEN[-length:]} and more", TOKEN, headless=True)


def test_a_text_that_is_too_short_to_have_been_shortened_ends_as_it_likes() -> None:
    assert [] == found("wrong password", "password1234", cut=True)


@pytest.mark.parametrize("text", ["it is abc.", '{"m": "abc"}', "abc", "u:abc@h", "x_abc", "YWJj"])
def test_a_short_secret_is_found_where_it_stands_alone(text: str) -> None:
    assert found(text, "abc") != []


@pytest.mark.parametrize("text", ["abcd", "xabc", "1abc2", "ABC"])
def test_a_short_secret_is_not_found_in_another_word(text: str) -> None:
    assert [] == found(text, "abc")


@pytest.mark.parametrize("secret", ["admin", "1", "2024", "x", "demo"])
@pytest.mark.parametrize(
    "text", ['"password": "{}"', "password={}", "wrong password '{}'", "passwd is {}", "http://u:{}@h"]
)
def test_an_everyday_word_is_found_where_the_text_says_that_it_is_a_secret(secret: str, text: str) -> None:
    assert [secret] == found(text.format(secret), secret)


@pytest.mark.parametrize(
    ("secret", "text"), [("admin", '"roles": ["admin"]'), ("1", '"size": 1, "n": "1"'), ("x", "x")]
)
def test_an_everyday_word_is_not_found_elsewhere(secret: str, text: str) -> None:
    assert [] == found(text, secret)


def test_a_name_of_the_configuration_is_shown_although_it_is_the_password() -> None:
    assert [] == found("user operations-team is unknown", "operations-team", names=("operations-team",))
    assert found("user operations-team is unknown", "operations-team") != []


PASSWORD = "JnDp_9d4xzQk7Lm2"


@pytest.mark.parametrize("length", [8, 10, 12, 15])
def test_half_of_a_password_is_found_at_its_beginning_and_at_its_end(length: int) -> None:
    assert [PASSWORD[:length]] == found(f"no user has {PASSWORD[:length]} here", PASSWORD)
    assert [PASSWORD[-length:]] == found(f"no user has {PASSWORD[-length:]} here", PASSWORD)


@pytest.mark.parametrize("length", [11, 14, 20])
def test_half_of_a_password_is_found_in_base64_too(length: int) -> None:
    text = base64.b64encode(PASSWORD.encode()).decode()[:length]
    assert [text] == found(f"it is {text}!", PASSWORD)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (PASSWORD, f"no more than {PASSWORD[:7]} of it"),
        (PASSWORD, f"and {PASSWORD[4:11]} of its middle"),
        ("Kw9pT2xQv7LrZu4Hy8Bn3MdJ", "less than half is Kw9pT2xQv7 of it"),
        ("management-2024", "the management of images"),
        ("administrators-1!xQ9tz", "administrators may do it"),
        ("resource-manager-17-b42", "a resource-manager is missing"),
        ("someResourceName!7x-a2", "someResourceName"),
        ("ubuntu22-server", "ubuntu22-image"),
        ("20241127194500", "2024112719 is a date"),
        ("password1234", "password123 is asked for"),
    ],
)
def test_a_little_of_a_password_and_the_words_in_it_are_shown(secret: str, text: str) -> None:
    assert [] == found(text, secret)


def test_of_two_passwords_that_begin_alike_as_much_is_found_as_there_is() -> None:
    assert "Kw9pT2xQ1-v7" in found("it is Kw9pT2xQ1-v7 here", "Kw9pT2xQ0-v7Lr", "Kw9pT2xQ1-v7Lr")


def test_the_beginning_of_a_password_that_stands_in_a_name_is_shown() -> None:
    assert [] == found("project k9x2w7q4-team", "k9x2w7q4-Zz", names=("k9x2w7q4-team",))
    assert ["k9x2w7q4-"] == found("project k9x2w7q4-team", "k9x2w7q4-Zz")


def test_a_secret_that_is_learnt_when_others_were_looked_for_is_found_with_them() -> None:
    traces = Traces()
    for number, secret in enumerate((TOKEN, PASSWORD, "q7!", "admin")):
        traces.learn(secret, f"$V{number}")
        assert [f"$V{number}"] == [item.shown for item in traces.find(f"password={secret} ")][:1]
    traces.learn(PASSWORD, "$RENAMED")
    shown = {item.shown for item in traces.find(f"{TOKEN} {PASSWORD}")}
    assert {"$V0", "$RENAMED"} == shown
