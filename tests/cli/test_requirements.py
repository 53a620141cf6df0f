"""`conformance requirements`: the ledger, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from commands import command

from conformance.model.contract import Contract


def test_the_ledger_is_printed_as_json(tmp_path: Path, contract: Contract) -> None:
    rows = json.loads(command("requirements", "--format", "json", cwd=tmp_path).stdout)
    assert list(contract.requirements) == [row["id"] for row in rows]
    row = next(item for item in rows if item["id"] == "image.list.query.limit")
    wanted = contract.requirements["image.list.query.limit"]
    assert row == {
        "id": "image.list.query.limit",
        "statement": "The query parameter limit is understood, and values that it cannot have are refused",
        "level": "must",
        "authority": "document",
        "ruling": 44,
        "source": [[505, 505]],
        "operation": "image.list",
        "checks": list(wanted.checks),
        "excluded": None,
    }
    assert "pages.limit_bounds_a_list_and_its_pages_have_all_of_it" in row["checks"]


def test_the_ledger_is_printed_as_a_table(tmp_path: Path, contract: Contract) -> None:
    lines = command("requirements", cwd=tmp_path, columns=300).stdout.splitlines()
    assert lines[0].split("  ")[0] == "requirement"
    rows = {line.split()[0]: line for line in lines[1:] if line[:1].strip()}
    assert set(contract.requirements) == set(rows)
    assert "435" in rows["error.403"]
    assert "ruling 29" in rows["header.host"]
    assert "a duty of the client under HTTP/1.1" in rows["header.host"]


def test_the_table_is_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    lines = command("requirements", "--lang", "zh", cwd=tmp_path, columns=300).stdout.splitlines()
    assert ["要求", "行号", "级别", "依据"] == lines[0].split()[:4]
    assert ["error.403", "435", "必须", "文档"] == next(
        line for line in lines if line.startswith("error.403 ")
    ).split()[:4]


# --- candidates -------------------------------------------------------------------------------------------------------


def test_candidates_have_their_line_and_what_confirms_them(tmp_path: Path) -> None:
    rows = json.loads(command("requirements", "--candidates", "--format", "json", cwd=tmp_path).stdout)
    by_line = {row["line"]: row for row in rows}
    assert by_line[615] == {
        "line": 615,
        "operation": "image.create",
        "part": "preconditions",
        "marker": "",
        "names": [],
        "confirmed_by": ["image.create.precondition.platform"],
    }
    assert "role.upload" in by_line[30]["confirmed_by"]


def test_a_candidate_binds_nobody_until_the_errata_confirm_it(library_path: Path, tmp_path: Path) -> None:
    command("extract", library_path, "--out", "specs", cwd=tmp_path)
    shown = ("requirements", "--specs", "specs", "--candidates")
    rows = json.loads(command(*shown, "--format", "json", cwd=tmp_path).stdout)
    assert [(row["line"], row["confirmed_by"]) for row in rows] == [(215, []), (310, []), (312, [])]
    ledger = command("requirements", "--specs", "specs", cwd=tmp_path).stdout
    assert "precondition" not in ledger
    (tmp_path / "errata.yaml").write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
        "- target: $.paths['/v1/books'].post\n  x-source: [[215, 215]]\n  description: a reason\n  update:\n"
        "    x-requirements:\n    - {id: book.create.precondition.open, authority: document, source: [[215, 215]],\n"
        "       statement: The store is open, excluded: a state that no client can set}\n"
    )
    command("extract", library_path, "--out", "specs", "--errata", "errata.yaml", cwd=tmp_path)
    lines = command(*shown, cwd=tmp_path, columns=200).stdout.splitlines()
    assert lines[0].split() == ["line", "operation", "part", "word", "names", "confirmed", "by"]
    assert lines[1].split() == ["215", "book.create", "preconditions", "book.create.precondition.open"]
    assert lines[2].split() == ["310", "book.patch", "preconditions"]


def test_candidates_of_specs_that_keep_none_are_refused_in_one_line(library_path: Path, tmp_path: Path) -> None:
    command("extract", library_path, "--out", "specs", cwd=tmp_path)
    (tmp_path / "specs" / "reading.json").unlink()
    done = command("requirements", "--specs", "specs", "--candidates", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("conformance: specs/reading.json: is not there; extract the document again")
