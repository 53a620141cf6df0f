"""The baseline knows findings by their place, of one contract, and forgets what was looked for and is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from conformance.contract.schemas import schema
from conformance.judge.baseline import Baseline, Entry, load_baseline, normalised, of_run, still_there, write_baseline
from conformance.judge.judgement import Excuses
from conformance.judge.waivers import Waiver
from conformance.model.errors import UsageError
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation

SHA = "a" * 64
CONTRACT = {"name": "easystack-6.0.2", "sha256": SHA}
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def html(check: str = "envelope") -> Assertion:
    return Assertion("error.envelope", check, False, "a failure carries HTML, not the envelope", "HTML")


def entry(
    operation: str, status: int, check: str = "envelope", requirement: str = "error.envelope", failure: str = "HTML"
) -> Entry:
    return Entry(requirement, operation, status, check, failure)


def baseline(*entries: Entry, path: Path = Path("baseline.json")) -> Baseline:
    return Baseline(path, "easystack-6.0.2", SHA, frozenset(entries))


def test_a_known_finding_does_not_fail_the_run_and_its_promise_stays_broken(judged: Judged, exchange: Make) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)), excuses=Excuses(baseline=baseline(entry("image.list", 400)))
    )
    result = next(item for item in verdict.requirements if item.id == "error.envelope")
    assert (verdict.overall, verdict.exit_code) == (Overall.CONFORMANT, 0)
    assert (result.outcome, result.reason) == (Outcome.FAILED, "known: the baseline holds it")
    assert [(group.binding, group.known) for group in verdict.findings] == [(False, True)]
    assert (
        '<skipped message="known: a failure carries HTML, not the envelope" />'
        in to_junit(Presentation(verdict)).decode()
    )


@pytest.mark.parametrize(
    ("operation", "status", "check"),
    [("image.delete", 404, "envelope"), ("image.list", 404, "envelope"), ("image.list", 400, "another")],
)
def test_the_same_failure_at_a_new_place_is_a_new_finding(
    judged: Judged, exchange: Make, operation: str, status: int, check: str
) -> None:
    looks = [(html(), exchange("image.list", 400, number=1)), (html(check), exchange(operation, status, number=2))]
    verdict = judged(*looks, excuses=Excuses(baseline=baseline(entry("image.list", 400))))
    new, known = verdict.findings
    assert (verdict.exit_code, new.binding, new.places) == (1, True, {f"{operation} {status}": 1})
    assert (known.known, known.places) == (True, {"image.list 400": 1})
    assert new.id == judged(*looks).findings[0].id != known.id


def test_another_failure_of_a_known_promise_is_a_new_finding(judged: Judged, exchange: Make) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)),
        excuses=Excuses(baseline=baseline(entry("image.list", 400, failure="a flat object"))),
    )
    assert (verdict.exit_code, verdict.findings[0].known) == (1, False)


def test_what_is_known_and_not_exercised_elsewhere_is_inconclusive(
    judged: Judged, contract: object, exchange: Make
) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)), excuses=Excuses(baseline=baseline(entry("image.list", 400)))
    )
    assert verdict.exit_code == 0
    owing = judged(
        (html(), exchange("image.list", 400)),
        excuses=Excuses(baseline=baseline(entry("image.list", 400))),
        leftovers=("x",),
    )
    assert (owing.overall, owing.exit_code) == (Overall.INCONCLUSIVE, 3)


def test_a_baseline_made_of_a_run_holds_all_that_failed_it(judged: Judged, exchange: Make) -> None:
    looks = [
        (html(), exchange("image.list", 400, number=1)),
        (html("case.one"), exchange("image.list", 400, number=1)),
        (html(), exchange("image.delete", 404, number=2)),
    ]
    made = of_run(judged(*looks))
    assert {entry("image.list", 400), entry("image.list", 400, "case.one"), entry("image.delete", 404)} == made
    assert judged(*looks, excuses=Excuses(baseline=baseline(*made))).exit_code == 0
    assert made == of_run(judged(*looks, excuses=Excuses(baseline=baseline(*made))))


def test_waived_and_advisory_findings_are_not_taken_in(judged: Judged, exchange: Make) -> None:
    advisory = Assertion("image.list.query.sort-key", "list.hyphen", False, "no", "no")
    verdict = judged(
        (html(), exchange("image.list", 400)),
        (advisory, exchange()),
        excuses=Excuses((Waiver("error.envelope", "r", "o"),)),
    )
    assert (len(verdict.findings), frozenset()) == (2, of_run(verdict))


@pytest.mark.parametrize(
    ("failure", "wanted"),
    [
        ("id 1b8fbfb5-8145-4adf-bcd2-fa4cd7aa18ca lost", "id <id> lost"),
        ("name conformance-0badcafe-1f2e3d-7 kept", "name <name> kept"),
        ("at 2026-01-31T10:11:12Z", "at <time>"),
        ("at 2026-01-31T10:11:12.5+02:00", "at <time>"),
        ("16384 bytes", "<n> bytes"),
        ("500 from image.list", "500 from image.list"),
        ("x-openstack-request-id req-1b8fbfb5-8145-4adf-bcd2-fa4cd7aa18ca", "x-openstack-request-id req-<id>"),
        ("limit=1000 differs", "limit=<n> differs"),
        ("limit=10", "limit=10"),
    ],
)
def test_generated_data_is_no_part_of_an_identity(failure: str, wanted: str) -> None:
    assert wanted == normalised(failure)
    assert wanted == normalised(wanted)


# --- the file -------------------------------------------------------------------------------------------------------


def test_the_file_is_sorted_with_a_line_for_each_finding_and_keeps_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    some = baseline(entry("image.list", 404), entry("image.create", -1), entry("image.list", 400), path=path)
    write_baseline(some)
    raw = json.loads(path.read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema("baseline")).iter_errors(raw)] == []
    assert [(item["operation"], item["status"]) for item in raw["findings"]] == [
        ("image.create", None),
        ("image.list", 400),
        ("image.list", 404),
    ]
    before = path.read_text().splitlines()
    assert some == load_baseline(path, CONTRACT)
    write_baseline(replace(some, entries=some.entries | {entry("image.delete", 404)}))
    assert len(set(path.read_text().splitlines()) - set(before)) == 1
    assert [path] == list(tmp_path.iterdir())
    write_baseline(replace(some, entries=frozenset()))
    assert load_baseline(path, CONTRACT).entries == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"baseline": "1.0"', '"baseline": "2.0"', ':2: baseline: is "2.0", due is "1.0"'),
        (
            SHA,
            "b" * 64,
            ":3: a baseline of the contract easystack-6.0.2 (bbbbbbbbbbbb), in use is easystack-6.0.2 (aaaaaaaaaaaa)",
        ),
        ("easystack-6.0.2", "easystack-7", ":3: a baseline of the contract easystack-7"),
        ('"status": 400', '"status": "400"', ":5: findings[0].status: is a string, due is integer or null"),
        ('"check": "envelope", ', "", ":5: findings[0]: check is missing"),
        ('"status": 404', '"status": 400', ":6: findings[1]: the same finding is there twice"),
        ('"findings": [', '"findings": [,', ":4: not JSON"),
        ('"status": 400', '"status": 400, "status": 400', ":1: cannot be read: the member 'status' is there twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_that_names_its_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(baseline(entry("image.list", 400), entry("image.list", 404), path=path))
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_baseline(path, CONTRACT)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_baseline(baseline(path=tmp_path / "absent" / "baseline.json"))
    assert list(tmp_path.iterdir()) == []


# --- what is gone ---------------------------------------------------------------------------------------------------


def test_an_entry_is_dropped_when_the_run_looked_for_it_and_did_not_find_it(judged: Judged, exchange: Make) -> None:
    good = Assertion("error.envelope", "envelope", True)
    case = Assertion("error.envelope", "errors.some_case", True)
    verdict = judged(
        (good, exchange("image.list", 400, number=1)),
        (html(), exchange("image.create", 400, number=2)),
        (case, exchange("image.list", 400, number=1)),
    )
    fixed, there, unlooked = entry("image.list", 400), entry("image.create", 400), entry("image.delete", 404)
    ran, absent = entry("image.list", 400, "errors.some_case"), entry("image.list", 400, "errors.other_case")
    unjudged = entry("image.list", 200, "schema", "image.list.response.200")
    kept, dropped = still_there([fixed, there, unlooked, ran, absent, unjudged], verdict)
    assert (frozenset({fixed, ran}), frozenset({there, unlooked, absent, unjudged})) == (dropped, kept)


@pytest.mark.parametrize("part", [{"selection": "limit"}, {"cut_short": True}])
def test_a_run_of_a_part_drops_nothing_that_passive_checks_found(
    judged: Judged, exchange: Make, part: dict[str, object]
) -> None:
    looks = [
        (Assertion("error.envelope", check, True), exchange("image.list", 400))
        for check in ("envelope", "errors.some_case")
    ]
    entries = [entry("image.list", 400), entry("image.list", 400, "errors.some_case")]
    assert (frozenset(entries[:1]), frozenset(entries[1:])) == still_there(entries, judged(*looks, **part))
