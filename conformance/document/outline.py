"""The outline of a document: its headings, and where operations begin and end.

A heading is certain where the source says so or where its words are those of a family; a short word (`参数`, `状态码`) is one
only with what it heads right below it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from conformance.document.columns import header_of
from conformance.document.examples import is_json_start, is_request_line
from conformance.document.headings import (
    PART_NAMES,
    DocumentPart,
    common_of,
    leads_to,
    number_of,
    owner_of,
    part_of,
    stated_part,
)
from conformance.document.lines import Line
from conformance.document.tally import Tally
from conformance.document.vocabulary import CODE_LIST, METHODS, NUMBERED

__all__ = ["Extent", "Head", "extents", "heads_of", "starts_something"]

_BEGINNINGS = frozenset({"introduction", "preconditions", "uri"})
_SHARED = re.compile(r"公共|通用|公用|common", re.IGNORECASE)
_ADDRESSES = re.compile(rf"(?:{'|'.join(METHODS)})\b|/[\w{{]")
_ORDER = {name: at for at, name in enumerate(PART_NAMES)}


@dataclass(frozen=True, slots=True)
class Head:
    """A heading at an index of the lines: the part of an operation and of the common part that its words begin, its
    number, and the level that the source gives it. `loose` says that its words may head a part of an operation as well,
    `stated` that what stands below it is in its own line."""

    at: int
    part: DocumentPart | None
    common: str
    number: tuple[int, ...]
    level: int | None
    owner: str = ""
    loose: bool = False
    stated: bool = False

    @property
    def sure(self) -> bool:
        """Whether it is a heading whatever its words are."""
        return self.level is not None or len(self.number) > 1


@dataclass(frozen=True, slots=True)
class Extent:
    """Where an operation stands: the index of its title, of the first line that is not its own, and of the heading of
    its section (None where there is none)."""

    title: int
    stop: int
    section: int | None


def starts_something(lines: Sequence[Line], at: int, tally: Tally) -> bool:
    """Whether a table or an example begins at this index."""
    if at >= len(lines):
        return False
    line = lines[at]
    known = line.number in tally.grids or line.number in tally.codes
    return known or header_of(line.text) is not None or is_json_start(line) or is_request_line(line)


def heads_of(lines: Sequence[Line], tally: Tally) -> tuple[Head, ...]:
    """The headings, in the document's order."""
    found = tuple(_heads(lines, tally))
    return tuple(_without_part(head) if _is_above(found, place) else head for place, head in enumerate(found))


def _is_above(heads: Sequence[Head], place: int) -> bool:
    """Whether a heading that may be that of a part is the title of an operation or a section: one begins inside it."""
    head = heads[place]
    if head.level is None or head.part is None or head.part.certain or head.part.name in _BEGINNINGS:
        return False
    for item in islice(heads, place + 1, None):
        if item.level is not None and item.level <= head.level:
            return False
        if item.part is not None and item.part.certain and item.part.name in _BEGINNINGS:
            return True
    return False


def _without_part(head: Head) -> Head:
    return replace(head, part=None, loose=True)


def _heads(lines: Sequence[Line], tally: Tally) -> Iterator[Head]:
    last = 0
    titles = tally.source.titles
    for at, line in enumerate(lines):
        if line.number in tally.grids:
            last = max(last, tally.grids[line.number].last_line)
        last = max(last, tally.codes.get(line.number, 0))
        if line.number <= last or header_of(line.text) is not None:
            continue
        level = titles.get(line.number)
        number, _ = number_of(line.text)
        numbered = NUMBERED.fullmatch(line.text)
        dotted = numbered is not None and "." in numbered.group(1) and _is_title(numbered.group(2))
        part, common = part_of(line.text), common_of(line.text)
        stated = None if part is not None else stated_part(line.text)
        if stated is not None:
            yield Head(at, stated, "", (), level, stated=True)
            continue
        loose = part is not None
        if level is None:
            followed = _is_followed(lines, at + 1, part, common, tally) or _numbers_below(lines, at + 1, number)
            if part is not None and not (part.certain or followed):
                part = None
            if common and not dotted and not (followed or len(line.text) > 3):
                common = ""
            if part is None and not common and not dotted:
                continue
        digits = tuple(map(int, number.split("."))) if number else ()
        yield Head(at, part, common, digits if dotted or level is not None else (), level, owner_of(line.text), loose)


