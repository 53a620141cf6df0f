"""Parameters of a list that hold together (document lines 479-605)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from conformance.generate.combinations import LEFT_OUT, together
from conformance.model.jsonvalue import in_utc, moment
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.run.reading import Members
from conformance.services.image.arrange import Image, active_image, comparable, image, listed, shown, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import (
    LIST,
    as_shown,
    disorder,
    fills,
    ids,
    other_number,
    query_of,
    selected,
    selects,
)


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
    for data in (b"stranger", b"", b"stranger"):  # newer than ours, so that they come first where a parameter is lost
        active_image(cloud, data) if data else image(cloud)
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
            expect("image.list.query.limit", fills(exchange, count), other_number(found, count, *given), exchange)
            if set(found) <= ours and len(found) == count:
                turned = found == sorted(ours, reverse=direction != "desc")[:most]
                expect("image.list.query.sort_dir", not turned, disorder("other-way-round", "id"), exchange)
                expect(
                    "image.list.query.sort_key", found == order[:most] or turned, disorder("no-order", "id"), exchange
                )
    for status, wanted in (("queued", queued), ("active", active)):
        exchange = cloud.list({"name": name, "status": status, "limit": 100})
        if expect.status("image.list.query.status", exchange, 200, act=call(LIST, "name-and-status")):
            met = selected(cloud, expect, "status", exchange, wanted)
            others = selects("others", "name", "status")
            expect("image.list.query.name", met.found <= ours, others, met.pages[-1])
            mine = met.found & ours
            right = mine == set(wanted) if met.whole else mine <= set(wanted)
            wrong = selects("not-exactly", "name", "status")
            expect("image.list.query.status", right, wrong, exchange, related=met.pages[1:])
        exchange = cloud.list({"name": name, "status": status, "limit": 1, "sort_key": "id", "sort_dir": "asc"})
        if exchange.response.status == 200:
            right = ids(listed(exchange)) == sorted(wanted)[:1]
            expect("image.list.query.status", right, selects("not-exactly", "name", "status", "limit"), exchange)


@verifies(
    "image.list.query.status",
    "image.list.query.changes-since",
    "image.list.query.limit",
    "image.list.query.sort_key",
    "image.list.query.sort_dir",
    "image.list.complete",
    long=True,
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
    hold_on_each_page(cloud, expect, name, images, since)


STATUSES = ("queued", "active")


def hold_on_each_page(cloud: ImageClient, expect: Expect, name: str, images: Sequence[Image], since: datetime) -> None:
    """Judge that a filter selects on the further pages what it selects on the first."""
    # Both statuses: which images come first depends on the order of a list that is not sorted.
    selected = [("status", status, {item.id for item in images if item.get("status") == status}) for status in STATUSES]
    changed = {item.id for item in images if (moment(str(item.get("updated_at"))) or since) >= since}
    for parameter, value, due in (*selected, ("changes-since", str(in_utc(since)), changed)):
        for page in cloud.pages({"name": name, parameter: value, "limit": 1}):
            if page.response.status == 200:
                others = set(ids(listed(page))) - due
                expect(query_of(parameter), not others, selects("others", parameter, "limit"), page)


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
    expect(query_of(blamed), fills(exchange, most), other_number(rows, most, blamed), exchange)
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
