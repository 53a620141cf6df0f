"""What was read of a document, for programs (schema: specs/schemas/extraction.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from conformance.contract.reading import Perusal
from conformance.model.contract import StaleErratum

__all__ = ["VERSION", "reading_report"]

VERSION = "1.0"


def reading_report(item: Perusal, stale: Sequence[StaleErratum]) -> str:
    """The report; what the document says of a line that was not understood stands in it as it is."""
    data: dict[str, Any] = {
        "extraction": VERSION,
        "document": {
            "title": item.title,
            "version": item.product_version,
            "released": item.release_date,
            "sha256": item.sha256,
            "lines": item.line_count,
        },
        "figures": {
            "operations": len(item.operations),
            "understood": sum(operation.understood for operation in item.operations),
            "rows": item.rows,
            "examples": item.examples,
            "repaired": len(item.repaired),
            "contradictions": len(item.contradictions),
            "not_understood": len(item.unread),
            "candidates": len(item.candidates),
            "stale": len(stale),
        },
        "account": dict(item.account) or None,
        "operations": [asdict(operation) for operation in item.operations],
        "repaired": [asdict(repair) for repair in item.repaired],
        "contradictions": [{**asdict(found), "default": found.default} for found in item.contradictions],
        "not_understood": [asdict(missed) for missed in item.unread],
        "candidates": [asdict(found) for found in item.candidates],
        "stale": [asdict(erratum) for erratum in stale],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
