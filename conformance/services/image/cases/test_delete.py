"""Deleting images (document lines 934-957)."""

from __future__ import annotations

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import (
    active_image,
    changed,
    image,
    image_of_other,
    listed,
    other_project,
    shown,
)
from conformance.services.image.client import ImageClient
from conformance.services.image.files import came_back

DELETE = "image.delete"


@verifies("image.delete.response.204", "image.delete.empty", "image.delete.gone", smoke=True)
def test_a_deleted_image_is_gone_everywhere(cloud: ImageClient, expect: Expect) -> None:
    for made in (image(cloud), active_image(cloud, b"data")):
        exchange = cloud.delete(made.id)
        if not expect.status("image.delete.response.204", exchange, 204):
            continue
        there = shown(cloud, made.id) is not None
        expect("image.delete.gone", not there, Deviation("still-there", terms=(("where", "shown"),)), exchange)
        rows = [item for item in listed(cloud.list({"name": made.name})) if item.get("id") == made.id]
        expect("image.delete.gone", not rows, Deviation("still-there", terms=(("where", "listed"),)), exchange)
        for after in (cloud.download(made.id), cloud.replace(made.id, min_ram=1)):
            expect.refused("image.delete.gone", after, call(after.operation, "deleted"))


@verifies("image.delete.gone", "image.delete.path.image_id", "error.404", smoke=True)
def test_what_is_not_there_cannot_be_deleted(cloud: ImageClient, expect: Expect) -> None:
    gone = image(cloud)
    cloud.delete(gone.id)
    for how, image_id in (("absent", cloud.uuid()), ("deleted", gone.id), ("no-uuid", "no-such-image")):
        exchange = cloud.delete(image_id)
        expect.refused("image.delete.path.image_id", exchange, call(DELETE, how))
        expect.code(404, exchange, call(DELETE, how))
    expect("image.delete.gone", shown(cloud, gone.id) is None, Deviation("back-after-a-delete"))


@verifies("image.delete.protected", "error.403", smoke=True)
def test_a_protected_image_is_refused_and_stays(cloud: ImageClient, expect: Expect) -> None:
    act = call(DELETE, "protected")
    for made in (image(cloud, protected=True), active_image(cloud, b"protected", protected=True)):
        before = shown(cloud, made.id)
        if before is None or before.get("protected") is not True:
            raise NotExercised(Phrase.of("not-protected"))
        for _ in range(2):
            exchange = cloud.delete(made.id)
            expect.refused("image.delete.protected", exchange, act)
            expect.code(403, exchange, act)
            kept = shown(cloud, made.id) == before
            expect("image.delete.protected", kept, Deviation("changed", act=act), exchange)


@verifies("image.delete.protected", "image.delete.response.204")
def test_protection_can_be_taken_away(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, protected=True)
    changed(cloud.replace(made.id, protected=False))
    exchange = cloud.delete(made.id)
    expect.status("image.delete.response.204", exchange, 204, act=call(DELETE, "protected-no-more"))


@verifies("image.delete.collateral", "image.download.bytes")
def test_no_other_image_is_touched(cloud: ImageClient, expect: Expect) -> None:
    name = cloud.name()
    kept = [active_image(cloud, b"same", name=name), image(cloud, name=name)]
    gone = active_image(cloud, b"same", name=name)
    kept += [active_image(cloud, b"same"), image(cloud, name=name), image(cloud), active_image(cloud, b"another")]
    before = [shown(cloud, item.id) for item in kept]
    exchange = cloud.delete(gone.id)
    files = [
        (cloud.download(item.id), data)
        for item, data in ((kept[-1], b"another"), (kept[0], b"same"), (kept[2], b"same"))
    ]
    after = [shown(cloud, item.id) for item in kept]
    when = (("when", "delete"),)
    expect("image.delete.collateral", before == after, Deviation("another-changed", terms=when), exchange)
    for file, data in files:
        there = file.response.status == 200
        expect("image.delete.collateral", there, Deviation("another-lost-its-data", terms=when), file)
        if there:
            others = {b"another", b"same"} - {data}
            came_back(expect, file, data, others=others, instead=Deviation("data-of-another", terms=when))


@verifies("image.delete.collateral")
def test_no_image_of_another_project_is_touched(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    gone = image(cloud)
    image_id = image_of_other(cloud, gone.name)
    try:
        before = shown(cloud, image_id, actor=other)
        deleted = cloud.delete(gone.id)
        after = shown(cloud, image_id, actor=other)
        deviation = Deviation("another-projects-changed", terms=(("when", "delete"),))
        expect("image.delete.collateral", before == after, deviation, deleted)
    finally:
        cloud.delete(image_id, actor=other)


@verifies("image.delete.example.request", smoke=True)
def test_a_request_of_the_form_of_the_example_is_answered(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    example = str(cloud.contract.operations[DELETE].request_example)
    method, path = example.split()
    path = path.rsplit("/", 1)[0] + "/" + made.id
    exchange = cloud.send(method, path, operation=DELETE)
    expect.status("image.delete.example.request", exchange, 204, act=call(DELETE, "example"))


@verifies("image.delete.path.image_id", "image.patch.path.image_id", "image.download.path.image_id")
def test_what_is_like_the_id_of_an_image_is_no_id(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"alike")
    before = shown(cloud, made.id)
    likes = {
        "start-of-an-id": made.id[:8],
        "id-without-its-end": made.id[:-1],
        "id-and-more": f"{made['id']}0",
        "name-for-an-id": made.name,
    }
    for how, like in likes.items():
        for exchange in (cloud.download(like), cloud.replace(like, min_ram=77), cloud.delete(like)):
            requirement = requirement_id.path(exchange.operation, "image_id")
            expect.refused(requirement, exchange, call(exchange.operation, how))
        kept = shown(cloud, made.id) == before
        expect("image.delete.path.image_id", kept, Deviation("changed-through-another-id"), exchange)
