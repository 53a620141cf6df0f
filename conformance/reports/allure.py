"""The verdict as Allure results (https://allurereport.org/docs/how-it-works-test-result-file/): a result for each requirement.

Rules
- The model classes are those of allure-python-commons. File names are made from the run and the requirement, so the same
  verdict gives the same files.
- A history id is made of the requirement alone, which survives an edition of the document, and no parameter belongs to it: runs
  before and after an upgrade share their history.
- Severities are Allure's words: critical is `critical`, major `normal`, minor `minor`, advice `trivial` (`blocker` stays free
  for people). A promise without a finding has that of its level. Our own word is a tag, and begins what a finding says.
- Categories divide what is not green by severity, or by why it does not count.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    TEST_CASE_PATTERN,
    Attachment,
    Label,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from attr import asdict

from conformance.model import requirement_id
from conformance.model.message import Exchange, Headers
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Severity, Verdict, Weight
from conformance.reports.encoding import json_bytes
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said, stated
from conformance.reports.visible import clean
from conformance.reports.words import lines

__all__ = ["MARK", "to_allure"]

MARK = TEST_CASE_PATTERN.format(prefix=uuid.uuid5(uuid.NAMESPACE_OID, "easystack-conformance under way"))
"""The file of the result that says that a run is under way."""

SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "normal",
    Severity.MINOR: "minor",
    Severity.ADVICE: "trivial",
}
"""Of a finding -> Allure's word."""
_AT_STAKE = {"must": "normal", "should": "minor", "may": "trivial"}
CATEGORIES = (
    ("1 Critical findings", "critical: ", "failed"),
    ("2 Major findings", "major: ", "failed"),
    ("3 Minor findings", "minor: ", "failed"),
    ("4 Advice that counts by --strict", "advice: ", "failed"),
    ("5 Required and not exercised", "not exercised: ", "broken"),
    ("6 Findings that this seed explored", "explored, ", "skipped"),
    ("7 Findings known from the baseline", "known, ", "skipped"),
    ("8 Waived findings", "waived, ", "skipped"),
    ("9 Advisory findings", "advisory, ", "skipped"),
    ("Not required and not exercised", "not exercised: ", "skipped"),
    ("Excluded: no check is owed", "excluded: ", "skipped"),
)
"""Name, how the message of a result begins, status. Allure sorts them by name."""
LONGEST = 256 * 1024
"""Bytes of a body that are attached; the whole is in exchanges.har."""


def to_allure(shown: Presentation) -> dict[str, bytes]:
    """File name -> content, attachments before the results that name them."""
    verdict = shown.verdict
    findings: dict[str, list[FindingGroup]] = defaultdict(list)
    for group in shown.findings:
        for name in group.requirements:
            findings[name].append(group)
    attached: dict[str, bytes] = {}
    results: dict[str, bytes] = {}
    for item in verdict.requirements:
        result = _result(item, findings[item.id], shown, attached)
        results[TEST_CASE_PATTERN.format(prefix=result.uuid)] = json_bytes(
            asdict(result, filter=lambda _, value: value or value is False)
        )
    if not verdict.run.ended:
        results[MARK] = json_bytes(asdict(_under_way(verdict), filter=lambda _, value: value or value is False))
    return {
        **attached,
        **results,
        "categories.json": json_bytes(
            [
                {"name": name, "messageRegex": f"(?s){begins}.*", "matchedStatuses": [status]}
                for name, begins, status in CATEGORIES
            ]
        ),
        "environment.properties": _environment(verdict),
        "executor.json": json_bytes(_executor(verdict)),
    }


