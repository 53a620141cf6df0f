"""Members of bodies that hold secrets, by what their names have in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["SECRET", "secret_values"]

SECRET = re.compile(r"password|passwd|secret|token|credential|private_?key|adminPass", re.IGNORECASE)
"""What the name of a member has in it that holds a secret."""


def secret_values(values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(member, value) of what is to be in no report."""
    for members in values.values():
        yield from _secret("", members)


def _secret(member: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secret(str(name), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secret(member, inner)
    elif isinstance(value, str) and SECRET.search(member):
        yield member, value
