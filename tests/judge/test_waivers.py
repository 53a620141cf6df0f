"""Waivers excuse their own findings and nothing else, come to an end, and say when they are of no use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from conformance.contract.located import Located
from conformance.contract.schemas import schema
from conformance.judge.judgement import Excuses
from conformance.judge.waivers import Waiver, chosen, load_waivers, waiver_violations
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation
from conformance.reports.verdict_json import to_json

TODAY = date(2026, 6, 15)
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def broken(requirement: str, failure: str = "wrong", check: str = "envelope") -> Assertion:
    return Assertion(requirement, check, False, f"it is {failure}", failure)


def waiver(requirement: str, **given: object) -> Waiver:
    return Waiver(**{"requirement": requirement, "reason": "agreed", "owner": "cloud team", **given})  # type: ignore[arg-type]


def excuses(*waivers: Waiver) -> Excuses:
    return Excuses(waivers, today=TODAY)


def test_what_is_waived_is_conformant_and_never_passed(judged: Judged, exchange: Make) -> None:
    verdict = judged((broken("error.envelope"), exchange(status=404)), excuses=excuses(waiver("error.envelope")))
    result = next(item for item in verdict.requirements if item.id == "error.envelope")
    assert (verdict.overall, verdict.exit_code, result.outcome, result.reason) == (
        Overall.CONFORMANT,
        0,
        Outcome.WAIVED,
        "agreed",
    )
    assert [(group.binding, group.waiver, group.known) for group in verdict.findings] == [(False, "agreed", False)]
    assert [(item.state, item.findings) for item in verdict.waivers] == [("used", (verdict.findings[0].id,))]


def test_a_waived_500_hides_no_other(judged: Judged, exchange: Make) -> None:
    def failing(operation: str) -> Assertion:
        return broken("status.server-error", f"500 from {operation}", "server-error")

    looks = [
        (failing(name), exchange(name, 500, number=number))
        for number, name in enumerate(("image.create", "image.patch"), start=1)
    ]
    verdict = judged(*looks, excuses=excuses(waiver("status.server-error", operation="image.create")))
    assert (verdict.overall, verdict.exit_code) == (Overall.NON_CONFORMANT, 1)
    assert [(group.failure, group.binding) for group in verdict.findings] == [
        ("500 from image.patch: body is empty", True),
        ("500 from image.create: body is empty", False),
    ]
    assert next(item.outcome for item in verdict.requirements if item.id == "status.server-error") is Outcome.FAILED


def test_a_group_that_is_partly_waived_is_split_and_the_rest_keeps_its_id(judged: Judged, exchange: Make) -> None:
    looks = [
        (broken("error.envelope", "HTML"), exchange("image.list", 400, number=1)),
        (broken("error.envelope", "HTML"), exchange("image.list", 404, number=2)),
        (broken("error.envelope", "HTML"), exchange("image.delete", 404, number=3)),
    ]
    whole = judged(*looks).findings[0]
    ours = waiver("error.envelope", operation="image.list", status=404)
    rest, excused = judged(*looks, excuses=excuses(ours)).findings
    assert (whole.id, {"image.delete 404": 1, "image.list 400": 1}, True) == (rest.id, rest.places, rest.binding)
    assert (excused.places, excused.count, excused.waiver) == ({"image.list 404": 1}, 1, "agreed")
    assert excused.id not in {
        whole.id,
        judged(*looks, excuses=excuses(waiver("error.envelope", status=404))).findings[1].id,
    }
    assert excused.id == judged(*looks, excuses=excuses(ours)).findings[1].id


@pytest.mark.parametrize(
    ("given", "excused"),
    [
        ({}, True),
        ({"operation": "image.list"}, True),
        ({"operation": "image.create"}, False),
        ({"status": 404}, True),
        ({"status": 400}, False),
        ({"message": "^it is wr.ng$"}, True),
        ({"message": "wrong$"}, True),
        ({"message": "right"}, False),
        ({"status": 404, "message": "right"}, False),
    ],
)
def test_every_member_of_a_waiver_narrows_it(
    judged: Judged, exchange: Make, given: dict[str, object], excused: bool
) -> None:
    verdict = judged(
        (broken("error.envelope"), exchange(status=404)), excuses=excuses(waiver("error.envelope", **given))
    )
    assert (verdict.exit_code == 0) is excused


def test_a_waiver_excuses_no_requirement_but_its_own(judged: Judged, exchange: Make) -> None:
    looks = [
        (broken("error.envelope"), exchange(status=404)),
        (Assertion("error.envelope.code", "envelope", True), exchange(status=404)),
    ]
    verdict = judged(*looks, excuses=excuses(waiver("error.envelope.code")))
    assert (verdict.exit_code, verdict.waivers[0].state) == (1, "unused")


@pytest.mark.parametrize(
    ("expires", "code", "state"), [(date(2026, 6, 15), 0, "used"), (date(2026, 6, 14), 1, "expired")]
)
def test_a_waiver_ends_with_its_last_day(judged: Judged, exchange: Make, expires: date, code: int, state: str) -> None:
    verdict = judged(
        (broken("error.envelope"), exchange(status=404)), excuses=excuses(waiver("error.envelope", expires=expires))
    )
    assert (verdict.exit_code, verdict.waivers[0].state) == (code, state)
    words = (
        "expired on 2026-06-14; its findings count again" if state == "expired" else "expires on 2026-06-15, in 0 days"
    )
    assert f"waiver of error.envelope (cloud team) {words}" in verdict.notes


@pytest.mark.parametrize(
    ("given", "state", "strict_code"),
    [
        ({}, "unused", 1),
        ({"expires": date(2026, 1, 1)}, "expired", 1),
        ({"operation": "image.delete"}, "not exercised", 0),
    ],
)
def test_a_waiver_without_use_is_said_and_fails_under_strict_waivers(
    judged: Judged, exchange: Make, given: dict[str, object], state: str, strict_code: int
) -> None:
    look = (Assertion("error.envelope", "envelope", True), exchange("image.list", 404))
    for strict, code in ((False, 0), (True, strict_code)):
        verdict = judged(look, excuses=excuses(waiver("error.envelope", **given)), strict_waivers=strict)
        assert (verdict.overall, verdict.exit_code, verdict.waivers[0].state) == (Overall.CONFORMANT, code, state)
        said = " ".join(verdict.notes)
        assert ("fails by --strict-waivers" in said) is (code == 1)
        assert ("delete it" in said) is (state != "not exercised")


def test_a_run_of_a_part_calls_no_waiver_unused_that_it_had_not_every_check_for(
    judged: Judged, contract: Contract, exchange: Make
) -> None:
    name = "image.list.query.limit"
    checks = contract.requirements[name].checks
    assert len(checks) > 1
    looks = [(Assertion(name, check, True), exchange(number=1)) for check in checks]
    for part, state in ((looks[:1], "not exercised"), (looks, "unused")):
        for given in ({"selection": "limit"}, {"cut_short": True}):
            assert state == judged(*part, excuses=excuses(waiver(name)), **given).waivers[0].state
    passive = (Assertion("status.server-error", "server-error", True), exchange())
    assert (
        judged(passive, excuses=excuses(waiver("status.server-error")), selection="limit").waivers[0].state
        == "not exercised"
    )
    assert judged(passive, excuses=excuses(waiver("status.server-error"))).waivers[0].state == "unused"


def test_the_verdict_with_waivers_keeps_its_schema_and_junit_skips_what_is_waived(
    judged: Judged, exchange: Make
) -> None:
    looks = [
        (broken("error.envelope"), exchange(status=404)),
        (Assertion("header.request-id", "request-id", True), exchange(status=404)),
    ]
    given = excuses(waiver("error.envelope", expires=date(2027, 1, 1)), waiver("header.request-id"))
    verdict = judged(*looks, excuses=given, strict_waivers=True)
    raw = json.loads(json.dumps(to_json(Presentation(verdict))))
    assert [error.message for error in jsonschema.Draft202012Validator(schema("verdict")).iter_errors(raw)] == []
    assert (raw["summary"]["waived_findings"], raw["summary"]["known_findings"]) == (1, 0)
    text = to_junit(Presentation(verdict)).decode()
    assert '<skipped message="waived: it is wrong" />' in text
    assert "waived: it is wrong (agreed)" in text
    assert '<failure message="unused: agreed (cloud team)" type="unused" />' in text


# --- the file -------------------------------------------------------------------------------------------------------

GOOD = """\
waivers:
  - requirement: image.list.query.changes-since
    operation: image.list
    status: 400
    message: instead of
    reason: no such parameter
    owner: cloud team
    link: https://tickets.example/17
    expires: 2027-01-31
  - requirement: error.envelope
    reason: HTML
    owner: cloud team
    permanent: true
