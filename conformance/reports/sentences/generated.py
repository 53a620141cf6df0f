"""What the generated requests show."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEVIATIONS", "PHRASES", "WORDS"]

DEVIATIONS: Mapping[str, str] = {
    "forbidden-accepted": "{operation} is answered with {got_status} though {request}",
    "allowed-refused": "{operation} is answered with {got_status} though the contract allows it: {request} ({members})",
    "not-as-sent": "{place} is not as it was sent ({where}): it was sent as {due} and is {got}",
    "turned": "{place} was {due} and is {got} after {when}",
    "changed-by-a-refused-request": "a refused request changed what it addressed: {request}",
    "made-by-a-refused-request": "a refused request made something all the same: {request}",
    "other-selection": "a list by {parameters} selects others than it should",
    "other-order": "a list by {parameters} is in another order",
}
"""Kind of deviation -> template."""

PHRASES: Mapping[str, str] = {
    "budget-used-up": "the budget of this run leaves nothing for it",
}
"""Kind of phrase (an act, a reason, a note) -> template."""

WORDS: Mapping[str, str] = {
    "answer": "in the answer",
    "shown": "when it is shown",
    "another-member": "a change of another member",
}
"""Word of the vocabulary (terms `where`, `when`, `how`) -> text."""
