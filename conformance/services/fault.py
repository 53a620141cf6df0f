"""The switchboard: faults, each breaking one promise of the contract while the rest holds.

A fault sees the stages of an answer that a server has: who calls, what is asked, what is stored, what is sent. It overrides
the stage at which the promise is broken and leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.services.identity.target.tokens import Identity
    from conformance.services.image.target.store import Image, Store
    from conformance.services.wire import Answer, Call, Caller

    Query = Sequence[tuple[str, str]]

__all__ = ["Fault", "Hooks"]


@dataclass(frozen=True)
class Hooks:
    """The stages at which a fault acts; each is left alone unless it is given."""

    request: Callable[[Call], Call] | None = None
    authorise: Callable[[Call, Caller | None, Identity], Caller | None] | None = None
    query: Callable[[Call, Query], Query] | None = None
    visible: Callable[[Call, list[Image], Store], list[Image]] | None = None
    members: Callable[[Call, Any, Store], Any] | None = None
    handle: Callable[[Call, Caller, Store], Answer | None] | None = None
    stored: Callable[[Call, Image, Store], None] | None = None
    answer: Callable[[Call, Answer, Store], Answer] | None = None


@dataclass(frozen=True)
class Fault:
    """A broken promise: its id, the requirements that it breaks, what it does in words, and where it acts.

    request: the request as the server understands it. authorise: whom it takes the caller for. query: what it filters by.
    visible: the images that it lists from. members: the body that it checks and stores. handle: what it
    does instead, unless None. stored: what becomes of what was stored. answer: what it sends.
    """

    id: str
    breaks: tuple[str, ...]
    description: str
    hooks: Hooks
