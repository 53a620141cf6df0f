"""What the generic part does with the resources of a contract."""

from __future__ import annotations

from typing import Any

import pytest
from targets import Offline
from warehouse import SERVICE

from conformance.services.wire import Answer

NOBODY = "0a4ea7b2-3c1d-4f5e-8a6b-7c8d9e0f1a2b"


def call(store: Offline, method: str, path: str, **given: Any) -> Answer:
    return store.call(method, f"/v3{path}", service=SERVICE, **given)


def crate(store: Offline, name: str = "tea", **members: Any) -> str:
    said = {"name": name, "weight": 3, **members}
    made = call(store, "POST", "/crates", json={"crate": said}, account=members.pop("account", "reference"))
    return str(made.body["crate"]["id"])


def names(store: Offline, *query: tuple[str, str], **given: Any) -> list[str]:
    return [row["name"] for row in call(store, "GET", "/crates", query=query, **given).body["crates"]]


# --- create, show, change, delete -----------------------------------------------------------------------------------


def test_what_was_created_is_shown_with_what_was_said_and_what_the_contract_adds(store: Offline) -> None:
    said = {"name": "tea", "weight": 3, "colour": "grey", "marks": {"a": "b"}}
    made = call(store, "POST", "/crates", json={"crate": said})
    shown = call(store, "GET", f"/crates/{made.body['crate']['id']}").body["crate"]
    assert (202, said) == (made.status, {name: shown[name] for name in said})
    assert made.body["crate"] == shown
    assert (shown["project_id"], shown["status"]) == (store.identity.projects["reference"], "stored")
    assert shown["links"][0]["href"] == f"/v3/crates/{shown['id']}"


def test_what_was_made_up_stays_the_same(store: Offline) -> None:
    own = crate(store)
    first, second = (call(store, "GET", f"/crates/{own}").body for _ in range(2))
    assert first == second


def test_a_change_changes_what_it_says_the_time_of_it_and_nothing_else(store: Offline) -> None:
    own = crate(store, colour="red")
    before = call(store, "GET", f"/crates/{own}").body["crate"]
    store.clock.advance(5)
    changed = call(store, "PUT", f"/crates/{own}", json={"crate": {"colour": "grey"}})
    after = call(store, "GET", f"/crates/{own}").body["crate"]
    assert changed.body["crate"] == after
    assert {name for name in after if after[name] != before[name]} == {"colour", "updated_at"}
    assert after["colour"] == "grey"


def test_what_was_deleted_is_gone_and_nothing_else_is(store: Offline) -> None:
    own, other = crate(store), crate(store, "rice")
    assert call(store, "DELETE", f"/crates/{own}").status == 202
    for method in ("GET", "DELETE"):
        assert call(store, method, f"/crates/{own}").status == 404
    assert call(store, "GET", f"/crates/{other}").status == 200
    assert names(store) == ["rice"]


def test_a_resource_of_another_project_is_neither_found_nor_listed(store: Offline) -> None:
    own = crate(store)
    for method in ("GET", "DELETE"):
        assert call(store, method, f"/crates/{own}", account="reference-other").status == 404
    assert (names(store, account="reference-other"), names(store, account="reference-admin")) == ([], ["tea"])


def test_a_reader_may_look_and_change_nothing(store: Offline) -> None:
    own = crate(store)
    assert call(store, "GET", f"/crates/{own}", account="reference-reader").status == 200
    assert call(store, "DELETE", f"/crates/{own}", account="reference-reader").status == 403
    refused = call(store, "POST", "/crates", json={"crate": {"name": "x", "weight": 3}}, account="reference-reader")
    assert refused.status == 403


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"crate": {}},
        {"crate": {"name": "tea"}},
        {"crate": {"name": 3, "weight": 3}},
        {"crate": {"name": "tea", "weight": 901}},
        {"crate": {"name": "tea", "weight": 0}},
        {"crate": {"name": "tea", "weight": 3, "colour": "blue"}},
        {"crate": {"name": "t" * 256, "weight": 3}},
        {"crate": {"name": "tea", "weight": 3, "lid": "oak"}},
        {"crate": {"name": "tea", "weight": 3, "marks": {"a": 3}}},
        [],
    ],
)
def test_a_body_of_another_form_is_refused_and_makes_nothing(store: Offline, body: Any) -> None:
    refused = call(store, "POST", "/crates", json=body)
    assert (refused.status, refused.body["error"]["code"], names(store)) == (400, 400, [])


@pytest.mark.parametrize(
    "query",
    [
        ("limit", "-1"),
        ("limit", "one"),
        ("sort_key", "shade"),
        ("status", "lost"),
        ("shade", "red"),
        ("marker", NOBODY),
    ],
)
def test_a_query_that_means_nothing_is_refused(store: Offline, query: tuple[str, str]) -> None:
    assert call(store, "GET", "/crates", query=[query]).status == 400


def test_a_method_that_is_not_defined_is_refused_with_those_that_are(store: Offline) -> None:
    refused = call(store, "PUT", "/crates")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, POST")
    assert call(store, "GET", "/barrels").status == 404


