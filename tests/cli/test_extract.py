"""`conformance extract`: a document becomes specs and the ledger; its contradictions are printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from checkout import LIBRARY_ERRATA
from commands import command

from conformance.contract.specs import OVERLAY, default_directory

WRITTEN = (
    "book.openapi.yaml",
    "reader.openapi.yaml",
    "identity.openapi.yaml",
    "requirements.yaml",
    "reading.json",
    "prepared.json",
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LIBRARY_ERRATA, tmp_path / "specs"))


def test_specs_are_written_and_contradictions_printed(library_path: Path, out: Path) -> None:
    done = command("extract", library_path, "--out", "specs", cwd=out.parent, columns=200)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].strip() == "Contradictions in the document (36)"
    assert [line.split(maxsplit=1)[0] for line in lines[2:5]] == ["23", "446", "29"]
    assert lines[-2:] == [
        "8 operations, 46 table rows, 9 JSON examples (1 repaired)",
        f"written: {', '.join(f'specs/{name}' for name in WRITTEN)}",
    ]
    assert {path.name for path in out.iterdir()} == {
        OVERLAY,
        *WRITTEN,
    }


def test_what_could_not_be_read_is_told_with_its_line(library_path: Path, out: Path) -> None:
    path = out.parent / "edition.txt"
    text = library_path.read_text(encoding="utf-8")
    path.write_text(text.replace('"L-0042""L-0042" }}', '"L-0042""L-0042" ]]'), encoding="utf-8")
    done = command("extract", path, "--out", "specs", cwd=out.parent, columns=200)
    assert done.returncode == 0
    assert re.search(r"^lines? 424(-\d+)?: the example that begins here is no JSON\b", done.stdout, re.MULTILINE)


def test_a_directory_is_made_and_needs_no_errata(library_path: Path, tmp_path: Path) -> None:
    done = command("extract", library_path, "--out", "a/b", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert command("lint", "a/b", "--specs", "a/b", cwd=tmp_path).stdout.count("OPENAPI") == 0
    assert command("specs", "diff", "a/b", "a/b", cwd=tmp_path).stdout.endswith("no change\n")
    ledger = command("requirements", "--specs", "a/b", "--format", "json", cwd=tmp_path)
    assert "book.create.body.title" in ledger.stdout


def test_errata_are_taken_from_a_file(library_path: Path, tmp_path: Path) -> None:
    done = command("extract", library_path, "--out", "new", "--errata", LIBRARY_ERRATA / OVERLAY, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new" / OVERLAY).read_bytes() == (LIBRARY_ERRATA / OVERLAY).read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "file"), "--out file: it is a file; give a directory"),
        (("--out", "file/below"), "file/below: cannot be written: Not a directory; give a directory of yours"),
        (("--out", "new", "--errata", "absent.yaml"), "absent.yaml: there is no such file of errata"),
        (("--out", "new", "--errata", "specs"), "specs: is a directory; give the file of errata"),
        (("--out", "new", "--errata", "file"), "file: not an OpenAPI Overlay 1.0 document (no `overlay: 1.0.0`)"),
        (("--out", "new", "--errata", "bytes"), "bytes: cannot be read as YAML: "),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    library_path: Path, out: Path, options: tuple[str, ...], said: str
) -> None:
    (out.parent / "file").write_text("not errata\n")
    (out.parent / "bytes").write_bytes(b"\xff\xfe\x00")
    done = command("extract", library_path, *options, cwd=out.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"conformance: {said}")
    assert done.stderr.count("\n") == 1
    assert not (out.parent / "new").exists()


def test_stale_errata_are_told_with_lines_ruling_and_reason(library_path: Path, out: Path) -> None:
    path = out / OVERLAY
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("'page-size'", "'page-sighs'").replace("x-spec: reader", "x-spec: wreader"), "utf-8")
    done = command("extract", library_path, "--out", "specs", cwd=out.parent, columns=200)
    stale = [line for line in done.stdout.splitlines() if line.startswith("stale")]
    assert done.returncode == 0
    assert stale[0] == (
        "stale erratum (ruling 1, lines 159-161): $.paths['/v1/books'].get.parameters[?@.name == 'page-sighs'] "
        "selects nothing in the book spec; it said: The name that the table uses."
    )
    assert stale[1].startswith("stale erratum (ruling 6, lines 418): $.paths['/v1/readers'].get..")
    assert "selects in a spec that the document does not have" in stale[1]


def test_errata_of_another_document_are_told(library_path: Path, out: Path) -> None:
    edition = out.parent / "edition.txt"
    edition.write_text(library_path.read_text(encoding="utf-8") + "\n1.6 \n", encoding="utf-8")
    done = command("extract", edition, "--out", "specs", cwd=out.parent, columns=200)
    assert done.returncode == 0
    assert "the errata name another document" in done.stdout


def test_a_document_that_is_none_is_refused(tmp_path: Path, out: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader\n")
    done = command("extract", "letter.txt", "--out", "specs", cwd=out.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "describes no operation" in done.stderr


TOLD_BY_A_VALUE = """# Disks

