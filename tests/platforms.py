"""What platforms do before a service, as acts of a gateway: they limit rates, have quotas, break connections and forget tokens."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable

from gateways import Act, Answer, Broken, Call

from conformance.contract.specs import load_contract

PAGE = {"Content-Type": "text/html"}
JSON_TYPE = {"Content-Type": "application/json"}


def refusal(status: int, text: str, **headers: str) -> Answer:
    """A refusal in HTML, as a gateway's."""
    return Answer(status, {**PAGE, **{name.replace("_", "-"): value for name, value in headers.items()}}, text.encode())


def window(
    most: int, seconds: float, status: int = 429, text: str = "<h1>429 Too Many Requests</h1>", **headers: str
) -> Act:
    """So many requests in a time, the login aside."""
    times: deque[float] = deque()

    def act(call: Call) -> Answer | None:
        now = time.monotonic()
        if call.logs_in:
            return None
        while times and now - times[0] > seconds:
            times.popleft()
        if len(times) >= most:
            return refusal(status, text, **headers)
        times.append(now)
        return None

    return act


def bucket(burst: int, rate: float, **headers: str) -> Act:
    """So many requests at once, and so many a second."""
    state = [float(burst), time.monotonic()]

    def act(call: Call) -> Answer | None:
        now = time.monotonic()
        state[0], state[1] = min(burst, state[0] + (now - state[1]) * rate), now
        if state[0] < 1:
            return refusal(429, "slow down", **headers)
        state[0] -= 1
        return None

    return act


def now_and_then(
    every: int, made: Callable[[], Answer | Broken], which: Callable[[Call], bool] = lambda _: True
) -> Act:
    """Every so many requests of some."""
    count = 0

    def act(call: Call) -> Answer | Broken | None:
        nonlocal count
        if call.logs_in or not which(call):
            return None
        count += 1
        return made() if count % every == 0 else None

    return act


def always(made: Callable[[], Answer | Broken], which: Callable[[Call], bool] = lambda _: True, after: int = 0) -> Act:
    """All of some, after so many have been let through."""
    return lambda call: made() if not call.logs_in and which(call) and call.number > after else None


def for_a_while(seconds: float, made: Callable[[], Answer], after: int) -> Act:
    """All for a time, once so many have been let through."""
    began: list[float] = []

    def act(call: Call) -> Answer | None:
        if call.number <= after:
            return None
        began.append(time.monotonic())
        return made() if time.monotonic() - began[0] < seconds else None

    return act


def quota(most: int, made: Callable[[], Answer]) -> Act:
    """So many images in a project."""

    def act(call: Call) -> Answer | None:
        if not call.creates:
            return None
        listed = call.read("/image/v2/images?limit=1000")
        if listed.status != 200 or len(json.loads(listed.body)["images"]) < most:
            return None
        return made()

    return act


def quota_of_members(most: int, member: str) -> Act:
    """So many of something in an image."""

    def act(call: Call) -> Answer | None:
        try:
            body = json.loads(call.body) if call.method in {"POST", "PATCH"} and not call.logs_in else None
        except ValueError:
            return None
        sent = body if isinstance(body, dict) else {}
        for item in body if isinstance(body, list) else ():
            if isinstance(item, dict) and item.get("path") == f"/{member}":
                sent = {member: item.get("value")}
        value = sent.get(member)
        return (
            refusal(413, f"The quota of {member} is {most}.") if isinstance(value, list) and len(value) > most else None
        )

    return act


def lost_token(after: int) -> Act:
    """Tokens that were given before are refused, once so many requests have been let through."""
    given: set[str] = set()
    revoked: set[str] = set()

    def act(call: Call) -> Answer | None:
        if call.number == after:
            revoked.update(given)
        if call.logs_in:
            return None
        given.add(call.token)
        body = {"error": {"code": 401, "title": "Unauthorized", "message": "The token was revoked."}}
        fields = {**JSON_TYPE, "X-Openstack-Request-Id": f"req-{call.number}"}
        return Answer(401, fields, json.dumps(body).encode()) if call.token in revoked else None

    return act


def over_limit() -> Answer:
    return Answer(413, JSON_TYPE, b'{"overLimit": {"code": 413, "message": "This request was rejected."}}')


def quota_of_bytes(most: int, made: Callable[[], Answer]) -> Act:
    """So many bytes of data in a project."""

    def act(call: Call) -> Answer | None:
        if call.method != "PUT" or not call.path.partition("?")[0].endswith("/file"):
            return None
        listed = call.read("/image/v2/images?limit=1000")
        stored = json.loads(listed.body)["images"] if listed.status == 200 else []
        return made() if sum(image["size"] or 0 for image in stored) + len(call.body) > most else None

    return act


def quota_of_properties(most: int, made: Callable[[], Answer]) -> Act:
    """So many further properties in an image."""
    schema = next(item.schema for item in load_contract().operations["image.show"].responses if item.schema)
    known = frozenset(schema["properties"])

    def act(call: Call) -> Answer | None:
        try:
            body = json.loads(call.body) if call.method in {"POST", "PATCH"} and not call.logs_in else None
        except ValueError:
            return None
        if isinstance(body, dict) and call.creates:
            return made() if len(body.keys() - known) > most else None
        added = {
            str(item.get("path"))[1:]
            for item in (body if isinstance(body, list) else ())
            if isinstance(item, dict) and str(item.get("op")) in {"add", "replace"}
        } - known
        image = call.read(call.path) if added else None
        if image is None or image.status != 200:
            return None
        there = set(json.loads(image.body)) - known
        return made() if added - there and len(there | added) > most else None

    return act


STORAGE = "Denying attempt to upload image because it exceeds the quota: The size of the data would exceed the quota."
PROPERTIES = "The limit has been exceeded on the number of allowed image properties. Attempted: 2, Maximum: 1"
"""What Glance says (glance.common.exception, StorageQuotaFull and ImagePropertyLimitExceeded)."""
