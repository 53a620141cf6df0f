"""What is held back unless it is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.model.contract import Contract
from conformance.services.generic.harm import harmful_action, held_back, lasting, links, names_nothing


@pytest.mark.parametrize(
    ("path", "allowed", "due"),
    [
        ("/v3/attachments", (), True),
        ("/v3/servers/{server_id}/os-volume_attachments", (), True),
        ("/v2/lb/pools/{pool_id}/members", (), True),
        ("/v3/attachments", ("attachment",), False),
        ("/v3/attachments", ("attachments",), False),
        ("/v3/attachments", ("server",), True),
        ("/v3/snapshots", (), False),
        ("/v3/servers", (), False),
    ],
)
def test_a_link_changes_what_it_is_hung_on(goods: Contract, path: str, allowed: tuple[str, ...], due: bool) -> None:
    assert links(replace(goods.operations["crate.create"], path=path), allowed) is due


@pytest.mark.parametrize(
    ("method", "path", "due"),
    [
        ("POST", "/v3/projects", "project"),
        ("GET", "/v3/projects", ""),
        ("PUT", "/v3/{project_id}/os-quota-sets/{tenant_id}", "quota"),
        ("POST", "/v2.1/os-services/{service_id}", "service"),
        ("POST", "/v3/crates", ""),
        ("POST", "/v3/{project_id}/volumes", ""),
        ("POST", "/v2.0/security-groups", ""),
        ("DELETE", "/v3/groups/{group_id}/users/{user_id}", "group"),
        ("POST", "/v3/endpoints", "endpoint"),
        ("POST", "/v2.0/default-security-group-rules", "default-security-group-rule"),
    ],
)
def test_the_words_of_a_path_hold_back_what_writes_there(goods: Contract, method: str, path: str, due: str) -> None:
    operation = replace(goods.operations["crate.create"], method=method, path=path)
    assert due == held_back(operation, ())


@pytest.mark.parametrize("word", ["project", "projects"])
def test_a_word_is_allowed_in_the_singular_and_in_the_plural(goods: Contract, word: str) -> None:
    operation = replace(goods.operations["crate.create"], path="/v3/projects")
    assert "" == held_back(operation, (word,))
    assert "project" == held_back(operation, ("users",))


@pytest.mark.parametrize(
    ("body", "due"),
    [
        (b'{"os-resetState": {}}', "reset"),
        (b'{"os-force_delete": null}', "force"),
        (b'{"os-migrateLive": {}}', "migrate"),
        (b'{"os-extend": {"force": true}}', ""),
        (b"no JSON", ""),
    ],
)
def test_the_key_of_an_action_holds_it_back(body: bytes, due: str) -> None:
    assert due == harmful_action("POST", "/v3/crates/{crate_id}/action", body, ())
    assert "" == harmful_action("POST", "/v3/crates/{crate_id}/action", body, (due or "none",))


@pytest.mark.parametrize(("word", "due"), [("projects", False), ("proyects", True), ("reset", False)])
def test_a_word_that_nothing_is_held_back_for_is_known(goods: Contract, word: str, due: bool) -> None:
    operation = replace(goods.operations["crate.create"], path="/v3/projects")
    assert due == names_nothing(word, [operation])


@pytest.mark.parametrize(
    ("action", "path", "members", "held"),
    [
        ("", "/v3/crates/{crate_id}/set-default", (), "default"),
        ("", "/v3/crates/{crate_id}/action", ("makeDefault",), "default"),
        ("replicate", "/v3/crates/{crate_id}/action", ("replicate",), "replicate"),
        ("", "/v3/crates/{crate_id}/duplicate", ("name", "note"), "duplicate"),
        ("", "/v3/crates/{crate_id}/action", ("weigh",), ""),
        ("", "/v3/crates/{crate_id}/start", (), ""),
    ],
)
def test_an_action_that_makes_another_or_changes_what_others_get_is_held_back(
    goods: Contract, action: str, path: str, members: tuple[str, ...], held: str
) -> None:
    schema = {"type": "object", "properties": {name: {"type": "object"} for name in members}}
    operation = replace(goods.operations["crate.act.weigh"], action=action, path=path, request_schema=schema)
    assert held == lasting(operation, ())
    assert "" == lasting(operation, (held,))
