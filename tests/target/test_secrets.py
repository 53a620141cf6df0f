"""No form of a secret survives redaction."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.record import Record
from conformance.model.verdict import Run
from conformance.target.secrets import MADE_UP, Secrets

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "url": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "html": html.escape,
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
}
secrets = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=8, max_size=40)


@pytest.mark.parametrize("form", FORMS)
@given(secret=secrets, before=st.text(max_size=5), after=st.text(max_size=5))
def test_a_secret_is_gone_in_every_form(form: str, secret: str, before: str, after: str) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    shown = known.text(before + FORMS[form](secret) + after)
    assert "$V" in shown
    assert FORMS[form](secret).rstrip("=") not in shown.replace("$V", "")


@given(secret=secrets, shift=st.integers(0, 2))
def test_a_secret_inside_base64_is_gone(secret: str, shift: int) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    assert "$V" in known.text(base64.b64encode(b"x" * shift + secret.encode()).decode())


def test_an_exchange_loses_secrets_everywhere() -> None:
    known = Secrets()
    known.learn("s3cret-token", "$OS_TOKEN")
    request = Request("GET", "http://c/?t=s3cret-token", Headers((("X-Auth-Token", "s3cret-token"),)), b"s3cret-token")
    response = Response(200, "s3cret-token", Headers((("X-Echo", "s3cret-token"),)), b"\xff s3cret-token")
    shown = known.exchange(Exchange(1, request, response))
    assert "s3cret" not in repr(shown)
    assert shown.response.body == b"\xff $OS_TOKEN"


@pytest.mark.parametrize("name", ["X-Auth-Token", "x-subject-token", "Authorization", "Set-Cookie"])
def test_headers_that_hold_secrets_never_show_an_unknown_one(name: str) -> None:
    assert Secrets().headers(Headers(((name, "never-seen"),))).get(name) == "$REDACTED"


def test_tokens_that_the_suite_makes_up_are_shown() -> None:
    assert f"{MADE_UP}x" == Secrets().headers(Headers((("X-Auth-Token", f"{MADE_UP}x"),))).get("X-Auth-Token")


def test_a_word_that_is_no_secret_stays() -> None:
    known = Secrets()
    known.learn("abc", "$V")
    assert known.text("abcdef") == "abcdef"


def test_a_header_that_was_shown_before_its_secret_was_learnt_is_looked_at_again() -> None:
    secrets = Secrets()
    secrets.learn("first-secret-value", "$FIRST")
    assert secrets.text("later-secret-value") == "later-secret-value"
    secrets.learn("later-secret-value", "$LATER")
    assert secrets.text("later-secret-value") == "$LATER"


# --- credentials that an answer gives away ----------------------------------------------------------------------------


def recorded(*bodies: bytes, sent: bytes = b"") -> Record:
    run = Run("1", 1, "gate", "2026-01-01T00:00:00Z", 1.0, 1, "x", "1")
    request = Request("POST", "http://cloud/v2", body=sent)
    exchanges = [Exchange(number, request, Response(500, body=body)) for number, body in enumerate(bodies, start=1)]
    return Record(run=run, target={}, exchanges=tuple(exchanges))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"mysql://service:Kw9pT2xQv7Lr@db/x", b"mysql://service:$REDACTED@db/x"),
        (b"mysql://root:root@db/root", b"mysql://root:$REDACTED@db/root"),
        (b'{"m": "it says \\"password\\": \\"Kw9pT2xQv7Lr\\""}', b'{"m": "it says \\"password\\": \\"$REDACTED\\""}'),
        (
            b"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG\\n-----END",
            b"-----BEGIN PRIVATE KEY-----$REDACTED-----END",
        ),
    ],
)
def test_a_credential_in_an_answer_is_taken_out(body: bytes, shown: bytes) -> None:
    assert shown == Secrets().record(recorded(body)).exchanges[0].response.body


def test_it_is_taken_out_of_every_answer_once_it_was_seen_in_one() -> None:
    record = Secrets().record(recorded(b"it is Kw9pT2xQv7Lr", b"mysql://service:Kw9pT2xQv7Lr@db/x"))
    assert b"it is $REDACTED" == record.exchanges[0].response.body


def test_what_the_run_has_sent_is_no_credential_of_the_server() -> None:
    body = b"no http://user:Kw9pT2xQv7Lr@host/"
    record = Secrets().record(recorded(body, sent=b'{"name": "http://user:Kw9pT2xQv7Lr@host/"}'))
    assert body == record.exchanges[0].response.body
