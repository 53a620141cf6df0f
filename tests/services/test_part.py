"""The way of a call through the parts of the reference: each stage of a fault, in its order, and what every answer has."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.services import part
from conformance.services.fault import Hooks
from conformance.services.identity.target.tokens import Accounts
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call, Caller, Refused

IMAGES = "/v2/images"
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}


def everything(seen: list[str]) -> Hooks:
    """Writes down each stage that it sees and what it is given there, and changes nothing."""

    def note(stage: str, call: Call) -> None:
        seen.append(f"{stage} {call.operation or call.path}")

    def request(call: Call) -> Call:
        note("request", call)
        return call

    def authorise(call: Call, caller: Caller | None, accounts: Accounts) -> Caller | None:
        assert caller == accounts.caller(call.headers.get("x-auth-token"))
        note("authorise", call)
        return caller

    def query(call: Call, query: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        note("query", call)
        return query

    def visible(call: Call, images: list[StoredImage], store: ImageStore) -> list[StoredImage]:
        assert store.all() == images
        note("visible", call)
        return images

    def members(call: Call, body: Any, store: ImageStore) -> Any:
        note("members", call)
        return body

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        note("handle", call)
        return None

    def stored(call: Call, image: StoredImage, store: ImageStore) -> None:
        assert image is store.get(image.id)
        note("stored", call)

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        assert (call.service == "image") == isinstance(store, ImageStore)
        note(f"answer {answer.status}", call)
        return answer

    return Hooks(
        request=request,
        authorise=authorise,
        handle=handle,
        query=query,
        visible=visible,
        members=members,
        stored=stored,
        answer=answer,
    )


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def target(contract: Contract, seen: list[str]) -> Offline:
    target = Offline(contract, everything(seen))
    target.token()
    return target


def test_a_call_for_a_token_has_the_first_and_the_last_stage(target: Offline, seen: list[str]) -> None:
    assert seen == ["request /v3/auth/tokens", "answer 201 /v3/auth/tokens"]


@pytest.mark.parametrize(
    ("method", "path", "given", "stages"),
    [
        ("POST", IMAGES, {"json": {}}, "request authorise handle members stored answer 201"),
        ("POST", IMAGES, {"json": []}, "request authorise handle members answer 400"),
        ("POST", IMAGES, {"body": b"{"}, "request authorise handle answer 400"),
        ("GET", IMAGES, {}, "request authorise handle query visible answer 200"),
        ("GET", f"{IMAGES}/x", {}, "request authorise handle answer 404"),
        ("GET", IMAGES, {"token": "none"}, "request authorise answer 401"),
        ("PUT", IMAGES, {}, "request authorise answer 405"),
    ],
)
def test_a_call_goes_through_the_stages_in_their_order(
    target: Offline, seen: list[str], method: str, path: str, given: dict[str, Any], stages: str
) -> None:
    seen.clear()
    target.call(method, path, **given)
    assert stages == " ".join(line.rpartition(" ")[0] for line in seen)


def test_a_patch_is_changed_before_it_is_checked_and_seen_after_it_is_stored(target: Offline, seen: list[str]) -> None:
    image = target.call("POST", IMAGES, json={}).body
    seen.clear()
    target.call("PATCH", image["self"], json=[{"op": "add", "path": "/own", "value": "x"}], headers=PATCH)
    stages = [line.split()[0] for line in seen]
    assert stages == ["request", "authorise", "handle", "members", "stored", "answer"]


def test_a_fault_leaves_the_stages_alone_that_it_does_not_have(contract: Contract) -> None:
    target = Offline(contract, Hooks())
    image = target.call("POST", IMAGES, json={"name": "a"}).body
    changes = [{"op": "replace", "path": "/name", "value": "b"}]
    answers = [
        target.call("PATCH", image["self"], json=changes, headers=PATCH),
        target.call("GET", IMAGES),
        target.call("GET", IMAGES, token="none"),
    ]
    assert [answer.status for answer in answers] == [200, 200, 401]
    assert (answers[0].body["name"], [image["name"] for image in answers[1].body["images"]]) == ("b", ["b"])


def test_two_faults_act_one_after_the_other(contract: Contract) -> None:
    def added(word: str) -> Hooks:
        def answer(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
            return replace(answer, headers={**answer.headers, "words": answer.headers.get("words", "") + word})

        return Hooks(answer=answer)

    target = Offline(contract, added("a"), added("b"))
    assert target.call("GET", IMAGES).headers["words"] == "ab"


def test_a_fault_may_answer_in_place_of_the_part(contract: Contract) -> None:
    target = Offline(contract, Hooks(handle=lambda call, _caller, _store: Answer(202, {"said": call.operation})))
    assert ((answer := target.call("GET", IMAGES)).status, answer.body) == (202, {"said": "image.list"})


def test_a_fault_may_refuse(contract: Contract) -> None:
    def handle(_call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        raise Refused(409, "Not now.", {"Retry-After": "1"})

    answer = Offline(contract, Hooks(handle=handle)).call("GET", IMAGES)
    expected = {"error": {"code": 409, "title": "Conflict", "message": "Not now."}}
    assert (409, expected, "1") == (answer.status, answer.body, answer.headers["Retry-After"])


def test_a_request_id_that_was_given_stays(contract: Contract) -> None:
    hooks = Hooks(handle=lambda _call, _caller, _store: Answer(200, {}, {"x-openstack-request-id": "req-1"}))
    assert Offline(contract, hooks).call("GET", IMAGES).headers["x-openstack-request-id"] == "req-1"


def test_who_calls_is_told_by_the_token(contract: Contract) -> None:
    callers: list[Caller | None] = []

    def request(call: Call) -> Call:
        callers.append(call.caller)
        return call

    target = Offline(contract, Hooks(request=request))
    target.call("GET", IMAGES, account="reference-admin")
    target.call("GET", IMAGES, token=None)
    admin = Caller(target.identity.projects["reference-admin"], frozenset({"admin"}))
    assert [None, admin, None] == callers  # the first is the call for the token


@pytest.mark.parametrize(
    ("path", "image_id", "operation"),
    [
        ("/v2/images", "", "image.list"),
        ("/v2/images/a%20b", "a b", "image.show"),
        ("/v2/images/1/file", "1", "image.download"),
        ("/v2/images/1/other", "", ""),
    ],
)
def test_a_path_tells_the_operation_and_the_image(contract: Contract, path: str, image_id: str, operation: str) -> None:
    calls: list[Call] = []

    def request(call: Call) -> Call:
        calls.append(call)
        return call

    Offline(contract, Hooks(request=request)).call("GET", path, token="any")
    assert [(image_id, operation)] == [(call.image_id, call.operation) for call in calls]


def test_calls_at_the_same_time_pass_all_stages_one_after_the_other(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a fault remembers from one stage to the next is of the same call."""
    before, seen = part.uuid.uuid4, list[tuple[str, str]]()
    known = {"path": ""}

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        known["path"] = call.path
        return None

    def answer(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        seen.append((call.path, known["path"]))
        return answer

    def slowly() -> UUID:
        time.sleep(0.02)
        return before()

    target = Offline(contract, Hooks(handle=handle, answer=answer))
    target.token()
    seen.clear()
    monkeypatch.setattr(part.uuid, "uuid4", slowly)
    threads = [threading.Thread(target=target.call, args=("GET", f"{IMAGES}/{number}")) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 4 == len(seen)
    assert [] == [paths for paths in seen if paths[0] != paths[1]]
