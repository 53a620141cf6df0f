"""Creating images (document lines 607-758)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

import pytest

from conformance.generate.combinations import LEFT_OUT
from conformance.generate.draft import ID
from conformance.model.jsonvalue import moment
from conformance.model.message import Exchange
from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import image, listed, other_project, shown
from conformance.services.image.drawn import create_rows, forbidden_values, levels

SERVICE_KEPT = ("status", "size", "checksum", "created_at", "updated_at", "file", "self", "schema", "virtual_size")

TEXTS = (
    "007",
    "7",
    "1.0",
    "1e3",
    "-0",
    "true",
    "False",
    "null",
    "None",
    " padded ",
    "  ",
    "Case",
    "case",
    "a,b",
    "a;b",
    "a=b",
    '"quoted"',
    "back\\slash",
    "\\u0041",
    "%41",
    "{}",
    "[1]",
    "<b>&amp;</b>",
    "a/b",
    "~01",
    "é",
    "e\u0301x",
    "ﬁ½",
    "Ａ",
    "标签 标",
    "tab\tnew\nline",
    "x" * 255,
    "镜" * 255,
)
"""What a service that looks into a text would alter: numbers, words of JSON, blanks, case, separators, escapes, forms of letters, length."""
MEMBERS = ("container_format", "disk_format", "min_disk", "min_ram", "protected", "tags", "visibility")
PARTS = 6
"""Into so many parts the rows of a create are cut, so that a project holds few images at a time."""
PROPERTY = "conformance_property"


def same(member: str, wanted: Any, got: Any) -> bool:
    """Whether a member came back; tags are a set."""
    if member == "tags" and isinstance(wanted, list) and isinstance(got, list):
        return sorted(map(str, wanted)) == sorted(map(str, got))
    return bool(wanted == got) and isinstance(wanted, bool) == isinstance(got, bool)


def kept(
    cloud: Client, expect: Expect, sent: Mapping[str, Any], place: str, found: Mapping[str, Any], exchange: Exchange
) -> None:
    """Judge that a place shows the members as they were sent; a list may leave members out."""
    for member, value in sent.items():
        if place == "the list" and member not in found:
            continue
        requirement = f"image.create.body.{member}"
        message = f"{member} was sent as {value!r:.60} and is {found.get(member)!r:.60} in {place}"
        expect(
            requirement if requirement in cloud.contract.requirements else "image.create.request",
            same(member, value, found.get(member)),
            message,
            exchange,
            failure=f"not as sent in {place}",
            path=member,
        )


def echoed_and_stored(cloud: Client, expect: Expect, sent: dict[str, Any], exchange: Exchange) -> dict[str, Any]:
    """Judge that create took the members: in the answer, in show, and in the list."""
    first = next(iter(sent))
    if not expect.status(f"image.create.body.{first}", exchange, 201, what=f"a create with {first}"):
        return {}
    body = body_of(exchange)
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise NotExercised("the answer of create names no image")
    seen = shown(cloud, str(body["id"]))
    row = next(
        (item for item in listed(cloud.list({"name": str(body.get("name"))})) if item.get("id") == body["id"]), {}
    )
    for place, found in (("the answer", body), ("show", seen or {}), ("the list", row)):
        kept(cloud, expect, sent, place, found, exchange)
    return body


@verifies("image.create.response.201", "image.create.response.201.*", "image.create.body.*", smoke=True)
def test_all_members_together_are_taken(cloud: Client, expect: Expect) -> None:
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
    expect.status("image.create.response.201", exchange, 201, what="a create with all members")
    echoed_and_stored(cloud, expect, sent, exchange)


@verifies("image.create.body.*")
@pytest.mark.parametrize("member", MEMBERS)
def test_each_member_alone_is_taken(cloud: Client, expect: Expect, member: str) -> None:
    values = levels(cloud.contract).get(member)
    if not values:
        return  # an edition of the document without it
    value = values[-1]
    exchange = cloud.create({"name": cloud.name(), member: value})
    echoed_and_stored(cloud, expect, {member: value}, exchange)


def members_of(cloud: Client, row: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent for a row of values."""
    sent = {name: value for name, value in row.items() if value != LEFT_OUT}
    if "id" in sent:
        sent["id"] = cloud.uuid()
    if "name" in sent:
        sent["name"] = (cloud.name(sent["name"]))[:255]
    if "property" in sent:
        sent[PROPERTY] = sent.pop("property")
    return sent


