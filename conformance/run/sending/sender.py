"""The sender of a run: every request, whoever makes it, is sent, recorded and judged here.

Rules
- A platform may limit how many requests it takes (429, and 503 with Retry-After; RFC 6585, 4; RFC 9110, 10.2.3; some
  gateways have another status, and only their text says so). That is outside the document (ruling 46): the request is
  sent again after the time that is asked for, within bounds, and what it met is neither recorded nor judged. When the
  bounds are reached the target cannot be judged by it.
- A connection that breaks is no breach (RFC 9112, 9.3). What is safe to send again (RFC 9110, 9.2.2) is sent again, once;
  of anything else nobody knows whether it was carried out, which is the case's affair.
- A delete that is sent again and finds nothing has been carried out the first time: whose answer is lost.
- A target that answered before and that no connection can be made to is waited for, since services are restarted.
- So is an identity service that gave a token before, when one is renewed and a gateway answers in its place or its
  connections are closed (run/sending/gateway.py): what it met is neither recorded nor judged.
- An answer that ends before its announced end, or is a 408 that closes the connection, is a connection that broke; when
  the next one to the same operation does the same, it is what the target says, and is judged.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from conformance.model.errors import ConnectionBroken, NotACloud, TargetAway, TargetBusy, TargetUnreachable, TimeOver
from conformance.model.message import GONE, READING, Exchange, Request, Response
from conformance.run.recorder import Recorder
from conformance.run.sending.gateway import PAUSES, in_place_of_the_service
from conformance.run.sending.pace import Pace
from conformance.run.sending.refusal import words_of
from conformance.run.sending.spans import Spans, united
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport, origin_of

__all__ = ["RecordingSender", "Setbacks", "limits_the_rate", "token_variable", "wait_asked"]

RATE_STATUSES = frozenset({403, 420, 503, 509})
"""Statuses besides 429 with which gateways refuse for the rate; 420 and 509 are in no RFC."""
RATE_WORDS = re.compile(
    r"\brate[\s_-]?limit|\b(request|call)s?[\s_-]?(rate|limit)\b[^.]{0,40}\bexceed|too many requests|\bthrottl|\bslow[\s_-]?down\b"
    r"|限流|流控|请求[^。]{0,8}(过多|频繁)",
    re.IGNORECASE,
)

PATIENCE, IMPATIENCE = 60.0, 3.0
"""Seconds that one request waits for a target that limits it, or twice the first time asked for; and that the next ones
to the same operation wait after one has waited in vain."""
LEAST = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds that are waited at least before the first, the second ... time that a request is sent again: a target may ask
for none or little, and refuse it all the same."""
OUTAGE = 45.0
"""Seconds that a target which answered before may be away."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 4.0
"""Seconds after which it is looked for again; each time twice as many."""
REPEATABLE = READING | {"DELETE"}
"""Methods whose requests may be sent twice (RFC 9110, 9.2.2). PUT would be one; that of data is none with OpenStack's
services, which refuse it when the data are there."""


def token_variable(actor: str) -> str:
    """The shell variable that stands for the token of an actor: `$OS_TOKEN`, `$OS_TOKEN_OTHER`."""
    return "$OS_TOKEN" if actor == "main" else f"$OS_TOKEN_{actor.upper()}"


@dataclass(slots=True)
class Setbacks:
    """What a run met on its way to the target, and put right by itself.

    `waits` counts how often the target asked to wait, `waited` is when that was; `limits` counts how often it was for the
    rate. `sent_again` counts requests whose connection broke and that were sent again, `away` is when the target was away
    and came back. `logins` counts how often a token was lost and a new one fetched,
    `cases_again` the cases that ran again because a connection broke. `disturbed` counts the lists that others have
    changed whenever they were walked, so that they were not judged.
    """

    waits: int = 0
    waited: Spans = ()
    limits: int = 0
    sent_again: int = 0
    away: Spans = ()
    logins: int = 0
    cases_again: int = 0
    disturbed: int = 0

    def taken(self) -> Setbacks:
        """What was counted so far; counting begins anew."""
        before = replace(self)
        for item in fields(self):
            setattr(self, item.name, item.default)
        return before

    def add(self, other: Setbacks) -> None:
        """Count those of another process too."""
        for item in fields(self):
            both = getattr(self, item.name) + getattr(other, item.name)
            setattr(self, item.name, united(both) if isinstance(both, tuple) else both)


class RecordingSender:
    """Sends through the transport of the target, at the pace of the run; each exchange is written down by the
    recorder."""

    def __init__(
        self,
        transport: Transport,
        recorder: Recorder,
        secrets: Secrets,
        pace: Pace | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pace = pace or Pace()
        self.troubles = Setbacks()
        self._transport = transport
        self._recorder = recorder
        self._secrets = secrets
        self._sleep = sleep
        self._clock = clock
        self._reached: set[str] = set()  # origins that have answered
        self._away: dict[str, float] = {}  # origin -> when it was first found to be away
        self._tokens_from: set[str] = set()  # origins that have given a token
        self._given_up: set[str] = set()  # those among them that were waited for in vain
        self._limited: set[str] = set()  # operations at which one has waited in vain
        self._cut: set[str] = set()  # operations whose last answer was cut off

    def knows(self, other: RecordingSender) -> None:
        """Count, and know of the target, what another sender of the run does: both are one to the target."""
        self.troubles, self._reached, self._away = other.troubles, other._reached, other._away
        self._tokens_from, self._given_up = other._tokens_from, other._given_up

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Wait for no answer longer than so many seconds meanwhile."""
        return self._transport.within(seconds)

    def left(self) -> float:
        """Seconds until nothing is sent any more."""
        return self._transport.deadline.left()

    def exchange(self, request: Request) -> Exchange:
        """Send a request; returns the exchange as it was recorded. Raises TargetUnreachable, TargetBusy, NotACloud or
        SuiteError."""
        return self.record(request, self.answer(request))

    def record(self, request: Request, response: Response) -> Exchange:
        """Write down a request and its answer, which are judged by it."""
        return self._recorder.observe(request, response)

    def send(self, request: Request) -> Response:
        """Send a request of the login (target.transport.Sender); the token that it brings is a secret from now on."""
        origin = origin_of(request.url)
        response = self.record(request, self._after_an_outage(request, origin)).response
        token = response.headers.get("X-Subject-Token")
        if token:
            self._secrets.learn(token, token_variable(request.actor))
            self._tokens_from.add(origin)
        return response

    def _after_an_outage(self, request: Request, origin: str) -> Response:
        """The answer to a request of a login; whatever stands before an identity service that gave tokens and is being
        restarted is waited for, at most half of the time that is left. Raises TargetAway and ConnectionBroken when that
        does not end."""
        if origin not in self._tokens_from:
            return self.answer(request)
        began, broken, tries = self._clock(), None, 0
        most = 0.0 if origin in self._given_up else min(OUTAGE, self.left() / 2)
        while True:
            try:
                response = self.answer(request, broken)
                if not in_place_of_the_service(response):
                    self._given_up.discard(origin)
                    if tries:
                        self.troubles.away = united((*self.troubles.away, (began, self._clock())))
                    return response
                where = urlsplit(request.url).netloc
                error: TargetUnreachable = TargetAway(
                    f"{where}: a gateway answers {response.status} in place of the service"
                )
            except ConnectionBroken as closed:
                error = broken = closed
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            if self._clock() - began + pause > most:
                if most == OUTAGE:  # deleting after a case has little time, and says nothing of those to come
                    self._given_up.add(origin)
                raise error
            self._sleep(pause)
            tries += 1

    def answer(self, request: Request, broken: ConnectionBroken | None = None) -> Response:
        """The answer to a request, after what stood in the way of one; neither recorded nor judged yet. Raises TargetBusy,
        TargetUnreachable, TimeOver and NotACloud. `broken` is how its connection broke when it was sent before: then it is
        not sent a second time."""
        try:
            return self._answer(request, broken)
        except (TargetUnreachable, TimeOver, NotACloud) as error:
            if request.method == "DELETE" and not isinstance(error, TargetAway):
                self._recorder.unanswered.add(request.url)
            raise

    def _answer(self, request: Request, broken: ConnectionBroken | NotACloud | None) -> Response:
        waiting = _Waiting()
        while True:
            try:
                with self.pace.turn():
                    response = self._transport.send(request)
            except TargetAway as error:
                self._wait_for_return(request, error)
                continue
            except (ConnectionBroken, NotACloud) as error:
                if broken is not None or not self.repeatable(request):
                    raise
                broken = error
                self.troubles.sent_again += 1
                continue
            self._answered(request)
            if self._may_wait(request, response, waiting):
                continue
            cut = self._cut_off(request, response)
            if cut is not None and broken is None:
                if not self.repeatable(request):
                    raise cut
                broken = cut
                self.troubles.sent_again += 1
                continue
            if broken is not None and request.method == "DELETE" and response.status in GONE:
                self._recorder.excuse(self._recorder.observe(request, response))
                raise ConnectionBroken(str(broken), done=True)
            return response

    # --- what broke -------------------------------------------------------------------------------------------------

    def repeatable(self, request: Request) -> bool:
        """Whether a request may be sent twice without harm. A login leaves a token more, and nothing else."""
        token = self._recorder.contract.token_operation
        return request.method in REPEATABLE or (token is not None and request.operation == token.id)

    def _cut_off(self, request: Request, response: Response) -> ConnectionBroken | None:
        """What is wrong with an answer that ended before its announced end, or that says that its connection was idle for
        too long (RFC 9110, 15.5.9): it may have been sent before the request came. None for a whole one, and when the last
        one to this operation was like that, too."""
        operation = f"{request.method} {request.operation}"
        where = urlsplit(request.url).netloc
        if response.status == 408 and "close" in (response.headers.get("Connection") or "").lower():
            if operation in self._cut:
                return None
            self._cut.add(operation)
            return ConnectionBroken(
                f"{where}: the connection broke during {request.method}: it was closed as idle (408)"
            )
        announced = (response.headers.get("Content-Length") or "").strip()
        bodiless = request.method == "HEAD" or response.status in {204, 304} or response.truncated
        if bodiless or not announced.isdecimal() or int(announced[:18]) <= response.size:
            self._cut.discard(operation)
            return None
        if operation in self._cut:
            return None
        self._cut.add(operation)
        return ConnectionBroken(
            f"{where}: the connection broke during {request.method}: {response.size} of {announced} bytes came"
        )

    # --- who is away ------------------------------------------------------------------------------------------------

    def _answered(self, request: Request) -> None:
        origin = origin_of(request.url)
        self._reached.add(origin)
        since = self._away.pop(origin, None)
        if since is not None:
            self.troubles.away = united((*self.troubles.away, (since, self._clock())))

    def _wait_for_return(self, request: Request, error: TargetAway) -> None:
        """Let some time pass; raises the error when the target was away for too long, or never there."""
        origin, now = origin_of(request.url), self._clock()
        if origin not in self._reached:
            raise error
        gone = now - self._away.setdefault(origin, now)
        pause = max(FIRST_PAUSE, min(gone, LONGEST_PAUSE))
        if gone >= OUTAGE or pause > self._transport.deadline.left():
            raise error
        self._sleep(pause)

    # --- who asks to wait -------------------------------------------------------------------------------------------

    def _may_wait(self, request: Request, response: Response, waiting: _Waiting) -> bool:
        """Whether the target asked to wait, and was waited for: then the request is to be sent again. Raises
        TargetBusy."""
        operation = f"{request.method} {request.operation}"
        asked = wait_asked(response, waiting.tries + 1)
        if asked is None:
            self._limited.discard(operation)
            return False
        if limits_the_rate(response):
            self.troubles.limits += 1
            self.pace.limited(asked)
        seconds = asked if asked >= LEAST[2] else max(asked, LEAST[min(waiting.tries, len(LEAST) - 1)])
        waiting.tries += 1
        waiting.most = max(waiting.most, PATIENCE, 2 * asked if waiting.tries == 1 else 0.0)
        most = IMPATIENCE if operation in self._limited else waiting.most
        if waiting.seconds + seconds > most or seconds > self._transport.deadline.left():
            self._limited.add(operation)
            where = urlsplit(request.url).netloc
            times = f"{waiting.tries} time{'s' if waiting.tries > 1 else ''}"
            raise TargetBusy(
                f"{where}: takes no more requests ({response.status} to {request.method}, {times})",
                rate=limits_the_rate(response),
            )
        waiting.seconds += seconds
        self.troubles.waits += 1
        began = self._clock()
        self.troubles.waited = united((*self.troubles.waited, (began, began + seconds)))
        self._sleep(seconds)
        return True


@dataclass(slots=True)
class _Waiting:
    """How often one request was refused, the seconds that it has waited, and those that it may wait."""

    tries: int = 0
    seconds: float = 0.0
    most: float = 0.0


def limits_the_rate(response: Response) -> bool:
    """Whether an answer refuses a request for how many there were before it."""
    if response.status == 429:
        return True
    return response.status in RATE_STATUSES and RATE_WORDS.search(words_of(response)) is not None


def wait_asked(response: Response, tries: int = 1) -> float | None:
    """The seconds after which a request is to be sent again, None when the answer does not ask for that.

    Without a time, or with one that cannot be read, a limit of the rate asks for 1, 2, 4 ... seconds, after so many
    `tries`.
    """
    limited = limits_the_rate(response)
    said = response.headers.get("Retry-After")
    if not limited and (response.status != 503 or said is None):
        return None
    seconds = _seconds(said or "")
    return float(2 ** min(tries - 1, 10)) if seconds is None and limited else seconds


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