def _result(
    item: RequirementResult, groups: Sequence[FindingGroup], shown: Presentation, attached: dict[str, bytes]
) -> Any:
    verdict = shown.verdict
    status = _status(item, groups)
    began = round(datetime.fromisoformat(verdict.run.started_at).timestamp() * 1000)
    exemplars = [group.exemplar for group in groups if group.exemplar is not None]
    start = min((round(one.started * 1000) for one in exemplars), default=began)
    stop = start + sum(round(one.response.elapsed * 1000) for one in exemplars)
    words = {str(word) for group in groups for word in (group.weight, group.severity)}
    feature = item.operation or requirement_id.area(item.id)
    labels = {
        "epic": f"{verdict.contract['name']}",
        "feature": feature,
        "story": item.id,
        "severity": SEVERITY[groups[0].severity] if groups else _AT_STAKE[item.level],
        "framework": "easystack-conformance",
        "language": "http",
        "suite": feature,
    }
    tags = sorted(
        {str(item.outcome).replace(" ", "-"), str(item.authority), *words} | ({"required"} if item.required else set())
    )
    identity = sha256(item.id.encode()).hexdigest()[:32]
    return TestResult(
        uuid=_uuid(verdict, item.id),
        historyId=identity,
        testCaseId=identity,
        fullName=item.id,
        name=clean(f"{item.id}: {stated(item.statement).plain('en')}"),
        titlePath=[verdict.contract["name"], feature],
        status=status,
        statusDetails=_details(item, groups, status, shown),
        stage="finished",
        description=_description(item),
        labels=[Label(name, value) for name, value in labels.items()] + [Label("tag", tag) for tag in tags],
        parameters=[
            Parameter(name, value, excluded=True)
            for name, value in (
                ("document lines", lines(item.source)),
                ("authority", str(item.authority) if item.ruling is None else f"{item.authority} {item.ruling}"),
                ("level", str(item.level)),
            )
        ],
        steps=[*_looks(item, groups), *(_step(group, shown, attached) for group in groups)],
        start=start,
        stop=stop,
    )


def _under_way(verdict: Verdict) -> Any:
    """The one result of a run that has not ended."""
    notes = "; ".join(said(note).plain("en") for note in verdict.notes)
    began = round(datetime.fromisoformat(verdict.run.started_at).timestamp() * 1000)
    return TestResult(
        uuid=MARK.removesuffix("-result.json"),
        historyId="easystack-conformance run",
        testCaseId="easystack-conformance run",
        fullName="run",
        name="run",
        titlePath=[verdict.contract["name"], "run"],
        status=Status.BROKEN,
        statusDetails=StatusDetails(message=clean(f"not exercised: {notes}")),
        stage="finished",
        labels=[Label("framework", "easystack-conformance"), Label("suite", "run")],
        start=began,
        stop=began,
    )


def _status(item: RequirementResult, groups: Sequence[FindingGroup]) -> str:
    """Failed is only what makes the verdict red; broken is what the run owes and did not exercise: it must not look passed."""
    if any(group.binding for group in groups):
        return str(Status.FAILED)
    if item.outcome is Outcome.NOT_EXERCISED and item.required:
        return str(Status.BROKEN)
    return str(Status.PASSED if item.outcome is Outcome.PASSED and not groups else Status.SKIPPED)


def _details(item: RequirementResult, groups: Sequence[FindingGroup], status: str, shown: Presentation) -> Any:
    if groups:
        messages = [f"{_standing(group)}: {_message_of(group)} (met {group.count} x)" for group in groups]
        commands = [line for group in groups for line in (shown.request(group), shown.script(group)) if line]
        trace = "\n".join(clean(line, 4000) for line in commands)
        flaky = any(group.confirmation == "intermittent" for group in groups)
        return StatusDetails(message="\n".join(messages), trace=trace, flaky=flaky, known=status == Status.SKIPPED)
    if status == Status.PASSED:
        return None
    reason = said(item.reason).plain("en") or "no reason was given"
    return StatusDetails(message=clean(f"{item.outcome}: {reason}"))


def _standing(group: FindingGroup) -> str:
    """How bad it is, and why it does not count when it does not; the categories go by it."""
    return str(group.severity) if group.binding else f"{group.weight}, {group.severity}"


