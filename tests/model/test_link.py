"""Where links lead: resolved as clients do, and told apart from what is still the same service."""

from __future__ import annotations

import pytest

from conformance.model.link import OTHER_ORIGIN, WEAKER_SCHEME, at_home, can_be_followed, elsewhere, resolved, root_of

ROOT = "http://cloud.example/compute"
ASKED = f"{ROOT}/v2/servers?limit=2"


@pytest.mark.parametrize(
    ("link", "due"),
    [
        ("/v2/servers?marker=a", f"{ROOT}/v2/servers?marker=a"),
        ("/v2.1/servers", f"{ROOT}/v2.1/servers"),
        ("/compute/v2/servers?marker=a", f"{ROOT}/v2/servers?marker=a"),
        ("?marker=a", f"{ROOT}/v2/servers?marker=a"),
        ("servers?marker=a", f"{ROOT}/v2/servers?marker=a"),
        ("/elsewhere", "http://cloud.example/elsewhere"),
        ("//inner.example/v2/servers", "http://inner.example/v2/servers"),
        ("http://inner.example:9292/v2/servers", "http://inner.example:9292/v2/servers"),
        ("/v2/servers#top", f"{ROOT}/v2/servers"),
    ],
)
def test_a_link_is_resolved_against_what_was_asked_and_below_the_root_when_it_has_a_version(
    link: str, due: str
) -> None:
    assert due == resolved(link, ASKED, ROOT)


UNPARSED = ("//\u2100.com:\u0660/", "http://[::1/v2/servers", "http://host:99999999/v2/servers")
"""References for which the library that takes URLs apart raises."""


@pytest.mark.parametrize("link", ["", "a b", "file:///v2", "http://", "http://host:port/", "mailto:a@b", *UNPARSED])
def test_what_is_no_address_of_http_cannot_be_followed(link: str) -> None:
    assert resolved(link, ASKED, ROOT) is None
    assert not can_be_followed(link)


@pytest.mark.parametrize(
    ("url", "due"),
    [
        (ASKED, ""),
        ("http://cloud.example:80/x", ""),
        ("HTTP://CLOUD.example/x", ""),
        ("https://cloud.example/x", ""),
        ("http://cloud.example:9292/x", OTHER_ORIGIN),
        ("http://other.example/x", OTHER_ORIGIN),
        ("http://cloud.example.other/x", OTHER_ORIGIN),
    ],
)
def test_another_host_or_port_is_elsewhere_and_a_stronger_scheme_is_not(url: str, due: str) -> None:
    assert due == elsewhere(url, ASKED)


def test_http_is_weaker_than_https() -> None:
    assert elsewhere("http://cloud.example/x", "https://cloud.example/y") == WEAKER_SCHEME
    assert elsewhere("https://cloud.example:443/x", "https://cloud.example/y") == ""


def test_what_leads_elsewhere_is_asked_for_at_home() -> None:
    foreign = "http://inner.example:9292/v2/servers?marker=a"
    assert at_home(foreign, ASKED, ROOT, "/v2/servers") == f"{ROOT}/v2/servers?marker=a"
    assert at_home(f"{ROOT}/other?x", ASKED, ROOT, "/v2/servers") == f"{ROOT}/other?x"


def test_the_root_is_what_stands_before_the_path_of_the_operation() -> None:
    assert root_of(ASKED, "/v2/servers") == ROOT
    assert root_of(f"{ROOT}/pages/3", "/v2/servers") == "http://cloud.example"
