"""Texts of some syntax that were not treated to the letter, collected and told by the class that explains them
(generate/explanation.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.generate.explanation import Failed, explained
from conformance.judge.members import FURTHER
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.message import Exchange
from conformance.model.phrase import Terms
from conformance.run.cases import Expect

__all__ = ["REQUIREMENTS", "Trouble", "Troubles"]

CREATE, PATCH = "image.create", "image.patch"
REQUIREMENTS = {
    (CREATE, "name"): requirement_id.body(CREATE, "name"),
    (CREATE, "tags"): requirement_id.body(CREATE, "tags"),
    (CREATE, FURTHER): requirement_id.request(CREATE),
    (PATCH, "name"): "image.patch.stored",
    (PATCH, "tags"): "image.patch.stored",
    (PATCH, FURTHER): "image.patch.operation.add",
}
"""Operation and place -> the promise that a value there is taken and kept."""

SEVERAL = 3
"""More classes of syntax than these are not to blame for what becomes of texts."""
ANY_SYNTAX = "several"
"""What is told in place of a class then."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A text that was not treated to the letter: how (the kind of its deviation), which promise that breaks, where it
    stood, in the answer of which operation it shows, and what a reader is shown."""

    kind: str
    requirement: str
    place: str
    failed: Failed
    operation: str
    exchange: Exchange
    seen: Terms = ()
    status: int | None = None

    @property
    def where(self) -> tuple[str, str]:
        """What is explained together: what becomes of the texts of one place, or over which one operation breaks."""
        return self.kind, self.operation if self.kind == "syntax-breaks" else self.place


@dataclass
class Troubles:
    """What became of texts: `found` are those that were not treated to the letter, `passed` those that were, by what was
    looked at and where."""

    found: list[Trouble] = field(default_factory=list)
    passed: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def add(self, *troubles: Trouble) -> None:
        """Collect what was not treated to the letter."""
        self.found += troubles

    def passes(self, kind: str, place: str, *texts: str) -> None:
        """Note texts that were."""
        self.passed.setdefault((kind, place), set()).update(texts)

    def tell(self, expect: Expect, *kept: str) -> None:
        """Judge all of it, each text by the class that explains what became of it. `kept` are the promises that were
        looked at."""
        broken = {item.requirement for item in self.found}
        for name in kept:
            if name not in broken:
                expect.kept(name)
        for item, syntax in self._classed():
            deviation = Deviation(
                item.kind,
                operation=item.operation,
                status=item.status,
                request=(Part(item.place, Class("syntax", terms=(("how", syntax),))),),
                seen=item.seen,
            )
            expect(item.requirement, False, deviation, item.exchange)

    def _classed(self) -> Iterator[tuple[Trouble, str]]:
        for where in dict.fromkeys(item.where for item in self.found):
            found = [item for item in self.found if item.where == where]
            classes = [one.id for one in explained([item.failed for item in found], self.passed.get(where, set()))]
            several = len(set(classes)) > SEVERAL
            yield from ((item, ANY_SYNTAX if several else told) for item, told in zip(found, classes, strict=True))
