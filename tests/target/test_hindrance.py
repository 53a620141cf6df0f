"""What is said of an answer to a login from which nothing can be read, though it looks like a success."""

from __future__ import annotations

import pytest

from conformance.model.message import Headers, Request, Response
from conformance.target.hindrance import hindrance

ASKED = Request("POST", "http://here:5000/v3/auth/tokens")


def said(status: int, body: bytes = b"{}", **fields: str) -> str:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return hindrance(ASKED, Response(status, headers=Headers.of(named), body=body), "http://here:5000/v3/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_with_where_it_leads_and_the_auth_url_that_it_means(status: int) -> None:
    due = (
        f"redirects POST /v3/auth/tokens ({status}) to https://there/identity/v3/auth/tokens; not followed: "
        "if that is your identity service, set auth_url to https://there/identity/v3"
    )
    assert due == said(status, Location="https://there/identity/v3/auth/tokens")


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/login?next=secret-word", "to http://here:5000/...; "),
        ("https://me:secret-word@there/x#secret-word", "to https://there/...; "),
        ("https://there/", "to https://there/; "),
        ("https://there/auth", "to https://there/auth; "),
        ("https://there/sso;jsessionid=secret-word", "to https://there/...; "),
        ("https://there/go/https://me:secret-word@inside/v3", "to https://there/...; "),
        ("https://there/" + "x" * 90 + "/secret-word/auth/tokens", "to https://there/...; "),
        ("file:///etc/passwd", "to what is no HTTP address; "),
        ("https://[", "to what is no HTTP address; "),
        ("https://there:port/", "to what is no HTTP address; "),
        ("https://there/" + "x" * 5000, "to https://there/...; "),
        ("https://" + "x" * 5000, f"to https://{'x' * 112}...; "),
        ("https://there/" + "x" * 5000 + "/auth/tokens", "to https://there/...; "),
    ],
)
def test_a_redirect_elsewhere_is_told_shortly_and_without_what_may_be_secret(location: str, leads: str) -> None:
    line = said(302, Location=location)
    assert f"(302) {leads}not followed: set auth_url to where the identity service is" in line
    assert "secret-word" not in line


def test_a_redirect_out_of_tls_is_no_advice_to_go_there() -> None:
    asked = Request("POST", "https://here/v3/auth/tokens")
    answer = Response(301, headers=Headers.of({"Location": "http://here/v3/auth/tokens"}))
    line = hindrance(asked, answer, "https://here/v3")
    assert "to http://here/v3/auth/tokens; not followed: that is without TLS" in line
    assert "set auth_url" not in line


def test_a_redirect_that_leads_nowhere_is_told() -> None:
    assert "redirects POST /v3/auth/tokens (307) without saying where to" in said(307)


def test_what_is_packed_is_told_with_its_coding() -> None:
    assert "is packed (Content-Encoding: gzip), which was not asked for" in said(
        201, b"\x1f\x8b", Content_Encoding="gzip"
    )


def test_what_is_cut_short_is_told_with_its_bytes() -> None:
    assert "cut short: 2 of the 9999 bytes that it announces" in said(201, Content_Length="9999")


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (201, {}),
        (201, {"Content_Length": "2"}),
        (201, {"Content_Length": "many"}),
        (201, {"Content_Encoding": "identity"}),
        (201, {"Content_Encoding": "gzip"}),  # says so, and is not packed
        (300, {"Location": "https://there/"}),
        (304, {"Location": "https://there/"}),
        (401, {"Content_Encoding": "gzip", "Content_Length": "9999"}),
    ],
)
def test_nothing_is_said_of_what_can_be_read_or_refuses(status: int, fields: dict[str, str]) -> None:
    assert "" == said(status, **fields)
