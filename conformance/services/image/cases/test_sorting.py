"""The order of a list (document lines 479-605): each sort key, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, verifies
from conformance.services.image.arrange import Image, comparable, image, listed, now
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import disorder, fills, ids, other_number, query_of


def four_images(cloud: ImageClient, most: int = 4, pauses: tuple[int, ...] = (), **members: Any) -> list[Image]:
    """Images whose order differs by every key, and by the length of their names, so that an order by another key cannot
    pass for the one asked for.

    `members` are the same for all of them; `most` of them are made, with a pause before those whose numbers are
    in `pauses`. Among the first three the first is the middle one by every key.
    """
    stem, mark = cloud.name(), cloud.uuid()[1:]
    rows = zip("2031", "1302", ("qcow2", "raw", "iso", "vmdk"), ("docker", "ovf", "bare", "ami"), strict=True)
    made: list[Image] = []
    for number, (rank, letter, disk, container) in enumerate(islice(rows, most)):
        if number in pauses:
            cloud.wait(1.1)
        own = {
            "id": f"{rank}{mark}",
            "name": f"{stem}-{letter}{'x' * (3 - int(letter))}",
            "disk_format": disk,
            "container_format": container,
        }
        made.append(image(cloud, tags=[cloud.tag], **{**own, **members}))
    return made


def in_order_of(cloud: ImageClient, query: dict[str, Any], ours: Sequence[Image]) -> tuple[Any, list[str]]:
    """The first page of a sorted list and our images in its order; by their name when the pages of all images lose
    them."""
    exchange, found = ours_in_order(cloud, query, ours)
    names = {str(item.get("name")) for item in ours}
    if exchange.response.status == 200 and len(found) < len(ours) and len(names) == 1:
        return ours_in_order(cloud, {"name": names.pop(), **query}, ours)
    return exchange, found


def ours_in_order(cloud: ImageClient, query: dict[str, Any], ours: Sequence[Image]) -> tuple[Any, list[str]]:
    """The first page that a sorted list gives, and the ids of our images in the order of its pages."""
    wanted = set(ids(ours))
    found: list[str] = []
    pages = list(islice(cloud.pages({"limit": 100, **query}), 20))
    for page in pages:
        if page.response.status != 200:
            return page, []
        found += [item for item in ids(listed(page)) if item in wanted]
        if len(found) >= len(wanted):
            break
    return pages[0], found


def judge_orders(
    cloud: ImageClient, expect: Expect, names: tuple[str, str], key: str, ours: Sequence[Image], values: list[Any]
) -> None:
    """Whether both directions order our images by these values; a wrong direction is told apart from a wrong key."""
    if not comparable(values):
        raise NotExercised(Phrase.of("nothing-to-sort-by", key=key))
    by_id = {item.id: value for item, value in zip(ours, values, strict=True)}
    key_name, dir_name = names
    alone = cloud.list({key_name: key, "limit": 1})
    if not expect.status(query_of(key_name), alone, 200, act=Phrase.of("sorted", by=key_name, value=key)):
        return
    right: dict[str, bool] = {}
    exchange = alone
    for direction in ("asc", "desc"):
        exchange, found = in_order_of(cloud, {key_name: key, dir_name: direction}, ours)
        if not expect.status(query_of(dir_name), exchange, 200, act=Phrase.of("sorted", by=dir_name, value=direction)):
            return
        if len(found) < len(ours):
            raise NotExercised(Phrase.of("not-on-the-first-pages"))
        got = [by_id[item] for item in found]
        right[direction] = got == sorted(got, reverse=direction == "desc")
    terms, key_holds = (("key", key),), any(right.values())
    expect(query_of(key_name), key_holds, Deviation("no-order", place=key_name, terms=terms), exchange)
    if key_holds:
        deviation = Deviation("wrong-direction", place=dir_name, terms=terms)
        expect(query_of(dir_name), all(right.values()), deviation, exchange)


@verifies("image.list.query.sort_key", "image.list.query.sort_dir", smoke=True)
def test_each_sort_key_orders_both_ways(cloud: ImageClient, expect: Expect) -> None:
    named = four_images(cloud)
    judge_orders(cloud, expect, ("sort_key", "sort_dir"), "name", named, [item.get("name") for item in named])
    made = four_images(cloud, name=cloud.name())
    for key in ("id", "disk_format", "container_format"):
        judge_orders(cloud, expect, ("sort_key", "sort_dir"), key, made, [item.get(key) for item in made])


@verifies("image.list.query.sort_key", "image.list.query.sort_dir")
def test_sizes_and_statuses_order_both_ways(cloud: ImageClient, expect: Expect) -> None:
    # A service may look into what is uploaded and refuse what is not of the format.
    name = cloud.name()
    made = four_images(cloud, name=name, disk_format="raw", container_format="bare")
    sizes: list[Any] = [3, 1, 200, 10]  # in another order when they are compared as text
    for item, size in zip(made, sizes, strict=True):
        cloud.upload(item.id, b"x" * size)
    seen = [now(cloud, item.id) for item in made]
    if any(item.get("status") != "active" for item in seen):
        raise NotExercised(Phrase.of("not-as-made-for-a-list"))
    # By what each is said to have: a file that was stored otherwise is another finding.
    shown_sizes: list[Any] = [item.get("size") for item in seen]
    sizes = shown_sizes if comparable(shown_sizes) else sizes
    judge_orders(cloud, expect, ("sort_key", "sort_dir"), "size", made, sizes)
    mixed = [
        image(cloud, name=name, id=item.id[:-1] + ("f" if item.id[-1] != "f" else "e")) for item in made[:2]
    ] + made[2:]
    judge_orders(cloud, expect, ("sort_key", "sort_dir"), "status", mixed, ["queued", "queued", "active", "active"])


@verifies("image.list.query.sort_key", "image.list.query.sort_dir")
def test_times_order_both_ways(cloud: ImageClient, expect: Expect) -> None:
    # One image, a second later two, another second later a change of the one. It is the middle one by every other key,
    # and by the times it is the first or the last.
    made = four_images(cloud, most=3, name=cloud.name(), pauses=(1,))
    cloud.wait(1.1)
    cloud.replace(made[0].id, min_ram=1)
    for key in ("created_at", "updated_at"):
        values = [moment(str(now(cloud, item.id).get(key))) for item in made]
        if None in values or values[0] in values[1:]:
            raise NotExercised(Phrase.of("same-a-second-apart", key=key))
        judge_orders(cloud, expect, ("sort_key", "sort_dir"), key, made, values)


@verifies("image.list.query.sort_key", "image.list.query.sort_dir")
def test_sort_values_that_do_not_exist_are_refused(cloud: ImageClient, expect: Expect) -> None:
    expect.refused("image.list.query.sort_key", cloud.list({"sort_key": "no_such_key"}))
    expect.refused("image.list.query.sort_dir", cloud.list({"sort_key": "name", "sort_dir": "up"}))


@verifies("image.list.query.sort-key", "image.list.query.sort-dir")
def test_the_hyphenated_sort_parameters_order_too(cloud: ImageClient, expect: Expect) -> None:
    made = four_images(cloud)
    judge_orders(cloud, expect, ("sort-key", "sort-dir"), "id", made, ids(made))


@verifies("image.list.query.limit", "image.list.query.sort_key", "image.list.query.sort_dir")
def test_another_spelling_is_refused_or_means_the_same(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    made = sorted(ids(four_images(cloud, name=name)))
    for text, limit in SPELLINGS.items():
        exchange = cloud.list({"name": name, "limit": text})
        if exchange.response.status == 200:
            found, due = ids(listed(exchange)), min(limit, len(made))
            deviation = other_number(found, due, "name", "limit").where(limit=text)
            expect("image.list.query.limit", fills(exchange, due), deviation, exchange)
    for key, direction in ((" id", "asc"), ("ID", "asc"), ("id", " desc"), ("id", "DESC"), ("id", "Asc")):
        exchange = cloud.list({"name": name, "sort_key": key, "sort_dir": direction})
        if exchange.response.status != 200:
            continue
        right = ids(listed(exchange)) == sorted(made, reverse=direction.strip().lower() == "desc")
        blamed, how = ("sort_key", "no-order") if key != "id" else ("sort_dir", "other-way-round")
        expect(query_of(blamed), right, disorder(how, key), exchange)


SPELLINGS = {"+2": 2, " 2": 2, "02": 2, "２": 2, "2.0": 2, "2e0": 2, "0_2": 2, "1_0": 10}
"""Spellings of a number that can mean no other one."""
