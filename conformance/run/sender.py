"""The sender of a run: every request, whoever makes it, is sent, recorded and judged here.

A platform may limit how many requests it takes (429, and 503 with Retry-After; RFC 6585, 4; RFC 9110, 10.2.3). That is
outside the document (ruling 46): the request is sent again after the time that is asked for, within bounds, and what it
met is neither recorded nor judged. When the bounds are reached the target cannot be judged by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from conformance.model.errors import TargetBusy
from conformance.model.message import Exchange, Request, Response
from conformance.run.recorder import Recorder
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["RecordingSender", "token_variable", "wait_asked"]

MOST_TRIES = 6
"""How often a request is sent to a target that asks to wait."""
LONGEST_WAIT, LONGEST_WAITS = 60.0, 900.0
"""Seconds before one request is sent again, and in all of a run."""


def token_variable(actor: str) -> str:
    """The shell variable that stands for the token of an actor: `$OS_TOKEN`, `$OS_TOKEN_OTHER`."""
    return "$OS_TOKEN" if actor == "main" else f"$OS_TOKEN_{actor.upper()}"


class RecordingSender:
    """Sends through the transport of the target; each exchange is written down by the recorder.

    `waits` counts how often the target asked to wait, `waited` the seconds of that.
    """

    def __init__(
        self,
        transport: Transport,
        recorder: Recorder,
        secrets: Secrets,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self._recorder = recorder
        self._secrets = secrets
        self._sleep = sleep
        self.waits = 0
        self.waited = 0.0

    def exchange(self, request: Request) -> Exchange:
        """Send a request; returns the exchange as it was recorded. Raises TargetUnreachable, TargetBusy, NotACloud or
        SuiteError."""
        return self._recorder.observe(request, self._patient(request))

    def _patient(self, request: Request) -> Response:
        """The answer to a request, sent again for as long as the target asks to wait. Raises TargetBusy."""
        for tries in range(1, MOST_TRIES + 1):
            response = self._transport.send(request)
            seconds = wait_asked(response, tries)
            if seconds is None:
                return response
            if tries == MOST_TRIES or seconds > LONGEST_WAIT or self.waited + seconds > LONGEST_WAITS:
                break
            self.waits += 1
            self.waited += seconds
            self._sleep(seconds)
        where = urlsplit(request.url).netloc
        raise TargetBusy(f"{where}: takes no more requests ({response.status} to {request.method}, {tries} times)")

    def send(self, request: Request) -> Response:
        """Send a request of the login (target.transport.Sender); the token that it brings is a secret from now on."""
        response = self.exchange(request).response
        token = response.headers.get("X-Subject-Token")
        if token:
            self._secrets.learn(token, token_variable(request.actor))
        return response


def wait_asked(response: Response, tries: int = 1) -> float | None:
    """The seconds after which a request is to be sent again, None when the answer does not ask for that.

    Without a time, or with one that cannot be read, 429 asks for 1, 2, 4 ... seconds, after so many `tries`.
    """
    said = response.headers.get("Retry-After")
    if response.status != 429 and (response.status != 503 or said is None):
        return None
    seconds = _seconds(said or "")
    if seconds is None:
        return float(2 ** (tries - 1)) if response.status == 429 else None
    return seconds


def _seconds(text: str) -> float | None:
    """What Retry-After says, in seconds from now: a number of them, or a date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        return max(0.0, (date - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
