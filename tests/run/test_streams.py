"""Standard output and error: whatever becomes of them, what is written raises nothing, and it is known that it got lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.run.streams import Forgiving, forgiving, refusal


@pytest.fixture
def full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def test_what_a_full_disk_does_not_take_is_dropped_and_known(full: int) -> None:
    stream = forgiving(full, owned=True)
    print("gone", file=stream, flush=True)
    print("gone", file=stream)
    assert "No space left on device" == refusal(stream)
    stream.close()


def test_a_reader_that_has_seen_enough_is_no_refusal() -> None:
    read, write = os.pipe()
    os.close(read)
    stream = forgiving(write, owned=True)
    print("gone", file=stream, flush=True)
    assert refusal(stream) is None
    stream.close()


def test_what_is_taken_arrives_and_is_no_refusal() -> None:
    read, write = os.pipe()
    stream = forgiving(write, "ascii", owned=True)
    print("é", file=stream)
    assert refusal(stream) is None
    stream.close()
    assert b"\\xe9\n" == os.read(read, 100)
    os.close(read)


def test_after_a_hole_nothing_more_is_written(full: int) -> None:
    raw = Forgiving(full, owned=True)
    raw.write(b"gone")
    read, write = os.pipe()
    os.dup2(write, full)
    assert 4 == raw.write(b"late")
    raw.close()
    os.close(write)
    assert b"" == os.read(read, 10)
    os.close(read)


def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    raw = Forgiving(write, owned=True)
    filled = os.write(write, b"x" * 10_000_000)
    reader = subprocess.Popen([sys.executable, "-c", "import os\nwhile os.read(0, 65536): pass"], stdin=read)
    os.close(read)
    raw.write(b"y" * filled)
    raw.close()
    assert (0, None) == (reader.wait(10), raw.refused)


def test_another_stream_has_no_refusal() -> None:
    assert refusal(None) is None
    assert refusal(sys.__stdout__) is None


def test_plain_pytest_prints_to_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one() -> None:\n    pass\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "conformance.plugin", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "1 passed" in done.stdout.splitlines()[-1]
