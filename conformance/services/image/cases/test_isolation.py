"""Projects are kept apart (document lines 128-134, 642). Every case needs the credentials of a second project."""

from __future__ import annotations

import json
from itertools import islice

import pytest

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, verifies
from conformance.services.image.arrange import (
    Image,
    active_image,
    answered,
    changed,
    created,
    image,
    image_of_other,
    listed,
    now,
    other_project,
    shown,
    unready,
    upload,
)
from conformance.services.image.client import ImageClient
from conformance.services.image.samples import CHANGES, PROPERTY

ISOLATION = "image.isolation"
OPERATION = {
    "list": "image.list",
    "show": "image.show",
    "download": "image.download",
    "patch": "image.patch",
    "delete": "image.delete",
}
"""Word of a requirement of isolation -> the operation that it is about."""
PATCH_BODY = b'[{"op": "replace", "path": "/min_ram", "value": 1}]'


def closed(expect: Expect, word: str, exchange: Exchange, how: str) -> None:
    """Judge that the operation was refused to another project; `how` is a word of the vocabulary for the image."""
    requirement = requirement_id.stated(ISOLATION, word)
    expect.refused(requirement, exchange, Phrase.of("by-another-project", operation=OPERATION[word], how=how))


def unlisted(expect: Expect, exchange: Exchange, ids: list[str], how: str) -> bool:
    """Judge that a list of another project has none of these images; `how` is a word of the vocabulary for the list.

    Whether it could be judged: a service may refuse a parameter.
    """
    if exchange.response.status != 200:
        return False
    there = [item for item in listed(exchange) if item.get("id") in ids]
    deviation = Deviation("listed-to-another-project", terms=(("how", how),))
    expect("image.isolation.list", not there, deviation, exchange)
    return True


def reached(expect: Expect, word: str, ok: bool, how: str, exchange: Exchange) -> None:
    """Judge that the image is as it was; `how` is a word of the vocabulary for what became of it."""
    requirement = requirement_id.stated(ISOLATION, word)
    expect(requirement, ok, Deviation("reached-by-another-project", terms=(("how", how),)), exchange)


@verifies("image.isolation.list")
def test_a_private_image_is_not_in_another_projects_list(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"private")
    project = cloud.target.main.project_id
    queries: tuple[tuple[str, dict[str, str | int]], ...] = (
        ("plain", {"limit": 100}),
        ("by-name", {"name": made.name}),
        ("by-owner", {"owner": project}),
        ("private-ones", {"visibility": "private"}),
        ("all-of-them", {"visibility": "all"}),
        ("by-status", {"status": "active", "limit": 100}),
        ("sorted", {"sort_key": "created_at", "sort_dir": "desc", "limit": 100}),
        ("by-changes", {"changes-since": str(made.get("created_at")), "limit": 100}),
        ("without-query", {}),
    )
    answers = [(how, cloud.list(query, actor=other)) for how, query in queries]
    judged = [unlisted(expect, exchange, [made.id], how) for how, exchange in answers]
    if not any(judged):
        raise unready(answers[0][1])


@verifies("image.isolation.list")
def test_a_private_image_is_on_no_page_of_another_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = [image(cloud).id for _ in range(2)]
    own: list[str] = []
    try:
        own += [image_of_other(cloud, cloud.name())]
        own += [image_of_other(cloud, cloud.name())]
        query: dict[str, str | int] = {"limit": 1, "sort_key": "created_at", "sort_dir": "desc"}
        pages = list(islice(cloud.pages(query, actor=other), 4))
        judged = [unlisted(expect, page, made, "on-a-page") for page in pages]
        if not any(judged):
            raise unready(pages[0])
    finally:
        for image_id in own:
            cloud.delete(image_id, actor=other)


@verifies("image.isolation.show")
def test_a_private_image_is_not_shown_to_another_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    for made in (active_image(cloud, b"private"), image(cloud)):
        closed(expect, "show", cloud.show(made.id, actor=other), "private")


@verifies("image.isolation.*")
@pytest.mark.parametrize("how", ["changed", "made-with-every-member", "visibility-unsaid"])
def test_a_private_image_of_any_kind_is_closed(cloud: ImageClient, expect: Expect, how: str) -> None:
    other = other_project(cloud)
    if how == "changed":
        made = active_image(cloud, b"private")
        changed(cloud.replace(made.id, min_ram=3, name=cloud.name(" changed"), tags=["changed"]))
    elif how == "visibility-unsaid":
        made = unsaid_image(cloud)
    else:
        members = {
            "id": cloud.uuid(),
            "min_disk": 1,
            "min_ram": 2,
            "tags": ["one", "two"],
            "protected": True,
            "conformance_property": "x",
        }
        made = active_image(cloud, b"private", name=cloud.name(" 一"), **members)
    before = now(cloud, made.id)
    for query in ({"name": str(before.get("name"))}, {"limit": 100}):
        unlisted(expect, cloud.list(query, actor=other), [made.id], how)
    closed(expect, "show", cloud.show(made.id, actor=other), how)
    closed(expect, "download", cloud.download(made.id, actor=other), how)
    patch = [{"op": "replace", "path": "/min_ram", "value": 77}]
    closed(expect, "patch", cloud.patch(made.id, patch, actor=other), how)
    exchange = cloud.delete(made.id, actor=other)
    closed(expect, "delete", exchange, how)
    reached(expect, "delete", shown(cloud, made.id) == before, how, exchange)


