"""Deleting images (document lines 934-957)."""

from __future__ import annotations

from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import active_image, image, listed, other_project, shown


@verifies("image.delete.response.204", "image.delete.empty", "image.delete.gone", smoke=True)
def test_a_deleted_image_is_gone_everywhere(cloud: Client, expect: Expect) -> None:
    for made in (image(cloud), active_image(cloud, b"data")):
        exchange = cloud.delete(made["id"])
        if not expect.status("image.delete.response.204", exchange, 204, what="a delete"):
            continue
        expect(
            "image.delete.gone",
            shown(cloud, made["id"]) is None,
            "a deleted image is still shown",
            exchange,
            failure="shown",
        )
        rows = [item["id"] for item in listed(cloud.list({"name": made["name"]})) if item.get("id") == made["id"]]
        expect("image.delete.gone", not rows, "a deleted image is still listed", exchange, failure="listed")
        for words, after in (
            ("downloaded", cloud.download(made["id"])),
            ("changed", cloud.replace(made["id"], min_ram=1)),
        ):
            if after.response.status < 500:
                expect(
                    "image.delete.gone",
                    after.response.status >= 400,
                    f"a deleted image can be {words}",
                    after,
                    failure=words,
                )


@verifies("image.delete.gone", "image.delete.path.image_id", "error.404", smoke=True)
def test_what_is_not_there_cannot_be_deleted(cloud: Client, expect: Expect) -> None:
    gone = image(cloud)
    cloud.delete(gone["id"])
    for words, image_id in (
        ("DELETE of an id that no image has", cloud.uuid()),
        ("DELETE of a deleted image", gone["id"]),
        ("DELETE of an id that is no UUID", "no-such-image"),
    ):
        exchange = cloud.delete(image_id)
        expect.refused("image.delete.path.image_id", exchange, words)
        expect.code(404, exchange, words)
    expect(
        "image.delete.gone",
        shown(cloud, gone["id"]) is None,
        "an image came back after its deletion",
        None,
        failure="came back",
    )


@verifies("image.delete.protected", "error.403", smoke=True)
def test_a_protected_image_is_refused_and_stays(cloud: Client, expect: Expect) -> None:
    for made in (image(cloud, protected=True), active_image(cloud, b"protected", protected=True)):
        before = shown(cloud, made["id"])
        if before is None or before.get("protected") is not True:
            raise NotExercised("no image could be protected")
        for _ in range(2):
            exchange = cloud.delete(made["id"])
            expect.refused("image.delete.protected", exchange, "a delete of a protected image")
            expect.code(403, exchange, "DELETE of a protected image")
            after = shown(cloud, made["id"])
            expect(
                "image.delete.protected",
                after == before,
                "a refused delete changed the protected image",
                exchange,
                failure="gone or changed",
            )


@verifies("image.delete.protected", "image.delete.response.204")
def test_protection_can_be_taken_away(cloud: Client, expect: Expect) -> None:
    made = image(cloud, protected=True)
    changed = cloud.replace(made["id"], protected=False)
    if changed.response.status != 200:
        raise NotExercised(f"protection could not be taken away: the answer was {changed.response.status}")
    exchange = cloud.delete(made["id"])
    expect.status("image.delete.response.204", exchange, 204, what="a delete after protection was taken away")


@verifies("image.delete.collateral", "image.download.bytes")
def test_no_other_image_is_touched(cloud: Client, expect: Expect) -> None:
    name = cloud.name()
    kept = [active_image(cloud, b"same", name=name), image(cloud, name=name)]
    gone = active_image(cloud, b"same", name=name)
    kept += [active_image(cloud, b"same"), image(cloud, name=name), image(cloud), active_image(cloud, b"another")]
    before = [shown(cloud, item["id"]) for item in kept]
    exchange = cloud.delete(gone["id"])
    files = [
        (cloud.download(item["id"]), data)
        for item, data in ((kept[-1], b"another"), (kept[0], b"same"), (kept[2], b"same"))
    ]
    after = [shown(cloud, item["id"]) for item in kept]
    expect(
        "image.delete.collateral",
        before == after,
        "a delete changed or removed another image",
        exchange,
        failure="another image",
    )
    for file, data in files:
        there = file.response.status == 200
        expect(
            "image.delete.collateral", there, "a delete took the file of another image", file, failure="another file"
        )
        right = not there or file.response.body == data
        expect(
            "image.download.bytes",
            right,
            "after a delete the file of another image came",
            file,
            failure="another file after a delete",
        )


@verifies("image.delete.collateral")
def test_no_image_of_another_project_is_touched(cloud: Client, expect: Expect) -> None:
    other = other_project(cloud)
    gone = image(cloud)
    exchange = cloud.create({"name": gone["name"], "visibility": "private"}, actor=other)
    body = body_of(exchange)
    if exchange.response.status != 201 or not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise NotExercised("the second project may not create images")
    image_id = str(body["id"])
    try:
        before = shown(cloud, image_id, actor=other)
        deleted = cloud.delete(gone["id"])
        after = shown(cloud, image_id, actor=other)
        expect(
            "image.delete.collateral",
            before == after,
            "a delete changed or removed an image of another project",
            deleted,
            failure="another project's image",
        )
    finally:
        cloud.delete(image_id, actor=other)


@verifies("image.delete.example.request", smoke=True)
def test_a_request_of_the_form_of_the_example_is_answered(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    example = str(cloud.contract.operations["image.delete"].request_example)
    method, path = example.split()
    path = path.rsplit("/", 1)[0] + "/" + made["id"]
    exchange = cloud.send(method, path, operation="image.delete")
    expect.status("image.delete.example.request", exchange, 204, what="a request of the form of the example")


@verifies("image.delete.path.image_id", "image.patch.path.image_id", "image.download.path.image_id")
def test_what_is_like_the_id_of_an_image_is_no_id(cloud: Client, expect: Expect) -> None:
    made = active_image(cloud, b"alike")
    before = shown(cloud, made["id"])
    likes = {
        "the start of an id": made["id"][:8],
        "an id without its end": made["id"][:-1],
        "an id and more": f"{made['id']}0",
        "the name of an image": made["name"],
    }
    for words, like in likes.items():
        for operation, exchange in (
            ("download", cloud.download(like)),
            ("patch", cloud.replace(like, min_ram=77)),
            ("delete", cloud.delete(like)),
        ):
            expect.refused(f"image.{operation}.path.image_id", exchange, f"{operation} of {words}")
        expect(
            "image.delete.path.image_id",
            shown(cloud, made["id"]) == before,
            f"a call with {words} changed the image",
            exchange,
            failure="changed by what is like its id",
        )
