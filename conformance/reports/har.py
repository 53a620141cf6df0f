"""The exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), readable by browsers' developer tools.

Each entry is one line, so that a file of any length is written and read (recorded.py) one exchange at a time.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.model.message import Exchange, Headers, Request, Response
from conformance.reports.encoding import json_line
from conformance.reports.presentation import Presentation

__all__ = ["ENTRIES", "HEAD", "TAIL", "to_har"]


HEAD, ENTRIES, TAIL = b'{"log": {"version": "1.2", "creator": ', b', "entries": [\n', b"\n]}}\n"
"""How the file begins, and its first line and the file end; where all are so, each line between them is an entry."""


def to_har(shown: Presentation) -> Iterator[bytes]:
    """Every exchange of the run, in order, in pieces; the members that begin with an underscore are ours.

    Of a body that is too large to be kept only the beginning (`text`) and the end (`_end`) are there, with the SHA-256 of
    all of it (`_sha256`) and how much is left out between them (`_leftOut`, bytes); its size is that of the whole."""
    verdict = shown.verdict
    creator = {"name": "easystack-conformance", "version": verdict.run.suite_version}
    yield HEAD + json_line(creator) + ENTRIES
    for place, exchange in enumerate(verdict.exchanges):
        yield (b",\n" if place else b"") + json_line(_entry(exchange))
    yield TAIL


def _entry(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    milliseconds = round(response.elapsed * 1000, 3)
    sent: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _fields(request.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": request.size,
    }
    if request.body:
        sent["postData"] = {"mimeType": request.headers.get("Content-Type") or "", **_content(request)}
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="microseconds"),
        "time": milliseconds,
        "request": sent,
        "response": {
            "status": response.status,
            "statusText": response.reason,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _fields(response.headers),
            "content": {
                "size": response.size,
                "mimeType": response.headers.get("Content-Type") or "",
                **_content(response),
            },
            "redirectURL": response.headers.get("Location") or "",
            "headersSize": -1,
            "bodySize": response.size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_number": exchange.number,
        "_operation": request.operation,
        "_case": exchange.case,
        "_actor": request.actor,
        "_truncated": response.truncated,
        **({"_led": True} if request.led else {}),
        **({"_doubtful": True} if request.doubtful else {}),
    }


def _fields(headers: Headers) -> list[Mapping[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items]


def _content(message: Request | Response) -> dict[str, Any]:
    """What is kept of a body."""
    kept = _text(message.body)
    if message.left_out:
        kept |= {"_leftOut": message.left_out, "_sha256": message.sha256}
    return kept | ({"_end": _text(message.end)} if message.end else {})


def _text(data: bytes) -> dict[str, Any]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}
