"""Projects are kept apart (document lines 128-134, 642). Every case needs the credentials of a second project."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import active_image, image, listed, other_project, shown
from conformance.services.image.cases.test_create import PROPERTY
from conformance.services.image.cases.test_patch import CHANGES


@verifies("image.isolation.list")
def test_a_private_image_is_not_in_another_projects_list(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"private")
    project = cloud.target.main.project_id
    queries: tuple[tuple[str, dict[str, str | int]], ...] = (
        ("a list", {"limit": 100}),
        ("a list by name", {"name": made["name"]}),
        ("a list by owner", {"owner": project}),
        ("a list of private images", {"visibility": "private"}),
        ("a list of all images", {"visibility": "all"}),
        ("a list by status", {"status": "active", "limit": 100}),
        ("a sorted list", {"sort_key": "created_at", "sort_dir": "desc", "limit": 100}),
        ("a list of changes", {"changes-since": str(made.get("created_at")), "limit": 100}),
        ("a list without a query", {}),
    )
    for words, query in queries:
        exchange = cloud.list(query, actor=other)
        if exchange.response.status == 200:
            seen = [item for item in listed(exchange) if item.get("id") == made["id"]]
            expect(
                "image.isolation.list",
                not seen,
                f"{words} shows another project's private image",
                exchange,
                failure=f"in {words}",
            )


@verifies("image.isolation.list")
def test_a_private_image_is_on_no_page_of_another_project(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    made = [image(cloud)["id"] for _ in range(2)]
    own: list[str] = []
    try:
        for _ in range(2):
            body = body_of(cloud.create({"name": cloud.name(), "visibility": "private"}, actor=other))
            if not isinstance(body, dict) or not isinstance(body.get("id"), str):
                raise NotExercised("the second project may not create images")
            own.append(str(body["id"]))
        for page in islice(cloud.pages({"limit": 1, "sort_key": "created_at", "sort_dir": "desc"}, actor=other), 4):
            if page.response.status == 200:
                seen = [item for item in listed(page) if item.get("id") in made]
                expect(
                    "image.isolation.list",
                    not seen,
                    "a page shows another project's private image",
                    page,
                    failure="on a page",
                )
    finally:
        for image_id in own:
            cloud.delete(image_id, actor=other)


@verifies("image.isolation.show")
def test_a_private_image_is_not_shown_to_another_project(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    for made in (active_image(cloud, b"private"), image(cloud)):
        expect.refused(
            "image.isolation.show", cloud.show(made["id"], actor=other), "show of another project's private image"
        )


@verifies("image.isolation.*")
@pytest.mark.parametrize("kind", ["changed", "made with every member", "made without a word on visibility"])
def test_a_private_image_of_any_kind_is_closed(cloud: Client, expect: Expect, kind: str) -> None:
    other = other_project(cloud)
    if kind == "changed":
        made = active_image(cloud, b"private")
        changed = cloud.replace(made["id"], min_ram=3, name=cloud.name(" changed"), tags=["changed"])
        if changed.response.status != 200:
            raise NotExercised(f"the image could not be changed: the answer was {changed.response.status}")
    elif kind == "made without a word on visibility":
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
    before = shown(cloud, made["id"]) or {}
    for query in ({"name": str(before.get("name"))}, {"limit": 100}):
        exchange = cloud.list(query, actor=other)
        if exchange.response.status == 200:
            seen = [item for item in listed(exchange) if item.get("id") == made["id"]]
            expect(
                "image.isolation.list",
                not seen,
                f"a list shows another project's image, {kind}",
                exchange,
                failure=f"{kind}, in a list",
            )
    expect.refused(
        "image.isolation.show", cloud.show(made["id"], actor=other), f"show of another project's image, {kind}"
    )
    expect.refused(
        "image.isolation.download",
        cloud.download(made["id"], actor=other),
        f"a download of another project's image, {kind}",
    )
    exchange = cloud.patch(made["id"], [{"op": "replace", "path": "/min_ram", "value": 77}], actor=other)
    expect.refused("image.isolation.patch", exchange, f"a change of another project's image, {kind}")
    exchange = cloud.delete(made["id"], actor=other)
    expect.refused("image.isolation.delete", exchange, f"a delete of another project's image, {kind}")
    expect(
        "image.isolation.delete",
        shown(cloud, made["id"]) == before,
        "another project changed or deleted the image",
        exchange,
        failure=f"{kind}, then reached",
    )


def unsaid_image(cloud: Client) -> dict[str, Any]:
    """A new image with data that the request neither calls private nor anything else."""
    exchange = cloud.create({"name": cloud.name(), "container_format": "bare", "disk_format": "raw"})
    body = body_of(exchange)
    if (
        exchange.response.status != 201
        or not isinstance(body, dict)
        or cloud.upload(str(body.get("id")), b"private").response.status != 204
    ):
        raise NotExercised(f"no image could be made: POST /v2/images answered {exchange.response.status}")
    return body


@verifies("image.isolation.download")
def test_the_file_of_a_private_image_is_not_read_by_another_project(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"the secret of the first project")
    exchange = cloud.download(made["id"], actor=other)
    expect.refused("image.isolation.download", exchange, "a download of another project's private image")
    expect.refused(
        "image.isolation.download",
        cloud.download(image(cloud)["id"], actor=other),
        "a download of another project's new image",
    )
    leaked = b"the secret of the first project" in exchange.response.body
    expect("image.isolation.download", not leaked, "another project read the file", exchange, failure="read")


@verifies("image.isolation.patch")
def test_a_private_image_is_not_changed_by_another_project(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    members = [{"op": "replace", "path": f"/{name}", "value": pair[1]} for name, pair in CHANGES.items()]
    rest = [{"op": "add", "path": "/conformance_x", "value": "x"}, {"op": "remove", "path": f"/{PROPERTY}"}]
    for made, changes in (
        (active_image(cloud, b"private", **{PROPERTY: "x"}), [*([item] for item in [*members, *rest]), members, []]),
        (image(cloud), [[members[2]], rest[:1]]),
    ):
        before = shown(cloud, made["id"])
        for operations in changes:
            exchange = cloud.patch(made["id"], operations, actor=other)
            expect.refused("image.isolation.patch", exchange, "a change of another project's private image")
            expect(
                "image.isolation.patch",
                shown(cloud, made["id"]) == before,
                "another project changed the image",
                exchange,
                failure="changed",
            )
    made = image(cloud, container_format="bare", disk_format="raw")
    before = shown(cloud, made["id"])
    exchange = cloud.upload(made["id"], b"foreign", actor=other)
    expect(
        "image.isolation.patch",
        shown(cloud, made["id"]) == before,
        "another project gave the image its data",
        exchange,
        failure="data given",
    )


@verifies("image.isolation.delete")
def test_a_private_image_is_not_deleted_by_another_project(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, b"private")
    for item in (image(cloud), made):
        before = shown(cloud, item["id"])
        exchange = cloud.delete(item["id"], actor=other)
        expect.refused("image.isolation.delete", exchange, "a delete of another project's private image")
        expect(
            "image.isolation.delete",
            shown(cloud, item["id"]) == before,
            "another project deleted the image",
            exchange,
            failure="deleted",
        )
    file = cloud.download(made["id"])
    expect(
        "image.isolation.delete",
        file.response.body == b"private",
        "another project deleted the file",
        file,
        failure="file deleted",
    )


@verifies("image.isolation.list", "image.isolation.download")
def test_isolation_holds_the_other_way_round(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    if cloud.target.main.admin:
        return  # to an administrator every project is open
    name = cloud.name()
    exchange = cloud.create({"name": name, "visibility": "private"}, actor=other)
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise NotExercised("the second project may not create images")
    image_id = str(body["id"])
    try:
        rows = [item for item in listed(cloud.list({"name": name})) if item.get("id") == image_id]
        expect(
            "image.isolation.list",
            not rows,
            "the first project lists the second's private image",
            exchange,
            failure="the other way",
        )
        expect.refused("image.isolation.download", cloud.download(image_id), "a download of the second project's image")
    finally:
        cloud.delete(image_id, actor=other)
