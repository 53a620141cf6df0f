"""The bill of materials of the suite: what it is made of where it is installed, as CycloneDX 1.6
(https://cyclonedx.org/docs/1.6/json/).

It lists the suite's distribution and all that this needs, whatever else lies in the same environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import InvalidRequirement, Requirement

__all__ = ["DISTRIBUTION", "bill_of_materials"]

DISTRIBUTION = "easystack-conformance"


def bill_of_materials(run_id: str, made_at: datetime) -> bytes:
    """The bill as JSON: the same installation, run and time give the same bytes."""
    parts = {name: _component(name, version) for name, version in _needed(DISTRIBUTION).items()}
    whole = Component(
        name=DISTRIBUTION,
        version=metadata.version(DISTRIBUTION),
        type=ComponentType.APPLICATION,
        bom_ref=DISTRIBUTION,
        purl=PackageURL("pypi", name=DISTRIBUTION, version=metadata.version(DISTRIBUTION)),
    )
    bill = Bom(
        components=[part for name, part in sorted(parts.items()) if name != DISTRIBUTION],
        serial_number=uuid5(NAMESPACE_URL, f"{DISTRIBUTION}/{run_id}"),
        metadata=BomMetaData(component=whole, timestamp=made_at),
    )
    parts[DISTRIBUTION] = whole
    for name, part in parts.items():
        bill.register_dependency(part, [parts[needed] for needed in sorted(set(_requires(name))) if needed in parts])
    return JsonV1Dot6(bill).output_as_string(indent=1).encode() + b"\n"


def _component(name: str, version: str) -> Component:
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=name,
        purl=PackageURL("pypi", name=name, version=version),
    )


def _needed(root: str) -> dict[str, str]:
    """The distributions that `root` needs, itself included, with their versions."""
    found: dict[str, str] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        waiting += _requires(name)
    return found


def _requires(name: str) -> Iterator[str]:
    """The names of what a distribution requires here, without its extras."""
    try:
        lines = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return
    for line in lines:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield re.sub(r"[-_.]+", "-", wanted.name).lower()