def unsaid_image(cloud: ImageClient) -> Image:
    """A new image with data that the request neither calls private nor anything else."""
    made = created(cloud.create({"name": cloud.name(), "container_format": "bare", "disk_format": "raw"}))
    upload(cloud, made.id, b"private")
    return made


@verifies("image.isolation.download")
def test_the_file_of_a_private_image_is_not_read_by_another_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"the secret of the first project")
    exchange = cloud.download(made.id, actor=other)
    leaked = b"the secret of the first project" in exchange.response.body
    reached(expect, "download", not leaked, "data-read", exchange)
    closed(expect, "download", exchange, "private")
    closed(expect, "download", cloud.download(image(cloud).id, actor=other), "without-data")


@verifies("image.isolation.patch")
def test_a_private_image_is_not_changed_by_another_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    members = [{"op": "replace", "path": f"/{name}", "value": pair[1]} for name, pair in CHANGES.items()]
    rest = [{"op": "add", "path": "/conformance_x", "value": "x"}, {"op": "remove", "path": f"/{PROPERTY}"}]
    for made, changes in (
        (active_image(cloud, b"private", **{PROPERTY: "x"}), [*([item] for item in [*members, *rest]), members, []]),
        (image(cloud), [[members[2]], rest[:1]]),
    ):
        before = shown(cloud, made.id)
        exchanges = [cloud.patch(made.id, operations, actor=other) for operations in changes]
        for exchange in exchanges:
            closed(expect, "patch", exchange, "private")
        # Shown once for all; an answer of success is likelier the one that has done it.
        taken = [exchange for exchange in exchanges if exchange.response.status < 400]
        reached(expect, "patch", shown(cloud, made.id) == before, "changed", [*exchanges, *taken][-1])
    made = image(cloud, container_format="bare", disk_format="raw")
    before = shown(cloud, made.id)
    exchange = cloud.upload(made.id, b"foreign", actor=other)
    reached(expect, "patch", shown(cloud, made.id) == before, "data-given", exchange)


@verifies("image.isolation.delete")
def test_a_private_image_is_not_deleted_by_another_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"private")
    for item in (image(cloud), made):
        before = shown(cloud, item.id)
        exchange = cloud.delete(item.id, actor=other)
        closed(expect, "delete", exchange, "private")
        reached(expect, "delete", shown(cloud, item.id) == before, "deleted", exchange)
    file = cloud.download(made.id)
    reached(expect, "delete", len(file.response.body) >= len(b"private"), "data-deleted", file)


@verifies("answer.other-project", "image.isolation.patch")
def test_the_id_of_a_private_image_is_taken_for_another_project_too(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = image(cloud)
    before = shown(cloud, made.id)
    name = cloud.name()
    cloud.journal.intend(name, project=cloud.target.actors[other].project_id)
    body = json.dumps({"name": name, "id": made.id, "visibility": "private"}).encode()
    media_type = cloud.contract.operations["image.create"].request_media_type
    # What the refusal says of the image that has the id is judged by the checks of every exchange.
    exchange = cloud.call("image.create", body=body, headers={"Content-Type": media_type}, actor=other)
    reached(expect, "patch", shown(cloud, made.id) == before, "changed", exchange)
    if exchange.response.status < 300:
        cloud.delete(str(answered(exchange).get("id")), actor=other)


@verifies("image.isolation.list", "image.isolation.download")
def test_isolation_holds_the_other_way_round(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    if cloud.target.main.admin:
        raise NotApplicable(Phrase.of("administrator"))
    name = cloud.name()
    image_id = image_of_other(cloud, name)
    try:
        closed(expect, "download", cloud.download(image_id), "other-way-round")
        exchange = cloud.list({"name": name})
        if not unlisted(expect, exchange, [image_id], "other-way-round"):
            raise unready(exchange, "image.isolation.list")
    finally:
        cloud.delete(image_id, actor=other)


@verifies("image.isolation.*")
def test_the_project_header_opens_no_other_project(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"private")
    before = shown(cloud, made.id)
    header: dict[str, str | None] = {"X-Project-Id": cloud.target.main.project_id}
    exchange = cloud.call("image.list", query={"name": made.name}, headers=header, actor=other)
    seen = made.id in exchange.response.body.decode("utf-8", "replace")
    listing = Deviation("listed-to-another-project", terms=(("how", "named-in-a-header"),))
    expect("image.isolation.list", not seen, listing, exchange)
    for word in ("show", "download", "patch", "delete"):
        item = cloud.contract.operations[OPERATION[word]]
        body, media_type = (PATCH_BODY, item.request_media_type) if word == "patch" else (b"", None)
        headers = {**header, "Content-Type": media_type}
        exchange = cloud.call(item.id, made.id, actor=other, body=body, headers=headers)
        closed(expect, word, exchange, "named-in-a-header")
        reached(expect, word, shown(cloud, made.id) == before, "named-in-a-header", exchange)
