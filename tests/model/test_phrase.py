"""A phrase is a kind and its terms: plain data in, plain data out, and the same one for the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.model.phrase import Phrase, value_of

NESTED = Phrase.of("and", first=Phrase.of("html"), then=Phrase.of("count", names=("a", None, 1.5, True)))


def test_it_is_read_back_from_plain_data_as_it_was() -> None:
    assert Phrase.from_json(json.loads(json.dumps(NESTED.to_json()))) == NESTED


def test_terms_keep_their_order_and_are_had_by_name() -> None:
    phrase = Phrase.of("call-with", operation="image.list", name="limit")
    assert phrase.terms == (("operation", "image.list"), ("name", "limit"))
    assert ("limit", None) == (phrase.get("name"), phrase.get("member"))


def test_two_with_the_same_terms_are_one() -> None:
    assert len({Phrase.of("a", x=1), Phrase.of("a", x=1), Phrase.of("a", x=2), Phrase.of("b", x=1)}) == 3


def test_what_is_no_plain_data_is_no_term() -> None:
    with pytest.raises(TypeError, match="object is no term"):
        value_of(object())


@pytest.mark.parametrize("data", [{}, {"kind": "a"}, {"kind": "a", "terms": {"x": {"terms": {}}}}])
def test_an_object_that_is_no_phrase_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Phrase.from_json(data)
