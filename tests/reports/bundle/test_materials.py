"""The bill of materials: valid CycloneDX, what the suite needs and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import metadata

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from conformance.reports.bundle.materials import DISTRIBUTION, bill_of_materials

WHEN = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def bill() -> bytes:
    return bill_of_materials("0a1b2c3d", WHEN)


def test_it_is_valid_cyclonedx(bill: bytes) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode()) is None


def test_it_names_the_suite_and_what_it_needs_with_the_versions_that_are_installed(bill: bytes) -> None:
    value = json.loads(bill)
    parts = {item["name"]: item["version"] for item in value["components"]}
    assert (DISTRIBUTION, metadata.version(DISTRIBUTION)) == (
        value["metadata"]["component"]["name"],
        value["metadata"]["component"]["version"],
    )
    assert {"requests", "hypothesis", "urllib3", "certifi"} <= set(parts)
    assert parts["requests"] == metadata.version("requests")


def test_what_lies_beside_the_suite_and_is_not_needed_is_left_out(bill: bytes) -> None:
    assert [] == [item["name"] for item in json.loads(bill)["components"] if item["name"] in {"mypy", "ruff", "pip"}]


def test_it_says_what_needs_what(bill: bytes) -> None:
    needs = {item["ref"]: item.get("dependsOn", []) for item in json.loads(bill)["dependencies"]}
    assert "requests" in needs[DISTRIBUTION]
    assert "urllib3" in needs["requests"]


def test_the_same_run_has_the_same_bill_and_another_run_another(bill: bytes) -> None:
    assert bill == bill_of_materials("0a1b2c3d", WHEN)
    assert bill != bill_of_materials("ffffffff", WHEN)
