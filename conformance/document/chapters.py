"""Where the document's parts begin: numbered headings, operations, and the headings of the common part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from conformance.document.examples import request_text
from conformance.document.headers import header_of
from conformance.document.lines import Line
from conformance.document.model import Heading
from conformance.document.vocabulary import COMMON_HEADINGS, METHODS, NUMBERED, PARTS, heading_of, is_heading

__all__ = ["chapters", "common_heading", "numbered_headings", "operation_starts", "part_heading", "ranges", "uri_of", "without_number"]

_URI = re.compile(rf"({'|'.join(METHODS)}) +(?:https?://[^/\s]*)?(/[\x21-\x7e]*)")
_LONGEST_TITLE = 40
_LAST_OF_A_BEGINNING = 2
_ORDER = {name: number for number, name in enumerate(dict.fromkeys(PARTS.values()))}


def uri_of(text: str) -> tuple[str, str] | None:
    """Method and path of a request line as operations have it under the heading URI, written once or twice."""
    match = _URI.fullmatch(text) or _URI.fullmatch(request_text(text) or "")
    return (match.group(1), match.group(2)) if match else None


def part_heading(lines: Sequence[Line], at: int) -> str | None:
    """The name of the part of an operation whose heading is `lines[at]`, or None.

    URI is a heading only over a request line: it is also a word with which a wrapped cell may end.
    """
    name = PARTS.get(heading_of(lines[at].text))
    if name == "uri" and not (at + 1 < len(lines) and uri_of(lines[at + 1].text)):
        return None
    return name


def common_heading(line: Line) -> str | None:
    """The name of the part of the common chapter whose heading is the line, or None."""
    return COMMON_HEADINGS.get(heading_of(line.text))


def without_number(text: str) -> str:
    """A heading's title without the number before it."""
    match = NUMBERED.fullmatch(text)
    return match.group(2) if match else text


def numbered_headings(lines: Sequence[Line]) -> tuple[int, ...]:
    """The indices of the numbered headings: each number follows the one before it, or counting begins again.

    That keeps apart `1.4 Title` and a sentence that goes on with `2.0 and later`.
    """
    found: list[int] = []
    before: tuple[int, ...] = ()
    first: tuple[int, ...] = ()
    for at, line in enumerate(lines):
        match = NUMBERED.fullmatch(line.text)
        if match is None or not _is_title(match.group(2)):
            continue
        number = tuple(int(part) for part in match.group(1).split(".") if len(part) < 4)
        if not number or len(number) != match.group(1).count(".") + 1:
            continue
        if not first and (len(number) > 1 or at == 0):
            first = number
        elif not (before and number in _successors(before)) and number != first:
            continue
        before = number
        found.append(at)
    return tuple(found)


def _successors(number: tuple[int, ...]) -> set[tuple[int, ...]]:
    following = {(*number, 1)}
    for depth in range(1, len(number) + 1):
        step = (*number[: depth - 1], number[depth - 1] + 1)
        following |= {step, (*step, 1)}
    return following


def _is_title(text: str) -> bool:
    return (
        len(text) <= _LONGEST_TITLE
        and re.search(r"[\u3400-\u9fffA-Za-z]", text) is not None
        and re.search(r"[。；，;,]$|\.{3}|…|^[{}\[\]\"]|:: *|, *$", text) is None
    )


def chapters(lines: Sequence[Line], headings: Sequence[int]) -> tuple[Heading, ...]:
    """The numbered headings, each with the last line before the next one of the same level or a higher one."""
    levels = [_level(lines[at]) for at in headings]
    result: list[Heading] = []
    for number, at in enumerate(headings):
        after = (later for later in range(number + 1, len(headings)) if levels[later] <= levels[number])
        following = next(after, None)
        end = headings[following] if following is not None else len(lines)
        result.append(Heading(without_number(lines[at].text), lines[at].number, lines[end - 1].number))
    return tuple(result)


def _level(line: Line) -> int:
    match = NUMBERED.fullmatch(line.text)
    return match.group(1).count(".") if match else 0


def operation_starts(lines: Sequence[Line], begin: int, end: int) -> tuple[int, ...]:
    """The indices in [begin, end) of the operations' titles: the line above the first heading of each.

    A new operation begins where a heading of its beginning (introduction, preconditions, URI) comes after one that is
    not before it in an operation.
    """
    starts: list[int] = []
    furthest = len(_ORDER)
    for at in range(begin, end):
        if common_heading(lines[at]) is not None:
            furthest = len(_ORDER)
        name = part_heading(lines, at)
        if name is None:
            continue
        place = _ORDER[name]
        if place <= _LAST_OF_A_BEGINNING and place <= furthest and (furthest > _LAST_OF_A_BEGINNING or place == furthest):
            if _may_be_title(lines, at - 1, begin):
                starts.append(at - 1)
            elif at > begin or starts == []:
                starts.append(at)
            furthest = place
        furthest = max(furthest, place) if furthest < len(_ORDER) else furthest
    return tuple(starts)


def _may_be_title(lines: Sequence[Line], at: int, begin: int) -> bool:
    if at < begin:
        return False
    text = lines[at].text
    return not is_heading(text) and header_of(text) is None and text[0] not in '{}[]",' and uri_of(text) is None


def ranges(starts: Sequence[int], end: int) -> tuple[tuple[int, int], ...]:
    """The half-open ranges between each start and the next, the last one up to `end`."""
    return tuple(pairwise((*starts, end)))
