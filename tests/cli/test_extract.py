"""`conformance extract`: a document becomes specs and the ledger; its contradictions are printed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from commands import command

from conformance.contract.specs import OVERLAY, default_directory


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LIBRARY_ERRATA, tmp_path / "specs"))


def test_specs_are_written_and_contradictions_printed(library_path: Path, out: Path) -> None:
    done = command("extract", library_path, "--out", "specs", cwd=out.parent, columns=200)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].strip() == "Contradictions in the document (31)"
    assert [line.split(maxsplit=1)[0] for line in lines[2:5]] == ["23", "446", "76"]
    assert lines[-1] == (
        "8 operations, 46 table rows, 9 JSON examples (1 repaired); written: specs/book.openapi.yaml, "
        "specs/reader.openapi.yaml, specs/identity.openapi.yaml, specs/requirements.yaml, specs/prepared.json"
    )
    assert {path.name for path in out.iterdir()} == {
        OVERLAY,
        "book.openapi.yaml",
        "reader.openapi.yaml",
        "identity.openapi.yaml",
        "requirements.yaml",
        "prepared.json",
    }


def test_what_could_not_be_read_is_told_with_its_line(library_path: Path, out: Path) -> None:
    path = out.parent / "edition.txt"
    text = library_path.read_text(encoding="utf-8")
    path.write_text(text.replace('"L-0042""L-0042" }}', '"L-0042""L-0042" ]]'), encoding="utf-8")
    done = command("extract", path, "--out", "specs", cwd=out.parent, columns=200)
    assert done.returncode == 0
    assert "line 424: the example that begins here is no JSON" in done.stdout


def test_a_directory_that_is_not_there_is_refused(library_path: Path, tmp_path: Path) -> None:
    done = command("extract", library_path, "--out", "absent", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("conformance: --out absent: there is no such directory; it must hold errata.overlay.yaml\n")


def test_a_document_that_is_none_is_refused(tmp_path: Path, out: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader\n")
    done = command("extract", "letter.txt", "--out", "specs", cwd=out.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "describes no operation" in done.stderr


def test_the_vendor_s_document_is_read_whole(tmp_path: Path, document_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / OVERLAY).write_bytes((default_directory() / OVERLAY).read_bytes())
    done = command("extract", document_path, "--out", "specs", cwd=tmp_path)
    assert done.returncode == 0
    assert "90 table rows, 8 JSON examples (1 repaired)" in done.stdout
    assert "update_at" in done.stdout
