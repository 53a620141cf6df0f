"""Faults of the image service: each has the reference target break a promise of the contract while the rest holds.

A module stands for what breaks. Faults that are a product (places x effects) are written as tables
(conformance.services.product); those that depend on earlier requests have a history (history.py). A fault waits for
classes of requests and of images that the contract, HTTP, JSON or Unicode know, never for what one suite happens to
send.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model.contract import Contract
from conformance.services.fault import Fault
from conformance.services.image.faults import (
    access,
    addresses,
    aftermath,
    answers,
    change,
    create,
    envelope,
    exposure,
    files,
    filters,
    gateway,
    isolation,
    links,
    listing,
    moments,
    oddities,
    operations,
    order,
    ordering,
    pages,
    removal,
    sizes,
    spellings,
    syntax,
    texts,
    truth,
    values,
    verbs,
)

__all__ = ["faults"]

MODULES = (
    answers,
    envelope,
    moments,
    oddities,
    truth,
    exposure,
    access,
    isolation,
    addresses,
    create,
    values,
    texts,
    syntax,
    operations,
    change,
    removal,
    files,
    listing,
    filters,
    order,
    ordering,
    pages,
    links,
    spellings,
    verbs,
    sizes,
    aftermath,
    gateway,
)


def faults(contract: Contract) -> Iterator[Fault]:
    """Every fault of the image service, made from the contract."""
    for module in MODULES:
        yield from module.faults(contract)