def _numbers_below(lines: Sequence[Line], at: int, number: str) -> bool:
    """Whether the first of the headings that are numbered below one of this number stands at this index."""
    return bool(number) and at < len(lines) and re.match(rf"{re.escape(number)}\.1\s", lines[at].text) is not None


def _is_title(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fffA-Za-z]", text) is not None and not text.endswith(("。", "；", "，", ",", ";"))


def _is_followed(lines: Sequence[Line], at: int, part: DocumentPart | None, common: str, tally: Tally) -> bool:
    """Whether what stands at this index, or below one line that leads to it, is what such a heading heads."""
    if at < len(lines) and leads_to(lines[at].text) and not starts_something(lines, at, tally):
        at += 1
    if part is not None and part.name == "uri" and at < len(lines) and _ADDRESSES.match(lines[at].text):
        return True
    return starts_something(lines, at, tally) or _lists_codes(lines, at, part, common)


def _lists_codes(lines: Sequence[Line], at: int, part: DocumentPart | None, common: str) -> bool:
    wanted = common == "error-codes" or (part is not None and part.name in {"success", "errors"})
    return wanted and at < len(lines) and CODE_LIST.match(lines[at].text) is not None


# --- operations -----------------------------------------------------------------------------------------------------


def extents(lines: Sequence[Line], heads: Sequence[Head]) -> tuple[Extent, ...]:
    """Where the operations stand, in the document's order."""
    titles = sorted(set(_titles(lines, heads)))
    by_index = {head.at: head for head in heads}
    places = [head.at for head in heads]
    sections = list(_sections(titles, heads))
    found = []
    for number, (begin, end) in enumerate(pairwise([*titles, len(lines)])):
        at = sections[number]
        section = by_index[at] if at is not None else None
        inside = heads[bisect_right(places, begin) : bisect_left(places, end)]
        stop = _stop(end, by_index.get(begin), section, inside)
        found.append(Extent(begin, stop, sections[number]))
    return tuple(found)


def _titles(lines: Sequence[Line], heads: Sequence[Head]) -> Iterator[int]:
    """The indexes of the operations' titles: what stands above the first heading of an operation's parts."""
    parents = dict(_parents(heads))
    children: dict[int, set[str]] = {}
    shared = {parents[head.at] for head in heads if head.at in parents and _is_shared(lines[head.at])}
    for head in heads:
        if head.part is not None and head.at in parents and (head.part.certain or head.part.name != "uri"):
            children.setdefault(parents[head.at], set()).add(head.part.name)
    seen: set[str] = set()
    for place, head in enumerate(heads):
        if head.part is None:
            if head.sure or _is_shared(lines[head.at]):
                seen = set()
            continue
        name = head.part.name
        parent = parents.get(head.at)
        if parent is not None:
            known = children.get(parent, set())
            if parent not in shared and (known & {"introduction", "uri"} or {"request", "response"} <= known):
                yield parent
            continue
        if head.level is None and head.part.certain and _begins(name, seen, heads, place):
            seen = set()
            yield _above(lines, heads, place)
        seen.add(name)


def _parents(heads: Sequence[Head]) -> Iterator[tuple[int, int]]:
    """(index of a heading of a part, index of the heading above it that is none), as far as the source gives levels."""
    open_heads: list[Head] = []
    for head in heads:
        if head.level is None:
            continue
        while open_heads and (open_heads[-1].level or 0) >= head.level:
            open_heads.pop()
        if head.part is not None or head.common:
            above = next((item for item in reversed(open_heads) if item.part is None), None)
            if above is not None and not above.common:
                yield head.at, above.at
        open_heads.append(head)


