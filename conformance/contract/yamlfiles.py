"""The YAML files of a directory of specs, written and read.

Reading takes a second; what a run needs of it was read before (prepared.py), so that this module, and what it stands on,
is imported only where a file is written or has been changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from conformance.contract.blockyaml import dump_yaml
from conformance.contract.doubts import without_doubts
from conformance.contract.overlay import apply, overlay_of
from conformance.contract.plainyaml import plain_data
from conformance.contract.prepared import LEDGER, OVERLAY, Prepared
from conformance.contract.services import in_order, spec_file, spec_files
from conformance.model.contract import NO_QUOTE, Quote, Requirement
from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = ["dump_yaml", "extracted_specs", "ledger_yaml", "read_specs"]


def read_specs(directory: Path) -> Prepared:
    """What the YAML of a directory of specs says, but for the places. Raises UsageError naming the file that is missing
    or wrong."""
    extracted = extracted_specs(directory)
    overlay = overlay_of(directory / OVERLAY)
    applied = apply(overlay, extracted)
    without_doubts(applied.specs)
    digest = sha256(dump_yaml(applied.specs).encode()).hexdigest()
    return Prepared(applied.specs, overlay.rulings, _ledger(directory / LEDGER), digest, {}, applied.stale)


def extracted_specs(directory: Path) -> dict[str, dict[str, Any]]:
    """Service -> spec as it was extracted, before any ruling. Raises UsageError naming the file that is missing."""
    extracted = {name: _read(directory / file) for name, file in spec_files(directory).items()}
    if not extracted:
        raise UsageError(f"{directory / spec_file('*')}: there is no such spec; run `conformance extract` to write it")
    return {name: extracted[name] for name in in_order(extracted)}


def ledger_yaml(contract_name: str, requirements: Sequence[Requirement]) -> str:
    """The ledger file of these requirements (schema: specs/schemas/ledger.schema.json)."""
    rows = []
    for item in requirements:
        row: dict[str, Any] = {
            "id": item.id,
            "statement": str(item.statement),
            "level": str(item.level),
            "authority": str(item.authority),
            "source": [list(pair) for pair in item.source],
        }
        optional = {"operation": item.operation, "ruling": item.ruling, "excluded": item.excluded}
        row |= {key: value for key, value in optional.items() if value is not None}
        row |= {"quote": _quoted(item.quote)} if item.quote != NO_QUOTE else {}
        if item.excluded is None:
            row["checks"] = list(item.checks)
        rows.append(row)
    return dump_yaml({"ledger": "1.1", "contract": contract_name, "requirements": rows})


def _read(path: Path) -> dict[str, Any]:
    try:
        data = plain_data(content(path).decode("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such spec; run `conformance extract` to write it") from None
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{path}: not a mapping; run `conformance extract` to write it again")
    return data


def _ledger(path: Path) -> dict[str, Mapping[str, Any]]:
    """Id -> row of the ledger; none where the specs were not extracted but written."""
    return {row["id"]: row for row in _read(path).get("requirements", [])} if path.exists() else {}


def _quoted(quote: Quote) -> dict[str, Any]:
    """What is known of a quote, as a row of the ledger has it."""
    return {name: value for name, value in asdict(quote).items() if value}
