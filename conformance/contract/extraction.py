"""Writing a directory of specs from a document: all files or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.contract.ledger import derive
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import apply, load_overlay
from conformance.contract.places import read_places
from conformance.contract.prepared import LEDGER, OVERLAY, PREPARED, digests, prepared_json
from conformance.contract.quotation import quotes
from conformance.contract.services import spec_file, spec_files
from conformance.contract.yamlfiles import dump_yaml, ledger_yaml, read_specs
from conformance.document import Document
from conformance.model.contract import Requirement
from conformance.model.errors import SuiteError, UsageError

__all__ = ["Coverage", "extract", "prepare"]


Coverage = Callable[[Iterable[Requirement]], Mapping[str, tuple[str, ...]]]


def extract(document: Document, out: Path, coverage: Coverage) -> dict[str, str]:
    """Write the specs and the ledger of the document to `out`; returns file name -> text.

    `out` must hold the errata (errata.overlay.yaml). Specs of services that the document does not have are taken away.
    `coverage` tells which checks judge each requirement.
    Raises UsageError when the errata do not fit the document; then nothing is written.
    """
    specs = service_specs(document)
    overlay = load_overlay(out / OVERLAY)
    effective = apply(overlay, specs)
    for name, spec in (*specs.items(), *effective.items()):
        errors = list(OpenAPIV31SpecValidator(spec).iter_errors())
        if errors:
            raise SuiteError(f"{spec_file(name)}: not valid OpenAPI 3.1: {errors[0].message.splitlines()[0][:200]}")
    derived = derive(effective)
    checks = coverage(derived)
    quoted = quotes(document, derived)
    requirements = [replace(item, checks=checks.get(item.id, ()), quote=quoted[item.id]) for item in derived]
    files = {spec_file(name): dump_yaml(spec) for name, spec in specs.items()}
    files[LEDGER] = ledger_yaml(out.name, requirements)
    _write_all(out, files)
    _take_away(out, set(spec_files(out).values()) - set(files))
    files[PREPARED] = prepare(out)
    return files


def prepare(directory: Path) -> str:
    """Write `prepared.json` for the files that a directory of specs holds; returns its text. Raises UsageError naming
    the file that is missing or wrong, or cannot be written."""
    text = prepared_json(replace(read_specs(directory), places=read_places(directory)), digests(directory))
    _write_all(directory, {PREPARED: text})
    return text


def _take_away(out: Path, names: Iterable[str]) -> None:
    """Delete the specs of services that this edition does not have."""
    for name in names:
        try:
            (out / name).unlink()
        except OSError as error:
            raise UsageError(f"{out / name}: cannot be deleted: {error.strerror}") from None


def _write_all(out: Path, files: Mapping[str, str]) -> None:
    """Write every file beside its place first, so that a full disk leaves the old ones whole."""
    try:
        with tempfile.TemporaryDirectory(dir=out) as staging:
            for name, text in files.items():
                (Path(staging) / name).write_text(text, encoding="utf-8")
            for name in files:
                os.replace(Path(staging) / name, out / name)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; give a directory of yours") from None
