"""What marks that a run of the suite made a resource: its names begin so, and it carries this tag."""

from __future__ import annotations

__all__ = ["OWN_PROPERTY", "prefix_of", "tag_of"]

OWN_PROPERTY = "conformance_"
"""What the name of a further property begins with that a run sets, so that it means nothing to any service."""


def tag_of(run_id: str) -> str:
    """The tag of what a run creates where the name is what it tries."""
    return f"conformance-{run_id}"


def prefix_of(run_id: str) -> str:
    """What every name begins with that a run makes up."""
    return f"{tag_of(run_id)}-"
