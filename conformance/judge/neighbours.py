"""The neighbour of a finding: the nearest request that was answered rightly, to be held against the one that was not.

Rules
- It is of the same operation, and nothing is wrong with its answer: a documented success, or the refusal that it was
  due.
- Nearest is what differs in the fewest parts, then what the same case sent, then the shortest, then the closest in time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from conformance.judge.attribution import Partitioned
from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.finding import Finding
from conformance.model.message import Exchange

__all__ = ["Neighbours"]


Classes: TypeAlias = Mapping[str, set[Class]]
"""Place of a request -> the classes of what stands there."""


class Neighbours:
    """The exchanges of a run that were answered rightly, by operation."""

    def __init__(self, sent: Partitioned, findings: Iterable[Finding], contract: Contract) -> None:
        wrong = {item.exchange.number for item in findings if item.exchange is not None}
        self._right: defaultdict[str, list[tuple[Exchange, Classes]]] = defaultdict(list)
        self._classes: dict[int, Classes] = {}
        for exchange, parts in sent:
            found = self._classes[exchange.number] = _classes(parts)
            if exchange.number not in wrong and _rightly(exchange, parts, contract):
                self._right[exchange.operation].append((exchange, found))

    def of(self, exchange: Exchange) -> int | None:
        """The number of the exchange's neighbour, None when it has none."""
        own = self._classes.get(exchange.number, {})

        def distance(other: tuple[Exchange, Classes]) -> tuple[int, bool, int, int]:
            item, classes = other
            differs = sum(own.get(place) != classes.get(place) for place in own.keys() | classes.keys())
            differs += item.request.actor != exchange.request.actor
            return differs, item.case != exchange.case, _size(item), abs(item.number - exchange.number)

        nearest = min(self._right.get(exchange.operation, ()), key=distance, default=None)
        return nearest[0].number if nearest is not None else None


def _classes(parts: Iterable[Part]) -> Classes:
    found: defaultdict[str, set[Class]] = defaultdict(set)
    for part in parts:
        found[part.place].add(part.held)
    return found


def _rightly(exchange: Exchange, parts: Iterable[Part], contract: Contract) -> bool:
    """Whether the answer is a documented success of a request that may have one, or a refusal that was due."""
    operation = contract.operations.get(exchange.operation)
    if operation is None:
        return False
    due_refusal = any(part.standing is Standing.BROKEN for part in parts)
    if operation.response(exchange.response.status) is not None:
        return not due_refusal
    return due_refusal and 400 <= exchange.response.status < 500


def _size(exchange: Exchange) -> int:
    return len(exchange.request.url) + len(exchange.request.body)
