"""A verdict that has everything a report can meet: a real run against a reference with faults, and findings of every standing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.model.contract import Authority, Level
from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Harm, Outcome, Overall, Severity, Variant, Verdict
from conformance.run.options import Options

HOSTILE = "\x1b[2J\u202e<script>alert(1)</script> | `a` ``b`` [x](http://evil) @everyone \ud800 ]]> &amp;"


@pytest.fixture(scope="session")
def recorded_verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    place = tmp_path_factory.mktemp("verdict")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        options = Options(
            profile="smoke", seed=1, embedded=reference_with("image.list.query.name.prefix", "image.create.nan")
        )
        return conduct_run(options, place / "out", Console(file=io.StringIO()))[0]


@pytest.fixture(scope="session")
def every_kind(recorded_verdict: Verdict) -> Verdict:
    """Findings that bind, are waived, known, explored and advisory, two of one promise, one of them with hostile text; one requirement of each outcome."""
    base = next(group for group in recorded_verdict.findings if group.exemplar is not None)
    passed = iter([item for item in recorded_verdict.requirements if item.outcome is Outcome.PASSED and item.required])
    chosen = {kind: next(passed) for kind in ("binding", "waived", "known", "explored", "advisory", "missing")}

    def group(kind: str, **changes: object) -> FindingGroup:
        item = chosen[kind]
        made = replace(
            base,
            id=f"{[*chosen].index(kind):012x}",
            requirement=item.id,
            source=item.source,
            operation=item.operation or "other",
            level=Level.MUST,
            harm=Harm.FORM,
            severity=Severity.MINOR,
        )
        made = replace(made, **changes)
        return replace(made, variants=(Variant(made.requirement, made.deviation, made.places, made.checks),))

    wrong = Deviation("differs", place=HOSTILE, seen=(("got", HOSTILE), ("due", HOSTILE)))
    findings = (
        group("binding", binding=True, deviation=Deviation("empty", place="name"), id="b" * 12),
        group(
            "binding",
            binding=True,
            deviation=wrong,
            confirmation="intermittent",
            harm=Harm.DATA,
            severity=Severity.CRITICAL,
        ),
        group("waived", binding=False, waiver=f"agreed with the vendor {HOSTILE}"),
        group("known", binding=False, known=True, confirmation="confirmed"),
        group("explored", binding=False, explored=True, harm=Harm.RESULT, severity=Severity.MAJOR),
        group("advisory", binding=False, authority=Authority.UPSTREAM, harm=Harm.LENIENT, severity=Severity.ADVICE),
    )
    outcomes = {
        chosen["binding"].id: (Outcome.FAILED, None),
        chosen["waived"].id: (Outcome.WAIVED, "agreed"),
        chosen["known"].id: (Outcome.FAILED, None),
        chosen["advisory"].id: (Outcome.FAILED, None),
        chosen["explored"].id: (Outcome.EXPLORED, None),
        chosen["missing"].id: (Outcome.NOT_EXERCISED, f"no service {HOSTILE}"),
    }
    requirements = tuple(
        replace(item, outcome=outcomes[item.id][0], reason=outcomes[item.id][1]) if item.id in outcomes else item
        for item in recorded_verdict.requirements
    )
    target = {**recorded_verdict.target, "name": HOSTILE, "url": f"http://cloud/{HOSTILE}"}
    return replace(
        recorded_verdict,
        overall=Overall.NON_CONFORMANT,
        exit_code=1,
        findings=findings,
        requirements=requirements,
        target=target,
        notes=(Phrase.of("no-answer", said=f"note {HOSTILE}"),),
    )


@pytest.fixture(scope="session")
def kinds(every_kind: Verdict) -> dict[str, str]:
    """Standing -> the requirement that has a finding of it; "missing" is the one that was not exercised."""
    names = dict(
        zip(
            ("binding", "waived", "known", "explored", "advisory"),
            dict.fromkeys(group.requirement for group in every_kind.findings),
            strict=True,
        )
    )
    missing = next(item.id for item in every_kind.requirements if str(item.reason).startswith("no service"))
    return {**names, "missing": missing}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
