"""What a run that was cut short has seen too soon: an answer that shows what was deleted a moment before is late, or the
delete is lost, and nobody was left to ask again.

Rules
- Only in a run that ended before its last case, or whose cleaning up ended with its time: any other asks again, and what
  it was answered stands.
- Only what nobody has asked again. What was there to be deleted again is no late read, and what was answered in two ways
  is told as that.
- Only where the run ended within MOST_LATE seconds after the deletion, the first one of all that the answer shows: after
  that nothing is late, and in a run that went on somebody was left to ask again.
- It is no finding, and the promise is not exercised, with that reason; what else breaks it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.judge.registry import RUN_CHECKS
from conformance.judge.run_checks import BACK, MOST_LATE
from conformance.model.contract import Contract
from conformance.model.phrase import Phrase
from conformance.model.record import Record

__all__ = ["undecided"]


def undecided(record: Record, contract: Contract) -> Record:
    """The record without what cannot be told, and with the reason in its place."""
    if not record.started or not (record.run.cut_short or record.out_of_time):
        return record
    found = frozenset(_too_soon(record, contract))
    unjudged = {name: dict(cases) for name, cases in record.unjudged.items()}
    for requirement, check, _ in sorted(found):
        unjudged.setdefault(requirement, {})[check] = Phrase.of("late-or-lost")
    return replace(record, taken_back=record.taken_back | found, unjudged=unjudged) if found else record


def _too_soon(record: Record, contract: Contract) -> Iterator[tuple[str, str, int]]:
    """Requirement, check and number of the exchange of each finding that nobody was left to ask again about."""
    ended = max((item.started for item in record.exchanges), default=0.0)
    for sight in RUN_CHECKS[BACK].look(record.exchanges, contract):
        if sight.open_since is not None and ended - sight.open_since < MOST_LATE:
            yield sight.look.requirement, BACK, sight.exchange.number
