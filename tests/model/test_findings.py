"""Findings by the hundred thousand: read back as they were added, and a few bytes each."""

from __future__ import annotations

import tracemalloc

from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.findings import Findings
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase


def exchange(number: int) -> Exchange:
    return Exchange(number, Request("GET", "http://t/x", operation="thing.list"), Response(500), case="list.all")


def finding(number: int | None, requirement: str = "status.server-error") -> Finding:
    deviation = Deviation(
        "server-error",
        status=500,
        terms=(("what", Phrase.of("x", a=(1, "b"))),),
        seen=(("got", number or 0),),
        path="a",
    )
    shown = exchange(number).outline if number is not None else None
    return Finding(requirement, "server-error", "thing.list", 500, deviation, shown, related=(1, 2) if number else ())


def test_what_is_read_back_is_what_was_added() -> None:
    whole = [finding(1), finding(2), finding(None), finding(7), finding(7, "error.envelope")]
    kept = Findings(whole)
    assert whole == kept
    assert whole[1:4] == kept[1:4]
    assert whole[-1] == kept[-1]
    assert [(("got", 1),), (("got", 2),)] == [item.deviation.seen for item in kept[:2]]
    assert ["a", (1, 2)] == [kept[3].deviation.path, kept[3].related]


def test_what_is_only_shown_is_of_each_finding_by_itself() -> None:
    plain = Finding("r", "c", "o", 200, Deviation("x"), None)
    shown = Finding("r", "c", "o", 200, Deviation("x", seen=(("got", 1),)), None)
    assert [(("got", 1),), (), (("got", 1),)] == [item.deviation.seen for item in Findings([shown, plain, shown])]


def test_what_was_found_in_an_exchange_is_taken_back() -> None:
    kept = Findings([finding(1), finding(2), finding(None), finding(3)])
    kept.take_back([2, 3])
    kept.append(finding(4))
    assert [1, None, 4] == list(kept.numbers()) == [item.exchange.number if item.exchange else None for item in kept]


def test_a_finding_takes_some_fifty_bytes() -> None:
    kept = Findings([finding(1)])
    tracemalloc.start()
    for number in range(2, 20_002):
        kept.append(finding(number))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 20_001 == len(kept)
    assert taken < 20_000 * 80
