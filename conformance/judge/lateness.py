"""What a run that was cut short has seen too soon: an answer that shows what was deleted a moment before is late, or the
delete is lost, and nobody was left to ask again.

Rules
- Only in a run that ended before its last case, or whose cleaning up ended with its time: any other asks again, and what
  it was answered stands.
- Only for MOST_LATE seconds after the deletion. What shows the resource later than that is no late read.
- It is no finding, and the promise is not exercised, with that reason; what else breaks it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.judge.kinds import BACK_AGAIN
from conformance.judge.registry import RUN_CHECKS
from conformance.judge.run_checks import BACK, MOST_LATE
from conformance.model.contract import Contract
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.spool import numbered

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
    """Requirement, check and number of the exchange of each finding that says that something is back too soon."""
    for sight in RUN_CHECKS[BACK].look(record.exchanges, contract):
        deviation = sight.look.deviation
        if deviation is None or deviation.kind not in BACK_AGAIN:
            continue
        shown = numbered(record.exchanges, sight.exchange.number)
        deletes = [numbered(record.exchanges, item.number) for item in sight.related]
        ended = max((item.started + item.response.elapsed for item in deletes if item is not None), default=None)
        if shown is not None and ended is not None and shown.started - ended < MOST_LATE:
            yield sight.look.requirement, BACK, shown.number
