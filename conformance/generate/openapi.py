"""Requests that schemathesis draws from the effective OpenAPI description, beside those of our own strategies.

It knows no more than the schema does; what a request breaks is read off it afterwards (`conformance.judge.partition`).
Loading it takes seconds, so only this module imports it, and only large budgets import this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from conformance.generate.draft import ANY, ID, NAME, TAG, Aim, Draft, encoded
from conformance.judge.members import sent_schema
from conformance.judge.rules import rule_of
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource, Schema
from conformance.model.equivalence import Class, Standing
from conformance.model.jsonvalue import FORMATS
from conformance.model.marks import Marks

__all__ = ["openapi_aims"]


def openapi_aims(document: Mapping[str, Any], contract: Contract, resource: Resource, marks: Marks) -> Iterator[Aim]:
    """An aim for each operation that creates, changes or lists, with requests that keep the schema and some that are to
    break it.

    `document` is the effective OpenAPI description of the service.
    """
    description = schemathesis.openapi.from_dict(dict(document))
    not_to_be_sent = _not_to_be_sent(marks)
    schema = sent_schema(contract, resource)
    for name in (resource.create, resource.change, resource.list):
        item = contract.operations.get(name or "")
        if item is None or not item.responses:
            continue
        if item.request_media_type is not None:
            _read_as_json(item.request_media_type)
        requirement = requirement_id.request(item.id)
        if item.request_schema is None:
            requirement = requirement_id.response(item.id, item.responses[0].status)
        for mode, rule in (
            (GenerationMode.NEGATIVE, "drawn-to-break-the-schema"),
            (GenerationMode.POSITIVE, "drawn-to-keep-the-schema"),
        ):
            cases: SearchStrategy[Any] = description[item.path][item.method].as_strategy(generation_mode=mode)
            drafts = cases.map(lambda case: _draft(case, resource, marks, schema))
            drafts = drafts.filter(lambda draft: not not_to_be_sent.search(draft.body))
            yield Aim(item.id, requirement, ANY, Class.open(rule), drafts)


def _not_to_be_sent(marks: Marks) -> re.Pattern[bytes]:
    """What no body may hold: values that are never sent, and the names of members that are never set."""
    values = [re.escape(value) for unsent in marks.never_sent.values() for value in unsent]
    names = [f'[/"]{re.escape(name)}' for name in marks.never_set] + [
        f"/{re.escape(name)}" for name in marks.never_sent
    ]
    words = "|".join([*values, *names])
    return re.compile(words.encode() if words else rb"(?!)", re.IGNORECASE)


@cache
def _read_as_json(media_type: str) -> None:
    """Have schemathesis write bodies of this media type as JSON."""

    @schemathesis.serializer(media_type)
    def write(_context: Any, value: Any) -> bytes:
        return json.dumps(value).encode()


def _draft(case: Any, resource: Resource, marks: Marks, schema: Schema) -> Draft:
    body = case.body
    query = urlencode(case.query or {}, doseq=True, errors="replace")
    if isinstance(body, bytes):
        return Draft(body, query=query)
    if not isinstance(body, bool | int | float | str | list | dict | None):
        return Draft(query=query)
    if isinstance(body, dict) and case.method == "POST":
        body = _marked(body, resource, marks, schema)
    return Draft(encoded(body), query=query)


def _marked(body: dict[str, Any], resource: Resource, marks: Marks, schema: Schema) -> dict[str, Any]:
    """The members with marks where that leaves their classes as they are: what is ours can be found, ids are fresh."""
    mark: dict[str, Any] = {}
    node = schema.get("properties", {}).get(marks.name, {})
    own = body.get(marks.name, "")
    if isinstance(own, str) and rule_of(node, own).standing is not Standing.BROKEN:
        mark[marks.name] = NAME
    elif marks.tags and marks.tags not in body:
        mark[marks.tags] = [TAG]
    identity = body.get(resource.id)
    if isinstance(identity, str) and FORMATS["uuid"](identity):
        mark[resource.id] = ID
    return {**body, **mark}
