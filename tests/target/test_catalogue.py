"""Where a service is, from a configuration and a catalogue of any form."""

from __future__ import annotations

from typing import Any

import pytest
from keystoneauth1.access import AccessInfoV3
from openstack.config.cloud_region import CloudRegion

from conformance.model.errors import ConformanceError, NoService, NotACloud, UsageError
from conformance.target.catalogue import endpoint, root_of, with_project
from conformance.target.secrets import Secrets


def where(catalogue: Any, types: tuple[str, ...] = ("thing",), **config: Any) -> str:
    """Where the service is, with this catalogue and configuration."""
    body = {"token": {"project": {"id": "p1"}, "user": {"id": "u1"}, "catalog": catalogue}}
    region = CloudRegion(
        name="here",
        region_name=config.pop("region_name", ""),
        config={"auth": {"auth_url": "http://login/v3"}, "interface": "public", **config},
    )
    return endpoint(AccessInfoV3(body, auth_token="t"), region, "thing", types, Secrets())


def entry(url: Any, *, kind: Any = "thing", **members: Any) -> dict[str, Any]:
    return {"type": kind, "name": "n", "endpoints": [{"interface": "public", "region": "one", "url": url, **members}]}


def test_the_catalogue_says_where_a_service_is() -> None:
    assert "http://things/api" == where([entry("http://things/api/v2/")])


MINE = "0123456789abcdef0123456789abcdef"
OTHERS = "fedcba9876543210fedcba9876543210"


@pytest.mark.parametrize(
    ("path", "due", "paths"),
    [
        ("", "", ["/v3/{project_id}/things"]),
        ("/", "", ["/v3/{project_id}/things"]),
        ("/v3", "", ["/v3/{project_id}/things", "/v3/kinds"]),
        ("/v3/", "", ["/v3/things"]),
        ("/v3/MINE", "", ["/v3/{project_id}/things"]),
        ("/v3/MINE/", "", ["/v3/kinds", "/v3/{tenant_id}/things"]),
        ("/v3/MINE", "", ["/v3/things"]),
        ("/v3.71/MINE", "", ["/v3/{project_id}/things"]),
        ("/gate/v3/MINE", "/gate", ["/v3/{project_id}/things"]),
        ("/gate/v3/MINE", "", ["/gate/v3/{project_id}/things"]),
        ("/gate/v3", "/gate", ["/v3/{project_id}/things"]),
        ("/gate", "/gate", ["/v3/{project_id}/things"]),
        ("/gate", "", ["/gate/v3/{project_id}/things"]),
        ("/v3/MINE", "/v3", ["/{project_id}/things"]),
        ("/v3/MINE", "/v3/MINE", ["/things", "/things/{thing_id}"]),
        ("/v3", "/v3", ["/things", "/things/{thing_id}"]),
        ("/MINE", "", ["/{project_id}/things"]),
        ("/MINE", "/MINE", ["/things"]),
        ("/v1/AUTH_MINE", "", ["/v1/AUTH_{project_id}/{box}"]),
        ("/v1/AUTH_MINE", "", ["/v1/{account}/{box}"]),
        ("/v1/AUTH_MINE", "/v1/AUTH_MINE", ["/boxes"]),
        ("/things", "/things", ["/things"]),
        ("/v2/MINE", "", []),
        ("/v2", "", []),
        ("/v2/things", "/v2/things", []),
        ("/v3/OTHERS", "/v3/OTHERS", ["/kinds"]),
    ],
)
def test_what_the_paths_of_a_contract_begin_with_is_left_to_it(path: str, due: str, paths: list[str]) -> None:
    url, root = (f"http://host:1{text}".replace("MINE", MINE).replace("OTHERS", OTHERS) for text in (path, due))
    assert root == root_of(url, paths, MINE)
    assert root_of(root, paths, MINE) == root  # what is cut already stays


def test_without_a_project_a_version_is_still_left_to_the_contract() -> None:
    assert "http://host" == root_of("http://host/v3", ["/v3/{project_id}/things"], None)


def test_a_short_project_is_not_met_in_a_version() -> None:
    assert "http://host/v1" == root_of("http://host/v1", ["/{project_id}/things"], "1")


