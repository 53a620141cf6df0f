"""Clouds that are right in what a contract leaves open are not blamed, and what is wrong is found beside them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import LIMIT, Chapter, obj, rows, some, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call, Caller, Refused

CASES = "conformance.services.generic.cases"
Run = Callable[..., Verdict]
RIGHT = Hooks()

ITEM: Mapping[str, Any] = {
    "id": {"type": "string", "format": "uuid"},
    "name": {"type": "string", "minLength": 3, "maxLength": 20},
    "description": {"type": "string", "maxLength": 12},
    "size": {"type": "integer", "minimum": 2, "maximum": 4},
    "zone": {"type": "string"},
    "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{4}$"},
    "notes": {"type": "object", "additionalProperties": {"type": "string"}},
}


def depot(
    needed: tuple[str, ...] = ("size",), query: Mapping[str, Any] = LIMIT, needs: tuple[str, ...] = ()
) -> Chapter:
    """Boxes in a depot: a change needs some members, and a list some parameters."""
    boxes, box = "/v3/boxes", "/v3/boxes/{box_id}"
    said = some(ITEM, "name", "description", "size", "zone", "code", "notes")
    return [
        ("box.list", "GET", boxes, {"query": query, "needs": needs, 200: rows("boxes", obj(ITEM))}),
        ("box.create", "POST", boxes, {"body": within("box", obj(said, ["size"])), 201: within("box", obj(ITEM))}),
        ("box.show", "GET", box, {200: within("box", obj(ITEM))}),
        ("box.update", "PUT", box, {"body": within("box", obj(said, needed)), 200: within("box", obj(ITEM))}),
        ("box.delete", "DELETE", box, {204: None}),
    ]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the cases of a module that a selection names against the reference of a chapter with hooks."""

    def conducted(module: str, selection: str, hooks: Hooks = RIGHT, chapter: Chapter | None = None) -> Verdict:
        options = Options(
            specs=write_warehouse(tmp_path / "specs", chapter or depot()),
            embedded=lambda contract: Reference(contract, faults=(Fault("any", (), "of this test", hooks),)),
            modules=(f"{CASES}.{module}",),
            selection=selection,
            seed=1,
        )
        verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
        return verdict

    return conducted


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    """(operation, kind) of each finding."""
    return {(group.exemplar.operation, group.deviation.kind) for group in verdict.findings}


def outcome(verdict: Verdict, requirement: str) -> tuple[Outcome, str]:
    """What became of a requirement, and why."""
    found = next(item for item in verdict.requirements if item.id == requirement)
    return found.outcome, str(found.reason or "")


def said_in(call: Call) -> Mapping[str, Any]:
    """The members that a request sets."""
    body = json.loads(call.body) if call.body else {}
    found: Mapping[str, Any] = body.get("box", {})
    return found


def refusing(*operations: str, wrong: Callable[[Mapping[str, Any]], bool]) -> Hooks:
    """These operations refuse what is wrong."""

    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation in operations and wrong(said_in(call)):
            raise Refused(400, "No.")
        return None

    return Hooks(handle=handle)


# --- what a change has to send --------------------------------------------------------------------------------------


def test_a_change_sends_what_its_body_needs(run: Run) -> None:
    verdict = run("test_life", "is_changed")
    assert set() == kinds(verdict)
    assert (Outcome.PASSED, "") == outcome(verdict, "box.update.body.box")


def replacing(call: Call, item: Any, _store: object) -> None:
    """What is not said by a change is unset."""
    for name, unset in (("description", ""), ("zone", ""), ("notes", {})):
        if call.operation == "box.update" and name not in said_in(call):
            item.members[name] = unset


def test_a_change_that_replaces_the_whole_resource_is_no_finding(run: Run) -> None:
    assert set() == kinds(run("test_life", "is_changed", Hooks(stored=replacing)))


