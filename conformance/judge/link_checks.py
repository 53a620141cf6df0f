"""The checks of links: what an answer points to is where it was asked, and is what the link stands for.

Links are the members that the contract calls so (`page_links`), the members of a resource whose example is an address,
the header Location, and objects with `href` and `rel` in an array `links` (JSON as OpenStack's services write it). What
the document's own examples have in their place proves nothing (rulings 4 and 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import unquote, urlsplit

from conformance.judge.answer import json_or_none
from conformance.judge.registry import Look, check
from conformance.model import link, requirement_id
from conformance.model.contract import FIRST_PAGE, NEXT_PAGE, Contract, Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, can_be_sent, short
from conformance.model.message import DISCOVERY, Exchange

__all__: list[str] = []

ORIGIN, RESOURCE = "link.origin", "link.resource"
OF_THE_SERVICE = frozenset({"self", "bookmark", "first", "next", "prev", "previous", "last"})
"""Relations (RFC 8288) that stay within a service; an alternate may be anywhere."""


@check("links", covers=(ORIGIN, RESOURCE, "*.list.complete"))
def links(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """Links lead to where the service was asked, and to the resource that they stand in (ruling 50)."""
    if ORIGIN not in contract.requirements or exchange.response.status >= 400:
        return
    operation = contract.operations.get(exchange.operation)
    if operation is None and exchange.request.operation != DISCOVERY:
        return
    asked = exchange.request.url
    root = link.root_of(asked, _path_of(exchange, operation))
    body = json_or_none(exchange)
    if operation is not None and isinstance(body, dict):
        yield from _next(body, exchange, operation, root, contract)
    for place, text in _links(body, exchange, operation, contract):
        url = link.resolved(text, asked, root)
        if url is not None:
            yield Look(ORIGIN, _elsewhere(place, url, asked))
    resource = contract.resource_of(exchange.operation)
    if resource is not None:
        for row in _listed(body, resource) if exchange.operation == resource.list else [body]:
            yield from _of_resource(row, exchange.operation, resource, asked, root, contract)


def _path_of(exchange: Exchange, operation: Operation | None) -> str:
    """The path of the operation as it stands in the URL that was asked; empty when it does not."""
    if operation is None:
        return ""
    path = urlsplit(exchange.request.url).path
    steps = operation.path.count("/")
    tail = "/" + "/".join(path.rstrip("/").split("/")[-steps:])
    return tail if operation.pattern.match(tail) else ""


# --- between the pages of a list ------------------------------------------------------------------------------------


def _next(
    body: Mapping[str, JSON], exchange: Exchange, operation: Operation, root: str, contract: Contract
) -> Iterator[Look]:
    """The link to the next page is one that a client can follow; without it the rest of the list is out of reach (ruling
    43)."""
    complete = requirement_id.complete(operation.id)
    for name, leads in operation.page_links.items():
        value = body.get(name)
        if leads != NEXT_PAGE or value is None or complete not in contract.requirements:
            continue
        url = link.resolved(value, exchange.request.url, root) if isinstance(value, str) else None
        if url is None:
            yield Look(complete, Deviation("no-uri", place=name, seen=(("got", short(value)),)))
        else:
            yield Look(complete, _elsewhere(name, url, exchange.request.url))


def _elsewhere(place: str, url: str, asked: str) -> Deviation | None:
    how = link.elsewhere(url, asked)
    terms = (("how", how),)
    return Deviation("leads-elsewhere", place=place, terms=terms, seen=(("got", short(url)),)) if how else None


# --- every other link -----------------------------------------------------------------------------------------------


def _links(
    body: JSON, exchange: Exchange, operation: Operation | None, contract: Contract
) -> Iterator[tuple[str, str]]:
    """(place, text) of the links of an answer but those to a next page."""
    location = exchange.response.headers.get("Location")
    if location is not None and exchange.response.status < 300:
        yield "Location", location
    resource = contract.resource_of(exchange.operation)
    found: list[tuple[str, JSON]] = []
    if isinstance(body, dict):
        pages = operation.page_links if operation is not None else {}
        found += [(name, body.get(name)) for name, leads in pages.items() if leads == FIRST_PAGE]
        rows = [body] if resource is None or exchange.operation != resource.list else _listed(body, resource)
        if operation is None:
            rows = [body, *(item for value in body.values() if isinstance(value, list) for item in value)]
        for row in rows:
            if isinstance(row, dict):
                found += [(name, row.get(name)) for name in _addresses(resource, contract)]
                found += _hrefs(row)
    for place, value in found:
        if isinstance(value, str) and can_be_sent(value):
            yield place, value


def _hrefs(row: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    items = row.get("links")
    for item in items if isinstance(items, list) else ():
        rel = item.get("rel") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(rel, str) and rel in OF_THE_SERVICE:
            yield "links.href", item.get("href")


def _listed(body: JSON, resource: Resource) -> list[JSON]:
    rows = body.get(resource.items) if isinstance(body, dict) and resource.items else body
    return rows if isinstance(rows, list) else []


def _addresses(resource: Resource | None, contract: Contract) -> Mapping[str, str]:
    """Member of a resource -> the address that the example of its create shows there, with its own id as `{id}`."""
    return _exemplified(resource.name, contract) if resource is not None else {}


@cache
def _exemplified(name: str, contract: Contract) -> Mapping[str, str]:
    resource = contract.resources[name]
    create = contract.operations.get(resource.create or "")
    example = create.response_example if create is not None else None
    if not isinstance(example, dict) or not isinstance(example.get(resource.id), str):
        return {}
    own = example[resource.id]
    return {
        name: value.replace(own, "{id}")
        for name, value in example.items()
        if isinstance(value, str) and value.startswith("/")
    }


def _of_resource(
    row: JSON, operation: str, resource: Resource, asked: str, root: str, contract: Contract
) -> Iterator[Look]:
    """The links in a resource lead to it. In the answers of create and change the document promises so itself."""
    own = row.get(resource.id) if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(own, str) or operation in {resource.create, resource.change}:
        return
    for name, address in _addresses(resource, contract).items():
        value = row.get(name)
        url = link.resolved(value, asked, root) if isinstance(value, str) else None
        if url is not None:
            due = address.replace("{id}", own)
            plain = "?" not in url and "%" not in url
            kept = url.endswith(due) if plain else unquote(urlsplit(url).path).endswith(due)
            yield Look(RESOURCE, None if kept else _not_of_the_id(name, value, due))


def _not_of_the_id(name: str, got: JSON, due: str) -> Deviation:
    seen = (("got", short(got)), ("due", short(due)))
    return Deviation("not-of-the-id", place=name, path=name, seen=seen)
