"""Bundles as tar files: written so that the same files give the same bytes, read without trusting whoever made them.

Rules
- Written: sorted, no times, no owners, plain USTAR headers, gzip without a time: the same files give the same bytes.
- Read: nothing is unpacked. Only plain files with plain relative names are taken; links, devices, directories and extended
  headers are refused, a name that comes twice too; members, files and the whole are bounded.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from conformance.model.errors import UsageError
from conformance.model.opening import opened

__all__ = ["Archive", "Limits", "Member", "packed", "read_archive"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\Z")
_BLOCK = 512
_PIECE = 1024 * 1024
_KINDS = {
    tarfile.LNKTYPE: "a hard link",
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.DIRTYPE: "a directory",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.XHDTYPE: "an extended header",
    tarfile.XGLTYPE: "an extended header",
    tarfile.GNUTYPE_LONGNAME: "an extended header",
    tarfile.GNUTYPE_LONGLINK: "an extended header",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Members; bytes of one, and of the whole when unpacked."""

    members: int = 20_000
    member: int = 512 * 1024 * 1024
    whole: int = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive: size in bytes, sum in hexadecimal digits."""

    size: int
    sha256: str


@dataclass
class Archive:
    """What an archive holds. `kept` are the contents that were asked for; `problems` are sentences on what is wrong with it."""

    members: dict[str, Member] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def packed(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """The files as a compressed tar, in the order of their names."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            assert _NAME.match(name), name
            info = tarfile.TarInfo(name)
            info.size = len(files[name])
            info.mode = 0o700 if name in executable else 0o600  # it holds exchanges
            archive.addfile(info, io.BytesIO(files[name]))
    return gzip.compress(tar.getvalue(), 6, mtime=0)


def read_archive(path: Path, keep: Collection[str] = (), limits: Limits | None = None) -> Archive:
    """Read the archive, remembering the contents of the names in `keep`. Raises UsageError when it is none."""
    bounds = limits or Limits()
    archive = Archive()
    try:
        with opened(path) as raw, gzip.GzipFile(fileobj=raw) as stream:
            reader = _Reader(stream, bounds.whole)
            first = reader.read(_BLOCK)
            try:
                tarfile.TarInfo.frombuf(first, "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                raise UsageError(f"{path}: not a bundle: no tar file is in it") from None
            try:
                _read(first, reader, archive, keep, bounds)
            except _Broken as error:
                archive.problems.append(str(error))
            except (EOFError, zlib.error, gzip.BadGzipFile):
                archive.problems.append("the archive is damaged: it cannot be unpacked to its end")
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file; `conformance bundle` writes one") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UsageError(f"{path}: not a bundle: it is not compressed with gzip, or cut off at its start") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    return archive


class _Broken(Exception):
    """The archive cannot be read any further; carries the reason."""


class _Reader:
    """Reads whole blocks, and no more than the bound in all."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self._stream = stream
        self._most = most
        self.at = 0

    def read(self, size: int) -> bytes:
        """So many bytes, less only at the end."""
        data = self._stream.read(size)
        self.at += len(data)
        if self.at > self._most:
            raise _Broken(f"the archive is larger than {self._most} bytes when unpacked; the rest was not read")
        return data


def _read(block: bytes, reader: _Reader, archive: Archive, keep: Collection[str], limits: Limits) -> None:
    count = 0
    while block.strip(b"\0"):
        start = reader.at - _BLOCK
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            raise _Broken(f"the archive is damaged at byte {start}") from None
        count += 1
        if count > limits.members:
            raise _Broken(f"the archive has more than {limits.members} members; the rest was not read")
        name = info.name
        shown = name.encode("ascii", "backslashreplace").decode()[:120]
        if not 0 <= info.size <= limits.member:
            raise _Broken(f"{shown} has {info.size} bytes, at most {limits.member} are read; the rest was not read")
        problem = _problem(info, name, archive)
        wanted = problem is None and name in keep
        digest, pieces = sha256(), []
        for piece in _data(reader, info.size):
            digest.update(piece)
            if wanted:
                pieces.append(piece)
        if problem is not None:
            archive.problems.append(f"{shown} {problem}")
        else:
            archive.members[name] = Member(info.size, digest.hexdigest())
        if wanted:
            archive.kept[name] = b"".join(pieces)
        block = reader.read(_BLOCK)
        if len(block) < _BLOCK:
            raise _Broken("the archive is cut off")
    for piece in iter(lambda: reader.read(_PIECE), b""):
        if piece.strip(b"\0"):
            raise _Broken("something follows the end of the archive")


def _problem(info: tarfile.TarInfo, name: str, archive: Archive) -> str | None:
    if info.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
        return f"is {_KINDS.get(info.type, 'no plain file')}; refused"
    if not _NAME.match(name):
        return "is no plain relative name; refused"
    return "is in the archive twice" if name in archive.members else None


def _data(reader: _Reader, size: int) -> Iterator[bytes]:
    """The data of a member in pieces, its padding read and left off."""
    left = size
    read: Callable[[int], bytes] = reader.read
    while left:
        piece = read(min(left, _PIECE))
        if not piece:
            raise _Broken("the archive is cut off")
        left -= len(piece)
        yield piece
    read(-size % _BLOCK)
