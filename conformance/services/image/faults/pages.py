"""Faults of pages: the limit, the link to the next page, and pages that repeat or lose images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import answering, asking, listing, refuse, rows, without
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

LIST = "image.list"
LIMIT, NAME = rid.query(LIST, "limit"), rid.query(LIST, "name")
COMPLETE, NEXT = "image.list.page.complete", "image.list.page.next"
ALL = "1000"


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of pages."""
    yield from product([Where(LIMIT, "limit", _limit, (LIMIT,))], _limits())
    yield Fault(
        f"{LIMIT}.before-filter", (LIMIT, NAME), "limit is applied before the filters", listing(_newest_before_filters)
    )
    yield from _later_pages()
    yield from _links()
    example = str(contract.operations[LIST].request_example)
    yield from family(
        "image.list.example",
        (rid.example(LIST),),
        [("refused", "a list with the parameters of the example is refused", _refusing_the_example(example))],
    )


# --- the limit ------------------------------------------------------------------------------------------------------

Read = Callable[[str], str]


def _limit(read: Read) -> Hooks:
    """Read a limit otherwise."""
    return asking(lambda query: {**query, "limit": read(query["limit"])} if "limit" in query else query)


def _limits() -> Iterator[Effect[Read]]:
    yield Effect("one-more", "one more", lambda text: str(int(text) + 1) if text.isdecimal() else text)
    yield Effect("one-less", "one less", lambda text: str(max(int(text) - 1, 0)) if text.isdecimal() else text)
    yield Effect("zero-is-all", "0 is all", lambda text: ALL if text == "0" else text)
    yield Effect("negative-is-all", "a negative number is all", lambda text: ALL if text.startswith("-") else text)
    yield Effect("words-are-all", "a word is all", lambda text: text if text.lstrip("-").isdecimal() else ALL)
    yield Effect("zero-is-refused", "0 is refused", lambda text: refuse() if text == "0" else text)
    yield Effect("decimal", "a fraction is taken", lambda text: text.partition(".")[0])
    yield Effect("empty", "an empty one is taken", lambda text: text or ALL)


def _newest_before_filters(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
    limit = asked(call).get("limit", "")
    if not limit.isdecimal() or not {"name", "status"} & asked(call).keys():
        return images
    return sorted(images, key=lambda image: image.number, reverse=True)[: int(limit)]


def _refusing_the_example(example: str) -> Hooks:
    """Refuse a query that has all parameters of the example, and its limit."""
    wanted = dict(pair.split("=") for pair in example.partition("?")[2].split("&"))
    return asking(
        lambda query: refuse() if wanted.keys() <= query.keys() and query["limit"] == wanted["limit"] else query
    )


# --- pages after the first ------------------------------------------------------------------------------------------


def _later_pages() -> Iterator[Fault]:
    """Pages that are asked for by a marker hold other images than are due."""

    def page(change: Callable[[list[object]], list[object]]) -> Hooks:
        return answering(
            LIST, 200, lambda call, answer, _store: rows(answer, change) if "marker" in asked(call) else answer
        )

    yield from family(
        COMPLETE,
        (COMPLETE,),
        [
            ("skips", "pages after the first skip an image", page(lambda found: found[1:])),
            ("empty-third", "pages after the first hold one image", page(lambda found: found[:1])),
        ],
    )
    yield from family(
        COMPLETE,
        (LIMIT,),
        [
            ("repeats", "pages after the first hold an image twice", page(lambda found: found[-1:] + found)),
            ("larger", "pages after the first are too large", page(lambda found: found + found[:1])),
        ],
    )


# --- the link to the next page --------------------------------------------------------------------------------------


def _links() -> Iterator[Fault]:
    yield Fault(
        f"{NEXT}.missing",
        (NEXT,),
        "a page that leaves images out has no next",
        answering(LIST, 200, lambda _call, answer, _store: without(answer, "next")),
    )
    yield Fault(
        f"{NEXT}.first-page",
        (NEXT, COMPLETE),
        "only the first page has a next",
        answering(
            LIST, 200, lambda call, answer, _store: without(answer, "next") if "marker" in asked(call) else answer
        ),
    )
    yield Fault(f"{NEXT}.endless", (NEXT,), "the last page has a next", answering(LIST, 200, _endless))
    yield Fault(
        f"{NEXT}.not-encoded",
        (NEXT, COMPLETE),
        "next holds the query without its encoding",
        answering(LIST, 200, _not_encoded),
    )


def _endless(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    if "limit" not in asked(call) or "next" in answer.body:
        return answer
    nobody = "00000000-0000-4000-8000-00000000beef"
    return replace(answer, body={**answer.body, "next": f"/v2/images?limit={asked(call)['limit']}&marker={nobody}"})


def _not_encoded(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    if "next" not in answer.body or "name" not in asked(call):
        return answer
    marker = answer.body["next"].rpartition("marker=")[2]
    pairs = [*(pair for pair in call.query if pair[0] != "marker"), ("marker", marker)]
    return replace(answer, body={**answer.body, "next": "/v2/images?" + "&".join("=".join(pair) for pair in pairs)})
