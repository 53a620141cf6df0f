"""What stands before a service and does not reach it: a gateway answers in its place, or a balancer of connections closes each
that it has accepted. The service is being started anew, and is waited for, as one that no connection can be made to
(run/sending/sender.py).

Rules
- The answer of a gateway is a page of 502, 503 or 504; the service itself says what is wrong with it in JSON.
- It is an outage when a plain list meets it, too; else it is an answer to what was asked, and is judged. A
  connection that is closed is one when that to the root of the service is, too; else it is the matter of what was asked.
- When the service is there again, what is safe to send again is sent again; of anything else nobody knows whether it was
  carried out, but for 503, which says that it was not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.model.errors import ConnectionBroken, NotACloud, TargetAway, TargetBusy
from conformance.model.message import Request, Response

__all__ = ["Outages", "in_place_of_the_service"]

STATUSES = frozenset({502, 503, 504})
NOT_DONE = 503
LONGEST = 45.0
"""Seconds that an outage is waited for."""
PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two looks, the first, the second ...; the last one from then on."""


def in_place_of_the_service(response: Response) -> bool:
    """Whether an answer is one of a gateway that does not reach the service."""
    return response.status in STATUSES and "json" not in (response.media_type or "")


@dataclass(slots=True)
class Outages:
    """The outages that a client meets. `count` of them ended, after so many `seconds` in all; `over` says that one did not
    end in time: then nobody waits any more, until the service is met."""

    count: int = 0
    seconds: float = 0.0
    over: bool = False

    def waited_for(
        self,
        request: Request,
        response: Response,
        look: Callable[[], Response],
        resend: Callable[[], Response],
        wait: Callable[[float], None],
        *,
        repeatable: bool,
        patient: bool = True,
    ) -> Response:
        """The answer to a request, after an outage. Raises TargetAway when it lasts and for who is not `patient`, and
        ConnectionBroken for what may have been carried out."""
        if not in_place_of_the_service(response) or not in_place_of_the_service(look()):
            self.over = self.over and in_place_of_the_service(response)
            return response
        where = urlsplit(request.url).netloc
        if not patient or not self._ended(lambda: not in_place_of_the_service(look()), wait, LONGEST):
            raise TargetAway(f"{where}: a gateway answers {response.status} in place of the service")
        if repeatable or response.status == NOT_DONE:
            return resend()
        raise ConnectionBroken(f"{where}: a gateway answered {request.method} with {response.status}")

    def reconnected(
        self,
        error: ConnectionBroken,
        look: Callable[[], object],
        resend: Callable[[], Response],
        wait: Callable[[float], None],
        *,
        repeatable: bool,
        left: float,
    ) -> Response:
        """The answer to a request whose connection was closed, after an outage, which is waited for at most half of the time
        that is `left`. Raises the error when there is none, when it lasts, and for what may have been carried out."""
        if _answers(look):
            self.over = False
            raise error
        if not self._ended(lambda: _answers(look), wait, min(LONGEST, left / 2)) or not repeatable:
            raise error
        return resend()

    def _ended(self, is_there: Callable[[], bool], wait: Callable[[float], None], most: float) -> bool:
        """Wait so many seconds at most for the end of an outage; whether it has ended."""
        waited, looks = 0.0, 0
        while True:
            pause = PAUSES[min(looks, len(PAUSES) - 1)]
            if self.over or waited + pause > most:
                self.over = True
                return False
            wait(pause)
            waited, looks = waited + pause, looks + 1
            if is_there():
                self.count, self.seconds = self.count + 1, self.seconds + waited
                return True


def _answers(look: Callable[[], object]) -> bool:
    """Whether a look is answered, however that may be."""
    try:
        look()
    except ConnectionBroken:
        return False
    except (TargetBusy, NotACloud):
        pass
    return True
