"""Listing images (document lines 479-605): every image is there, as show has it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from conformance.judge.members import place_of
from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import active_image, answered, image, listed, row
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import LIST, as_shown, disorder, ids, other_number

FEWEST, SEVERAL = 3, 11
"""Images of a list that is to be whole: more than ten, for a list may be cut there without a word."""


@verifies("image.list.response.200", "image.list.response.200.images*", "image.list.complete", smoke=True)
def test_a_list_holds_a_new_image_and_not_a_deleted_one(cloud: ImageClient, expect: Expect) -> None:
    kept, gone = image(cloud), image(cloud)
    cloud.delete(gone.id)
    exchange = cloud.list({"limit": 100, "sort_key": "created_at", "sort_dir": "desc"})
    if not expect.status("image.list.response.200", exchange, 200):
        exchange = cloud.list()
    found = ids(listed(exchange))
    expect("image.list.complete", kept.id in found, Deviation("not-listed"), exchange)
    deleted = Deviation("still-there", terms=(("where", "listed"),))
    expect("image.list.complete", gone.id not in found, deleted, exchange)
    expect("image.list.complete", len(found) == len(set(found)), Deviation("listed-twice"), exchange)


def several(cloud: ImageClient) -> set[str]:
    """The ids of as many new images as a quota leaves room for, up to SEVERAL. Raises NotExercised for fewer than FEWEST."""
    made: set[str] = set()
    for _ in range(SEVERAL):
        try:
            made.add(image(cloud).id)
        except NotExercised:
            if len(made) < FEWEST:
                raise
            break
    return made


@verifies("image.list.complete", "image.list.query.limit")
def test_every_image_made_is_found_by_walking_the_pages(cloud: ImageClient, expect: Expect) -> None:
    made = several(cloud)
    few = cloud.list({"limit": FEWEST})
    found = ids(listed(few))
    body = few.response.json()
    goes_on = isinstance(body, dict) and bool(body.get("next"))  # a page may be smaller, if the rest is on the next one
    enough = len(found) == FEWEST or (goes_on and 0 < len(found) < FEWEST)
    expect("image.list.query.limit", enough, other_number(found, FEWEST, "limit"), few)
    pages = list(cloud.pages({"limit": 100}))
    found = [item for page in pages for item in ids(listed(page))]
    missing = made - set(found)
    lost = Deviation("on-no-page", seen=(("count", len(missing)),))
    expect("image.list.complete", not missing, lost, pages[-1], related=tuple(pages))


@verifies("image.list.example.request", smoke=True)
def test_the_example_request_is_answered(cloud: ImageClient, expect: Expect) -> None:
    example = str(cloud.contract.operations["image.list"].request_example)
    path = example.split(" ", 1)[1]
    exchange = cloud.send("GET", path, operation="image.list", headers={"Accept": "application/json"})
    if expect.status("image.list.example.request", exchange, 200, act=call(LIST, "example")):
        names = [str(item.name) for item in listed(exchange) if item.get("name") is not None]
        found = ids(listed(exchange))
        expect("image.list.example.request", len(found) <= 20, other_number(found, 20, "limit"), exchange)
        # Databases collate by case or not; a list is out of order only when it is so either way.
        orders: list[Callable[[str], str]] = [str, str.lower]
        ordered = (
            any(names == sorted(names, key=order) for order in orders)
            or len(names) < 2
            or not all(map(str.isascii, names))
        )
        expect("image.list.example.request", ordered, disorder("no-order", "name"), exchange)


@verifies("image.list.complete")
@pytest.mark.parametrize(
    "members",
    [{}, {"protected": True}, {"name": None}, {"visibility": "shared"}, {"conformance_property": "one 一"}],
    ids=lambda item: next(iter(item), "plain"),
)
def test_images_of_every_kind_are_listed(cloud: ImageClient, expect: Expect, members: dict[str, Any]) -> None:
    made = {image(cloud, **{"name": cloud.name(" 名"), "tags": [cloud.tag], **members}).id}
    if "name" not in members:
        made.add(active_image(cloud, b"listed", **{"name": cloud.name(" 名"), "tags": [cloud.tag], **members}).id)
    pages = list(islice(cloud.pages({"limit": 100, "sort_key": "created_at", "sort_dir": "desc"}), 20))
    found = {item for page in pages for item in ids(listed(page))}
    kind = next(iter(members), None)
    lost = (
        Deviation("not-listed-with", place=place_of(cloud.contract, LIST, kind))
        if kind is not None
        else Deviation("not-listed")
    )
    expect("image.list.complete", made <= found, lost, pages[0], related=tuple(pages))


@verifies("image.list.complete")
@pytest.mark.parametrize("state", ["queued", "active"])
def test_a_list_agrees_with_what_is_shown(cloud: ImageClient, expect: Expect, state: str) -> None:
    members = {
        "name": cloud.name(" 名"),
        "min_ram": 7,
        "tags": ["listed"],
        "protected": False,
        "conformance_property": "one 一",
    }
    made = active_image(cloud, b"listed", **members) if state == "active" else image(cloud, **members)
    found = row(cloud, made)
    exchange = cloud.show(made.id)
    seen = answered(exchange)
    if not found or not seen:
        raise NotExercised(Phrase.of("not-in-list-and-show"))
    as_shown(expect, cloud.contract, found, seen, exchange)
