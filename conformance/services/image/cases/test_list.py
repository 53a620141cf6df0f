"""Listing images (document lines 479-605)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import pytest

from conformance.generate.combinations import LEFT_OUT, together
from conformance.judge.partition import place_of
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import can_be_sent, in_utc, moment, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.run.reading import Members
from conformance.services.image.arrange import (
    Image,
    active_image,
    answered,
    changed,
    comparable,
    image,
    listed,
    now,
    row,
    shown,
    unready,
    upload,
)
from conformance.services.image.client import ImageClient
from conformance.services.image.observation import values

LIST = "image.list"


def query_of(name: str) -> str:
    """The requirement of a parameter of the list."""
    return requirement_id.query(LIST, name)


def ids(images: Sequence[Image]) -> list[str]:
    """The ids of images, in their order."""
    return [str(item.get("id")) for item in images]


def selects(how: str, *names: str) -> Deviation:
    """That a list with these parameters selects the wrong images; `how` is a word of the vocabulary."""
    return Deviation("selects", terms=(("parameters", " ".join(names)), ("how", how)))


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


@verifies("image.list.complete")
def test_every_image_made_is_found_by_walking_the_pages(cloud: ImageClient, expect: Expect) -> None:
    made = {image(cloud).id for _ in range(3)}
    pages = list(cloud.pages({"limit": 100}))
    found = [item for page in pages for item in ids(listed(page))]
    missing = made - set(found)
    lost = Deviation("on-no-page", seen=(("count", len(missing)),))
    expect("image.list.complete", not missing, lost, pages[-1], related=tuple(pages))


@verifies("image.list.query.name", smoke=True)
def test_name_selects_by_exact_match(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name("-Exact")
    wanted = {image(cloud, name=name).id, image(cloud, name=name).id}
    for near in (
        name + "x",
        name[:-1],
        name.upper(),
        name.lower(),
        name + " ",
        name.replace("-", "_"),
        name.replace("E", "É"),
        name.replace("E", "Ｅ"),
    ):
        image(cloud, name=near)
    exchange = cloud.list({"name": name})
    if expect.status("image.list.query.name", exchange, 200):
        same_set(expect, "name", wanted, exchange)


@verifies("image.list.query.name")
@pytest.mark.parametrize("suffix", [" two words", " 镜像", " a+b&c=d%20", " a#b;c?d", " 'quoted\"", "/slash", " ß é İ"])
def test_name_selects_whatever_characters_it_has(cloud: ImageClient, expect: Expect, suffix: str) -> None:
    name = cloud.name(suffix)
    wanted = {image(cloud, name=name).id}
    image(cloud, name=cloud.name(suffix))
    exchange = cloud.list({"name": name})
    if expect.status("image.list.query.name", exchange, 200):
        same_set(expect, "name", wanted, exchange)


@verifies("image.list.query.name")
@pytest.mark.parametrize(
    ("suffix", "near"),
    [
        ("-a_b", "-axb"),
        ("-a%b", "-axxb"),
        ("-a*b", "-axb"),
        ("-a.b", "-axb"),
        (" a", "  a"),
        ("-a,b", "-a"),
        ("-a|b", "-a"),
    ],
)
def test_no_character_of_a_name_stands_for_others(cloud: ImageClient, expect: Expect, suffix: str, near: str) -> None:
    stem = cloud.name()
    wanted = {image(cloud, name=stem + suffix).id}
    image(cloud, name=stem + near)
    exchange = cloud.list({"name": stem + suffix})
    if expect.status("image.list.query.name", exchange, 200):
        same_set(expect, "name", wanted, exchange)


@verifies("image.list.query.name", "image.list.query.status")
def test_filters_follow_a_change(cloud: ImageClient, expect: Expect) -> None:
    old, new = cloud.name(" old"), cloud.name(" new")
    made = image(cloud, name=old, container_format="bare", disk_format="raw")
    cloud.journal.intend(new)
    changed(cloud.replace(made.id, name=new))
    upload(cloud, made.id, b"active now")
    active = now(cloud, made.id).get("status") == "active"
    rows: tuple[tuple[str, dict[str, str | int], bool], ...] = (
        ("name", {"name": old}, False),
        ("name", {"name": new}, True),
        ("status", {"name": new, "status": "queued"}, not active),
        *((("status", {"name": new, "status": "active"}, True),) if active else ()),
    )
    for parameter, query, due in rows:
        exchange = cloud.list(query)
        if expect.status(query_of(parameter), exchange, 200):
            there = made.id in ids(listed(exchange))
            deviation = selects("not-what-is" if due else "what-was", parameter)
            expect(query_of(parameter), there == due, deviation, exchange)


@verifies(
    "image.list.query.name",
    "image.list.query.status",
    "image.list.query.limit",
    "image.list.query.sort_key",
    "image.list.query.sort_dir",
)
def test_parameters_hold_together(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    queued = [image(cloud, name=name).id for _ in range(3)]
    active = [active_image(cloud, b"together", name=name).id for _ in range(2)]
    for _ in range(3):  # newer than ours, so that they come first where a parameter is lost
        active_image(cloud, b"stranger")
        image(cloud)
    ours = {*queued, *active}
    for direction in ("asc", "desc"):
        order = sorted(ours, reverse=direction == "desc")
        for most in (2, 100):
            exchange = cloud.list({"name": name, "sort_key": "id", "sort_dir": direction, "limit": most})
            if not expect.status("image.list.query.name", exchange, 200, act=call(LIST, "name-sorted-with-a-limit")):
                continue
            found, given = ids(listed(exchange)), ("name", "sort_key", "sort_dir", "limit")
            expect("image.list.query.name", set(found) <= ours, selects("others", *given), exchange)
            count = min(most, len(ours))
            expect("image.list.query.limit", len(found) == count, other_number(found, count, *given), exchange)
            if set(found) <= ours and len(found) == count:
                turned = found == sorted(ours, reverse=direction != "desc")[:most]
                expect("image.list.query.sort_dir", not turned, disorder("other-way-round", "id"), exchange)
                expect(
                    "image.list.query.sort_key", found == order[:most] or turned, disorder("no-order", "id"), exchange
                )
    for status, wanted in (("queued", queued), ("active", active)):
        exchange = cloud.list({"name": name, "status": status, "limit": 100})
        if expect.status("image.list.query.status", exchange, 200, act=call(LIST, "name-and-status")):
            found = ids(listed(exchange))
            expect("image.list.query.name", set(found) <= ours, selects("others", "name", "status"), exchange)
            right = set(found) & ours == set(wanted)
            expect("image.list.query.status", right, selects("not-exactly", "name", "status"), exchange)
        exchange = cloud.list({"name": name, "status": status, "limit": 1, "sort_key": "id", "sort_dir": "asc"})
        if exchange.response.status == 200:
            right = ids(listed(exchange)) == sorted(wanted)[:1]
            expect("image.list.query.status", right, selects("not-exactly", "name", "status", "limit"), exchange)


def other_number(found: list[str], due: int, *names: str) -> Deviation:
    """That a list with these parameters has another number of images than it should."""
    terms = (("parameters", " ".join(names)),)
    return Deviation("other-number", terms=terms, seen=(("got", len(found)), ("due", due)))


def disorder(how: str, key: str) -> Deviation:
    """That a list is not in order, or in the opposite one; `how` is a word of the vocabulary. The key is for the
    reader."""
    return Deviation("order", terms=(("how", how),), seen=(("key", key),))


@verifies(
    "image.list.query.status",
    "image.list.query.changes-since",
    "image.list.query.limit",
    "image.list.query.sort_key",
    "image.list.query.sort_dir",
    "image.list.complete",
)
def test_every_three_parameters_hold_together(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    formats = zip(("raw", "qcow2", "iso", "vmdk"), ("ovf", "docker", "bare", "ami"), strict=True)
    made = [image(cloud, name=name, disk_format=disk, container_format=container).id for disk, container in formats]
    made += [active_image(cloud, b"together", name=name).id for _ in range(2)]
    cloud.wait(1.1)
    for index in (1, 2, 4):  # three of them, and by disk_format neither in the order of creation nor in its reverse
        cloud.replace(made[index], min_ram=1)
    images = [item for item in (shown(cloud, image_id) for image_id in made) if item is not None]
    since = moment(str(images[1].get("updated_at"))) if len(images) == len(made) else None
    if since is None or [item.get("status") for item in images] != ["queued"] * 4 + ["active"] * 2:
        raise NotExercised(Phrase.of("not-as-made-for-a-list"))
    wanted = {
        "status": ("queued", "active", LEFT_OUT),
        "changes-since": (str(in_utc(since)), LEFT_OUT),
        "limit": (2, 100),
        "sort_key": ("disk_format", "updated_at", "id", LEFT_OUT),
        "sort_dir": ("asc", "desc", LEFT_OUT),
    }
    refused: list[Exchange] = []
    rows = together(wanted, strength=3)
    for chosen in rows:
        query = {"name": name, **{key: value for key, value in chosen.items() if value != LEFT_OUT}}
        exchange = cloud.list(query)
        if exchange.response.status != 200:
            refused.append(exchange)
            continue
        holds(expect, query, images, since, exchange)
        for item in images:
            found = next((found for found in listed(exchange) if found.get("id") == item.get("id")), Image(exchange))
            as_shown(expect, cloud.contract, found, item, exchange)
    if len(refused) == len(rows):
        raise unready(refused[-1])


def holds(expect: Expect, query: dict[str, Any], images: Sequence[Image], since: datetime, exchange: Exchange) -> None:
    """Judge a list of the images of one name by the other parameters of its query."""
    due = [item for item in images if query.get("status") in (None, item.get("status"))]
    rows = ids(listed(exchange))
    for parameter in ("status", "changes-since"):
        if parameter == "changes-since" and parameter in query:
            due = [item for item in due if (moment(str(item.get("updated_at"))) or since) >= since]
        if parameter in query:
            expect(query_of(parameter), set(rows) <= set(ids(due)), selects("others-together", parameter), exchange)
    found = [item for image_id in rows for item in due if item.get("id") == image_id]
    most = min(int(query["limit"]), len(due))
    # Too many is the limit's doing; too few that of the last filter, when there is one.
    filters = [parameter for parameter in ("status", "changes-since") if parameter in query]
    blamed = filters[-1] if len(rows) < most and filters else "limit"
    expect(query_of(blamed), len(rows) == most, other_number(rows, most, blamed), exchange)
    if len(found) == most and {"sort_key", "sort_dir"} <= query.keys():
        key, down = str(query["sort_key"]), query["sort_dir"] == "desc"
        values = {item.id: _value(item, key) for item in due}
        if not comparable(list(values.values())):
            return  # some have no time where others have one: no order is due, and a passive check has seen it
        got = [values[item.id] for item in found]
        order, turned = (sorted(values.values(), reverse=reverse)[:most] for reverse in (down, not down))
        other_way = got == turned != order
        expect("image.list.query.sort_dir", not other_way, disorder("other-way-round", key), exchange)
        expect("image.list.query.sort_key", got == order or other_way, disorder("no-order", key), exchange)


def _value(item: Members, key: str) -> Any:
    """What a sort compares: a time as a time, whatever it looks like as text."""
    text = str(item.get(key))
    return (moment(text) if key.endswith("_at") else None) or text


@verifies("image.list.query.name")
def test_a_name_that_no_image_has_selects_none(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.list({"name": cloud.name("-nobody")})
    if expect.status("image.list.query.name", exchange, 200):
        same_set(expect, "name", set(), exchange)


@verifies("image.list.query.status")
def test_status_selects_exactly_the_images_in_it(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    queued = {image(cloud, name=name).id, image(cloud, name=name).id}
    active = {active_image(cloud, b"status", name=name).id}
    for status, wanted in (("queued", queued), ("active", active), ("deactivated", set())):
        exchange = cloud.list({"name": name, "status": status})
        if expect.status("image.list.query.status", exchange, 200):
            same_set(expect, "status", wanted, exchange)
    unknown = cloud.list({"name": name, "status": "no_such_status"})
    if unknown.response.status == 200:
        expect(
            "image.list.query.status", not listed(unknown), selects("something-by-an-unknown-value", "status"), unknown
        )
    for status in ("queued", "active"):
        exchange = cloud.list({"status": status, "limit": 100})
        if exchange.response.status == 200:
            strangers = [item for item in listed(exchange) if item.get("status") not in (status, None)]
            expect("image.list.query.status", not strangers, selects("others", "status", "limit"), exchange)


@verifies("image.list.query.type")
def test_type_is_accepted(cloud: ImageClient, expect: Expect) -> None:
    for value in ("image", "snapshot"):
        expect.status("image.list.query.type", cloud.list({"type": value}), 200, act=call(LIST, parameter="type"))


@verifies("image.list.query.changes-since")
def test_changes_since_selects_by_the_last_change(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    stamp = moment(str(made.get("updated_at")))
    if stamp is None or in_utc(stamp, -60) is None or in_utc(stamp, 3600) is None:
        raise NotExercised(Phrase.of("no-time", member="updated_at"))
    name = made.name
    here, later = str(in_utc(stamp)), str(in_utc(stamp, 3600))
    for text, wanted in (
        (str(in_utc(stamp, -60)), {made.id}),
        (here, {made.id}),
        (later, set()),
        (later.replace("Z", ".000Z"), set()),
        (here.replace("Z", ".000Z"), {made.id}),
        (later.replace("Z", "+00:00"), set()),
        (here.replace("Z", "+08:00"), {made.id}),
        (here.replace("Z", "-08:00"), set()),
    ):
        exchange = cloud.list({"name": name, "changes-since": text})
        if not expect.status("image.list.query.changes-since", exchange, 200):
            return
        same_set(expect, "changes-since", wanted, exchange)


@verifies("image.list.query.changes-since")
def test_changes_since_refuses_what_is_no_time(cloud: ImageClient, expect: Expect) -> None:
    expect.refused("image.list.query.changes-since", cloud.list({"changes-since": "yesterday"}))


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
    sizes = [3, 1, 200, 10]  # in another order when they are compared as text
    for item, size in zip(made, sizes, strict=True):
        cloud.upload(item.id, b"x" * size)
    if any(now(cloud, item.id).get("status") != "active" for item in made):
        raise NotExercised(Phrase.of("not-as-made-for-a-list"))
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


@verifies("image.list.query.limit", smoke=True)
def test_limit_bounds_the_number_of_images(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    for _ in range(3):
        image(cloud, name=name)
    for limit, wanted in ((1, 1), (2, 2), (3, 3), (0, 0), (1000, 3)):
        exchange = cloud.list({"name": name, "limit": limit})
        if expect.status("image.list.query.limit", exchange, 200, act=Phrase.of("limited", limit=limit)):
            found = ids(listed(exchange))
            deviation = other_number(found, wanted, "name", "limit").where(limit=limit)
            expect("image.list.query.limit", len(found) == wanted, deviation, exchange)


@verifies("image.list.query.limit")
@pytest.mark.parametrize("value", ["-1", "ten", "1.5", "", "0x10"])
def test_a_limit_that_is_no_count_is_refused(cloud: ImageClient, expect: Expect, value: str) -> None:
    expect.refused("image.list.query.limit", cloud.list({"limit": value}), Phrase.of("limited", limit=value))


@verifies("image.list.query.limit", "image.list.query.sort_key", "image.list.query.sort_dir")
def test_another_spelling_is_refused_or_means_the_same(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    made = sorted(ids(four_images(cloud, name=name)))
    for text, limit in SPELLINGS.items():
        exchange = cloud.list({"name": name, "limit": text})
        if exchange.response.status == 200:
            found, due = ids(listed(exchange)), min(limit, len(made))
            deviation = other_number(found, due, "name", "limit").where(limit=text)
            expect("image.list.query.limit", len(found) == due, deviation, exchange)
    for key, direction in ((" id", "asc"), ("ID", "asc"), ("id", " desc"), ("id", "DESC"), ("id", "Asc")):
        exchange = cloud.list({"name": name, "sort_key": key, "sort_dir": direction})
        if exchange.response.status != 200:
            continue
        right = ids(listed(exchange)) == sorted(made, reverse=direction.strip().lower() == "desc")
        blamed, how = ("sort_key", "no-order") if key != "id" else ("sort_dir", "other-way-round")
        expect(query_of(blamed), right, disorder(how, key), exchange)


SPELLINGS = {"+2": 2, " 2": 2, "02": 2, "２": 2, "2.0": 2, "2e0": 2, "0_2": 2, "1_0": 10}
"""Spellings of a number that can mean no other one."""


@verifies("image.list.query.name")
def test_a_name_that_is_longer_than_any_selects_none_or_is_refused(cloud: ImageClient, expect: Expect) -> None:
    image(cloud)
    for length in (256, 5000):  # a little longer, and longer than many servers take a URL
        exchange = cloud.list({"name": "n" * length, "limit": 1})
        if exchange.response.status < 300:
            expect("image.list.query.name", not listed(exchange), selects("others", "name"), exchange)


@verifies("image.list.page.next", "image.list.page.complete")
@pytest.mark.parametrize("suffix", ["", " &=+#%20;页?"])
def test_pages_visit_each_image_once(cloud: ImageClient, expect: Expect, suffix: str) -> None:
    name = cloud.name(suffix)  # next has to carry it on, encoded
    made = [image(cloud, name=name).id for _ in range(5)]
    pages = list(cloud.pages({"name": name, "limit": 2, "sort_key": "id", "sort_dir": "asc"}))
    offered = isinstance(answered(pages[0]).get("next"), str)
    if not expect("image.list.page.next", offered, Deviation("missing", place="next"), pages[0]):
        return
    for page in pages:
        text = str(answered(page).get("next", ""))
        deviation = Deviation("no-uri", place="next", seen=(("got", short(text)),))
        expect("image.list.page.next", can_be_sent(text), deviation, page)
    for page in pages[1:]:
        status = page.response.status
        expect("image.list.page.next", status == 200, Deviation("leads-nowhere", status=status, place="next"), page)
    found = [item for page in pages if page.response.status == 200 for item in ids(listed(page))]
    seen = (("got", len(found)), ("different", len(set(found))), ("due", len(made)))
    once = Deviation("not-each-once", seen=seen)
    expect("image.list.page.complete", found == sorted(made), once, pages[-1], related=tuple(pages))
    last = answered(pages[-1])
    ended = bool(last) and "next" not in last
    expect("image.list.page.next", ended, Deviation("on-the-last-page", place="next"), pages[-1])


@verifies("image.list.query.name", "image.list.query.limit", "image.list.query.sort_key")
def test_filters_and_order_hold_on_every_page(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    image(cloud)
    # From the second page on, neither the order of ids nor that of creation is the one asked for.
    mark = cloud.uuid()[1:]
    wanted = {
        image(cloud, name=name, disk_format=disk, id=f"{rank}{mark}").id: disk
        for rank, disk in enumerate(("raw", "qcow2", "iso", "vmdk"))
    }
    image(cloud)
    pages = list(cloud.pages({"name": name, "limit": 1, "sort_key": "disk_format", "sort_dir": "desc"}))
    found = [item for page in pages for item in ids(listed(page))]
    right, whole = set(found) <= wanted.keys(), tuple(pages)
    expect("image.list.query.name", right, selects("others-on-a-later-page", "name"), pages[-1], related=whole)
    counts = [len(listed(page)) for page in pages]
    large = Deviation("larger-page", seen=(("got", max(counts)), ("due", 1)))
    expect("image.list.query.limit", max(counts) <= 1, large, pages[-1], related=whole)
    formats = [wanted[item] for item in found if item in wanted]
    lost = disorder("no-order-on-a-later-page", "disk_format")
    expect("image.list.query.sort_key", formats == sorted(formats, reverse=True), lost, pages[-1], related=whole)


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


def as_shown(expect: Expect, contract: Contract, found: Members, seen: Members, exchange: Exchange) -> None:
    """Judge that what a list shows of an image has nothing else than show."""
    for member in found.keys() & seen.keys():
        place, terms = place_of(contract, LIST, member), (("where", "listed"),)
        shown_and_listed = values(seen[member], found[member])
        deviation = Deviation("not-as-shown", place=place, terms=terms, seen=shown_and_listed, path=member)
        expect("image.list.complete", found[member] == seen[member], deviation, exchange)


def same_set(expect: Expect, parameter: str, wanted: set[str], exchange: Exchange) -> None:
    """Judge that a filter selects exactly the images that it should."""
    found = set(ids(listed(exchange)))
    expect(query_of(parameter), wanted <= found, selects("misses", parameter), exchange)
    expect(query_of(parameter), found <= wanted, selects("others", parameter), exchange)
