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

from conformance.cli.reporting import conduct_run
from conformance.generate.exploration import simplest
from conformance.judge.members import FURTHER
from conformance.judge.rules import wrong_type
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.errors import Exit, UsageError
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.options import EXPLORING, Options
from conformance.services.fault import Fault, Hooks
from conformance.services.image.drawn import image_aims
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call, Caller, Refused

# No warning of a library may end a run from within; one that cannot be helped is not shown.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.filterwarnings("ignore:Support for InfluxDB")]


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., Verdict]:
    """Runs generated cases against the reference with one fault of ours."""

    def run(
        hooks: Hooks | None,
        select: str,
        *,
        budget: str = "500",
        seed: int = 1,
        name: str = "out",
        profile: str = "gate",
    ) -> Verdict:
        faults = (Fault("ours", (), "a fault of this test", hooks),) if hooks else ()
        target = partial(Reference, faults=faults)
        options = Options(seed=seed, profile=profile, selection=select, budget=budget, embedded=target)
        return conduct_run(options, tmp_path / name, Console(file=io.StringIO()))[0]

    return run


def deviations(verdict: Verdict) -> set[Deviation]:
    # What a create may have made that was answered with a server error stays in doubt; nothing else is left.
    broken = any(item.operation == "image.create" and item.status >= 500 for item in verdict.exchanges)
    assert ((f"conformance-{verdict.run.id}-*",) if broken else ()) == verdict.run.leftovers
    assert verdict.exit_code != Exit.SUITE
    return {item.deviation for group in verdict.findings for item in group.variants}


def forbidden(operation: str, place: str, held: Class, kind: str = "forbidden-accepted") -> Deviation:
    """A request that breaks this rule here is accepted, or leaves something behind."""
    return Deviation(kind, operation=operation, request=(Part(place, held),))


def creating(change: Callable[[dict[str, Any]], Any]) -> Hooks:
    def members(call: Call, body: Any, _store: ImageStore) -> Any:
        return change(dict(body)) if call.operation == "image.create" and isinstance(body, dict) else body

    return Hooks(members=members)


def _other_case(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, **{name: body[name].lower() for name in ("disk_format",) if isinstance(body.get(name), str)}}


def test_an_enumeration_read_without_case_is_told_as_lenient(verdict: Callable[..., Verdict]) -> None:
    found = deviations(
        verdict(creating(_other_case), "generated.py and creates_that_the_contract_leaves", budget="1500")
    )
    assert found == {forbidden("image.create", "disk_format", Class.lenient("other-case"), "lenient")}


def _numeric(body: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value) if key == "min_disk" and isinstance(value, str) and value.isdecimal() else value
        for key, value in body.items()
    }


def test_a_numeric_string_taken_for_an_integer_is_found_with_the_smallest_request(
    verdict: Callable[..., Verdict],
) -> None:
    run = verdict(creating(_numeric), "generated.py and creates_that_the_contract_forbids", budget="1200")
    assert deviations(run) == {forbidden("image.create", "min_disk", wrong_type("numeric string", "integer"))}
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
    found = deviations(verdict(creating(_trimmed), "generated.py and creates_that_the_contract_allows", budget="3000"))
    assert found == {Deviation("not-as-sent", place=FURTHER, terms=(("where", "answer"),))}


def _breaking(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("min_ram"), int) and body["min_ram"] >= 2**63:
        raise Refused(500, "The integer is too large.")
    if isinstance(body.get("tags"), dict):
        raise Refused(500, "A dict has no append.")
    return body


def test_two_server_errors_of_one_operation_are_two_findings(verdict: Callable[..., Verdict]) -> None:
    found = deviations(
        verdict(creating(_breaking), "generated.py and creates_that_the_contract_forbids", budget="1200")
    )
    assert {
        (Part("min_ram", Class.broken("far-above-maximum")),),
        (Part("tags", wrong_type("object", "array")),),
        (Part("tags", wrong_type("empty object", "array")),),
    } == {deviation.request for deviation in found if deviation.kind == "server-error"}


def _half(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
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
    found = deviations(
        verdict(Hooks(handle=_half), "generated.py and changes_that_the_contract_forbids", budget="3000")
    )
    kind = "changed-by-a-refused-request"
    assert forbidden("image.patch", "op", wrong_type("array", "string"), kind) in found
    assert not [deviation for deviation in found if any(part.place == "/min_disk" for part in deviation.request)]


def _kept(call: Call, answer: Answer, store: ImageStore) -> Answer:
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
    found = deviations(
        verdict(Hooks(answer=_kept), "generated.py and creates_that_the_contract_forbids", budget="1200")
    )
    kind = "made-by-a-refused-request"
    assert forbidden("image.create", "tags", wrong_type("string", "array"), kind) in found


def _careless(call: Call) -> Call:
    text = call.image_id.replace("-", "").strip("{}").strip()
    if call.operation == "image.download" and len(text) == 32 and "-" not in call.image_id.strip():
        return replace(call, image_id=f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
    return call


def test_an_id_read_without_its_hyphens_is_told_as_lenient(verdict: Callable[..., Verdict]) -> None:
    found = deviations(verdict(Hooks(request=_careless), "generated.py and ids_that_are_none", budget="2000"))
    assert found == {forbidden("image.download", "path.image_id", Class.lenient("uuid-without-hyphens"), "lenient")}


def _together(call: Call, query: Any) -> Any:
    names = [name for name, _ in query]
    return (
        [(name, value) for name, value in query if name != "limit"]
        if {"status", "limit", "sort_key"} <= set(names)
        else query
    )


def test_a_limit_forgotten_when_three_parameters_come_together_is_found(verdict: Callable[..., Verdict]) -> None:
    run = verdict(Hooks(query=_together), "generated.py and parameters_of_a_list", budget="2000", profile="acceptance")
    found = {group.deviation for group in run.findings if not group.explored}
    assert {deviation.kind for deviation in found} == {"other-selection"}
    asked = [set(str(dict(deviation.terms)["parameters"]).split(", ")) for deviation in found]
    assert all({"limit", "sort_key", "status"} <= names for names in asked)


def _lost(call: Call, image: StoredImage, _store: ImageStore) -> None:
    if call.operation == "image.patch" and image.members["tags"] and image.members["protected"]:
        image.members["min_disk"] = 0


def test_a_member_lost_in_a_change_of_two_others_is_found(verdict: Callable[..., Verdict]) -> None:
    found = deviations(verdict(Hooks(stored=_lost), "generated.py and changes_that_the_contract_allows", budget="2500"))
    assert "min_disk" in {deviation.place for deviation in found}


@pytest.mark.parametrize("seed", range(2))
def test_the_reference_without_a_fault_is_silent(verdict: Callable[..., Verdict], seed: int) -> None:
    run = verdict(None, "generated.py", budget="800", seed=seed)
    assert deviations(run) == set()
    assert 550 < run.run.requests < 800 * (1 + EXPLORING)
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


def test_every_aim_begins_with_the_simplest_value_of_its_strategy(contract: Contract) -> None:
    # Where a filter takes that away, hypothesis is started for the aim alone, at the cost of a request.
    found = image_aims(contract)
    firsts = simplest([aim.drafts for aim in found])
    assert [] == [aim.name for aim, first in zip(found, firsts, strict=True) if first is None]
