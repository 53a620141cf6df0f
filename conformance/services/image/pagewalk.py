"""Lists walked page by page, by following what the service gives, and judged against the images that are due.

Rules
- Any total order is right: by any collation, with values that are not set first or last, whatever comes first of equals.
  So is any page that is smaller than asked, and any query behind `next`.
- Each image of ours that is there all the time is met exactly once (ruling 43). Those of others may come and go: where
  one that ends a page has gone or changed its place meanwhile, the next page may begin anywhere. What the list goes on
  showing where it was has done neither, whatever is answered to a look at it.
- An order that others have disturbed each time is not judged, and the run says so. Where none of the images that are
  said to be theirs was ever seen to be there, it is not known that there are others, and the promise is not exercised.
- What the client is told is no loss: a page that is refused because its marker went away is advice (ruling 50).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.link import can_be_followed
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised
from conformance.services.image.arrange import answered, listed
from conformance.services.image.client import ImageClient
from conformance.services.image.selection import LIST, ids, selects

__all__ = [
    "COMPLETE",
    "DELETED",
    "EACH_PAGE",
    "NAME",
    "Keys",
    "Order",
    "Others",
    "PageWalk",
    "all_judged",
    "judge_changing",
    "judge_whole",
    "undisturbed",
    "walk",
]

COMPLETE = requirement_id.complete(LIST)
EACH_PAGE = requirement_id.stated(LIST, "page", "complete")
NAME = requirement_id.query(LIST, "name")
DELETED = requirement_id.stated(LIST, "page", "deleted")
WALKS = 3
"""Times that a list is walked which others change meanwhile."""
MOST = 40
"""Pages of a walk, however many there are: a list of others may be long."""
Keys = tuple[tuple[str, str], ...]
"""Pairs of sort key and direction, the first weighing most; none for the list's own order."""
KnownImages = Mapping[str, Mapping[str, Any]]
"""Image id -> its members by name, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is asked for: its order, the limit of a page, and a name to filter by, empty for all images."""

    keys: Keys = ()
    limit: int = 2
    name: str = ""

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters."""
        found = [pair for key, direction in self.keys for pair in (("sort_key", key), ("sort_dir", direction))]
        return [*((("name", self.name),) if self.name else ()), ("limit", str(self.limit)), *found]

    @property
    def requirement(self) -> str:
        """The promise that its pages are whole. The document offers no order by several keys: that is upstream's."""
        return COMPLETE if len(self.keys) < 2 else EACH_PAGE

    @property
    def text(self) -> str:
        """The keys and directions, for a reader."""
        return ", ".join(f"{key} {direction}" for key, direction in self.keys)


@dataclass(frozen=True, slots=True)
class PageWalk:
    """The pages that were met. `ended` says that there are no more: neither did we stop, nor does the last one lead to
    what cannot be followed."""

    order: Order
    pages: tuple[Exchange, ...]
    ended: bool

    @property
    def refused(self) -> Exchange | None:
        """The page that was not answered with a list, if any; no further one was asked for."""
        last = self.pages[-1]
        return last if last.response.status != 200 else None

    @property
    def found(self) -> list[str]:
        """The ids of the images on all pages, in their order."""
        return [item for page in self.pages if page.response.status == 200 for item in ids(listed(page))]

    @property
    def offered(self) -> bool:
        """Whether the first page leads to another."""
        return isinstance(answered(self.pages[0]).get("next"), str)


@dataclass(slots=True)
class Others:
    """What a case has seen of images of others, which end pages of walks that have lost or repeated some of ours: how
    many of them were there when they were shown."""

    there: int = 0


