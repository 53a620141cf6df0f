"""Liberties of messages: what an answer may well say (ruling 55). It names what the request has named, the client and the
addresses that the client was given; it uses words that programs use, too; it says what product it comes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import cycle
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import sent
from conformance.services.image.target.store import ImageStore
from conformance.services.product import family
from conformance.services.wire import Answer, Call

__all__ = ["liberties"]

Said = Callable[[Call, str], str]

WORDS = (
    "Select a format from the list, update the request and delete from it where needed. SELECT A FORMAT FROM THE LIST.",
    "The body is no JSON: Expecting value at line 3, column 5 (char 17).",
    "Failed validating 'type' in schema['properties']['name']: {'type': ['null', 'string'], 'maxLength': 255} On instance['name']: 7",
    "No traceback is shown; ask support, with the request id. An exception or error may be followed by our log.",
    "See https://docs.example.com/errors/not-found.php or https://help.example.com:5000/v3/page.conf#line-12.",
    "Version 10.2.0.1 of the API is not supported; Release/10.4.0.2 is.",
    "请求无法完成：数据库中没有此项，路径或地址不正确，请联系管理员（代码10.20）。",
    "Try again after 2026-01-01T10:20:30.400Z, at the earliest 00:10:20, ratio 10.20:30.",
    "The limit is 127, the address of the list is /v2, port:5000 is no property, error:5000 no code.",
    "Set the password with password= and a value; the member secret: must be a string, token: expired.",
    "error.internal",
)
"""What a message may say whatever was asked."""


def liberties() -> Iterator[Fault]:
    """The liberties of messages."""
    yield from family("liberty.message", (), _rows())


def _rows() -> Iterator[tuple[str, str, Hooks]]:
    yield "words", "messages of failures have words that programs have, too", _saying(_in_turn())
    yield "request", "messages of failures repeat the request, its query, its path and its body", _saying(_request)
    yield (
        "own-names",
        "messages of failures name the project of the caller, and the image as its owner calls it",
        Hooks(answer=_own_names),
    )
    yield "host", "messages of failures name the host that was addressed, and where tokens are given", _saying(_host)
    yield "client", "answers tell the client its own address", Hooks(answer=_client)
    yield "products", "answers name the products that they come through, with their versions", _with_headers(PRODUCTS)
    yield "schema-member", "failures have members with a link to help and with the schema", Hooks(answer=_with_schema)
    yield "platform", "images have members that the platform sets, with where their data are", Hooks(answer=_platform)


PRODUCTS: Mapping[str, str] = {
    "Server": "Apache/2.4.58 (Unix) OpenSSL/3.0.13 mod_wsgi/5.0.0 Python/3.12",
    "Via": "1.1 varnish (Varnish/7.1), 1.0 gateway (squid/4.6)",
    "X-Powered-By": "PHP/8.2.1",
    "X-Runtime": "0.010203",
    "X-Served-By": "cache-1234-EXA",
    "X-Trans-Id": "tx0a1b2c3d4e5f60718293a-0065f1c2d3",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def _saying(text: Said) -> Hooks:
    return Hooks(answer=lambda call, answer, _store: _with_message(answer, text(call, _message(answer))))


def _message(answer: Answer) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    return str(error.get("message")) if isinstance(error, dict) else ""


def _with_message(answer: Answer, text: str) -> Answer:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if answer.status < 400 or not isinstance(error, dict):
        return answer
    return replace(answer, body={**answer.body, "error": {**error, "message": text}})


def _in_turn() -> Said:
    texts = cycle(WORDS)
    return lambda _call, _said: next(texts)


def _request(call: Call, said: str) -> str:
    """The request as a server may repeat it, decoded and as it writes it in its own language; a login never."""
    if call.service != "image":
        return said
    body = call.body[:2000].decode("utf-8", "replace")
    query = "; ".join(f"{name}={value}" for name, value in call.query)
    return f"{said} {call.method} {call.path} {query} {body} {sent(call)!r}"


def _host(call: Call, said: str) -> str:
    host = call.headers.get("host", "")
    return f"{said} (http://{host}{call.path}; tokens are given at http://{host}/identity/v3, host {host})"


def _own_names(call: Call, answer: Answer, store: ImageStore) -> Answer:
    caller = call.caller
    if caller is None or answer.status < 400 or call.service != "image":
        return answer
    image = store.get(call.image_id)
    name = image.members["name"] if image is not None and image.owner == caller.project else None
    return _with_message(answer, f"{_message(answer)} Project {caller.project}, image {name!r} ({call.image_id}).")


def _client(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
    named = replace(answer, headers={**answer.headers, "X-Forwarded-For": "10.7.7.7", "X-Client-IP": "192.168.7.7"})
    return _with_message(named, f"{_message(answer)} Your address 192.168.7.7 is known; client 10.7.7.7 may ask again.")


def _with_headers(headers: Mapping[str, str]) -> Hooks:
    return Hooks(answer=lambda _call, answer, _store: replace(answer, headers={**headers, **answer.headers}))


def _with_schema(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
    if answer.status < 400 or not isinstance(answer.body, dict):
        return answer
    help_of = {"help": "https://docs.example.com/api.html", "schema": {"type": "object", "required": ["name"]}}
    return replace(answer, body={**answer.body, **help_of})


def _platform(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    body: Any = answer.body
    if call.service != "image" or not isinstance(body, dict) or "id" not in body or answer.status >= 300:
        return answer
    more = {
        "direct_url": f"rbd://c2f1/pool/{body['id']}/snap",
        "stores": "ceph",
        "os_hidden": False,
        "x_note": json.dumps({}),
    }
    return replace(answer, body={**body, **more})
