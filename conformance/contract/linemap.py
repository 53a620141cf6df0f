"""Where the lines of one edition of a document stand in the next.

Rules
- A row, parameter or member that both editions have at the same place of their specs tells where its lines are now.
- Other lines are told by their fingerprints, in order; a line that is not there any more by its neighbours.
- A line is the same when its fingerprint is. Blank lines say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from conformance.model.contract import Lines

__all__ = ["LineMap", "MovedRange"]

NARROW = 8
"""Lines of a range that is about each of its lines; a wider one is about a part as a whole."""
PART = 4
"""Of a wide range so many lines make one that may change: every fourth."""
SpecLines = Mapping[tuple[str, ...], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class MovedRange:
    """A range in the next edition, and whether it says what it said."""

    first: int
    last: int
    same: bool


class LineMap:
    """The lines of two editions, by their fingerprints (the first of each is that of line 1) and specs."""

    def __init__(
        self,
        old: Sequence[str],
        new: Sequence[str],
        old_specs: Mapping[str, Any],
        new_specs: Mapping[str, Any],
    ) -> None:
        self._old, self._new = old, new
        self._places = _moved(_places(old_specs), _places(new_specs))
        self._matched = _matched(old, new)

    def line(self, number: int) -> int:
        """Where a line stands now, or would stand."""
        found = self._places.get(number) or self._matched.get(number)
        if found is not None:
            return found
        before = next((at for at in range(number - 1, 0, -1) if at in self._matched), None)
        after = next((at for at in range(number + 1, len(self._old) + 1) if at in self._matched), None)
        low = self._matched[before] + number - before if before is not None else 1
        high = self._matched[after] - 1 if after is not None else len(self._new)
        return max(1, min(low, max(high, 1)))

    def span(self, first: int, last: int) -> MovedRange:
        """Where a range stands now, and whether it says the same: all of a narrow one, most of a wide one."""
        one, other = self.line(first), self.line(last)
        start, end = min(one, other), max(one, other)
        was = [mark for mark in self._old[first - 1 : last] if mark]
        now = [mark for mark in self._new[start - 1 : end] if mark]
        if len(was) <= NARROW:
            return MovedRange(start, end, was == now)
        alike = sum(block.size for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks())
        return MovedRange(start, end, max(len(was), len(now)) - alike <= len(was) // PART)

    def lines(self, source: Lines) -> Lines:
        """Ranges as they stand now."""
        return tuple((item.first, item.last) for item in (self.span(*pair) for pair in source))

    def changed(self, source: Lines) -> Lines:
        """Those of the ranges that do not say what they said."""
        return tuple(pair for pair in source if not self.span(*pair).same)


def _matched(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Line -> line, of those that are there in both editions, in order."""
    one = [(at, mark) for at, mark in enumerate(old, start=1) if mark]
    other = [(at, mark) for at, mark in enumerate(new, start=1) if mark]
    matcher = SequenceMatcher(None, [mark for _, mark in one], [mark for _, mark in other], autojunk=False)
    return {
        one[block.a + step][0]: other[block.b + step][0]
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def _moved(old: SpecLines, new: SpecLines) -> dict[int, int]:
    """Line -> line, of what stands in both specs at the same place with as many lines; the narrowest place tells."""
    found: dict[int, int] = {}
    both = [(old[name], new[name]) for name in old if name in new]
    for (first, last), (start, end) in sorted(both, key=lambda pair: pair[0][0] - pair[0][1]):
        if last - first == end - start <= NARROW:
            found.update(zip(range(first, last + 1), range(start, end + 1), strict=True))
    return found


def _places(specs: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Place in the specs -> its lines; a place with several ranges tells nothing of one."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for name, node in _walked(specs, ()):
        source = node.get("x-source")
        if isinstance(source, list) and len(source) == 1:
            found[name] = (source[0][0], source[0][1])
        for pointer, line in node.get("x-lines", {}).items():
            found[(*name, pointer)] = (line, line)
    return found


def _walked(node: Any, name: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        if name:
            yield name, node
        for key, value in node.items():
            yield from _walked(value, (*name, str(key)))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            own = (
                f"{value.get('in', '')} {value['name']}" if isinstance(value, Mapping) and "name" in value else str(at)
            )
            yield from _walked(value, (*name, own))
