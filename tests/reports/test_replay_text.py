"""A replay in the language of its reader."""

from __future__ import annotations

from chinese import english, names_of

from conformance.after.replay.reproduction import Replay, Replayed, State
from conformance.model.contract import Contract
from conformance.model.phrase import Phrase
from conformance.model.verdict import Verdict
from conformance.reports.replay_text import replay_text


def replayed(verdict: Verdict) -> Replay:
    states = (State.UNDECIDED, State.REPRODUCED, State.NOT_REPRODUCED, State.CHANGED)
    reasons = (
        Phrase.of("stays-away"),
        Phrase.of("needs-a-second-project"),
        Phrase.of("refused-in-other-words", status=404),
    )
    results = tuple(
        Replayed(group, states[index % 4], reasons[index % 3], "request", 404)
        for index, group in enumerate(verdict.findings * 4)
    )
    target = {"name": "reference", "url": "http://cloud/image"}
    return Replay(verdict.run.id, verdict.contract, target, results, 12, (Phrase.of("interrupted"),))


def test_what_is_reproduced_comes_first_and_the_counts_last(recorded_verdict: Verdict) -> None:
    lines = replay_text(replayed(recorded_verdict), "en").splitlines()
    states = [line.partition(":")[0] for line in lines if line.startswith(("reproduced", "undecided", "changed"))]
    assert ["reproduced", "changed", "undecided"] == list(dict.fromkeys(states))
    assert "12 requests (exit 1)" in lines[-1]


def test_it_has_no_english_in_chinese_but_names(recorded_verdict: Verdict, contract: Contract) -> None:
    text = replay_text(replayed(recorded_verdict), "zh")
    assert english(text.splitlines(), names_of(recorded_verdict, contract)) == []


def test_a_run_without_findings_has_nothing_to_replay(recorded_verdict: Verdict) -> None:
    empty = Replay("1", recorded_verdict.contract, {"name": "a", "url": "b"}, (), 0)
    assert "nothing to replay" in replay_text(empty, "en")