@verifies("image.create.response.201", "image.create.request", "image.create.body.*", "image.list.complete")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_two_values_together_are_taken(cloud: Client, expect: Expect, part: int) -> None:
    made: dict[str, tuple[dict[str, Any], Exchange]] = {}
    for row in create_rows(cloud.contract)[part::PARTS]:
        sent = members_of(cloud, row)
        exchange = cloud.create(sent)
        body = body_of(exchange)
        if expect.status(
            "image.create.response.201", exchange, 201, what="a create with several members"
        ) and isinstance(body, dict):
            kept(cloud, expect, sent, "the answer", body, exchange)
            kept(cloud, expect, sent, "show", shown(cloud, str(body.get("id"))) or {}, exchange)
            made[str(body.get("id"))] = sent, exchange
    pages: list[Exchange] = []
    for page in islice(cloud.pages({"limit": 100, "sort_key": "created_at", "sort_dir": "desc"}), 20):
        pages.append(page)
        for item in listed(page):
            sent, exchange = made.pop(str(item.get("id")), ({}, page))
            kept(cloud, expect, sent, "the list", item, exchange)
        if not made:
            break
    expect(
        "image.list.complete",
        not made,
        f"{len(made)} of the new images are on no page",
        pages[0],
        failure="new images on no page",
        related=tuple(pages),
    )


@verifies("image.create.request")
def test_null_is_taken_or_refused(cloud: Client, expect: Expect) -> None:
    for member in (*MEMBERS, "id", PROPERTY):
        exchange = cloud.create({"name": cloud.name(), member: None})
        status = exchange.response.status
        if status < 500:
            expect(
                "image.create.request",
                status == 201 or status >= 400,
                f"a create with {member} null is answered with {status}",
                exchange,
                failure=f"{member} null is neither taken nor refused",
            )


@verifies("image.create.request", "image.create.body.tags")
def test_texts_of_every_shape_are_kept_to_the_letter(cloud: Client, expect: Expect) -> None:
    sent: dict[str, Any] = {
        "tags": list(TEXTS),
        "Conformance_Case": "One",
        "conformance-dash.dot:x": "1",
        "description": "描述 " * 80,
        "minRam": "1",
        **{f"conformance_{index}": text for index, text in enumerate(TEXTS)},
    }
    exchange = cloud.create({"name": cloud.name(), **sent})
    body = body_of(exchange)
    if not expect.status(
        "image.create.request", exchange, 201, what="a create with texts of every shape"
    ) or not isinstance(body, dict):
        return
    row = next(
        (item for item in listed(cloud.list({"name": str(body.get("name"))})) if item.get("id") == body.get("id")), {}
    )
    for place, found in (("the answer", body), ("show", shown(cloud, str(body.get("id"))) or {}), ("the list", row)):
        kept(cloud, expect, sent, place, found, exchange)


@verifies("image.create.request")
def test_a_long_property_is_kept_or_refused_never_cut(cloud: Client, expect: Expect) -> None:
    sent = {PROPERTY: "一x" * 150}
    exchange = cloud.create({"name": cloud.name(), **sent})
    body = body_of(exchange)
    if exchange.response.status == 201 and isinstance(body, dict):
        kept(cloud, expect, sent, "show", shown(cloud, str(body.get("id"))) or {}, exchange)


@verifies("image.create.body.name")
@pytest.mark.parametrize("name", ["007", "1.0", "true", "null"])
def test_a_name_that_looks_like_something_else_stays_text(cloud: Client, expect: Expect, name: str) -> None:
    echoed_and_stored(cloud, expect, {"name": name}, cloud.create({"name": name, "tags": [cloud.tag]}))


@verifies("image.create.body.*")
@pytest.mark.parametrize("member", [*MEMBERS, "id", "name"])
def test_a_value_that_breaks_a_rule_is_refused(cloud: Client, expect: Expect, member: str) -> None:
    for words, value in broken(cloud, member).items():
        exchange = cloud.create({"name": cloud.name(), "tags": [cloud.tag], member: value})
        expect.refused(f"image.create.body.{member}", exchange, f"a create with {member} that {words}")


