"""Cases run again, as long as there is time."""

from __future__ import annotations

from instead import COMPLETE, Clock, timed

from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.run.cases import Expect


def test_no_time_is_left_for_trying_again_when_the_time_of_the_run_is_over(contract: Contract) -> None:
    def act(expect: Expect, clock: Clock) -> None:
        expect(COMPLETE, False, Deviation("still-there", terms=(("where", "listed"),)))
        clock.now += 30

    session, verdict = timed(contract, act, confirm=3, selection="test_a_deleted_image_is_gone")
    assert (3, False) == (len(session.recorder.attempts), verdict.run.cut_short)
    assert "confirming-ended" in [note.kind for note in session.notes]
