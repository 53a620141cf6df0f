"""Liberties: what a server may do without breaking a promise. The suite must be silent on each, or it raises false alarms.

A liberty acts as a fault does, and breaks nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store
from conformance.services.wire import JSON_TYPE, Answer, Call, Caller, Refused

__all__ = ["liberties"]

CROWD = 60
"""Images that are there before a run begins; a page of many services holds 25."""


def liberties() -> Iterator[Fault]:
    """Every liberty of the reference target."""
    yield from _of_times()
    yield from _of_json()
    yield from _of_http()
    yield from _of_answers()
    yield from _of_clouds()


def _liberty(name: str, description: str, hooks: Hooks) -> Fault:
    return Fault(f"liberty.{name}", (), description, hooks)


# --- how a value is written -----------------------------------------------------------------------------------------


def _of_times() -> Iterator[Fault]:
    china = timezone(timedelta(hours=8))
    for name, description, write in (
        ("offset", "times of images carry the offset +08:00", lambda time: time.astimezone(china).isoformat()),
        (
            "fraction",
            "times of images have a fraction of a second",
            lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        ),
        ("utc-as-offset", "times of images carry the offset +00:00", lambda time: time.isoformat()),
    ):
        yield _liberty(f"times.{name}", description, _documents(_timed(write)))


def _timed(write: Callable[[datetime], str]) -> Callable[[Any], Any]:
    def change(image: dict[str, Any]) -> dict[str, Any]:
        stamps = {
            name: write(datetime.fromisoformat(image[name]).astimezone(UTC))
            for name in ("created_at", "updated_at")
            if image.get(name)
        }
        return {**image, **stamps}

    return change


def _documents(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Hooks:
    """Change how each image is shown, in lists too."""

    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        body = answer.body
        if call.service != "image" or answer.status not in {200, 201} or not isinstance(body, dict):
            return answer
        if call.operation == "image.list":
            return replace(answer, body={**body, "images": [change(item) for item in body["images"]]})
        return replace(answer, body=change(body)) if "id" in body else answer

    return Hooks(answer=answer)


# --- how a document is written --------------------------------------------------------------------------------------


def _of_json() -> Iterator[Fault]:
    yield _liberty(
        "json.indented",
        "JSON is indented and ends in a line break",
        _written(lambda body: json.dumps(body, ensure_ascii=False, indent=4) + "\n"),
    )
    yield _liberty(
        "json.escaped",
        "JSON escapes all that is not ASCII",
        _written(lambda body: json.dumps(body, separators=(",", ":"))),
    )
    yield _liberty(
        "json.order",
        "members come in another order",
        _written(lambda body: json.dumps(_turned(body), ensure_ascii=False)),
    )


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _written(write: Callable[[Any], str]) -> Hooks:
    def answer(_call: Call, answer: Answer, _store: Store) -> Answer:
        if isinstance(answer.body, dict) and answer.media_type == JSON_TYPE and answer.raw is None:
            return replace(answer, raw=write(answer.body).encode("utf-8", "replace"))
        return answer

    return Hooks(answer=answer)


# --- how an answer is sent ------------------------------------------------------------------------------------------


def _of_http() -> Iterator[Fault]:
    def always(change: Callable[[Call, Answer], Answer]) -> Hooks:
        return Hooks(answer=lambda call, answer, _store: change(call, answer))

    def with_headers(**headers: str) -> Callable[[Call, Answer], Answer]:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return lambda _call, answer: replace(answer, headers={**answer.headers, **fields})

    yield _liberty(
        "http.charset",
        "the media type of JSON names its charset, in capitals",
        always(
            lambda _call, answer: (
                replace(answer, media_type="application/json; charset=UTF-8")
                if answer.media_type == JSON_TYPE
                else answer
            )
        ),
    )
    yield _liberty(
        "http.more-headers",
        "answers carry headers of proxies and caches",
        always(
            with_headers(
                Server="nginx",
                Vary="Accept-Encoding",
                Cache_Control="no-store",
                X_Cache="MISS",
                Set_Cookie="route=a1b2; Path=/",
            )
        ),
    )
    yield _liberty(
        "http.closing", "each connection is closed after its answer", always(with_headers(Connection="close"))
    )
    yield _liberty(
        "http.lower-case",
        "names of headers are in lower case",
        always(
            lambda _call, answer: replace(
                answer, headers={name.lower(): value for name, value in answer.headers.items()}
            )
        ),
    )
    yield _liberty("http.chunked", "bodies come in chunks", always(_chunked))
    yield _liberty("http.gzip", "JSON is compressed for those who accept it", always(_compressed))
    yield _liberty(
        "http.typed-empty",
        "an empty answer names a media type",
        always(
            lambda _call, answer: (
                replace(answer, headers={**answer.headers, "Content-Type": "text/html; charset=UTF-8"})
                if answer.status == 204
                else answer
            )
        ),
    )
    yield _liberty(
        "http.request-id-own", "request ids are plain UUIDs, in a header of another name", always(_own_request_id)
    )
    yield _liberty(
        "http.no-challenge",
        "a 401 comes without a challenge",
        always(
            lambda _call, answer: replace(
                answer, headers={name: value for name, value in answer.headers.items() if name != "WWW-Authenticate"}
            )
        ),
    )
    yield _liberty("http.location-absolute", "Location is an absolute URL", always(_absolute_location))


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


def _own_request_id(_call: Call, answer: Answer) -> Answer:
    kept = {name: value for name, value in answer.headers.items() if name != "x-openstack-request-id"}
    return replace(answer, headers={**kept, "RequestId": str(uuid.uuid4())})


def _absolute_location(call: Call, answer: Answer) -> Answer:
    place = answer.headers.get("Location")
    if place is None:
        return answer
    return replace(
        answer, headers={**answer.headers, "Location": f"http://{call.headers.get('host', 'localhost')}/image{place}"}
    )


# --- what an answer says --------------------------------------------------------------------------------------------


def _of_answers() -> Iterator[Fault]:
    def failing(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Hooks:
        def answer(_call: Call, answer: Answer, _store: Store) -> Answer:
            body = answer.body
            return (
                replace(answer, body={"error": change(body["error"])})
                if isinstance(body, dict) and isinstance(body.get("error"), dict)
                else answer
            )

        return Hooks(answer=answer)

    yield _liberty(
        "envelope.chinese",
        "messages of failures are Chinese",
        failing(lambda error: {**error, "message": "请求无法完成：" + str(error["message"])}),
    )
    yield _liberty(
        "envelope.title-case",
        "titles of failures are in lower case",
        failing(lambda error: {**error, "title": str(error["title"]).lower()}),
    )
    yield _liberty(
        "image.more-members",
        "images have properties that the platform sets",
        _documents(
            lambda image: {
                **image,
                "os_hidden": False,
                "os_hash_algo": "sha512",
                "os_hash_value": None,
                "x_region": "cn-北京",
            }
        ),
    )
    yield _liberty(
        "image.tags-sorted",
        "tags come in another order",
        _documents(lambda image: {**image, "tags": sorted(image["tags"], reverse=True)}),
    )
    yield _liberty("image.checksum-sha256", "checksums are SHA-256", Hooks(answer=_longer_checksums))
    yield _liberty(
        "image.no-locations",
        "images have no locations",
        _documents(lambda image: {name: image[name] for name in image if name != "locations"}),
    )
    yield _liberty(
        "list.plain", "a list holds nothing but id, name and links, and what it is asked by", _documents_of_lists()
    )
    yield _liberty("list.absolute-links", "links between pages are absolute", Hooks(answer=_absolute_links))
    yield _liberty(
        "download.absent-refused", "a file that is not there yet is refused with 404", Hooks(handle=_no_file)
    )
    yield _liberty(
        "isolation.forbidden", "images of other projects are forbidden, not hidden", Hooks(handle=_forbidden)
    )


def _longer_checksums(call: Call, answer: Answer, store: Store) -> Answer:
    def change(image: dict[str, Any]) -> dict[str, Any]:
        held = store.get(str(image["id"]))
        data = held.data if held is not None else None
        return image if data is None else {**image, "checksum": hashlib.sha256(data).hexdigest()}

    hook = _documents(change).answer
    return hook(call, answer, store) if hook is not None else answer


def _documents_of_lists() -> Hooks:
    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        if call.operation != "image.list" or answer.status != 200 or not isinstance(answer.body, dict):
            return answer
        hidden = {"locations", "checksum", "virtual_size"}
        rows = [{name: value for name, value in item.items() if name not in hidden} for item in answer.body["images"]]
        return replace(answer, body={**answer.body, "images": rows})

    return Hooks(answer=answer)


def _absolute_links(call: Call, answer: Answer, _store: Store) -> Answer:
    if call.operation != "image.list" or not isinstance(answer.body, dict):
        return answer
    root = f"http://{call.headers.get('host', 'localhost')}/image"
    links = {name: root + str(answer.body[name]) for name in ("first", "next") if name in answer.body}
    return replace(answer, body={**answer.body, **links})


def _no_file(call: Call, caller: Caller, store: Store) -> Answer | None:
    if call.operation == "image.download" and store.find(caller, call.image_id).data is None:
        raise Refused(404, "There is no data yet.")
    return None


def _forbidden(call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    if (
        image is not None
        and image.owner != caller.project
        and image.members["visibility"] == "private"
        and not caller.admin
    ):
        raise Refused(403, "This image belongs to another project.")
    return None


# --- what is there besides us ---------------------------------------------------------------------------------------


def _of_clouds() -> Iterator[Fault]:
    yield _liberty(
        "cloud.crowded", "the project has images already, and others have public ones", Hooks(handle=_crowded)
    )
    yield _liberty("cloud.busy", "others make and delete public images all the time", Hooks(handle=_Busy()))


def _stranger(store: Store, number: int, owner: str, visibility: str) -> Image:
    now = store.clock.now()
    image = Image(str(uuid.uuid4()), owner, now, now, -number)
    image.members |= {
        "name": f"platform {number}",
        "visibility": visibility,
        "tags": [],
        "disk_format": "qcow2",
        "container_format": "bare",
    }
    image.data = b"data" if number % 2 else None
    return image


def _crowded(_call: Call, caller: Caller, store: Store) -> Answer | None:
    if not any(str(image.members["name"]).startswith("platform ") for image in store.all()):
        for number in range(1, CROWD + 1):
            mine = number % 3 == 0
            store.put(_stranger(store, number, caller.project if mine else "another", "private" if mine else "public"))
    return None


class _Busy:
    """One public image of somebody else's comes and another goes with each call."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._made = 0

    def __call__(self, _call: Call, _caller: Caller, store: Store) -> Answer | None:
        self._made += 1
        image = _stranger(store, self._made, "another", "public")
        store.put(image)
        self._ids.append(image.id)
        if len(self._ids) > 5:
            store.drop(self._ids.pop(0))
        return None