"""


def lines(tmp_path: Path, contract: Contract, text: str) -> list[tuple[int, str, str]]:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    return [(item.line, item.where, item.text) for item in waiver_violations(Located.read(path), contract)]


def test_a_good_file_is_read(tmp_path: Path, contract: Contract) -> None:
    assert lines(tmp_path, contract, GOOD) == []
    first, second = load_waivers(tmp_path / "waivers.yaml", contract)
    assert (first.status, first.expires, first.link) == (400, date(2027, 1, 31), "https://tickets.example/17")
    assert (second.operation, second.expires) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "changes-since",
            "changes-sinc",
            (
                2,
                "waivers[0].requirement",
                "there is no requirement image.list.query.changes-sinc; the nearest is image.list.query.changes-since",
            ),
        ),
        (
            "error.envelope",
            "method.get",
            (10, "waivers[1].requirement", "method.get is excluded from every run, so there is nothing to waive"),
        ),
        (
            "operation: image.list",
            "operation: image.lst",
            (3, "waivers[0].operation", "there is no operation image.lst; the nearest is image.list"),
        ),
        (
            "status: 400",
            "status: '400'",
            (4, "waivers[0].status", "is a string, due is integer: must be an HTTP status, 100 to 599"),
        ),
        ("status: 400", "status: 4000", (4, "waivers[0].status", "must be an HTTP status, 100 to 599")),
        (
            "instead of",
            "'(('",
            (5, "waivers[0].message", "not a regular expression: missing ), unterminated subpattern at position 1"),
        ),
        ("    reason: HTML\n", "", (10, "waivers[1]", "reason is missing")),
        ("owner: cloud team\n    link", "owner: ' '\n    link", (7, "waivers[0].owner", "must not be empty")),
        ("https://tickets", "tickets", (8, "waivers[0].link", "must be an http or https URL")),
        ("2027-01-31", "2027-02-31", (9, "waivers[0].expires", "there is no day 2027-02-31")),
        ("2027-01-31", "soon", (9, "waivers[0].expires", "must be a date such as 2027-01-31")),
        (
            "    expires: 2027-01-31\n",
            "",
            (2, "waivers[0]", "needs an end: `expires: 2027-01-31`, or `permanent: true`, and not both"),
        ),
        (
            "2027-01-31",
            "2027-01-31\n    permanent: true",
            (2, "waivers[0]", "needs an end: `expires: 2027-01-31`, or `permanent: true`, and not both"),
        ),
        (
            "    link:",
            "    ticket:",
            (
                8,
                "waivers[0].ticket",
                "there is no member of this name; known are expires, link, message, operation, owner, permanent, reason, requirement, status",
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, contract: Contract, old: str, new: str, wanted: tuple[int, str, str]
) -> None:
    assert old in GOOD
    assert [wanted] == lines(tmp_path, contract, GOOD.replace(old, new, 1))


def test_all_that_is_wrong_is_found_and_the_error_is_one_line(tmp_path: Path, contract: Contract) -> None:
    found = lines(tmp_path, contract, GOOD.replace("status: 400", "status: x").replace("reason: HTML", "reason: ''"))
    assert [item[:2] for item in found] == [(4, "waivers[0].status"), (11, "waivers[1].reason")]
    with pytest.raises(
        UsageError, match=r"waivers.yaml:4: waivers\[0\].status: .*\(and 1 more; `conformance lint"
    ) as caught:
        load_waivers(tmp_path / "waivers.yaml", contract)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"waivers:\n  - a: b\n   c: d\n", ":3: not YAML"),
        (b"waivers: []\nwaivers: []\n", ":2: not YAML: found duplicate key"),
        (b"waivers: [\xff]", ":1: not UTF-8"),
        (b"", ":1: is empty, due is object: the waivers are a list under `waivers:`"),
        (b"- requirement: x\n", ":1: is a list, due is object"),
        (b"a: !!python/name:x []", ":1: "),
    ],
)
def test_what_is_no_file_of_waivers_is_one_line(tmp_path: Path, contract: Contract, content: bytes, words: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_waivers(path, contract)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_waivers_of_the_current_directory_are_used_unless_others_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert chosen(None) is None
    (tmp_path / "waivers.yaml").write_text("waivers: []\n")
    assert (Path("waivers.yaml"), Path("other.yaml")) == (chosen(None), chosen(Path("other.yaml")))
