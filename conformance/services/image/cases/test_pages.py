"""The limit of a list and its pages (document lines 479-605)."""

from __future__ import annotations

import pytest

from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import can_be_sent, short
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, verifies
from conformance.services.image.arrange import answered, image, listed, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.pagewalk import COMPLETE, NAME, Order, Others, PageWalk, all_judged, judge_whole, walk
from conformance.services.image.selection import disorder, fills, ids, other_number, selects

FEW = 8
"""Pages that three images can have, one on each, and some that are empty."""


@verifies("image.list.query.limit", NAME, COMPLETE, smoke=True)
def test_limit_bounds_a_list_and_its_pages_have_all_of_it(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    made = {image(cloud, name=name).id for _ in range(3)}
    due: dict[str, dict[str, str]] = {image_id: {} for image_id in made}
    whole: dict[Order, bool | None] = {}
    others = Others()
    for limit, wanted in ((1, 1), (2, 2), (3, 3), (0, 0), (1000, 3)):
        walked = walk(cloud, Order((), limit, name), most=FEW if 0 < limit < len(made) else 1)
        exchange = walked.pages[0]
        if not expect.status("image.list.query.limit", exchange, 200, act=Phrase.of("limited", limit=limit)):
            continue
        found = ids(listed(exchange))
        deviation = other_number(found, wanted, "name", "limit").where(limit=limit)
        expect("image.list.query.limit", fills(exchange, wanted), deviation, exchange)
        expect(NAME, set(found) <= made, selects("others", "name", "limit"), exchange)
        if 0 < limit < len(made):
            whole[walked.order] = judge_whole(cloud, expect, walked, due, others, paged=walked.offered)
            judge_sizes(expect, walked)
    all_judged(cloud, whole, others)


def judge_sizes(expect: Expect, walked: PageWalk) -> None:
    """Judge that no page holds more than was asked for."""
    pages = tuple(page for page in walked.pages if page.response.status == 200)
    most = max(len(listed(page)) for page in pages)
    large = Deviation("larger-page", seen=(("got", most), ("due", walked.order.limit)))
    expect("image.list.query.limit", most <= walked.order.limit, large, pages[-1], related=pages)


@verifies("image.list.query.limit")
@pytest.mark.parametrize("value", ["-1", "ten", "1.5", "", "0x10"])
def test_a_limit_that_is_no_count_is_refused(cloud: ImageClient, expect: Expect, value: str) -> None:
    expect.refused("image.list.query.limit", cloud.list({"limit": value}), Phrase.of("limited", limit=value))


@verifies("image.list.page.next", "image.list.page.complete")
def test_pages_visit_each_image_once(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name(" &=+#%20;页?")  # next has to carry it on, encoded
    made = [image(cloud, name=name).id for _ in range(5)]
    pages = list(cloud.pages({"name": name, "limit": 2, "sort_key": "id", "sort_dir": "asc"}))
    offered = isinstance(answered(pages[0]).get("next"), str)
    if not expect("image.list.page.next", offered, Deviation("missing", place="next"), pages[0]):
        return
    for page in pages:
        text = str(answered(page).get("next") or "")
        deviation = Deviation("no-uri", place="next", seen=(("got", short(text)),))
        expect("image.list.page.next", can_be_sent(text), deviation, page)
    for page in pages[1:]:
        status = page.response.status
        expect("image.list.page.next", status == 200, Deviation("leads-nowhere", status=status, place="next"), page)
    found = [item for page in pages if page.response.status == 200 for item in ids(listed(page))]
    met = set(found).intersection(made)
    for kind, got, wrong in (
        ("lost-in-pages", len(met), len(met) < len(made)),
        ("twice-in-pages", len(found), len(set(found)) < len(found)),
    ):
        seen = (("due", len(made)), ("got", got), ("limit", 2), ("order", "id asc"))
        deviation = Deviation(kind, terms=(("how", "between-pages"),), seen=seen)
        expect("image.list.page.complete", not wrong, deviation, pages[-1], related=tuple(pages))
    last = answered(pages[-1])
    ended = bool(last) and last.get("next") is None
    expect("image.list.page.next", ended, Deviation("on-the-last-page", place="next"), pages[-1])


@verifies(COMPLETE, NAME, "image.list.query.limit", "image.list.query.sort_key")
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
    walked = walk(cloud, Order((("disk_format", "desc"),), 1, name))
    due = {image_id: {"disk_format": disk} for image_id, disk in wanted.items()}
    others = Others()
    met_once = judge_whole(cloud, expect, walked, due, others, paged=walked.offered)
    found = walked.found
    whole = tuple(page for page in walked.pages if page.response.status == 200)
    if not whole:
        raise unready(walked.pages[0])
    judge_sizes(expect, walked)
    formats = [wanted[item] for item in found if item in wanted]
    lost = disorder("no-order-on-a-later-page", "disk_format")
    expect("image.list.query.sort_key", formats == sorted(formats, reverse=True), lost, whole[-1], related=whole)
    all_judged(cloud, {walked.order: met_once}, others)
