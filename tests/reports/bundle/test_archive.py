"""Archives: the same bytes for the same files, and nothing trusted of a stranger's."""

from __future__ import annotations

import gzip
import io
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from conformance.model.errors import UsageError
from conformance.reports.bundle.archive import Limits, Member, packed, read_archive

FILES = {"b/c.txt": b"two", "a.txt": b"one" * 400, "empty": b""}


def written(tmp_path: Path, *members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.USTAR_FORMAT) -> Path:
    path, out = tmp_path / "x.tar.gz", io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    path.write_bytes(gzip.compress(out.getvalue()))
    return path


def plain(
    name: str, data: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, data if kind == tarfile.REGTYPE else b""


def test_the_order_of_the_files_does_not_matter_and_nothing_of_the_machine_is_in() -> None:
    one = packed(FILES, executable=["a.txt"])
    assert packed(dict(reversed(FILES.items())), executable=["a.txt"]) == one
    with tarfile.open(fileobj=io.BytesIO(one)) as archive:
        rows = [(item.name, item.mtime, item.uid, item.uname, item.mode) for item in archive.getmembers()]
    assert rows == [("a.txt", 0, 0, "", 0o700), ("b/c.txt", 0, 0, "", 0o600), ("empty", 0, 0, "", 0o600)]


def test_what_is_packed_is_read_back_with_its_sums(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(packed(FILES))
    archive = read_archive(tmp_path / "x", ["a.txt"])
    assert {name: Member(len(data), sha256(data).hexdigest()) for name, data in FILES.items()} == archive.members
    assert ({"a.txt": FILES["a.txt"]}, []) == (archive.kept, archive.problems)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (plain("../../etc/passwd"), "../../etc/passwd is no plain relative name; refused"),
        (plain("/etc/passwd"), "/etc/passwd is no plain relative name; refused"),
        (plain("a/../b"), "a/../b is no plain relative name; refused"),
        (plain("a\x1b[31m"), "is no plain relative name; refused"),
        (plain("l", kind=tarfile.SYMTYPE, link="/etc/passwd"), "l is a symbolic link; refused"),
        (plain("h", kind=tarfile.LNKTYPE, link="a"), "h is a hard link; refused"),
        (plain("d", kind=tarfile.CHRTYPE), "d is a device; refused"),
        (plain("p", kind=tarfile.FIFOTYPE), "p is a pipe; refused"),
        (plain("dir", kind=tarfile.DIRTYPE), "dir is a directory; refused"),
    ],
)
def test_what_is_no_plain_file_is_refused_and_the_rest_is_read(
    tmp_path: Path, member: tuple[tarfile.TarInfo, bytes], words: str
) -> None:
    archive = read_archive(written(tmp_path, plain("a"), member, plain("z")), ["a", "z", member[0].name])
    assert [words] == [problem[-len(words) :] for problem in archive.problems]
    assert archive.kept == {"a": b"x", "z": b"x"}
    assert [tmp_path / "x.tar.gz"] == list(tmp_path.iterdir())


def test_a_name_that_comes_twice_keeps_its_first_content(tmp_path: Path) -> None:
    archive = read_archive(written(tmp_path, plain("a", b"first"), plain("a", b"second")), ["a"])
    assert (archive.problems, archive.kept) == (["a is in the archive twice"], {"a": b"first"})


def test_an_extended_header_is_refused(tmp_path: Path) -> None:
    archive = read_archive(written(tmp_path, plain("n" * 300), form=tarfile.PAX_FORMAT))
    assert "is an extended header; refused" in archive.problems[0]


def test_members_files_and_the_whole_are_bounded(tmp_path: Path) -> None:
    many = written(tmp_path, *(plain(f"f{number}", b"x" * 2000) for number in range(9)))
    assert read_archive(many, (), Limits(members=5)).problems == [
        "the archive has more than 5 members; the rest was not read"
    ]
    assert read_archive(many, (), Limits(member=1999)).problems == [
        "f0 has 2000 bytes, at most 1999 are read; the rest was not read"
    ]
    assert read_archive(many, (), Limits(whole=9000)).problems == [
        "the archive is larger than 9000 bytes when unpacked; the rest was not read"
    ]


def test_a_bomb_is_left_unread(tmp_path: Path) -> None:
    info = tarfile.TarInfo("bomb")
    info.size = 8 * 1024**3
    (tmp_path / "x").write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(2**20)))
    assert read_archive(tmp_path / "x").problems == [
        "bomb has 8589934592 bytes, at most 536870912 are read; the rest was not read"
    ]


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.99])
def test_an_archive_that_was_cut_off_is_damaged(tmp_path: Path, cut: float) -> None:
    data = packed({f"f{number}": sha256(bytes([number])).digest() * 90 for number in range(20)})
    (tmp_path / "x").write_bytes(data[: int(len(data) * cut)])
    assert read_archive(tmp_path / "x").problems == ["the archive is damaged: it cannot be unpacked to its end"]


def test_what_follows_the_end_is_seen(tmp_path: Path) -> None:
    whole = gzip.decompress(packed(FILES))
    (tmp_path / "x").write_bytes(gzip.compress(whole + b"more"))
    assert read_archive(tmp_path / "x").problems == ["something follows the end of the archive"]
    (tmp_path / "x").write_bytes(gzip.compress(whole) + gzip.compress(whole))
    assert read_archive(tmp_path / "x").problems == ["something follows the end of the archive"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no tar file is in it"),
        (b"PK\x03\x04", "not compressed with gzip"),
        (gzip.compress(b"text"), "no tar file is in it"),
        (gzip.compress(b"t" * 600), "no tar file is in it"),
    ],
    ids=["empty", "zip", "no tar", "long no tar"],
)
def test_what_is_no_archive_is_said_in_one_line(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UsageError, match=f"x: not a bundle: .*{words}"):
        read_archive(tmp_path / "x")


def test_a_file_that_is_not_there_and_a_directory_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_archive(tmp_path / "absent")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_archive(tmp_path)
