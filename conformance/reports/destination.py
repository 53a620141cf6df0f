"""Where results are written to: tried before anything is sent or worked out, and written so that nothing is there in part.

Rules
- A place is opened before the first request: what cannot be written costs no run.
- A file is written beside its place and renamed. Files that belong together are all written before the first is renamed,
  so that a full disk leaves what was there before.
- A device or a pipe, such as /dev/stdout, is written to and never replaced.
- What another program put there is not overwritten.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.model.errors import UsageError

__all__ = ["open_directory", "open_file", "put", "put_all"]

SUITE = b"easystack-conformance"
"""What the reports of a run have in their first lines."""
HEAD = 4096


def open_directory(path: Path, option: str = "--out", *, ours: Iterable[str] = ()) -> None:
    """Make the directory where it is missing, and try to write to it.

    `ours` are names of files that are going to be written; one that is there already and does not name the suite is
    somebody else's. Raises UsageError.
    """
    _absent_or(path.is_dir(), path, option, "it is a file; give a directory")
    try:
        path.mkdir(parents=True, exist_ok=True)
        _try(path)
        foreign = next((name for name in ours if _foreign(path / name)), None)
    except OSError as error:
        raise _refused(path, option, error) from None
    if foreign is not None:
        raise UsageError(f"{option} {path}: holds {foreign}, which no run wrote; give another directory")


def open_file(path: Path, option: str = "--out") -> None:
    """Make the directory of the file where it is missing, and try to write to it. Raises UsageError."""
    _absent_or(not path.is_dir(), path, option, "it is a directory; give a file")
    try:
        if _stream(path):
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _try(path.parent)
    except OSError as error:
        raise _refused(path, option, error) from None


def put(path: Path, data: bytes, option: str = "--out") -> None:
    """Write one file, whole or not at all. Raises UsageError."""
    try:
        if _stream(path):
            path.write_bytes(data)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            put_all({path: data})
    except OSError as error:
        raise _refused(path, option, error) from None


def put_all(files: Mapping[Path, bytes], stale: Iterable[Path] = (), executable: Iterable[Path] = ()) -> None:
    """Write files that belong together, the last of them last; those that are `stale` go just before.

    Raises OSError; when a file could not be written, all is as it was before.
    """
    parts = {path: path.resolve().with_name(f".{path.name}.part") for path in files}
    runs = set(executable)
    try:
        for path, data in files.items():
            parts[path].write_bytes(data)
            if path in runs:
                parts[path].chmod(0o755)
        for path in stale:
            path.unlink(missing_ok=True)
        for path, part in parts.items():
            os.replace(part, path.resolve())
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _try(directory: Path) -> None:
    """Write a file and take it away; access rights alone do not show a full or a read-only disk."""
    probe = directory / f".conformance-{os.getpid()}.part"
    try:
        probe.write_bytes(b"\0")
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)


def _foreign(path: Path) -> bool:
    """Whether a file is there that does not name the suite in its first lines."""
    if not path.is_file():
        return path.exists()
    with path.open("rb") as file:
        return SUITE not in file.read(HEAD)


def _stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _absent_or(right: bool, path: Path, option: str, words: str) -> None:
    if path.exists() and not right:
        raise UsageError(f"{option} {path}: {words}")


def _refused(path: Path, option: str, error: OSError) -> UsageError:
    what = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
    return UsageError(f"{option} {path}: cannot be written: {error.strerror}{what}; give another {option}")
