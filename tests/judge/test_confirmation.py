"""A case that is run again tells a flaky target from a wrong one."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.judge.confirmation import MOST_CASES, Attempt, confirmation, sights, worth_trying
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.verdict import Place, Verdict
from conformance.proof.reference import Reference
from conformance.reports.presentation import Presentation
from conformance.reports.recorded import read_run
from conformance.reports.terminal import print_verdict
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call
from conformance.target.cloud import Settings

A, B = ("status.server-error", "500", "image.list"), ("error.envelope", "HTML", "image.list")


def attempt(case: str, *, complete: bool = True, requests: int = 1) -> Attempt:
    return Attempt(case, range(1, 1 + requests), range(0), complete)


@pytest.mark.parametrize(
    ("seen", "complete", "wanted"),
    [
        ([{A}], [True], "single"),
        ([{A}, {A}, {A}], [True, True, True], "confirmed"),
        ([{A}, {A}, set()], [True, True, True], "intermittent"),
        ([set(), {A}], [True, True], "intermittent"),
        ([{A}, set()], [True, False], "single"),  # the second got nowhere, and says nothing
        ([{A}, set()], [False, True], "intermittent"),
        ([{A}, {A}], [False, False], "confirmed"),
        ([{B}, set()], [True, True], "single"),
    ],
)
def test_confirmed_is_what_every_attempt_shows(
    seen: list[set[tuple[str, str, str]]], complete: list[bool], wanted: str
) -> None:
    attempts = [attempt("case", complete=item) for item in complete]
    assert wanted == confirmation({A}, attempts, seen)


def test_a_group_is_confirmed_when_one_case_shows_it_each_time() -> None:
    attempts = [attempt("flaky"), attempt("steady"), attempt("flaky"), attempt("steady")]
    assert confirmation({A}, attempts, [{A}, {A}, set(), {A}]) == "confirmed"
    assert confirmation({A}, attempts[:3], [{A}, {A}, set()]) == "intermittent"


def test_as_few_and_as_short_cases_as_cover_the_groups_are_chosen() -> None:
    attempts = [attempt("long", requests=9), attempt("short", requests=2), attempt("other", requests=1)]
    assert worth_trying([{A}, {B}], attempts, [{A, B}, {A, B}, set()]) == (("short",), 0)
    assert worth_trying([{A}, {B}], attempts, [{A}, {A}, {B}]) == (("short", "other"), 0)
    assert worth_trying([{A}, {B}], attempts, [{A}, set(), set()]) == (("long",), 1)


def test_the_number_of_cases_is_bounded() -> None:
    groups = [{("r", str(number), "o")} for number in range(MOST_CASES + 3)]
    chosen, left = worth_trying(groups, [attempt(f"case {number}") for number in range(len(groups))], groups)
    assert (len(chosen), left) == (MOST_CASES, 3)


def test_a_finding_belongs_to_the_attempt_that_sent_its_exchange(exchange: Callable[..., Exchange]) -> None:
    attempts = [Attempt("one", range(1, 3), range(1), True), Attempt("two", range(3, 5), range(1, 3), True)]
    seen = {name: Deviation("missing", place=name) for name in "abcd"}
    exchanges = {"a": None, "b": exchange(number=2), "c": exchange(number=4), "d": exchange(number=9)}
    found = [Finding("r", "c", "o", 200, seen[name], item) for name, item in exchanges.items()]
    assert [
        {("r", seen["a"], "o"), ("r", seen["b"], "o")},
        {("r", seen["c"], "o")},
    ] == list(map(set, sights(found, attempts)))


# --- on a target ----------------------------------------------------------------------------------------------------


def flaky(every: int, operation: str = "image.list", most: int = 10**6) -> Hooks:
    """Answers each `every`th request to an operation with a 500, at most `most` times."""
    met: Counter[str] = Counter()

    def answer(call: Call, item: Answer, _store: ImageStore) -> Answer:
        if call.operation != operation:
            return item
        met["calls"] += 1
        if met["calls"] % every or met["wrong"] >= most:
            return item
        met["wrong"] += 1
        envelope = {"error": {"message": "Oops.", "code": 500, "title": "Internal Server Error"}}
        return replace(item, status=500, body=envelope, raw=None, media_type="application/json")

    return Hooks(answer=answer)


def run(reference: Reference, tmp_path: Path, **options: object) -> Verdict:
    clouds = tmp_path / "clouds.yaml"
    reference.write_clouds(clouds)
    settings = Settings(cloud="reference", other_cloud="reference-other", config_files=(str(clouds),))
    given = Options(settings, seed=1, **options)
    return conduct_run(given, tmp_path / "out", Console(file=io.StringIO()))[0]


def test_a_fault_that_is_there_once_is_intermittent_and_still_fails(contract: Contract, tmp_path: Path) -> None:
    chosen = "test_name_selects_by_exact_match or test_type_is_accepted"
    with Reference(contract, faults=[Fault("ours", (), "one answer fails", flaky(3, most=1))]) as reference:
        verdict = run(reference, tmp_path, selection=chosen, confirm=2)
    group = next(item for item in verdict.findings if item.requirement == "status.server-error")
    assert (group.confirmation, group.binding, group.count, verdict.exit_code) == ("intermittent", True, 1, 1)
    again = next(item for item in read_run(tmp_path / "out").findings if item.id == group.id)
    assert (again.confirmation, again.checks) == ("intermittent", {Place("image.list", 500): ("server-error",)})
    out = io.StringIO()
    print_verdict(Presentation(verdict), Console(file=out, width=80))
    assert "INTERMITTENT: not there each time that it was tried" in " ".join(out.getvalue().split())
    assert "; 1 finding intermittent (exit 1)" in out.getvalue().splitlines()[-1]


def test_a_fault_that_is_always_there_is_confirmed(tmp_path: Path, contract: Contract) -> None:
    with reference_with("image.list.query.name.prefix")(contract) as reference:
        verdict = run(reference, tmp_path, selection="test_name_selects_by_exact_match", confirm=2)
        assert reference.resources() == 0
    group = next(item for item in verdict.findings if item.requirement == "image.list.query.name")
    assert (group.confirmation, group.count, group.places) == ("confirmed", 3, {Place("image.list", 200): 3})


def test_without_confirm_what_one_case_alone_has_seen_is_tried_once_more(tmp_path: Path, contract: Contract) -> None:
    with reference_with("image.list.query.name.prefix")(contract) as reference:
        verdict = run(reference, tmp_path, selection="test_name_selects_by_exact_match")
    group = next(item for item in verdict.findings if item.requirement == "image.list.query.name")
    assert (group.confirmation, group.count) == ("confirmed", 2)


def test_what_is_waived_or_kept_is_not_tried_again(tmp_path: Path, reference: Reference, contract: Contract) -> None:
    once = written(run(reference, tmp_path, selection="test_name_selects_by_exact_match"))
    assert once == written(run(reference, tmp_path, selection="test_name_selects_by_exact_match", confirm=3))
    waivers = tmp_path / "w.yaml"
    waivers.write_text("waivers:\n- {requirement: image.list.query.name, reason: r, owner: o, permanent: true}\n")
    with reference_with("image.list.query.name.prefix")(contract) as faulty:
        verdict = run(faulty, tmp_path, selection="test_name_selects_by_exact_match", confirm=3, waivers=waivers)
    assert once == written(verdict)


def written(verdict: Verdict) -> int:
    """How many requests wrote something: what a case has read it may read again."""
    return sum(item.request.method != "GET" for item in verdict.exchanges)


def stripped(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What was sent by cases, the run's own names left out."""
    mark = verdict.run.id
    return [
        (
            item.request.method,
            item.request.url.split("/v2/", 1)[1].replace(mark, "RUN"),
            item.request.body.decode().replace(mark, "RUN"),
        )
        for item in verdict.exchanges
        if item.case.startswith("filters.")
    ]


def test_the_same_seed_sends_the_same_requests_whatever_else_is_selected(reference: Reference, tmp_path: Path) -> None:
    name = "test_name_selects_by_exact_match"
    alone = stripped(run(reference, tmp_path, selection=name))
    beside = stripped(run(reference, tmp_path, selection=f"{name} or test_type_is_accepted or test_status_selects"))
    wanted = [item for item in alone if item[0] != "DELETE"]
    assert len(wanted) == 5
    assert set(wanted) <= set(beside)
