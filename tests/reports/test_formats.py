"""The formats: each declares itself once, and what a run writes follows from that."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from checkout import ROOT
from rich.console import Console

from conformance.model.verdict import Verdict
from conformance.reports import FORMATS, Presentation, print_verdict, write_report, write_reports


@pytest.fixture
def shown(recorded_verdict: Verdict) -> Presentation:
    return Presentation(recorded_verdict)


def test_a_run_writes_a_file_of_each_format_and_a_script_for_each_finding(shown: Presentation, out: Path) -> None:
    written = write_reports(shown, out)
    assert {item.file for item in FORMATS.values()} | {"findings"} == {path.name for path in out.iterdir()}
    assert {out / item.file for item in FORMATS.values()} == set(written.paths)
    assert "verdict.json" == written.paths[0].name
    assert {f"{name}.sh" for name in shown.commands} == {path.name for path in (out / "findings").iterdir()}


@pytest.mark.parametrize("form", FORMATS)
def test_each_report_is_made_again_byte_by_byte(shown: Presentation, out: Path, tmp_path: Path, form: str) -> None:
    write_reports(shown, out)
    write_report(shown, form, tmp_path / "again")
    assert (out / FORMATS[form].file).read_bytes() == (tmp_path / "again").read_bytes()


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


def test_a_finding_is_as_bad_in_every_format(every_kind: Verdict, kinds: dict[str, str], tmp_path: Path) -> None:
    """One word for how bad it is, wherever it is read. Allure's own label has Allure's words, beside ours."""
    shown = Presentation(every_kind)
    write_reports(shown, tmp_path / "out", tmp_path / "allure")
    sarif = json.loads((tmp_path / "out" / "report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    said_sarif = {item["partialFingerprints"]["findingId/v1"]: item["properties"]["severity"] for item in sarif}
    told = io.StringIO()
    print_verdict(shown, Console(file=told, width=4000), [])
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    summary = (tmp_path / "out" / "summary.md").read_text(encoding="utf-8").splitlines()
    cases = {case.get("name"): case for case in ElementTree.parse(tmp_path / "out" / "junit.xml").iter("testcase")}
    steps = [
        step
        for path in (tmp_path / "allure").glob("*-result.json")
        for step in json.loads(path.read_text(encoding="utf-8")).get("steps", ())
    ]
    assert {"critical", "major", "minor", "advice"} == {str(group.severity) for group in every_kind.findings}
    for group in every_kind.findings:
        word = str(group.severity)
        assert word == said_sarif[group.id]
        (row,) = [line for line in summary if f"`{group.id}`" in line]
        assert word == row.split("|")[1].strip()
        (step,) = [item for item in steps if {"name": "finding", "value": group.id} in item.get("parameters", ())]
        assert {"name": "severity", "value": word} in step["parameters"]
        lines = told.getvalue().splitlines()
        at = next(index for index, line in enumerate(lines) if group.id in line)
        line = (
            lines[at] if not group.binding else next(line for line in reversed(lines[:at]) if re.match(r"\d+\. ", line))
        )
        assert re.search(rf"(?:\d\. |{group.id}  ){word}: ", line), line
        (tag,) = re.findall(rf'<[^<>]* id="f-{group.id}"[^<>]*>', page)
        assert f'data-severity="{word}"' in tag
        text = ElementTree.tostring(cases[group.requirement], encoding="unicode")
        assert re.search(rf"{word}[,:][^\n]*(?:\n[^\n]*)?finding {group.id}", text), text
