"""Faults of what stands in front of the service: caches, load balancers, firewalls and gateways that answer in its place,
mix answers up, or write requests and answers anew."""

from __future__ import annotations

import copy
import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import REQUEST_ID, broken, header, refusal
from conformance.services.image.faults.reading import Asked
from conformance.services.image.faults.stages import asking
from conformance.services.image.target.store import ImageStore
from conformance.services.product import FaultRows, family
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = ["faults"]

Exchanging = Callable[[Call, Answer], Answer]
LIST, SHOW, CREATE, PATCH = "image.list", "image.show", "image.create", "image.patch"
DELETE, DOWNLOAD = "image.delete", "image.download"
RARELY = 53
"""One request in so many meets what a gateway does at times."""


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of gateways."""
    yield from _caches()
    yield from family("gateway.answer", (rid.header("RequestId"),), _mixed())
    yield from family("gateway.redirect", ("status.documented",), _redirections())
    yield from family("gateway.coding", ("encoding.utf-8",), _codings())
    yield from family("gateway.json", (rid.response(CREATE, 201, "tags"),), _documents())
    yield from family("gateway.query", (rid.query(LIST, "name"),), _queries())
    for parameter in ("status", "changes-since"):
        yield Fault(
            f"{rid.query(LIST, parameter)}.second-page",
            (rid.query(LIST, parameter),),
            f"pages after the first forget {parameter}",
            asking(partial(_forgets, parameter)),
        )
    yield Fault(
        "gateway.token.at-times",
        (rid.header("X-Auth-Token"),),
        "one call in 53 is refused with 401, whatever its token",
        _at_times(lambda _call, answer: refusal(contract, 401, answer)),
    )
    yield Fault(
        "gateway.token.second-time",
        ("status.server-error",),
        "the second call with a token that is none is answered with 500",
        Hooks(answer=_KnownTokens().answer),
    )
    yield Fault(
        "gateway.header.type-twice",
        (rid.header("Content-Type"),),
        "Content-Type stands twice, once as HTML",
        _everywhere(lambda _call, answer: replace(answer, further=(("Content-Type", "text/html"),))),
    )
    yield Fault(
        "gateway.page.accepted",
        (rid.response(CREATE, 201),),
        "one create in 53 is answered with 202 and nothing else",
        _at_times(lambda _call, answer: replace(answer, status=202, body=None), CREATE, 201),
    )
    yield Fault(
        "gateway.page.change-refused",
        (rid.body(PATCH, "op"),),
        "a load balancer knows no PATCH: it is 405, in HTML",
        _everywhere(lambda call, answer: _page(answer, 405) if call.method == "PATCH" else answer),
    )
    yield Fault(
        "gateway.page.shard",
        (rid.response(CREATE, 201),),
        "what has an id that begins with f is 404, in HTML",
        _everywhere(lambda call, answer: _page(answer, 404) if call.image_id.startswith("f") else answer),
    )
    yield Fault(
        "gateway.page.firewall",
        (rid.body(CREATE, "name"),),
        "a create whose body has a comment of SQL is 403, in HTML",
        _everywhere(
            lambda call, answer: _page(answer, 403) if call.operation == CREATE and b"--" in call.body else answer
        ),
    )
    yield Fault(
        "gateway.page.success",
        (rid.path(DELETE, "image_id"), rid.path(PATCH, "image_id")),
        "each failure becomes a page of the gateway, with 200",
        _everywhere(lambda _call, answer: _page(answer, 200) if answer.status >= 400 else answer),
    )


def _everywhere(change: Exchanging) -> Hooks:
    return Hooks(answer=lambda call, answer, _store: change(call, answer) if call.service == "image" else answer)


def _at_times(change: Exchanging, operation: str = "", status: int = 0) -> Hooks:
    """Change one answer in many; with an operation, of its answers of that status."""
    count = 0

    def at_times(call: Call, answer: Answer) -> Answer:
        nonlocal count
        if operation and (call.operation, answer.status) != (operation, status):
            return answer
        count += 1
        return answer if count % RARELY else change(call, answer)

    return _everywhere(at_times)


def _page(answer: Answer, status: int) -> Answer:
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>".encode()
    return replace(answer, status=status, body=page, raw=None, media_type="text/html")


# --- caches ---------------------------------------------------------------------------------------------------------


def _caches() -> Iterator[Fault]:
    """A cache keeps what was read, and gives it again after it was changed; it writes the old request id, or a new one."""
    promises = {LIST: "image.list.complete", SHOW: "image.patch.stored", DOWNLOAD: rid.gone(DELETE)}
    for operation, promise in promises.items():
        word = operation.partition(".")[2]
        for how, said in (("replayed", "to the letter"), ("stamped", "with a request id of its own")):
            breaks = (promise, rid.header("RequestId")) if how == "replayed" else (promise,)
            yield Fault(
                f"gateway.cache.{word}.{how}",
                breaks,
                f"a cache answers a {word} after a change as before it, {said}",
                Hooks(answer=_Cache(operation, stamps=how == "stamped").answer),
            )
    for operation in (LIST, DOWNLOAD):
        word = operation.partition(".")[2]
        yield Fault(
            f"gateway.cache.{word}.shared",
            (rid.stated("image", "isolation", word),),
            f"a cache gives the answer to a {word} to whoever asks the same",
            Hooks(answer=_Cache(operation, stamps=True, shared=True).answer),
        )


class _Cache:
    """Gives each answer to a read up to three times again, whatever was written in between; to the same caller, or to
    all of them."""

    def __init__(self, operation: str, *, stamps: bool, shared: bool = False) -> None:
        self._operation = operation
        self._stamps = stamps
        self._shared = shared
        self._kept: dict[tuple[object, ...], tuple[int, Answer]] = {}

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or the one that was kept."""
        if call.operation != self._operation or call.caller is None:
            return said
        key = (call.path, tuple(call.query), None if self._shared else call.caller.project)
        count, kept = self._kept.get(key, (0, said))
        if 0 < count < 4:
            self._kept[key] = (count + 1, kept)
            return header(kept, REQUEST_ID, said.headers.get(REQUEST_ID)) if self._stamps else kept
        if said.status == 200:
            self._kept[key] = (1, copy.deepcopy(said))
        return said


