"""What the operations of a service are about, read off their paths and methods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.resources import resources_of
from conformance.document.naming import operation_id
from conformance.model.contract import Authority, Contract, Operation, Resource, ResponseSpec

SERVER = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}


def operation(method: str, path: str, schema: dict[str, Any] | None = None, service: str = "server") -> Operation:
    answer = ResponseSpec(200, "application/json" if schema else None, schema, (), Authority.DOCUMENT, ())
    return Operation(
        operation_id(method, path, json_answer=schema is not None),
        method,
        path,
        service,
        Authority.DOCUMENT,
        ((1, 1),),
        responses=(answer,),
    )


def one(*operations: Operation) -> Resource:
    (resource,) = resources_of(operations).values()
    return resource


def test_every_action_on_a_resource_is_an_operation_of_it() -> None:
    show = operation("GET", "/v2/servers/{server_id}", SERVER)
    actions = [
        replace(operation("POST", "/v2/servers/{server_id}/action"), id=f"server.act.{name}", action=name)
        for name in ("reboot", "stop")
    ]
    assert {"/action": ("server.act.reboot", "server.act.stop")} == one(show, *actions).extra


@pytest.mark.parametrize("names", [("server", "import"), ("import", "server")])
def test_of_several_creates_that_is_meant_whose_body_is_called_by_the_resource(names: tuple[str, ...]) -> None:
    creates = [replace(operation("POST", "/v2/servers"), id=f"server.create.{name}", action=name) for name in names]
    listing = operation("GET", "/v2/servers", {"type": "array", "items": SERVER})
    assert one(listing, *creates).create == "server.create.server"


def test_a_collection_and_its_items_are_one_resource() -> None:
    resource = one(
        operation(
            "GET", "/v2/servers", {"type": "object", "properties": {"servers": {"type": "array", "items": SERVER}}}
        ),
        operation("POST", "/v2/servers", SERVER),
        operation("GET", "/v2/servers/{server_id}", SERVER),
        operation("PATCH", "/v2/servers/{server_id}", SERVER),
        operation("DELETE", "/v2/servers/{server_id}"),
        operation("GET", "/v2/servers/{server_id}/file"),
    )
    wanted = Resource(
        name="server",
        service="server",
        collection="/v2/servers",
        parameter="server_id",
        list="server.list",
        create="server.create",
        show="server.show",
        change="server.patch",
        remove="server.delete",
        extra={"/file": ("server.download",)},
        items="servers",
        wrapper="",
        id="id",
    )
    assert wanted == resource
    assert resource.item == "/v2/servers/{server_id}"


def test_what_no_operation_does_is_none() -> None:
    resource = one(operation("DELETE", "/v2/servers/{server_id}"))
    assert (resource.list, resource.create, resource.show, resource.change) == (None, None, None, None)
    assert resource.operations == ("server.delete",)


def test_a_collection_below_a_resource_is_a_resource_of_its_own() -> None:
    found = resources_of(
        [
            operation("GET", "/v2/servers/{server_id}", SERVER),
            operation("GET", "/v2/servers/{server_id}/tags"),
            operation("PUT", "/v2/servers/{server_id}/tags/{tag}"),
            operation("POST", "/v2/servers/{server_id}/action"),
        ]
    )
    assert list(found) == ["server", "server.tag"]
    assert found["server"].extra == {"/action": ("server.action.create",)}
    assert found["server.tag"].change == "server.tag.replace"


def test_put_changes_where_nothing_patches() -> None:
    methods = ("PATCH", "PUT")
    both = [operation(method, "/v2/servers/{server_id}") for method in methods]
    assert (one(*both).change, one(both[1]).change) == ("server.patch", "server.replace")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v3/auth/tokens"), ("GET", "/v2/limits"), ("GET", "/v2/{project_id}")]
)
def test_a_call_that_makes_and_shows_nothing_of_its_own_is_no_resource(method: str, path: str) -> None:
    assert resources_of([operation(method, path)]) == {}


def test_a_collection_without_items_needs_a_list_and_a_create() -> None:
    resource = one(operation("GET", "/v2/events"), operation("POST", "/v2/events"))
    assert (resource.parameter, resource.list, resource.create) == ("", "event.list", "event.create")


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"type": "array", "items": SERVER}, ""),
        ({"properties": {"links": {"type": "array"}, "servers": {"type": "array", "items": SERVER}}}, "servers"),
        ({"properties": {"names": {"type": "array", "items": {"type": "string"}}}}, ""),
        (None, ""),
    ],
)
def test_the_items_of_a_list_are_its_first_array_of_objects(answer: dict[str, Any] | None, wanted: str) -> None:
    assert wanted == one(operation("GET", "/servers", answer), operation("GET", "/servers/{id}")).items


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (SERVER, ""),
        ({"type": "object", "properties": {"server": SERVER}}, "server"),
        ({"type": "object", "properties": {"count": {"type": "integer"}}}, ""),
    ],
)
def test_an_answer_may_wrap_the_resource(answer: dict[str, Any], wanted: str) -> None:
    assert wanted == one(operation("GET", "/servers/{id}", answer)).wrapper


@pytest.mark.parametrize(
    ("parameter", "wanted"), [("server_id", "id"), ("id", "id"), ("server_name", "name"), ("server", "id")]
)
def test_the_id_is_the_member_that_the_path_repeats(parameter: str, wanted: str) -> None:
    assert wanted == one(operation("GET", f"/servers/{{{parameter}}}", SERVER)).id


def test_resources_of_two_services_stand_apart() -> None:
    found = resources_of(
        [
            operation("GET", "/v2/servers/{id}", service="compute"),
            operation("GET", "/v2/volumes/{id}", service="storage"),
        ]
    )
    assert {name: item.service for name, item in found.items()} == {"server": "compute", "volume": "storage"}


def test_the_contract_knows_what_an_operation_is_about(contract: Contract) -> None:
    about = {name: getattr(contract.resource_of(name), "name", None) for name in contract.operations}
    (resource,) = contract.resources
    assert about == {
        name: None if operation.issues_token else resource for name, operation in contract.operations.items()
    }


def test_a_token_is_given_to_who_has_none(contract: Contract) -> None:
    token = contract.token_operation
    assert token is not None
    assert [token.id] == [name for name, operation in contract.operations.items() if not operation.secured]


def test_a_collection_that_is_listed_in_detail_alone_is_listed_by_that() -> None:
    def listing(path: str, holds: str) -> Operation:
        rows = {"type": "object", "properties": {holds: {"type": "array", "items": SERVER}}}
        return operation("GET", path, rows)

    show, create = operation("GET", "/v2/servers/{server_id}", SERVER), operation("POST", "/v2/servers", SERVER)
    detail = listing("/v2/servers/detail", "servers")
    found = one(create, show, detail)
    assert (detail.id, "servers") == (found.list, found.items)
    plain = listing("/v2/servers", "servers")
    assert plain.id == one(create, show, detail, plain).list


def test_a_path_that_may_list_a_part_or_something_else_lists_no_collection() -> None:
    rows = {"type": "object", "properties": {"servers": {"type": "array", "items": SERVER}}}
    other = {"type": "object", "properties": {"events": {"type": "array", "items": SERVER}}}
    show, create = operation("GET", "/v2/servers/{server_id}", SERVER), operation("POST", "/v2/servers", SERVER)
    assert one(create, show, operation("GET", "/v2/servers/deleted", rows)).list is None
    assert one(create, show, operation("GET", "/v2/servers/detail", other)).list is None


def test_each_of_two_collections_with_the_same_nouns_is_a_resource_of_its_own() -> None:
    paths = ("/v2/servers", "/v2/{project_id}/servers", "/v3/servers")
    found = resources_of(
        replace(operation("GET", f"{path}/{{server_id}}", SERVER), id=f"show-{path}", service=service)
        for service, path in (*(("compute", path) for path in paths), ("other", paths[0]))
    )
    wanted = {
        "server": ("compute", "/v2/servers"),
        "project_id.server": ("compute", "/v2/{project_id}/servers"),
        "compute.server": ("compute", "/v3/servers"),
        "other.server": ("other", "/v2/servers"),
    }
    assert wanted == {name: (item.service, item.collection) for name, item in found.items()}
    assert list(found) == [item.name for item in found.values()]


def test_no_resource_is_lost_however_alike_the_paths_are() -> None:
    paths = [
        f"/v{major}.{minor}/{middle}servers" for major in (1, 2) for minor in (0, 1) for middle in ("", "{a}/", "a/")
    ]
    shows = [replace(operation("GET", f"{path}/{{server_id}}", SERVER), id=f"show-{path}") for path in paths]
    assert paths == [item.collection for item in resources_of(shows).values()]
