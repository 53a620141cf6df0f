"""What caches and gateways in front of a service get wrong when a request is the second of its kind, or a long one."""

from __future__ import annotations

import pytest

from conformance.run.cases import Expect, call, verifies
from conformance.services.image.arrange import active_image, image, other_project, unready
from conformance.services.image.cases.test_isolation import closed, reached, unlisted
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import same_set

LONGEST = 255
"""Characters that a name may have (ruling 8)."""
SECRET = b"what its own project alone may read"


@verifies("image.delete.gone", "image.delete.response.204")
def test_a_file_that_was_read_goes_with_its_image(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"data")
    read = cloud.download(made.id)
    if read.response.status != 200:
        raise unready(read)
    if expect.status("image.delete.response.204", cloud.delete(made.id), 204):
        expect.refused("image.delete.gone", cloud.download(made.id), call("image.download", "deleted"))


@verifies("image.isolation.download")
def test_a_file_that_its_project_has_read_is_closed_to_another(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = active_image(cloud, SECRET, visibility="private")
    read = cloud.download(made.id)
    if read.response.status != 200:
        raise unready(read)
    exchange = cloud.download(made.id, actor=other)
    reached(expect, "download", SECRET not in exchange.response.body, "data-read", exchange)
    closed(expect, "download", exchange, "private")


@verifies("image.isolation.list")
def test_a_list_that_its_project_has_read_is_not_given_to_another(cloud: ImageClient, expect: Expect) -> None:
    other = other_project(cloud)
    made = image(cloud, visibility="private")
    queries: tuple[tuple[str, dict[str, str | int]], ...] = (
        ("by-name", {"name": made.name}),
        ("plain", {"limit": 100}),
        ("without-query", {}),
    )
    judged: list[bool] = []
    for how, query in queries:
        read = cloud.list(query)
        if read.response.status == 200:
            judged.append(unlisted(expect, cloud.list(query, actor=other), [made.id], how))
    if not any(judged):
        raise unready(read)


@verifies("image.list.query.name")
@pytest.mark.parametrize("letter", ["x", "镜"])
def test_a_name_as_long_as_it_may_be_is_found(cloud: ImageClient, expect: Expect, letter: str) -> None:
    name = cloud.name()
    wanted = {image(cloud, name=name.ljust(LONGEST, letter)).id}
    exchange = cloud.list({"name": name.ljust(LONGEST, letter)})
    if exchange.response.status != 414 and expect.status("image.list.query.name", exchange, 200):
        same_set(cloud, expect, "name", wanted, exchange)
