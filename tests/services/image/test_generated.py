"""The generated cases find faults that no fixed case looks for, and invent none."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.model.errors import UsageError
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.runner import conduct_run
from conformance.run.session import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store
from conformance.services.wire import Answer, Call, Caller, Refused

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., Verdict]:
    """Runs generated cases against the reference with one fault of ours."""

    def run(hooks: Hooks | None, select: str, *, budget: str = "500", seed: int = 1, name: str = "out") -> Verdict:
        faults = (Fault("ours", (), "a fault of this test", hooks),) if hooks else ()
        options = Options(seed=seed, selection=select, budget=budget, embedded=partial(Reference, faults=faults))
        return conduct_run(options, tmp_path / name, Console(file=io.StringIO()))[0]

    return run


def failures(verdict: Verdict) -> set[str]:
    assert verdict.run.leftovers == ()
    assert not [note for note in verdict.notes if "at fault" in note]
    return {group.failure for group in verdict.findings}


def creating(change: Callable[[dict[str, Any]], Any]) -> Hooks:
    def members(call: Call, body: Any, _store: Store) -> Any:
        return change(dict(body)) if call.operation == "image.create" and isinstance(body, dict) else body

    return Hooks(members=members)


def _other_case(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, **{name: body[name].lower() for name in ("disk_format",) if isinstance(body.get(name), str)}}


def test_an_enumeration_read_without_case_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(
        verdict(creating(_other_case), "generated.py and creates_that_the_contract_forbids", budget="1200")
    )
    assert found == {"accepted: disk_format is in another case than the enumeration"}


def _numeric(body: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value) if key == "min_disk" and isinstance(value, str) and value.isdecimal() else value
        for key, value in body.items()
    }


def test_a_numeric_string_taken_for_an_integer_is_found_with_the_smallest_request(
    verdict: Callable[..., Verdict],
) -> None:
    run = verdict(creating(_numeric), "generated.py and creates_that_the_contract_forbids", budget="1200")
    assert failures(run) == {"accepted: min_disk is numeric string instead of integer"}
    [group] = run.findings
    assert group.requirement == "image.create.body.min_disk"
    assert group.exemplar is not None
    assert json.loads(group.exemplar.request.body)["min_disk"] == "0"


def _trimmed(body: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.replace("\t", " ") if key.startswith("conformance_") and isinstance(value, str) else value
        for key, value in body.items()
    }


def test_a_property_that_loses_a_character_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(creating(_trimmed), "generated.py and creates_that_the_contract_allows", budget="3000"))
    assert {failure.split(" not as sent", 1)[1] for failure in found} == {" in the answer"}


def _breaking(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("min_ram"), int) and body["min_ram"] >= 2**63:
        raise Refused(500, "The integer is too large.")
    if isinstance(body.get("tags"), dict):
        raise Refused(500, "A dict has no append.")
    return body


def test_two_server_errors_of_one_operation_are_two_findings(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(creating(_breaking), "generated.py and creates_that_the_contract_forbids", budget="1200"))
    assert {
        "500 from image.create: min_ram is far above the maximum",
        "500 from image.create: tags is object instead of array",
        "500 from image.create: tags is empty object instead of array",
    } == {failure for failure in found if failure.startswith("500 from")}


def _half(call: Call, caller: Caller, store: Store) -> Answer | None:
    image = store.get(call.image_id)
    if (
        call.operation == "image.patch"
        and image is not None
        and b'"path": "/min_ram"' in call.body
        and b'"min_disk"' not in call.body
    ):
        image.properties["conformance_half"] = "done"
    return None


def test_a_refused_patch_that_leaves_something_behind_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(Hooks(handle=_half), "generated.py and changes_that_the_contract_forbids", budget="3000"))
    assert "changed by a refused request: op is array instead of string" in found
    assert not [failure for failure in found if "/min_disk" in failure]


def _kept(call: Call, answer: Answer, store: Store) -> Answer:
    if (
        call.operation == "image.create"
        and answer.status == 400
        and b'"tags"' in call.body
        and b"conformance-" in call.body
    ):
        body = json.loads(call.body)
        caller = call.caller
        if caller is not None and isinstance(body, dict) and isinstance(body.get("name"), str):
            store.create(caller, {"name": body["name"]})
    return answer


def test_a_refused_create_that_leaves_an_image_is_found_and_the_image_deleted(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(Hooks(answer=_kept), "generated.py and creates_that_the_contract_forbids", budget="1200"))
    assert "made by a refused request: tags is string instead of array" in found


def _careless(call: Call) -> Call:
    text = call.image_id.replace("-", "").strip("{}").strip()
    if call.operation == "image.download" and len(text) == 32 and "-" not in call.image_id.strip():
        return replace(call, image_id=f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
    return call


def test_an_id_read_without_its_hyphens_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(Hooks(request=_careless), "generated.py and ids_that_are_none", budget="2000"))
    assert found == {"accepted: path.image_id is a uuid without its hyphens"}


def _together(call: Call, query: Any) -> Any:
    names = [name for name, _ in query]
    return (
        [(name, value) for name, value in query if name != "limit"]
        if {"status", "limit", "sort_key"} <= set(names)
        else query
    )


def test_a_limit_forgotten_when_three_parameters_come_together_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(Hooks(query=_together), "generated.py and parameters_of_a_list", budget="2000"))
    assert len(found) == 1
    assert {"limit", "sort_key", "status"} <= set(found.pop().removesuffix(" selects other images").split(" with "))


def _lost(call: Call, image: Image, _store: Store) -> None:
    if call.operation == "image.patch" and image.members["tags"] and image.members["protected"]:
        image.members["min_disk"] = 0


def test_a_member_lost_in_a_change_of_two_others_is_found(verdict: Callable[..., Verdict]) -> None:
    found = failures(verdict(Hooks(stored=_lost), "generated.py and changes_that_the_contract_allows", budget="2500"))
    assert {failure for failure in found if failure.startswith("min_disk ")}


@pytest.mark.parametrize("seed", range(2))
def test_the_reference_without_a_fault_is_silent(verdict: Callable[..., Verdict], seed: int) -> None:
    run = verdict(None, "generated.py", budget="800", seed=seed)
    assert failures(run) == set()
    assert 550 < run.run.requests < 750
    assert {row.operation for row in run.sent} >= {
        "image.create",
        "image.patch",
        "image.list",
        "image.download",
        "image.delete",
    }


def test_the_same_seed_makes_the_same_requests(verdict: Callable[..., Verdict]) -> None:
    first, second = (verdict(None, "generated.py", budget="300", seed=5, name=name) for name in ("one", "two"))
    assert first.sent == second.sent
    assert verdict(None, "generated.py", budget="300", seed=6, name="three").sent != first.sent


def test_a_budget_of_none_sends_nothing(verdict: Callable[..., Verdict]) -> None:
    assert [
        item for item in verdict(None, "generated.py", budget="0").exchanges if item.case.startswith("generated.")
    ] == []


def test_a_budget_that_is_none_is_refused(verdict: Callable[..., Verdict]) -> None:
    with pytest.raises(UsageError, match="--budget many"):
        verdict(None, "generated.py", budget="many")