def _message_of(group: FindingGroup) -> str:
    return clean(message(group).plain("en"))


def _description(item: RequirementResult) -> str:
    owed = "This run owes it." if item.required else "This run does not owe it."
    statement = stated(item.statement).plain("en")
    return f"{statement}. Document lines {lines(item.source)}, {item.level}, by the authority of the {item.authority}. {owed}"


def _looks(item: RequirementResult, groups: Sequence[FindingGroup]) -> Iterator[Any]:
    """A step for each check that ran without a finding."""
    broken = {group.check for group in groups}
    for name, count in item.checks.items():
        if name not in broken and item.outcome is not Outcome.NOT_EXERCISED:
            yield TestStepResult(name=f"{name}: looked {count} x", status=Status.PASSED)


def _step(group: FindingGroup, shown: Presentation, attached: dict[str, bytes]) -> Any:
    step = TestStepResult(
        name=f"{_standing(group)}: {_message_of(group)}",
        status=Status.FAILED if group.weight is Weight.BINDING else Status.SKIPPED,
        statusDetails=StatusDetails(message=clean(group.waiver) if group.waiver else _message_of(group)),
        parameters=[
            Parameter("finding", group.id),
            Parameter("check", clean(group.check)),
            Parameter("severity", str(group.severity)),
            Parameter("harm", str(group.harm)),
            Parameter("weight", str(group.weight)),
            Parameter("confirmation", group.confirmation),
            Parameter("where", clean(", ".join(f"{place} x{count}" for place, count in group.places.items()))),
        ],
    )
    for name, content in _pieces(group, shown.commands.get(group.id)):
        file = ATTACHMENT_PATTERN.format(prefix=_uuid(shown.verdict, f"{group.id} {name}"), ext="txt")
        attached[file] = content
        step.attachments.append(Attachment(name=name, source=file, type="text/plain"))
    return step


def _pieces(group: FindingGroup, command: str | None) -> Iterator[tuple[str, bytes]]:
    if group.exemplar is not None:
        yield "request", _request(group.exemplar)
        yield "response", _response(group.exemplar)
    if command:
        yield "curl", command.encode("utf-8", "replace")


def _request(exchange: Exchange) -> bytes:
    request = exchange.request
    return _message(f"{request.method} {request.url}", request.headers, request.body, request.size)


def _response(exchange: Exchange) -> bytes:
    response = exchange.response
    return _message(f"{response.status} {response.reason}", response.headers, response.body, response.size)


def _message(first: str, headers: Headers, body: bytes, size: int) -> bytes:
    head = "\n".join(clean(line, 8000) for line in (first, *(f"{name}: {value}" for name, value in headers.items)))
    cut = f"\n… {size} bytes in all, see exchanges.har".encode() if size > LONGEST else b""
    return head.encode() + b"\n\n" + body[:LONGEST] + cut


def _environment(verdict: Verdict) -> bytes:
    """The widget that says what was tested (java.util.Properties: what ends or continues a line is taken out by `clean`)."""
    run, target = verdict.run, verdict.target
    rows = {
        "outcome": verdict.overall,
        "target": target.get("name"),
        "url": target.get("url"),
        "project": target.get("project"),
        "contract": verdict.contract["name"],
        "contract_sha256": verdict.contract["sha256"],
        "profile": run.profile,
        "seed": run.seed,
        "strict": run.strict,
        "started": run.started_at,
        "run": run.id,
        "suite": run.suite_version,
    }
    text = "".join(f"{name}={clean(str(value)).replace(chr(92), '/')}\n" for name, value in rows.items())
    return text.encode("ascii", "backslashreplace")


def _executor(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "name": "easystack-conformance",
        "type": "conformance",
        "buildName": f"run {verdict.run.id}",
        "reportName": str(verdict.overall),
    }


def _uuid(verdict: Verdict, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{verdict.run.id}\x1f{name}"))