def test_a_media_type_of_its_own_is_refused_and_so_is_an_answer_in_another(store: Offline) -> None:
    headers = {"content-type": "text/plain"}
    assert call(store, "POST", "/crates", body=b"{}", headers=headers).status == 415
    assert call(store, "GET", "/crates", headers={"accept": "text/html"}).status == 406


def test_a_body_refers_only_to_what_is_there(store: Offline) -> None:
    own = crate(store)
    assert call(store, "POST", "/seals", json={"seal": {"name": "s", "crate_id": own}}).status == 201
    assert call(store, "POST", "/seals", json={"seal": {"name": "s", "crate_id": NOBODY}}).status == 404
    foreign = {"seal": {"name": "s", "crate_id": own}}
    assert call(store, "POST", "/seals", json=foreign, account="reference-other").status == 404


# --- lists ----------------------------------------------------------------------------------------------------------


def test_a_list_is_filtered_by_members_that_it_shows(store: Offline) -> None:
    crate(store, "tea"), crate(store, "rice")
    assert names(store, ("name", "rice")) == ["rice"]


def test_pages_have_all_that_is_there_each_once(store: Offline) -> None:
    made = [crate(store, f"c{number}") for number in range(5)]
    seen: list[str] = []
    path, query = "/v3/crates", [("limit", "2")]
    while path:
        page = store.call("GET", path, service=SERVICE, query=query).body
        seen += [row["id"] for row in page["crates"]]
        link = next((row["href"] for row in page.get("crates_links", [])), "")
        path, _, rest = link.partition("?")
        query = [tuple(pair.split("=")) for pair in rest.split("&")] if rest else []  # type: ignore[misc]
    assert made[::-1] == seen


def test_a_list_is_sorted_by_a_key_in_a_direction(store: Offline) -> None:
    for name in ("b", "c", "a"):
        crate(store, name)
    assert names(store, ("sort_key", "name"), ("sort_dir", "asc")) == ["a", "b", "c"]
    assert names(store, ("sort_key", "name")) == ["c", "b", "a"]
    assert names(store) == ["a", "c", "b"]


def test_a_list_in_more_detail_lists_the_same(store: Offline) -> None:
    own = crate(store)
    shown = call(store, "GET", f"/crates/{own}").body["crate"]
    assert call(store, "GET", "/crates/detail").body["crates"] == [shown]


def test_there_is_something_of_what_nobody_can_create(store: Offline) -> None:
    kinds = call(store, "GET", "/kinds").body["kinds"]
    assert len(kinds) == 2
    assert call(store, "GET", f"/kinds/{kinds[0]['id']}", account="reference-other").body == {"kind": kinds[0]}


# --- what stands below, and beside ----------------------------------------------------------------------------------


def test_what_stands_below_the_name_of_a_member_is_that_member(store: Offline) -> None:
    own = crate(store, marks={"a": "b"})
    assert call(store, "GET", f"/crates/{own}/marks").body == {"marks": {"a": "b"}}
    call(store, "PUT", f"/crates/{own}/marks", json={"marks": {"c": "d"}})
    assert call(store, "GET", f"/crates/{own}").body["crate"]["marks"] == {"c": "d"}


def test_a_collection_below_a_resource_is_its_own_and_goes_with_it(store: Offline) -> None:
    body = {"rack": {"name": "r", "rows": 2, "hall": "north"}}
    one, two = (call(store, "POST", "/racks", json=body) for _ in range(2))
    assert one.headers["Location"] == f"/v3/racks/{one.body['rack']['id']}"
    rack, other = one.body["rack"]["id"], two.body["rack"]["id"]
    slot = call(store, "POST", f"/racks/{rack}/slots", json={"label": "s", "depth": 1}).body
    assert call(store, "GET", f"/racks/{rack}/slots/{slot['id']}").body == slot
    assert call(store, "GET", f"/racks/{other}/slots/{slot['id']}").status == 404
    assert call(store, "GET", f"/racks/{other}/slots").body == {"slots": []}
    call(store, "DELETE", f"/racks/{rack}")
    assert call(store, "GET", f"/racks/{rack}/slots/{slot['id']}").status == 404


def test_a_name_is_an_id_where_the_path_says_so_and_is_taken_once(store: Offline) -> None:
    body = {"key": {"name": "front", "teeth": 3}}
    assert call(store, "POST", "/keys", json=body).status == 200
    assert call(store, "POST", "/keys", json=body).status == 409
    assert call(store, "GET", "/keys/front").body == body


def test_an_action_is_done_and_what_is_about_no_resource_is_shown(store: Offline) -> None:
    own = crate(store)
    assert call(store, "POST", f"/crates/{own}/action", json={"os-move": {"hall": "north"}}).status == 202
    assert call(store, "POST", f"/crates/{NOBODY}/action", json={"os-move": {"hall": "north"}}).status == 404
    assert call(store, "GET", "/limits").body == {"limits": {"crates": 1, "racks": 1}}
