"""Values that the cases try: long texts, and two values of each member of an image."""

from __future__ import annotations

from typing import Any

__all__ = ["CHANGES", "PROPERTY", "TEXTS"]

PROPERTY = "conformance_property"
"""A further property, which no service knows."""

TEXTS = ("x" * 255, "镜" * 255)
"""The longest tags that an image may have, and as long values of further properties."""

CHANGES: dict[str, tuple[Any, Any]] = {
    "name": ("before", "after 之后"),
    "min_disk": (1, 20),
    "min_ram": (16, 1024),
    "protected": (False, True),
    "tags": (["old"], ["new", "标签"]),
    "visibility": ("private", "shared"),
    "container_format": ("bare", "ovf"),
    "disk_format": ("raw", "qcow2"),
}
"""Member -> a value before and another one after."""
