"""Sizes at which something usually has a limit, as many as an allowance of bytes affords."""

from __future__ import annotations

import pytest

from conformance.generate.sizes import SIZES, affordable, around
from conformance.model.budget import parse_bytes
from conformance.model.errors import UsageError
from conformance.model.message import counted
from conformance.target.transport import TransportLimits


def test_a_limit_shows_below_at_and_above_it() -> None:
    assert (65535, 65536, 65537) == around(65536)


def test_sizes_go_up_to_what_the_transport_reads() -> None:
    assert sorted(set(SIZES)) == list(SIZES)
    assert TransportLimits().body == SIZES[-1]


def test_an_allowance_affords_the_first_sizes_each_of_them_sent_and_received() -> None:
    assert (10, 20) == affordable((10, 20, 30), 60)
    assert (10,) == affordable((10, 20, 1), 59)
    assert () == affordable((10,), 0)


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("65536", 65536), ("64KiB", 65536), ("8MiB", 2**23), ("10MB", 10**7)]
)
def test_bytes_are_read_in_the_usual_units(text: str, size: int) -> None:
    assert size == parse_bytes(text)


@pytest.mark.parametrize("text", ["", "-1", "8 MiB", "8M", "1.5MiB", "many"])
def test_what_is_no_number_of_bytes_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(UsageError, match=r"65536, 64KiB, 8MiB, 10MB"):
        parse_bytes(text)


def test_counted_data_is_of_any_size_and_begins_alike() -> None:
    assert b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n1" == counted(22)
    assert [0, 1, 588_896] == [len(counted(size)) for size in (0, 1, 588_896)]
    assert counted(700_000).startswith(counted(65_537))
