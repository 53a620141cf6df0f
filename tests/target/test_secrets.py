"""No form of a secret survives redaction."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from echoes import echoes, told
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


@given(
    secret=st.text("abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789-_!", min_size=10, max_size=90),
    form=st.integers(0, 20),
    padding=st.integers(0, 200),
    cut=st.sampled_from([40, 77, 80, 160, 200]),
    mark=st.sampled_from(["", "...", "…", '..."']),
)
def test_a_secret_that_was_told_in_any_way_and_cut_anywhere_is_gone(
    secret: str, form: int, padding: int, cut: int, mark: str
) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    text = "." * padding + " " + echoes(secret)[form] + " and more of what was said" + " to us" * 30
    shown = known.line(text[:cut] + mark)
    assert set() == told(Path("/nowhere"), [secret], shown)


WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
PLANTED = (
    "JnDp_9d4xzQk7Lm2",
    "gAAAAABnR2xvcnkgdG8gdGhlIHRva2Vu-x_7Qk3Zp9LwYt5Vb1Nc8Md6Hf4Js2Ra0Ue",
    "pläntédKw9一二三四",
)


@pytest.mark.parametrize("secret", [*PLANTED, "q7!"])
@pytest.mark.parametrize("codec", WIDE)
def test_a_secret_in_a_body_of_wide_characters_is_gone_and_the_rest_can_be_read(codec: str, secret: str) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    shown = known.data(f"wrong: {secret}, said the server".encode(codec))
    assert "wrong: $V, said the server" == shown.decode(codec)


@pytest.mark.parametrize("secret", PLANTED)
@pytest.mark.parametrize("codec", WIDE)
@pytest.mark.parametrize("before", [b"", b"\xff\xfe\x01", b"GIF89a"])
def test_a_secret_of_wide_characters_in_bytes_that_are_no_text_is_gone(before: bytes, codec: str, secret: str) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    shown = known.data(before + secret.encode(codec) + b"\x80 and so on")
    assert secret[2:10].encode(codec.removesuffix("-le") + "-le" if codec[-3] != "-" else codec) not in shown
    assert shown.endswith(b"\x80 and so on")


def test_bytes_that_are_no_text_are_left_as_they_are() -> None:
    known = Secrets()
    known.learn(PLANTED[0], "$V")
    for data in (
        bytes(range(256)) * 3,
        b"\xff\xfe",
        b"\xff\xfe\0",
        b"\0",
        b"a\0b\0c",
        b"\0\0\xfe\xffabc",
        b"\xd8\0" * 9,
    ):
        assert data == known.data(data)


@pytest.mark.parametrize("secret", PLANTED)
@pytest.mark.parametrize("before", ["", "u:", "id:"])
@pytest.mark.parametrize("ways", ["bb", "bbb", "bh", "hb", "bhb"])
def test_a_secret_in_base64_or_hexadecimal_inside_of_each_other_is_gone(ways: str, before: str, secret: str) -> None:
    known = Secrets()
    known.learn(secret, "$V")
    packed = before + secret
    for way in ways:
        packed = base64.b64encode(packed.encode()).decode() if way == "b" else packed.encode().hex()
    for text in (
        packed,
        "\n".join(packed[at : at + 76] for at in range(0, len(packed), 76)),
        packed.replace("=", "%3D"),
    ):
        shown = known.text(f"it is {text} as it seems")
        assert "$V" in shown
        assert len(shown) < len(before) * 8 + 50
        assert ("it is ", " as it seems") == (shown[:6], shown[-12:])


def test_what_is_packed_and_no_secret_is_shown() -> None:
    known = Secrets()
    known.learn(PLANTED[0], "$V")
    text = base64.b64encode(base64.b64encode(b"nothing that anybody would hide")).decode()
    assert text == known.text(text)


@pytest.mark.parametrize("repeated", ["A", "6162", "YWJj", "TVRJek5EVTI=", "a\0", '{"id": "0f8b2c3d"},', "%2541"])
def test_a_body_of_a_megabyte_is_looked_through_in_little_time(repeated: str) -> None:
    known = Secrets()
    known.learn(PLANTED[0], "$V")
    known.learn(PLANTED[1], "$W")
    body = (repeated * (2**20 // len(repeated))).encode()
    began = time.process_time()
    assert body == known.data(body)
    assert 5 > time.process_time() - began


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


def test_what_an_answer_has_under_the_name_of_a_secret_is_taken_out_also_where_it_is_sent_back() -> None:
    record = recorded(b'{"box": {"adminPass": "Gen3rated-Word!", "pin": "888877"}}', b"Gen3rated-Word! of 888877")
    first, second = record.exchanges
    sent_back = replace(second, request=replace(second.request, body=b"Gen3rated-Word!"))
    first, second = Secrets().record(replace(record, exchanges=(first, sent_back))).exchanges
    assert first.response.body == b'{"box": {"adminPass": "$REDACTED", "pin": "$REDACTED"}}'
    assert (second.request.body, second.response.body) == (b"$REDACTED", b"$REDACTED of 888877")


def test_what_stands_in_a_path_is_an_id_and_is_shown() -> None:
    own = "0dd0b2c76a6c4d0b9f3e6c1f6d3c9a51"
    record = recorded(f'{{"credential": "{own}"}}'.encode(), b"")
    first, second = record.exchanges
    asked = replace(second, request=replace(second.request, url=f"http://cloud/v2/boxes/{own}"))
    shown = Secrets().record(replace(record, exchanges=(first, asked))).exchanges
    assert (shown[0].response.body, shown[1].request.url) == (first.response.body, asked.request.url)


def test_what_the_run_has_sent_is_no_credential_of_the_server() -> None:
    body = b"no http://user:Kw9pT2xQv7Lr@host/"
    record = Secrets().record(recorded(body, sent=b'{"name": "http://user:Kw9pT2xQv7Lr@host/"}'))
    assert body == record.exchanges[0].response.body


@pytest.mark.parametrize(("value", "times"), [("s3cret-0f-ours", 1), ("", 0), (" \t", 0)])
def test_a_secret_is_told_of_once_and_what_is_blank_never(value: str, times: int) -> None:
    heard: list[tuple[str, str]] = []
    known = Secrets()
    known.tell = lambda *pair: heard.append(pair)
    for _ in range(3):
        known.learn(value, "$V")
    assert [(value, "$V")] * times == heard == known.learnt