def broken(cloud: Client, member: str) -> dict[str, Any]:
    """For each rule of the member, in words, a value that breaks it; none that could not be taken back if it were accepted."""
    fresh = cloud.uuid()  # a target may keep the ids of deleted images
    values = forbidden_values(cloud.contract, member)
    found = {held: _fresh(value, fresh) if member == "id" else value for held, value in values.items()}
    return {" ".join((held.rule, *(str(term) for _, term in held.terms))): value for held, value in found.items()}


def _fresh(value: Any, image_id: str) -> Any:
    return (
        value.replace(ID, image_id).replace(ID.replace("-", ""), image_id.replace("-", ""))
        if isinstance(value, str)
        else value
    )


@verifies("image.create.body.name")
@pytest.mark.parametrize(
    "suffix",
    [
        " two  spaces",
        " blank at the end ",
        " MiXeD Case",
        " 镜像名称",
        ' a"b\\c/d',
        " <b>&amp;</b>",
        " tab\tnew",
        " éÅß e\u0301",
        " ﬁ ½ Å",
        " a+b",
        "x" * 200,
        "镜" * 200,
    ],
)
def test_a_name_is_kept_to_the_letter(cloud: Client, expect: Expect, suffix: str) -> None:
    name = cloud.name(suffix)[:255]
    echoed_and_stored(cloud, expect, {"name": name}, cloud.create({"name": name}))


@verifies("image.create.body.name")
def test_a_name_of_255_characters_is_taken_and_one_of_256_refused(cloud: Client, expect: Expect) -> None:
    for letter in ("n", "镜"):
        start = cloud.name()
        name = start + letter * (255 - len(start))
        echoed_and_stored(cloud, expect, {"name": name}, cloud.create({"name": name}))
        expect.refused(
            "image.create.body.name",
            cloud.create({"name": name + letter, "tags": [cloud.tag]}),
            "a name of 256 characters",
        )


@verifies("image.create.body.name")
@pytest.mark.parametrize("suffix", [" 🖼", " 𠀀𠀁", " a🖼b"])
def test_four_byte_characters_are_kept_or_refused_never_altered(cloud: Client, expect: Expect, suffix: str) -> None:
    name = cloud.name(suffix)
    exchange = cloud.create({"name": name})
    if exchange.response.status == 400:
        expect("image.create.body.name", True, "")
    else:
        echoed_and_stored(cloud, expect, {"name": name}, exchange)


@verifies("image.create.body.name")
def test_a_name_may_be_null(cloud: Client, expect: Expect) -> None:
    exchange = cloud.create({"name": None, "tags": [cloud.tag]})
    if expect.status("image.create.body.name", exchange, 201, what="a create with name null"):
        body = body_of(exchange)
        expect.equal(
            "image.create.body.name", None, body.get("name") if isinstance(body, dict) else "?", "name", exchange
        )


@verifies("image.create.body.id", "error.409", smoke=True)
def test_an_own_id_is_kept_and_a_used_one_refused(cloud: Client, expect: Expect) -> None:
    wanted = cloud.uuid()
    first = cloud.create({"name": cloud.name(), "id": wanted})
    if not echoed_and_stored(cloud, expect, {"id": wanted}, first):
        return
    before = shown(cloud, wanted)
    again = cloud.create({"name": cloud.name(), "id": wanted})
    expect.code(409, again, "POST with the id of an image")
    expect(
        "image.create.body.id",
        shown(cloud, wanted) == before,
        "a refused create changed the image that has the id",
        again,
        failure="the first image changed",
        related=(first,),
    )


