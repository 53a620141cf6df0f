"""What words for types mean."""

from __future__ import annotations

import pytest

from conformance.document.typewords import StatedType, stated_type

STRING = StatedType("string")
OBJECT = StatedType("object")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("String", STRING),
        ("整数", StatedType("integer")),
        ("String(64)", STRING),
        ("array of objects", StatedType("array", OBJECT)),
        ("Array of Strings", StatedType("array", STRING)),
        ("List<String>", StatedType("array", STRING)),
        ("object[]", StatedType("array", OBJECT)),
        ("array(object)", StatedType("array", OBJECT)),
        ("字符串数组", StatedType("array", STRING)),
        ("List<List<Integer>>", StatedType("array", StatedType("array", StatedType("integer")))),
        ("array", StatedType("array")),
        ("string or null", StatedType("string", nullable=True)),
        ("null|integer", StatedType("integer", nullable=True)),
        ("UUID", StatedType("string", format="uuid")),
        ("Map<String,String>", OBJECT),
        ("PoolOption object", StatedType("object", structure="pooloption")),
        ("Array of Pool objects", StatedType("array", StatedType("object", structure="pool"))),
        ("List<Pool>", StatedType("array", StatedType(structure="pool"))),
        ("timestamp", StatedType()),
        ("Flavor", StatedType()),
        (None, StatedType()),
    ],
)
def test_a_type_is_known_or_not_guessed_at(words: str | None, wanted: StatedType) -> None:
    assert wanted == stated_type(words)
