"""The JSON Schemas of the files that the product reads and writes, by name."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from conformance.model.errors import SuiteError

__all__ = ["schema"]


def _directory() -> Path:
    packaged = Path(str(resources.files("conformance"))) / "specs" / "schemas"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "specs" / "schemas"


@lru_cache(maxsize=32)
def schema(name: str) -> dict[str, Any]:
    """The schema of this name, such as `waivers`. Raises SuiteError when the installation has none."""
    path = _directory() / f"{name}.schema.json"
    try:
        value: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SuiteError(f"{path}: the schema cannot be read: {error}; install the product again") from None
    return value
