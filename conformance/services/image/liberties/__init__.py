"""Liberties: what a server may do otherwise without breaking a promise. The suite must be silent on each, or it raises
false alarms.

A liberty acts as a fault does (conformance.services.fault), and breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.services.fault import Fault
from conformance.services.image.liberties import (
    answers,
    characters,
    gateway,
    histories,
    leniency,
    messages,
    paging,
    sizes,
)

__all__ = ["liberties"]


def liberties() -> Iterator[Fault]:
    """Every liberty of the reference target."""
    for area in (answers, characters, histories, leniency, messages, paging, sizes, gateway):
        yield from area.liberties()
