"""JUnit XML: a case for each requirement, red for what makes the verdict red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import junit2htmlreport.parser
import pytest
import xmlschema
from checkout import SCHEMAS

from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation

SCHEMA = SCHEMAS / "junit.xsd"


def cases(verdict: Verdict) -> dict[str, ElementTree.Element]:
    return {
        case.attrib["name"]: case for case in ElementTree.fromstring(to_junit(Presentation(verdict))).iter("testcase")
    }


def outcome(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag not in {"properties", "system-out"}), "passed")


def properties(case: ElementTree.Element) -> dict[str, str]:
    return {item.attrib["name"]: item.attrib["value"] for item in case.iter("property")}


def test_it_is_valid_and_every_requirement_is_a_case(every_kind: Verdict, recorded_verdict: Verdict) -> None:
    schema = xmlschema.XMLSchema(SCHEMA)
    for verdict in (every_kind, recorded_verdict):
        schema.validate(to_junit(Presentation(verdict)).decode())
        assert {item.id for item in verdict.requirements} == set(cases(verdict))


def test_the_schema_refuses_a_case_that_fails_and_is_skipped(recorded_verdict: Verdict) -> None:
    spoilt = (
        to_junit(Presentation(recorded_verdict)).decode().replace("<skipped ", '<failure message="x"/><skipped ', 1)
    )
    assert not xmlschema.XMLSchema(SCHEMA).is_valid(spoilt)


def test_the_schema_refuses_a_case_with_two_failures(every_kind: Verdict) -> None:
    spoilt = to_junit(Presentation(every_kind)).decode().replace("<failure ", '<failure message="x"/><failure ', 1)
    assert not xmlschema.XMLSchema(SCHEMA).is_valid(spoilt)


def test_findings_of_one_promise_are_one_failure_the_heaviest_first(every_kind: Verdict, kinds: dict[str, str]) -> None:
    (failure,) = cases(every_kind)[kinds["binding"]].iter("failure")
    assert "critical" == failure.attrib["type"]
    assert failure.attrib["message"].startswith("critical: ")
    assert failure.attrib["message"].endswith(", and 1 more")
    paragraphs = str(failure.text).split("\n\n")
    assert ["critical, data", "minor, form"] == [text.partition(":")[0] for text in paragraphs]
    assert ["finding 000000000000", "finding bbbbbbbbbbbb"] == [
        text.splitlines()[1].partition(",")[0] for text in paragraphs
    ]


def test_severity_harm_and_findings_are_properties(every_kind: Verdict, kinds: dict[str, str]) -> None:
    found = cases(every_kind)
    assert properties(found[kinds["binding"]]) == {
        "severity": "critical",
        "harm": "data",
        "findings": "000000000000,bbbbbbbbbbbb",
    }
    assert properties(found[kinds["advisory"]]) == {"severity": "advice", "harm": "lenient", "findings": "000000000004"}
    assert properties(found[kinds["missing"]]) == {}


def test_the_counts_are_those_of_the_cases(every_kind: Verdict, recorded_verdict: Verdict) -> None:
    for verdict in (every_kind, recorded_verdict):
        root = ElementTree.fromstring(to_junit(Presentation(verdict)))
        counted = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
        for name, tag in counted.items():
            assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in root) == len([*root.iter(tag)])


def test_the_times_add_up_to_the_duration_of_the_run(recorded_verdict: Verdict) -> None:
    root = ElementTree.fromstring(to_junit(Presentation(recorded_verdict)))
    cased = sum(float(case.attrib["time"]) for case in root.iter("testcase"))
    assert pytest.approx(recorded_verdict.run.duration, abs=0.2) == round(cased, 3) == float(root.attrib["time"])
    assert recorded_verdict.run.started_at.startswith(root[0].attrib["timestamp"])


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("binding", "failure"),
        ("waived", "skipped"),
        ("known", "skipped"),
        ("explored", "skipped"),
        ("advisory", "skipped"),
        ("missing", "error"),
    ],
)
def test_a_case_is_red_only_for_what_makes_the_verdict_red(
    every_kind: Verdict, kinds: dict[str, str], kind: str, wanted: str
) -> None:
    assert wanted == outcome(cases(every_kind)[kinds[kind]])


def test_what_was_kept_has_passed(recorded_verdict: Verdict) -> None:
    failed = {group.requirement for group in recorded_verdict.findings}
    kept = [
        item.id for item in recorded_verdict.requirements if item.outcome is Outcome.PASSED and item.id not in failed
    ]
    assert kept
    assert {"passed"} == {outcome(cases(recorded_verdict)[name]) for name in kept}


def test_a_run_that_is_inconclusive_for_no_requirement_is_red_all_the_same(recorded_verdict: Verdict) -> None:
    kept = tuple(replace(item, required=False) for item in recorded_verdict.requirements)
    left = replace(
        recorded_verdict,
        overall=Overall.INCONCLUSIVE,
        exit_code=3,
        findings=(),
        requirements=kept,
        notes=(Phrase.of("interrupted"),),
    )
    case = cases(left)["verdict"]
    assert (outcome(case), case[-1].attrib["message"]) == ("error", "inconclusive: the run was interrupted")
    xmlschema.XMLSchema(SCHEMA).validate(to_junit(Presentation(left)).decode())
    assert "verdict" not in cases(replace(left, overall=Overall.CONFORMANT))


def test_a_real_reader_of_junit_counts_the_same(every_kind: Verdict, tmp_path: Path) -> None:
    """junit2html, which makes a page of it; it counts errors among the failures."""
    (tmp_path / "junit.xml").write_bytes(to_junit(Presentation(every_kind)))
    report = junit2htmlreport.parser.Junit(tmp_path / "junit.xml")
    found = [case for suite in report.suites for case in suite.all()]
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert int(root.attrib["tests"]) == len(found)
    assert int(root.attrib["failures"]) + int(root.attrib["errors"]) == sum(case.failed() for case in found)
    assert int(root.attrib["skipped"]) == sum(case.skipped is not None for case in found)
    assert "critical: " in report.html()
