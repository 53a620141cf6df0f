"""The formats: each declares itself once, and what a run writes follows from that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checkout import ROOT

from conformance.model.errors import UsageError
from conformance.model.verdict import Verdict
from conformance.reports import FORMATS, Presentation, write_report, write_reports


@pytest.fixture
def shown(recorded_verdict: Verdict) -> Presentation:
    return Presentation(recorded_verdict)


def test_a_run_writes_a_file_of_each_format_and_a_script_for_each_finding(shown: Presentation, out: Path) -> None:
    written = write_reports(shown, out)
    assert {item.file for item in FORMATS.values()} | {"findings"} == {path.name for path in out.iterdir()}
    assert [out / item.file for item in reversed(FORMATS.values())] == list(written)
    assert {f"{name}.sh" for name in shown.commands} == {path.name for path in (out / "findings").iterdir()}


def test_the_verdict_is_written_last_so_that_the_others_are_whole_beside_it() -> None:
    assert "verdict.json" == [item.file for item in FORMATS.values()][-1]


@pytest.mark.parametrize("form", FORMATS)
def test_each_report_is_made_again_byte_by_byte(shown: Presentation, out: Path, tmp_path: Path, form: str) -> None:
    write_reports(shown, out)
    write_report(shown, form, tmp_path / "again")
    assert (out / FORMATS[form].file).read_bytes() == (tmp_path / "again").read_bytes()


def test_a_verdict_of_an_earlier_run_does_not_stand_beside_reports_of_one_that_failed(
    shown: Presentation, out: Path
) -> None:
    write_reports(shown, out)
    (out / "index.html").unlink()
    (out / "index.html").mkdir()
    with pytest.raises(UsageError, match="reports cannot be written"):
        write_reports(shown, out)
    assert not (out / "verdict.json").exists()


def test_the_readme_names_every_file_that_a_run_writes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [item.file for item in FORMATS.values() if f"`{item.file}`" not in text] == []


def test_a_statement_and_a_note_are_values_with_their_sentences(recorded_verdict: Verdict, out: Path) -> None:
    write_reports(Presentation(recorded_verdict), out)
    raw = json.loads((out / "verdict.json").read_text(encoding="utf-8"))
    (row,) = [item for item in raw["requirements"] if item["id"] == "error.404"]
    assert (row["template"], row["values"], row["statement"]) == (
        "{code} {phrase} is sent where it is due",
        {"code": "404", "phrase": "Not Found"},
        "404 Not Found is sent where it is due",
    )
    said = [item["reason"] for item in raw["requirements"] if isinstance(item["reason"], dict)]
    assert said
    assert [item for item in said if set(item) != {"kind", "terms", "text"}] == []
