"""Changing images (document lines 760-903): what is named is changed, and what is not stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from conformance.generate.combinations import LEFT_OUT, linked
from conformance.judge.members import FURTHER
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import Image, active_image, answered, changed, image, now, row, shown, without
from conformance.services.image.changing import PATCH, STAMPS, as_changed, as_stored, full_image, stored
from conformance.services.image.client import ImageClient
from conformance.services.image.drawn import levels, patch_rows
from conformance.services.image.marks import same
from conformance.services.image.observation import agrees, kept, values
from conformance.services.image.samples import CHANGES, PROPERTY, TEXTS


@verifies(
    "image.patch.response.200", "image.patch.response.200.*", "image.patch.stored", "image.patch.media-type", smoke=True
)
@pytest.mark.parametrize("member", CHANGES)
def test_a_replaced_member_is_answered_shown_and_listed(cloud: ImageClient, expect: Expect, member: str) -> None:
    before, after = CHANGES[member]
    if member == "name":
        before, after = cloud.name(), cloud.name(" 之后")
    made = image(cloud, **{member: before})
    cloud.journal.intend(str(after) if member == "name" else made.name)
    exchange = cloud.replace(made.id, **{member: after})
    expect.status("image.patch.media-type", exchange, 200, act=Phrase.of("documented-media-type"))
    expect.status("image.patch.response.200", exchange, 200, act=call(PATCH, member=member))
    if exchange.response.status != 200:
        return
    seen = now(cloud, made.id)
    places = {"answer": answered(exchange), "shown": seen}
    in_list = row(cloud, made, str(seen.get("name")))
    if member in in_list:
        places["listed"] = in_list
    for where, found in places.items():
        as_changed(expect, cloud, {member: after}, where, found, exchange)


@verifies("image.patch.unchanged", smoke=True)
def test_what_is_not_named_stays(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    neighbour = image(cloud, **{key: pair[1] for key, pair in CHANGES.items()} | {"name": before.get("name")})
    beside = shown(cloud, neighbour.id)
    for way in (0, 1):  # there, and back
        exchanges: list[Exchange] = []
        for member, pair in CHANGES.items():
            value = cloud.name() if member == "name" else pair[way]
            if member == "name":
                cloud.journal.intend(value)
            exchange = cloud.replace(image_id, **{member: value})
            changed(exchange)
            exchanges.append(exchange)
            seen = now(cloud, image_id)
            stays = without(before, member, *STAMPS)
            kept(expect, cloud.contract, "image.patch.unchanged", stays, seen, "another-member", exchange)
            before = seen
        still = shown(cloud, neighbour.id) == beside
        spread = Deviation("another-changed", terms=(("when", "change"),))
        expect("image.patch.unchanged", still, spread, exchanges[-1], related=tuple(exchanges))


@verifies("image.patch.stored")
def test_each_value_that_a_member_may_have_is_stored(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    for members in several_at_once(levels(cloud.contract)):
        exchange = cloud.replace(made.id, **members)
        if exchange.response.status == 200:
            as_stored(cloud, expect, made.id, members, exchange)
        else:  # which of them is refused
            for member, value in members.items():
                stored(cloud, expect, made.id, {member: value})


def several_at_once(allowed: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Each value of each member, in as few changes as there are values of the one with the most.

    Values that two enumerations have in common name one thing, and come together: they are the first of each.
    """
    words = {name: values for name, values in allowed.items() if all(isinstance(item, str) for item in values)}
    _, shared = linked(words)
    rows = {name: sorted(values, key=lambda item: (item not in shared, str(item))) for name, values in words.items()}
    for index in range(max(map(len, allowed.values()), default=0)):
        yield {name: values[index] for name, values in {**allowed, **rows}.items() if index < len(values)}


