"""Servers that take their time: before, in and after an answer, for every request or for deletes alone."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hostile import LIMITS, Pieces, Server, answer, behind, bounded, clouds_at, clouds_behind

from conformance.model.deadline import NEVER
from conformance.model.errors import Exit, TargetUnreachable
from conformance.model.message import Request
from conformance.proof.reference import Reference
from conformance.target.transport import Transport, TransportLimits

SLOW = TransportLimits(silence=20, total=20)


def held(shown: str) -> str | None:
    found = re.search(r"the time of the run .*? was over after \d+ of \d+ cases", " ".join(shown.split()))
    return found.group() if found is not None else None


@pytest.mark.parametrize("seconds", [0.2, pytest.param(3.0, marks=pytest.mark.proof)])
def test_a_run_on_a_slow_target_ends_in_its_time_and_leaves_nothing_unnamed(
    seconds: float, serve: Any, outcome: Any, reference: Reference
) -> None:
    def slow(method: str, path: str, honest: bytes) -> Pieces:
        if "/v2/images" in path and (method != "DELETE" or seconds < 1):
            time.sleep(seconds)
        return [honest]

    most = 8 if seconds < 1 else 20
    with bounded(most + 6):
        code, shown, verdict = outcome(
            clouds_behind(reference, serve(behind, reference, slow)), limits=SLOW, profile="gate", max_time=f"{most}s"
        )
    assert verdict is not None
    assert Exit.INCONCLUSIVE == code
    assert held(shown) is not None
    if seconds < 1:
        assert ((), 0) == (verdict.run.leftovers, reference.resources())
    else:  # there is no time to see that what was deleted is gone: then it is named
        assert reference.resources() <= len(verdict.run.leftovers)


def test_a_login_that_takes_the_time_of_the_run_is_one_line(serve: Any, outcome: Any) -> None:
    def late(_request: bytes) -> Pieces:
        time.sleep(3)
        yield answer(b"{}")

    with bounded(6):
        code, line, verdict = outcome(clouds_at(serve(Server, late).root), limits=SLOW, max_time="2s")
    assert (Exit.INCONCLUSIVE, None) == (code, verdict)
    assert "the time of the run" in line


def test_who_asks_to_wait_longer_than_the_run_has_is_not_waited_for(serve: Any, outcome: Any) -> None:
    busy = answer(b"", "503 Busy", "Retry-After: 30")
    with bounded(6):
        code, line, _ = outcome(clouds_at(serve(Server, lambda _: [busy]).root), limits=SLOW, max_time="10s")
    assert (Exit.INCONCLUSIVE, True) == (code, "takes no more requests" in line)


@pytest.mark.parametrize("carried_out", [pytest.param(False, marks=pytest.mark.proof), True])
def test_deletes_that_are_never_answered_end_in_time_blame_nothing_and_what_stays_is_named(
    carried_out: bool, serve: Any, outcome: Any, reference: Reference
) -> None:
    def stall(method: str, _path: str, honest: bytes) -> Pieces:
        if method == "DELETE":
            time.sleep(1)
            return []
        return [honest]

    def lost(method: str, path: str) -> bool:
        return method == "DELETE" and "/v2/images" in path and not carried_out

    proxy = serve(behind, reference, stall, lost)
    limits = replace(LIMITS, silence=0.3)
    with bounded(25):
        code, _, verdict = outcome(
            clouds_behind(reference, proxy), limits=limits, max_time="15s", selection="create or delete"
        )
    assert verdict is not None
    assert (Exit.INCONCLUSIVE, ()) == (code, tuple(item for item in verdict.findings if item.binding))
    assert carried_out is (reference.resources() == 0)
    assert reference.resources() <= len(verdict.run.leftovers)


def test_all_answers_together_are_bounded(serve: Any) -> None:
    big = serve(Server, lambda _: [answer(b"x" * 1000)])
    with Transport(limits=TransportLimits(bodies=2500)) as transport:
        assert [transport.send(Request("GET", big.root)).status for _ in range(3)] == [200] * 3
        with pytest.raises(TargetUnreachable, match=r"has sent more than a run takes \(2500 bytes\)"):
            transport.send(Request("GET", big.root))
        transport.allow(NEVER, 2500)
        assert transport.send(Request("GET", big.root)).status == 200
