"""The filters of a list (document lines 479-605): each selects exactly the images that it should."""

from __future__ import annotations

from conformance.model.jsonvalue import in_utc, moment
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import active_image, changed, image, listed, now, upload
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import LIST, ids, query_of, same_set, selects


@verifies("image.list.query.name", smoke=True)
def test_name_selects_by_exact_match(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name("-Exact")
    wanted = {image(cloud, name=name).id, image(cloud, name=name).id}
    for near in (name + "x", name[:-1]):
        image(cloud, name=near)
    exchange = cloud.list({"name": name})
    if expect.status("image.list.query.name", exchange, 200):
        same_set(cloud, expect, "name", wanted, exchange)


@verifies("image.list.query.name")
def test_a_name_that_is_longer_than_any_selects_none_or_is_refused(cloud: ImageClient, expect: Expect) -> None:
    image(cloud)
    for length in (256, 5000):  # a little longer, and longer than many servers take a URL
        exchange = cloud.list({"name": "n" * length, "limit": 1})
        if exchange.response.status < 300:
            expect("image.list.query.name", not listed(exchange), selects("others", "name"), exchange)


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
            found = ids(listed(exchange))
            deviation = selects("not-what-is" if due else "what-was", parameter)
            expect(query_of(parameter), (made.id in found) == due, deviation, exchange)
            expect(query_of(parameter), set(found) <= {made.id}, selects("others", parameter), exchange)


@verifies("image.list.query.status")
def test_status_selects_exactly_the_images_in_it(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    queued = {image(cloud, name=name).id, image(cloud, name=name).id}
    active = {active_image(cloud, b"status", name=name).id}
    for status, wanted in (("queued", queued), ("active", active), ("deactivated", set())):
        exchange = cloud.list({"name": name, "status": status})
        if expect.status("image.list.query.status", exchange, 200):
            same_set(cloud, expect, "status", wanted, exchange)
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
        same_set(cloud, expect, "changes-since", wanted, exchange)


@verifies("image.list.query.changes-since")
def test_changes_since_refuses_what_is_no_time(cloud: ImageClient, expect: Expect) -> None:
    expect.refused("image.list.query.changes-since", cloud.list({"changes-since": "yesterday"}))
