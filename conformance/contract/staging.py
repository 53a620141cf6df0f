"""Files of a directory of specs, put in their places together.

    .extract/new     what is to be put, while it is made
    .extract/old     there only while files are being put: what stood in their places, and which they are (plan.json)

Rules
- Everything is written before the first file is put. An end in between (an exception, Ctrl-C) puts back what was there.
- What is killed in between leaves `old`. Such a directory is not read (`services.spec_files`); who writes there next puts
  back what was there, as often as it takes.
- One at a time writes to a directory. A directory that was made for nothing is taken away again.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = ["is_half_put", "put", "staged", "taken_back"]

_STAGING = ".extract"


def is_half_put(directory: Path) -> bool:
    """Whether files of the directory are of two editions: they are being put, or that was cut off."""
    return (directory / _STAGING / "old").is_dir()


@contextmanager
def staged(out: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A directory beside the places of the files, in which they are; a full disk so leaves the old ones whole.

    Raises UsageError when it cannot be written, or while another process writes there.
    """
    made = [path for path in (out, *out.parents) if not path.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _alone(out):
            _take_back(out)
            staging = out / _STAGING
            try:
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                (staging / "new").mkdir()
                for file, data in files.items():
                    (staging / "new" / file).write_bytes(data)
                yield staging / "new"
            finally:
                if not is_half_put(out):  # else what was there before would be lost
                    shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; give a directory of yours") from None
    finally:
        for path in made:
            with suppress(OSError):  # what holds something stays
                path.rmdir()


def put(staging: Path, out: Path, gone: Iterable[str] = ()) -> None:
    """Put the files of the staging directory in their places, and take the `gone` ones away; or all stays as it was."""
    names = sorted(path.name for path in staging.iterdir())
    every = sorted({*names, *gone})
    kept, old = staging.parent / "kept", staging.parent / "old"
    (kept / "files").mkdir(parents=True)
    had = [name for name in every if (out / name).exists()]
    for name in had:
        shutil.copy2(out / name, kept / "files" / name)
    (kept / "plan.json").write_text(json.dumps({"names": every, "had": had}), encoding="utf-8")
    try:
        os.rename(kept, old)
        for name in names:
            os.replace(staging / name, out / name)
        for name in gone:
            (out / name).unlink()
        os.rename(old, staging.parent / "done")
    except BaseException:
        _take_back(out)
        raise


def taken_back(out: Path) -> bool:
    """Put back what was there before a putting that was cut off; whether there was one. Raises UsageError."""
    if not is_half_put(out):
        return False
    with staged(out, {}):
        return True


def _take_back(out: Path) -> None:
    if not is_half_put(out):
        return
    old = out / _STAGING / "old"
    plan = json.loads(content(old / "plan.json"))
    for name in plan["names"]:
        if (old / "files" / name).exists():
            os.replace(old / "files" / name, out / name)
        elif name not in plan["had"]:
            (out / name).unlink(missing_ok=True)
    os.rename(old, old.with_name("back"))


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """While no other process writes there. Raises UsageError while one does."""
    descriptor = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UsageError(f"{out}: another extract is writing there; wait until it has ended") from None
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}:
            os.close(descriptor)
            raise
    try:
        yield
    finally:
        os.close(descriptor)
