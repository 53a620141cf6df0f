"""The recorder: every exchange is judged when it is written down, every look counted, every finding kept with its exchange."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from hashlib import sha256

import pytest

from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import NoRoom
from conformance.model.finding import Assertion
from conformance.model.message import Headers, Request, Response, counted
from conformance.model.phrase import Phrase
from conformance.model.record import Provocation
from conformance.run.recorder import CLEANUP, END, KEPT, LONGEST_JSON, Recorder

LIST = Request("GET", "http://cloud/v2/images", operation="image.list", actor="main")
GOOD = Response(
    200,
    headers=Headers.of({"Content-Type": "application/json", "x-openstack-request-id": "req-1"}),
    body=b'{"images": []}',
)
BROKEN = Response(500, headers=Headers.of({"Content-Type": "text/html"}), body=b"<html>")
SEEN = Deviation("differs", place="name")


def test_exchanges_are_numbered_from_one_and_carry_the_case_under_way(contract: Contract) -> None:
    recorder = Recorder(contract)
    recorder.observe(LIST, GOOD)
    recorder.case = "list.all"
    recorder.observe(LIST, GOOD)
    assert [(1, ""), (2, "list.all")] == [(item.number, item.case) for item in recorder.exchanges]


def test_an_exchange_is_judged_when_it_is_recorded(contract: Contract) -> None:
    recorder = Recorder(contract)
    exchange = recorder.observe(LIST, BROKEN)
    assert "server-error" in {item.deviation.kind for item in recorder.findings}
    assert {exchange.outline} == {item.exchange for item in recorder.findings}


def test_a_look_that_finds_nothing_counts(contract: Contract) -> None:
    recorder = Recorder(contract)
    for _ in range(2):
        recorder.add(Assertion("image.list.complete", "list.all"), None)
    assert (2, []) == (recorder.looks["image.list.complete", "list.all"], recorder.findings)


def test_a_finding_has_operation_and_status_of_its_exchange(contract: Contract) -> None:
    recorder = Recorder(contract)
    recorder.add(Assertion("image.list.complete", "list.all", SEEN), recorder.observe(LIST, GOOD), (7,))
    (found,) = recorder.findings
    assert ("image.list", 200, SEEN, (7,)) == (found.operation, found.status, found.deviation, found.related)


def test_a_finding_without_an_exchange_is_about_the_operation_of_its_requirement(contract: Contract) -> None:
    recorder = Recorder(contract)
    recorder.add(Assertion("image.list.complete", "list.all", SEEN), None)
    assert [("image.list", None)] == [(item.operation, item.status) for item in recorder.findings]


def test_on_a_trail_a_finding_is_related_to_what_came_before(contract: Contract) -> None:
    recorder = Recorder(contract)
    recorder.trail = []
    recorder.observe(LIST, GOOD)
    recorder.observe(LIST, BROKEN)
    assert {(1,)} == {item.related for item in recorder.findings}
    assert [1, 2] == recorder.trail


def test_the_first_reason_why_a_case_judged_nothing_is_kept(contract: Contract) -> None:
    recorder, first = Recorder(contract), Phrase.of("no-answer", said="first")
    recorder.not_judged(["image.list.complete"], "list.all", first)
    recorder.not_judged(["image.list.complete"], "list.all", Phrase.of("no-answer", said="second"))
    assert {"image.list.complete": {"list.all": first}} == recorder.unjudged


def test_an_attempt_at_a_documented_code_is_kept_with_what_came(contract: Contract) -> None:
    recorder, act = Recorder(contract), Phrase.of("call", operation="image.list")
    recorder.provoked(404, act, recorder.observe(LIST, GOOD))
    assert [Provocation(404, "image.list", act, 200, 1)] == recorder.provocations


def test_of_a_large_file_the_beginning_is_kept_and_the_whole_is_returned(contract: Contract) -> None:
    recorder = Recorder(contract)
    data = counted(KEPT + END + 1000)
    file = Response(200, headers=Headers.of({"Content-Type": "application/octet-stream"}), body=data)
    sent = Request("PUT", "http://cloud/v2/images/1/file", operation="image.upload", body=data)
    exchange = recorder.observe(sent, file)
    recorder.add(Assertion("image.download.bytes", "case", SEEN), exchange)
    (kept,) = recorder.exchanges
    assert (data, data) == (exchange.request.body, exchange.response.body)
    for part in (kept.request, kept.response):
        assert (data[:KEPT], 1000, data[-END:]) == (part.body, part.left_out, part.end)
        assert (len(data), sha256(data).hexdigest()) == (part.size, part.sha256)
    assert data == kept.request.whole
    assert kept.outline == recorder.findings[-1].exchange


def test_json_is_kept_whole(contract: Contract) -> None:
    recorder = Recorder(contract)
    body = b'{"images": [' + b" " * KEPT + b"]}"
    recorder.observe(LIST, replace(GOOD, body=body))
    assert body == recorder.exchanges[0].response.body


def test_what_is_only_kept_is_not_judged_and_cut_as_a_file_is(contract: Contract) -> None:
    recorder = Recorder(contract)
    body = b'{"images": [' + b" " * (KEPT + END) + b"]}"
    exchange = recorder.keep(LIST, replace(BROKEN, body=body, headers=GOOD.headers))
    (kept,) = recorder.exchanges
    assert (body, body[:KEPT], body[-END:]) == (exchange.response.body, kept.response.body, kept.response.end)
    assert ([], {}, 1) == (list(recorder.findings), dict(recorder.looks), kept.number)


def test_the_longer_the_record_the_longer_judging_it_will_take(contract: Contract) -> None:
    recorder, owed = Recorder(contract), [0.0]
    for response in (GOOD, BROKEN):
        recorder.observe(LIST, response)
        owed.append(recorder.owed)
    assert owed == sorted(set(owed))


def test_when_the_disk_is_full_the_case_ends_and_cleaning_up_goes_on(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    recorder = Recorder(contract)
    recorder.observe(LIST, GOOD)
    monkeypatch.setattr(os, "pwrite", full)
    for _ in range(2):
        with pytest.raises(NoRoom):
            recorder.observe(LIST, BROKEN)
    recorder.case = CLEANUP
    recorder.observe(LIST, BROKEN)
    assert (1, []) == (len(recorder.exchanges), recorder.findings)


def test_json_that_is_too_large_to_be_judged_again_is_kept_as_a_file_is(contract: Contract) -> None:
    recorder = Recorder(contract)
    body = b'{"images": [], "more": "' + b"x" * LONGEST_JSON + b'"}'
    recorder.observe(LIST, replace(GOOD, body=body))
    (kept,) = recorder.exchanges
    assert (KEPT, len(body), b'x"}') == (len(kept.response.body), kept.response.size, kept.response.end[-3:])


def test_of_json_that_a_limit_has_cut_no_more_is_kept_than_of_a_file(contract: Contract) -> None:
    recorder = Recorder(contract)
    recorder.observe(LIST, replace(GOOD, body=b"[" + b" " * 2 * KEPT, truncated=True))
    assert KEPT == len(recorder.exchanges[0].response.body)


def test_large_json_is_kept_whole_up_to_a_bound_for_all_of_it(contract: Contract) -> None:
    recorder = Recorder(contract)
    body = b'{"images": [' + b" " * (2 * KEPT) + b"]}"
    recorder._room = 5 * KEPT
    for _ in range(4):
        recorder.observe(LIST, replace(GOOD, body=body))
    kept = [item.response for item in recorder.exchanges]
    assert [True, True, False, False] == [item.body == body for item in kept]
    assert [KEPT // 16] * 2 == [len(item.body) for item in kept[2:]]
    assert {len(body)} == {item.size for item in kept}