@pytest.mark.parametrize(
    ("path", "due"),
    [
        ("/v3/MINE", "/v3/OTHERS"),
        ("/v1/AUTH_MINE", "/v1/AUTH_OTHERS"),
        ("/v3", "/v3"),
        ("/v3/xMINE", "/v3/xMINE"),
    ],
)
def test_another_project_has_an_address_of_its_own(path: str, due: str) -> None:
    url, other = (f"http://host:1{text}".replace("MINE", MINE).replace("OTHERS", OTHERS) for text in (path, due))
    assert other == with_project(url, MINE, OTHERS)


def test_the_configuration_wins_over_the_catalogue() -> None:
    assert "http://mine:9292" == where([entry("http://things")], thing_endpoint_override="http://mine:9292/v2")


def test_an_address_of_the_configuration_may_hold_ids() -> None:
    assert "http://mine/p1" == where([], thing_endpoint_override="http://mine/%(project_id)s")


def test_an_address_of_the_configuration_that_is_none_is_a_mistake_in_it() -> None:
    with pytest.raises(UsageError, match="is no HTTP URL"):
        where([], thing_endpoint_override="file:///etc/passwd")


def test_a_service_without_a_type_is_where_we_log_in_or_where_the_configuration_says() -> None:
    assert "http://login" == where([], types=())
    assert "http://mine" == where([], types=(), thing_endpoint_override="http://mine/v3")


def test_interface_region_type_and_name_of_the_service_go_before_those_of_the_cloud() -> None:
    internal = {"interface": "internal", "region": "two", "url": "http://internal"}
    service = {"type": "stuff", "name": "mine", "endpoints": [internal]}
    others = [
        entry("http://public", kind="stuff"),
        {**service, "name": "other", "endpoints": [{**internal, "url": "http://no"}]},
    ]
    chosen = {"thing_service_type": "stuff", "thing_service_name": "mine", "thing_interface": "internal"}
    assert "http://internal" == where([*others, service], region_name="one", thing_region_name="two", **chosen)


def test_the_first_of_several_interfaces_that_is_listed_counts() -> None:
    assert "http://public" == where([entry("http://public")], interface=["internal", "public"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://h/1",
        "javascript:alert(1)",
        "data:text/html,x",
        "/v2/things",
        "//host/v2",
        "http://",
        "http://user:word@host/",
        "http://host/?a=b",
        "http://host/#a",
        "http://host:0/",
        "http://host/a b",
        "http://host/\x1b[2J",
        "http://host/" + "a" * 5000,
    ],
)
def test_what_is_no_address_of_a_service_is_told_in_one_line(url: str) -> None:
    with pytest.raises(NotACloud) as caught:
        where([entry(url)])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "odd",
    [
        None,
        1,
        "x",
        [],
        {},
        {"type": 1},
        {"type": "thing"},
        {"type": "thing", "endpoints": 7},
        entry(None),
        entry(""),
        entry(3),
        entry([]),
    ],
)
def test_entries_of_a_wrong_form_are_passed_over(odd: Any) -> None:
    assert "http://things" == where([odd, entry("http://things"), odd])
    with pytest.raises(NoService):
        where([odd])


@pytest.mark.parametrize("catalogue", [None, {}, "x", 1, [[]], [entry("http://x", kind="other")]])
def test_a_catalogue_without_the_service_says_what_it_has(catalogue: Any) -> None:
    with pytest.raises(ConformanceError) as caught:
        where(catalogue)
    assert isinstance(caught.value, NoService | NotACloud)


def test_a_service_under_another_type_is_said_in_the_configuration() -> None:
    with pytest.raises(NoService, match=r"it has: other; where one of these is it, say so with thing_service_type"):
        where([entry("http://x", kind="other")])


def test_a_catalogue_of_very_many_entries_is_one_line() -> None:
    many = [entry(f"http://host/{number}", kind=f"kind-{number}") for number in range(100_000)]
    with pytest.raises(NoService, match="and 99988 more") as caught:
        where(many)
    assert len(str(caught.value)) < 1000
