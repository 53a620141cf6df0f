"""Liberties of answers: how times, JSON and headers are written, what images, lists and files say besides what they
have to."""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.forms import REQUEST_ID, header
from conformance.services.image.faults.stages import Body
from conformance.services.image.liberties.crowd import clouds
from conformance.services.image.target.store import ImageStore
from conformance.services.product import FaultRows, family
from conformance.services.wire import JSON_TYPE, Answer, Call, Caller, Pairs, Refused

__all__ = ["liberties"]

LIST = "image.list"


def liberties() -> Iterator[Fault]:
    """The liberties of answers, and of the cloud around our images."""
    for area, rows in (
        ("times", _times()),
        ("json", _json()),
        ("http", _http()),
        ("envelope", _envelopes()),
        ("image", _images()),
        ("list", _lists()),
        ("download", _downloads()),
        ("isolation", _isolation()),
        ("cloud", clouds()),
    ):
        yield from family(f"liberty.{area}", (), rows)


def _answering(change: Callable[[Call, Answer], Answer]) -> Hooks:
    return Hooks(answer=lambda call, answer, _store: change(call, answer))


# --- how times are written ------------------------------------------------------------------------------------------


def _times() -> FaultRows:
    china = timezone(timedelta(hours=8))
    yield "offset", "times of images carry the offset +08:00", _timed(lambda time: time.astimezone(china).isoformat())
    yield "utc-as-offset", "times of images carry the offset +00:00", _timed(datetime.isoformat)
    yield (
        "fraction",
        "times of images have a fraction of a second",
        _timed(lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.000Z")),
    )
    later = timedelta(microseconds=250_000)
    yield (
        "microseconds",
        "times of images are a quarter of a second later",
        _timed(lambda time: (time + later).isoformat()),
    )


def _timed(write: Callable[[datetime], str]) -> Hooks:
    def change(image: Body) -> Body:
        stamps = {
            name: write(datetime.fromisoformat(image[name]).astimezone(UTC))
            for name in ("created_at", "updated_at")
            if image.get(name)
        }
        return {**image, **stamps}

    return _shown(change)


def _shown(change: Callable[[Body], Body]) -> Hooks:
    """Change how each image is shown, in lists too."""

    def answer(call: Call, answer: Answer) -> Answer:
        body = answer.body
        if call.service != "image" or answer.status not in {200, 201} or not isinstance(body, dict):
            return answer
        if call.operation == LIST:
            return replace(answer, body={**body, "images": [change(item) for item in body["images"]]})
        return replace(answer, body=change(body)) if "id" in body else answer

    return _answering(answer)


# --- how a document is written --------------------------------------------------------------------------------------


def _json() -> FaultRows:
    yield (
        "indented",
        "JSON is indented and ends in a line break",
        _written(lambda body: json.dumps(body, ensure_ascii=False, indent=4) + "\n"),
    )
    yield (
        "escaped",
        "JSON escapes all that is not ASCII",
        _written(lambda body: json.dumps(body, separators=(",", ":"))),
    )
    yield (
        "order",
        "members come in another order",
        _written(lambda body: json.dumps(_turned(body), ensure_ascii=False)),
    )


def _turned(value: Any) -> Any:
    """A document whose objects have their members the other way round."""
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _written(write: Callable[[Any], str]) -> Hooks:
    def answer(_call: Call, answer: Answer) -> Answer:
        if isinstance(answer.body, dict) and answer.media_type == JSON_TYPE and answer.raw is None:
            return replace(answer, raw=write(answer.body).encode("utf-8", "replace"))
        return answer

    return _answering(answer)


# --- how an answer is sent ------------------------------------------------------------------------------------------

PROXIES: Mapping[str, str] = {
    "Server": "nginx",
    "Vary": "Accept-Encoding",
    "Cache-Control": "no-store",
    "X-Cache": "MISS",
    "Set-Cookie": "route=a1b2; Path=/",
}


def _http() -> FaultRows:
    yield "charset", "the media type of JSON names its charset, in capitals", _answering(_with_charset)
    yield "more-headers", "answers carry headers of proxies and caches", _answering(_with_headers(PROXIES))
    yield "closing", "each connection is closed after its answer", _answering(_with_headers({"Connection": "close"}))
    yield "lower-case", "names of headers are in lower case", _answering(_lower_case)
    yield "chunked", "bodies come in chunks", _answering(_chunked)
    yield "gzip", "JSON is compressed for those who accept it", _answering(_compressed)
    yield "typed-empty", "an empty answer names a media type", _answering(_typed_empty)
    yield "empty-length", "an answer without a body says that its length is 0", _answering(_empty_length)
    yield "media-type-case", "the media type of JSON is written in capitals", _answering(_in_capitals)
    yield "request-id-x", "request ids are in the header that others use", _answering(_x_request_id)
    yield "request-id-own", "request ids are plain UUIDs, in a header of another name", _answering(_own_request_id)
    yield "no-challenge", "a 401 comes without a challenge", _answering(lambda _call, answer: _unchallenged(answer))
    yield "location-absolute", "Location is an absolute URL", _answering(_absolute_location)


def _with_headers(headers: Mapping[str, str]) -> Callable[[Call, Answer], Answer]:
    return lambda _call, answer: replace(answer, headers={**answer.headers, **headers})


def _with_charset(_call: Call, answer: Answer) -> Answer:
    return replace(answer, media_type=f"{JSON_TYPE}; charset=UTF-8") if answer.media_type == JSON_TYPE else answer


def _lower_case(_call: Call, answer: Answer) -> Answer:
    return replace(answer, headers={name.lower(): value for name, value in answer.headers.items()})


def _chunked(_call: Call, answer: Answer) -> Answer:
    data = answer.encoded()
    if answer.status == 204 or len(data) < 2:
        return answer
    halves = (data[: len(data) // 2], data[len(data) // 2 :])
    raw = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in halves) + b"0\r\n\r\n"
    return replace(answer, raw=raw, headers={**answer.headers, "Transfer-Encoding": "chunked"})


def _compressed(call: Call, answer: Answer) -> Answer:
    if "gzip" not in call.headers.get("accept-encoding", "") or not isinstance(answer.body, dict):
        return answer
    return replace(answer, raw=gzip.compress(answer.encoded()), headers={**answer.headers, "Content-Encoding": "gzip"})


def _typed_empty(_call: Call, answer: Answer) -> Answer:
    return header(answer, "Content-Type", "text/html; charset=UTF-8") if answer.status == 204 else answer


def _empty_length(_call: Call, answer: Answer) -> Answer:
    return header(answer, "Content-Length", "0") if answer.status == 204 else answer


def _in_capitals(_call: Call, answer: Answer) -> Answer:
    return replace(answer, media_type="Application/JSON") if answer.media_type == JSON_TYPE else answer


def _x_request_id(_call: Call, answer: Answer) -> Answer:
    return header(header(answer, REQUEST_ID, None), "X-Request-Id", uuid.uuid4().hex)


def _own_request_id(_call: Call, answer: Answer) -> Answer:
    return header(header(answer, REQUEST_ID, None), "RequestId", str(uuid.uuid4()))


def _unchallenged(answer: Answer) -> Answer:
    return header(answer, "WWW-Authenticate", None)


def _root(call: Call) -> str:
    """The URL of the image service, as the client wrote it."""
    return f"http://{call.headers.get('host', 'localhost')}/image"


def _absolute_location(call: Call, answer: Answer) -> Answer:
    place = answer.headers.get("Location")
    return answer if place is None else header(answer, "Location", _root(call) + place)


# --- what an answer says --------------------------------------------------------------------------------------------


def _envelopes() -> FaultRows:
    def failing(change: Callable[[Body], Body]) -> Hooks:
        def answer(_call: Call, answer: Answer) -> Answer:
            error = answer.body.get("error") if isinstance(answer.body, dict) else None
            return replace(answer, body={"error": change(error)}) if isinstance(error, dict) else answer

        return _answering(answer)

    def beside(_call: Call, answer: Answer) -> Answer:
        failed = isinstance(answer.body, dict) and "error" in answer.body
        return replace(answer, body={**answer.body, "help": "https://help.example"}) if failed else answer

    yield "more-members", "failures say more than they have to", failing(lambda error: {**error, "details": ["a", 1]})
    yield "beside", "failures have a member beside the envelope", _answering(beside)
    yield (
        "chinese",
        "messages of failures are Chinese",
        failing(lambda error: {**error, "message": f"请求无法完成：{error['message']}"}),
    )
    yield (
        "title-case",
        "titles of failures are in lower case",
        failing(lambda error: {**error, "title": str(error["title"]).lower()}),
    )


def _images() -> FaultRows:
    more = {"os_hidden": False, "os_hash_algo": "sha512", "os_hash_value": None, "x_region": "cn-北京"}
    yield "more-members", "images have properties that the platform sets", _shown(lambda image: {**image, **more})
    yield (
        "tags-sorted",
        "tags come in another order",
        _shown(lambda image: {**image, "tags": sorted(image["tags"], reverse=True)}),
    )
    yield "checksum-sha256", "checksums are SHA-256", Hooks(answer=_longer_checksums)
    yield (
        "no-locations",
        "images have no locations",
        _shown(lambda image: {name: value for name, value in image.items() if name != "locations"}),
    )


def _longer_checksums(call: Call, answer: Answer, store: ImageStore) -> Answer:
    def change(image: Body) -> Body:
        held = store.get(str(image["id"]))
        data = held.data if held is not None else None
        return image if data is None else {**image, "checksum": hashlib.sha256(data).hexdigest()}

    hook = _shown(change).answer
    return hook(call, answer, store) if hook is not None else answer


def _lists() -> FaultRows:
    def listed(change: Callable[[Call, Body], Body]) -> Hooks:
        return _answering(
            lambda call, answer: (
                replace(answer, body=change(call, answer.body))
                if (call.operation, answer.status) == (LIST, 200) and isinstance(answer.body, dict)
                else answer
            )
        )

    def plain(_call: Call, body: Body) -> Body:
        hidden = {"locations", "checksum", "virtual_size"}
        rows = [{name: value for name, value in row.items() if name not in hidden} for row in body["images"]]
        return {**body, "images": rows}

    def absolute(call: Call, body: Body) -> Body:
        return {**body, **{name: _root(call) + str(body[name]) for name in ("first", "next") if name in body}}

    yield "default-page", "a page holds 25 images when no limit is asked for", Hooks(query=_paged)
    yield "most-on-a-page", "a page holds 25 images at most", Hooks(query=_capped)
    yield "oldest-first", "a list that is not sorted begins with the oldest image", Hooks(query=_oldest_first)
    yield "plain", "a list leaves out what it is not asked by", listed(plain)
    yield "absolute-links", "links between pages are absolute", listed(absolute)


PAGE = 25
SORTING = frozenset({"sort_key", "sort-key", "sort_dir", "sort-dir"})


def _paged(_call: Call, query: Pairs) -> Pairs:
    return query if any(name == "limit" for name, _ in query) else [*query, ("limit", str(PAGE))]


def _capped(call: Call, query: Pairs) -> Pairs:
    def capped(name: str, value: str) -> str:
        return str(PAGE) if name == "limit" and value.isdecimal() and int(value) > PAGE else value

    return _paged(call, [(name, capped(name, value)) for name, value in query])


def _oldest_first(_call: Call, query: Pairs) -> Pairs:
    sorts = any(name in SORTING for name, _ in query)
    return query if sorts else [*query, ("sort_key", "created_at"), ("sort_dir", "asc")]


# --- what is refused ------------------------------------------------------------------------------------------------


def _downloads() -> FaultRows:
    named = {"Content-Disposition": 'attachment; filename="image"', "Accept-Ranges": "bytes", "ETag": '"1"'}
    yield "headers", "a file comes with headers of a file server", _answering(_of_files(named))
    yield "absent-refused", "a file that is not there yet is refused with 404", Hooks(handle=_no_file)


def _of_files(headers: Mapping[str, str]) -> Callable[[Call, Answer], Answer]:
    def change(call: Call, answer: Answer) -> Answer:
        sent = call.operation == "image.download" and answer.status == 200
        return replace(answer, headers={**answer.headers, **headers}) if sent else answer

    return change


def _no_file(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    if call.operation == "image.download" and store.find(caller, call.image_id).data is None:
        raise Refused(404, "There is no data yet.")
    return None


def _isolation() -> FaultRows:
    yield "forbidden", "images of other projects are forbidden, not hidden", Hooks(handle=_forbidden)


def _forbidden(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    image = store.get(call.image_id)
    private = image is not None and image.members["visibility"] == "private"
    if image is not None and private and image.owner != caller.project and not caller.admin:
        raise Refused(403, "This image belongs to another project.")
    return None
