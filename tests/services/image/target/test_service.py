"""The image part of the reference keeps the document: each operation, each refusal, and what every answer has."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import jsonschema
import pytest
from images import FILE, IMAGES, PATCH, UNKNOWN, create, listed, patch, refused, replace
from targets import Offline

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError
from conformance.services.clock import Clock
from conformance.services.image.target.service import ImagePart
from conformance.services.image.target.store import DEFAULTS
from conformance.services.part import Surroundings
from conformance.services.wire import JSON_LIMIT, Answer

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# --- the operations -------------------------------------------------------------------------------------------------


def test_an_image_made_of_nothing_has_the_documented_members(target: Offline) -> None:
    image = create(target)
    own = {name: image[name] for name in ("id", "owner", "created_at", "updated_at")}
    expected = {
        "name": None,
        "container_format": None,
        "disk_format": None,
        "min_disk": 0,
        "min_ram": 0,
        "protected": False,
        "tags": [],
        "visibility": "private",
        "status": "queued",
        "size": None,
        "checksum": None,
        "virtual_size": None,
        "self": f"/v2/images/{own['id']}",
        "file": f"/v2/images/{own['id']}/file",
        "schema": "/v2/schemas/image",
        "locations": [],
    }
    assert expected | own == image
    assert target.identity.projects["reference"] == own["owner"]
    assert STAMP.fullmatch(own["created_at"])
    assert own["created_at"] == own["updated_at"]


def test_what_is_left_out_has_the_value_of_the_documents_example(target: Offline, contract: Contract) -> None:
    image, shown = create(target), contract.operations["image.create"].defaults
    assert {"status", "tags", "size", "protected", "checksum", "virtual_size"} == shown.keys()
    assert dict(shown) == {name: image[name] for name in shown}


def test_the_members_that_a_client_may_write_are_the_contracts(contract: Contract) -> None:
    schema = contract.operations["image.create"].request_schema or {}
    assert schema["properties"].keys() - {"id"} == DEFAULTS.keys()


def test_what_is_sent_is_stored_and_tags_are_a_set(target: Offline) -> None:
    sent = {
        "id": "0badcafe-0000-4000-8000-000000000001",
        "name": "一",
        "container_format": "bare",
        "disk_format": "qcow2",
        "min_disk": 1,
        "min_ram": 2,
        "protected": True,
        "visibility": "shared",
        "further": "x",
        "nothing": None,
    }
    image = create(target, **sent, tags=["b", "a"])
    assert {**sent, "tags": ["a", "b"]} == {name: image[name] for name in (*sent, "tags")}
    assert image == target.call("GET", image["self"]).body


def test_a_create_names_the_place_of_the_image(target: Offline) -> None:
    answer = target.call("POST", IMAGES, json={})
    assert f"/v2/images/{answer.body['id']}" == answer.headers["Location"]


def test_a_create_that_does_not_say_its_media_type_is_refused(target: Offline) -> None:
    assert 400 == refused(target.call("POST", IMAGES, body=b"{}"))


def test_a_call_that_has_no_body_is_refused_with_one(target: Offline) -> None:
    image = create(target)
    for method, path in (("GET", IMAGES), ("GET", image["self"]), ("GET", image["file"]), ("DELETE", image["self"])):
        assert 400 == refused(target.call(method, path, body=b"{}"))
    assert 200 == target.call("GET", image["self"]).status


def test_an_operation_of_a_patch_with_more_than_it_has_is_refused(target: Offline) -> None:
    image = create(target)
    assert 400 == refused(patch(target, image, {**replace("name", "x"), "from": "/y"}))


def each_success(target: Offline) -> dict[tuple[str, int], Answer]:
    image = create(target)
    where, of_file = image["self"], image["file"]
    calls: list[tuple[str, Callable[[], Answer]]] = [
        ("image.create", lambda: target.call("POST", IMAGES, json={"name": "b"})),
        ("image.list", lambda: target.call("GET", IMAGES)),
        ("image.show", lambda: target.call("GET", where)),
        ("image.patch", lambda: patch(target, image, replace("name", "c"))),
        ("image.download", lambda: target.call("GET", of_file)),
        ("image.upload", lambda: target.call("PUT", of_file, headers=FILE, body=b"data")),
        ("image.download", lambda: target.call("GET", of_file)),
        ("image.delete", lambda: target.call("DELETE", where)),
    ]
    answers = [(name, call()) for name, call in calls]
    return {(name, answer.status): answer for name, answer in answers}


def test_each_success_is_a_documented_one_in_status_media_type_and_form(target: Offline, contract: Contract) -> None:
    documented = {
        (item.id, spec.status): spec
        for item in contract.operations.values()
        if item.service == "image"
        for spec in item.responses
    }
    seen = each_success(target)
    assert documented.keys() == seen.keys()
    for name, spec in documented.items():
        if spec.media_type is None:
            assert (name, b"") == (name, seen[name].encoded())
        else:
            assert (name, spec.media_type) == (name, seen[name].media_type)
        if spec.media_type == "application/json":
            assert spec.schema is not None
            jsonschema.Draft202012Validator(dict(spec.schema)).validate(seen[name].body)
        assert {header.lower() for header in spec.headers} <= {header.lower() for header in seen[name].headers}


def test_data_comes_back_as_it_was_sent_and_makes_the_image_active(target: Offline) -> None:
    image, data = create(target), bytes(range(256))
    assert target.call("PUT", image["file"], headers=FILE, body=data).status == 204
    assert data == target.call("GET", image["file"]).body
    shown = target.call("GET", image["self"]).body
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert ("active", 256, md5) == (shown["status"], shown["size"], shown["checksum"])


def test_data_of_no_bytes_is_data(target: Offline) -> None:
    image = create(target)
    target.call("PUT", image["file"], headers=FILE)
    answer = target.call("GET", image["file"])
    assert (answer.status, answer.body, target.call("GET", image["self"]).body["size"]) == (200, b"", 0)


def test_an_image_without_data_downloads_as_nothing(target: Offline) -> None:
    assert target.call("GET", create(target)["file"]).status == 204


def test_a_deleted_image_is_gone(target: Offline) -> None:
    image = create(target, name="a")
    assert target.call("DELETE", image["self"]).status == 204
    assert (404, 404, set()) == (
        refused(target.call("GET", image["self"])),
        refused(target.call("DELETE", image["self"])),
        listed(target),
    )


def test_a_change_moves_the_time_of_change_and_not_that_of_creation(target: Offline) -> None:
    image = create(target)
    target.clock.advance(5)
    changed = patch(target, image, replace("name", "b")).body
    assert changed["created_at"] == image["created_at"]
    assert changed["updated_at"] > image["updated_at"]


def test_the_root_tells_the_versions(target: Offline) -> None:
    expected = {"versions": [{"id": "v2.0", "status": "CURRENT", "links": []}]}
    for path in ("", "/"):
        answer = target.call("GET", path, token=None)
        assert (300, expected) == (answer.status, answer.body)


@pytest.mark.parametrize("media_type", ["application/json", "application/json-patch+json", ""])
def test_a_patch_has_its_own_media_type(target: Offline, media_type: str) -> None:
    image = create(target)
    assert refused(patch(target, image, replace("name", "b"), headers={"content-type": media_type})) == 400


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"min_ram": NaN}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'{"name": 5}',
        b'{"name": "' + b"x" * 256 + b'"}',
        b'{"min_disk": -1}',
        b'{"min_ram": 1.5}',
        b'{"min_ram": 2147483648}',
        b'{"protected": "true"}',
        b'{"tags": ["a", "a"]}',
        b'{"tags": "a"}',
        b'{"visibility": "secret"}',
        b'{"disk_format": "QCOW2"}',
        b'{"container_format": null}',
        b'{"id": "1"}',
        b'{"own": 5}',
        b'{"name": "' + b"x" * JSON_LIMIT + b'"}',
        json.dumps({f"p{number}": "x" for number in range(129)}).encode(),
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_of_the_documented_form_is_refused(target: Offline, body: bytes) -> None:
    assert refused(target.call("POST", IMAGES, body=body)) == 400
    assert set() == listed(target)


def test_a_media_type_that_is_not_json_is_refused(target: Offline) -> None:
    for media_type in ("text/plain", ""):
        answer = target.call("POST", IMAGES, body=b"{}", headers={"content-type": media_type})
        assert (media_type, 400) == (media_type, refused(answer))
    image = create(target)
    assert refused(target.call("PUT", image["file"], body=b"data", headers={"content-type": "text/plain"})) == 400


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "{}", {}),
        ("PATCH", "{}", PATCH),
        ("DELETE", "{}", {}),
        ("GET", "{}/file", {}),
        ("PUT", "{}/file", FILE),
    ],
)
def test_an_image_that_is_not_there_is_not_found(
    target: Offline, method: str, path: str, headers: dict[str, str]
) -> None:
    for image_id in (UNKNOWN, "no-uuid", "%2e%2e"):
        body = b"[]" if headers else b""
        answer = target.call(method, f"{IMAGES}/{path.format(image_id)}", headers=headers, body=body)
        assert (image_id, 404) == (image_id, refused(answer))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v2/images", "GET, POST"),
        ("HEAD", "/v2/images", "GET, POST"),
        ("POST", f"/v2/images/{UNKNOWN}", "DELETE, GET, PATCH"),
        ("BREW", f"/v2/images/{UNKNOWN}/file", "GET, PUT"),
    ],
)
def test_a_method_that_is_not_defined_is_refused_with_those_that_are(
    target: Offline, method: str, path: str, allowed: str
) -> None:
    answer = target.call(method, path)
    assert (405, allowed) == (refused(answer), answer.headers["Allow"])


@pytest.mark.parametrize("path", ["/v2", "/v2/images/", "/v2/images/a/b", "/v2/Images", "/v3/auth/tokens"])
def test_a_path_that_is_not_defined_is_not_found(target: Offline, path: str) -> None:
    assert refused(target.call("GET", path)) == 404


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.5", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("*/*, application/json;q=0", 406),
    ],
)
def test_json_is_sent_to_who_accepts_it(target: Offline, accept: str, status: int) -> None:
    assert status == target.call("GET", IMAGES, headers={"accept": accept}).status


def test_data_is_sent_whatever_is_accepted(target: Offline) -> None:
    assert target.call("GET", create(target)["file"], headers={"accept": "application/json"}).status == 204


# --- whose token ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "garbage"])
def test_without_a_token_everything_is_refused(target: Offline, token: str | None) -> None:
    for method, path in (("GET", IMAGES), ("POST", IMAGES), ("GET", "/nothing"), ("BREW", IMAGES)):
        answer = target.call(method, path, token=token)
        assert (method, 401, True) == (method, refused(answer), "WWW-Authenticate" in answer.headers)


def test_a_token_without_a_project_opens_nothing(target: Offline) -> None:
    unscoped = target.login(target.password(scope=None)).headers["X-Subject-Token"]
    assert refused(target.call("GET", IMAGES, token=unscoped)) == 401


def test_a_token_that_has_expired_opens_nothing(target: Offline) -> None:
    token = target.token()
    target.clock.advance(3599)
    assert target.call("GET", IMAGES, token=token).status == 200
    target.clock.advance(2)
    assert refused(target.call("GET", IMAGES, token=token)) == 401


# --- every answer ---------------------------------------------------------------------------------------------------


def test_each_answer_has_a_request_id_of_its_own(target: Offline) -> None:
    answers = [target.call("GET", IMAGES), target.call("GET", "/x"), target.call("GET", IMAGES, token=None)]
    ids = [answer.headers["x-openstack-request-id"] for answer in answers]
    assert all(map(REQUEST_ID.fullmatch, ids))
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("status", "title"),
    [(400, "Bad Request"), (401, "Unauthorized"), (404, "Not Found"), (405, "Method Not Allowed")],
)
def test_a_failure_has_the_title_of_the_documents_table(target: Offline, status: int, title: str) -> None:
    calls = {
        400: lambda: target.call("POST", IMAGES, body=b"{"),
        401: lambda: target.call("GET", IMAGES, token=None),
        404: lambda: target.call("GET", f"{IMAGES}/{UNKNOWN}"),
        405: lambda: target.call("PUT", IMAGES),
    }
    answer = calls[status]()
    assert (status, title, "application/json") == (answer.status, answer.body["error"]["title"], answer.media_type)


def test_without_a_part_that_gives_tokens_there_is_no_image_part(contract: Contract) -> None:
    with pytest.raises(SuiteError, match="gives tokens"):
        ImagePart(Surroundings(contract, {"image": "http://reference/image"}, Clock()))
