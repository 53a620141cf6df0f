"""Creating images (document lines 607-758)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.generate.combinations import LEFT_OUT
from conformance.judge.members import FURTHER, place_of
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call, verifies
from conformance.services.image.arrange import answered, created, image, listed, now, other_project, row, shown, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.drawn import create_rows, levels
from conformance.services.image.observation import agrees, as_sent, forbidden, values
from conformance.services.image.samples import PROPERTY, TEXTS

CREATE = "image.create"
REQUEST = requirement_id.request(CREATE)

SERVICE_KEPT = ("status", "size", "checksum", "created_at", "updated_at", "file", "self", "schema", "virtual_size")
MEMBERS = ("container_format", "disk_format", "min_disk", "min_ram", "protected", "tags", "visibility")
PARTS = 12
"""Into so many parts the rows of a create are cut, so that a project holds few images at a time."""


def echoed_and_stored(cloud: ImageClient, expect: Expect, sent: dict[str, Any], exchange: Exchange) -> bool:
    """Judge that create took the members: in the answer, in show, and in the list. Whether it was answered at all."""
    first = next(iter(sent))
    act = call(CREATE, member=first)
    if not expect.status(requirement_id.body(CREATE, first), exchange, 201, act=act):
        return False
    made = created(exchange)
    places = {"answer": made, "shown": now(cloud, made.id), "listed": row(cloud, made)}
    for where, found in places.items():
        as_sent(expect, cloud.contract, sent, where, found, exchange)
    return True


@verifies("image.create.response.201", "image.create.response.201.*", "image.create.body.*", smoke=True)
def test_all_members_together_are_taken(cloud: ImageClient, expect: Expect) -> None:
    sent: dict[str, Any] = {
        "name": cloud.name(" all 全部"),
        "container_format": "bare",
        "disk_format": "qcow2",
        "id": cloud.uuid(),
        "min_disk": 3,
        "min_ram": 256,
        "protected": True,
        "tags": ["a", "b"],
        "visibility": "private",
    }
    exchange = cloud.create(sent)
    expect.status("image.create.response.201", exchange, 201, act=call(CREATE, "with-every-member"))
    echoed_and_stored(cloud, expect, sent, exchange)


@verifies("image.create.body.*")
@pytest.mark.parametrize("member", MEMBERS)
def test_each_member_alone_is_taken(cloud: ImageClient, expect: Expect, member: str) -> None:
    values = levels(cloud.contract).get(member)
    if not values:
        raise NotApplicable(Phrase.of("no-such-member", member=member))
    value = values[-1]
    exchange = cloud.create({"name": cloud.name(), member: value})
    echoed_and_stored(cloud, expect, {member: value}, exchange)


def members_of(cloud: ImageClient, levels_of_row: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent for a row of values."""
    sent = {name: value for name, value in levels_of_row.items() if value != LEFT_OUT}
    if "id" in sent:
        sent["id"] = cloud.uuid()
    if "name" in sent:
        sent["name"] = (cloud.name(sent["name"]))[:255]
    if "property" in sent:
        sent[PROPERTY] = sent.pop("property")
    return sent


@verifies("image.create.response.201", "image.create.request", "image.create.body.*", "image.list.complete")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_two_values_together_are_taken(cloud: ImageClient, expect: Expect, part: int) -> None:
    made: dict[str, tuple[dict[str, Any], Exchange]] = {}
    several = call(CREATE, "with-several-members")
    for chosen in create_rows(cloud.contract)[part::PARTS]:
        sent = members_of(cloud, chosen)
        exchange = cloud.create(sent)
        body = answered(exchange)
        if expect.status("image.create.response.201", exchange, 201, act=several) and body:
            as_sent(expect, cloud.contract, sent, "answer", body, exchange)
            made[str(body.get("id"))] = sent, exchange
    pages: list[Exchange] = []
    for page in islice(cloud.pages({"limit": 100, "sort_key": "created_at", "sort_dir": "desc"}), 20):
        pages.append(page)
        for item in listed(page):
            sent, exchange = made.pop(str(item.get("id")), ({}, page))
            as_sent(expect, cloud.contract, sent, "listed", item, exchange)
            if not sent.keys() <= item.keys():  # a list may leave members out
                as_sent(expect, cloud.contract, sent, "shown", shown(cloud, str(item.get("id"))) or {}, exchange)
        if not made:
            break
    lost = Deviation("on-no-page", seen=(("count", len(made)),))
    expect("image.list.complete", not made, lost, pages[0], related=tuple(pages))