# --- answers that are another's -------------------------------------------------------------------------------------


def _mixed() -> FaultRows:
    yield "before", "one answer in 53 is the one before it", Hooks(answer=_Before().answer)
    yield "ids-in-turn", "eight workers have one request id each", Hooks(answer=_Workers().answer)


class _Before:
    """Gives one answer in many that of the request before."""

    def __init__(self) -> None:
        self._count = 0
        self._last: Answer | None = None

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or the last one."""
        if call.service != "image":
            return said
        self._count += 1
        if self._count % RARELY == 0 and self._last is not None:
            return self._last
        self._last = copy.deepcopy(said)
        return said


class _Workers:
    """Counts the answers, so that each has the request id of its worker."""

    def __init__(self) -> None:
        self._count = 0

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer with the id of a worker."""
        if call.service != "image":
            return said
        self._count += 1
        return header(said, REQUEST_ID, f"req-{self._count % 8}")


class _KnownTokens:
    """Keeps the tokens that were none, and breaks when one comes again."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or 500."""
        token = call.headers.get("x-auth-token")
        if call.service != "image" or said.status != 401 or not token:
            return said
        again = token in self._known
        self._known.add(token)
        return broken(said) if again else said


# --- redirections, and what was not modified ------------------------------------------------------------------------


def _redirections() -> FaultRows:
    def to(status: int, where: Callable[[Call], str]) -> Exchanging:
        return lambda call, answer: header(_page(answer, status), "Location", where(call))

    slash = to(308, lambda call: f"{call.path}/")
    yield (
        "change",
        "a change is sent to the same path with a slash at its end",
        _everywhere(lambda call, answer: slash(call, answer) if call.method == "PATCH" else answer),
    )
    create = to(301, lambda call: f"{call.path}/")
    yield (
        "create",
        "a create is sent to the same path with a slash at its end, in a way that makes a GET of it",
        _everywhere(lambda call, answer: create(call, answer) if call.operation == CREATE else answer),
    )
    yield (
        "secure",
        "one request in 53 is sent to https",
        _at_times(to(308, lambda call: f"https://{call.headers.get('host', '')}{call.path}")),
    )
    yield "not-modified", "a list that is as it was is answered with 304", Hooks(answer=_NotModified().answer)


class _NotModified:
    """Answers 304 to a list that is as it was, though nobody has said that it is known."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], bytes] = {}

    def answer(self, call: Call, said: Answer, _store: ImageStore) -> Answer:
        """The answer, or 304."""
        if call.operation != LIST or said.status != 200:
            return said
        key, now = (call.path, tuple(call.query), call.caller), said.encoded()
        before = self._known.get(key)
        self._known[key] = now
        return replace(said, status=304, body=None, raw=None) if before == now else said


# --- how a document is written ----------------------------------------------------------------------------------------


def _coded(change: Callable[[bytes], bytes], label: str = "") -> Hooks:
    def answer(_call: Call, said: Answer) -> Answer:
        if said.media_type != JSON_TYPE or said.body is None:
            return said
        coded = replace(said, raw=change(said.encoded()))
        return header(coded, "Content-Encoding", label) if label else coded

    return _everywhere(answer)


def _codings() -> FaultRows:
    yield "left", "JSON is called compressed and is not", _coded(lambda data: data, "gzip")
    yield "unlabelled", "JSON is compressed and nothing says so", _coded(gzip.compress)
    yield (
        "twice",
        "JSON is compressed twice, and says so once",
        _coded(lambda data: gzip.compress(gzip.compress(data)), "gzip"),
    )


def _documents() -> FaultRows:
    def emptied(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: emptied(item) for name, item in value.items()}
        return ([emptied(item) for item in value] or {}) if isinstance(value, list) else value

    yield (
        "empty-array",
        "an array without items is written as an object",
        _everywhere(lambda _call, answer: replace(answer, body=emptied(answer.body))),
    )


# --- how a query is handed on ---------------------------------------------------------------------------------------


def _queries() -> FaultRows:
    def named(change: Callable[[str], str]) -> Hooks:
        return asking(lambda query: {**query, "name": change(query["name"])} if "name" in query else query)

    yield "encoded-twice", "the values of a query are percent-encoded once more", named(quote)
    yield (
        "latin-1",
        "a query is handed on in Latin-1, with question marks for the rest",
        named(lambda name: name.encode("latin-1", "replace").decode("latin-1")),
    )
    yield (
        "cut",
        "a query is cut where a line of 1024 bytes ends",
        named(lambda name: name if len(quote(name)) <= 1024 else name[: 1024 * len(name) // len(quote(name))]),
    )


def _forgets(parameter: str, query: Asked) -> Asked:
    return {name: value for name, value in query.items() if "marker" not in query or name != parameter}
