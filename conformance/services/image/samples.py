"""Values that the cases try: texts that a service may alter, and two values of each member of an image."""

from __future__ import annotations

from typing import Any

__all__ = ["CHANGES", "PROPERTY", "TEXTS"]

PROPERTY = "conformance_property"
"""A further property, which no service knows."""

TEXTS = (
    "007",
    "7",
    "1.0",
    "1e3",
    "-0",
    "true",
    "False",
    "null",
    "None",
    " padded ",
    "  ",
    "Case",
    "case",
    "a,b",
    "a;b",
    "a=b",
    '"quoted"',
    "back\\slash",
    "\\u0041",
    "%41",
    "{}",
    "[1]",
    "<b>&amp;</b>",
    "a/b",
    "~01",
    "é",
    "e\u0301x",
    "ﬁ½",
    "Ａ",
    "标签 标",
    "tab\tnew\nline",
    "x" * 255,
    "镜" * 255,
)
"""What a service that looks into a text would alter: numbers, words of JSON, blanks, case, separators, escapes, forms
of letters, length."""

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
