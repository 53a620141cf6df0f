"""What a resource says of how it is: that something is done with it, or that it is no more."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.services.generic.rest import moving, no_more


@pytest.mark.parametrize(
    ("seen", "gone"),
    [
        ({"status": "deleted"}, True),
        ({"status": "SOFT_DELETED"}, True),
        ({"stack_status": "DELETE_COMPLETE"}, True),
        ({"provisioningState": "Deleted"}, True),
        ({"EXT:vm_state": "deleted"}, True),
        ({"deleted": True}, True),
        ({"status": "ACTIVE", "migration_status": "deleted"}, False),
        ({"status": "undeleted"}, False),
        ({"status": "not_deleted"}, False),
        ({"stack_status": "DELETE_FAILED"}, False),
        ({"colour": "deleted"}, False),
        ({"status": None, "state": 3, "deleted": "true"}, False),
        ({}, False),
    ],
)
def test_its_own_status_tells_that_a_resource_is_no_more(seen: dict[str, Any], *, gone: bool) -> None:
    assert gone is no_more(seen)


@pytest.mark.parametrize(
    ("seen", "still"),
    [
        ({"status": "creating"}, "creating"),
        ({"state": "PENDING"}, "PENDING"),
        ({"status": "ACTIVE", "stackStatus": "CREATE_IN_PROGRESS"}, "CREATE_IN_PROGRESS"),
        ({"status": "error_deleting", "power_state": "Running"}, ""),
        ({"colour": "fading", "state": None}, ""),
    ],
)
def test_any_status_tells_that_something_is_done_with_a_resource(seen: dict[str, Any], still: str) -> None:
    assert still == moving(seen)
