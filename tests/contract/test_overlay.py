"""The errata: what an action selects, how it merges, and what is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from checkout import LIBRARY_ERRATA

from conformance.contract.overlay import NO_ERRATA, Action, Overlay, apply, load_overlay, overlay_of
from conformance.contract.specs import OVERLAY
from conformance.model.contract import Ruling, StaleErratum
from conformance.model.errors import UsageError

SPECS: dict[str, dict[str, Any]] = {
    "compute": {"x-common": {}, "paths": {"/a": {"get": {"tags": ["x", "y", "z"], "summary": "old"}}}},
    "identity": {"paths": {}},
}


def action(target: str, update: Any, spec: str | None = None) -> Action:
    return Action(target, update, spec, 1, ((1, 1),), "a reason")


def applied(*actions: Action) -> dict[str, dict[str, Any]]:
    done = apply(Overlay("", "", "", {}, actions), SPECS)
    assert done.stale == ()
    return done.specs


# --- applying -------------------------------------------------------------------------------------------------------


def test_an_update_merges_objects_member_by_member() -> None:
    get = applied(action("$.paths['/a'].get", {"summary": "new", "deprecated": True}))["compute"]["paths"]["/a"]["get"]
    assert get == {"tags": ["x", "y", "z"], "summary": "new", "deprecated": True}


def test_an_update_of_a_list_appends() -> None:
    changed = applied(action("$.paths['/a'].get", {"tags": ["w"]}), action("$.paths['/a'].get.tags", "v"))
    assert changed["compute"]["paths"]["/a"]["get"]["tags"] == ["x", "y", "z", "w", "v"]


def test_an_update_of_a_value_replaces_it() -> None:
    changed = applied(action("$.paths['/a'].get.tags[?@ == 'y']", "Y"))
    assert changed["compute"]["paths"]["/a"]["get"]["tags"] == ["x", "Y", "z"]


def test_removing_several_items_of_a_list_takes_out_those_and_no_others() -> None:
    changed = applied(action("$.paths['/a'].get.tags[?@ == 'x' || @ == 'y']", None))
    assert changed["compute"]["paths"]["/a"]["get"]["tags"] == ["z"]


def test_an_action_changes_what_those_before_it_gave() -> None:
    changed = applied(action("$.paths", {"/b": {}}), action("$.paths['/b']", {"get": {}}))
    assert changed["compute"]["paths"]["/b"] == {"get": {}}


def test_the_root_can_be_the_target() -> None:
    assert applied(action("$", {"x-requirements": []}))["compute"]["x-requirements"] == []


def test_an_action_without_a_spec_changes_the_one_with_the_common_part() -> None:
    changed = applied(action("$.paths", {"/b": {}}))
    assert [list(spec["paths"]) for spec in changed.values()] == [["/a", "/b"], []]


def test_an_action_changes_the_spec_that_it_names() -> None:
    changed = applied(action("$.paths", {"/b": {}}, "identity"))
    assert [list(spec["paths"]) for spec in changed.values()] == [["/a"], ["/b"]]


def test_what_is_given_is_not_changed() -> None:
    before = copy.deepcopy(SPECS)
    update = {"list": []}
    changed = applied(action("$.paths['/a'].get", update), action("$.paths['/a'].get.list", "x"))
    assert changed["compute"]["paths"]["/a"]["get"]["list"] == ["x"]
    assert before == SPECS
    assert update == {"list": []}


@pytest.mark.parametrize(
    ("target", "spec", "words"),
    [
        ("$.paths['/z']", None, "compute"),
        ("$.paths['/a']", "identity", "identity"),
        ("$.paths", "storage", None),
    ],
)
def test_an_action_that_selects_nothing_is_stale_and_stops_no_other(
    target: str, spec: str | None, words: str | None
) -> None:
    good = action("$.paths['/a'].get", {"summary": "new"})
    done = apply(Overlay("", "", "", {}, (good, action(target, {}, spec), good)), SPECS)
    assert done.stale == (StaleErratum(1, target, words, 1, ((1, 1),), "a reason"),)
    assert done.specs == applied(good)


def test_a_target_that_is_no_jsonpath_is_refused() -> None:
    with pytest.raises(UsageError, match="not a JSONPath"):
        applied(action("$.paths[", {}))


def test_an_action_without_a_spec_needs_a_common_part() -> None:
    with pytest.raises(UsageError, match="no spec has a common part"):
        apply(Overlay("", "", "", {}, (action("$.paths", {}),)), {"identity": SPECS["identity"]})


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_file_of_errata_is_read_with_its_rulings() -> None:
    overlay = load_overlay(LIBRARY_ERRATA / OVERLAY)
    assert (overlay.version, sorted(overlay.rulings)) == ("1.2", [1, 2, 3, 4, 5, 6])
    assert overlay.rulings[1] == Ruling(
        1,
        "page_size is binding.",
        "The table hyphenates what the example underscores.",
        ((159, 161), (165, 165)),
    )
    first = overlay.actions[0]
    assert (first.target, first.spec, first.ruling) == ("$.paths['/v1/books'].get", None, 1)
    assert (first.source, first.reason) == (((165, 165),), "The name that the example uses.")


def test_every_ruling_is_carried_out() -> None:
    overlay = load_overlay(LIBRARY_ERRATA / OVERLAY)
    assert set(overlay.rulings) == {item.ruling for item in overlay.actions if item.ruling is not None}


GOOD = "overlay: 1.0.0\nactions:\n- {target: $, update: {}, description: a reason, x-source: [[1, 1]]}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("overlay: 2.0.0", "not an OpenAPI Overlay 1.0 document"),
        ("- a list", "not an OpenAPI Overlay 1.0 document"),
        ("a: [", "cannot be read as YAML"),
        ("overlay: 1.0.0", "an overlay needs a list of actions; it may be empty"),
        ("overlay: 1.0.0\ninfo: x\nactions: []", "info must be a mapping"),
        (GOOD.replace("target: $, ", ""), "actions[0]: an action needs a target"),
        (GOOD.replace("update: {}, ", ""), "actions[0]: an action has either `update` or `remove: true`"),
        (GOOD.replace("update: {}", "update: {}, remove: true"), "actions[0]: an action has either"),
        (GOOD.replace("a reason", "''"), "actions[0]: an action needs a description"),
        (GOOD.replace("[[1, 1]]", "[1, 1]"), "actions[0]: x-source must be a list of [first, last] document lines"),
        (GOOD + "x-rulings: {1: {ruling: yes}}", "x-rulings 1: x-source must be a list"),
        (GOOD + "x-rulings: [1]", "x-rulings must map numbers to rulings"),
    ],
)
def test_a_file_that_is_no_errata_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / OVERLAY
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_overlay(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("name", "words"), [("absent.yaml", "there is no such file of errata"), (".", "is a directory; give the file of")]
)
def test_what_is_no_file_gets_one_line(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load_overlay(tmp_path / name)


def test_a_list_of_actions_may_be_empty(tmp_path: Path) -> None:
    path = tmp_path / OVERLAY
    path.write_text("overlay: 1.0.0\nactions: []\n")
    assert load_overlay(path) == NO_ERRATA


def test_a_document_may_have_no_errata(tmp_path: Path) -> None:
    assert overlay_of(tmp_path / OVERLAY) == NO_ERRATA
    assert apply(NO_ERRATA, SPECS).specs == SPECS
