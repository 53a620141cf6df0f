"""Logging in: to whom the credentials go, and what is made of an answer of any form."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from conformance.model.contract import Contract
from conformance.model.errors import ConformanceError, LoginRefused, NotACloud, UsageError
from conformance.proof.reference import Reference
from conformance.target.cloud import Settings, Target, Wanted, open_target
from conformance.target.secrets import Secrets

Answer = tuple[int, dict[str, str], Any]
Open = Callable[..., Target]
PASSWORD = "Kw9pT2xQv7Lr-planted"


class Listener:
    """A server that answers with what `reply` says and keeps what it was sent."""

    def __init__(self, reply: Callable[[str, str], Answer]) -> None:
        self.seen: list[tuple[str, str, bytes, dict[str, str]]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                listener.seen.append((self.command, self.path, body, dict(self.headers.items())))
                status, fields, content = reply(self.command, self.path)
                data = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer  # noqa: N815  names that http.server calls

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listen() -> Iterator[Callable[[Callable[[str, str], Answer]], Listener]]:
    """Starts listeners and closes them."""
    with ExitStack() as stack:

        def start(reply: Callable[[str, str], Answer]) -> Listener:
            listener = Listener(reply)
            stack.callback(listener.close)
            return listener

        yield start


@pytest.fixture
def opened(tmp_path: Path, contract: Contract) -> Iterator[Open]:
    """Opens a cloud of this configuration and closes it."""
    with ExitStack() as stack:

        def start(cloud: dict[str, Any], **settings: Any) -> Target:
            path = tmp_path / "clouds.yaml"
            path.write_text(yaml.safe_dump({"clouds": {"here": cloud}}))
            wanted = Wanted({"image": ("image",), "identity": ()}, contract.token_operation)
            chosen = Settings(cloud="here", config_files=(str(path),), **settings)
            target = open_target(chosen, wanted, lambda transport: transport, secrets=Secrets())
            stack.callback(target.transport.close)
            return target

        yield start


def at(root: str, **auth: Any) -> dict[str, Any]:
    given = {
        "username": "u",
        "password": PASSWORD,
        "project_name": "p",
        "user_domain_id": "d",
        "project_domain_id": "d",
    }
    return {"auth": {"auth_url": f"{root}/v3", **given, **auth}}


def versions(root: str) -> Any:
    link = {"rel": "self", "href": f"{root}/v3/"}
    return {"version": {"id": "v3.14", "status": "stable", "links": [link], "media-types": []}}


def token(image: str | None = "http://127.0.0.1:1/image", **members: Any) -> Any:
    endpoint = {"interface": "public", "region_id": "r", "region": "r", "url": image, "id": "e"}
    catalog = [{"type": "image", "name": "glance", "id": "s", "endpoints": [endpoint]}] if image is not None else []
    project = {"id": "p1", "name": "p", "domain": {"id": "d", "name": "d"}}
    user = {"id": "u1", "name": "u", "domain": {"id": "d", "name": "d"}}
    told = {
        "project": project,
        "user": user,
        "roles": [{"name": "member"}],
        "methods": ["password"],
        "catalog": catalog,
    }
    times = {"expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00.000000Z"}
    return {"token": {**told, **times, **members}}


def login(given: Any = None, subject: str = "t" * 40, elsewhere: str = "") -> Callable[[str, str], Answer]:
    """An identity service that gives this token, and names `elsewhere` as its own address."""

    def reply(method: str, path: str) -> Answer:
        if method == "GET":
            return 200, {}, versions(elsewhere)
        return 201, {"X-Subject-Token": subject}, given if given is not None else token()

    return reply


def test_the_credentials_do_not_go_where_the_identity_service_says_that_it_is(listen: Any, opened: Open) -> None:
    other = listen(login())
    here = listen(login(elsewhere=other.root))
    target = opened(at(here.root))
    assert [] == other.seen
    assert "p1" == target.main.project_id
    assert [("POST", "/v3/auth/tokens")] == [(method, path) for method, path, body, _ in here.seen if body]


@pytest.mark.parametrize("named", [False, True])
def test_a_provider_of_identities_is_asked_where_it_or_the_configuration_says(
    listen: Any, opened: Open, *, named: bool
) -> None:
    provider = listen(lambda *_: (200, {}, {"access_token": "a" * 30}))
    discovery = listen(lambda *_: (200, {}, {"token_endpoint": f"{provider.root}/token"}))
    here = listen(login())
    auth = {
        "auth_url": f"{here.root}/v3",
        "identity_provider": "i",
        "protocol": "openid",
        "client_id": "c",
        "client_secret": PASSWORD,
        "project_id": "p1",
        "username": "u",
        "password": PASSWORD,
        **({"discovery_endpoint": discovery.root} if named else {"access_token_endpoint": f"{provider.root}/token"}),
    }
    assert "p1" == opened({"auth_type": "v3oidcpassword", "auth": auth}).main.project_id
    assert [("POST", "/token")] == [item[:2] for item in provider.seen]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_credentials_nowhere(listen: Any, opened: Open, status: int) -> None:
    other = listen(login())
    here = listen(lambda _, path: (status, {"Location": f"{other.root}{path}"}, {}))
    with pytest.raises(NotACloud) as caught:
        opened(at(here.root))
    due = f"{here.root}/v3: redirects POST /v3/auth/tokens ({status}) to {other.root}/v3/auth/tokens; not followed: "
    assert due + f"if that is your identity service, set auth_url to {other.root}/v3" == str(caught.value)
    assert [] == other.seen


def test_a_look_for_versions_that_is_redirected_does_not_hinder_a_login(listen: Any, opened: Open) -> None:
    moved = {"Location": "http://127.0.0.1:1/v3/"}
    here = listen(lambda method, path: (301, moved, {}) if method == "GET" else login()(method, path))
    assert "p1" == opened(at(here.root)).main.project_id


def test_a_token_that_is_packed_is_told_as_that(listen: Any, opened: Open) -> None:
    fields = {"X-Subject-Token": "t" * 40, "Content-Encoding": "gzip"}
    here = listen(lambda method, _: (201, fields, "packed") if method == "POST" else (200, {}, versions("")))
    with pytest.raises(NotACloud, match=r"its answer to POST is packed \(Content-Encoding: gzip\)"):
        opened(at(here.root))


def test_a_renewal_that_is_redirected_is_told_as_that(listen: Any, opened: Open) -> None:
    logins: list[int] = []

    def reply(method: str, path: str) -> Any:
        if method == "POST" and logins:
            return 302, {"Location": "/login"}, {}
        logins.extend([1] if method == "POST" else [])
        return login()(method, path)

    here = listen(reply)
    main = opened(at(here.root)).main
    with pytest.raises(
        LoginRefused, match=r"gave no new token: redirects POST /v3/auth/tokens \(302\) to http://.*/\.\.\.;"
    ):
        main.renew()


def test_an_override_is_the_users_own_word(reference: Reference, opened: Open) -> None:
    accounts = reference.clouds()["clouds"]["reference"]
    moved = reference.urls["image"].replace("127.0.0.1", "localhost")
    target = opened({**accounts, "image_endpoint_override": f"{moved}/v2"})
    assert moved == target.url("image")
    assert f"http://{urlsplit(moved).netloc}" in target.transport.origins


def test_a_token_without_a_catalogue_does_with_an_override(listen: Any, opened: Open) -> None:
    here = listen(login(token(image=None)))
    target = opened(
        {**at(here.root), "image_endpoint_override": "http://127.0.0.1:1/i", "identity_endpoint_override": here.root}
    )
    assert ("http://127.0.0.1:1/i", here.root) == (target.url("image"), target.url("identity"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        [],
        {"token": None},
        {"token": {"project": []}},
        token(project={"id": 7, "name": "p", "domain": {}}),
        token(project={"id": ["p"], "name": "p"}),
        token(user={"id": {"a": 1}, "name": "u"}),
        token(user=None),
        token(roles=7),
        token(roles=[7]),
        token(expires_at=[]),
        token(catalog={"a": 1}),
        token(catalog=7),
    ],
)
def test_a_token_of_any_form_is_one_line(listen: Any, opened: Open, given: Any) -> None:
    here = listen(login(given))
    with pytest.raises(ConformanceError) as caught:
        opened(at(here.root))
    assert 3 == caught.value.exit_code
    assert "\n" not in str(caught.value)


def test_a_token_that_no_header_can_hold_is_one_line(listen: Any, opened: Open) -> None:
    here = listen(login(subject="t" * 20_000))
    with pytest.raises(ConformanceError):
        opened(at(here.root))


def test_roles_that_are_no_texts_are_none(listen: Any, opened: Open) -> None:
    here = listen(login(token(roles=[{"name": 7}, {"name": "member"}])))
    assert ("member",) == opened(at(here.root)).main.roles


@pytest.mark.parametrize(
    ("auth_type", "auth"),
    [("none", {"endpoint": "http://127.0.0.1:1"}), ("admin_token", {"endpoint": "http://127.0.0.1:1", "token": "tt"})],
)
def test_a_login_without_an_identity_service_is_a_mistake_in_the_configuration(
    opened: Open, auth_type: str, auth: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        opened({"auth_type": auth_type, "auth": {"auth_url": "http://127.0.0.1:1/v3", **auth}})


@pytest.mark.parametrize("auth_type", ["v3password", "v3token", "v3applicationcredential", "token"])
def test_other_types_of_login_go_through_the_same_door(listen: Any, opened: Open, auth_type: str) -> None:
    here = listen(login())
    kinds: dict[str, dict[str, Any]] = {
        "v3password": {"username": "u", "password": PASSWORD, "user_domain_id": "d", "project_id": "p1"},
        "v3token": {"token": PASSWORD, "project_id": "p1"},
        "token": {"token": PASSWORD, "project_id": "p1"},
        "v3applicationcredential": {"application_credential_id": "a", "application_credential_secret": PASSWORD},
    }
    target = opened({"auth_type": auth_type, "auth": {"auth_url": f"{here.root}/v3", **kinds[auth_type]}})
    assert (PASSWORD,) == target.main.secrets
    assert any(PASSWORD.encode() in body for _, _, body, _ in here.seen)


@pytest.mark.parametrize("auth_type", ["v3token", "token"])
@pytest.mark.parametrize(("status", "said"), [(401, "it requires authentication"), (404, "Failed to validate token")])
def test_a_token_that_was_given_and_has_expired_is_told_as_that(
    listen: Any, opened: Open, auth_type: str, status: int, said: str
) -> None:
    error = {"error": {"message": said, "code": status}}
    here = listen(lambda method, _: (status, {}, error) if method == "POST" else (200, {}, versions("")))
    auth = {"auth_url": f"{here.root}/v3", "token": PASSWORD, "project_id": "p1"}
    with pytest.raises(LoginRefused, match=f"{said}.*it has expired or was revoked.*give a new one"):
        opened({"auth_type": auth_type, "auth": auth})


def test_a_token_that_was_given_and_expires_in_mid_run_is_told_as_that(listen: Any, opened: Open) -> None:
    logins: list[int] = []

    def reply(method: str, path: str) -> Any:
        if method == "POST" and logins:
            return 404, {}, {"error": {"message": "Failed to validate token", "code": 404}}
        logins.extend([1] if method == "POST" else [])
        return login()(method, path)

    here = listen(reply)
    auth = {"auth_url": f"{here.root}/v3", "token": PASSWORD, "project_id": "p1"}
    main = opened({"auth_type": "v3token", "auth": auth}).main
    with pytest.raises(LoginRefused, match=r"gave no new token: Failed to validate token \(HTTP 404\); it has expired"):
        main.renew()


def test_what_refuses_a_login_is_told_without_the_password(listen: Any, opened: Open) -> None:
    error = {"error": {"message": f"no such user, or the password {PASSWORD} is wrong", "code": 401}}
    here = listen(lambda method, _: (401, {}, error) if method == "POST" else (200, {}, versions("")))
    with pytest.raises(LoginRefused, match=r"the password \$OS_PASSWORD is wrong"):
        opened(at(here.root))


def test_a_failure_through_a_proxy_names_the_proxy_without_its_password(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://me:proxy-word-12@127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(ConformanceError, match=r"proxy http://127\.0\.0\.1:1") as caught:
        opened(at("http://cloud.invalid"))
    assert "proxy-word" not in str(caught.value)
