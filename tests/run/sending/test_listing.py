"""Lists and their pages, as a client reads them."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlsplit

import pytest
from library import Library, always, answered

from conformance.model.message import Request, Response
from conformance.run.unexercised import NotExercised


def test_pages_follow_each_other_until_one_comes_again() -> None:
    nexts = {"": "/v1/books?marker=1", "marker=1": "/v1/books?marker=2", "marker=2": "/v1/books?marker=1"}
    library = Library(lambda request: answered(200, {"books": [], "next": nexts[urlsplit(request.url).query]}))
    assert 3 == len(list(library.client.pages()))


@pytest.mark.parametrize("after", [None, 7, "no query", "/v1/books?\ud800"])
def test_what_is_no_next_page_ends_the_list(after: Any) -> None:
    assert 1 == len(list(Library(always(200, {"books": [], "next": after})).client.pages()))


def test_pages_that_do_not_end_are_not_all_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(request: Request) -> Response:
        return answered(200, {"books": [], "next": f"/v1/books?marker={'x' * 2 * len(request.url)}"})

    library = Library(growing)
    with pytest.raises(NotExercised) as caught:
        list(library.client.pages())
    assert "pages-too-large" == caught.value.reason.kind
    assert 20 > len(library.sent)
    monkeypatch.setattr("conformance.run.sending.listing.MOST_OF_PAGES", 1000)
    numbers = itertools.count()
    large = Library(lambda _: answered(200, {"books": ["x" * 300], "next": f"/v1/books?marker={next(numbers)}"}))
    with pytest.raises(NotExercised):
        list(large.client.pages())
    assert 3 == len(large.sent)
