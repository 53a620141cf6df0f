"""Where in the specs each requirement stands: file and line, for readers that point at source text; and the specs
themselves, as they are laid beside the reports.

A requirement stands at the node of the generated OpenAPI file that it was derived from, or at its entry in the errata,
and in every case at its row of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from conformance.contract.prepared import LEDGER, OVERLAY, FileLine, prepared
from conformance.contract.services import spec_files
from conformance.contract.specs import default_directory
from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = ["FileLine", "requirement_places", "spec_sources"]


def spec_sources(directory: Path | None = None) -> Mapping[str, bytes]:
    """`specs/EDITION/FILE` -> content, of every file of the specs (those of the product when None).

    Raises UsageError naming the file that cannot be read.
    """
    root = directory or default_directory()
    names = (*spec_files(root).values(), *(name for name in (OVERLAY, LEDGER) if (root / name).exists()))
    found: dict[str, bytes] = {}
    for name in names:
        try:
            found[f"{_prefix(root)}/{name}"] = content(root / name)
        except OSError as error:
            raise UsageError(f"{root / name}: cannot be read: {error.strerror}") from None
    return found


def requirement_places(directory: Path | None = None) -> Mapping[str, tuple[FileLine, ...]]:
    """Requirement id -> its places, the one to look at first, its row of the ledger last (specs of the product when
    None). Files are named as `spec_sources` names them.

    Raises UsageError naming the file that cannot be read.
    """
    return _places_of_the_product() if directory is None else _places(directory)


@cache
def _places_of_the_product() -> Mapping[str, tuple[FileLine, ...]]:
    return _places(default_directory())


def _places(root: Path) -> Mapping[str, tuple[FileLine, ...]]:
    prefix, read = _prefix(root), prepared(root)
    found = read.places if read is not None else _read_now(root)
    return {name: tuple((f"{prefix}/{file}", line) for file, line in places) for name, places in found.items()}


def _read_now(root: Path) -> Mapping[str, tuple[FileLine, ...]]:
    from conformance.contract.places import read_places  # reads YAML, which few runs have to

    return read_places(root)


def _prefix(root: Path) -> str:
    """The folder of the specs beside the reports, wherever they were read from: reports hold no path of the machine."""
    return f"specs/{root.resolve().name}"
