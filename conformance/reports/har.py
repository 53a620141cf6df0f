"""The exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), readable by browsers' developer tools."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.model.message import Exchange, Headers
from conformance.reports.presentation import Presentation

__all__ = ["to_har"]


def to_har(shown: Presentation) -> dict[str, Any]:
    """Every exchange of the run, in order; the members that begin with an underscore are ours.

    Of a large file only the beginning is there; its size is that of the whole."""
    verdict = shown.verdict
    creator = {"name": "easystack-conformance", "version": verdict.run.suite_version}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(item) for item in verdict.exchanges]}}


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
        sent["postData"] = {"mimeType": request.headers.get("Content-Type") or "", **_content(request.body)}
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
                **_content(response.body),
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
    }


def _fields(headers: Headers) -> list[Mapping[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items]


def _content(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
