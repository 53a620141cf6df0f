"""What the walks see, and what they do."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {
    "gone": "a resource is gone after {when}",
    "gone-by-itself": "a resource is gone without a delete",
    "back-with-its-id": "what was deleted is back in a resource that was made with its id",
    "data-of-another-upload": "the data of another upload than the one that counts",
    "changed-by-a-refused-delete": "a refused delete changed the resource",
    "changed-by-a-second-create": "a create with its id changed the resource",
    "another-changed-by-a-refusal": "a refused change of one resource changed another",
}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    "nothing-to-walk-with": "the credentials may not create, so there is nothing to walk with"
}
"""Kind of phrase (an act, a reason, a note) -> template."""

WORDS: Mapping[str, str] = {
    "by-itself": "nothing was changed",
    "create": "a create",
    "after-a-refused-one": "the same as one that was refused, without what was wrong",
    "deleted-one": "one was deleted",
    "leaves-out": "leaves out what matches",
    "by-its-name": "in a list by its name",
}
"""Word of the vocabulary (terms `where`, `when`, `how`) -> text."""
