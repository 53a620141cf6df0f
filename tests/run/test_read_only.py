"""A run that may only read: nothing but GET goes out, what is there is judged, and what is not exercised says why."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from conformance.model.errors import Exit
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.run.journal_file import state_directory
from conformance.run.options import Options
from conformance.run.runner import conduct
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.image.liberties.crowd import crowd
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call
from conformance.target.cloud import Settings

CROWD = Hooks(handle=crowd(30, "somebody's {number}"))


def run(*hooks: Hooks, selection: str | None = "test_list or test_there or test_create or test_errors") -> Verdict:
    faults = [Fault("there", (), "", item) for item in hooks]
    options = Options(
        seed=1,
        budget="20",
        read_only=True,
        selection=selection,
        embedded=lambda contract: Reference(contract, faults=faults),
    )
    return conduct(Session(options), Console(file=io.StringIO()))


def smaller(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    """Show tells a size that is not the file's."""
    if call.method != "GET" or not isinstance(answer.body, dict) or not isinstance(answer.body.get("size"), int):
        return answer
    return replace(answer, body={**answer.body, "size": answer.body["size"] + 1})


def test_nothing_but_get_goes_out_but_for_the_login() -> None:
    verdict = run(CROWD)
    sent = Counter((item.request.method, item.operation) for item in verdict.exchanges if item.request.method != "GET")
    assert {("POST", "auth.token"): 2} == sent
    assert {"GET"} == {item.request.method for item in verdict.exchanges if item.case}
    assert Exit.INCONCLUSIVE == verdict.exit_code


def test_what_is_there_is_read_and_judged() -> None:
    verdict = run(CROWD)
    seen = Counter(item.operation for item in verdict.exchanges if item.case.startswith("there."))
    assert (20, 3) == (seen["image.show"], seen["image.download"])
    assert () == verdict.findings
    outcomes = {item.id: item.outcome for item in verdict.requirements}
    assert Outcome.PASSED is outcomes["image.download.size"]


def test_what_is_wrong_about_what_is_there_is_found() -> None:
    verdict = run(CROWD, Hooks(answer=smaller), selection="test_there")
    assert (Exit.NON_CONFORMANT, ["image.download.size", "image.list.complete"]) == (
        verdict.exit_code,
        sorted(item.requirement for item in verdict.findings if item.binding),
    )


def test_where_nothing_is_there_the_case_says_so() -> None:
    verdict = run(selection="test_there")
    reasons = {item.id: item.reason for item in verdict.requirements}
    case = "there.what_is_there_is_shown_as_it_is_listed"
    assert Phrase.of("in-case", reason=Phrase.of("nothing-there"), case=case) == reasons["image.download.size"]


def test_what_needs_a_create_says_that_the_run_may_only_read() -> None:
    verdict = run(CROWD, selection="test_create")
    needing = next(item for item in verdict.requirements if item.id == "image.create.response.201")
    assert Outcome.NOT_EXERCISED is needing.outcome
    assert "read-only" in str(needing.reason)
    assert ["read-only-run"] == [note.kind for note in verdict.notes]


def test_what_an_earlier_run_has_left_is_left_as_it_is(tmp_path: Path) -> None:
    contract = Session(Options(embedded=Reference)).contract
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        with Session(Options(profile="smoke", settings=settings), contract) as earlier:
            left = earlier.client.make()
            path = earlier.client.journal.path
        options = Options(profile="smoke", settings=settings, read_only=True, selection="test_there")
        verdict = conduct(Session(options, contract), Console(file=io.StringIO()))
        assert ["earlier-run-not-cleaned", "read-only-run"] == [note.kind for note in verdict.notes]
        assert (1, True) == (reference.resources(), path.is_file())
        with Session(Options(profile="smoke", settings=settings), contract) as later:
            later.cleanup()
        assert (0, [], True) == (reference.resources(), [*state_directory().glob("*.jsonl")], bool(left))
