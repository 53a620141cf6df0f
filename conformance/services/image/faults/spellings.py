"""Faults behind leniency: another spelling is taken for another value than it means, or is answered with 5xx; and
statuses that are right for one kind of request are sent to another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import Asked, name_of, sent
from conformance.services.image.faults.stages import asking, creating, patching, refuse
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

CREATE, PATCH, LIST = "image.create", "image.patch", "image.list"
LIMIT, KEY, DIRECTION = (rid.query(LIST, name) for name in ("limit", "sort_key", "sort_dir"))
ALL = "1000"
LENGTH = 36
"""Characters of a UUID."""
SERVER_ERROR, DOCUMENTED = ("status.server-error",), ("status.documented",)


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults behind leniency."""
    yield from _limits()
    yield from _other_meanings(contract)
    yield from _server_errors(contract)
    yield from _statuses()


# --- taken for another value ----------------------------------------------------------------------------------------


def _limits() -> Iterator[Fault]:
    def limit(word: str, said: str, read: Callable[[str], str]) -> Fault:
        hooks = asking(lambda query: {**query, "limit": read(query["limit"])} if "limit" in query else query)
        return Fault(f"{LIMIT}.spelled.{word}", (LIMIT,), f"a limit is read {said}", hooks)

    yield limit("to-the-underscore", "up to its underscore", lambda text: text.partition("_")[0])
    yield limit(
        "zeros-are-all", "as none when it begins with a zero", lambda text: ALL if text[:1] == "0" < text else text
    )


def _other_meanings(contract: Contract) -> Iterator[Fault]:
    yield Fault(
        f"{DIRECTION}.spelled.ascending",
        (DIRECTION,),
        "a direction in capitals or with blanks is taken for asc",
        asking(lambda query: _as(query, "sort_dir", "asc", lambda text: text.strip().lower() in {"asc", "desc"})),
    )
    keys = [str(key) for item in contract.operations[LIST].query for key in item.schema.get("enum", ())]
    yield Fault(
        f"{KEY}.spelled.created",
        (KEY,),
        "a sort key in capitals or with blanks is taken for created_at",
        asking(lambda query: _as(query, "sort_key", "created_at", lambda text: text.strip().lower() in keys)),
    )
    formats = (contract.operations[CREATE].request_schema or {})["properties"]["disk_format"]["enum"]

    def other(value: Any) -> Any:
        if not isinstance(value, str) or value in formats or value.strip().lower() not in formats:
            return value
        return next(word for word in formats if word != value.strip().lower())

    said = "takes a disk format in capitals or with blanks for another one"
    yield Fault(
        f"{CREATE}.disk_format.spelled",
        (rid.body(CREATE, "disk_format"),),
        f"create {said}",
        creating(lambda body: {**body, "disk_format": other(body["disk_format"])} if "disk_format" in body else body),
    )
    yield Fault(
        f"{PATCH}.disk_format.spelled",
        (rid.body(PATCH, "value"),),
        f"patch {said}",
        patching(
            lambda items: [
                {**item, "value": other(item["value"])} if name_of(item) == "disk_format" and "value" in item else item
                for item in items
            ]
        ),
    )
    yield Fault(
        f"{CREATE}.id.spelled",
        (rid.body(CREATE, "id"),),
        "create gives another id when the one that is sent has blanks, braces or no hyphens",
        creating(_without_an_odd_id),
    )


def _as(query: Asked, name: str, value: str, known: Callable[[str], bool]) -> Asked:
    text = query.get(name, "")
    return {**query, name: value} if text != text.strip().lower() and known(text) else query


def _without_an_odd_id(body: dict[str, Any]) -> dict[str, Any]:
    text = body.get("id")
    if not isinstance(text, str) or len(text) == LENGTH or len(re.sub(r"urn:uuid:|[\s{}-]", "", text)) != 32:
        return body
    return {name: value for name, value in body.items() if name != "id"}


# --- answered with 5xx ----------------------------------------------------------------------------------------------


def _server_errors(contract: Contract) -> Iterator[Fault]:
    known = {item.name for item in contract.operations[LIST].query} | {*contract.operations[LIST].upstream_query}

    def broken(holds: Callable[[Asked], bool]) -> Hooks:
        return asking(lambda query: refuse(500) if holds(query) else query)

    def spelled(query: Asked) -> bool:
        return any(query.get(name, "") != query.get(name, "").strip() for name in ("sort_key", "sort_dir"))

    said = "blanks around a sort key or a direction are answered with 500"
    yield Fault(f"{LIST}.padded.server-error", SERVER_ERROR, said, broken(spelled))
    said = "a limit in other digits is answered with 500"
    yield Fault(
        f"{LIST}.other-digits.server-error", SERVER_ERROR, said, broken(lambda query: "_" in query.get("limit", ""))
    )
    yield Fault(
        f"{LIST}.unknown-parameter.server-error",
        ("status.unknown-parameter",),
        "a parameter that the document does not have is answered with 500",
        broken(lambda query: not query.keys() <= known),
    )

    for operation in ("image.download", "image.delete", PATCH):
        said = f"{operation} answers 500 to an id with a blank or a line break around it"
        hooks = _failing(500, partial(_padded, operation))
        yield Fault(f"{operation}.padded-id.server-error", SERVER_ERROR, said, hooks)
    yield Fault(
        f"{CREATE}.other-case.server-error",
        SERVER_ERROR,
        "a format in capitals is answered with 500",
        creating(lambda body: refuse(500) if str(body.get("disk_format", "")).isupper() else body),
    )
    yield Fault(
        f"{CREATE}.untyped.server-error",
        SERVER_ERROR,
        "a create without Content-Type is answered with 500",
        _failing(500, _untyped),
    )


def _padded(operation: str, call: Call, answer: Answer) -> bool:
    return call.operation == operation and answer.status in {400, 404} and call.image_id != call.image_id.strip()


def _untyped(call: Call, answer: Answer) -> bool:
    return call.operation == CREATE and answer.status == 400 and not call.media_type


def _failing(status: int, holds: Callable[[Call, Answer], bool]) -> Hooks:
    """Failures for which a condition holds have another status, in their envelope too."""
    title = "Internal Server Error" if status == 500 else "Refused"
    body = {"error": {"message": "No.", "code": status, "title": title}}
    return Hooks(
        answer=lambda call, answer, _store: replace(answer, status=status, body=body) if holds(call, answer) else answer
    )


# --- the right status for another kind of request -------------------------------------------------------------------


def _statuses() -> Iterator[Fault]:
    def wrong(call: Call, answer: Answer) -> bool:
        return (
            call.operation in {CREATE, PATCH} and answer.status == 400 and call.media_type.endswith(("json", "patch"))
        )

    yield Fault(
        "status.too-much.small",
        DOCUMENTED,
        "a small create with a wrong value is refused with 413",
        _failing(413, lambda call, answer: wrong(call, answer) and len(call.body) < 200),
    )
    yield Fault(
        "status.media-type.right",
        DOCUMENTED,
        "a patch with the right media type and a wrong value is refused with 415",
        _failing(415, lambda call, answer: wrong(call, answer) and call.operation == PATCH),
    )
    yield Fault(
        "status.too-much.other",
        DOCUMENTED,
        "a create with too many tags is refused with 422",
        _failing(422, lambda call, answer: wrong(call, answer) and len(_tags(call)) > 128),
    )


def _tags(call: Call) -> list[Any]:
    tags = sent(call).get("tags")
    return tags if isinstance(tags, list) else []
