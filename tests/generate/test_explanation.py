"""Which class of syntax explains that texts were not treated to the letter."""

from __future__ import annotations

import html

from conformance.generate.explanation import Failed, explained, likened
from conformance.generate.syntax import SYNTAXES, Syntax

BY_ID: dict[str, Syntax] = {item.id: item for item in SYNTAXES}


def told(failed: list[Failed], *passed: str) -> list[str]:
    return [item.id for item in explained(failed, set(passed))]


def test_a_text_alone_is_explained_by_its_own_class() -> None:
    assert ["template"] == told([Failed(BY_ID["template"], "${NAME}")], "NAME%s")


def test_who_reads_operators_trips_over_times_and_addresses_too() -> None:
    failed = [
        Failed(BY_ID["time"], "NAME 12:30"),
        Failed(BY_ID["query-operator"], "NAME: y"),
        Failed(BY_ID["url"], "http://NAME"),
    ]
    assert ["query-operator"] * 3 == told(failed, "in:NAME")


def test_an_address_is_not_explained_by_operators_that_did_not_fail() -> None:
    assert ["url"] == told([Failed(BY_ID["url"], "http://NAME")], "in:NAME")


def test_what_came_gives_the_class_away() -> None:
    texts = {"markup": "<b>NAME</b>", "quote": '"NAME"', "url-delimiter": "NAME&x=y"}
    failed = [Failed(BY_ID[name], text, (text, html.escape(text))) for name, text in texts.items()]
    assert ["markup"] * 3 == told(failed)


def test_the_class_that_explains_the_most_is_told() -> None:
    pairs = {"letter-case": ("NAMEA", "NAMEa"), "normal-form": ("NAME\ufb01", "NAMEfi")}
    folded = [Failed(BY_ID[name], pair[0], pair) for name, pair in pairs.items()]
    assert ["letter-case"] * 2 == told(folded)


def test_nothing_but_ascii_is_one_cause() -> None:
    failed = [Failed(BY_ID["writing"], "NAME \u955c"), Failed(BY_ID["direction"], "NAME\u200f")]
    assert ["writing"] * 2 == told(failed, "NAME")
    assert ["writing", "direction"] == told(failed, "NAME\u00e9")


def test_two_mistakes_stay_two() -> None:
    failed = [Failed(BY_ID["separator"], "NAME,NAMEx"), Failed(BY_ID["sql-wildcard"], "NAME%")]
    assert ["separator", "sql-wildcard"] == told(failed, "NAME")


def test_a_text_is_likened_to_what_an_escape_makes_of_it() -> None:
    assert likened("a&b", "a&amp;b")
    assert not likened("a&b", "other")