@verifies("image.patch.stored", "image.patch.unchanged")
def test_several_members_are_changed_at_once_and_the_others_stay(cloud: ImageClient, expect: Expect) -> None:
    image_id, due = full_image(cloud)
    for chosen in patch_rows(cloud.contract):
        pairs = {PROPERTY if name == "property" else name: pair for name, pair in chosen.items() if pair != LEFT_OUT}
        sent = {
            name: next((value for value in pair if not same(name, value, due.get(name))), pair[-1])
            for name, pair in pairs.items()
        }
        if "name" in sent:
            sent["name"] = cloud.name(sent["name"])
            cloud.journal.intend(sent["name"])
        if not sent:
            continue
        seen = stored(cloud, expect, image_id, sent)
        stays, exchange = without(due, *sent, *STAMPS), cloud.recorder.exchanges[-1]
        kept(expect, cloud.contract, "image.patch.unchanged", stays, seen, "several-members", exchange)
        due = seen


@verifies("image.patch.stored", "image.patch.operation.add")
def test_long_texts_and_names_in_any_case_are_stored_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    stored(cloud, expect, made.id, {"tags": list(TEXTS)})
    wanted = {
        "Conformance_Case": "One",
        "conformance-dash.dot:x": "1",
        "description": "描述 " * 80,
        **{f"conformance_{index}": text for index, text in enumerate(TEXTS)},
    }
    exchange = cloud.patch(made.id, [{"op": "add", "path": f"/{name}", "value": text} for name, text in wanted.items()])
    if expect.status("image.patch.operation.add", exchange, 200, act=call(PATCH, "with-texts-of-every-shape")):
        seen = now(cloud, made.id)
        for name, text in wanted.items():
            expect.equal("image.patch.operation.add", text, seen.get(name), FURTHER, exchange)


@verifies("image.patch.stored")
def test_members_of_an_image_with_data_are_changed_too(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"changed", **{name: pair[0] for name, pair in CHANGES.items() if name != "name"})
    for member, pair in CHANGES.items():
        if not member.endswith("_format"):  # upstream keeps the formats of an image with data
            after = cloud.name(" 之后") if member == "name" else pair[1]
            cloud.journal.intend(str(after) if member == "name" else made.name)
            stored(cloud, expect, made.id, {member: after})


@verifies("image.patch.unchanged")
def test_a_property_is_that_of_its_image_alone(cloud: ImageClient, expect: Expect) -> None:
    older = image(cloud)
    made = image(cloud, name=older.name)
    newer = image(cloud)
    before = [shown(cloud, item.id) for item in (older, newer)]
    exchange = cloud.patch(made.id, [{"op": "add", "path": "/conformance_alone", "value": "mine"}])
    changed(exchange)
    after = [shown(cloud, item.id) for item in (older, newer)]
    deviation = Deviation("another-changed", terms=(("when", "added-property"),))
    expect("image.patch.unchanged", after == before, deviation, exchange)


@verifies("image.patch.stored")
def test_a_name_may_be_changed_to_null(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, tags=[cloud.tag])
    stored(cloud, expect, made.id, {"name": None})


@verifies("image.patch.response.200.*", "image.patch.unchanged")
@pytest.mark.parametrize("state", ["queued", "active"])
def test_the_answer_of_a_change_is_what_is_shown(cloud: ImageClient, expect: Expect, state: str) -> None:
    members = {
        "name": cloud.name(" 一"),
        "tags": ["a"],
        "min_disk": 2,
        "protected": False,
        "conformance_property": "kept",
    }
    made = active_image(cloud, b"shown", **members) if state == "active" else image(cloud, **members)
    before = shown(cloud, made.id)
    exchange = cloud.replace(made.id, min_ram=8)
    answer = changed(exchange)
    if not answer or before is None:
        raise NotExercised(Phrase.of("shows-nothing", where="answer"))
    seen = shown(cloud, made.id)
    agrees(expect, cloud.contract, PATCH, 200, answer, seen, exchange)
    stays = without(before, "min_ram", *STAMPS)
    kept(expect, cloud.contract, "image.patch.unchanged", stays, seen or {}, "another-member", exchange)


