"""The part of a file that a Range field asks for (RFC 9110, 14.1 and 14.2)."""

from __future__ import annotations

import pytest

from conformance.services.image.target.ranges import part_of, told


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=5-", (5, 9)),
        ("bytes=5-99", (5, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("Bytes=1-2", (1, 2)),
        (None, None),
        ("bytes=2-1", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_a_field_asks_for_a_part_or_for_the_whole(field: str | None, part: tuple[int, int] | None) -> None:
    assert part == part_of(field, 10)


@pytest.mark.parametrize("field", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_part_that_the_file_does_not_have_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="no such part"):
        part_of(field, 10)


def test_a_part_is_told_with_the_size_of_the_file() -> None:
    assert "bytes 2-3/10" == told((2, 3), 10)
