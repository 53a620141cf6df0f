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
from conformance.contract.quotation import quotes
from conformance.contract.services import spec_file, spec_files
from conformance.contract.specs import LEDGER, OVERLAY, dump_yaml, ledger_yaml
from conformance.document import Document
from conformance.model.contract import Requirement
from conformance.model.errors import SuiteError, UsageError

__all__ = ["Coverage", "extract"]


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
    return files


def _write_all(out: Path, files: Mapping[str, str]) -> None:
    """Write every file beside its place first, so that a full disk leaves the old ones whole."""
    try:
        with tempfile.TemporaryDirectory(dir=out) as staging:
            for name, text in files.items():
                (Path(staging) / name).write_text(text, encoding="utf-8")
            for name in files:
                os.replace(Path(staging) / name, out / name)
        for name in set(spec_files(out).values()) - set(files):
            (out / name).unlink()  # of a service that this edition does not have
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; give a directory of yours") from None