def reads_change_nothing(cloud: ImageClient, expect: Expect, before: Image) -> None:
    """Judge that a list and a download leave an image as it was; time has passed since, so that a touched updated_at
    shows."""
    image_id = str(before.get("id"))
    for when in ("list", "download"):
        exchange = cloud.list({"name": str(before.get("name"))}) if when == "list" else cloud.download(image_id)
        after = now(cloud, image_id)
        stamps = {name: value for name, value in before.items() if name in STAMPS}
        kept(expect, cloud.contract, "image.patch.updated-at", stamps, after, when, exchange)
        kept(expect, cloud.contract, "image.patch.unchanged", without(before, *STAMPS), after, when, exchange)
        before = after


@verifies("image.patch.updated-at", "image.patch.unchanged")
def test_updated_at_moves_with_a_change_and_created_at_stays(cloud: ImageClient, expect: Expect) -> None:
    active, queued = (now(cloud, made.id) for made in (active_image(cloud, b"read"), image(cloud)))
    for number in (1, 2):
        cloud.wait(1.1)
        if number == 1:
            reads_change_nothing(cloud, expect, active)
        active, queued = (moved_on(cloud, expect, before, number) for before in (active, queued))


def moved_on(cloud: ImageClient, expect: Expect, before: Image, number: int) -> Image:
    """Judge the times of an image after a change of it; returns what is shown."""
    exchange = cloud.replace(str(before.get("id")), min_ram=number)
    answer = changed(exchange)
    if not answer:
        raise NotExercised(Phrase.of("shows-nothing", where="answer"))
    previous, updated = moment(str(before.get("updated_at"))), moment(str(answer.get("updated_at")))
    if previous is not None and updated is not None:
        still = Deviation("stands-still", place="updated_at", seen=(("got", str(updated)),))
        expect("image.patch.updated-at", updated > previous, still, exchange)
    due, got = before.get("created_at"), answer.get("created_at")
    turned = Deviation("turned", place="created_at", terms=(("when", "change"),), seen=values(due, got))
    expect("image.patch.updated-at", due == got, turned, exchange)
    seen = now(cloud, str(before.get("id")))
    due, got = seen.get("updated_at"), answer.get("updated_at")
    other = Deviation("not-as-shown", place="updated_at", terms=(("where", "answer"),), seen=values(due, got))
    expect("image.patch.updated-at", due == got, other, exchange)
    return seen


@verifies("image.patch.precondition.status", smoke=True)
def test_an_image_can_be_changed_while_queued_and_while_active(cloud: ImageClient, expect: Expect) -> None:
    queued = image(cloud)
    exchange = cloud.replace(queued.id, min_ram=5)
    expect.status("image.patch.precondition.status", exchange, 200, act=call(PATCH, "without-data"))
    active = active_image(cloud, b"active")
    exchange = cloud.replace(active.id, min_ram=6)
    if expect.status("image.patch.precondition.status", exchange, 200, act=call(PATCH, "with-data")):
        status = answered(exchange).get("status")
        expect.equal("image.patch.precondition.status", "active", status, "status", exchange)


@verifies("image.patch.example.request", smoke=True)
def test_the_example_request_is_answered(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    name = cloud.name()
    cloud.journal.intend(name)
    example = [dict(item) for item in cloud.contract.operations["image.patch"].request_example]
    for item in example:
        item["value"] = name if item["path"] == "/name" else item["value"]
    exchange = cloud.patch(made.id, example)
    if expect.status("image.patch.example.request", exchange, 200, act=call(PATCH, "example")):
        seen = now(cloud, made.id)
        for item in example:
            member = item["path"].removeprefix("/")
            expect.equal("image.patch.example.request", item["value"], seen.get(member), member, exchange)