def test_a_change_that_is_only_taken_whole_is_sent_whole(run: Run) -> None:
    whole = refusing("box.update", wrong=lambda said: "name" not in said or "size" not in said)
    for module, selection in (("test_life", "is_changed"), ("test_refusals", "a_change_that")):
        verdict = run(module, selection, whole)
        assert set() == kinds(verdict)
        assert Outcome.PASSED is outcome(verdict, "box.update.body.box")[0]


def test_a_change_of_what_was_not_said_is_found(run: Run) -> None:
    def also(call: Call, item: Any, _store: object) -> None:
        if call.operation == "box.update" and "description" not in said_in(call):
            item.members["description"] = "astray"

    assert ("box.update", "turned") in kinds(run("test_life", "is_changed", Hooks(stored=also)))


def test_a_forbidden_change_that_is_taken_is_found_beside_what_a_change_needs(run: Run) -> None:
    def mend(call: Call, body: Any, _store: object) -> Any:
        if call.operation == "box.update" and not isinstance(body["box"].get("notes", {}), dict):
            return {"box": {**body["box"], "notes": {}}}
        return body

    assert set() == kinds(run("test_refusals", "a_change_that"))
    assert ("box.update", "takes") in kinds(run("test_refusals", "a_change_that", Hooks(members=mend)))


def test_a_forbidden_change_is_not_judged_where_no_change_is_taken(run: Run) -> None:
    verdict = run("test_refusals", "a_change_that", refusing("box.update", wrong=lambda _said: True))
    assert set() == kinds(verdict)
    assert Outcome.NOT_EXERCISED is outcome(verdict, "box.update.body.box")[0]


# --- what has to be taken -------------------------------------------------------------------------------------------


def test_a_text_that_may_mean_what_is_not_there_may_be_refused(run: Run) -> None:
    zones = refusing("box.create", "box.update", wrong=lambda said: said.get("zone", "north") != "north")
    for selection, name in (("is_made", "create"), ("is_changed", "update")):
        verdict = run("test_life", selection, zones)
        assert set() == kinds(verdict)
        found, reason = outcome(verdict, f"box.{name}.body.box")
        assert Outcome.NOT_EXERCISED is found
        assert "zone" in reason


@pytest.mark.parametrize("member", ["description", "size", "notes"])
def test_a_value_that_can_only_be_right_may_not_be_refused(run: Run, member: str) -> None:
    refuses = refusing("box.update", wrong=lambda said: said.get(member) not in (None, 2))
    assert kinds(run("test_life", "is_changed", refuses)) & {
        ("box.update", "allowed-refused"),
        ("box.update", "refuses"),
    }


# What another row may rule out: nothing in a table says which values go together.

SORT_OF: Mapping[str, Any] = {
    "id": ITEM["id"],
    "name": {"type": "string", "maxLength": 60},
    "kind": {"type": "string", "enum": ["flat", "tall", "deep"]},
    "drawers": {"type": "integer", "minimum": 1, "maximum": 9},
    "locked": {"type": "boolean"},
}


def cabinets(*members: str, default: str = "") -> Chapter:
    """Boxes with these members, the kind with a default."""
    boxes, box = "/v3/boxes", "/v3/boxes/{box_id}"
    shown = some(SORT_OF, "id", *members)
    said = some(SORT_OF, *members)
    if default:
        said["kind"] = {**said["kind"], "default": default}
    return [
        ("box.list", "GET", boxes, {200: rows("boxes", obj(shown))}),
        ("box.create", "POST", boxes, {"body": within("box", obj(said, ["name"])), 201: within("box", obj(shown))}),
        ("box.show", "GET", box, {200: within("box", obj(shown))}),
        ("box.update", "PATCH", box, {"body": within("box", obj(said, [])), 200: within("box", obj(shown))}),
        ("box.delete", "DELETE", box, {204: None}),
    ]


ALL = ("name", "kind", "drawers", "locked")
USUAL: Mapping[str, Any] = {"kind": "tall", "drawers": 5, "locked": True}
"""What a cabinet has where nobody sets it."""


def usual(call: Call, item: Any, _store: object) -> None:
    if call.operation == "box.create":
        item.members.update({name: value for name, value in USUAL.items() if name not in item.members})


