"""The whole list (document lines 479-518, ruling 43): in every order, on pages of any size, each image is met once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from conformance.model.message import Exchange
from conformance.run.cases import Expect, verifies
from conformance.services.image.arrange import Image, answered, image, listed, unready, upload
from conformance.services.image.client import ImageClient
from conformance.services.image.pagewalk import (
    COMPLETE,
    DELETED,
    EACH_PAGE,
    NAME,
    Keys,
    Order,
    Others,
    all_judged,
    judge_changing,
    judge_whole,
    undisturbed,
    walk,
)
from conformance.services.image.selection import LIST, ids

DIRECTIONS = ("asc", "desc")
LARGE = 1000
"""A limit beyond any number of images of ours."""
FEW = 30
"""Images of a list that is walked in the smallest steps; a longer one is walked in larger ones."""


@dataclass(frozen=True, slots=True)
class Population:
    """Images of ours by id, each with its members as far as they are known, and their common name if they have one."""

    images: dict[str, dict[str, Any]]
    name: str = ""


RANKS = ("5", "2", "0", "b", "9", "7")
"""First digits of ids: they follow neither the order of creation nor any value."""


def same_name(cloud: ImageClient) -> Population:
    """Six images of one name, of which by each other key but the id three have nothing set and three are equal: on pages
    of two a border falls between equals and between those without a value, wherever these stand."""
    name, mark = cloud.name(), cloud.uuid()[1:]
    made: dict[str, dict[str, Any]] = {}
    for number, rank in enumerate(RANKS):
        filled = number % 2 == 1
        members = {"disk_format": "raw", "container_format": "bare"} if filled else {}
        item = image(cloud, name=name, id=f"{rank}{mark}", **members)
        made[item.id] = {**_known(item), "size": None, "status": "queued"}
        if filled:
            upload(cloud, item.id, b"the same")
            made[item.id] |= {"size": 8, "status": "active", "updated_at": None}
    return Population(made, name)


def other_names(cloud: ImageClient) -> Population:
    """Six images: without a name, of one name, and of names that differ in case only, two of each."""
    name, mark = cloud.name(), cloud.uuid()[1:]
    names = (None, f"{name}-Case", f"{name}-same", f"{name}-case", None, f"{name}-same")
    made = [
        image(cloud, name=own, id=f"{rank}{mark}", tags=[cloud.tag]) for rank, own in zip(RANKS, names, strict=True)
    ]
    return Population({item.id: {**_known(item), "name": own} for item, own in zip(made, names, strict=True)})


def _known(item: Image) -> dict[str, Any]:
    return {key: item.get(key) for key in ("id", "name", "disk_format", "container_format", "created_at", "updated_at")}


def sort_keys(cloud: ImageClient) -> tuple[str, ...]:
    """The keys that the contract sorts by."""
    parameters = {item.name: item.schema for item in cloud.contract.operations[LIST].query}
    return tuple(parameters.get("sort_key", {}).get("enum", ()))


def sampled(cloud: ImageClient, name: str) -> list[Order]:
    """The orders that every run walks: the list's own, and each key in both directions, in one of them by name and in
    the other without a filter; ids, which are never equal, once on larger pages; and two orders by two keys."""
    found = [Order((), 1, name), Order((), 2), Order((), LARGE)]
    for number, key in enumerate(sort_keys(cloud)):
        for turn, direction in enumerate(DIRECTIONS):
            if key == "name" and direction == "desc":
                continue  # names are walked by themselves
            filtered = key == "name" or (number + turn) % 2 == 0
            found.append(
                Order(((key, direction),), 3 if (key, direction) == ("id", "asc") else 2, name if filtered else "")
            )
    two = (("disk_format", "asc"), ("size", "desc")), (("status", "desc"), ("name", "asc"))
    return [*found, *(Order(keys, 2, name) for keys in two)]


def judge_orders(
    cloud: ImageClient, expect: Expect, population: Population, chosen: Sequence[Order], others: Others
) -> dict[Order, bool | None]:
    """Walk each order and judge it; gives whether each met all images once, None where others have disturbed every walk.
    Raises NotExercised when none was answered.

    A list of many images of others is walked in larger steps, so that a walk stays short.
    """
    due = population.images
    all_of_them = cloud.list({"limit": LARGE, "sort_key": "created_at", "sort_dir": "desc"})
    crowd = len(listed(all_of_them)) if all_of_them.response.status == 200 else 0
    first = cloud.list({"limit": 2})
    paged = answered(first).get("next") is not None
    whole: dict[Order, bool | None] = {}
    refused: list[Exchange] = []
    ends: list[Exchange] = []
    for order in chosen:
        if len(order.keys) > 1 and any(item.response.status >= 500 for item in ends):
            continue  # a key that fails by itself fails beside another, too
        limit = order.limit if order.name or crowd <= FEW else max(order.limit, crowd // 10)
        walked = undisturbed(cloud, replace(order, limit=limit), due, others)
        if walked is None:
            whole[order] = None
            continue
        if walked.pages[0].response.status != 200:
            refused.append(walked.pages[0])
        else:
            ends.append(walked.pages[-1])
            whole[order] = judge_whole(cloud, expect, walked, due, others, paged=paged)
    if len(refused) == len(chosen):
        raise unready(refused[-1])
    return whole


@verifies(COMPLETE, EACH_PAGE, NAME, DELETED, long=True)
def test_every_order_meets_each_image_once(cloud: ImageClient, expect: Expect) -> None:
    population, others = same_name(cloud), Others()
    whole = judge_orders(cloud, expect, population, sampled(cloud, population.name), others)
    judge_changes(cloud, expect, population, whole, CHANGES)
    all_judged(cloud, whole, others)


@verifies(COMPLETE, EACH_PAGE, NAME, DELETED, acceptance=True)
def test_every_order_limit_and_filter_meets_each_image_once(cloud: ImageClient, expect: Expect) -> None:
    population, others = same_name(cloud), Others()
    keys, limits = sort_keys(cloud), (1, 2, 3, LARGE)
    one: list[Keys] = [(), *(((key, direction),) for key in keys for direction in DIRECTIONS)]
    two: list[Keys] = [
        ((first, up), (second, down))
        for first, second in zip(keys, (*keys[1:], *keys[:1]), strict=True)
        for up, down in product(DIRECTIONS, repeat=2)
    ]
    chosen = [Order(order, limit, name) for order in one for limit in limits for name in (population.name, "")]
    chosen += [Order(order, 2, population.name) for order in two]
    whole = judge_orders(cloud, expect, population, chosen, others)
    judge_changes(
        cloud, expect, population, whole, [(how, order) for order in one for how in (DELETED_MARKER, NEW_ONE)]
    )
    all_judged(cloud, whole, others)


@verifies(COMPLETE, NAME)
def test_equal_missing_and_similar_names_are_each_met_once(cloud: ImageClient, expect: Expect) -> None:
    population, others = other_names(cloud), Others()
    chosen = [Order((("name", direction),), 1) for direction in DIRECTIONS]
    all_judged(cloud, judge_orders(cloud, expect, population, chosen, others), others)


# --- while others come and go ---------------------------------------------------------------------------------------

DELETED_MARKER, NEW_ONE = "deleted-marker", "new-one"
CHANGES: Sequence[tuple[str, Keys]] = (
    (DELETED_MARKER, ()),
    (NEW_ONE, ()),
    (DELETED_MARKER, (("disk_format", "asc"),)),
    (NEW_ONE, (("disk_format", "asc"),)),
    (DELETED_MARKER, (("size", "desc"),)),
    (NEW_ONE, (("id", "desc"),)),
)
"""What changes between the first two pages, and in which order they are: one goes, one comes."""


def judge_changes(
    cloud: ImageClient,
    expect: Expect,
    population: Population,
    whole: Mapping[Order, bool | None],
    changes: Sequence[tuple[str, Keys]],
) -> None:
    """Walk orders while the last image of the first page is deleted, or a new image comes before all others. What loses
    or repeats images while nothing changes is not judged again: an order that did, and one that was not walked by name
    when another was and did."""
    by_name = {order.keys for order in whole if order.name}
    lossy = {order.keys for order, right in whole.items() if not right}
    lossy_by_name = any(order.name and len(order.keys) < 2 and not right for order, right in whole.items())
    due = set(population.images)
    for change, keys in changes:
        if keys not in lossy and (keys in by_name or not lossy_by_name):
            order = Order(keys, 2, population.name)
            due = (
                one_goes(cloud, expect, order, due)
                if change == DELETED_MARKER
                else one_comes(cloud, expect, order, due)
            )


def one_goes(cloud: ImageClient, expect: Expect, order: Order, due: set[str]) -> set[str]:
    """Walk an order while the last image of its first page is deleted; gives the images that are left."""
    gone: set[str] = set()

    def delete_last(page: Exchange) -> None:
        last = ids(listed(page))[-1:]
        gone.update(item for item in last if item in due and cloud.delete(item).response.status < 300)

    walked = walk(cloud, order, delete_last)
    if walked.offered and gone:
        judge_changing(expect, walked, due - gone, gone, DELETED_MARKER)
    return due - gone


def one_comes(cloud: ImageClient, expect: Expect, order: Order, due: set[str]) -> set[str]:
    """Walk an order while an image is made that comes before all others; gives the images that are there then."""
    new: set[str] = set()
    walked = walk(cloud, order, lambda _page: new.add(first_of_all(cloud, order).id))
    if walked.offered:
        judge_changing(expect, walked, due, (), NEW_ONE)
    return due | new


def first_of_all(cloud: ImageClient, order: Order) -> Image:
    """A new image that comes before all others in this order of most services: without values, or with the greatest."""
    last = order.keys[:1] != () and order.keys[0][1] == "desc"
    members = {"disk_format": "vmdk", "container_format": "ovf"} if last else {}
    return image(cloud, name=order.name, id=f"{'f' if last else '0'}{cloud.uuid()[1:]}", **members)
