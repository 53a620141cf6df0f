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
