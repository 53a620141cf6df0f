"""Whose the id is that the answer to a create names: that of what it made, or of a resource that somebody else has.

Rules
- A cache, a gateway that mixes up answers, or a service may answer a create with the id of any resource. What is not ours is
  never changed or deleted because of that.
- An id is believed where the answer shows what was sent and nothing speaks against it. Where something does, it is shown
  once: by its name or tag it is known. On a target that answers as it should no request is sent for this.
- What an answer has shown without a mark of ours before the create was sent was made by somebody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import Enum
from urllib.parse import unquote

from conformance.model.contract import Resource
from conformance.model.marks import Marks, tag_of
from conformance.model.message import GONE, Exchange
from conformance.run.journal import Journal
from conformance.run.reading import Members, identified, reading

__all__ = ["Provenance", "Whose"]

MOST_MET = 100_000
"""Ids of others that are remembered."""
LONGEST_ID = 255
"""Characters of an id that is remembered."""
LONGEST_LINK = 1024
"""Characters of a member that may be a link."""
_PLAIN = re.compile(r"[A-Za-z0-9_~.-]+")
"""An id that means itself in a path, but for "." and ".." (RFC 3986, 2.3 and 5.2.4)."""

Show = Callable[[str], Exchange | None]
"""Shows a resource; None when that is not answered."""


class Whose(Enum):
    """Whose an id is. NOBODYS: it could not be seen to be that of what was made, and is not used."""

    OURS = "ours"
    ANOTHERS = "another's"
    NOBODYS = "nobody's"


class Provenance:
    """What one client knows of the ids of others, and of those that its creates were answered with. `path` is that of
    a resource, with its parameter."""

    def __init__(self, journal: Journal, marks: Marks, resource: Resource, path: str) -> None:
        self._journal = journal
        self._marks = marks
        self._resource = resource
        known, head = (resource.address, rb'[^"\\]*/(?=[^"/]*")') if resource.address else (resource.id, b"")
        self._id = re.compile(rb'"%b"\s*:\s*"%b([^"\\]{1,%d})"' % (re.escape(known).encode(), head, LONGEST_ID))
        self._link = re.compile(re.escape(path.partition("{")[0]) + r"([^/?#\s]+)")
        self._met: set[str] = set()
        self._given: set[str] = set()
        self._believed: dict[str, str] = {}  # id that was not looked at, and not changed -> the name that was sent
        self._traced = False

    def saw(self, exchange: Exchange, rows: Callable[[], list[Members]]) -> None:
        """Remember what an answer shows and is not ours; `rows` are the resources in it."""
        found = {item.decode("utf-8", "replace") for item in self._id.findall(exchange.response.body)}
        new = found - self._met - self._given - self._journal.ids.keys() - self._journal.deleted.keys()
        if not new or len(self._met) >= MOST_MET:
            return
        others = {str(row.get(self._resource.id)) for row in rows() if not self._marked(row)} & new
        self._met |= others
        self._journal.meets(others)

    def believes(self, own: str, name: str) -> None:
        """An id was believed of a create of this name."""
        if self._journal.run_id in name and own in self._given:
            self._believed[own] = name

    def changes(self, own: str) -> None:
        """Something that may change a resource is sent."""
        self._believed.pop(own, None)

    def strays(self, shown: Exchange, own: str) -> str | None:
        """The name that the create had of which this id was believed, where it is shown under another one: then a list may
        tell whether what was made has another id. Once only: a service may show all under wrong names."""
        row = self._row(shown)
        if own not in self._believed or self._traced or not row.maybe_text(self._marks.name) or self._marked(row):
            return None
        self._traced = True
        return self._believed.pop(own)

    def whose(self, exchange: Exchange, own: str, show: Show, *, chosen: str | None = None) -> Whose:
        """Whose the id is that the answer to a create names, which had `chosen` it or not."""
        known, again = own in self._journal.ids or own in self._journal.deleted, own in self._given
        self._given.add(own)
        if own == chosen:
            return Whose.OURS
        if own in self._journal.others or (own in self._met and not known):
            return Whose.ANOTHERS
        plain = _PLAIN.fullmatch(own) is not None and own not in {".", ".."}
        made = self._row(exchange)
        doubt = known or again or not plain or not self._fits(made, exchange) or bool(self._journal.misnamed)
        doubt = doubt or self._links_elsewhere(made, own)
        return self._looked_at(exchange, own, show, made, plain=plain, known=known) if doubt else Whose.OURS

    def shows_ours(self, shown: Exchange | None) -> bool:
        """Whether an answer shows what has a mark of this run."""
        return shown is not None and shown.response.status < 300 and self._marked(self._row(shown))

    def _looked_at(self, create: Exchange, own: str, show: Show, made: Members, *, plain: bool, known: bool) -> Whose:
        shown = show(own)
        if self.shows_ours(shown):
            return Whose.OURS
        if shown is not None and shown.response.status < 300:
            row = self._row(shown)
            if row.maybe_text(self._marks.name) and row.get(self._resource.id) is not None:
                otherwise = Whose.ANOTHERS if self._names(create) else Whose.NOBODYS
                return Whose.OURS if plain and self._fits(row, create) else otherwise
        gone = shown is not None and shown.response.status in GONE
        believed = known or (plain and self._fits(made, create) and gone)
        return Whose.OURS if believed else Whose.NOBODYS

    def _row(self, exchange: Exchange) -> Members:
        row = reading(exchange)
        return identified(row.members(self._resource.wrapper) if self._resource.wrapper else row, self._resource)

    def _marked(self, row: Members) -> bool:
        """Whether a resource has the name or the tag of this run."""
        tags, run = row.get(self._marks.tags), self._journal.run_id
        tagged = isinstance(tags, list) and tag_of(run) in tags
        return tagged or run in (row.maybe_text(self._marks.name) or "").lower()

    def _names(self, create: Exchange) -> bool:
        """Whether a create says a name at all, so that what is called otherwise is not what it made; one that cannot be read
        may."""
        try:
            body = json.loads(create.request.body)
        except ValueError:
            return True
        inner = body.get(self._resource.wrapper) if self._resource.wrapper and isinstance(body, dict) else body
        return not isinstance(inner, dict) or inner.get(self._marks.name) not in (None, "")

    def _links_elsewhere(self, row: Members, own: str) -> bool:
        """Whether a link of a resource leads to one with another id."""
        links = (
            self._link.search(text) for text in row.values() if isinstance(text, str) and len(text) <= LONGEST_LINK
        )
        return any(unquote(link.group(1)) != own for link in links if link)

    def _fits(self, row: Members, create: Exchange) -> bool:
        """Whether a resource may be what a create was about: it has our mark, a name that was sent, or says none."""
        name, sent = row.maybe_text(self._marks.name) or "", create.request.body
        spelt = (
            name.encode("utf-8", "surrogatepass"),
            *(json.dumps(name, ensure_ascii=plain)[1:-1].encode("utf-8", "surrogatepass") for plain in (True, False)),
        )
        return self._marked(row) or any(text in sent for text in spelt)
