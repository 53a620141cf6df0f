"""The place of the reports: one run's at a time, never of an earlier run, and never whole by looks alone."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.model.errors import UsageError
from conformance.model.verdict import Overall, Verdict
from conformance.reports import FAULTS, FORMATS, Presentation, Reports, under_way, write_reports
from conformance.reports.allure import MARK
from conformance.reports.recorded import read_run
from conformance.reports.writing import ORDER

SPECS = {"specs/e/a.yaml": b"a: 1\n"}


@pytest.fixture
def shown(recorded_verdict: Verdict) -> Presentation:
    """A run that found something; few promises, so that its reports are made quickly."""
    verdict = recorded_verdict
    findings = verdict.findings[:1]
    broken = {name for group in findings for name in group.requirements}
    promises = [item for item in verdict.requirements if item.id in broken]
    verdict = replace(verdict, findings=findings, requirements=(*promises, *verdict.requirements[:10]), sent=())
    return Presentation(verdict, specs=SPECS)


@pytest.fixture
def conformant(shown: Presentation) -> Presentation:
    """A run that found nothing."""
    verdict = replace(shown.verdict, overall=Overall.CONFORMANT, exit_code=0, findings=())
    return Presentation(verdict, specs=SPECS)


@pytest.fixture
def waiting(recorded_verdict: Verdict) -> Presentation:
    """What is said of a run while it is under way."""
    return Presentation(under_way(recorded_verdict.run, recorded_verdict.contract))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def told(out: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((out / "verdict.json").read_bytes())
    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text(encoding="utf-8"))
    assert [] == [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
    return value


def test_the_order_of_importance_has_every_format() -> None:
    assert {item.file for item in FORMATS.values()} == set(ORDER)


def test_from_its_start_a_run_leaves_nothing_of_an_earlier_one(
    shown: Presentation, waiting: Presentation, out: Path
) -> None:
    write_reports(shown, out)
    (out / FAULTS).write_text("of the earlier run", encoding="utf-8")
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with Reports(out) as reports:
        reports.claim(SPECS)
        reports.begin(waiting)
    assert {"verdict.json", "junit.xml", "index.html", "mine.txt", *SPECS} == names(out)
    value = told(out)
    assert ("inconclusive", 3, False) == (value["outcome"], value["exit_code"], value["run"]["ended"])
    assert ["inconclusive"] == [item.get("type") for item in ElementTree.parse(out / "junit.xml").iter("error")]
    for text in ("under way", "尚在进行"):
        assert text in (out / "index.html").read_text(encoding="utf-8")


def test_what_a_run_that_was_killed_has_left_is_not_read_as_a_run(waiting: Presentation, out: Path) -> None:
    with Reports(out) as reports:
        reports.claim({})
        reports.begin(waiting)
    with pytest.raises(UsageError, match="its run is under way, or was killed before its end"):
        read_run(out)


def test_at_its_end_everything_is_of_the_run(shown: Presentation, waiting: Presentation, out: Path) -> None:
    with Reports(out) as reports:
        reports.claim(SPECS)
        reports.begin(waiting)
        written = reports.finish(shown)
    assert ({}, {}, "non-conformant") == (written.failed, written.missing, told(out)["outcome"])
    assert {*ORDER, *SPECS, *(f"findings/{name}.sh" for name in shown.commands)} == names(out)
    assert {0o600, 0o700} == {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()}
    assert [item.id for item in shown.verdict.findings] == [item.id for item in read_run(out).findings]


def test_a_directory_with_files_of_others_is_refused_and_stays(out: Path) -> None:
    out.mkdir(exist_ok=True)
    (out / "notes.txt").write_text("mine")
    with Reports(out) as reports, pytest.raises(UsageError, match=r"holds notes\.txt, which no run wrote"):
        reports.claim({})
    assert ["notes.txt"] == [path.name for path in out.iterdir()]


def test_a_readme_hidden_files_and_other_directories_are_no_obstacle(waiting: Presentation, out: Path) -> None:
    (out / "selfcheck").mkdir(parents=True)
    (out / "README.md").write_text("Reports are written here.")
    (out / ".gitignore").write_text("*")
    with Reports(out) as reports:
        reports.claim({})
        reports.begin(waiting)
    assert (out / "verdict.json").is_file()


def test_notes_beside_the_reports_of_an_earlier_run_are_no_obstacle(waiting: Presentation, out: Path) -> None:
    with Reports(out) as reports:
        reports.claim({})
        reports.begin(waiting)
    (out / "notes.txt").write_text("mine")
    with Reports(out) as reports:
        reports.claim({})
    assert "mine" == (out / "notes.txt").read_text()


def test_two_runs_into_one_place_are_one_line(waiting: Presentation, out: Path) -> None:
    with Reports(out) as first:
        first.claim({})
        first.begin(waiting)
        with (
            Reports(out) as second,
            pytest.raises(UsageError, match=r"another run is writing there; give another --out"),
        ):
            second.claim({})


@pytest.mark.parametrize("name", [*ORDER, "findings", "specs", "specs/e/a.yaml"])
def test_what_no_run_wrote_is_refused_and_stays(name: str, out: Path) -> None:
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine", encoding="utf-8")
    with Reports(out) as reports, pytest.raises(UsageError, match=rf"^--out [^\n]*: holds {name}, [^\n]*$"):
        reports.claim(SPECS)
    assert {name} == names(out)


@pytest.mark.parametrize("name", [*ORDER, FAULTS, "findings", "specs", "specs/e"])
def test_a_link_or_a_directory_in_the_place_of_a_file_is_refused(name: str, out: Path, tmp_path: Path) -> None:
    (out / name).parent.mkdir(parents=True)
    (out / name).symlink_to(tmp_path / "elsewhere")
    with Reports(out) as reports, pytest.raises(UsageError, match=f"holds {name}, which is no "):
        reports.claim(SPECS)
    if name in ORDER:
        (out / name).unlink()
        (out / name).mkdir()
        with Reports(out) as reports, pytest.raises(UsageError, match=f"holds {name}, which is no file of its own"):
            reports.claim(SPECS)
    assert not (tmp_path / "elsewhere").exists()


def test_reports_of_another_version_and_empty_files_are_no_obstacle(shown: Presentation, out: Path) -> None:
    write_reports(shown, out)
    (out / "specs/e/a.yaml").write_bytes(b"of an earlier edition")
    (out / "summary.md").write_text("of an earlier version", encoding="utf-8")
    (out / "index.html").write_bytes(b"")
    with Reports(out) as reports:
        reports.claim(SPECS)


def test_the_specs_of_a_checkout_stay_as_they_are(shown: Presentation, out: Path) -> None:
    (out / "specs" / "e").mkdir(parents=True)
    (out / "specs/e/a.yaml").write_bytes(SPECS["specs/e/a.yaml"])
    (out / "specs/e/a.yaml").chmod(0o644)
    write_reports(shown, out)
    assert 0o644 == (out / "specs/e/a.yaml").stat().st_mode & 0o777


class Disk:
    """A disk on which files up to a size fit: the limit of the system on our own files, for which no right of root is
    needed."""

    def __init__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fits(self, most: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, self.before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@pytest.fixture
def disk() -> Iterator[Disk]:
    value = Disk()
    yield value
    value.free()


def sizes(shown: Presentation, place: Path) -> dict[str, int]:
    write_reports(shown, place)
    return {name: (place / name).stat().st_size for name in ORDER}


def test_on_a_full_disk_what_fits_is_written_and_a_conformant_run_is_inconclusive(
    conformant: Presentation, waiting: Presentation, out: Path, tmp_path: Path, disk: Disk
) -> None:
    size = sizes(conformant, tmp_path / "whole")
    most = size["verdict.json"] + 2000
    with Reports(out) as reports:
        reports.claim(SPECS)
        reports.begin(waiting)
        disk.fits(most)
        written = reports.finish(conformant)
        disk.free()
    lost = {name for name in ORDER if size[name] > most}
    assert "exchanges.har" in lost
    assert lost == set(written.missing)
    assert ("inconclusive", 3) == (told(out)["outcome"], told(out)["exit_code"])
    assert sorted(lost) == sorted(
        str(note["terms"]["file"]) for note in told(out)["notes"] if note["kind"] == "report-missing"
    )
    assert {*ORDER, *SPECS} - lost | {"index.html"} == names(out)  # what says that the run has not ended
    assert "File too large" == written.missing["exchanges.har"]


def test_on_a_full_disk_a_broken_promise_is_one_all_the_same(
    shown: Presentation, out: Path, tmp_path: Path, disk: Disk
) -> None:
    size = sizes(shown, tmp_path / "whole")
    disk.fits(size["exchanges.har"] - 1)
    written = write_reports(shown, out)
    disk.free()
    assert {"exchanges.har": "File too large"} == {
        name: said for name, said in written.missing.items() if name == "exchanges.har"
    }
    assert ("non-conformant", 1) == (told(out)["outcome"], told(out)["exit_code"])


def test_where_not_even_the_verdict_fits_no_verdict_is_there_but_that_it_has_not_ended(
    conformant: Presentation, waiting: Presentation, out: Path, disk: Disk
) -> None:
    with Reports(out) as reports:
        reports.claim(SPECS)
        reports.begin(waiting)
        disk.fits(6000)
        written = reports.finish(conformant)
        disk.free()
    assert (False, 3) == (told(out)["run"]["ended"], written.shown.verdict.exit_code)
    assert "verdict.json could not be written: File too large" in [note["text"] for note in told(out)["notes"]]
    assert {"verdict.json", "junit.xml", "index.html", *SPECS} == names(out) - {"summary.md"}  # which may fit


def test_where_nothing_fits_from_the_start_everything_is_as_it_was(
    shown: Presentation, waiting: Presentation, out: Path, disk: Disk
) -> None:
    write_reports(shown, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with Reports(out) as reports:
        reports.claim(SPECS)
        disk.fits(100)
        with pytest.raises(UsageError, match="reports cannot be written: File too large; give another place"):
            reports.begin(waiting)
        disk.free()
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_a_directory_that_was_taken_away_meanwhile_is_made_anew(
    shown: Presentation, waiting: Presentation, out: Path
) -> None:
    with Reports(out) as reports:
        reports.claim({})
        reports.begin(waiting)
        out.rename(out.with_name("gone"))
        assert {} == reports.finish(shown).missing
    assert set(ORDER) < names(out)


def test_what_cannot_be_put_in_its_place_is_said(shown: Presentation, waiting: Presentation, out: Path) -> None:
    with Reports(out) as reports:
        reports.claim({})
        reports.begin(waiting)
        (out / "summary.md").mkdir()
        written = reports.finish(shown)
    assert {"summary.md": "Is a directory"} == written.missing
    assert "non-conformant" == told(out)["outcome"]


def test_allure_says_from_the_start_that_the_run_is_under_way(
    conformant: Presentation, waiting: Presentation, out: Path, tmp_path: Path
) -> None:
    allure = tmp_path / "allure"
    with Reports(out, allure) as reports:
        reports.claim({})
        reports.begin(waiting)
        assert "broken" == json.loads((allure / MARK).read_bytes())["status"]
        reports.finish(conformant)
    assert not (allure / MARK).exists()
    assert {0o600} == {path.stat().st_mode & 0o777 for path in allure.iterdir()}


def test_the_page_of_the_job_says_in_the_end_what_the_run_found(
    shown: Presentation, waiting: Presentation, out: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page"
    with Reports(out, environ={"GITHUB_STEP_SUMMARY": str(page)}) as reports:
        reports.claim({})
        reports.begin(waiting)
        assert "has not ended" in page.read_text(encoding="utf-8")
        reports.finish(shown)
    assert (out / "summary.md").read_text(encoding="utf-8") + "\n" == page.read_text(encoding="utf-8")


def test_a_page_or_an_allure_directory_that_fills_up_costs_no_verdict(
    shown: Presentation, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with Reports(out, tmp_path / "file" / "below", environ={"GITHUB_STEP_SUMMARY": "/dev/full"}) as reports:
        written = reports.finish(shown)
    assert ["Not a directory", "No space left on device"] == list(written.missing.values())
    assert ("non-conformant", 1) == (told(out)["outcome"], written.shown.verdict.exit_code)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="mounting a small disk needs root; the limit on files shows the same without"
)
def test_on_a_disk_that_is_really_full_the_verdict_comes_first(shown: Presentation, out: Path, tmp_path: Path) -> None:
    size = sizes(shown, tmp_path / "whole")
    out.mkdir()
    room = size["verdict.json"] + size["junit.xml"] + size["index.html"] + 64 * 1024
    if os.system(f"mount -t tmpfs -o size={room // 4096 * 4}k tmpfs '{out}' 2>/dev/null") != 0:
        pytest.skip("nothing may be mounted here")
    try:
        written = write_reports(shown, out)
        assert "No space left on device" == written.missing["exchanges.har"]
        assert {"verdict.json", "junit.xml", "index.html"} <= names(out)
        assert 1 == told(out)["exit_code"]
    finally:
        os.system(f"umount '{out}'")
