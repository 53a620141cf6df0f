"""Secrets that a target tells in every way, and a search for them in everything that was written.

The search undoes encodings with code of its own and looks for pieces: it shares nothing with what it tests.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

__all__ = ["echoes", "told"]

PIECE, STEP, BEGINNING = 12, 4, 8
"""Characters of a piece of a token, from one such piece to the next, and of the beginning of a shorter secret that must
not be told."""


def echoes(secret: str) -> list[str]:
    """The secret in every way in which a target may tell it."""
    data, middle = secret.encode(), len(secret) // 2
    percent = "".join(f"%{byte:02x}" for byte in data)
    lines = base64.b64encode(data * 3).decode()
    return [
        secret,
        f"'{secret}'",
        "".join(f"\\u{ord(char):04x}" for char in secret),
        "".join(f"&#{ord(char)};" for char in secret),
        html.escape(secret),
        quote(secret, safe=""),
        percent,
        percent.upper(),
        quote(percent),
        "".join(char if index % 2 and char.isalnum() else quote(char, safe="") for index, char in enumerate(secret)),
        *(base64.b64encode(b"x" * shift + data).decode() for shift in range(3)),
        base64.urlsafe_b64encode(b"user:" + data).decode(),
        "\n".join(lines[at : at + 64] for at in range(0, len(lines), 64)),
        data.hex(),
        data.hex().upper(),
        secret[:middle] + "\n" + secret[middle:],
        secret[:middle] + "\r\n   " + secret[middle:],
        f'["{secret[:middle]}", "{secret[middle:]}"]',
        f"{secret[:middle]}<b></b>{secret[middle:]}",
        json.dumps(json.dumps(json.dumps(secret))),
    ]


def told(place: Path, secrets: Iterable[str], *texts: str) -> set[tuple[str, bytes]]:
    """The pieces of secrets that stand in a file below the folder or in one of the texts, in any form: where, and the
    words around it."""
    pieces = {piece for secret in secrets for piece in _pieces(secret)}
    sources = [(f"text {number}", text.encode()) for number, text in enumerate(texts, start=1)]
    names = "\n".join(map(str, place.rglob("*")))
    sources.append(("names", names.encode()))
    for path in place.rglob("*") if place.is_dir() else ():
        if path.is_file():
            sources += ((path.name, data) for data in _unpacked(path.read_bytes()))
    once = {source: name for name, source in sources}
    return {
        (name, view[max(0, view.index(piece) - 60) : view.index(piece) + 40])
        for source, name in once.items()
        for view in _views(source)
        for piece in pieces
        if piece in view
    }


def _pieces(secret: str) -> Iterator[bytes]:
    """What gives a secret away: any piece of a long one, the beginning of one that is shorter, the whole of a short one."""
    data = secret.encode()
    if len(data) >= 40:
        yield from (data[at : at + PIECE] for at in range(0, len(data) - PIECE + 1, STEP))
    else:
        yield data[:BEGINNING] if len(data) >= BEGINNING else data


def _unpacked(data: bytes) -> Iterator[bytes]:
    yield data
    if data[:2] == b"\x1f\x8b":
        yield from _unpacked(gzip.decompress(data))
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from _unpacked(archive.read(name))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar.getmembers():
                file = tar.extractfile(member)
                yield from _unpacked(file.read()) if file is not None else ()


def _views(data: bytes) -> Iterator[bytes]:
    """The data as it is, and with encodings undone, one over the other."""
    seen = {data}
    waiting = [(data, 0)]
    while waiting:
        view, depth = waiting.pop()
        yield view
        for other in (_decoded(view), _whole(view)):
            if depth < 3 and other not in seen:
                seen.add(other)
                waiting.append((other, depth + 1))
        if depth < 2:
            yield from _bases(view)


def _decoded(data: bytes) -> bytes:
    text = unquote_to_bytes(data).decode("utf-8", "replace")
    text = html.unescape(text)
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"\\x([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"\\([\"'/\\nrt])", lambda match: {"n": "\n", "r": "\r", "t": "\t"}.get(match[1], match[1]), text)
    return text.encode("utf-8", "surrogatepass")


def _whole(data: bytes) -> bytes:
    data = re.sub(rb"<[^<>]{1,40}>", b"", data)
    return re.sub(rb"[\s\"',\[\]]+", b"", data)


def _bases(data: bytes) -> Iterator[bytes]:
    """What stands in the data in base64 and in hexadecimal."""
    found = []
    for match in re.finditer(rb"[A-Za-z0-9+/_-]{8,}", data):
        run = match.group().translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            part = run[start:]
            found.append(binascii.a2b_base64(part[: len(part) // 4 * 4]))
    for match in re.finditer(rb"[0-9a-fA-F]{6,}", data):
        run = match.group()
        found += [bytes.fromhex(run[start : start + (len(run) - start) // 2 * 2].decode()) for start in range(2)]
    yield b"\n".join(found)