def walk(
    cloud: ImageClient, order: Order, between: Callable[[Exchange], Any] | None = None, most: int = MOST
) -> PageWalk:
    """Ask for the pages of a list, so many at `most`; `between` is called with the first before the second is asked for."""
    pages: list[Exchange] = []
    found: Iterator[Exchange] = cloud.pages(order.query)
    for page in islice(found, most):
        pages.append(page)
        if page.response.status != 200:
            break
        if between is not None and len(pages) == 1:
            between(page)
    last = pages[-1]
    after = answered(last).get("next") if last.response.status == 200 else None
    unfollowed = after is not None and (not isinstance(after, str) or not can_be_followed(after))
    return PageWalk(order, tuple(pages), ended=not (unfollowed or (after is not None and len(pages) == most)))


def undisturbed(cloud: ImageClient, order: Order, due: Collection[str], others: Others) -> PageWalk | None:
    """The pages of a list as `walk` gives them; None when images of ours were lost or repeated whenever it was walked, and
    others have moved what ends a page each time. What is seen of theirs is noted in `others`."""
    for _ in range(WALKS):
        walked = walk(cloud, order)
        counts = Counter(walked.found)
        met_once = all(counts[item] == 1 for item in due)
        if met_once or not _moved_by_others(cloud, order, walked.pages[:-1], due, others):
            return walked
    return None


def all_judged(cloud: ImageClient, whole: Mapping[Order, bool | None], others: Others) -> None:
    """Say, at the end of a case, how many orders were not judged, which are None: others have disturbed every walk of
    them. Raises NotExercised where none of others was seen to be there; it leaves unjudged what these orders are for."""
    unjudged = [order.requirement for order, right in whole.items() if right is None]
    if unjudged and not others.there:
        raise NotExercised(Phrase.of("changed-by-others", operation=LIST), *sorted(set(unjudged)))
    cloud.disturbed(len(unjudged))


def _moved_by_others(
    cloud: ImageClient, order: Order, pages: Sequence[Exchange], due: Collection[str], others: Others
) -> bool:
    """Whether an image of others that ends one of these pages is not there any more, or has other values to be sorted
    by: both when it is shown and when the page is asked for again, so that a row of what was never there, or of what is
    long gone, excuses nothing."""
    for page in pages:
        for last in listed(page)[-1:]:
            own = last.get("id")
            if not isinstance(own, str) or own in due:
                continue
            seen = cloud.show(own)
            shown = answered(seen) if seen.response.status == 200 else None
            others.there += shown is not None
            if _moved(last, shown, order) and _moved(last, _row_now(cloud, page, own), order):
                return True
    return False


def _row_now(cloud: ImageClient, page: Exchange, own: str) -> Mapping[str, Any] | None:
    """An image as the same page shows it now; None where the page is without it, or cannot be asked for again."""
    again = cloud.resend(page.request)
    rows = listed(again) if again.response.status == 200 else []
    return next((row for row in rows if row.get("id") == own), None)


def _moved(before: Mapping[str, Any], now: Mapping[str, Any] | None, order: Order) -> bool:
    """Whether an image has gone (None), or has other values to be sorted by."""
    return now is None or any(now and now.get(key) != before.get(key) for key, _ in order.keys)


def judge_whole(
    cloud: ImageClient, expect: Expect, walked: PageWalk, due: KnownImages, others: Others, *, paged: bool
) -> bool | None:
    """Judge that a walk met each image that is due exactly once, and no other of this name. Gives whether it did; None
    where a page was refused because others have moved where it was to go on.

    `paged` says that the service has links between pages: one that has none leaves nothing out that its list without a
    limit has, and how it cuts lists is upstream's (ruling 38).
    """
    order, last = walked.order, walked.pages[-1]
    if walked.refused is not None:
        return _refused(cloud, expect, walked, due, others)
    if not walked.ended or (not paged and not walked.offered and order.limit < len(due)):
        return False  # it is longer than we go, its next is no URI, or it is not cut into pages that lead to each other
    counts = Counter(item for item in walked.found if item in due)
    lost = [item for item in due if item not in counts]
    twice = [item for item, count in counts.items() if count > 1]
    if order.name:
        first, *later = ([item for item in ids(listed(page)) if item not in due] for page in walked.pages)
        if first:
            expect(NAME, False, selects("others", "name", "limit"), walked.pages[0])
        else:
            further = selects("others-on-a-later-page", "name")
            expect(NAME, not any(later), further, last, related=walked.pages)
    for kind, wrong in (("lost-in-pages", lost), ("twice-in-pages", twice)):
        terms = (("how", _alike(wrong, due, order)),)
        got = len(counts) if kind.startswith("lost") else sum(counts.values())
        seen = (("due", len(due)), ("got", got), ("limit", order.limit), ("order", order.text))
        expect(order.requirement, not wrong, Deviation(kind, terms=terms, seen=seen), last, related=walked.pages)
    return not lost and not twice


