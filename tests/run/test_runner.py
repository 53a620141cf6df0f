"""A run that always ends in a verdict: it cannot start, it is interrupted, or a bug of ours meets it at any stage."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS
from rich.console import Console
from targets import reference_with

from conformance.cli import reporting
from conformance.cli.reporting import FAULTS, conduct_run
from conformance.model.contract import Contract
from conformance.model.errors import Exit, NoRoom, TargetUnreachable, UsageError
from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.proof.reference import Reference
from conformance.reports import formats, verdict_json
from conformance.run import plugin, runner, session, supervisor
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.removal import Removing
from conformance.run.journal import Journal
from conformance.run.options import Options
from conformance.run.progress import Progress
from conformance.run.recorder import Recorder
from conformance.run.runner import check_selection
from conformance.run.sending.client import Client
from conformance.run.session import Session

OPTIONS = Options(profile="smoke", seed=1, embedded=Reference, selection="test_delete")


class Ours(Exception):
    """A bug, as Python would raise it."""


def broken(*_: Any, **__: Any) -> Any:
    raise Ours("something of ours")


def stopped(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def conducted(out: Path, options: Options = OPTIONS) -> tuple[Verdict, str, list[str]]:
    """The verdict of a run as the command makes it, what it says meanwhile, and the files that it writes."""
    said = io.StringIO()
    verdict, _ = conduct_run(options, out, Console(file=said, width=1000))
    return verdict, said.getvalue(), sorted(path.name for path in out.iterdir())


def written(out: Path) -> dict[str, Any]:
    """verdict.json, which follows its schema."""
    value: dict[str, Any] = json.loads((out / "verdict.json").read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text(encoding="utf-8"))
    assert [] == [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
    return value


def break_fixture(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plugin, "Expect", broken)


def break_cases(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Client, "make", broken)


def break_checks(patch: pytest.MonkeyPatch) -> None:
    observe = Recorder.observe

    def late(self: Recorder, *given: Any) -> Any:
        return broken() if self.case.startswith("delete") else observe(self, *given)

    patch.setattr(Recorder, "observe", late)


def break_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "gather", broken)


def break_sweep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Holdings, "delete", broken)


def break_cleanup(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Removing, "run", broken)


def break_judging(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "judge", broken)


def break_supervision(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervisor, "key_of", broken)


def break_progress(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Progress, "pytest_runtest_logfinish", broken)


def break_collection(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervisor, "in_profile", broken)


@pytest.mark.parametrize(
    "stage",
    [
        break_start,
        break_collection,
        break_supervision,
        break_progress,
        break_fixture,
        break_cases,
        break_checks,
        break_sweep,
        break_cleanup,
        break_judging,
    ],
)
def test_a_bug_of_ours_at_any_stage_is_exit_four_with_a_verdict_a_line_and_a_file_with_the_traceback(
    stage: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(monkeypatch)
    verdict, said, files = conducted(tmp_path / "out")
    assert (Exit.SUITE, Exit.SUITE) == (verdict.exit_code, written(tmp_path / "out")["exit_code"])
    assert {"index.html", "junit.xml", "verdict.json", FAULTS} <= set(files)
    assert 1 == len([line for line in said.splitlines() if line.startswith("conformance: the suite is at fault in ")])
    assert "Traceback" not in said
    assert "Ours: something of ours" in (tmp_path / "out" / FAULTS).read_text(encoding="utf-8")


def test_who_has_something_to_say_is_asked_before_the_first_case() -> None:
    session = Session(OPTIONS)
    seen: list[list[str]] = []
    runner.conduct(
        session,
        Console(file=io.StringIO()),
        opened=lambda: seen.append([item.case for item in session.recorder.exchanges]),
    )
    (before,) = seen
    after = [item.case for item in session.recorder.exchanges]
    assert (False, True) == tuple(any(name.startswith("delete.") for name in names) for names in (before, after))


def test_a_case_file_that_cannot_be_imported_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_broken.py").write_text("raise ValueError('not importable')\n", encoding="utf-8")
    arguments = runner.pytest_arguments
    monkeypatch.setattr(
        runner,
        "pytest_arguments",
        lambda profile, modules, contract: [str(tmp_path), *arguments(profile, modules, contract)],
    )
    verdict, _, _ = conducted(tmp_path / "out")
    assert (Exit.SUITE, True) == (verdict.exit_code, verdict.count(Outcome.PASSED) > 0)
    assert [("suite-at-fault", "ValueError")] == [(note.kind, note.get("error")) for note in verdict.notes]


def test_what_was_judged_before_a_bug_of_ours_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _, _ = conducted(tmp_path / "whole")
    break_cleanup(monkeypatch)
    verdict, _, _ = conducted(tmp_path / "out")
    assert whole.count(Outcome.PASSED) == verdict.count(Outcome.PASSED) > 0


def test_a_verdict_that_could_not_be_judged_has_the_findings_and_passes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_judging(monkeypatch)
    options = replace(OPTIONS, embedded=reference_with("image.delete.status"))
    verdict, _, _ = conducted(tmp_path / "out", options)
    assert (0, True) == (verdict.count(Outcome.PASSED), len(verdict.findings) > 0)
    assert Outcome.FAILED in {item.outcome for item in verdict.requirements}


@pytest.mark.parametrize("form", ["html", "junit", "sarif", "summary", "har"])
def test_a_format_that_fails_takes_neither_the_others_nor_the_verdict_with_it(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = replace(formats.FORMATS[form], make=broken)
    monkeypatch.setitem(formats.FORMATS, form, failing)  # type: ignore[attr-defined]
    verdict, said, files = conducted(tmp_path / "out")
    assert {item.file for name, item in formats.FORMATS.items() if name != form} | {FAULTS} == set(files) - {"specs"}
    assert (Exit.SUITE, Exit.SUITE) == (verdict.exit_code, written(tmp_path / "out")["exit_code"])
    assert f"in {failing.file}: Ours" in said


def test_a_verdict_file_that_cannot_be_made_whole_is_made_without_its_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict_json, "_finding", broken)
    options = replace(OPTIONS, embedded=reference_with("image.delete.status"))
    verdict, _, _ = conducted(tmp_path / "out", options)
    value = written(tmp_path / "out")
    assert (Exit.SUITE, [], True) == (value["exit_code"], value["findings"], len(verdict.findings) > 0)


def test_the_file_of_an_earlier_bug_does_not_stand_beside_a_run_without_one(tmp_path: Path) -> None:
    (tmp_path / FAULTS).write_text("old", encoding="utf-8")
    verdict, _, files = conducted(tmp_path)
    assert (Exit.INCONCLUSIVE, False) == (verdict.exit_code, FAULTS in files)


def test_no_traceback_holds_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contract: Contract) -> None:
    def telling(self: Client, **_: Any) -> Any:
        raise Ours(f"no {self.target.main.secrets[0]} here, {self.target.main.token()}")

    monkeypatch.setattr(Client, "make", telling)
    with Reference(contract) as reference:
        options = replace(OPTIONS, embedded=lambda _contract: reference)
        monkeypatch.setattr(Reference, "__enter__", lambda self: self)
        monkeypatch.setattr(Reference, "__exit__", lambda *_: None)
        conducted(tmp_path, options)
        texts = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()]
        assert [] == [word for word in reference.secrets for text in texts if word in text]


def test_a_run_that_cannot_start_has_a_verdict_that_says_why_and_judges_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: Any) -> Any:
        raise TargetUnreachable("nobody there")

    monkeypatch.setattr(session, "open_target", nobody)
    verdict, said, _ = conducted(tmp_path)
    assert (Exit.INCONCLUSIVE, Overall.INCONCLUSIVE) == (verdict.exit_code, verdict.overall)
    assert (0, ()) == (verdict.count(Outcome.PASSED), verdict.findings)
    assert ["could-not-start"] == [note["kind"] for note in written(tmp_path)["notes"]]
    assert "conformance: nobody there" in said.splitlines()


def test_an_answer_of_a_target_that_did_not_let_us_in_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise TargetUnreachable("gone after the login")

    monkeypatch.setattr(session, "gather", gone)
    verdict, _, _ = conducted(tmp_path, replace(OPTIONS, embedded=reference_with("request-id.empty")))
    assert (Exit.INCONCLUSIVE, True, ()) == (verdict.exit_code, len(verdict.exchanges) > 0, verdict.findings)


def test_a_run_that_ends_while_it_starts_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contract: Contract
) -> None:
    monkeypatch.setattr(Session, "sweep", broken)
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = replace(OPTIONS.settings, cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        verdict, _, _ = conducted(tmp_path / "out", replace(OPTIONS, settings=settings))
        assert (Exit.SUITE, 0) == (verdict.exit_code, reference.resources())


@pytest.mark.parametrize("where", ["open_target", "gather", "run"])
def test_an_interrupted_run_has_a_verdict_that_says_so(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Removing if where == "run" else session, where, stopped)
    verdict, _, _ = conducted(tmp_path)
    value = written(tmp_path)
    assert (Exit.INCONCLUSIVE, True, True) == (verdict.exit_code, verdict.run.cut_short, value["run"]["cut_short"])
    assert "interrupted" in [note["kind"] for note in value["notes"]]


def test_a_journal_that_cannot_be_written_any_more_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full; what is sent after that makes nothing."""
    write, left = Journal._write, [3]

    def until_full(self: Journal, line: bytes, **how: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            self.full = NoRoom("the journal cannot be written: No space left on device")
            raise self.full
        write(self, line, **how)

    monkeypatch.setattr(Journal, "_write", until_full)
    verdict, _, _ = conducted(tmp_path)
    assert (Exit.INCONCLUSIVE, True, ()) == (verdict.exit_code, verdict.run.cut_short, verdict.run.leftovers)
    assert ["no-room"] == [note.kind for note in verdict.notes]
    made = [item for item in verdict.exchanges if item.operation == "image.create" and item.response.status == 201]
    assert 0 < len(made) <= 3


def test_a_mistake_of_the_user_stays_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no expression"):
        conducted(tmp_path, replace(OPTIONS, selection="a b c"))


@pytest.mark.parametrize(
    "expression", [None, "", "delete", "not delete", "a and (b or not c)", "test_x[1-2]", "a.b::c/d", "x(y=1)"]
)
def test_a_selection_that_pytest_understands_is_one(expression: str | None) -> None:
    check_selection(expression)


@pytest.mark.parametrize("expression", ["a b c", "and", "(a", "not", "a or", "a\0"])
def test_a_selection_that_is_no_expression_is_refused_before_the_login(expression: str) -> None:
    with pytest.raises(UsageError, match="is no expression"):
        check_selection(expression)


def test_a_machine_that_has_no_more_room_ends_the_run_and_is_no_fault_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")

    monkeypatch.setattr(Client, "make", full)
    verdict, _, files = conducted(tmp_path / "out")
    assert (Exit.INCONCLUSIVE, True, False) == (verdict.exit_code, verdict.run.cut_short, FAULTS in files)
    notes = [note for note in written(tmp_path / "out")["notes"] if note["kind"] == "machine-failed"]
    assert ["No space left on device (/somewhere)"] == [note["terms"]["said"] for note in notes]


def test_a_record_that_cannot_be_made_still_has_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "record_of", broken)
    verdict, _, files = conducted(tmp_path / "out")
    value = written(tmp_path / "out")
    assert (Exit.SUITE, 4, "inconclusive") == (verdict.exit_code, value["exit_code"], value["outcome"])
    assert {"index.html", "junit.xml", "verdict.json", FAULTS} <= set(files)


def test_reports_that_cannot_be_made_for_want_of_the_specs_are_made_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "requirement_places", broken)
    verdict, _, files = conducted(tmp_path / "out")
    assert (Exit.SUITE, Exit.SUITE) == (verdict.exit_code, written(tmp_path / "out")["exit_code"])
    assert {"index.html", "junit.xml", "verdict.json", FAULTS} <= set(files)
