"""Examples: JSON and request lines. Print in double is undone, and a closing bracket that is missing is put in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.document.glyphs import undouble
from conformance.document.lines import Line
from conformance.document.model import Example
from conformance.document.vocabulary import METHODS

__all__ = [
    "is_command",
    "is_json_start",
    "is_request_line",
    "is_status_line",
    "read_command",
    "read_head",
    "read_json",
    "read_request",
]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_CLOSER = {"{": "}", "[": "]"}
_MOST = 20
"""Brackets that are put in at most; who left out more did not leave out a bracket."""
_LONGEST_COMMAND = 100
"""Lines of the longest command."""
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//.*|#.*|/\*.*?\*/')
_TRAILING = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int
    start: int


def is_json_start(line: Line) -> bool:
    """Whether a JSON example begins here."""
    return line.text[:1] in "{["


def is_request_line(line: Line) -> bool:
    """Whether the line is a method and a URL, printed once or twice."""
    return _request_text(line) is not None


def _request_text(line: Line) -> str | None:
    # Printed twice is tried first: a whole line in double begins as a line printed once does.
    for text in (undouble(line.text), line.text):
        match = re.match(rf"({'|'.join(METHODS)}) +(/|https?://)\S*", text or "")
        if match:
            return text
    return None


def read_request(lines: Sequence[Line], start: int) -> tuple[Example, int]:
    """The request line at `start` with the header lines after it, and the index of the first line after it."""
    texts = [_request_text(lines[start]) or ""]
    at = start + 1
    # A line of code that is too long goes on in the next one, which is in double as well and begins in the middle of it.
    while at < len(lines) and undouble(lines[start].text) and (more := undouble(lines[at].text)):
        if not re.fullmatch(r"[\w/?&=.,:%{}~+-]+", more):
            break
        texts[0] += more
        at += 1
    while at < len(lines):
        shown = undouble(lines[at].text) or lines[at].text
        if not re.match(r"[A-Za-z][A-Za-z-]*: *\S", shown):
            break
        texts.append(shown)
        at += 1
    return Example("request", "\n".join(texts), None, lines[start].number, lines[at - 1].number), at


def is_command(line: Line) -> bool:
    """Whether a curl command begins here."""
    return re.match(r"(?:[$#>] *)?curl ", line.text) is not None


def is_status_line(line: Line) -> bool:
    """Whether the line is the first of an HTTP response, or (printed twice) its shadow (RFC 9112, 4)."""
    return any(re.match(r"HTTP/\d(?:\.\d)? +[1-5]\d\d\b", text or "") for text in (line.text, undouble(line.text)))


def read_head(lines: Sequence[Line], start: int) -> int:
    """The index of the first line after a status line at `start` and the header lines after it."""
    at = start + 1
    while at < len(lines) and re.match(r"[A-Za-z][A-Za-z-]*: *\S", undouble(lines[at].text) or lines[at].text):
        at += 1
    return at


def read_command(lines: Sequence[Line], start: int) -> tuple[Example | None, int]:
    """The request that a curl command at `start` sends, None where it names no address, and the index of the first line
    after it. The command goes on while a line ends in a backslash or a quote is open."""
    text, at = "", start
    while at < len(lines):
        text += lines[at].text.removesuffix("\\") + " "
        goes_on = lines[at].text.endswith("\\") or text.count("'") % 2
        at += 1
        if not goes_on or at - start == _LONGEST_COMMAND:
            break
    address = re.search(r"""(?<![\w"'])["']?((?:https?://|/|\$\{?\w+\}?/)[^\s"']*)""", text)
    if address is None:
        return None, at
    method = re.search(rf"(?:-X|--request)[ =]*[\"']?({'|'.join(METHODS)})\b", text)
    sends = re.search(r" (?:-d|--data\S*|--json)[ =]", text) is not None
    word = method.group(1) if method else "POST" if sends else "GET"
    first, last = lines[start].number, lines[at - 1].number
    return Example("request", f"{word} {address.group(1)}", None, first, last), at


def read_json(lines: Sequence[Line], start: int) -> tuple[Example, int, str | None]:
    """The JSON example at `start`, the index of the first line after it, and what could not be read, or None."""
    end = _block_end(lines, start)
    block = lines[start:end]
    # Printed once: the text parses as it stands. Printed twice is tried first: `[[]]` is JSON either way.
    doubled = [undouble(line.text) for line in block]
    readings = [[text for text in doubled if text is not None]] if all(text is not None for text in doubled) else []
    readings.append([line.text for line in block])
    bare = [_COMMENT.sub(_string_or_nothing, line.text) for line in block]
    attempts = [(texts, False, "") for texts in readings]
    attempts += [(texts, True, "commas before a bracket left out") for texts in readings]
    attempts += [(bare, True, "comments left out")] if bare != readings[-1] else []
    problem: str | None = None
    for texts, loose, said in attempts:
        text, numbers = _join(texts, block)
        text = _TRAILING.sub(r" \1", text) if loose else text
        tokens = list(_tokens(text, numbers))
        mended, repair = _mend(text, tokens)
        try:
            value = json.loads(mended, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            problem = problem or f"the example that begins here is no JSON: {error}"
            continue
        pointers = dict(_pointers(tokens))
        repaired = ", ".join(filter(None, (repair, said))) or None
        return Example("json", mended, value, block[0].number, block[-1].number, repaired, pointers), end, None
    raw = "\n".join(line.text for line in block)
    return Example("text", raw, None, block[0].number, block[-1].number), end, problem


def _block_end(lines: Sequence[Line], start: int) -> int:
    """The index after the last line of the block: where its brackets close, or where the lines end.

    Doubled brackets and doubled strings open and close together, so the count comes out even for both prints.
    """
    depth, inside = 0, False
    for at in range(start, len(lines)):
        for char in lines[at].text:
            if char == '"':
                inside = not inside
            elif not inside:
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(char, 0)
        if depth <= 0 and not inside:
            return at + 1
    return len(lines)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON (RFC 8259, 6)")


def _string_or_nothing(match: re.Match[str]) -> str:
    return match.group(1) or ""


def _join(texts: Sequence[str], block: Sequence[Line]) -> tuple[str, list[tuple[int, int]]]:
    """The lines as one text, and (offset, line number) of each. A line that ends inside a string is joined to the
    next."""
    text, numbers, open_string = "", [], False
    for piece, line in zip(texts, block, strict=True):
        if text and not open_string:
            text += "\n"
        numbers.append((len(text), line.number))
        text += piece
        open_string ^= len(re.findall(r'(?<!\\)(?:\\\\)*"', piece)) % 2 == 1
    return text, numbers


def _tokens(text: str, numbers: Sequence[tuple[int, int]]) -> Iterator[_Token]:
    at = 0
    for match in _TOKEN.finditer(text):
        while at + 1 < len(numbers) and numbers[at + 1][0] <= match.start():
            at += 1
        yield _Token(match.group(), numbers[at][1], match.start())


def _mend(text: str, tokens: Sequence[_Token]) -> tuple[str, str | None]:
    """The text with each missing bracket put in before the one that closes what is around it, and in words what was put
    in."""
    open_brackets: list[str] = []
    inserted: list[tuple[int, str, int]] = []
    for token in tokens:
        if token.text in _CLOSER:
            open_brackets.append(token.text)
        elif token.text in {"}", "]"}:
            near = open_brackets[-_MOST:][::-1]
            opener = "{" if token.text == "}" else "["
            if opener in near:
                missing = near[: near.index(opener)]
                inserted += [(token.start, _CLOSER[item], token.line) for item in missing]
                del open_brackets[len(open_brackets) - len(missing) - 1 :]
            elif open_brackets:
                open_brackets.pop()
    if len(inserted) + len(open_brackets) > _MOST:
        return text, None
    last = tokens[-1].line if tokens else 0
    inserted += [(len(text), _CLOSER[item], last) for item in reversed(open_brackets)]
    for offset, bracket, _ in reversed(inserted):
        text = f"{text[:offset]}{bracket}{text[offset:]}"
    said = ", ".join(f"{bracket} inserted before the end of line {line}" for _, bracket, line in inserted)
    return text, said or None


def _pointers(tokens: Sequence[_Token]) -> Iterator[tuple[str, int]]:
    """(JSON pointer, line) of each member and item (RFC 6901)."""
    stack: list[list[str | int | None]] = []  # [kind, key or index]
    for number, token in enumerate(tokens):
        if token.text in _CLOSER:
            if stack and stack[-1][0] == "[":
                yield _pointer(stack), token.line
            stack.append([token.text, 0 if token.text == "[" else None])
        elif token.text in {"}", "]"}:
            if stack:
                stack.pop()
        elif token.text == ",":
            if stack and isinstance(stack[-1][1], int):
                stack[-1][1] += 1
        elif stack and stack[-1][0] == "{" and number + 1 < len(tokens) and tokens[number + 1].text == ":":
            stack[-1][1] = token.text.strip('"')
            yield _pointer(stack), token.line
        elif stack and stack[-1][0] == "[" and token.text != ":":
            yield _pointer(stack), token.line


def _pointer(stack: Sequence[Sequence[str | int | None]]) -> str:
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for _, key in stack if key is not None)
