"""The identity part of the reference: tokens for passwords, and what is refused, by values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.run.embedded import CLOUD, OTHER_CLOUD
from conformance.services.identity.target.tokens import ACCOUNTS
from conformance.services.wire import Answer

TOKENS = "/v3/auth/tokens"
DEFAULT = {"id": "default", "name": "Default"}


@pytest.fixture
def target(contract: Contract) -> Offline:
    return Offline(contract)


def call(target: Offline, method: str, path: str, **given: Any) -> Answer:
    return target.call(method, path, service="identity", token=None, **given)


def user_of(target: Offline, **given: Any) -> dict[str, Any]:
    """The body of a token call of the first account, with other members of its user."""
    body = target.password()
    user = body["auth"]["identity"]["password"]["user"]
    return target.password(identity={"methods": ["password"], "password": {"user": {**user, **given}}})


def test_a_token_of_a_project_names_user_project_roles_and_services(target: Offline) -> None:
    answer = target.login(target.password())
    token = answer.body["token"]
    assert (answer.status, token["methods"], token["is_domain"]) == (201, ["password"], False)
    assert {"id": target.identity.projects["reference"], "name": "reference", "domain": DEFAULT} == token["project"]
    assert ("reference", target.identity.users["reference"]) == (token["user"]["name"], token["user"]["id"])
    assert [role["name"] for role in token["roles"]] == ["member"]
    places = {
        (service["type"], item["interface"]): (item["url"], item["region"])
        for service in token["catalog"]
        for item in service["endpoints"]
    }
    assert {
        (name, interface): (f"http://reference/{name}", "RegionOne")
        for name in ("identity", "image")
        for interface in ("public", "internal", "admin")
    } == places


def test_a_token_is_of_the_documented_form_and_in_the_documented_header(target: Offline, contract: Contract) -> None:
    answer, spec = target.login(target.password()), contract.operations["auth.token"].responses[0]
    assert (spec.status, spec.media_type) == (answer.status, answer.media_type)
    assert set(spec.headers) <= answer.headers.keys()
    assert spec.schema is not None
    jsonschema.Draft202012Validator(dict(spec.schema)).validate(answer.body)


def test_a_token_is_good_for_an_hour(target: Offline) -> None:
    token = target.login(target.password()).body["token"]
    issued, expires = (datetime.fromisoformat(token[name]) for name in ("issued_at", "expires_at"))
    assert timedelta(hours=1) == expires - issued
    assert abs(issued - target.clock.now()) < timedelta(minutes=1)


def test_each_call_gives_another_token(target: Offline) -> None:
    values = {target.login(target.password()).headers["X-Subject-Token"] for _ in range(3)}
    assert len(values) == 3
    assert values == set(target.identity.tokens)


@pytest.mark.parametrize("scope", [None, "unscoped", {"unscoped": {}}])
def test_a_token_without_a_scope_has_no_project_and_no_services(target: Offline, scope: Any) -> None:
    token = target.login(target.password(scope=scope)).body["token"]
    assert set() == {"project", "roles", "catalog"} & token.keys()


def test_users_and_projects_can_be_named_by_their_ids(target: Offline) -> None:
    identity = target.identity
    password = {"id": identity.users["reference"], "password": identity.passwords["reference"]}
    body = target.password(
        identity={"methods": ["password"], "password": {"user": password}},
        scope={"project": {"id": identity.projects["reference"]}},
    )
    assert target.login(body).status == 201


def test_a_domain_can_be_named_by_its_name(target: Offline) -> None:
    assert target.login(user_of(target, domain={"name": "Default"})).status == 201


@pytest.mark.parametrize(
    "given",
    [
        {"password": "wrong"},
        {"password": ""},
        {"password": "密码"},
        {"name": "nobody"},
        {"name": "reference-other"},
        {"domain": {"id": "another"}},
        {"domain": None},
    ],
)
def test_wrong_credentials_get_no_token(target: Offline, given: dict[str, Any]) -> None:
    answer = target.login(user_of(target, **given))
    assert (answer.status, answer.body["error"]["title"], target.identity.tokens) == (401, "Unauthorized", {})


@pytest.mark.parametrize(
    "project",
    [{"name": "reference-other", "domain": {"id": "default"}}, {"name": "reference"}, {"id": "nothing"}, {}],
)
def test_a_project_that_is_not_the_users_gets_no_token(target: Offline, project: dict[str, Any]) -> None:
    assert target.login(target.password(scope={"project": project})).status == 401


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"auth": None},
        {"auth": {}},
        {"auth": {"identity": []}},
        {"auth": {"identity": {"methods": "password"}}},
        {"auth": {"identity": {"methods": ["password"]}}},
        {"auth": {"identity": {"methods": ["password"], "password": {"user": "reference"}}}},
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "reference", "password": 5}}}}},
    ],
)
def test_a_body_of_another_form_is_refused(target: Offline, body: Any) -> None:
    assert target.login(body).status == 400


@pytest.mark.parametrize("scope", [{"project": "reference"}, {"domain": {}}, "everything", []])
def test_a_scope_of_another_form_is_refused(target: Offline, scope: Any) -> None:
    assert target.login(target.password(scope=scope)).status == 400


def test_another_method_than_the_password_is_refused(target: Offline) -> None:
    assert target.login({"auth": {"identity": {"methods": ["token"]}}}).status == 401


def test_a_body_that_is_no_json_is_refused(target: Offline) -> None:
    assert call(target, "POST", TOKENS, body=b"{").status == 400


def test_the_root_and_the_version_tell_where_to_log_in(target: Offline) -> None:
    root, version = call(target, "GET", "/"), call(target, "GET", "/v3")
    told = version.body["version"]
    assert (300, [told], 200) == (root.status, root.body["versions"]["values"], version.status)
    assert ([link["href"] for link in told["links"]], told["status"]) == (["http://reference/identity/v3/"], "stable")
    assert target.parts["identity"][0].endpoint == "http://reference/identity/v3"


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", TOKENS, 405, "POST"),
        ("DELETE", TOKENS, 405, "POST"),
        ("POST", "/v3", 404, None),
        ("GET", "/v2.0", 404, None),
    ],
)
def test_what_is_not_defined_is_refused(
    target: Offline, method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = call(target, method, path)
    assert (status, allowed) == (answer.status, answer.headers.get("Allow"))
    assert status == answer.body["error"]["code"]


def test_there_is_a_cloud_for_each_account_and_those_that_a_run_uses(target: Offline) -> None:
    clouds = target.clouds()["clouds"]
    assert ACCOUNTS.keys() == clouds.keys()
    assert {CLOUD, OTHER_CLOUD} <= clouds.keys()
    assert {
        "auth": {
            "auth_url": "http://reference/identity/v3",
            "username": "reference-reader",
            "password": target.identity.passwords["reference-reader"],
            "project_name": "reference",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": "RegionOne",
    } == clouds["reference-reader"]
