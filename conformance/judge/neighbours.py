"""The neighbour of a finding: the nearest request that was answered rightly, to be held against the one that was not.

Rules
- It is of the same operation, and nothing is wrong with its answer: a documented success, or the refusal that it was
  due.
- Nearest is what differs in the fewest parts, then what the same case sent, then the shortest, then the closest in time.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from conformance.judge.sent import Partitioned
from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.finding import Finding
from conformance.model.findings import briefly
from conformance.model.numbers import Numbers
from conformance.model.outline import Outlined

__all__ = ["Neighbours"]


Classes: TypeAlias = Mapping[str, set[Class]]
"""Place of a request -> the classes of what stands there."""


class Neighbours:
    """The exchanges of a run that were answered rightly, by operation."""

    def __init__(self, sent: Partitioned, findings: Sequence[Finding], contract: Contract) -> None:
        wrong = Numbers(item.exchange.number for item in briefly(findings) if item.exchange is not None)
        self._sent = sent
        self._right: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        for place, (exchange, parts) in enumerate(sent):
            if exchange.number not in wrong and _rightly(exchange, parts, contract):
                self._right[exchange.operation].append(place)

    def of(self, exchange: Outlined) -> int | None:
        """The number of the exchange's neighbour, None when it has none."""
        own = _classes(self._sent.numbered.get(exchange.number, ()))
        known: dict[int, int] = {}

        def distance(place: int) -> tuple[int, bool, int, int]:
            item, parts = self._sent[place]
            if id(parts) not in known:  # those of requests alike are the same
                classes = _classes(parts)
                known[id(parts)] = sum(own.get(place) != classes.get(place) for place in own.keys() | classes.keys())
            differs = known[id(parts)] + (item.actor != exchange.actor)
            return differs, item.case != exchange.case, item.length, abs(item.number - exchange.number)

        nearest = min(self._right.get(exchange.operation, ()), key=distance, default=None)
        return self._sent[nearest][0].number if nearest is not None else None


def _classes(parts: Iterable[Part]) -> Classes:
    found: defaultdict[str, set[Class]] = defaultdict(set)
    for part in parts:
        found[part.place].add(part.held)
    return found


def _rightly(exchange: Outlined, parts: Iterable[Part], contract: Contract) -> bool:
    """Whether the answer is a documented success of a request that may have one, or a refusal that was due."""
    operation = contract.operations.get(exchange.operation)
    if operation is None:
        return False
    due_refusal = any(part.standing is Standing.BROKEN for part in parts)
    if operation.response(exchange.status) is not None:
        return not due_refusal
    return due_refusal and 400 <= exchange.status < 500