def _refused(cloud: ImageClient, expect: Expect, walked: PageWalk, due: Collection[str], others: Others) -> bool | None:
    """Judge a page that was refused. The first is judged by the cases of its parameters; a later one leads nowhere,
    unless others have moved the image at which it was to go on: None. A 5xx is left to the check for it."""
    last = walked.pages[-1]
    status = last.response.status
    if len(walked.pages) < 2 or status >= 500:
        return False
    if _moved_by_others(cloud, walked.order, walked.pages[-2:-1], due, others):
        return None
    nowhere = Deviation("leads-nowhere", status=status, place="next")
    return expect(walked.order.requirement, False, nowhere, last, related=walked.pages[:-1])


def judge_changing(expect: Expect, walked: PageWalk, stay: Collection[str], gone: Collection[str], change: str) -> None:
    """Judge a walk between whose first two pages something changed: each image that stays is met once; one that went
    away does not come back. `change` is a word of the vocabulary."""
    last, terms = walked.pages[-1], (("when", change),)
    if walked.refused is not None:
        status = last.response.status
        if len(walked.pages) > 1 and status < 500:
            told = Deviation("refused-while-changing", place="next", status=status, terms=terms)
            requirement = DELETED if change == "deleted-marker" else COMPLETE
            expect(requirement, False, told, last, related=walked.pages[:-1])
        return
    if not walked.ended:
        return
    counts = Counter(walked.found)
    due, got = len(stay), sum(counts[item] for item in stay)
    seen = (("due", due), ("got", got), ("limit", walked.order.limit), ("order", walked.order.text))
    lost = Deviation("lost-while-changing", terms=terms, seen=seen)
    twice = Deviation("twice-while-changing", terms=terms, seen=seen)
    expect(COMPLETE, all(counts[item] for item in stay), lost, last, related=walked.pages)
    expect(COMPLETE, all(counts[item] < 2 for item in stay), twice, last, related=walked.pages)
    later = {item for page in walked.pages[1:] for item in ids(listed(page))}
    there = Deviation("still-there", terms=(("where", "listed"),))
    expect(COMPLETE, later.isdisjoint(gone), there, last, related=walked.pages)
    if change == "deleted-marker":
        expect.kept(DELETED, last)


def _alike(wrong: Sequence[str], due: KnownImages, order: Order) -> str:
    """What images that were lost or repeated have in common by the key of the order, as a word of the vocabulary."""
    key = order.keys[0][0] if order.keys else "created_at"
    if key.endswith("_at"):
        return "of-equal-values"  # made within a second or two; other keys tell what else it may be
    have = {item: members.get(key) for item, members in due.items()}

    def shared(item: str, read: Callable[[Any], Any]) -> bool:
        return any(other != item and read(have[other]) == read(have[item]) for other in due)

    if wrong and all(have[item] is None for item in wrong) and any(value is not None for value in have.values()):
        return "without-a-value"
    if wrong and all(shared(item, lambda value: value) for item in wrong):
        return "of-equal-values"
    if wrong and all(shared(item, lambda value: str(value).casefold()) for item in wrong):
        return "that-differ-in-case"
    return "between-pages"
