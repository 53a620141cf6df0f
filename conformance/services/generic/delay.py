"""What a service does later than it answers: where it may, it is waited for.

Rules
- What was answered with 202 was accepted, and need not be done yet (RFC 9110, 15.3.3): it is due when the time is over.
- Who is at work on a resource may refuse with 409 what is asked of it meanwhile (RFC 9110, 15.5.10).
- What never comes is waited for twice in a run (run/sending/waits.py), each thing by itself: what differs for ever does not
  keep what is late from being waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from functools import partial
from typing import Any, TypeVar

from conformance.model.message import Exchange
from conformance.run.sending.caller import ServiceCaller
from conformance.services.generic.rest import PATIENCE, PAUSE

__all__ = ["accepted", "seen_after", "seen_when", "sent_when_free"]

T = TypeVar("T")


def accepted(exchange: Exchange) -> bool:
    """Whether a request was only accepted, so that what it asks for need not be done."""
    return exchange.response.status == 202


def seen_when(
    cloud: ServiceCaller, about: Hashable, seen: T, look: Callable[[], T], left: Callable[[T], Collection[str]]
) -> T:
    """What a further look shows once nothing is `left` of what was `seen`, or the time is over; `about` and what is left
    tell what is waited for."""
    waited, missing = 0.0, left(seen)
    missed = set(missing)
    while missing and waited < PATIENCE and not cloud.waits.hopeless(about, missing):
        cloud.wait(PAUSE)
        waited += PAUSE
        seen = look()
        missing = left(seen)
        missed.update(missing)
    cloud.waits.over(about, missed, missing, waited=waited > 0)
    return seen


def seen_after(cloud: ServiceCaller, exchange: Exchange | None, look: Callable[[], T], done: Callable[[T], bool]) -> T:
    """What a look shows after a request; where that was only accepted, once it is done, or its time is over."""
    seen = look()
    if exchange is None or not accepted(exchange):
        return seen

    def left(seen: T) -> tuple[str, ...]:
        return () if done(seen) else ("otherwise" if seen else "absent",)

    return seen_when(cloud, (exchange.operation, _called(look), _called(done)), seen, look, left)


def _called(function: Callable[..., Any]) -> tuple[str, ...]:
    """A function by its name, and by the first text that it is given beforehand: the member that it looks at."""
    if not isinstance(function, partial):
        return (function.__qualname__,)
    return (function.func.__qualname__, *[item for item in function.args if isinstance(item, str)][:1])


def sent_when_free(cloud: ServiceCaller, send: Callable[[], Exchange], where: str = "") -> Exchange:
    """The answer to a request about a resource of ours; while a conflict refuses it, it is sent again until the time is
    over. What was in vain there, or `where` nothing is judged, is no reason to wait less elsewhere."""
    first = send()
    return seen_when(cloud, ("free", first.operation, where), first, send, _conflicts)


def _conflicts(exchange: Exchange) -> tuple[str, ...]:
    return ("free",) if exchange.response.status == 409 else ()
