"""Requests that schemathesis draws from the effective OpenAPI description, for what nobody thought of.

It knows no more than the schema does; what a request breaks is read off it afterwards (`conformance.partition`). Loading it
takes seconds, so only this module imports it, and only large budgets import this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from conformance.generate.draft import ANY, ID, NAME, TAG, Aim, Draft, encoded
from conformance.model import requirement_id
from conformance.model.equivalence import Standing
from conformance.model.jsonvalue import FORMATS

__all__ = ["openapi_aims"]

PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
OPERATIONS = (
    ("image.create", "/v2/images", "POST"),
    ("image.patch", "/v2/images/{image_id}", "PATCH"),
    ("image.list", "/v2/images", "GET"),
)
_NOT_TO_BE_SENT = re.compile(rb"public|community|/owner|/visibility", re.IGNORECASE)


@schemathesis.serializer(PATCH_TYPE)
def _as_json(_context: Any, value: Any) -> bytes:
    """Fuzz a JSON Patch like JSON."""
    return json.dumps(value).encode()


def openapi_aims(document: Mapping[str, Any]) -> Iterator[Aim]:
    """An aim for each operation, with requests that keep the schema and with requests that are to break it."""
    description = schemathesis.openapi.from_dict(dict(document))
    for name, path, method in OPERATIONS:
        operation = description[path][method]
        for mode, words in (
            (GenerationMode.NEGATIVE, "drawn to break the schema"),
            (GenerationMode.POSITIVE, "drawn to keep the schema"),
        ):
            cases: SearchStrategy[Any] = operation.as_strategy(generation_mode=mode)
            drafts = cases.map(_draft).filter(lambda draft: not _NOT_TO_BE_SENT.search(draft.body))
            yield Aim(
                name,
                requirement_id.request(name) if name != "image.list" else requirement_id.response("image.list", 200),
                ANY,
                words,
                Standing.OPEN,
                drafts,
            )


def _draft(case: Any) -> Draft:
    body = case.body
    query = urlencode(case.query or {}, doseq=True, errors="replace")
    if isinstance(body, bytes):
        return Draft(body, query=query)
    if not isinstance(body, bool | int | float | str | list | dict | None):
        return Draft(query=query)
    return Draft(encoded(_marked(body) if isinstance(body, dict) and case.method == "POST" else body), query=query)


def _marked(body: dict[str, Any]) -> dict[str, Any]:
    """The members with marks where that leaves their classes as they are: images of ours can be found, ids are fresh."""
    mark: dict[str, Any] = {}
    if isinstance(body.get("name", ""), str) and len(body.get("name", "")) <= 255:
        mark["name"] = NAME
    elif "tags" not in body:
        mark["tags"] = [TAG]
    if isinstance(body.get("id"), str) and FORMATS["uuid"](body["id"]):
        mark["id"] = ID
    return {**body, **mark}
