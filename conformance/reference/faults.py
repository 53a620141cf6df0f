"""The switchboard: faults, each breaking one promise of the contract while the rest holds.

A fault sees the stages of an answer that a server has: who calls, what is asked, what is stored, what is sent. It overrides
the stage at which the promise is broken and leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.reference.identity import Identity
    from conformance.reference.service import Answer, Call
    from conformance.reference.store import Caller, Image, Store

__all__ = ["FAULTS", "Fault", "faults_of"]


@dataclass(frozen=True)
class Fault:
    """A broken promise: its id, the requirements that it breaks, and what it does in words."""

    id: str
    breaks: tuple[str, ...]
    description: str

    def request(self, call: Call) -> Call:
        """The request as the faulty server understands it."""
        return call

    def authorise(self, call: Call, caller: Caller | None, identity: Identity) -> Caller | None:
        """Who the faulty server takes the caller for."""
        return caller

    def query(self, call: Call, query: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """The query that it filters by."""
        return query

    def visible(self, call: Call, images: list[Image], store: Store) -> list[Image]:
        """The images that it lists from."""
        return images

    def members(self, call: Call, body: Any) -> Any:
        """The body that it checks and stores."""
        return body

    def stored(self, call: Call, image: Image, store: Store) -> None:
        """What happens to what was stored."""

    def answer(self, call: Call, answer: Answer, store: Store) -> Answer:
        """What it sends."""
        return answer


FAULTS: Mapping[str, Fault] = {}


def faults_of(names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of these names. Raises UsageError for an unknown one."""
    chosen: list[Fault] = []
    for name in names:
        if name not in FAULTS:
            raise UsageError(f"fault {name}: there is no such fault")
        chosen.append(FAULTS[name])
    return tuple(chosen)
