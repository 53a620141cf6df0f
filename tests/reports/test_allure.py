"""Allure results: a result for each requirement, and what a requirement's outcome becomes there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT

from conformance.model.verdict import Outcome, Verdict
from conformance.reports.allure import to_allure
from conformance.reports.presentation import Presentation


def results(verdict: Verdict) -> dict[str, dict[str, Any]]:
    """Requirement id (the story) -> result."""
    made = [
        json.loads(data) for name, data in to_allure(Presentation(verdict)).items() if name.endswith("-result.json")
    ]
    return {label(item, "story")[0]: item for item in made}


def label(result: dict[str, Any], name: str) -> list[str]:
    return [item["value"] for item in result["labels"] if item["name"] == name]


def test_each_requirement_is_one_story(recorded_verdict: Verdict) -> None:
    assert {item.id for item in recorded_verdict.requirements} == set(results(recorded_verdict))


@pytest.mark.parametrize(
    ("kind", "status", "tag"),
    [
        ("binding", "failed", "binding"),
        ("waived", "skipped", "waived"),
        ("known", "skipped", "known"),
        ("explored", "skipped", "explored"),
        ("advisory", "skipped", "advisory"),
        ("missing", "broken", "not-exercised"),
    ],
)
def test_the_status_is_red_only_for_what_makes_the_verdict_red(
    every_kind: Verdict, kinds: dict[str, str], kind: str, status: str, tag: str
) -> None:
    result = results(every_kind)[kinds[kind]]
    assert status == result["status"]
    assert tag in label(result, "tag")


def test_what_was_kept_has_passed_and_what_is_excluded_is_skipped(recorded_verdict: Verdict) -> None:
    found = results(recorded_verdict)
    failed = {group.requirement for group in recorded_verdict.findings}
    wanted = {Outcome.PASSED: "passed", Outcome.EXCLUDED: "skipped"}
    rest = [item for item in recorded_verdict.requirements if item.outcome in wanted and item.id not in failed]
    assert Counter(wanted[item.outcome] for item in rest) == Counter(found[item.id]["status"] for item in rest)


def test_the_operation_is_the_feature_and_the_level_what_is_at_stake(recorded_verdict: Verdict) -> None:
    kept = results(replace(recorded_verdict, findings=()))["image.list.query.name"]
    assert (label(kept, "feature"), label(kept, "severity")) == (["image.list"], ["normal"])
    assert {"name": "document lines", "value": "495", "excluded": True} in kept["parameters"]


@pytest.mark.parametrize(
    ("kind", "severity", "tag"),
    [
        ("binding", "critical", "critical"),
        ("explored", "normal", "major"),
        ("waived", "minor", "minor"),
        ("advisory", "trivial", "advice"),
    ],
)
def test_the_severity_is_that_of_the_heaviest_finding(
    every_kind: Verdict, kinds: dict[str, str], kind: str, severity: str, tag: str
) -> None:
    result = results(every_kind)[kinds[kind]]
    assert [severity] == label(result, "severity")
    assert tag in label(result, "tag")


def test_each_result_that_is_not_green_is_of_one_category(
    every_kind: Verdict, kinds: dict[str, str], recorded_verdict: Verdict
) -> None:
    categories = json.loads(to_allure(Presentation(every_kind))["categories.json"])
    shown = results(every_kind)
    for result in (*(shown[name] for name in kinds.values()), *results(recorded_verdict).values()):
        told = result.get("statusDetails", {}).get("message", "")
        fits = [
            item["name"]
            for item in categories
            if result["status"] in item["matchedStatuses"] and re.fullmatch(item["messageRegex"], told)
        ]
        assert len(fits) == (result["status"] != "passed"), (told, fits)


def test_a_finding_is_a_step_with_request_response_and_curl(every_kind: Verdict, kinds: dict[str, str]) -> None:
    files = to_allure(Presentation(every_kind))
    step = next(item for item in results(every_kind)[kinds["binding"]]["steps"] if item["status"] == "failed")
    contents = {item["name"]: files[item["source"]] for item in step["attachments"]}
    exemplar = Presentation(every_kind).findings[0].exemplar
    assert exemplar is not None
    assert {"request", "response", "curl"} == set(contents)
    assert contents["request"].startswith(f"{exemplar.request.method} {exemplar.request.url}\n".encode())
    assert contents["response"].startswith(f"{exemplar.response.status} ".encode())
    assert exemplar.response.body in contents["response"]


def test_an_intermittent_finding_is_flaky_and_failed(every_kind: Verdict, kinds: dict[str, str]) -> None:
    found = results(every_kind)
    assert (found[kinds["binding"]]["status"], found[kinds["binding"]]["statusDetails"]["flaky"]) == ("failed", True)
    assert found[kinds["known"]]["statusDetails"]["flaky"] is False


def test_the_same_verdict_makes_the_same_files_and_another_run_shares_the_history(recorded_verdict: Verdict) -> None:
    assert to_allure(Presentation(recorded_verdict)) == to_allure(Presentation(recorded_verdict))
    contract = {**recorded_verdict.contract, "name": "another-edition"}
    other = replace(recorded_verdict, run=replace(recorded_verdict.run, id="00000000"), contract=contract)
    one, two = results(recorded_verdict), results(other)
    assert {name: item["historyId"] for name, item in one.items()} == {
        name: item["historyId"] for name, item in two.items()
    }
    assert {item["uuid"] for item in one.values()}.isdisjoint({item["uuid"] for item in two.values()})


def test_no_control_character_of_the_target_stands_in_a_result(every_kind: Verdict) -> None:
    for name, data in to_allure(Presentation(every_kind)).items():
        if not name.endswith("-attachment.txt"):
            assert "\x1b" not in data.decode() and "\\u001b" not in data.decode() and "\u202e" not in data.decode()  # noqa: PT018


def test_every_attachment_is_named_by_a_result(every_kind: Verdict) -> None:
    named = {
        item["source"]
        for result in results(every_kind).values()
        for step in result.get("steps", ())
        for item in step.get("attachments", ())
    }
    assert named == {name for name in to_allure(Presentation(every_kind)) if name.endswith("-attachment.txt")}


@pytest.mark.parametrize("options", [(), ("-p", "no:allure_pytest")])
def test_plain_pytest_writes_the_same_results_with_and_without_the_plugin_of_allure(
    tmp_path: Path, recorded_verdict: Verdict, options: tuple[str, ...]
) -> None:
    """Allure's own plugin has the option already, and would write a result for each case beside ours."""
    root = ROOT
    arguments = [
        *options,
        "-q",
        "-k",
        "limit",
        "--seed",
        "1",
        "--out",
        tmp_path / "out",
        "--alluredir",
        tmp_path / "allure",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, arguments)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    made = [json.loads(path.read_text()) for path in (tmp_path / "allure").glob("*-result.json")]
    assert done.returncode == 3, done.stdout + done.stderr
    assert sorted(item.id for item in recorded_verdict.requirements) == sorted(label(item, "story")[0] for item in made)
