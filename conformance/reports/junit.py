"""The verdict as JUnit XML: a test case for each requirement, so that a pipeline fails for what fails the verdict."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.model import requirement_id
from conformance.model.verdict import FindingGroup, Outcome, Overall, RequirementResult, Verdict
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said
from conformance.reports.words import lines

__all__ = ["to_junit"]

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(shown: Presentation) -> bytes:
    """The XML document. A required requirement that was not exercised is an error, so that nothing passes on nothing."""
    verdict = shown.verdict
    findings: dict[str, list[FindingGroup]] = defaultdict(list)
    for group in verdict.findings:
        for name in group.requirements:
            findings[name].append(group)
    suites: dict[str, TestSuite] = {}
    for item in verdict.requirements:
        name = item.operation or requirement_id.area(item.id)
        if name not in suites:
            suites[name] = _suite(name, verdict)
        suites[name].add_testcase(_case(item, name, findings[item.id], shown.commands))
    if verdict.overall is not Overall.CONFORMANT and not any(
        case.result and not case.is_skipped for suite in suites.values() for case in suite
    ):
        suites["run"] = _run_suite(verdict)
    document: Any = JUnitXml("easystack-conformance")  # its methods carry no annotations
    for name in sorted(suites):
        document.add_testsuite(suites[name])
    if verdict.waivers:
        document.add_testsuite(_waivers(verdict))
    document.update_statistics()
    document._elem.attrib.pop("skipped", None)  # the schema of Jenkins knows it on a suite, not on the whole
    text: bytes = document.tostring()
    return text


def _suite(name: str, verdict: Verdict) -> TestSuite:
    """A suite with its properties, which readers want before the cases."""
    suite = TestSuite(name)
    for key, value in (
        ("outcome", str(verdict.overall)),
        ("seed", str(verdict.run.seed)),
        ("profile", verdict.run.profile),
        ("contract", verdict.contract["sha256"]),
    ):
        suite.add_property(key, value)
    return suite


def _run_suite(verdict: Verdict) -> TestSuite:
    """A run that is not conformant for no single requirement (it left something behind, or owed nothing) is an error of its own."""
    suite, case = _suite("run", verdict), TestCase("verdict", "run")
    notes = "; ".join(said(note).plain("en") for note in verdict.notes)
    case.result = [Error(_legal(f"{verdict.overall}: {notes or 'nothing was judged'}"), "inconclusive")]
    suite.add_testcase(case)
    return suite


def _case(item: RequirementResult, suite: str, groups: list[FindingGroup], scripts: Mapping[str, str]) -> TestCase:
    case = TestCase(item.id, suite)
    binding = [group for group in groups if group.binding]
    others = [group for group in groups if not group.binding]
    if binding:
        case.result = [_failure(group, scripts) for group in binding]
    elif item.outcome is Outcome.NOT_EXERCISED and item.required:
        case.result = [Error(f"not exercised: {_reason(item)}", "not exercised")]
    elif others:  # not red, and not kept either
        case.result = [Skipped(_legal("; ".join(_weighed(group) for group in others)))]
    elif item.outcome in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED, Outcome.WAIVED}:
        case.result = [Skipped(_legal(f"{item.outcome}: {_reason(item)}"))]
    if others:
        case.system_out = "\n".join(_legal(_excused(group, scripts)) for group in others)
    return case


def _excused(group: FindingGroup, scripts: Mapping[str, str]) -> str:
    excuse = f" ({group.waiver})" if group.waiver is not None else ""
    return f"{_weighed(group)}{excuse}\n{scripts.get(group.id, '')}"


def _weighed(group: FindingGroup) -> str:
    return f"{group.weight}: {message(group).plain('en')}"


def _reason(item: RequirementResult) -> str:
    return _legal(said(item.reason).plain("en"))


def _waivers(verdict: Verdict) -> TestSuite:
    """A case for each waiver: without use it is skipped, and under --strict-waivers it fails."""
    suite = TestSuite("waivers")
    for item in verdict.waivers:
        places = [str(part) for part in (item.operation, item.status, item.message) if part is not None]
        case = TestCase(_legal(" ".join([item.requirement, *places])), "waivers")
        if item.state != "used":
            useless = item.state in {"unused", "expired"} and verdict.run.strict_waivers
            said = _legal(f"{item.state}: {item.reason} ({item.owner})")
            case.result = [Failure(said, item.state) if useless else Skipped(said)]
        suite.add_testcase(case)
    return suite


def _failure(group: FindingGroup, scripts: Mapping[str, str]) -> Failure:
    again = "" if group.confirmation == "single" else f", {group.confirmation}"
    failure = Failure(_legal(f"{message(group).plain('en')} ({group.count} times{again})"), group.check)
    failure.text = _legal(
        f"document lines {lines(group.source)}\n{', '.join(map(str, group.places))}\n{scripts.get(group.id, '')}"
    )
    return failure


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