def _begins(name: str, seen: set[str], heads: Sequence[Head], place: int) -> bool:
    """Whether a part of this name begins an operation after the parts that were seen since the last one began."""
    if name == "introduction":
        return True
    if name not in _BEGINNINGS:
        return False
    if not seen:
        return True
    later = any(_ORDER.get(item, 0) > _ORDER[name] and item != "notes" for item in seen)
    if name == "preconditions":
        coming = (head.part.name for head in islice(heads, place + 1, place + 20) if head.part is not None)
        return later and "uri" in seen and next((item for item in coming if item in _BEGINNINGS), "") == "uri"
    return "uri" in seen and later


def _above(lines: Sequence[Line], heads: Sequence[Head], place: int) -> int:
    """The index of the title above a part's heading; the heading itself where what is above it is no title."""
    before = heads[place - 1] if place else None
    if before is not None and before.part is not None and before.part.name == "uri" and heads[place].at - before.at < 4:
        place -= 1  # the method stands under a heading of its own, above that of the path
    at = heads[place].at
    above = lines[at - 1].text if at else ""
    taken = place > 0 and heads[place - 1].at == at - 1 and heads[place - 1].part is not None
    is_none = not above or taken or above[0] in "{}[]<" or above.endswith(("{", "}", "]", ",", "。"))
    return at if is_none or CODE_LIST.match(above) else at - 1


def _is_shared(line: Line) -> bool:
    return _SHARED.search(line.text) is not None


def _sections(titles: Sequence[int], heads: Sequence[Head]) -> Iterator[int | None]:
    """The index of the heading of the section in which each title stands: the last one that is above it."""
    own = {head.at: head for head in heads}
    coming = [head for head in heads if head.part is None and head.sure]
    levels: list[Head] = []
    depths: list[Head] = []
    last: Head | None = None
    at = 0
    for title in titles:
        while at < len(coming) and coming[at].at < title:
            last = coming[at]
            if last.level is not None:
                while levels and (levels[-1].level or 0) >= last.level:
                    levels.pop()
                levels.append(last)
            if last.number:
                while depths and len(depths[-1].number) >= len(last.number):
                    depths.pop()
                depths.append(last)
            at += 1
        head = own.get(title)
        if head is not None and head.level is not None:
            yield next((item.at for item in reversed(levels) if (item.level or 0) < head.level), None)
        elif head is not None and head.number:
            yield next((item.at for item in reversed(depths) if len(item.number) < len(head.number)), None)
        else:
            yield last.at if last is not None else None


def _stop(end: int, own: Head | None, section: Head | None, inside: Sequence[Head]) -> int:
    """The index at which an operation ends: at the next chapter, or where what holds for all begins."""
    level = own.level if own is not None else None
    depth = len(own.number) if own is not None and own.number else len(section.number) if section is not None else 0
    for head in inside:
        if level is not None and head.level is not None:
            if head.level <= level:
                return head.at
        elif _counts_anew(head, own):
            continue
        elif head.level is None and (
            _is_chapter(head, depth) or (head.common and head.part is None and not head.loose)
        ):
            return head.at
    return end


def _counts_anew(head: Head, own: Head | None) -> bool:
    """Whether a heading is that of a part of the operation, numbered from one on in each operation: it does not go on from
    the operation's own number."""
    if head.part is None or head.common or own is None or not own.number or not head.number:
        return False
    depth = len(head.number)
    return depth <= len(own.number) and head.number != (*own.number[: depth - 1], own.number[depth - 1] + 1)


def _is_chapter(head: Head, depth: int) -> bool:
    """Whether a numbered heading stands beside the operation or above it, and not in it."""
    return bool(head.number) and (not depth or len(head.number) <= depth)
