"""`conformance errata draft`: a file of rulings for a document or a directory of specs, which `extract` takes as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from commands import command

from conformance.contract.specs import OVERLAY


def test_a_draft_for_a_document_is_accepted_as_it_is(library_path: Path, tmp_path: Path) -> None:
    done = command("errata", "draft", library_path, "--out", "d.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("d.yaml: ")
    done = command("extract", library_path, "--out", "specs", "--errata", "d.yaml", "--strict", cwd=tmp_path)
    assert done.returncode == 0
    done = command("errata", "draft", "specs", "--out", "more.yaml", cwd=tmp_path)
    assert done.stdout == "specs: nothing to rule on, so no file is written\n"
    assert not (tmp_path / "more.yaml").exists()


def test_a_draft_for_specs_is_of_what_nobody_has_ruled_on(library_path: Path, tmp_path: Path) -> None:
    command("extract", library_path, "--out", "specs", "--errata", LIBRARY_ERRATA / OVERLAY, cwd=tmp_path)
    done = command("errata", "draft", "specs", "--out", "d.yaml", cwd=tmp_path)
    assert "contradictions are ruled on already" in done.stdout
    assert "put its rulings and actions into specs/errata.overlay.yaml" in done.stdout
    text = (tmp_path / "d.yaml").read_text(encoding="utf-8")
    assert "\n  7:\n" in text
    assert "update_at" not in text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("absent.txt", "absent.txt: there is no such file or directory; give a document, or a directory of specs"),
        (".", "reading.json: is not there; extract the document again into its directory"),
        ("d.yaml", "d.yaml: is there already; give another --out, or --force to write over it"),
    ],
)
def test_what_cannot_be_drafted_from_is_said_in_one_line(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "d.yaml").write_text("mine\n")
    done = command("errata", "draft", source, "--out", "d.yaml" if source == "d.yaml" else "e.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"conformance: {said}")
    assert (tmp_path / "d.yaml").read_text() == "mine\n"
    assert not (tmp_path / "e.yaml").exists()