@pytest.mark.parametrize(
    ("operation", "members", "default", "refused", "blamed"),
    [
        ("box.create", ALL, "", {"kind": ["flat"]}, False),
        ("box.create", ALL, "", {"kind": ["flat", "deep"], "drawers": [1, 2, 9], "locked": [False]}, False),
        ("box.create", ALL, "tall", {"kind": ["flat", "deep"]}, False),
        ("box.create", ALL, "flat", {"kind": ["flat"]}, True),
        ("box.create", ALL, "", {"kind": ["flat", "tall", "deep"]}, True),
        ("box.create", ALL, "", {"drawers": range(10)}, True),
        ("box.create", ALL, "", {"locked": [False, True]}, True),
        ("box.create", ("name", "kind"), "", {"kind": ["flat"]}, True),
        ("box.create", ("name", "drawers"), "", {"drawers": [1]}, True),
        ("box.update", ALL, "", {"kind": ["flat", "deep"], "drawers": [1, 2, 9], "locked": [False]}, False),
        ("box.update", ALL, "", {"kind": ["flat", "tall", "deep"]}, True),
        ("box.update", ALL, "", {"locked": [False, True]}, True),
        ("box.update", ("name", "kind"), "", {"kind": ["flat"]}, True),
        ("box.update", ("name", "drawers"), "", {"drawers": [1]}, True),
    ],
)
def test_a_value_that_another_row_may_rule_out_is_only_blamed_where_the_contract_or_the_service_names_it(
    run: Run, operation: str, members: tuple[str, ...], default: str, refused: Mapping[str, Any], *, blamed: bool
) -> None:
    wrong = refusing(operation, wrong=lambda said: any(said.get(name) in values for name, values in refused.items()))
    hooks = replace(wrong, stored=usual)
    found = kinds(run("test_life", "is_made or is_changed", hooks, cabinets(*members, default=default)))
    assert ({operation} if blamed else set()) == {name for name, _ in found}


def test_nothing_that_is_added_is_blamed_where_a_create_is_refused_without_it(run: Run) -> None:
    verdict = run("test_life", "is_made", refusing("box.create", wrong=lambda _said: True))
    assert set() == kinds(verdict)
    assert Outcome.NOT_EXERCISED is outcome(verdict, "box.create.body.box")[0]


def test_a_walk_goes_on_without_what_a_create_refuses(run: Run) -> None:
    hooks = refusing("box.create", wrong=lambda said: {"kind", "drawers", "locked"} & said.keys())
    verdict = run("test_walks", "walks", hooks, cabinets(*ALL))
    assert set() == kinds(verdict)
    assert Outcome.PASSED is outcome(verdict, "box.delete.response.204")[0]


def test_a_value_that_can_only_be_right_may_not_be_refused_by_a_create(run: Run) -> None:
    refuses = refusing("box.create", wrong=lambda said: "description" in said)
    assert ("box.create", "allowed-refused") in kinds(run("test_life", "is_made", refuses))


def test_a_refusal_for_a_limit_of_the_platform_says_nothing_of_the_value(run: Run) -> None:
    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == "box.update" and "description" in said_in(call):
            raise Refused(413, "No.")
        return None

    assert set() == kinds(run("test_life", "is_changed", Hooks(handle=handle)))


# --- names ----------------------------------------------------------------------------------------------------------


def test_names_keep_our_mark_where_they_have_to_be_short(run: Run) -> None:
    names: list[str] = []

    def stored(call: Call, item: Any, _store: object) -> None:
        names.append(item.members["name"])

    verdict = run("test_life", "is_changed or is_made", Hooks(stored=stored))
    assert set() == kinds(verdict)
    assert names
    assert all(verdict.run.id in name and 3 <= len(name) <= 20 for name in names)


# --- lists ----------------------------------------------------------------------------------------------------------

SIZES = {"limit": {"type": "integer", "minimum": 5, "maximum": 50}, "marker": {"type": "string"}}
Visible = Callable[[Call, list[Any], Any], list[Any]]


