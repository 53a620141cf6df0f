"""What was sent, counted by class, and which class of request a failure belongs to.

One failure of a server must not hide another, so the identity of a server error names the kind of request that meets it. One
failure that meets every request must not look like hundreds either, so the kind is the one that explains it best:

- a broken part that always fails, else an open one, else a refinement of a valid one that always fails and was sent twice;
- a broken or open part that fails far more often than valid requests do;
- the valid request, where valid requests fail as well and nothing else explains it;
- the broken parts together, where none of them explains it alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from conformance.judge.partition import Part, described, parts
from conformance.judge.rules import Standing
from conformance.model.contract import Contract
from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.verdict import SentRow

__all__ = ["ANOTHER_KIND", "attributed", "partitioned", "sent"]

Partitioned = Sequence[tuple[Exchange, tuple[Part, ...]]]
CHECKS = {"server-error": "{status} from {operation}", "documented-status": "undocumented {status} from {operation}"}
ANOTHER_KIND = " fails as well)"
"""How the message ends of a finding that is counted with another kind of request."""
OFTEN = 0.2
"""Share of valid requests that fail, from which a class that was sent once is not told apart from them."""


def partitioned(exchanges: Iterable[Exchange], contract: Contract) -> Partitioned:
    """Each exchange with the parts of its request."""
    return tuple((exchange, parts(exchange.request, contract)) for exchange in exchanges)


def sent(known: Partitioned) -> tuple[SentRow, ...]:
    """How often each place of each operation was sent each class, and what came, sorted."""
    table: defaultdict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    for exchange, found in known:
        for part in found:
            words = f"open: {part.partition}" if part.standing is Standing.OPEN else part.partition
            table[exchange.operation, part.place, words][exchange.response.status] += 1
    return tuple(SentRow(*key, dict(sorted(counts.items()))) for key, counts in sorted(table.items()))


def attributed(findings: Iterable[Finding], known: Partitioned, contract: Contract) -> tuple[Finding, ...]:
    """The findings, those of an unwanted status with the kind of request that explains it in their failure."""
    numbered = {exchange.number: found for exchange, found in known}
    evidence: dict[tuple[str, int], _Evidence] = {}
    result: list[Finding] = []
    for finding in findings:
        form, exchange, status = CHECKS.get(finding.check), finding.exchange, finding.status
        found = numbered.get(exchange.number, ()) if exchange is not None else ()
        if form is None or exchange is None or status is None or not found or " from " not in finding.failure:
            result.append(finding)
            continue
        key = (exchange.operation, status)
        evidence.setdefault(key, _Evidence.of(known, *key))
        kind = evidence[key].explain(found) or described(exchange.request, contract)
        failure = f"{form.format(status=status, operation=exchange.operation)}: {kind}"
        own = kind in finding.message or "of another type" in kind
        message = finding.message if own else f"{finding.message} ({kind}{ANOTHER_KIND}"
        result.append(replace(finding, failure=failure, message=message))
    return tuple(result)


def _features(found: Iterable[Part]) -> Iterator[tuple[int, str]]:
    """(rank, words) of what sets a request apart; the lower the rank, the likelier it is the cause."""
    for part in found:
        if part.standing is Standing.BROKEN:
            yield 0, part.phrase
        elif part.standing is Standing.OPEN:
            yield 1, part.phrase
        elif part.partition != "valid":
            yield 2, f"a valid request, {part.place} {part.partition.removeprefix('valid: ')}"


@dataclass
class _Evidence:
    """How often one operation answered one status to each class."""

    tried: Counter[tuple[int, str]] = field(default_factory=Counter)
    failed: Counter[tuple[int, str]] = field(default_factory=Counter)
    valid_tried: int = 0
    valid_failed: int = 0

    @classmethod
    def of(cls, known: Partitioned, operation: str, status: int) -> _Evidence:
        evidence = cls()
        for exchange, found in known:
            if exchange.operation != operation:
                continue
            features = set(_features(found))
            same = exchange.response.status == status
            evidence.tried.update(features)
            if same:
                evidence.failed.update(features)
            if all(rank == 2 for rank, _ in features):
                evidence.valid_tried += 1
                evidence.valid_failed += same
        return evidence

    def _wider(self, words: str) -> str:
        """One class for all wrong types of a place, where each of three or more always fails."""
        place, _, wanted = words.partition(" instead of ")
        start = place.rpartition(" is ")[0]
        same = [
            item
            for item in self.tried
            if item[1].startswith(f"{start} is ") and item[1].endswith(f" instead of {wanted}")
        ]
        if wanted and len(same) >= 3 and all(self.failed[item] == self.tried[item] for item in same):
            return f"{start} is of another type than {wanted}"
        return words

    @property
    def _share(self) -> float:
        return self.valid_failed / self.valid_tried if self.valid_tried else 0.0

    def explain(self, found: Iterable[Part]) -> str | None:
        """The kind of request that explains a failure with these parts, or None when nothing does alone."""
        if self._share == 1:
            return "a valid request"
        features = sorted(set(_features(found)), key=lambda item: (item[0], -self.tried[item], item[1]))
        for feature in features:
            often = 2 if feature[0] == 2 or self._share >= OFTEN else 1
            if self.failed[feature] == self.tried[feature] >= often:
                return self._wider(feature[1])
        for feature in features:
            if feature[0] < 2 and self.failed[feature] > self.tried[feature] * max(OFTEN, 5 * self._share):
                return feature[1]
        return "a valid request" if self.valid_failed else None
