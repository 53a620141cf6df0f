"""Waivers excuse their own findings and nothing else, come to an end, and say when they are of no use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import jsonschema
import pytest

from conformance.contract.schemas import schema
from conformance.judge.excuses import Excuses
from conformance.judge.waivers import Waiver
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Assertion, Finding, identity
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Overall, Place, Verdict
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation
from conformance.reports.verdict_json import to_json

TODAY = date(2026, 6, 15)
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def broken(requirement: str, place: str = "wrong", check: str = "envelope") -> Assertion:
    return Assertion(requirement, check, Deviation("missing", place=place))


def sentence(finding: Finding) -> str:
    return f"it is {finding.deviation.place}"


def waiver(requirement: str, **given: object) -> Waiver:
    return Waiver(**{"requirement": requirement, "reason": "agreed", "owner": "cloud team", **given})


def excuses(*waivers: Waiver) -> Excuses:
    return Excuses(waivers, today=TODAY, sentence=sentence)


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
    assert [("image.patch", True), ("image.create", False)] == [
        (group.operation, group.binding) for group in verdict.findings
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
    assert (whole.id, {Place("image.delete", 404): 1, Place("image.list", 400): 1}, True) == (
        rest.id,
        rest.places,
        rest.binding,
    )
    assert (excused.places, excused.count, excused.waiver) == ({Place("image.list", 404): 1}, 1, "agreed")
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
        (Assertion("error.envelope.code", "envelope"), exchange(status=404)),
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
    given = {"waiver": "error.envelope", "owner": "cloud team", "day": str(expires)}
    ended, ends = Phrase.of("waiver-expired", **given), Phrase.of("waiver-expires", **given, days=0)
    assert (ended if state == "expired" else ends,) == verdict.notes


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
    look = (Assertion("error.envelope", "envelope"), exchange("image.list", 404))
    for strict, code in ((False, 0), (True, strict_code)):
        verdict = judged(look, excuses=excuses(waiver("error.envelope", **given)), strict_waivers=strict)
        assert (verdict.overall, verdict.exit_code, verdict.waivers[0].state) == (Overall.CONFORMANT, code, state)
        said = {"unused": ["waiver-unused"], "expired": ["waiver-expired-and-needless"], "not exercised": []}[state]
        assert [*said, *(["fails-by-strict-waivers"] if code == 1 else [])] == [note.kind for note in verdict.notes]


def test_a_run_of_a_part_calls_no_waiver_unused_that_it_had_not_every_check_for(
    judged: Judged, contract: Contract, exchange: Make
) -> None:
    name = "image.list.query.limit"
    checks = contract.requirements[name].checks
    assert len(checks) > 1
    looks = [(Assertion(name, check), exchange(number=1)) for check in checks]
    for part, state in ((looks[:1], "not exercised"), (looks, "unused")):
        for given in ({"selection": "limit"}, {"cut_short": True}):
            assert state == judged(*part, excuses=excuses(waiver(name)), **given).waivers[0].state
    passive = (Assertion("status.server-error", "server-error"), exchange())
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
        (Assertion("header.request-id", "request-id"), exchange(status=404)),
    ]
    given = excuses(waiver("error.envelope", expires=date(2027, 1, 1)), waiver("header.request-id"))
    verdict = judged(*looks, excuses=given, strict_waivers=True)
    raw = json.loads(json.dumps(to_json(Presentation(verdict))))
    assert [error.message for error in jsonschema.Draft202012Validator(schema("verdict")).iter_errors(raw)] == []
    assert (raw["summary"]["waived_findings"], raw["summary"]["known_findings"]) == (1, 0)
    text = to_junit(Presentation(verdict)).decode()
    said = f"waived, {verdict.findings[0].severity}: wrong is missing (finding {verdict.findings[0].id})"
    assert f'<skipped message="{said}" />' in text
    assert f"{said} (agreed)" in text
    assert '<failure message="unused: agreed (cloud team)" type="unused" />' in text


def test_a_waiver_that_names_findings_excuses_these_and_no_others(judged: Judged, exchange: Make) -> None:
    html, flat = broken("error.envelope", "HTML"), broken("error.envelope", "flat")
    looks = (html, exchange("image.list", 400, number=1)), (flat, exchange("image.list", 404, number=2))
    assert html.deviation is not None
    named = identity("error.envelope", html.deviation.key)
    verdict = judged(*looks, excuses=excuses(waiver("error.envelope", finding=(named,))))
    assert {group.deviation.place: group.binding for group in verdict.findings} == {"HTML": False, "flat": True}
    assert [(item.state, item.findings, item.named) for item in verdict.waivers] == [("used", (named,), (named,))]
    assert verdict.waivers[0].parts == ("error.envelope", named)


def test_a_waiver_may_name_findings_of_several_promises_that_one_cause_breaks(judged: Judged, exchange: Make) -> None:
    looks = [broken("error.envelope", "HTML"), broken("header.request-id", "none")]
    named = tuple(identity(item.requirement, item.deviation.key) for item in looks if item.deviation is not None)
    shown = exchange("image.list", 400, number=1)
    verdict = judged(*((item, shown) for item in looks), excuses=excuses(waiver("error.envelope", finding=named)))
    assert [group.waiver for group in verdict.findings] == ["agreed", "agreed"]
    assert [sorted(item.findings) for item in verdict.waivers] == [sorted(named)]


def test_a_waiver_may_name_a_cause_by_the_id_that_the_report_heads_it_with(judged: Judged, exchange: Make) -> None:
    forms = [
        Assertion("error.envelope", "envelope", Deviation("no-envelope", terms=(("carries", name),)))
        for name in ("flat object", "HTML")
    ]
    looks = [(form, exchange("image.list", 400, number=number)) for number, form in enumerate(forms, 1)]
    (cause,) = judged(*looks).findings
    assert len(cause.variants) == 2
    assert cause.id not in {item.id for item in cause.variants}
    verdict = judged(*looks, excuses=excuses(waiver("error.envelope", finding=(cause.id,))))
    assert [("waived", cause.id)] == [(str(group.weight), group.id) for group in verdict.findings]
    assert [("used", (cause.id,))] == [(item.state, item.findings) for item in verdict.waivers]


def test_a_named_finding_is_excused_only_at_the_status_that_is_given(judged: Judged, exchange: Make) -> None:
    html = broken("error.envelope", "HTML")
    assert html.deviation is not None
    named = identity("error.envelope", html.deviation.key)
    looks = (html, exchange("image.list", 400, number=1)), (html, exchange("image.list", 404, number=2))
    verdict = judged(*looks, excuses=excuses(waiver("error.envelope", finding=(named,), status=400)))
    assert {group.status: group.binding for group in verdict.findings} == {400: False, 404: True}
