"""By what an image of ours is recognised, what is never sent for one, and when a member of one has kept its value."""

from __future__ import annotations

from typing import Any

from conformance.model.jsonvalue import equal
from conformance.model.marks import Marks

__all__ = ["MARKS", "UNORDERED", "same"]

UNORDERED = frozenset({"tags"})
"""Members that are sets: their items have no order (ruling 8, document line 640; OpenStack Image API v2, tags)."""

MARKS = Marks(
    name="name",
    tags="tags",
    # An image of ours must not show up in other projects.
    never_sent={"visibility": ("public", "community")},
    never_set=("owner",),
    taken_names=(
        "deleted",
        "properties",
        "members",
        "os_hidden",
        "os_hash_algo",
        "os_glance_x",
        "stores",
        "links",
        "image_id",
        "direct_url",
    ),
    # Filters and sort orders of upstream's list, with values that it refuses or that other readers stumble over.
    odd_queries=(
        "marker=",
        "marker=x",
        "marker=%00",
        "size_min=x",
        "size_min=99999999999999999999",
        "size_max=-1",
        "min_ram=x",
        "created_at=gt:x",
        "created_at=gt:2020-01-01T00:00:00Z",
        "created_at=gt:0001-01-01T00:00:00%2B14:00",
        "created_at=:",
        "updated_at=",
        "updated_at=lt:9999-12-31T23:59:59-14:00",
        "protected=x",
        "visibility=x",
        "member_status=x",
        "tag=%00",
        "owner=",
        "sort=",
        "sort=:",
        "sort=name:asc:desc",
        "sort=name:up",
        "os_hidden=x",
        "properties=x",
        "deleted=true",
        "id=in:",
        "disk_format=in:%22",
        "checksum=%00",
        "is_public=x",
        "filters=x",
        "size=9999999999999999999999",
    ),
)


def same(member: str, due: Any, got: Any) -> bool:
    """Whether a member of an image has the value that is due."""
    return equal(due, got, unordered=member in UNORDERED)
