"""The equivalence classes of requests; each reads after the place."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CLASSES"]

CLASSES: Mapping[str, str] = {"another-type": "is of another type than {wanted}"}
"""Rule of an equivalence class -> template."""
