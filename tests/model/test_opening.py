"""Files that somebody names, opened without waiting for ever."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from conformance.model import opening
from conformance.model.opening import content, opened, stream


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipe for whose other end nobody waits long."""
    monkeypatch.setattr(opening, "_WRITER", 0.2)
    monkeypatch.setattr(opening, "_SILENCE", 0.2)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"said")
    assert b"said" == content(tmp_path / "file")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)


def test_a_pipe_that_nobody_writes_to_is_refused(pipe: Path) -> None:
    with pytest.raises(OSError, match="nobody writes to this pipe"):
        content(pipe)


def test_a_pipe_from_which_nothing_comes_is_refused(pipe: Path) -> None:
    writer = os.open(pipe, os.O_RDWR)
    try:
        with pytest.raises(OSError, match="nothing comes from this pipe"):
            content(pipe)
    finally:
        os.close(writer)


def test_a_pipe_that_somebody_writes_to_is_read_as_a_file(pipe: Path) -> None:
    text = b"line\n" * 100_000
    writer = threading.Thread(target=pipe.write_bytes, args=(text,))
    writer.start()
    found = content(pipe)
    writer.join()
    assert text == found


def test_a_pipe_whose_writer_has_ended_is_read_as_a_file() -> None:
    end, begin = os.pipe()
    try:
        os.write(begin, b"said")
        os.close(begin)
        assert b"said" == content(f"/dev/fd/{end}")
    finally:
        os.close(end)


def test_a_device_that_has_nothing_is_empty() -> None:
    assert b"" == content(os.devnull)


def test_a_device_that_has_no_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_LARGEST", 1000)
    with pytest.raises(OSError, match="more than 1000 bytes"):
        content("/dev/zero")


def test_a_pipe_that_nobody_reads_from_is_not_written_to(pipe: Path) -> None:
    with pytest.raises(OSError, match="nobody reads from this pipe"):
        stream(pipe)


def test_a_pipe_is_written_to_when_somebody_reads_from_it(pipe: Path) -> None:
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with stream(pipe) as file:
        file.write(b"said")
    reader.join()
    assert [b"said"] == got
