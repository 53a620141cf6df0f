"""What a refused create leaves behind: nothing. Its id and its name are as free as before (document lines 607-648, 785-797).

What taken requests leave is looked at by the trials and at the end of each case (run/aftermath.py).
"""

from __future__ import annotations

import pytest

from conformance.model import requirement_id
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call, verifies
from conformance.services.image.client import ImageClient
from conformance.services.image.observation import forbidden

CREATE = "image.create"
OWN_ID = requirement_id.body(CREATE, "id")
SAMPLE = ("min_ram", "visibility")
"""Members whose values are broken in the gate."""
OTHERS = ("container_format", "disk_format", "min_disk", "protected", "tags")


def left_free(cloud: ImageClient, expect: Expect, *members: str) -> None:
    """Judge that an id, with which creates were refused for one of these members, can be used."""
    refused = False
    for member in members:
        for value in forbidden(cloud, member)[:1]:
            own, name = cloud.uuid(), cloud.name()
            exchange = cloud.create({"name": name, "id": own, member: value})
            if not 400 <= exchange.response.status < 500:
                continue
            refused = True
            cloud.show(own)  # a server error is found by the checks of every exchange
            cloud.list({"name": name})
            again = cloud.create({"name": name, "id": own})
            expect.status(OWN_ID, again, 201, act=call(CREATE, "with-an-id-that-was-refused"))
    if not refused:
        raise NotExercised(Phrase.of("nothing-refused"))


@verifies(OWN_ID)
def test_a_refused_create_leaves_its_id_free(cloud: ImageClient, expect: Expect) -> None:
    left_free(cloud, expect, *SAMPLE)


@verifies(OWN_ID, acceptance=True)
@pytest.mark.parametrize("member", OTHERS)
def test_a_create_refused_for_any_member_leaves_its_id_free(cloud: ImageClient, expect: Expect, member: str) -> None:
    if not forbidden(cloud, member):
        raise NotApplicable(Phrase.of("no-such-member", member=member))
    left_free(cloud, expect, member)
