"""What a service does later than it answers: where it may, it is waited for.

Rules
- What was answered with 202 was accepted, and need not be done yet (RFC 9110, 15.3.3): it is due when the time is over.
- Who is at work on a resource may refuse with 409 what is asked of it meanwhile (RFC 9110, 15.5.10).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from conformance.model.message import Exchange
from conformance.run.sending.caller import ServiceCaller
from conformance.services.generic.rest import PATIENCE, PAUSE

__all__ = ["accepted", "seen_after", "sent_when_free"]

T = TypeVar("T")


def accepted(exchange: Exchange) -> bool:
    """Whether a request was only accepted, so that what it asks for need not be done."""
    return exchange.response.status == 202


def seen_after(cloud: ServiceCaller, exchange: Exchange | None, look: Callable[[], T], done: Callable[[T], bool]) -> T:
    """What a look shows after a request; where that was only accepted, once it is done, or its time is over."""
    seen, waited = look(), 0.0
    while exchange is not None and accepted(exchange) and waited < PATIENCE and not done(seen):
        cloud.wait(PAUSE)
        waited += PAUSE
        seen = look()
    return seen


def sent_when_free(cloud: ServiceCaller, send: Callable[[], Exchange]) -> Exchange:
    """The answer to a request about a resource of ours; while a conflict refuses it, it is sent again until the time is
    over."""
    exchange, waited = send(), 0.0
    while exchange.response.status == 409 and waited < PATIENCE:
        cloud.wait(PAUSE)
        waited += PAUSE
        exchange = send()
    return exchange