@verifies("image.create.default.*", smoke=True)
def test_what_the_request_leaves_out_has_its_default(cloud: Client, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    seen = shown(cloud, str(body.get("id"))) or {}
    for member, value in cloud.contract.operations["image.create"].defaults.items():
        expect.equal(f"image.create.default.{member}", value, body.get(member, "absent"), member, exchange)
        expect.equal(f"image.create.default.{member}", value, seen.get(member, "absent"), f"{member} in show", exchange)


@verifies("image.create.relation.*")
def test_a_new_image_agrees_with_itself(cloud: Client, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    expect.equal("image.create.relation.file", f"{body.get('self')}/file", body.get("file"), "file", exchange)
    created, updated = moment(str(body.get("created_at"))), moment(str(body.get("updated_at")))
    if created is not None and updated is not None:
        # The clock may tick between the two stamps of one request.
        close = abs((updated - created).total_seconds()) <= 1
        expect(
            "image.create.relation.timestamps",
            close,
            f"created_at {created} and updated_at {updated} differ",
            exchange,
            failure="updated_at is not created_at",
        )


def clock_of(exchange: Exchange) -> float | None:
    """The time of the answer by the target's clock (RFC 9110, 6.6.1), seconds since the epoch; None when it tells none."""
    try:
        return parsedate_to_datetime(exchange.response.headers.get("Date") or "").timestamp()
    except ValueError:
        return None


@verifies("image.create.response.201.created_at", "image.create.response.201.owner", "image.create.response.201.id")
def test_what_the_service_sets_is_true(cloud: Client, expect: Expect) -> None:
    exchange = cloud.create({"name": cloud.name()})
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    owner = body.get("owner")
    if owner is not None:
        expect.equal("image.create.response.201.owner", cloud.target.main.project_id, owner, "owner", exchange)
    second = image(cloud)
    expect(
        "image.create.response.201.id",
        second["id"] != body.get("id"),
        "two images have the same id",
        exchange,
        failure="same id",
    )
    created = moment(str(body.get("created_at")))
    if created is not None:
        # By the target's own clock where it tells it: zones differ by quarters of an hour at least, clocks of one platform by less.
        # By ours, which may be wrong by hours, a day is as near as can be said.
        date = clock_of(exchange)
        now, most = (date, 600.0) if date is not None else (exchange.started, 86400.0)
        seconds = abs(created.timestamp() - now)
        message = f"created_at is {created}, {seconds / 60:.0f} minutes from the time of the answer"
        expect(
            "image.create.response.201.created_at",
            seconds < most,
            message,
            exchange,
            failure="not the time of the create",
        )


@verifies("image.create.request", "error.400", "image.create.single")
@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("an empty body", b""),
        ("half an object", b'{"name": "'),
        ("no JSON", b"name=image"),
        ("an array", b'[{"name": "a"}]'),
        ("a string", b'"image"'),
        ("a number", b"7"),
        ("null", b"null"),
        ("true", b"true"),
        ("two objects", b"{}{}"),
        ("bytes that are not UTF-8", b'{"name": "\xff\xfe"}'),
        ("NaN", b'{"min_ram": NaN}'),
        ("a trailing comma", b'{"min_ram": 1,}'),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(cloud: Client, expect: Expect, words: str, body: bytes) -> None:
    exchange = cloud.create(body)
    expect.refused("image.create.request", exchange, f"a create with {words}")
    expect.code(400, exchange, f"POST with {words}")


@verifies("image.create.request")
@pytest.mark.parametrize("member", SERVICE_KEPT)
def test_members_that_the_service_keeps_are_not_taken(cloud: Client, expect: Expect, member: str) -> None:
    value: Any = {"size": 12345, "virtual_size": 12345, "status": "active"}.get(member, "2001-01-01T00:00:00Z")
    exchange = cloud.create({"name": cloud.name(), member: value})
    body = body_of(exchange)
    taken = exchange.response.status == 201 and isinstance(body, dict) and body.get(member) == value
    if exchange.response.status < 500:
        expect(
            "image.create.request",
            not taken,
            f"{member} was taken from the request",
            exchange,
            failure=f"took {member}",
        )


@verifies("image.create.request")
def test_the_owner_is_not_taken_from_the_request(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    if cloud.target.main.admin:
        return  # an administrator may give an image to another project
    project = cloud.target.actors[other].project_id
    exchange = cloud.create({"name": cloud.name(), "owner": project})
    body = body_of(exchange)
    if exchange.response.status >= 500:
        return
    owner = body.get("owner") if isinstance(body, dict) and exchange.response.status < 300 else None
    if owner == project and isinstance(body, dict):
        cloud.delete(str(body.get("id")), actor=other)
    expect(
        "image.create.request", owner != project, "the owner was taken from the request", exchange, failure="took owner"
    )


@verifies("image.create.request")
def test_a_further_property_is_kept(cloud: Client, expect: Expect) -> None:
    sent: dict[str, Any] = {PROPERTY: "one 一", "conformance_empty": ""}
    exchange = cloud.create({"name": cloud.name(), **sent})
    body = body_of(exchange)
    if not expect.status(
        "image.create.request", exchange, 201, what="a create with further properties"
    ) or not isinstance(body, dict):
        return
    for place, found in (("the answer", body), ("show", shown(cloud, str(body.get("id"))) or {})):
        got = {key: found.get(key) for key in sent}
        expect(
            "image.create.request",
            got == sent,
            f"further properties are {got!r:.80} in {place}",
            exchange,
            failure=f"properties not as sent in {place}",
        )


@verifies("image.create.response.201.*")
@pytest.mark.parametrize("kind", ["alone", "with members"])
def test_the_answer_of_a_create_is_what_is_shown(cloud: Client, expect: Expect, kind: str) -> None:
    members: dict[str, Any] = (
        {"min_ram": 9, "min_disk": 2, "tags": ["a", "b"], "container_format": "bare", "disk_format": "raw"}
        if kind != "alone"
        else {}
    )
    exchange = cloud.create({"name": cloud.name(" 一"), **members})
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    agrees(expect, "image.create.response.201", cloud, body, shown(cloud, str(body.get("id"))), exchange)


def agrees(
    expect: Expect, root: str, cloud: Client, answer: dict[str, Any], seen: dict[str, Any] | None, exchange: Exchange
) -> None:
    """Judge that what an operation answered is what show answers right after it, member by member."""
    if seen is None:
        raise NotExercised("the image cannot be observed: show does not find it")
    for member, value in answer.items():
        requirement = f"{root}.{member}"
        if member in seen and requirement in cloud.contract.requirements:
            message = f"{member} is {value!r:.60} in the answer and {seen[member]!r:.60} in show"
            expect(
                requirement,
                same(member, value, seen[member]),
                message,
                exchange,
                failure=f"{member} differs from show",
                path=member,
            )


@verifies("image.create.request")
@pytest.mark.parametrize("value", [1, True, ["a"], {"a": "b"}])
def test_a_further_property_that_is_no_string_is_refused(cloud: Client, expect: Expect, value: Any) -> None:
    exchange = cloud.create({"name": cloud.name(), PROPERTY: value})
    expect.refused("image.create.request", exchange, f"a further property of {type(value).__name__}")


@verifies("image.create.example.request", "image.create.body.*")
def test_the_example_request_is_answered(cloud: Client, expect: Expect) -> None:
    example = dict(cloud.contract.operations["image.create"].request_example)
    # Never public: an image of ours must not show up for every project of the cloud.
    sent = {**example, "name": cloud.name(), "visibility": "private"}
    exchange = cloud.create(sent)
    if expect.status("image.create.example.request", exchange, 201, what="the example request"):
        echoed_and_stored(cloud, expect, sent, exchange)


@verifies("image.create.single")
def test_one_request_makes_one_image(cloud: Client, expect: Expect) -> None:
    name = cloud.name()
    exchange = cloud.create({"name": name})
    if exchange.response.status != 201:
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    count = len(listed(cloud.list({"name": name})))
    expect.equal("image.create.single", 1, count, "the number of images with the name", exchange)


@verifies(
    "header.content-length",
    "encoding.utf-8",
    "header.content-type",
    "header.x-auth-token",
    "auth.token.header",
    smoke=True,
)
def test_a_body_is_read_in_bytes_and_as_utf8(cloud: Client, expect: Expect) -> None:
    name = cloud.name(" 字节 éß")
    exchange = cloud.create(json.dumps({"name": name}, ensure_ascii=False).encode())
    cloud.journal.intend(name)
    body = body_of(exchange)
    if exchange.response.status >= 500:
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    for requirement in ("header.content-type", "header.x-auth-token", "auth.token.header"):
        expect.status(requirement, exchange, 201, what="a documented request")
    got = body.get("name") if isinstance(body, dict) else None
    expect.equal("header.content-length", name, got, "name", exchange)
    expect.equal("encoding.utf-8", name, got, "name", exchange)
