"""Sizes at which gateways, proxies, file stores and databases usually have a limit, and data of any size.

Rules
- A limit shows at one below it, at itself, and at one above it; limits are powers of two and of ten.
- What is asked is bounded in bytes: `affordable` takes sizes in their order until the next one costs too much, so the
  same allowance gives the same sizes, whatever the seed.
- `counted` is data that a shell can make as well (`seq 99999999 | head -c SIZE`), and no two places of which look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.model.message import counted

__all__ = ["LONG_TEXTS", "SIZES", "affordable", "around", "counted"]

KIB, MIB = 2**10, 2**20


def around(limit: int) -> tuple[int, int, int]:
    """One below a limit, the limit, one above it."""
    return limit - 1, limit, limit + 1


def _ladder() -> Iterator[int]:
    for limit in (256, 512, 1000, KIB, 4 * KIB, 8 * KIB, 10_000, 16 * KIB, 32 * KIB, 64 * KIB, 100_000):
        yield from around(limit)
    for limit in (128 * KIB, 256 * KIB, 512 * KIB, 1_000_000, MIB):
        yield from around(limit)
    yield from (2 * MIB + 1, 4 * MIB + 1, 8 * MIB + 1, 10_000_001, 16 * MIB + 1, 64 * MIB)


SIZES: tuple[int, ...] = tuple(_ladder())
"""Bytes of a file: around each usual limit up to 1 MiB, above it beyond that, up to what the transport reads."""
LONG_TEXTS: tuple[int, ...] = tuple(
    size for limit in (256, 1000, KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB) for size in around(limit)
)
"""Bytes of a text: around the limits that columns of databases, fields of indexes and lines of headers usually have."""


def affordable(sizes: Iterable[int], allowance: int, *, times: int = 2) -> tuple[int, ...]:
    """The first of the sizes that fit into an allowance of bytes, each of which is sent and received `times` times."""
    chosen: list[int] = []
    for size in sizes:
        allowance -= size * times
        if allowance < 0:
            break
        chosen.append(size)
    return tuple(chosen)
