"""How the pages of a list lead on: by a link, else by a marker.

Rules
- A link is the member that the service or its contract names, the `next` of `links` or of `ITEMS_links` (objects with `rel`
  and `href`, or one object), or that of the header `Link` (RFC 8288). So OpenStack's services write theirs.
- Where the contract promises no such member and the list takes a `marker`, the page behind the last resource is asked for:
  a list may end where its server is tired of it, and nothing says so. An offset does for a list that takes no marker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.model.contract import Operation, Resource
from conformance.model.jsonvalue import JSON
from conformance.model.message import Exchange
from conformance.run.reading import Members, body_of

__all__ = ["next_link", "next_query", "promises_links"]

NEXT = "next"
_LINK = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel\s*=\s*"?next\b', re.IGNORECASE)


def next_link(page: Exchange, resource: Resource, operation: Operation, member: str) -> str | None:
    """The link to the next page, as the page writes it; None when it has none. `member` is the one that is known to hold
    it."""
    body = body_of(page)
    if isinstance(body, dict):
        named = [name for name, place in operation.page_links.items() if place == NEXT]
        for name in (member, *named, NEXT, f"{resource.items}_links", "links"):
            link = _link_in(body.get(name), whole=name not in {f"{resource.items}_links", "links"})
            if link is not None:
                return link
    found = _LINK.search(page.response.headers.get("Link") or "")
    return found.group(1) if found else None


def _link_in(value: JSON, *, whole: bool) -> str | None:
    if isinstance(value, str):
        return value if whole else None
    if isinstance(value, list):
        relations = (item for item in value if isinstance(item, dict) and item.get("rel") == NEXT)
        return next((href for item in relations if isinstance(href := item.get("href"), str)), None)
    if isinstance(value, dict):
        inner = value.get("href") if whole else value.get(NEXT)
        inner = inner.get("href") if isinstance(inner, dict) else inner
        return inner if isinstance(inner, str) else None
    return None


def promises_links(resource: Resource, operation: Operation) -> bool:
    """Whether the contract says that the answer of a list has a link to the next page."""
    for answer in operation.responses:
        members: Mapping[str, object] = (answer.schema or {}).get("properties", {})
        if members.keys() & {NEXT, "links", f"{resource.items}_links", *operation.page_links}:
            return True
    return False


def next_query(
    page: Exchange, resource: Resource, operation: Operation, rows: list[Members], before: int
) -> str | None:
    """The URL of what stands behind the rows of a page and the `before` of earlier ones, where a marker or an offset can ask
    for it; None where none can."""
    taken = {item.name for item in operation.query}
    last = rows[-1].maybe_text(resource.id) if rows else None
    if last is None:
        return None
    name, value = ("marker", last) if "marker" in taken else ("offset", str(before + len(rows)))
    if name not in taken:
        return None
    url = urlsplit(page.request.url)
    asked = [(key, text) for key, text in parse_qsl(url.query, keep_blank_values=True) if key != name]
    return url._replace(query=urlencode([*asked, (name, value)])).geturl()
