"""What `conformance extract --against` says: the fate of each ruling, and what the new edition changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.carried import carried_errata
from conformance.contract.carrying import CarriedAction, Carrying, Fate, carry
from conformance.contract.editions import edition_changes
from conformance.contract.extraction import Extraction, errata_text
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import parse_overlay
from conformance.contract.prepared import OVERLAY
from conformance.contract.reading import Kept, after, earlier_of, kept
from conformance.contract.specs import load_effective
from conformance.contract.yamlfiles import extracted_specs
from conformance.document import Document
from conformance.reports.editions import editions_text
from conformance.reports.words import lines

__all__ = ["CarriedOver", "carry_over"]


@dataclass(frozen=True)
class CarriedOver:
    """The errata of an edition for a document, None where it has none, and how they came to be; the document keeps the
    ids of that edition."""

    document: Document
    against: Path
    errata: bytes | None
    carrying: Carrying | None

    @property
    def left_over(self) -> bool:
        """Whether a ruling needs a look."""
        return self.carrying is not None and any(
            fate is Fate.LOOK
            for item in self.carrying.actions
            for fate in (item.fate, *(fate for fate, _ in item.promises.values()))
        )

    def said(self, worked_out: Extraction, name: str) -> Iterator[str]:
        """Line by line: fates, new contradictions, and what changes for a client."""
        if self.carrying is None:
            yield f"{self.against} has no errata, so there is nothing to carry over"
        else:
            yield from _fates(self.carrying)
        changes = edition_changes(load_effective(self.against), worked_out.specs)
        yield from editions_text(changes, self.against.resolve().name, name).splitlines()


def carry_over(read: Document, against: Path) -> CarriedOver:
    """The errata of a directory of specs, carried over to a document. Raises UsageError naming what is missing there."""
    place = against / OVERLAY
    before, specs = kept(against), extracted_specs(against)
    read = after(read, earlier_of(specs))
    text = errata_text(place, needed=False)
    if text is None:
        return CarriedOver(read, against, None, None)
    carrying = carry(parse_overlay(text, place), before, Kept.of(read), specs, service_specs(read))
    carried = carried_errata(text.decode("utf-8-sig"), carrying, read.product_version, read.sha256)
    return CarriedOver(read, against, carried.encode(), carrying)


def _fates(carrying: Carrying) -> Iterator[str]:
    counts = {fate: sum(found is fate for found in carrying.rulings.values()) for fate in Fate}
    yield "rulings: " + ", ".join(f"{count} {fate}" for fate, count in counts.items())
    for item in carrying.actions:
        if item.fate is not Fate.APPLIES:
            yield f"{item.fate} ({_cited(item, carrying)}): {item.action.target}: {item.why}; it said: {item.action.reason}"
        for name, (fate, why) in item.promises.items():
            if fate is not Fate.APPLIES:
                yield f"{fate} ({_cited(item, carrying)}): the promise {name}: {why}"
    actions = {item.action.ruling for item in carrying.actions}
    for number, fate in carrying.rulings.items():
        if number not in actions and fate is not Fate.APPLIES:
            yield f"{fate} (ruling {number}): no action carries it out, and its lines are not what they were"
    yield f"new contradictions: {len(carrying.new)}"
    for found in carrying.new:
        yield f"  lines {found.lines}: {found.kind}: {found.text}; without a ruling: {found.default}"


def _cited(item: CarriedAction, carrying: Carrying) -> str:
    ruling = f"ruling {item.action.ruling}" if item.action.ruling is not None else "no ruling"
    now = carrying.lines.lines(item.action.source)
    return f"{ruling}, lines {lines(item.action.source)} of the old edition, about {lines(now)} of the new one"
