"""A list by name whose pages have no end: each is empty, and leads to another one."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller

__all__ = ["endless_pages"]


def endless_pages(followed: list[Call]) -> Fault:
    """The fault; the calls that followed a link are put into `followed`."""

    def leading_on(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation != "image.list" or answer.status != 200 or "name" not in dict(call.query):
            return answer
        query = {**dict(call.query), "marker": str(uuid4())}
        return replace(answer, body={**answer.body, "next": f"/v2/images?{urlencode(query)}"})

    def empty(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if not {"name", "marker"} <= dict(call.query).keys():
            return None
        followed.append(call)
        return Answer(200, {"images": []})

    return Fault("endless", (), "pages have no end", Hooks(answer=leading_on, handle=empty))