NULL_WORDS = frozenset({"none", "null", "nil", "undefined"})
"""What languages write for null, in no case."""


def text_for_null(expect: Expect, member: str, place: str, got: Any, exchange: Exchange) -> None:
    """Judge that null did not become a text: it may be kept, left out, or be what stands when nothing is sent."""
    wrong = isinstance(got, str) and got.strip("<()>").casefold() in NULL_WORDS
    terms = (("where", "answer"),)
    deviation = Deviation("not-as-sent", place=place, terms=terms, seen=values(None, got), path=member)
    expect(REQUEST, not wrong, deviation, exchange)


@verifies("image.create.request")
def test_null_is_taken_or_refused(cloud: ImageClient, expect: Expect) -> None:
    for member in (*MEMBERS, "id", PROPERTY):
        name = cloud.name()
        exchange = cloud.create({"name": name, member: None})
        status, own = exchange.response.status, answered(exchange).maybe_text("id")
        place = place_of(cloud.contract, CREATE, member)
        if status == 201:
            text_for_null(expect, member, place, answered(exchange).get(member), exchange)
        if status == 201 and own is not None and cloud.shows:
            # What was taken can be read: a 5xx to that is found by the checks of every exchange.
            cloud.show(own)
            cloud.list({"name": name})
        if status < 500:
            deviation = Deviation("neither-taken-nor-refused", status=status, place=place, terms=(("value", "null"),))
            expect(REQUEST, status == 201 or status >= 400, deviation, exchange)


@verifies("image.create.request", "image.create.body.tags")
def test_long_texts_and_names_in_any_case_are_kept_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    sent: dict[str, Any] = {
        "tags": list(TEXTS),
        "Conformance_Case": "One",
        "conformance-dash.dot:x": "1",
        "description": "描述 " * 80,
        "minRam": "1",
        **{f"conformance_{index}": text for index, text in enumerate(TEXTS)},
    }
    exchange = cloud.create({"name": cloud.name(), **sent})
    if not expect.status(REQUEST, exchange, 201, act=call(CREATE, "with-texts-of-every-shape")):
        return
    made = created(exchange)
    for where, found in (("answer", made), ("shown", now(cloud, made.id)), ("listed", row(cloud, made))):
        as_sent(expect, cloud.contract, sent, where, found, exchange)


@verifies("image.create.request")
def test_a_long_property_is_kept_or_refused_never_cut(cloud: ImageClient, expect: Expect) -> None:
    text = "一x" * 150
    exchange = cloud.create({"name": cloud.name(), PROPERTY: text})
    status = exchange.response.status
    if status >= 500:
        raise unready(exchange)
    got = now(cloud, created(exchange).id).get(PROPERTY) if status < 400 else None
    seen = (("due", short(text)), ("got", short(got)))
    deviation = Deviation("not-as-sent", place=FURTHER, terms=(("where", "shown"),), seen=seen, path=PROPERTY)
    expect(REQUEST, status >= 400 or got == text, deviation, exchange)


@verifies("image.create.body.*")
@pytest.mark.parametrize("member", [*MEMBERS, "id", "name"])
def test_a_value_that_breaks_a_rule_is_refused(cloud: ImageClient, expect: Expect, member: str) -> None:
    values = forbidden(cloud, member)
    if not values:
        raise NotApplicable(Phrase.of("no-such-member", member=member))
    for value in values:
        exchange = cloud.create({"name": cloud.name(), "tags": [cloud.tag], member: value})
        expect.refused(requirement_id.body(CREATE, member), exchange)


@verifies("image.create.body.name")
def test_a_name_of_255_characters_is_taken_and_one_of_256_refused(cloud: ImageClient, expect: Expect) -> None:
    for letter in ("n", "镜"):
        start = cloud.name()
        name = start + letter * (255 - len(start))
        echoed_and_stored(cloud, expect, {"name": name}, cloud.create({"name": name}))
        expect.refused("image.create.body.name", cloud.create({"name": name + letter, "tags": [cloud.tag]}))


