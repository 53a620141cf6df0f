"""Two editions of the contract: each rule shown by an edited copy, in both directions; nothing passed over."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.contract.edition_rules import RULES, Impact
from conformance.contract.editions import edition_changes
from conformance.contract.schema_changes import schema_changes
from conformance.contract.specs import default_directory, load_effective
from conformance.reports.editions import editions_json, editions_markdown, editions_text

Specs = dict[str, dict[str, Any]]
Edit = Callable[[Specs], None]
SCHEMA = json.loads((SCHEMAS / "edition-diff.schema.json").read_text())


@pytest.fixture(scope="module")
def specs() -> Specs:
    return load_effective(default_directory())


def operation(specs: Specs, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        raw
        for spec in specs.values()
        for item in spec["paths"].values()
        for raw in item.values()
        if raw.get("operationId") == name
    )
    return found


def body(specs: Specs, name: str = "image.create") -> dict[str, Any]:
    (media,) = operation(specs, name)["requestBody"]["content"].values()
    schema: dict[str, Any] = media["schema"]
    return schema


def answer(specs: Specs, name: str = "image.create", status: str = "201") -> dict[str, Any]:
    (media,) = operation(specs, name)["responses"][status]["content"].values()
    schema: dict[str, Any] = media["schema"]
    return schema


def member(of: Callable[[Specs], dict[str, Any]], name: str, **changes: Any) -> Edit:
    def edit(specs: Specs) -> None:
        node = of(specs)["properties"][name]
        for key, value in changes.items():
            if value is None:
                node.pop(key, None)
            else:
                node[key] = value

    return edit


def without(of: Callable[[Specs], dict[str, Any]], name: str) -> Edit:
    def edit(specs: Specs) -> None:
        schema = of(specs)
        del schema["properties"][name]
        schema["required"] = [item for item in schema.get("required", ()) if item != name]

    return edit


def needed(of: Callable[[Specs], dict[str, Any]], name: str) -> Edit:
    return lambda specs: of(specs).__setitem__("required", [*of(specs).get("required", ()), name])


def query(specs: Specs, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in operation(specs, "image.list")["parameters"] if item["name"] == name)
    return found


def drop_query(name: str) -> Edit:
    def edit(specs: Specs) -> None:
        raw = operation(specs, "image.list")
        raw["parameters"] = [item for item in raw["parameters"] if item["name"] != name]

    return edit


def rename_key(of: Callable[[Specs], dict[str, Any]], old: str, new: str) -> Edit:
    return lambda specs: of(specs).__setitem__(new, of(specs).pop(old))


def drop_code(specs: Specs) -> None:
    common = specs["image"]["x-common"]
    common["error-codes"] = [item for item in common["error-codes"] if item["code"] != 504]


def move(specs: Specs) -> None:
    specs["image"]["paths"]["/v3/images"] = {"get": specs["image"]["paths"]["/v2/images"].pop("get")}


def drop_promise(specs: Specs) -> None:
    raw = operation(specs, "image.delete")
    raw["x-requirements"] = [*raw["x-requirements"][:1], *raw["x-requirements"][2:]]


def first_promise(**changes: Any) -> Edit:
    return lambda specs: operation(specs, "image.delete")["x-requirements"][0].update(changes)


def default(value: Any) -> Edit:
    def edit(specs: Specs) -> None:
        (media,) = operation(specs, "image.create")["responses"]["201"]["content"].values()
        next(iter(media["examples"].values()))["value"]["protected"] = value

    return edit


EDITS: dict[str, tuple[Edit, set[str], set[str]]] = {
    "operation": (
        lambda specs: specs["image"]["paths"].pop("/v2/images/{image_id}/file"),
        # The promise of isolation stands with the operation under a name of its own.
        {"operation-removed", "promise-removed"},
        {"operation-added", "promise-added"},
    ),
    "path": (move, {"operation-moved"}, {"operation-moved"}),
    "parameter": (drop_query("limit"), {"parameter-removed"}, {"parameter-added"}),
    "parameter need": (
        lambda specs: query(specs, "limit").update(required=True),
        {"parameter-became-required"},
        {"parameter-became-optional"},
    ),
    "parameter type": (
        lambda specs: query(specs, "name").update(schema={"type": "boolean"}),
        {"parameter-type-changed"},
        {"parameter-type-changed"},
    ),
    "parameter enum": (
        lambda specs: query(specs, "type").update(schema={"type": "string", "enum": ["image"]}),
        {"parameter-limit-narrowed"},
        {"parameter-limit-widened"},
    ),
    "request member": (without(body, "min_ram"), {"request-member-removed"}, {"request-member-added"}),
    "request need": (needed(body, "name"), {"request-member-became-required"}, {"request-member-became-optional"}),
    "request type": (
        member(body, "protected", type=["boolean", "string"]),
        {"request-type-widened"},
        {"request-type-narrowed"},
    ),
    "request other type": (
        member(body, "protected", type="string"),
        {"request-type-changed"},
        {"request-type-changed"},
    ),
    "request null": (
        member(body, "protected", type=["boolean", "null"]),
        {"request-became-nullable"},
        {"request-no-longer-nullable"},
    ),
    "request limit": (member(body, "min_ram", maximum=5), {"request-limit-narrowed"}, {"request-limit-widened"}),
    "request enum": (
        member(body, "visibility", enum=["private", "public"]),
        {"request-enum-value-removed"},
        {"request-enum-value-added"},
    ),
    "request pattern": (member(body, "name", pattern="^a"), {"request-limit-narrowed"}, {"request-limit-widened"}),
    "request openness": (
        lambda specs: body(specs).update(additionalProperties=False),
        {"request-closed"},
        {"request-opened"},
    ),
    "request combination": (
        member(body, "name", anyOf=[{"type": "string"}]),
        {"request-schema-changed"},
        {"request-schema-changed"},
    ),
    "request media type": (
        rename_key(
            lambda specs: operation(specs, "image.create")["requestBody"]["content"],
            "application/json",
            "application/xml",
        ),
        {"request-media-type-removed", "request-media-type-added"},
        {"request-media-type-removed", "request-media-type-added"},
    ),
    "request body": (
        lambda specs: operation(specs, "image.patch").pop("requestBody"),
        {"request-body-removed"},
        {"request-body-added-required"},
    ),
    "body need": (
        lambda specs: operation(specs, "image.create")["requestBody"].update(required=False),
        {"request-body-became-optional"},
        {"request-body-became-required"},
    ),
    "response member": (
        without(answer, "min_ram"),
        {"response-required-member-removed"},
        {"response-required-member-added"},
    ),
    "response optional member": (without(answer, "locations"), {"response-member-removed"}, {"response-member-added"}),
    "response need": (
        needed(answer, "location"),
        {"response-member-became-required"},
        {"response-member-became-optional"},
    ),
    "response null": (
        member(answer, "protected", type=["boolean", "null"]),
        {"response-became-nullable"},
        {"response-no-longer-nullable"},
    ),
    "response type": (
        member(answer, "protected", type=["boolean", "string"]),
        {"response-type-widened"},
        {"response-type-narrowed"},
    ),
    "response enum": (
        member(answer, "visibility", enum=["public", "private", "shared", "community", "secret"]),
        {"response-enum-value-added"},
        {"response-enum-value-removed"},
    ),
    "response format": (
        member(answer, "created_at", format="date"),
        {"response-format-changed"},
        {"response-format-changed"},
    ),
    "response limit": (
        member(answer, "min_ram", minimum=None),
        {"response-limit-widened"},
        {"response-limit-narrowed"},
    ),
    "response openness": (
        lambda specs: answer(specs).update(additionalProperties=False),
        {"response-closed"},
        {"response-opened"},
    ),
    "response status": (
        rename_key(lambda specs: operation(specs, "image.create")["responses"], "201", "202"),
        {"response-status-removed", "response-status-added"},
        {"response-status-removed", "response-status-added"},
    ),
    "response header": (
        lambda specs: operation(specs, "image.create")["responses"]["201"].pop("headers"),
        {"response-header-removed"},
        {"response-header-added"},
    ),
    "envelope": (
        without(lambda specs: specs["image"]["components"]["schemas"]["Error"]["properties"]["error"], "title"),
        {"response-required-member-removed"},
        {"response-required-member-added"},
    ),
    "error code": (drop_code, {"error-code-removed"}, {"error-code-added"}),
    "error phrase": (
        lambda specs: specs["image"]["x-common"]["error-codes"][0].update(phrase="Other"),
        {"error-phrase-changed"},
        {"error-phrase-changed"},
    ),
    "common header": (
        lambda specs: specs["image"]["x-common"]["request-headers"].pop(),
        {"parameter-removed"},
        {"parameter-added"},
    ),
    "default": (default(True), {"default-changed"}, {"default-changed"}),
    "promise": (drop_promise, {"promise-removed"}, {"promise-added"}),
    "promise level": (first_promise(level="may"), {"promise-level-changed"}, {"promise-level-changed"}),
    "promise text": (first_promise(statement="Something else"), {"promise-restated"}, {"promise-restated"}),
}
"""What is edited -> the rules that tell it, from the old edition to the edited one and back."""


def test_the_same_edition_has_no_change(specs: Specs) -> None:
    assert edition_changes(specs, copy.deepcopy(specs)) == ()


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_told_by_its_rule_in_both_directions(specs: Specs, name: str) -> None:
    edit, there, back = EDITS[name]
    edited = copy.deepcopy(specs)
    edit(edited)
    assert {item.rule for item in edition_changes(specs, edited)} == there
    assert {item.rule for item in edition_changes(edited, specs)} == back


def test_every_rule_of_a_direction_is_shown_or_is_of_a_kind_that_is() -> None:
    shown = set().union(*(there | back for _, there, back in EDITS.values()))
    kinds = {rule.partition("-")[2] for rule in shown}
    assert {rule for rule in RULES if rule not in shown and rule.partition("-")[2] not in kinds} == {
        "request-required-member-added",
        "request-required-member-removed",
        "parameter-added-required",
        "request-body-added",
        "response-media-type-removed",
        "response-media-type-added",
    } - shown - {rule for rule in RULES if rule.partition("-")[2] in kinds}


@pytest.mark.parametrize(
    ("rule", "impact"),
    [
        ("request-member-removed", Impact.BREAKING),
        ("request-type-narrowed", Impact.BREAKING),
        ("request-type-widened", Impact.COMPATIBLE),
        ("request-enum-value-removed", Impact.BREAKING),
        ("request-enum-value-added", Impact.COMPATIBLE),
        ("parameter-became-required", Impact.BREAKING),
        ("response-enum-value-added", Impact.POTENTIAL),
        ("response-enum-value-removed", Impact.COMPATIBLE),
        ("response-type-widened", Impact.BREAKING),
        ("response-type-narrowed", Impact.COMPATIBLE),
        ("response-became-nullable", Impact.BREAKING),
        ("response-member-added", Impact.COMPATIBLE),
        ("response-required-member-removed", Impact.BREAKING),
        ("response-limit-widened", Impact.POTENTIAL),
        ("operation-removed", Impact.BREAKING),
        ("error-code-added", Impact.POTENTIAL),
        ("request-schema-changed", Impact.POTENTIAL),
    ],
)
def test_the_class_of_a_rule_is_the_clients_view(rule: str, impact: Impact) -> None:
    assert RULES[rule] is impact


def test_a_change_names_its_promise_and_the_lines_of_both_editions(specs: Specs) -> None:
    edited = copy.deepcopy(specs)
    query(edited, "limit").update(required=True, **{"x-source": [[606, 607]]})
    (change,) = edition_changes(specs, edited)
    assert (change.requirement, change.lines_before, change.lines_after) == (
        "image.list.query.limit",
        ((505, 505),),
        ((606, 607),),
    )
    assert (change.operation, change.place, change.before, change.after) == (
        "image.list",
        "query limit",
        "optional",
        "required",
    )


def test_other_line_numbers_alone_are_no_change(specs: Specs) -> None:
    edited = json.loads(
        json.dumps(specs), object_hook=lambda node: {**node, "x-source": [[1, 2]]} if "x-source" in node else node
    )
    assert edition_changes(specs, edited) == ()


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(key, str) and (key.startswith("x-") or key in {"description", "title", "examples"}):
            continue
        yield (*path, key)
        yield from leaves(value, (*path, key))


@pytest.mark.parametrize("of", [body, answer])
def test_whatever_is_taken_out_of_a_schema_is_told(specs: Specs, of: Callable[[Specs], dict[str, Any]]) -> None:
    places = list(leaves(of(specs)))
    assert len(places) > 50
    for path in places:
        if path == ("type",) or path[-1] in {"properties", "items"}:
            continue
        edited = copy.deepcopy(specs)
        node: Any = of(edited)
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]
        assert edition_changes(specs, edited), path


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ({"type": "number"}, {"type": "integer"}, ["type-narrowed"]),
        ({"type": "integer"}, {"type": "number"}, ["type-widened"]),
        ({}, {"type": "string"}, ["type-narrowed"]),
        ({"enum": [1]}, {"enum": [True]}, ["enum-value-removed", "enum-value-added"]),
        ({"minimum": 1}, {"minimum": 0}, ["limit-widened"]),
        ({"minimum": 0}, {"minimum": 1}, ["limit-narrowed"]),
        ({"maxLength": 5}, {"maxLength": 4}, ["limit-narrowed"]),
        ({}, {"uniqueItems": True}, ["limit-narrowed"]),
        ({}, {"items": {"type": "string"}}, ["limit-narrowed"]),
        ({}, {"additionalProperties": {"type": "string"}}, ["closed"]),
        ({"additionalProperties": {"type": "string"}}, {"additionalProperties": {"type": "integer"}}, ["type-changed"]),
        ({"properties": {"a": {}}}, {"properties": {"a": {}, "b": {}}, "required": ["b"]}, ["required-member-added"]),
        ({"const": 1}, {"const": 2}, ["enum-value-removed", "enum-value-added"]),
        (True, False, ["schema-changed"]),
        ({"not": {"type": "null"}}, {}, ["schema-changed"]),
        ({"title": "a", "x-y": 1}, {"description": "b"}, []),
    ],
)
def test_a_schema_that_narrows_or_widens_says_which(old: Any, new: Any, kinds: list[str]) -> None:
    assert [item.kind for item in schema_changes(old, new)] == kinds


def test_the_files_are_as_their_schema_says_and_hostile_text_is_harmless(specs: Specs) -> None:
    edited = copy.deepcopy(specs)
    body(edited)["properties"]["<b>|[x](y)\x1b[31m"] = {"type": "string"}
    changes = edition_changes(specs, edited)
    jsonschema.validate(editions_json(changes, "old", "new"), SCHEMA)
    assert "\x1b" not in editions_text(changes, "old", "new")
    assert "<b>" not in editions_markdown(changes, "old", "new")
    assert "\\|" in editions_markdown(changes, "old", "new")
