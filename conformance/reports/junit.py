"""The verdict as JUnit XML: a test case for each promise, so that a pipeline fails for what fails the verdict.

Rules
- A case has at most one failure; every finding of its promise stands in the failure's text, the heaviest first.
- The counts of a suite are those of its cases, the counts of the whole those of its suites (schema: specs/schemas/junit.xsd).
- A case's time is its share of the run's duration, by how often its checks looked: the times add up to the duration.
- Severity and ids of the findings are properties of the case, `severity` and `findings`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from conformance.model import requirement_id
from conformance.model.verdict import FindingGroup, Outcome, Overall, RequirementResult, Verdict
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said
from conformance.reports.visible import clean
from conformance.reports.words import lines

__all__ = ["to_junit"]

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(shown: Presentation) -> bytes:
    """The XML document. A required requirement that was not exercised is an error, so that nothing passes on nothing."""
    verdict = shown.verdict
    findings: dict[str, list[FindingGroup]] = defaultdict(list)
    for group in shown.findings:
        for name in group.requirements:
            findings[name].append(group)
    looks = sum(sum(item.checks.values()) for item in verdict.requirements)
    second = verdict.run.duration / looks if looks else 0.0
    suites: dict[str, TestSuite] = {}
    for item in verdict.requirements:
        name = item.operation or requirement_id.area(item.id)
        if name not in suites:
            suites[name] = _suite(name, verdict)
        time = round(second * sum(item.checks.values()), 3)
        suites[name].add_testcase(_case(TestCase(item.id, name, time), item, findings[item.id], shown))
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
    text: bytes = document.tostring()
    return text


def _suite(name: str, verdict: Verdict) -> TestSuite:
    """A suite with its properties, which readers want before the cases."""
    suite = TestSuite(name)
    suite.timestamp = verdict.run.started_at[:19]  # ISO 8601 without a zone, in UTC: the form that readers take
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


def _case(case: TestCase, item: RequirementResult, groups: list[FindingGroup], shown: Presentation) -> TestCase:
    binding = [group for group in groups if group.binding]
    others = [group for group in groups if not group.binding]
    if groups:
        element: Any = case
        element.append(_properties(binding or others, groups))
    if binding:
        case.result = [_failure(binding, shown)]
    elif item.outcome is Outcome.NOT_EXERCISED and item.required:
        case.result = [Error(f"not exercised: {_reason(item)}", "not exercised")]
    elif others:  # not red, and not kept either
        case.result = [Skipped(_legal("; ".join(_weighed(group) for group in others)))]
    elif item.outcome in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED, Outcome.WAIVED}:
        case.result = [Skipped(_legal(f"{item.outcome}: {_reason(item)}"))]
    if others:
        case.system_out = "\n".join(_legal(_excused(group, shown)) for group in others)
    return case


def _properties(weighed: list[FindingGroup], groups: list[FindingGroup]) -> Properties:
    """The severity and the harm of the heaviest finding of what decides, and the ids of all."""
    make: Any = Properties  # its methods carry no annotations
    properties: Properties = make()
    for name, value in (
        ("severity", str(weighed[0].severity)),
        ("harm", str(weighed[0].harm)),
        ("findings", ",".join(group.id for group in groups)),
    ):
        properties.add_property(Property(name, value))
    return properties


def _excused(group: FindingGroup, shown: Presentation) -> str:
    excuse = f" ({group.waiver})" if group.waiver is not None else ""
    return f"{_weighed(group)}{excuse}\n{_shown_again(group, shown)}".rstrip()


def _weighed(group: FindingGroup) -> str:
    return f"{group.weight}, {group.severity}: {message(group).plain('en')} (finding {group.id})"


def _reason(item: RequirementResult) -> str:
    return _legal(said(item.reason).plain("en"))


def _waivers(verdict: Verdict) -> TestSuite:
    """A case for each waiver: without use it is skipped, and under --strict-waivers it fails."""
    suite = _suite("waivers", verdict)
    for item in verdict.waivers:
        case = TestCase(_legal(" ".join(item.parts)), "waivers")
        if item.state != "used":
            useless = item.state in {"unused", "expired"} and verdict.run.strict_waivers
            said = _legal(f"{item.state}: {item.reason} ({item.owner})")
            case.result = [Failure(said, item.state) if useless else Skipped(said)]
        suite.add_testcase(case)
    return suite


def _failure(groups: list[FindingGroup], shown: Presentation) -> Failure:
    first, *others = groups
    more = f", and {len(others)} more" if others else ""
    failure = Failure(_legal(f"{first.severity}: {message(first).plain('en')}{more}"), str(first.severity))
    failure.text = _legal("\n\n".join(_told(group, shown) for group in groups))
    return failure


def _told(group: FindingGroup, shown: Presentation) -> str:
    again = "" if group.confirmation == "single" else f", {group.confirmation}"
    return "\n".join(
        [
            f"{group.severity}, {group.harm}: {message(group).plain('en')}",
            f"finding {group.id}, document line {lines(group.source)}, met {group.count} x{again}",
            f"at {', '.join(f'{place} x{count}' for place, count in group.places.items())}",
            _shown_again(group, shown),
        ]
    ).rstrip()


def _shown_again(group: FindingGroup, shown: Presentation) -> str:
    """The request that shows it, and the script that makes what it needs."""
    request, script = shown.request(group), shown.script(group)
    return "\n".join([*([f"$ {clean(request, 4000)}"] if request else []), *([f"$ sh {script}"] if script else [])])


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
