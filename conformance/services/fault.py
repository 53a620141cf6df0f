"""A fault: a way in which the reference target breaks promises of the contract while it keeps all others.

The target answers a call in stages: it reads the request, decides who calls, understands a query or a body, does what
is asked, stores it, and sends an answer. A fault puts a function of its own at one or several of these stages, its
`Hooks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.services.identity.target.tokens import Accounts
    from conformance.services.wire import Answer, Call, Caller, Pairs

__all__ = ["Fault", "Hooks"]


@dataclass(frozen=True)
class Hooks:
    """What happens at the stages of a call, in their order; at a stage without a function the target does what is
    right.

    request: the call as the target understands it.
    authorise: who calls, from who called by the token; None for nobody.
    handle: an answer in place of the operation, or None for the operation itself.
    query: the parameters by which a list selects and sorts.
    visible: the resources that a list is made from.
    members: the body that a create or a patch checks and stores.
    stored: called with what a create or a patch has stored, to change it before it is answered.
    answer: the answer that is sent.

    The store is that of the part which is called: it holds what its service has, and is None at the last stage of a
    call to a part that holds nothing, such as a login. A function that raises `Refused` refuses the call. One that has to remember something is made anew with
    each fault, so that nothing of one run is left in the next.
    """

    request: Callable[[Call], Call] | None = None
    authorise: Callable[[Call, Caller | None, Accounts], Caller | None] | None = None
    handle: Callable[[Call, Caller, Any], Answer | None] | None = None
    query: Callable[[Call, Pairs], Pairs] | None = None
    visible: Callable[[Call, list[Any], Any], list[Any]] | None = None
    members: Callable[[Call, Any, Any], Any] | None = None
    stored: Callable[[Call, Any, Any], None] | None = None
    answer: Callable[[Call, Answer, Any], Answer] | None = None


@dataclass(frozen=True)
class Fault:
    """A fault by its id: the requirements that it breaks, what it does in words, and the hooks by which it does that.

    A liberty is the same and breaks nothing; `remarks` are the requirements on which a run against it is to give advice,
    and no other advice is given.
    """

    id: str
    breaks: tuple[str, ...]
    description: str
    hooks: Hooks
    remarks: tuple[str, ...] = ()