def losing_in_walks(*broken: int) -> Visible:
    """The last box of a list is missing in these walks, counted from 0."""
    walks: list[int] = []

    def visible(call: Call, found: list[Any], _store: object) -> list[Any]:
        names = {name for name, _ in call.query}
        if call.operation != "box.list" or "limit" not in names:
            return found
        if "marker" not in names:
            walks.append(len(walks))
        return found[:-1] if walks[-1] in broken else found

    return visible


def test_pages_are_as_large_as_the_contract_allows_them(run: Run) -> None:
    verdict = run("test_lists", "pages_hold", chapter=depot(query=SIZES))
    assert set() == kinds(verdict)
    assert Outcome.PASSED is outcome(verdict, "box.list.query.limit")[0]
    assert Outcome.NOT_EXERCISED is outcome(verdict, "box.list.query.marker")[0]  # one page was all


def test_what_leads_from_page_to_page_is_judged_where_it_does(run: Run) -> None:
    verdict = run("test_lists", "pages_hold")
    assert set() == kinds(verdict)
    assert Outcome.PASSED is outcome(verdict, "box.list.query.marker")[0]


def test_a_list_that_changes_while_it_is_walked_is_walked_again(run: Run) -> None:
    assert set() == kinds(run("test_lists", "pages_hold", Hooks(visible=losing_in_walks(0))))


def test_a_list_that_loses_a_resource_whenever_it_is_walked_is_found(run: Run) -> None:
    found = kinds(run("test_lists", "pages_hold", Hooks(visible=losing_in_walks(*range(20)))))
    assert {"lost-in-pages"} == {kind for _, kind in found}


def test_what_a_list_has_to_be_asked_with_is_sent(run: Run) -> None:
    query = {**LIMIT, "kind": {"type": "string", "enum": ["dry", "cold"]}, "name": {"type": "string"}}
    for selection in ("pages_hold", "filter", "parameter"):
        module = "test_refusals" if selection == "parameter" else "test_lists"
        verdict = run(module, selection, chapter=depot(query=query, needs=("kind",)))
        assert set() == kinds(verdict)
        assert (
            Outcome.PASSED
            is outcome(verdict, "box.list.query.limit" if selection != "filter" else "box.list.query.name")[0]
        )


def test_a_parameter_of_which_nothing_is_known_leaves_a_list_unjudged(run: Run) -> None:
    chapter = depot(query={"hall": {"type": "string"}}, needs=("hall",))
    verdict = run("test_life", "what_is_listed", chapter=chapter)
    assert set() == kinds(verdict)
    assert "hall" in outcome(verdict, "box.list.response.200")[1]


def test_the_order_of_what_is_alike_is_nobodys_fault(run: Run) -> None:
    for key, said in (("size", "keys-alike"), ("id", "")):
        query = {"sort_key": {"type": "string", "enum": [key]}, "sort_dir": {"type": "string"}}
        verdict = run("test_lists", "in_the_order", chapter=depot(query=query))
        assert set() == kinds(verdict)
        found, reason = outcome(verdict, "box.list.query.sort_dir")
        assert (Outcome.NOT_EXERCISED if said else Outcome.PASSED) is found
        assert said in reason


def test_a_direction_that_is_not_kept_is_found(run: Run) -> None:
    def upwards(call: Call, query: Any) -> Any:
        return [(name, "asc" if name == "sort_dir" else value) for name, value in query]

    query = {"sort_key": {"type": "string", "enum": ["id"]}, "sort_dir": {"type": "string"}}
    verdict = run("test_lists", "in_the_order", Hooks(query=upwards), depot(query=query))
    assert {("box.list", "wrong-direction")} == kinds(verdict)


def test_what_has_no_name_cannot_be_in_conflict(run: Run) -> None:
    said = some(ITEM, "size", "zone")
    chapter = [
        (name, method, path, {**told, "body": within("box", obj(said))} if name == "box.create" else told)
        for name, method, path, told in depot()
    ]
    verdict = run("test_life", "a_conflict", chapter=chapter)
    assert set() == kinds(verdict)
    assert "prerequisite" not in outcome(verdict, "box.create.response.201")[1]
