"""What travels: headers as they stood on the wire, and what an answer says about its own body."""

from __future__ import annotations

import pytest

from conformance.model.jsonvalue import Unreadable
from conformance.model.message import Exchange, Headers, Request, Response

TWICE = Headers((("Vary", "a"), ("X-Other", "b"), ("vary", "c")))


def test_a_field_is_found_whatever_its_case_and_however_often_it_stands() -> None:
    assert ("a", "c") == TWICE.all("VARY")
    assert ("a", None, ()) == (TWICE.get("vary"), TWICE.get("absent"), TWICE.all("absent"))


def test_a_field_that_is_replaced_stands_once_and_the_first_is_left_as_it_was() -> None:
    assert TWICE.replaced("vary", "z").items == (("X-Other", "b"), ("vary", "z"))
    assert TWICE.replaced("vary", None).items == (("X-Other", "b"),)
    assert TWICE.all("vary") == ("a", "c")


@pytest.mark.parametrize(
    ("field", "kind"),
    [("application/json", "application/json"), (" Text/HTML ; charset=utf-8", "text/html"), ("", "")],
)
def test_a_media_type_has_no_parameters_and_no_case(field: str, kind: str) -> None:
    assert Response(200, headers=Headers.of({"content-type": field})).media_type == kind


def test_an_answer_without_a_content_type_has_no_media_type() -> None:
    assert Response(200).media_type is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b'{"a": Infinity}'])
def test_a_body_that_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        Response(200, body=body).json()


def test_a_request_that_addresses_no_operation_is_another() -> None:
    unknown, known = Request("GET", "http://c/x"), Request("GET", "http://c/v2/images", operation="image.list")
    assert [Exchange(1, item, Response(200)).operation for item in (unknown, known)] == ["other", "image.list"]


def test_what_is_held_for_long_has_no_body_of_an_answer_and_the_same_outline() -> None:
    exchange = Exchange(7, Request("GET", "http://cloud/v2/images"), Response(200, body=b"x" * 100, end=b"y"))
    assert (b"", b"", 200) == (exchange.bare.response.body, exchange.bare.response.end, exchange.bare.status)
    assert exchange.outline == exchange.bare.outline
