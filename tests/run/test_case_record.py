"""What a process has seen of a case becomes part of the record of another, portion by portion."""

from __future__ import annotations

import pytest

from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import NoRoom
from conformance.model.finding import Assertion
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.spool import Exchanges
from conformance.run import case_record
from conformance.run.case_record import portions, summary, take_over
from conformance.run.recorder import Recorder

LIST = Request("GET", "http://cloud/v2/images", operation="image.list", actor="main")
BROKEN = Response(500, headers=Headers.of({"Content-Type": "text/html"}), body=b"<html>")


def seen(contract: Contract, requests: int) -> Recorder:
    recorder = Recorder(contract)
    for _ in range(requests):
        exchange = recorder.observe(LIST, BROKEN)
    recorder.add(Assertion("image.list.complete", "list.all", Deviation("differs", place="name")), exchange, (1,))
    return recorder


def test_a_portion_has_a_bounded_number_of_exchanges_or_findings_and_of_bytes(contract: Contract) -> None:
    recorder = seen(contract, case_record.MOST + 10)
    handed = list(portions(recorder))
    assert [case_record.MOST, 10] == [len(item.exchanges) for item in handed if item.exchanges]
    assert case_record.MOST == max(len(item.findings) for item in handed)
    recorder = Recorder(contract)
    large = Response(200, headers=Headers.of({"Content-Type": "application/json"}), body=b"1" * case_record.LARGEST)
    for _ in range(3):
        recorder.observe(LIST, large)
    assert [1, 1, 1] == [len(item.exchanges) for item in portions(recorder) if item.exchanges]


def test_what_is_taken_over_is_what_was_seen_behind_what_was_there(contract: Contract) -> None:
    both, before, then = seen(contract, 3), seen(contract, 3), seen(contract, case_record.MOST + 10)
    for _ in range(case_record.MOST + 10):
        exchange = both.observe(LIST, BROKEN)
    both.add(Assertion("image.list.complete", "list.all", Deviation("differs", place="name")), exchange, (4,))
    take_over(before, portions(then), summary(then))
    assert [item.number for item in both.exchanges] == [item.number for item in before.exchanges]
    assert list(both.findings) == list(before.findings)
    assert both.looks == before.looks


def test_what_finds_no_room_counts_for_nothing_and_nothing_more_is_taken_over(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A requirement whose findings are lost must not pass by the looks at it."""
    recorder, then = Recorder(contract), seen(contract, 3)
    handed = list(portions(then))
    append = Exchanges.append

    def until_full(self: Exchanges, exchange: Exchange) -> None:
        if len(self) == 2:
            raise NoRoom("no space left on device")
        append(self, exchange)

    with monkeypatch.context() as full:
        full.setattr(Exchanges, "append", until_full)
        with pytest.raises(NoRoom) as caught:
            take_over(recorder, handed, summary(then))
    assert (caught.value, {}, []) == (recorder.full, dict(recorder.looks), list(recorder.findings))
    with pytest.raises(NoRoom):
        take_over(recorder, handed, summary(then))
    assert 2 == len(recorder.exchanges)
