"""`conformance specs`: what is kept of reading an edition; `specs diff`: two editions, each a directory with as many services as it has specs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from commands import command

from conformance.contract.extraction import extract
from conformance.contract.prepared import prepared
from conformance.contract.specs import OVERLAY, default_directory
from conformance.document import Document


@pytest.fixture
def editions(library: Document, tmp_path: Path) -> Path:
    """A directory with the editions `one` and `two` of the small document, the same so far."""
    for name in ("one", "two"):
        out = Path(shutil.copytree(LIBRARY_ERRATA, tmp_path / name))
        extract(library, out, lambda _: {})
    return tmp_path


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edition_does_not_differ_from_itself(editions: Path) -> None:
    done = command("specs", "diff", "one", "two", cwd=editions)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "no change")


def test_a_change_in_any_service_is_told(editions: Path) -> None:
    replaced(editions / "two" / "reader.openapi.yaml", "phone:", "mail:")
    done = command("specs", "diff", "one", "two", "--format", "json", cwd=editions)
    changes = [(item["rule"], item["place"], item["requirement"]) for item in json.loads(done.stdout)["changes"]]
    assert ("request-member-added", "mail", "reader.replace.body.mail") in changes
    assert done.returncode == 1


def test_a_service_that_is_gone_takes_its_operations_along(editions: Path) -> None:
    (editions / "two" / "reader.openapi.yaml").unlink()
    path = editions / "two" / OVERLAY
    parts = path.read_text(encoding="utf-8").split("\n- target: ")
    path.write_text("\n- target: ".join(part for part in parts if "x-spec: reader" not in part), encoding="utf-8")
    done = command("specs", "diff", "one", "two", "--format", "json", cwd=editions)
    removed = [item["operation"] for item in json.loads(done.stdout)["changes"] if item["rule"] == "operation-removed"]
    assert (done.returncode, removed) == (1, ["reader.delete", "reader.list", "reader.replace"])


def test_two_files_are_compared_as_they_are(editions: Path) -> None:
    replaced(editions / "two" / "book.openapi.yaml", "phrase: Conflict", "phrase: Clash")
    done = command("specs", "diff", "one/book.openapi.yaml", "two/book.openapi.yaml", cwd=editions)
    assert "error-phrase-changed: 409: Conflict -> Clash" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("one", "two/book.openapi.yaml", "one is a directory and one a file; give two of a kind"),
        ("absent.yaml", "absent.yaml", "there is no such directory or file of specs"),
        (f"one/{OVERLAY}", f"two/{OVERLAY}", "not an OpenAPI document: it has no mapping `paths`"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(editions: Path, old: str, new: str, words: str) -> None:
    done = command("specs", "diff", old, new, cwd=editions)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_was_changed_by_hand_is_prepared_again(tmp_path: Path) -> None:
    place = Path(shutil.copytree(default_directory(), tmp_path / default_directory().name))
    errata = place / OVERLAY
    errata.write_text(errata.read_text(encoding="utf-8") + "# a word of ours\n", encoding="utf-8")
    assert prepared(place) is None
    done = command("specs", "prepare", place, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"written: {place / 'prepared.json'}\n", "")
    assert prepared(place) is not None
