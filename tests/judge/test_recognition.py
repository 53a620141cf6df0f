"""Of several operations on one method and path the body of a request tells which one it was."""

from __future__ import annotations

import pytest
from warehouse import warehouse

from conformance.judge.recognition import recognised
from conformance.model.contract import Contract
from conformance.model.message import Headers, Request

ACTION = "/v3/crates/c-1/action"


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the warehouse, which has three actions on one path."""
    return warehouse(tmp_path_factory.mktemp("warehouse"))


def sent(body: bytes, operation: str | None = "crate.act.os-move", path: str = ACTION) -> Request:
    return Request("POST", f"http://cloud{path}", Headers(), body, operation)


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'{"os-move": {"hall": "north"}}', "crate.act.os-move"),
        (b'{"os-close": null}', "crate.act.os-close"),
        (b'{"weigh": {"unit": "kg"}, "more": 1}', "crate.act.weigh"),
    ],
)
def test_the_member_of_a_body_names_the_operation(goods: Contract, body: bytes, meant: str) -> None:
    found = goods.match("POST", ACTION, body)
    assert found is not None
    assert (meant, meant) == (found.id, recognised(sent(body), goods).operation)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"os-open": null}', b"[]", b"{", b"\xff", b'{"os-move": {}, "os-close": null}']
)
def test_a_body_that_names_none_of_them_is_not_guessed(goods: Contract, body: bytes) -> None:
    assert goods.match("POST", ACTION, body) is None
    assert recognised(sent(body), goods) == sent(body)


def test_an_operation_that_has_its_path_for_itself_keeps_its_name(goods: Contract) -> None:
    body = b'{"os-move": {"hall": "north"}}'
    for request in (sent(body, "crate.create", "/v3/crates"), sent(body, None), sent(body, "unknown")):
        assert recognised(request, goods) == request
    found = goods.match("POST", "/v3/crates", body)
    assert found is not None
    assert found.id == "crate.create"