## Grow

### URI

POST /

### Request Parameters

| Name | Required | Type | Description |
| --- | --- | --- | --- |
| Action | Yes | String | Must be Grow. |
"""


def test_a_document_of_which_no_operation_can_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "calls.md").write_text(TOLD_BY_A_VALUE)
    done = command("extract", "calls.md", "--out", "specs", "--report", "a.json", cwd=tmp_path, columns=200)
    assert done.returncode == 2
    assert "told by a value" in done.stdout
    assert "none of its operations can be written" in done.stderr
    assert ["a.json", "calls.md"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_vendor_s_document_is_read_whole(tmp_path: Path, document_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / OVERLAY).write_bytes((default_directory() / OVERLAY).read_bytes())
    done = command("extract", document_path, "--out", "specs", cwd=tmp_path)
    assert done.returncode == 0
    assert "90 table rows, 8 JSON examples (1 repaired)" in done.stdout
    assert "update_at" in done.stdout


# --- what was left over -----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(library_path: Path, tmp_path: Path) -> Path:
    """An edition with an example that cannot be read."""
    path = tmp_path / "broken.txt"
    text = library_path.read_text(encoding="utf-8")
    path.write_text(text.replace('"L-0042""L-0042" }}', '"L-0042""L-0042" ]]'), encoding="utf-8")
    return path


def test_strict_writes_no_specs_when_a_line_was_not_understood(broken: Path, tmp_path: Path) -> None:
    done = command("extract", broken, "--out", "new", "--strict", "--report", "reports/a.json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [
        "no specs are written (--strict): something was left over",
        "written: reports/a.json",
    ]
    assert not (tmp_path / "new").exists()
    data = json.loads((tmp_path / "reports" / "a.json").read_text(encoding="utf-8"))
    assert [item["line"] for item in data["not_understood"]] == [424]


def test_strict_is_silent_on_a_document_that_was_read_whole(library_path: Path, tmp_path: Path) -> None:
    errata = LIBRARY_ERRATA / OVERLAY
    done = command("extract", library_path, "--out", "new", "--errata", errata, "--strict", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "new" / "reading.json").is_file()


@pytest.mark.parametrize(
    ("old", "new"), [("'page-size'", "'page-sighs'"), ("x-document-sha256: 6", "x-document-sha256: 7")]
)
def test_strict_fails_on_errata_that_do_not_fit(library_path: Path, out: Path, old: str, new: str) -> None:
    path = out / OVERLAY
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert command("extract", library_path, "--out", "specs", "--strict", cwd=out.parent).returncode == 1
    assert {item.name for item in out.iterdir()} == {OVERLAY}
    assert command("extract", library_path, "--out", "specs", cwd=out.parent).returncode == 0


def test_the_report_is_html_by_its_name(broken: Path, tmp_path: Path) -> None:
    done = command("extract", broken, "--out", "new", "--report", "a.html", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 part not understood" in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("a.pdf", "--report a.pdf: give a file whose name ends in .json or .html"),
        ("specs/errata.overlay.yaml/a.json", "--report specs/errata.overlay.yaml/a.json: cannot be written"),
    ],
)
def test_a_report_that_cannot_be_written_is_said_before_anything_is(
    library_path: Path, out: Path, report: str, said: str
) -> None:
    done = command("extract", library_path, "--out", "new", "--report", report, cwd=out.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"conformance: {said}")
    assert not (out.parent / "new").exists()


# --- the next edition -------------------------------------------------------------------------------------------------


@pytest.fixture
def first(library_path: Path, tmp_path: Path) -> Path:
    """The specs of the first edition, in `one`."""
    command("extract", library_path, "--out", "one", "--errata", LIBRARY_ERRATA / OVERLAY, cwd=tmp_path)
    return tmp_path / "one"


def next_edition(library_path: Path, first: Path, old: str, new: str) -> str:
    text = library_path.read_text(encoding="utf-8")
    assert old in text
    (first.parent / "next.txt").write_text(text.replace(old, new), encoding="utf-8")
    return "next.txt"


def test_rulings_are_carried_over_and_what_changes_is_classed(library_path: Path, first: Path) -> None:
    path = next_edition(library_path, first, "page-size integer", "page_size integer")
    done = command("extract", path, "--against", "one", "--out", "two", cwd=first.parent, columns=200)
    assert (done.returncode, done.stderr) == (0, "")
    assert "rulings: 5 applies, 1 obsolete, 0 needs a look" in done.stdout
    assert "parameter-removed: book.list query page-size: there -> absent" in done.stdout
    assert "stale" not in done.stdout
    assert command("requirements", "--specs", "two", cwd=first.parent).returncode == 0


def test_an_extract_that_was_killed_leaves_no_contract_of_two_editions(library_path: Path, first: Path) -> None:
    path = next_edition(library_path, first, "pages string 否", "pages integer 否")
    before = {item.name: item.read_bytes() for item in first.iterdir()}
    child = os.fork()
    if child == 0:
        put, left = os.replace, [1]
        os.replace = lambda old, new: put(old, new) if left.pop() else os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        left[:] = [0, 1, 1]
        command("extract", path, "--out", "one", cwd=first.parent)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert before != {item.name: item.read_bytes() for item in first.iterdir() if item.is_file()}
    for words in (("requirements", "--specs", "one"), ("specs", "diff", "one", "one"), ("errata", "draft", "one")):
        done = command(*words, cwd=first.parent)
        assert done.returncode == 2
        assert "one: its files are being written, or that was cut off" in done.stderr
    assert command("extract", path, "--out", "one", "--strict", cwd=first.parent).returncode == 1  # nothing is written
    assert before == {item.name: item.read_bytes() for item in first.iterdir()}


def test_without_a_directory_to_write_to_fates_are_told_and_nothing_is_written(library_path: Path, first: Path) -> None:
    path = next_edition(library_path, first, "total integer", "total string")
    done = command("extract", path, "--against", "one", cwd=first.parent, columns=200)
    assert done.returncode == 0
    assert "new contradictions: 1" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 breaking, 0 potentially breaking, 0 compatible"
    assert {item.name for item in first.parent.iterdir()} == {"one", "next.txt"}


def test_what_changes_is_told_of_an_edition_that_is_written_over_too(library_path: Path, first: Path) -> None:
    path = next_edition(library_path, first, "total integer", "total string")
    done = command("extract", path, "--against", "one", "--out", "one", cwd=first.parent, columns=200)
    assert done.returncode == 0
    assert "1 breaking, 0 potentially breaking, 0 compatible" in done.stdout.splitlines()


def test_strict_fails_when_a_ruling_needs_a_look(library_path: Path, first: Path) -> None:
    path = next_edition(library_path, first, "pages string 否", "pages array 否")
    done = command("extract", path, "--against", "one", "--out", "two", "--strict", cwd=first.parent, columns=200)
    assert done.returncode == 1
    assert "needs a look (ruling 2, lines 230, 258 of the old edition" in done.stdout
    assert not (first.parent / "two").exists()


def test_errata_that_lie_there_are_not_taken_for_those_of_the_edition_before(library_path: Path, out: Path) -> None:
    assert command("extract", library_path, "--out", "one", cwd=out.parent).returncode == 0
    before = (out / OVERLAY).read_bytes()
    done = command("extract", library_path, "--against", "one", "--out", "specs", cwd=out.parent)
    assert (done.returncode, done.stderr) == (
        2,
        "conformance: --out specs: it holds errata of its own, and one has none to carry over; give another directory\n",
    )
    assert ([OVERLAY], before) == ([path.name for path in out.iterdir()], (out / OVERLAY).read_bytes())


def test_an_edition_without_errata_has_nothing_to_carry(library_path: Path, tmp_path: Path) -> None:
    command("extract", library_path, "--out", "one", cwd=tmp_path)
    done = command("extract", library_path, "--against", "one", "--out", "two", cwd=tmp_path)
    assert done.returncode == 0
    assert "one has no errata, so there is nothing to carry over" in done.stdout
    assert not (tmp_path / "two" / OVERLAY).exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --out DIR, the directory of the specs"),
        (("--against", "absent"), "absent/reading.json: is not there, for there is no such directory"),
        (("--against", "specs"), "specs/reading.json: is not there; extract the document again into its directory"),
        (("--against", "specs/errata.overlay.yaml"), "specs/errata.overlay.yaml: is a file; give the directory that"),
        (("--against", "specs", "--errata", "x"), "--errata and --against: give one of them"),
    ],
)
def test_what_cannot_be_carried_over_is_said_in_one_line(
    library_path: Path, out: Path, options: tuple[str, ...], said: str
) -> None:
    done = command("extract", library_path, *options, cwd=out.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"conformance: {said}")
    assert done.stderr.count("\n") == 1