@verifies("image.create.body.name")
def test_a_name_may_be_null(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.create({"name": None, "tags": [cloud.tag]})
    if expect.status("image.create.body.name", exchange, 201, act=call(CREATE, member="name", value="null")):
        expect.equal("image.create.body.name", None, answered(exchange).get("name", "?"), "name", exchange)


@verifies("image.create.body.id", "error.409", smoke=True)
def test_an_own_id_is_kept_and_a_used_one_refused(cloud: ImageClient, expect: Expect) -> None:
    wanted = cloud.uuid()
    first = cloud.create({"name": cloud.name(), "id": wanted})
    if not echoed_and_stored(cloud, expect, {"id": wanted}, first):
        return
    before = shown(cloud, wanted)
    again = cloud.create({"name": cloud.name(), "id": wanted})
    act = call(CREATE, "with-an-id-in-use")
    expect.code(409, again, act)
    expect(
        "image.create.body.id", shown(cloud, wanted) == before, Deviation("changed", act=act), again, related=(first,)
    )


@verifies("image.create.default.*", smoke=True)
def test_what_the_request_leaves_out_has_its_default(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    made = created(exchange)
    seen = now(cloud, made.id)
    for member, due in cloud.contract.operations[CREATE].defaults.items():
        requirement = requirement_id.default(CREATE, member)
        expect.equal(requirement, due, made.get(member, "absent"), member, exchange, where="answer")
        expect.equal(requirement, due, seen.get(member, "absent"), member, exchange, where="shown")


def _path(link: Any) -> str:
    """The path of a link, from the version on."""
    path = urlsplit(str(link)).path
    return path[max(path.find("/v2/"), 0) :]


@verifies("image.create.relation.*")
def test_a_new_image_agrees_with_itself(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    made = created(exchange)
    # Of links the path alone: to which host they lead is judged apart.
    due, got = (_path(made.get(name)) for name in ("self", "file"))
    expect.equal("image.create.relation.file", f"{due}/file", got, "file", exchange)
    first, last = moment(str(made.get("created_at"))), moment(str(made.get("updated_at")))
    if first is None or last is None:
        raise NotExercised(Phrase.of("no-time", member="created_at"), "image.create.relation.timestamps")
    # The clock may tick between the two stamps of one request.
    close = abs((last - first).total_seconds()) <= 1
    seen = (("due", str(first)), ("got", str(last)))
    expect("image.create.relation.timestamps", close, Deviation("differs", place="updated_at", seen=seen), exchange)


def clock_of(exchange: Exchange) -> float | None:
    """The time of the answer by the target's clock (RFC 9110, 6.6.1), seconds since the epoch; None when it tells
    none."""
    try:
        return parsedate_to_datetime(exchange.response.headers.get("Date") or "").timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None


@verifies("image.create.response.201.created_at", "image.create.response.201.owner", "image.create.response.201.id")
def test_what_the_service_sets_is_true(cloud: ImageClient, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    made = created(exchange)
    owner = made.get("owner")
    if owner is not None:
        expect.equal("image.create.response.201.owner", cloud.target.main.project_id, owner, "owner", exchange)
    second = image(cloud)
    expect("image.create.response.201.id", second.id != made.id, Deviation("id-given-twice"), exchange)
    stamp = moment(str(made.get("created_at")))
    if stamp is not None:
        # By the target's own clock where it tells it: zones differ by quarters of an hour at least, clocks of one
        # platform by less. By ours, which may be wrong by hours, a day is as near as can be said.
        date = clock_of(exchange)
        now, most = (date, 600.0) if date is not None else (exchange.started, 86400.0)
        seconds = abs(stamp.timestamp() - now)
        seen = (("got", str(stamp)), ("minutes", round(seconds / 60)))
        deviation = Deviation("not-the-time-of-the-answer", place="created_at", seen=seen)
        expect("image.create.response.201.created_at", seconds < most, deviation, exchange)


@verifies("image.create.request", "error.400", "image.create.single")
@pytest.mark.parametrize(
    ("how", "body"),
    [
        ("empty-body", b""),
        ("half-an-object", b'{"name": "'),
        ("no-json", b"name=image"),
        ("array", b'[{"name": "a"}]'),
        ("string", b'"image"'),
        ("number", b"7"),
        ("null", b"null"),
        ("true", b"true"),
        ("two-objects", b"{}{}"),
        ("not-utf-8", b'{"name": "\xff\xfe"}'),
        ("nan", b'{"min_ram": NaN}'),
        ("trailing-comma", b'{"min_ram": 1,}'),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(cloud: ImageClient, expect: Expect, how: str, body: bytes) -> None:
    exchange = cloud.create(body)
    expect.refused(REQUEST, exchange, call(CREATE, how))
    expect.code(400, exchange, call(CREATE, how))


@verifies("image.create.request")
@pytest.mark.parametrize("member", SERVICE_KEPT)
def test_members_that_the_service_keeps_are_not_taken(cloud: ImageClient, expect: Expect, member: str) -> None:
    value: Any = {"size": 12345, "virtual_size": 12345, "status": "active"}.get(member, "2001-01-01T00:00:00Z")
    exchange = cloud.create({"name": cloud.name(), member: value})
    if exchange.response.status < 500:
        taken = exchange.response.status == 201 and answered(exchange).get(member) == value
        expect(REQUEST, not taken, Deviation("taken-from-the-request", place=member), exchange)


@verifies("image.create.request")
def test_the_owner_is_not_taken_from_the_request(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    theirs, ours = cloud.target.actors[other].project_id, cloud.target.main.project_id
    exchange = cloud.create({"name": cloud.name(), "owner": theirs})
    status = exchange.response.status
    if status >= 500:
        raise unready(exchange, REQUEST)
    owner = answered(exchange).get("owner") if status < 300 else None
    if owner == theirs:
        cloud.delete(str(answered(exchange).get("id")), actor=other)
    # An administrator may give an image to another project, but to none that was not asked for.
    allowed = [None, ours, theirs] if cloud.target.main.admin else [None, ours]
    deviation = Deviation("taken-from-the-request", place="owner", seen=(("got", short(owner)),))
    expect(REQUEST, owner in allowed, deviation, exchange)


@verifies("image.create.request")
def test_a_further_property_is_kept(cloud: ImageClient, expect: Expect) -> None:
    sent: dict[str, Any] = {PROPERTY: "one 一", "conformance_empty": ""}
    exchange = cloud.create({"name": cloud.name(), **sent})
    if expect.status(REQUEST, exchange, 201, act=call(CREATE, "with-further-properties")):
        made = created(exchange)
        as_sent(expect, cloud.contract, sent, "answer", made, exchange)
        as_sent(expect, cloud.contract, sent, "shown", now(cloud, made.id), exchange)


@verifies("image.create.response.201.*")
@pytest.mark.parametrize("kind", ["alone", "with members"])
def test_the_answer_of_a_create_is_what_is_shown(cloud: ImageClient, expect: Expect, kind: str) -> None:
    members: dict[str, Any] = (
        {"min_ram": 9, "min_disk": 2, "tags": ["a", "b"], "container_format": "bare", "disk_format": "raw"}
        if kind != "alone"
        else {}
    )
    exchange = cloud.create({"name": cloud.name(" 一"), **members})
    made = created(exchange)
    agrees(expect, cloud.contract, CREATE, 201, made, shown(cloud, made.id), exchange)


@verifies("image.create.request")
@pytest.mark.parametrize("value", [1, True, ["a"], {"a": "b"}])
def test_a_further_property_that_is_no_string_is_refused(cloud: ImageClient, expect: Expect, value: Any) -> None:
    expect.refused(REQUEST, cloud.create({"name": cloud.name(), PROPERTY: value}))


@verifies("image.create.example.request", "image.create.body.*")
def test_the_example_request_is_answered(cloud: ImageClient, expect: Expect) -> None:
    example = dict(cloud.contract.operations[CREATE].request_example)
    # Never public: an image of ours must not show up for every project of the cloud.
    sent = {**example, "name": cloud.name(), "visibility": "private"}
    exchange = cloud.create(sent)
    if expect.status("image.create.example.request", exchange, 201, act=call(CREATE, "example")):
        echoed_and_stored(cloud, expect, sent, exchange)


@verifies("image.create.single")
def test_one_request_makes_one_image(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    exchange = cloud.create({"name": name})
    if exchange.response.status != 201:
        raise unready(exchange)
    count = len(listed(cloud.list({"name": name})))
    expect("image.create.single", count == 1, Deviation("made-by-one-request", seen=(("count", count),)), exchange)


@verifies(
    "header.content-length",
    "encoding.utf-8",
    "header.content-type",
    "header.x-auth-token",
    "auth.token.header",
    smoke=True,
)
def test_a_body_is_read_in_bytes_and_as_utf8(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name(" 字节 éß")
    cloud.journal.intend(name)
    exchange = cloud.create(json.dumps({"name": name}, ensure_ascii=False).encode())
    if exchange.response.status >= 500:
        raise unready(exchange)
    for requirement in ("header.content-type", "header.x-auth-token", "auth.token.header"):
        expect.status(requirement, exchange, 201)
    # An answer may lack the name for a reason of its own; what was read is what is stored.
    made = answered(exchange)
    got = made.get("name") if made.maybe_text("name") is not None else now(cloud, made.id).get("name")
    expect.equal("header.content-length", name, got, "name", exchange)
    expect.equal("encoding.utf-8", name, got, "name", exchange)
