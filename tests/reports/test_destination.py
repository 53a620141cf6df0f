"""Where results are written to: what cannot be written is found out at once, and nothing is there in part."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conformance.model.errors import UsageError
from conformance.reports.destination import open_directory, open_file, put, put_all


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

    def refused(self: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_bytes", refused)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        open_directory(tmp_path)


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>My home page</h1>")
    with pytest.raises(UsageError, match=r"holds index\.html, which no run wrote"):
        open_directory(tmp_path, ours=("index.html",))


def test_a_report_of_an_earlier_run_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<meta name="generator" content="easystack-conformance 1">')
    (tmp_path / "notes.txt").write_text("mine")
    open_directory(tmp_path, ours=("index.html",))


def test_files_are_replaced_stale_ones_go_and_others_stay(tmp_path: Path) -> None:
    for name in ("one", "stale", "mine"):
        (tmp_path / name).write_bytes(b"old")
    put_all({tmp_path / "one": b"1", tmp_path / "two": b"2"}, [tmp_path / "stale"], [tmp_path / "two"])
    assert {"one": b"1", "two": b"2", "mine": b"old"} == content(tmp_path)
    assert (False, True) == (os.access(tmp_path / "one", os.X_OK), os.access(tmp_path / "two", os.X_OK))


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").write_bytes(b"old")
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "two" in self.name:
            write(self, data[:1])
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        put_all({tmp_path / "one": b"new", tmp_path / "two": b"new"}, [tmp_path / "one"])
    assert {"one": b"old"} == content(tmp_path)


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
