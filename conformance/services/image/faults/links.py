"""Faults of links: they lead to another host or port, as behind a gateway that the service does not know of, or to
another resource than the one that they stand in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import header
from conformance.services.image.faults.stages import Body, answering, rows
from conformance.services.image.target.store import ImageStore
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

LIST, CREATE, SHOW, PATCH = "image.list", "image.create", "image.show", "image.patch"
COMPLETE, ORIGIN, RESOURCE = rid.complete(LIST), "link.origin", "link.resource"
ID = re.compile(r"/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}.*")
LINKS = ("self", "file", "schema")
"""Members of an image that are links."""
Leading = Callable[[Call, str], str]
"""What becomes of a link: of its path below the root of the service."""


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of links."""
    yield from product(
        [
            Where("link.next", "next", partial(_of_page, "next"), (COMPLETE,)),
            Where("link.first", "first", partial(_of_page, "first"), (ORIGIN,)),
            Where("link.location", "Location of a create", _of_location, (ORIGIN,)),
            Where("link.href", "links of a row", _of_hrefs, (ORIGIN,)),
            *(_of_member(name, where) for name in LINKS for where in ("answer", "list")),
        ],
        _elsewhere(),
    )
    yield from product([Where("link.next", "next", partial(_of_page, "next"), (COMPLETE,))], _nowhere())
    for name in ("self", "file"):
        yield from product(
            [
                Where(f"link.{name}.row", f"{name} of a row", partial(_in_rows, name), (RESOURCE,)),
                Where(f"link.{name}.shown", f"{name} of an image that is shown", partial(_shown, name), (RESOURCE,)),
            ],
            _others(),
        )


# --- where a link leads ---------------------------------------------------------------------------------------------


def _elsewhere() -> Iterator[Effect[Leading]]:
    yield Effect("inner-host", "an inner host", lambda _call, path: f"http://controller.internal:9292{path}")
    yield Effect("other-port", "another port", lambda call, path: f"http://{_name(call)}:9{path}")


def _nowhere() -> Iterator[Effect[Leading]]:
    yield Effect("no-scheme", "another host, without a scheme", lambda _call, path: f"//controller.internal{path}")
    yield Effect("no-root", "a path that is not there", lambda call, path: f"http://{_host(call)}/inner{path}")
    yield Effect("not-http", "no address of HTTP", lambda call, path: f"ftp://{_host(call)}{path}")
    yield Effect("blanks", "a text with blanks", lambda _call, path: f"{path} &page=next page")


def _others() -> Iterator[Effect[Leading]]:
    def another(_call: Call, path: str) -> str:
        place = path.find("-")
        return path[: place - 1] + ("0" if path[place - 1] != "0" else "1") + path[place:]

    yield Effect("another", "another image", another)
    yield Effect("collection", "all images", lambda _call, path: ID.sub("", path))


def _host(call: Call) -> str:
    return call.headers.get("host", "localhost")


def _name(call: Call) -> str:
    return _host(call).partition(":")[0]


# --- where a link stands --------------------------------------------------------------------------------------------


def _of_page(name: str, lead: Leading) -> Hooks:
    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if name not in answer.body:
            return answer
        return replace(answer, body={**answer.body, name: lead(call, answer.body[name])})

    return answering(LIST, 200, change)


def _of_location(lead: Leading) -> Hooks:
    return answering(
        CREATE, 201, lambda call, answer, _store: header(answer, "Location", lead(call, answer.headers["Location"]))
    )


def _of_hrefs(lead: Leading) -> Hooks:
    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        def turned(row: Body) -> Body:
            return {**row, "links": [{**item, "href": lead(call, item["href"])} for item in row.get("links", ())]}

        return rows(answer, lambda found: [turned(row) for row in found])

    return answering(LIST, 200, change)


def _of_member(name: str, where: str) -> Where[Leading]:
    """A member of an image as a list shows it, or as a create and a change answer it."""
    if where == "list":
        return Where(f"link.{name}.list", f"{name} of a row", partial(_in_rows, name), (ORIGIN,))
    return Where(f"link.{name}.answer", f"{name} of an answer", partial(_in_answers, name), (ORIGIN,))


def _in_rows(name: str, lead: Leading) -> Hooks:
    return answering(
        LIST,
        200,
        lambda call, answer, _store: rows(answer, lambda found: [_leading(row, name, call, lead) for row in found]),
    )


def _in_answers(name: str, lead: Leading) -> Hooks:
    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation not in {CREATE, PATCH} or answer.status not in {200, 201}:
            return answer
        return replace(answer, body=_leading(answer.body, name, call, lead))

    return Hooks(answer=change)


def _shown(name: str, lead: Leading) -> Hooks:
    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return replace(answer, body=_leading(answer.body, name, call, lead))

    return answering(SHOW, 200, change)


def _leading(image: Body, name: str, call: Call, lead: Leading) -> Body:
    value: Any = image.get(name)
    return {**image, name: lead(call, value)} if isinstance(value, str) else image
