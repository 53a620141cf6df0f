"""Where results are written to: what cannot be written is found out at once, and nothing is there in part."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.model.errors import UsageError
from conformance.reports.destination import RUNNABLE, Claim, PartFiles, open_directory, open_file, put, put_all


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_directory_is_made_and_left_empty(tmp_path: Path) -> None:
    open_directory(tmp_path / "a" / "b")
    assert ([tmp_path / "a" / "b"], {}) == (list((tmp_path / "a").iterdir()), content(tmp_path))


def test_the_directory_of_a_file_is_made_and_the_file_is_not(tmp_path: Path) -> None:
    open_file(tmp_path / "a" / "b.html")
    assert ([tmp_path / "a"], {}) == (list(tmp_path.iterdir()), content(tmp_path))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file", "--out {place}: it is a file; give a directory"),
        ("file/below", "--out {place}: cannot be written: "),
        ("/proc/no/such", "--out {place}: cannot be written: "),
    ],
)
def test_a_directory_that_cannot_be_had_is_one_line_with_option_and_place(
    tmp_path: Path, place: str, words: str
) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    with pytest.raises(UsageError) as caught:
        open_directory(tmp_path / place)
    assert str(caught.value).startswith(words.format(place=tmp_path / place))
    assert "\n" not in str(caught.value)
    assert {"file": b"kept"} == content(tmp_path)


@pytest.mark.parametrize("place", ["folder", "file/below", "/proc/no/such"])
def test_a_file_that_cannot_be_had_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="--clouds "):
        open_file(tmp_path / place, "--clouds")


def test_a_directory_without_the_right_to_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so the refusal of the system is what is put in place here."""

    def refused(path: Path, *_: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(UsageError, match=r"^--out [^:]*: cannot be written: Permission denied; give another --out$"):
        open_directory(tmp_path)


def test_a_file_is_replaced_as_a_whole_and_others_stay(tmp_path: Path) -> None:
    for name in ("one", "mine"):
        (tmp_path / name).write_bytes(b"old")
    put_all({tmp_path / "one": [b"1", b"2"], tmp_path / "two": b"2"})
    assert {"one": b"12", "two": b"2", "mine": b"old"} == content(tmp_path)


@pytest.fixture
def small_files() -> Iterator[None]:
    """The system refuses what is longer than a thousand bytes, as a full disk would; no right of root is needed for it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, small_files: None) -> None:
    (tmp_path / "one").write_bytes(b"old")
    with pytest.raises(OSError, match="too large"):
        put_all({tmp_path / "one": b"new", tmp_path / "two": b"n" * 2000})
    assert {"one": b"old"} == content(tmp_path)


def test_what_is_written_first_is_put_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late").mkdir()
    with PartFiles() as parts:
        for name in ("first", "late", "last"):
            parts.write(tmp_path / name, b"new")
        with pytest.raises(IsADirectoryError):
            parts.put()
    assert {"last": b"new"} == content(tmp_path)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_what_holds_exchanges_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        put(tmp_path / "new", b"", private=True)
        (tmp_path / "open").touch(0o666)
        put(tmp_path / "open", b"", private=True)
        with PartFiles() as parts:
            parts.write(tmp_path / "script", b"", RUNNABLE)
            parts.put()
    finally:
        os.umask(before)
    assert {"new": 0o600, "open": 0o600, "script": 0o700} == {path.name: mode(path) for path in tmp_path.iterdir()}


def test_what_holds_none_has_the_usual_mode_or_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / "kept").chmod(0o640)
    for name in ("kept", "new"):
        put(tmp_path / name, b"")
    (tmp_path / "usual").touch()
    assert (0o640, mode(tmp_path / "usual")) == (mode(tmp_path / "kept"), mode(tmp_path / "new"))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_directory_that_a_run_has_taken_is_refused_to_the_next_until_it_has_ended(tmp_path: Path) -> None:
    with Claim(tmp_path), pytest.raises(UsageError, match="another run is writing there; give another --out"):
        Claim(tmp_path)
    Claim(tmp_path).release()
    assert {} == content(tmp_path)


def test_the_lock_of_a_run_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / ".conformance.lock").touch()
    (tmp_path / ".verdict.json.0badcafe.part").write_bytes(b"{")
    with Claim(tmp_path):
        assert {".conformance.lock": b""} == content(tmp_path)


def test_a_worker_that_outlives_a_run_keeps_nobody_out(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    waiting, told = os.pipe()
    worker = os.fork()
    if not worker:
        os.close(told)
        os.read(waiting, 1)
        os._exit(0)
    os.close(waiting)
    claim._close()  # as the end of the process does
    # A test that forks beside this one has a copy of the lock, too, until it runs something else.
    for _ in range(50):
        try:
            Claim(tmp_path).release()
            break
        except UsageError:
            time.sleep(0.1)
    else:
        pytest.fail("the worker keeps others out")
    os.close(told)
    os.waitpid(worker, 0)


def test_no_link_is_followed_by_the_lock(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".conformance.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="cannot be written"):
        Claim(tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_system_without_locks_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with Claim(tmp_path):
        pass


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    put(tmp_path / "link", b"new")
    assert (True, b"new") == ((tmp_path / "link").is_symlink(), (tmp_path / "there").read_bytes())


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        open_file(pipe)
        put(pipe, b"said")
        assert (b"said", True) == (os.read(reader, 10), pipe.is_fifo())
    finally:
        os.close(reader)
