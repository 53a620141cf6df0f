"""Images whose members are written in the syntax of something (generate/syntax.py), and whether they are treated to the
letter: taken, answered, shown, listed, found by their names, changed and deleted.

What is not treated so is collected and told at the end, each by the class that explains it (generate/explanation.py).
A refusal of what the contract does not promise (characters outside the BMP, NUL: ruling 8) is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from itertools import islice
from typing import Any

from conformance.generate.explanation import Failed, likened
from conformance.generate.syntax import NAME, Form, Syntax
from conformance.judge.members import FURTHER
from conformance.judge.rules import odd_text
from conformance.model import requirement_id
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.run.reading import Members
from conformance.services.image.arrange import answered, image, listed, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.spelling import Spelling, plain, property_of, tags_of
from conformance.services.image.troubles import REQUIREMENTS, Trouble, Troubles

__all__ = ["Lettering"]

CREATE, PATCH, LIST, SHOW, DELETE = "image.create", "image.patch", "image.list", "image.show", "image.delete"
SERVER_ERROR = "status.server-error"
BY_NAME = requirement_id.query(LIST, "name")
COMPLETE = "image.list.complete"
FROM_THE_NEWEST: Mapping[str, str | int] = {"limit": 100, "sort_key": "created_at", "sort_dir": "desc"}
AT_A_TIME = 4
"""So many images of a lettering are there at a time, beside those that are near to them."""


@dataclass
class Lettering:
    """What is tried on one cloud, and what came of it. `stem` is in every name that is not whole."""

    cloud: ImageClient
    stem: str
    troubles: Troubles = field(default_factory=Troubles)
    _there: dict[str, str] = field(default_factory=dict)
    _unfound: list[tuple[Spelling, str, Trouble]] = field(default_factory=list)

    # --- what is tried ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Make two images with plain names. Raises NotExercised when a list by such a name does not find exactly the
        one: nothing can be said of others then."""
        for name in (self.stem, f"{self.stem}x"):
            self._there[name] = image(self.cloud, name=name).id
        exchange = self.cloud.list({"name": self.stem})
        if {item.maybe_text("id") for item in listed(exchange)} != {self._there[self.stem]}:
            raise unready(exchange)

    def create(self, entries: Sequence[Spelling]) -> None:
        """Make images, look at them, find them and delete them again."""
        for first in range(0, len(entries), AT_A_TIME):
            batch = entries[first : first + AT_A_TIME]
            others = {self._sent(entry)["name"] for entry in batch if entry.texts}
            for near in dict.fromkeys(near for entry in batch for near in entry.form.near):
                self._beside(near.replace(NAME, self.stem), others)
            made = [(entry, own) for entry in batch if (own := self._made(entry)) is not None]
            self._in_the_list(made)
            for entry, own in made:
                self._deleted(entry, own)
            for name in [name for name in self._there if name not in (self.stem, f"{self.stem}x")]:
                self.cloud.discard(self._there.pop(name))

    def change(self, entries: Sequence[Spelling]) -> None:
        """Change one image to each of these, look at it and find it, and delete it."""
        own = image(self.cloud, tags=[self.cloud.tag]).id
        for entry in entries:
            self._changed(entry, own)
        self.cloud.discard(own)

    def probe(self, forms: Iterable[tuple[Syntax, Form]]) -> None:
        """Ask for names that no image has, near to those that some have."""
        for syntax, form in forms:
            exchange = self.cloud.list({"name": form.of(self.stem)})
            self._judge_selection(Spelling(syntax, form), None, exchange)

    # --- create -----------------------------------------------------------------------------------------------------

    def _beside(self, name: str, others: Collection[str]) -> None:
        """Make an image of this name, unless it is there or will be with more than a name."""
        if name not in self._there and name not in others:
            exchange = self.cloud.create({"name": name, "tags": [self.cloud.tag]})
            made = answered(exchange) if exchange.response.status == 201 else None
            own = made.maybe_text("id") if made is not None else None
            if made is not None and own is not None and made.get("name") == name:
                self._there[name] = own
            elif own is not None:
                self.cloud.discard(own)  # near to nothing under its other name

    def _sent(self, entry: Spelling) -> dict[str, Any]:
        sent: dict[str, Any] = {"name": entry.form.of(self.stem), "tags": [self.cloud.tag]}
        if entry.texts:
            sent["tags"] = [self.cloud.tag, *tags_of(entry.texts)]
            sent |= {property_of(number): plain(text) for number, text in enumerate(entry.texts)}
            sent["description"] = plain(entry.texts[0])
        return sent

    def _made(self, entry: Spelling) -> str | None:
        """The image of an entry, looked at and found by its name; None when there is none."""
        sent = self._sent(entry)
        beside = self._there.get(sent["name"])
        if beside is not None:
            # It was made to be near to another, or another class has this form, too.
            return beside if not entry.texts and self._found(entry, CREATE, sent, beside) else None
        exchange = self.cloud.create(sent)
        own = answered(exchange).maybe_text("id") if exchange.response.status == 201 else None
        if own is None:
            self._not_made(entry, sent, exchange)
            return None
        self._there[sent["name"]] = own
        self._taken(entry)
        kept = self._compare(entry, CREATE, sent, answered(exchange), "answer", exchange)
        if entry.looked_at and self.cloud.shows is not False:
            self._shown(entry, CREATE, sent, own)
        if kept and not self._found(entry, CREATE, sent, own):
            self._deleted(entry, own)
            return None
        return own

    def _not_made(self, entry: Spelling, sent: Mapping[str, Any], exchange: Exchange) -> None:
        """Find out which text it was that the target did not take."""
        if not entry.texts:
            self._refused(entry, CREATE, "name", entry.form.text, exchange)
            return

        def taken(members: Mapping[str, Any]) -> Exchange | None:
            """The answer when these members are not taken."""
            tried = self._alone(members)
            return None if tried.response.status == 201 else tried

        self._narrow(entry, CREATE, sent, exchange, taken)

    def _alone(self, members: Mapping[str, Any], look: Callable[[str], Exchange] | None = None) -> Exchange:
        """The answer to a create of an image of a plain name with these members, or to a look at it when it was made."""
        exchange = self.cloud.create({"name": self.cloud.name(), "tags": [self.cloud.tag], **members})
        own = answered(exchange).maybe_text("id") if exchange.response.status == 201 else None
        if own is None:
            return exchange
        seen = exchange if look is None else look(own)
        self.cloud.discard(own)
        return seen

    def _narrow(
        self,
        entry: Spelling,
        operation: str,
        sent: Mapping[str, Any],
        exchange: Exchange,
        taken: Callable[[Mapping[str, Any]], Exchange | None],
    ) -> None:
        if exchange.response.status < 500 and all(odd_text(text) is not None for text in entry.texts):
            return  # no promise speaks of it
        told = False
        refused = taken({"name": sent["name"], "tags": [self.cloud.tag]})
        if refused is not None:
            told = True
            self._refused(entry, operation, "name", entry.form.text, refused)
        for place, members in (("tags", self._as_tags), (FURTHER, self._as_properties)):
            found = _first_refused(entry.texts, members, taken)
            if found is not None:
                told = True
                self._refused(entry, operation, place, *found)
        if not told:
            self._refused(entry, operation, "body", entry.form.text, exchange)

    def _as_tags(self, texts: Sequence[str]) -> dict[str, Any]:
        return {"tags": [self.cloud.tag, *tags_of(texts)]}

    def _as_properties(self, texts: Sequence[str]) -> dict[str, Any]:
        return {property_of(number): plain(text) for number, text in enumerate(texts)}

    def _taken(self, entry: Spelling) -> None:
        self.troubles.passes("syntax-refused", "name", entry.form.text)
        for place in ("tags", FURTHER):
            self.troubles.passes("syntax-refused", place, *entry.texts)

    def _refused(self, entry: Spelling, operation: str, place: str, text: str, exchange: Exchange) -> None:
        status = exchange.response.status
        if status < 500 and odd_text(text) is not None:
            return  # no promise speaks of it
        name = REQUIREMENTS.get((operation, place), requirement_id.request(operation))
        if status >= 500 and operation == PATCH and self.cloud.resend(exchange.request).response.status < 500:
            return  # not the text's doing
        kind, name = ("syntax-breaks", SERVER_ERROR) if status >= 500 else ("syntax-refused", name)
        failed = Failed(entry.syntax, text)
        self.troubles.add(
            Trouble(kind, name, place, failed, operation, exchange, (("due", short(plain(text))),), status)
        )

    def _shown(self, entry: Spelling, operation: str, sent: Mapping[str, Any], own: str) -> None:
        exchange = self.cloud.show(own)
        if exchange.response.status >= 500:
            self._breaks(entry, exchange, self.cloud.show)
        elif exchange.response.status == 200:
            self.troubles.passes("syntax-breaks", SHOW, entry.form.text)
            self._compare(entry, operation, sent, answered(exchange), "shown", exchange)

    def _breaks(self, entry: Spelling, exchange: Exchange, look: Callable[[str], Exchange]) -> None:
        """A 5xx, which is the text's doing when it comes again; `look` is what an image is asked by it."""
        if self.cloud.resend(exchange.request).response.status < 500:
            return
        self._broke(exchange, entry, *self._guilty(entry, look))

    def _broke(self, exchange: Exchange, entry: Spelling, place: str, text: str) -> None:
        failed, status = Failed(entry.syntax, text), exchange.response.status
        self.troubles.add(
            Trouble("syntax-breaks", SERVER_ERROR, place, failed, exchange.operation, exchange, (), status)
        )

    def _guilty(self, entry: Spelling, look: Callable[[str], Exchange]) -> tuple[str, str]:
        """The place and the text over which the target breaks, by what breaks it in an image of a plain name; else the
        name."""

        def taken(members: Mapping[str, Any]) -> Exchange | None:
            seen = self._alone(members, look)
            return seen if seen.response.status >= 500 else None

        for place, members in (("tags", self._as_tags), (FURTHER, self._as_properties)):
            found = _first_refused(entry.texts, members, taken) if entry.texts else None
            if found is not None:
                return place, found[0]
        return "name", entry.form.text

    def _whole(self, _own: str = "") -> Exchange:
        """The list, from the newest."""
        return self.cloud.list(FROM_THE_NEWEST)

    # --- to the letter ----------------------------------------------------------------------------------------------

    def _compare(
        self,
        entry: Spelling,
        operation: str,
        sent: Mapping[str, Any],
        found: Members,
        where: str,
        exchange: Exchange,
    ) -> bool:
        """Judge that a place has the members as they were sent; whether it has the name. A list may leave members
        out."""
        if found.get("name") != sent["name"]:
            self._altered(entry, operation, "name", entry.form.text, sent["name"], found.get("name"), where, exchange)
        else:
            self.troubles.passes("syntax-altered", "name", entry.form.text)
        if entry.texts and ("tags" in found or where != "listed"):
            lost = dict(self._lost_tags(entry.texts, found.get("tags")))
            for tag, text in tags_of(entry.texts).items():
                if tag in lost:
                    self._altered(entry, operation, "tags", text, tag, lost[tag], where, exchange)
                else:
                    self.troubles.passes("syntax-altered", "tags", text)
        for number, text in enumerate(entry.texts):
            if property_of(number) not in found and where == "listed":
                continue
            got = found.get(property_of(number))
            if got != plain(text):
                self._altered(entry, operation, FURTHER, text, plain(text), got, where, exchange)
            else:
                self.troubles.passes("syntax-altered", FURTHER, text)
        return bool(found.get("name") == sent["name"])

    def _lost_tags(self, texts: Sequence[str], got: Any) -> Iterator[tuple[str, Any]]:
        """The tags that are not there, each with the one that stands in its place, if any does."""
        tags = [item for item in got if isinstance(item, str)] if isinstance(got, list) else []
        due = tags_of(texts)
        more = [tag for tag in tags if tag not in due and tag != self.cloud.tag]
        for tag in due:
            if tag not in tags:
                alike = next((other for other in more if likened(tag, other)), None)
                yield tag, alike or max(more, key=partial(_likeness, tag), default=None)

    def _altered(
        self,
        entry: Spelling,
        operation: str,
        place: str,
        text: str,
        due: str,
        got: Any,
        where: str,
        exchange: Exchange,
    ) -> None:
        name = REQUIREMENTS[operation, place] if where != "listed" else COMPLETE
        failed = Failed(entry.syntax, text, (due, got) if isinstance(got, str) else None)
        seen = (("due", short(due)), ("got", short(got)), ("where", where))
        self.troubles.add(Trouble("syntax-altered", name, place, failed, operation, exchange, seen))

    # --- lists ------------------------------------------------------------------------------------------------------

    def _found(self, entry: Spelling, operation: str, sent: Mapping[str, Any], own: str) -> bool:
        """Judge that a list by its name has the image and no other; False when the image breaks every list."""
        exchange = self.cloud.list({"name": sent["name"]})
        if exchange.response.status >= 500:
            lists = [exchange, self._whole(), self._whole()]
            if lists[-1].response.status >= 500:
                self._deleted(entry, own)
                self._lists_broke(entry, lists)
                return False
        else:
            self.troubles.passes("syntax-breaks", LIST, entry.form.text)
        self._judge_selection(entry, own, exchange)
        rows = listed(exchange) if exchange.response.status == 200 else []
        for row in (row for row in rows if row.get("id") == own):
            self._compare(entry, operation, sent, row, "listed", exchange)
        return True

    def _judge_selection(self, entry: Spelling, own: str | None, exchange: Exchange) -> None:
        """Judge a list by the name of an image, or by that of none."""
        wanted, status = entry.form.of(self.stem), exchange.response.status
        how, exact = "", False
        found: tuple[str, str] | None = None
        if status == 200:
            rows = listed(exchange)
            there = own is None or any(row.get("id") == own for row in rows)
            others = [row for row in rows if row.get("id") != own and row.get("name") != wanted]
            exact = there and not others
            names = (row.maybe_text("name") for row in others)
            found = next(((wanted, name) for name in names if name is not None), None)
            how = "not-exactly" if others and not there else "misses" if not there else "others"
        elif status < 500 and odd_text(wanted) is not None:
            return
        elif status >= 500 and self.cloud.resend(exchange.request).response.status < 500:
            return  # not the text's doing
        else:
            how = "fails" if status >= 500 else "is-refused"
        if exact:
            self.troubles.passes("syntax-misread", "name", entry.form.text)
            return
        failed, seen = Failed(entry.syntax, entry.form.text, found), (("due", short(wanted)), ("how", how))
        trouble = Trouble("syntax-misread", BY_NAME, "name", failed, LIST, exchange, seen)
        if how == "misses" and own is not None:
            self._unfound.append((entry, own, trouble))
        else:
            self.troubles.add(trouble)

    def _in_the_list(self, made: Sequence[tuple[Spelling, str]]) -> None:
        """Judge that the list has the images; what it loses altogether is not told again as lost by the filter."""
        pages: list[Exchange] = []
        found: dict[str, Members] = {}
        for page in islice(self.cloud.pages(FROM_THE_NEWEST), 10):
            pages.append(page)
            rows = listed(page) if page.response.status == 200 else []
            found |= {str(row.get("id")): row for row in rows}
            if found.keys() >= {own for _, own in made}:
                break
        whole = pages[-1].response.status == 200 and bool(found)
        unfound = {own: trouble for _, own, trouble in self._unfound}
        self._unfound = []
        for entry, own in made:
            if own in found or not whole:
                self.troubles.add(*([unfound[own]] if own in unfound else []))
                self.troubles.passes("syntax-unlisted", "name", entry.form.text)
            else:
                failed = Failed(entry.syntax, entry.form.text)
                seen = (("due", short(entry.form.of(self.stem))),)
                self.troubles.add(Trouble("syntax-unlisted", COMPLETE, "name", failed, LIST, pages[-1], seen))
        if pages[-1].response.status >= 500:
            self._culprit(made, pages[-1])

    def _culprit(self, made: Sequence[tuple[Spelling, str]], broken: Exchange) -> None:
        """Find the image that breaks the list: the one after whose deletion it answers again."""
        lists = [broken]
        for entry, own in made:
            self._deleted(entry, own)
            again = self._whole()
            if again.response.status < 500:
                self._lists_broke(entry, lists)
                return
            lists.append(again)

    def _lists_broke(self, entry: Spelling, lists: Iterable[Exchange]) -> None:
        """These lists were 5xx because of the image, which is deleted."""
        guilty = self._guilty(entry, self._whole)
        for exchange in lists:
            self._broke(exchange, entry, *guilty)

    def _deleted(self, entry: Spelling, own: str) -> None:
        name = next((name for name, item in self._there.items() if item == own), None)
        if name is None:
            return  # it was deleted already
        exchange = self.cloud.delete(own)
        if exchange.response.status == 204:
            self.cloud.journal.gone(own)
            self.troubles.passes("syntax-breaks", DELETE, entry.form.text)
        elif exchange.response.status >= 500:
            self._broke(exchange, entry, *self._guilty(entry, self.cloud.delete))
        self._there.pop(name)

    # --- change -----------------------------------------------------------------------------------------------------

    def _changed(self, entry: Spelling, own: str) -> None:
        sent = {name: value for name, value in self._sent(entry).items() if name != "description"}
        exchange = self._patched(own, sent)
        if exchange.response.status != 200:

            def taken(members: Mapping[str, Any]) -> Exchange | None:
                tried = self._patched(own, members)
                return None if tried.response.status == 200 else tried

            if entry.texts:
                self._narrow(entry, PATCH, sent, exchange, taken)
            else:
                self._refused(entry, PATCH, "name", entry.form.text, exchange)
            return
        self._taken(entry)
        kept = self._compare(entry, PATCH, sent, answered(exchange), "answer", exchange)
        if entry.looked_at and self.cloud.shows is not False:
            self._shown(entry, PATCH, sent, own)
        if kept and entry.sought:
            self._found(entry, PATCH, sent, own)
        self.troubles.add(*(trouble for _, _, trouble in self._unfound))
        self._unfound = []

    def _patched(self, own: str, members: Mapping[str, Any]) -> Exchange:
        """Replace the members that the document names and add all others."""
        if "name" in members:
            self.cloud.journal.intend(str(members["name"]))
        operations = [
            {"op": "replace" if name in ("name", "tags") else "add", "path": f"/{name}", "value": value}
            for name, value in members.items()
        ]
        return self.cloud.patch(own, operations)


def _likeness(text: str, other: str) -> float:
    return SequenceMatcher(None, text, other).ratio()


def _first_refused(
    texts: Sequence[str],
    members: Callable[[Sequence[str]], dict[str, Any]],
    taken: Callable[[Mapping[str, Any]], Exchange | None],
) -> tuple[str, Exchange] | None:
    """The first of the texts that is not taken by itself, as a value of these members, with the answer; None when they
    are taken together."""
    refused = taken(members(texts))
    if refused is None:
        return None
    while len(texts) > 1:
        half = texts[: len(texts) // 2]
        again = taken(members(half))
        texts, refused = (half, again) if again is not None else (texts[len(texts) // 2 :], refused)
    return texts[0], refused
