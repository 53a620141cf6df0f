"""The values of a self-check: what counts as caught, what is still owed, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.model.contract import Authority, Contract
from conformance.proof.scorecard import (
    BEYOND_JUDGEMENT,
    CleanRun,
    FaultTrial,
    Scorecard,
    breakable,
    idle,
    to_json,
    to_markdown,
    without_fault,
)

SCHEMA = json.loads((SCHEMAS / "selfcheck.schema.json").read_text(encoding="utf-8"))
CAUGHT = FaultTrial(
    "image.list.status",
    "it succeeds with 202",
    ("image.list.response.200",),
    "caught",
    {"list.case": ("image.list.response.200",)},
    (),
    7,
    20,
    0.5,
)
MISSED = FaultTrial("rare", "one in forty", ("status.server-error",), "missed", {}, (), None, 900, 2.0)
CLEAN = CleanRun("", 1, "conformant", (), 1300, 3.0)


def scorecard(*trials: FaultTrial, **changes: Any) -> Scorecard:
    made = Scorecard(
        "1.0",
        {"name": "easystack-6.0.2", "version": "6.0.2", "sha256": "0" * 64},
        "gate",
        12.0,
        2,
        (),
        (CLEAN,),
        trials,
        (),
        (),
    )
    return replace(made, **changes)


def test_all_caught_and_nothing_invented_is_proven() -> None:
    assert scorecard(CAUGHT).proven is True


@pytest.mark.parametrize(
    "changes",
    [
        {"trials": (CAUGHT, MISSED)},
        {"trials": (replace(CAUGHT, outcome="elsewhere"),)},
        {"trials": (replace(CAUGHT, outcome="error"),)},
        {"clean": (replace(CLEAN, findings=("image.list.complete: twice",)),)},
        {"clean": (replace(CLEAN, overall="inconclusive"),)},
        {"requirements_without_fault": ("image.list.complete",)},
        {"idle_checks": ("list.case",)},
    ],
)
def test_anything_less_is_not_proven(changes: dict[str, Any]) -> None:
    assert replace(scorecard(CAUGHT), **changes).proven is False


def test_an_advisory_false_alarm_is_one_too() -> None:
    assert replace(CLEAN, findings=("image.list.page.next: none",)).silent is False


def test_a_fault_is_owed_for_every_promise_of_document_and_rulings(contract: Contract) -> None:
    owed = set(breakable(contract))
    left = {item.id for item in contract.requirements.values() if item.id not in owed}
    unowed = {
        item.id
        for item in contract.requirements.values()
        if item.excluded is not None or item.authority is Authority.UPSTREAM
    }
    assert unowed | set(BEYOND_JUDGEMENT) == left


def test_a_promise_that_no_fault_breaks_is_named(contract: Contract) -> None:
    all_but_one = [(name,) for name in breakable(contract) if name != "image.delete.gone"]
    assert without_fault(contract, all_but_one) == ("image.delete.gone",)


def test_a_check_that_caught_nothing_is_idle() -> None:
    assert idle(["list.case", "delete.case"], [CAUGHT, MISSED], [CLEAN]) == ("delete.case",)


def test_a_check_that_gave_the_advice_which_a_liberty_calls_for_is_not_idle() -> None:
    advised = replace(CLEAN, liberty="liberty.query.padded", advised=("delete.case",))
    assert idle(["list.case", "delete.case"], [CAUGHT, MISSED], [advised]) == ()


def test_the_file_has_the_form_of_its_schema() -> None:
    made = scorecard(CAUGHT, MISSED, idle_checks=("delete.case",), proofs={"list.other": "image.list.status"})
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json.dumps(to_json(made))), SCHEMA)


def test_the_summary_counts_each_outcome_once() -> None:
    made = scorecard(
        CAUGHT, MISSED, replace(MISSED, outcome="error"), clean=(CLEAN, replace(CLEAN, seed=2, overall="inconclusive"))
    )
    wanted = {"faults": 3, "caught": 1, "elsewhere": 0, "missed": 1, "error": 1, "clean_runs": 2, "false_alarms": 1}
    assert to_json(made)["summary"] == wanted


def test_the_table_has_a_row_for_each_fault_and_each_area() -> None:
    text = to_markdown(scorecard(CAUGHT, MISSED, idle_checks=("delete.case",)))
    assert "| `image.list.status` | it succeeds with 202 | caught | list.case | 7 |" in text
    assert "| `rare` | one in forty | missed |  |  |" in text
    assert "| image.list | 1 | 1 | 7 |" in text
    assert "- `delete.case`" in text
