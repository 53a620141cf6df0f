"""Links of answers: those that lead to another origin, and those that lead to another resource than their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import conformance.judge.link_checks  # noqa: F401  declares the check
from conformance.judge.registry import judge_exchange
from conformance.model.contract import Contract
from conformance.model.message import Exchange

Build = Callable[..., Exchange]
ID = "4d5d0496-d499-4407-a79b-013c4f89200c"
IMAGE: dict[str, Any] = {
    "id": ID,
    "name": "a",
    "self": f"/v2/images/{ID}",
    "file": f"/v2/images/{ID}/file",
    "schema": "/v2/schemas/image",
}
INNER = "http://inner.example:9292"


def seen(exchange: Exchange, contract: Contract) -> list[tuple[str, str, str]]:
    """(requirement, kind, place) of what the check of links finds."""
    return [
        (item.requirement, item.deviation.kind, item.deviation.place)
        for item in judge_exchange(exchange, contract)
        if item.deviation is not None and item.check == "links"
    ]


def page(**members: Any) -> bytes:
    return json.dumps({"images": [], **members}).encode()


@pytest.mark.parametrize("link", ["/v2/images?marker=a", "?marker=a", None])
def test_a_next_at_home_is_silent(contract: Contract, exchange: Build, link: str | None) -> None:
    assert seen(exchange("image.list", 200, page(next=link)), contract) == []


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        (f"{INNER}/v2/images?marker=a", "leads-elsewhere"),
        ("//inner.example/v2/images", "leads-elsewhere"),
        ("a b", "no-uri"),
        (5, "no-uri"),
    ],
)
def test_a_next_that_nobody_can_follow_breaks_the_list(
    contract: Contract, exchange: Build, link: Any, kind: str
) -> None:
    assert seen(exchange("image.list", 200, page(next=link)), contract) == [("image.list.complete", kind, "next")]
    assert contract.requirements["image.list.complete"].binding


def test_other_links_that_lead_elsewhere_are_advice(contract: Contract, exchange: Build) -> None:
    made = exchange(
        "image.create", 201, json.dumps(IMAGE).encode(), {"Location": f"{INNER}/v2/images/{ID}"}, method="POST"
    )
    assert seen(made, contract) == [("link.origin", "leads-elsewhere", "Location")]
    assert not contract.requirements["link.origin"].binding
    listed = page(first=f"{INNER}/v2/images", images=[{**IMAGE, "self": f"{INNER}/v2/images/{ID}"}])
    assert {place for _, _, place in seen(exchange("image.list", 200, listed), contract)} == {"first", "self"}


def test_a_link_in_a_row_leads_to_the_row(contract: Contract, exchange: Build) -> None:
    other = f"/v2/images/{ID[:-1]}0"
    assert seen(exchange("image.list", 200, page(images=[IMAGE])), contract) == []
    wrong = page(images=[{**IMAGE, "self": other, "file": f"{other}/file"}])
    assert seen(exchange("image.list", 200, wrong), contract) == [
        ("link.resource", "not-of-the-id", "self"),
        ("link.resource", "not-of-the-id", "file"),
    ]


def test_an_alternate_may_be_anywhere(contract: Contract, exchange: Build) -> None:
    def row(rel: str) -> bytes:
        return page(images=[{**IMAGE, "links": [{"rel": rel, "href": f"{INNER}/images/{ID}"}]}])

    assert seen(exchange("image.list", 200, row("alternate")), contract) == []
    assert seen(exchange("image.list", 200, row("self")), contract) == [
        ("link.origin", "leads-elsewhere", "links.href")
    ]
