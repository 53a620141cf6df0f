"""Writing a directory of specs from a document: all files or none.

Rules
- Everything is worked out and read back before the first file is put in its place (staging.py).
- Errata are copied from another file when one is given, else those of the directory hold, if it has any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.contract.doubts import without_doubts
from conformance.contract.ledger import derive
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import NO_ERRATA, Overlay, apply, load_overlay, parse_overlay
from conformance.contract.places import read_places
from conformance.contract.prepared import LEDGER, OVERLAY, PREPARED, digests, prepared_json
from conformance.contract.quotation import quotes
from conformance.contract.reading import READING, Kept, after, earlier_in, reading_json
from conformance.contract.services import spec_file, spec_files
from conformance.contract.staging import put, staged, taken_back
from conformance.contract.validity import fault_of
from conformance.contract.yamlfiles import dump_yaml, ledger_yaml, read_specs
from conformance.document import Document
from conformance.model.contract import Requirement, StaleErratum
from conformance.model.errors import SuiteError, UsageError
from conformance.model.opening import content

__all__ = ["Coverage", "Extraction", "errata_text", "extract", "prepare", "work_out"]


Coverage = Callable[[Iterable[Requirement]], Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What is written, file name -> text, and the actions of the errata that changed nothing. `other` says that the
    errata name another document as theirs, so that the lines which they cite are those of that one. `specs` are the
    effective ones, `errata` the bytes of the errata, None where there are none."""

    files: Mapping[str, str]
    stale: tuple[StaleErratum, ...]
    other: bool
    specs: Mapping[str, dict[str, Any]] = field(repr=False)
    errata: bytes | None = field(repr=False)

    def write(self, out: Path, *, errata: bool = True) -> Extraction:
        """Put it into a directory, `errata` too unless they lie there, and take away the specs of services that the
        document does not have; returns it with what comes of reading the files. Raises UsageError when it cannot be
        written; then all is as it was."""
        files = dict(self.files)
        copied = {OVERLAY: self.errata} if self.errata is not None else {}
        with staged(out, {**{name: text.encode() for name, text in files.items()}, **copied}) as staging:
            files[PREPARED] = _prepared(staging)
            (staging / PREPARED).write_text(files[PREPARED], encoding="utf-8")
            if not errata:
                (staging / OVERLAY).unlink(missing_ok=True)  # it was there to be read
            put(staging, out, gone=set(spec_files(out).values()) - set(files))
        return replace(self, files=files)


def extract(document: Document, out: Path, coverage: Coverage, errata: Path | None = None) -> Extraction:
    """Write the specs and the ledger of the document to `out`, and a copy of the `errata` when they lie elsewhere.

    Specs of services that the document does not have are taken away. `coverage` tells which checks judge each
    requirement. Raises UsageError when the errata are none, or leave specs that are no OpenAPI; then nothing is written.
    """
    taken_back(out)
    document = after(document, document.earlier or earlier_in(out))
    place = errata or out / OVERLAY
    text = errata_text(place, needed=errata is not None)
    return work_out(document, out.resolve().name, coverage, text, place).write(out, errata=errata is not None)


def errata_text(place: Path, *, needed: bool) -> bytes | None:
    """The text of errata, None where there is no such file and none is needed. Raises UsageError."""
    if not needed and not place.exists():
        return None
    load_overlay(place)  # which says in one line what is wrong with it
    return content(place)


def work_out(document: Document, name: str, coverage: Coverage, errata: bytes | None, place: Path) -> Extraction:
    """What `extract` writes to a directory of this name with these errata, which come from `place`, but for
    `prepared.json`."""
    specs = service_specs(document)
    overlay = parse_overlay(errata, place) if errata is not None else NO_ERRATA
    applied = apply(overlay, specs)
    for service, spec in specs.items():
        if error := fault_of(spec):
            raise SuiteError(f"{spec_file(service)}: not valid OpenAPI 3.1: {error}")
    if overlay.actions:
        _hold_valid(overlay, specs, applied.specs, place)
    derived = derive(without_doubts(applied.specs))
    checks = coverage(derived)
    quoted = quotes(document, derived)
    requirements = [replace(item, checks=checks.get(item.id, ()), quote=quoted[item.id]) for item in derived]
    files = {spec_file(name): dump_yaml(spec) for name, spec in specs.items()}
    files[LEDGER] = ledger_yaml(name, requirements)
    files[READING] = reading_json(Kept.of(document))
    return Extraction(
        files,
        applied.stale,
        bool(overlay.document) and overlay.document != document.sha256,
        applied.specs,
        errata,
    )


def _hold_valid(
    overlay: Overlay, specs: Mapping[str, dict[str, Any]], applied: Mapping[str, dict[str, Any]], place: Path
) -> None:
    """Raise UsageError, naming the action, where errata leave a spec that is no OpenAPI."""
    for service, spec in applied.items():
        if error := fault_of(spec):
            number = _breaking(overlay, specs, service)
            ruling = overlay.actions[number].ruling
            which = f"actions[{number}]" + (f" (ruling {ruling})" if ruling is not None else "")
            raise UsageError(
                f"{spec_file(service)}: with {place} applied: not valid OpenAPI 3.1: {error}; mend {which} of the errata"
            )


def _breaking(overlay: Overlay, specs: Mapping[str, dict[str, Any]], service: str) -> int:
    """The number of an action with which the spec of a service, valid before it, becomes invalid."""
    good, bad = 0, len(overlay.actions)
    while bad - good > 1:
        middle = (good + bad) // 2
        some = replace(overlay, actions=overlay.actions[:middle])
        good, bad = (good, middle) if fault_of(apply(some, specs).specs[service]) else (middle, bad)
    return bad - 1


def prepare(directory: Path) -> str:
    """Write `prepared.json` for the files that a directory of specs holds; returns its text. Raises UsageError naming
    the file that is missing or wrong, or cannot be written."""
    text = _prepared(directory)
    with staged(directory, {PREPARED: text.encode()}) as staging:
        put(staging, directory)
    return text


def _prepared(directory: Path) -> str:
    return prepared_json(replace(read_specs(directory), places=read_places(directory)), digests(directory))
