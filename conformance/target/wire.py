"""An answer as it stands on the wire (RFC 9112) -> its status line, fields and body. Every length of it has a bound.

Rules
- What is no HTTP/1 is NoHTTP, with what is wrong about it. What ends in the middle is a ConnectionError.
- Interim answers (1xx) are passed over, so many and no more (RFC 9110, 15.2).
- Where a message says twice, or wrongly, how long its body is, no client can be sure of its end. What comes until the
  other side pauses is the body, both fields are kept for the checks, and the connection is not used again.
- Whatever comes after an answer belongs to no answer: then `reusable` is False (RFC 9112, 6.3 and 9.3).
- A line may end with a bare LF (RFC 9112, 2.2), and a value be folded over lines, which are joined by a space (5.2).
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Bounds", "NoHTTP", "Stream", "Unfinished", "WireAnswer", "read_answer"]

Fields = tuple[tuple[str, str], ...]

STATUS_LINE = "the status line"
_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) +(\d{3})(?: (.*))?")
_LENGTH = re.compile(r"\d{1,18}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
_TEXT = re.compile(r"text/|application/(\S*[+.])?(json|xml|xhtml)|application/\S*html")


class NoHTTP(http.client.HTTPException):
    """What came is no answer of HTTP/1, or none that is taken; the text says why."""


class Unfinished(TimeoutError):
    """Of the bytes of a body that were announced, some did not come in time; its cause says which time."""

    def __init__(self, came: int, announced: int) -> None:
        super().__init__(f"{came} of {announced} bytes came")
        self.came = came
        self.announced = announced


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that an answer may have: bytes of a line, fields and bytes of a head (the trailers of chunks and interim
    answers have such heads, too), interim answers, bytes of a body of text, and of any other body.

    `lull` are the seconds after which a body ends whose length nobody can tell.
    """

    line: int = 64 * 1024
    fields: int = 100
    head: int = 256 * 1024
    interim: int = 20
    text: int = 8 * 1024 * 1024
    body: int = 64 * 1024 * 1024
    lull: float = 1.0


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An answer that was read whole. `truncated` says that its body was longer than the bound; `reusable` that the
    connection may carry another request."""

    status: int
    reason: str
    fields: Fields
    body: bytes
    truncated: bool
    reusable: bool


class Stream:
    """The bytes that come from the other side, by line and by piece.

    `receive(size, seconds)` waits for at most so many bytes: b"" at the end. It waits as long as it thinks right, or for
    `seconds` where given, and raises TimeoutError.
    """

    def __init__(self, receive: Callable[[int, float | None], bytes]) -> None:
        self._receive = receive
        self._data = bytearray()

    @property
    def held(self) -> int:
        """Bytes that came and were not asked for."""
        return len(self._data)

    def line(self, most: int, what: str) -> bytes:
        """The next line without its end. Raises NoHTTP when it is longer, ConnectionError when it does not end."""
        start = 0
        while (end := self._data.find(b"\n", start)) < 0:
            start = len(self._data)
            if start > most or not self._more():
                break
        if end < 0 and start <= most:
            if what == STATUS_LINE and not self._data.startswith(b"HTTP/"):
                raise NoHTTP(f"it begins with {_shown(self._data)}")
            raise ConnectionResetError(f"it was closed in {what}")
        if end < 0 or end > most:
            raise NoHTTP(f"{what} has a line of more than {most} bytes")
        line = bytes(self._data[:end])
        del self._data[: end + 1]
        return line.removesuffix(b"\r")

    def piece(self, most: int, seconds: float | None = None) -> bytes:
        """Some of the next bytes; b"" at the end."""
        if not self._data:
            return self._receive(min(most, 65536), seconds)
        found = bytes(self._data[:most])
        del self._data[:most]
        return found

    def ended(self) -> bool:
        """Whether the other side has closed without another byte."""
        return not self._data and not self._more()

    def _more(self) -> bool:
        found = self._receive(65536, None)
        self._data += found
        return bool(found)


def read_answer(stream: Stream, method: str, bounds: Bounds) -> WireAnswer:
    """Read a whole answer to a request of this method. Raises NoHTTP, and the OSErrors of the stream."""
    if stream.ended():
        raise http.client.RemoteDisconnected("it was closed without an answer")
    for _ in range(bounds.interim + 1):
        minor, status, reason = _status(stream.line(bounds.line, STATUS_LINE))
        fields = _fields(stream, bounds, "the head")
        if status == 101:
            raise NoHTTP("it switches to another protocol (101), which nobody asked for")
        if status >= 200:
            break
    else:
        raise NoHTTP(f"more than {bounds.interim} interim answers (1xx)")
    told = {name.lower() for name, _ in fields}
    body = _Body(_bound(fields, bounds))
    sure = True
    if method == "HEAD" or status in {204, 304}:
        pass
    elif "transfer-encoding" in told:
        sure = "content-length" not in told  # RFC 9112, 6.3: perhaps an answer smuggled into another
        if _all(fields, "transfer-encoding")[-1].rpartition(",")[2].strip().lower() == "chunked":
            _read_chunks(stream, body, bounds)
        else:
            sure = False
            _read_to_the_end(stream, body, None)
    elif "content-length" in told:
        lengths = {part.strip() for value in _all(fields, "content-length") for part in value.split(",")}
        length = lengths.pop() if len(lengths) == 1 else ""
        if _LENGTH.fullmatch(length):
            sure = _read_fixed(stream, body, int(length))
        else:
            sure = False
            _read_to_the_end(stream, body, bounds.lull)
    else:
        sure = False
        _read_to_the_end(stream, body, None)
    reusable = sure and not body.truncated and not stream.held and _stays_open(minor, _all(fields, "connection"))
    return WireAnswer(status, reason, fields, bytes(body.data), body.truncated, reusable)


def _status(line: bytes) -> tuple[int, int, str]:
    """Minor version, status and reason."""
    found = _STATUS_LINE.fullmatch(line)
    if found is None:
        raise NoHTTP(f"it begins with {_shown(line)}")
    status = int(found[2])
    if status < 100:
        raise NoHTTP(f"its status is {found[2].decode()}")
    return int(found[1]), status, _text(found[3] or b"").strip()


def _fields(stream: Stream, bounds: Bounds, what: str) -> Fields:
    """The fields up to the empty line."""
    found: list[tuple[str, str]] = []
    size = 0
    while line := stream.line(bounds.line, what):
        size += len(line)
        if size > bounds.head:
            raise NoHTTP(f"{what} has more than {bounds.head} bytes")
        if b"\0" in line:
            raise NoHTTP(f"{what} has a NUL in {_shown(line)}")
        if line[0] in b" \t":
            if not found:
                raise NoHTTP(f"{what} begins with a folded line")
            name, value = found[-1]
            found[-1] = (name, f"{value} {_text(line).strip()}".strip())
            continue
        head, colon, tail = line.partition(b":")
        name = _text(head).strip()
        if not colon or not name:
            raise NoHTTP(f"{what} has a line without a name: {_shown(line)}")
        found.append((name, _text(tail).strip(" \t")))
        if len(found) > bounds.fields:
            raise NoHTTP(f"{what} has more than {bounds.fields} fields")
    return tuple(found)


class _Body:
    """What is kept of a body: all of it, up to a bound."""

    def __init__(self, most: int) -> None:
        self.data = bytearray()
        self.truncated = False
        self._most = most

    def takes(self, piece: bytes) -> bool:
        """Keep a piece; False when there is no more room, and reading may end."""
        room = self._most - len(self.data)
        self.data += piece[:room]
        self.truncated = len(piece) > room
        return not self.truncated


def _read_fixed(stream: Stream, body: _Body, length: int) -> bool:
    """Read so many bytes; False when fewer came, which is for the checks to judge. Raises Unfinished."""
    left = length
    while left:
        try:
            piece = stream.piece(left)
        except TimeoutError as error:
            raise Unfinished(length - left, length) from error
        if not piece:
            return False
        left -= len(piece)
        if not body.takes(piece):
            return False
    return True


def _read_to_the_end(stream: Stream, body: _Body, lull: float | None) -> None:
    """Read until the other side closes, or until it pauses for so many seconds."""
    try:
        while (piece := stream.piece(65536, lull)) and body.takes(piece):
            pass
    except TimeoutError:
        if lull is None:
            raise


def _read_chunks(stream: Stream, body: _Body, bounds: Bounds) -> None:
    """Read chunks and trailers (RFC 9112, 7.1). The lines between take part of the bound: a chunk of one byte may not
    come with kilobytes of its own."""
    between = 0
    while True:
        line = stream.line(bounds.line, "a chunk")
        between += len(line)
        found = _CHUNK.fullmatch(line)
        if found is None:
            raise NoHTTP(f"a chunk has the size {_shown(line)}")
        if between > bounds.head + 16 * len(body.data):
            raise NoHTTP(f"its chunks have more than {bounds.head} bytes of their own")
        size = int(found[1], 16)
        if not size:
            _fields(stream, bounds, "the trailer")
            return
        while size:
            piece = stream.piece(size)
            if not piece:
                raise ConnectionResetError("it was closed in a chunk")
            size -= len(piece)
            if not body.takes(piece):
                return
        if stream.line(bounds.line, "a chunk"):
            raise NoHTTP("a chunk is longer than its size")


def _bound(fields: Fields, bounds: Bounds) -> int:
    """Text is read whole into memory several times over, so it has a smaller bound than a file."""
    media_type = (_all(fields, "content-type") or ("",))[0].lower()
    return min(bounds.text, bounds.body) if _TEXT.match(media_type) else bounds.body


def _all(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in fields if key.lower() == name)


def _stays_open(minor: int, connection: tuple[str, ...]) -> bool:
    """Whether the connection persists after the answer (RFC 9112, 9.3)."""
    options = {option.strip().lower() for value in connection for option in value.split(",")}
    return "close" not in options and (minor >= 1 or "keep-alive" in options)


def _text(data: bytes) -> str:
    """Bytes of a head as text; a bare CR in it is a space (RFC 9112, 2.2)."""
    return data.decode("latin-1").replace("\r", " ")


def _shown(line: bytes | bytearray) -> str:
    return repr(line[:40].decode("latin-1")) + ("..." if len(line) > 40 else "")
