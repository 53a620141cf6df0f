"""What a list of images selects, how many, and in which order: the judgements that cases of lists share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from conformance.judge.members import place_of
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised
from conformance.run.reading import Members
from conformance.services.image.arrange import Image, answered, listed
from conformance.services.image.client import ImageClient
from conformance.services.image.observation import values

__all__ = [
    "LIST",
    "Selected",
    "as_shown",
    "disorder",
    "fills",
    "ids",
    "other_number",
    "query_of",
    "same_set",
    "selected",
    "selects",
]

LIST = "image.list"
EMPTY = 8
"""Pages that may hold nothing, beside one for each image."""


def query_of(name: str) -> str:
    """The requirement of a parameter of the list."""
    return requirement_id.query(LIST, name)


def ids(images: Sequence[Image]) -> list[str]:
    """The ids of images, in their order."""
    return [str(item.get("id")) for item in images]


def selects(how: str, *names: str) -> Deviation:
    """That a list with these parameters selects the wrong images; `how` is a word of the vocabulary."""
    return Deviation("selects", terms=(("parameters", " ".join(names)), ("how", how)))


def other_number(found: list[str], due: int, *names: str) -> Deviation:
    """That a list with these parameters has another number of images than it should."""
    terms = (("parameters", " ".join(names)),)
    return Deviation("other-number", terms=terms, seen=(("got", len(found)), ("due", due)))


def fills(exchange: Exchange, due: int) -> bool:
    """Whether a page has as many images as are due; one that has fewer may be smaller than asked, if it leads on."""
    count = len(listed(exchange))
    return count == due or (count < due and answered(exchange).get("next") is not None)


def disorder(how: str, key: str) -> Deviation:
    """That a list is not in order, or in the opposite one; `how` is a word of the vocabulary. The key is for the
    reader."""
    return Deviation("order", terms=(("how", how),), seen=(("key", key),))


def same_set(cloud: ImageClient, expect: Expect, parameter: str, wanted: set[str], first: Exchange) -> None:
    """Judge that a filter selects exactly the images that it should, on as many pages as the first one leads to."""
    met = selected(cloud, expect, parameter, first, wanted)
    found = met.found
    if met.whole:
        expect(query_of(parameter), wanted <= found, selects("misses", parameter), first, related=met.pages[1:])
    expect(query_of(parameter), found <= wanted, selects("others", parameter), met.pages[-1])


@dataclass(frozen=True, slots=True)
class Selected:
    """The pages that a filter gives, in their order; `whole` says that there are no more."""

    pages: tuple[Exchange, ...]
    whole: bool

    @property
    def found(self) -> set[str]:
        """The ids on all of them."""
        return {item for page in self.pages for item in ids(listed(page))}


def selected(cloud: ImageClient, expect: Expect, parameter: str, first: Exchange, wanted: Collection[str]) -> Selected:
    """The page and those that it leads to, which hold images of our own alone if the filter is right: nobody else moves
    where one goes on, and one that is refused leads nowhere. A 5xx is left to the check for it.

    No page is asked for after one that holds something else than what is wanted. Raises NotExercised when they do not
    end with a page for each that is wanted, and some that are empty.
    """
    pages, most = [first], len(wanted) + EMPTY
    for page in islice(cloud.pages_from(first), 1, most):
        if not set(ids(listed(pages[-1]))) <= set(wanted):
            break
        status = page.response.status
        if status != 200:
            if status < 500:
                nowhere = Deviation("leads-nowhere", status=status, place="next")
                expect(query_of(parameter), False, nowhere, page, related=tuple(pages))
            break
        pages.append(page)
    if len(pages) == most:
        raise NotExercised(Phrase.of("pages-do-not-end", pages=most), query_of(parameter))
    return Selected(tuple(pages), answered(pages[-1]).get("next") is None)


def as_shown(expect: Expect, contract: Contract, found: Members, seen: Members, exchange: Exchange) -> None:
    """Judge that what a list shows of an image has nothing else than show."""
    for member in found.keys() & seen.keys():
        place, terms = place_of(contract, LIST, member), (("where", "listed"),)
        shown_and_listed = values(seen[member], found[member])
        deviation = Deviation("not-as-shown", place=place, terms=terms, seen=shown_and_listed, path=member)
        expect("image.list.complete", found[member] == seen[member], deviation, exchange)
