"""Exchanges on disk: read back as they were written, in a file that no path leads to, and never more than fits."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from conformance.model.errors import NoRoom
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.spool import Exchanges, Spool, changed


def exchange(number: int, body: bytes = b"{}") -> Exchange:
    request = Request(
        "PUT", "http://t/\ud800", Headers((("A", "1"), ("a", "2"))), b"\0\xff", "thing.put", "main", 3, True
    )
    return Exchange(number, request, Response(200, "OK", Headers(), body, 0.5, True, 7), 12.5, "list.all")


def _state(number: int) -> os.stat_result | None:
    try:
        return os.fstat(number)
    except OSError:  # the folder that was listed
        return None


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_read_back_is_what_was_written() -> None:
    whole = [exchange(number, b"x" * number) for number in range(1, 200)]
    kept = Exchanges(whole)
    assert (whole, whole[-1], whole[0]) == (kept, kept[-1], kept[0])
    assert whole[5:40:7] == kept[5:40:7]
    assert list(reversed(whole)) == list(reversed(kept))


def test_a_part_is_read_from_the_same_file() -> None:
    kept = Exchanges(map(exchange, range(1, 50)))
    assert [11, 12] == [item.number for item in kept[10:20][:2]]


def test_no_exchange_beyond_the_last() -> None:
    with pytest.raises(IndexError):
        Exchanges([exchange(1)])[1]


def test_no_path_leads_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(os.listdir("/proc/self/fd"))
    kept = Exchanges([exchange(1)])
    opened = [int(name) for name in os.listdir("/proc/self/fd") if name not in before]
    regular = [state for number in opened if (state := _state(number)) is not None and stat.S_ISREG(state.st_mode)]
    assert [] == list(tmp_path.iterdir())
    assert [(0, 0o600)] == [(state.st_nlink, stat.S_IMODE(state.st_mode)) for state in regular]
    assert 1 == len(kept)


def test_the_file_is_closed_with_its_last_reader() -> None:
    before = len(os.listdir("/proc/self/fd"))
    kept = Exchanges([exchange(1)])
    part = kept[:]
    del kept
    assert 1 == part[0].number
    del part
    assert before == len(os.listdir("/proc/self/fd"))


def test_a_full_disk_keeps_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Exchanges([exchange(1)])
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(NoRoom, match="No space left on device"):
        kept.append(exchange(2))
    assert [exchange(1)] == kept


def test_a_write_in_parts_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, place: write(file, data[:10], place))
    assert [exchange(1), exchange(2)] == Exchanges([exchange(1), exchange(2)])


def test_what_is_changed_is_changed_at_each_reading_when_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Exchanges([exchange(1), exchange(2)])
    monkeypatch.setattr(os, "pwrite", full)
    seen = changed(kept, lambda item: exchange(item.number + 10))
    assert [exchange(11), exchange(12)] == seen
    assert exchange(12) == seen[-1]
    assert [exchange(12)] == seen[1:]


def test_a_spool_goes_on_in_memory_for_as_long_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(spare=5)
    spool.append(b"one")
    monkeypatch.setattr(os, "pwrite", full)
    spool.append(b"two")
    with pytest.raises(NoRoom):
        spool.append(b"three")
    assert [b"one", b"two"] == [spool[index] for index in range(len(spool))]
