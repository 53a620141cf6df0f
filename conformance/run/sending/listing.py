"""What is read of the resources of one service: lists and their pages, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.model.contract import Resource
from conformance.model.link import at_home, resolved
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.reading import Members, body_of, identified
from conformance.run.sending.caller import Connection, Query, ServiceCaller
from conformance.run.sending.paging import next_link, next_query, promises_links
from conformance.run.service import Service
from conformance.run.unexercised import NotExercised

__all__ = ["Lister", "listed_by"]

MOST_PAGES, MOST_OF_PAGES = 200, 32 * 1024 * 1024
"""How many pages of a list are followed, and bytes that they may have together."""
LONGEST_LINK = 16 * 1024
"""Characters of a link that is followed: a `next` may grow with each page."""


class Lister(ServiceCaller):
    """Reads the resources of one service as one of the actors."""

    def __init__(self, connection: Connection, service: Service) -> None:
        super().__init__(connection, service)
        self._whole = 0  # so many resources stood on a first page behind which there was nothing

    def list(self, query: Query = (), *, actor: str = "main") -> Exchange:
        """List the resources."""
        return self.call(self._of_resource(self.resource.list, "lists").id, query=query, actor=actor)

    def show(self, resource_id: str, *, actor: str = "main") -> Exchange:
        """Show a resource: how most cases observe it."""
        return self.call(self._of_resource(self.resource.show, "shows").id, resource_id, actor=actor)

    def pages(self, query: Query = (), *, actor: str = "main") -> Iterator[Exchange]:
        """The pages of a list, each led to by the one before, at most MOST_PAGES and none twice; what is no URI ends
        them. Raises NotExercised when they do not end in MOST_OF_PAGES bytes, or a link is longer than LONGEST_LINK.

        A link is resolved as clients do. One that leads elsewhere is a finding of its own; the pages go on at our own
        origin, so that it is the only one, and nothing is sent to where it leads.
        """
        yield from self.pages_from(self.list(query, actor=actor), actor=actor)

    def pages_from(self, exchange: Exchange, *, actor: str = "main") -> Iterator[Exchange]:
        """The page that was answered, and those that it leads to; where lists have no links, those that stand behind it."""
        seen: set[str] = set()
        met: set[str] = set()
        size = 0
        for _ in range(MOST_PAGES):
            yield exchange
            page, url = exchange, self.next_page(exchange)
            led = url is not None
            if url is None:
                url = self._behind(page, met)
            if url is None or url in seen:
                return
            size += len(page.response.body)
            if len(url) > LONGEST_LINK or size > MOST_OF_PAGES:
                raise NotExercised(Phrase.of("pages-too-large", bytes=size, link=len(url)))
            seen.add(url)
            headers = page.request.headers.replaced("X-Auth-Token", self._token(actor))
            exchange = self._exchange(replace(page.request, url=url, headers=headers, led=led))
            if not led and not self._ids(exchange) - met:
                if len(seen) == 1:
                    self._whole = max(self._whole, len(listed_by(page, self.resource)))
                return

    def _behind(self, page: Exchange, met: set[str]) -> str | None:
        """The URL of what may stand behind a page that has no link, though the contract promises none; `met` are the ids on
        the pages so far, to which its own are added."""
        operation, before = self.operation(page.operation), len(met)
        met |= self._ids(page)
        rows = listed_by(page, self.resource)
        if (not before and len(rows) < self._whole) or promises_links(self.resource, operation):
            return None
        return next_query(page, self.resource, operation, rows, before)

    def _ids(self, page: Exchange) -> set[str]:
        rows = listed_by(page, self.resource) if page.response.status < 300 else ()
        return {own for row in rows if (own := row.maybe_text(self.resource.id)) is not None}

    def next_page(self, exchange: Exchange) -> str | None:
        """The URL of the page that a page leads to, at our own origin; None when it leads to none."""
        operation = self.operation(exchange.operation)
        link, asked = next_link(exchange, self.resource, operation, self.service.next), exchange.request.url
        root = self.target.url(operation.service, exchange.request.actor)
        url = resolved(link, asked, root) if link is not None else None
        return at_home(url, asked, root, operation.path) if url is not None else None

    def _rows(self, actor: str) -> Sequence[Members] | None:
        """The resources of the project as a list answers them; None when it cannot be read, or not all of it."""
        if self.resource.list is None:
            return None
        pages = list(self.pages(self.service.largest_page, actor=actor))
        if not all(page.response.status < 300 and self._is_list(page) for page in pages):
            return None
        return [row for page in pages for row in listed_by(page, self.resource)]

    def _is_list(self, page: Exchange) -> bool:
        """Whether an answer has the form of a list; one that has not says nothing of what is there."""
        body, items = body_of(page), self.resource.items
        rows = body if not items else body.get(items) if isinstance(body, dict) else None
        return isinstance(rows, list)

    def project(self, actor: str) -> str:
        """The project of an actor as the journal has it: "" for the run's own."""
        project = self.target.actors[actor].project_id
        return "" if project == self.target.main.project_id else project

    def actor_of(self, project: str) -> str | None:
        """Who can act for a project of the journal, None when this run has no credentials for it."""
        return next((name for name in self.target.actors if self.project(name) == project), None)


def listed_by(exchange: Exchange, resource: Resource) -> list[Members]:
    """The resources in the answer of a list; none when it is no list."""
    body = body_of(exchange)
    items = body.get(resource.items) if isinstance(body, dict) and resource.items else body
    rows = [Members(exchange, item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [identified(row, resource) for row in rows]
