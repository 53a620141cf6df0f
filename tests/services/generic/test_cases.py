"""Cases for any contract blame nobody for what a service may do: to delete later, to refuse for a role."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.model.contract import Contract, Operation
from conformance.model.verdict import Outcome, Verdict
from conformance.reports.curl import curl_command
from conformance.services.fault import Hooks
from conformance.services.generic.arrange import as_far_as, sent_members
from conformance.services.wire import Answer, Call, Caller, Refused

Run = Callable[..., Verdict]


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    """(operation, kind) of each finding."""
    return {(group.exemplar.operation, group.deviation.kind) for group in verdict.findings}


def deleting_later(looks: float, status: str = "", member: str = "status") -> Hooks:
    """A crate is still shown so many times after it was deleted, with this status."""
    shown: dict[str, Answer] = {}
    left: dict[str, float] = {}

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation == "crate.show" and answer.status == 200:
            shown[call.path] = answer
        elif call.operation == "crate.delete" and answer.status < 300:
            left[call.path] = looks
        elif call.operation == "crate.show" and left.get(call.path, 0) > 0:
            left[call.path] -= 1
            body = shown[call.path].body
            crate = {name: value for name, value in body["crate"].items() if name != "status" or member == "status"}
            return Answer(200, {"crate": {**crate, **({member: status} if status else {})}})
        return answer

    return Hooks(answer=answer)


def test_what_is_deleted_a_little_later_is_no_finding(run: Run) -> None:
    assert kinds(run(deleting_later(3), "test_life", "is_deleted and crate")) == set()


def test_what_is_never_deleted_is_one(run: Run) -> None:
    found = kinds(run(deleting_later(float("inf")), "test_life", "is_deleted and crate"))
    assert ("crate.delete", "still-there") in found


def test_what_is_still_being_deleted_is_not_judged(run: Run) -> None:
    verdict = run(deleting_later(float("inf"), "DELETING"), "test_life", "is_deleted and crate")
    assert kinds(verdict) & {("crate.delete", "still-there")} == set()


@pytest.mark.parametrize(
    ("member", "status", "blamed"),
    [
        ("status", "DELETED", False),
        ("crate_status", "DELETE_COMPLETE", False),
        ("provisioningState", "Deleted", False),
        ("crate_status", "STORED", True),
        ("crate_status", "not_deleted", True),
        ("colour", "deleted", True),
    ],
)
def test_what_says_of_itself_that_it_is_no_more_is_gone(run: Run, member: str, status: str, *, blamed: bool) -> None:
    verdict = run(deleting_later(float("inf"), status, member), "test_life", "is_deleted and crate")
    assert (("crate.delete", "still-there") in kinds(verdict)) is blamed
    assert bool(verdict.run.leftovers) is blamed


def test_a_walk_takes_for_gone_what_says_so(run: Run) -> None:
    verdict = run(deleting_later(float("inf"), "DELETED", "crate_status"), "test_walks", "model and crate")
    assert ("crate.delete", "still-there") not in kinds(verdict)
    assert not verdict.run.leftovers


def refusing(operation: str, status: int) -> Hooks:
    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == operation:
            raise Refused(status, "No.")
        return None

    return Hooks(handle=handle)


@pytest.mark.parametrize(("status", "blamed"), [(403, False), (409, True)])
def test_a_role_that_may_not_delete_is_no_finding(run: Run, status: int, *, blamed: bool) -> None:
    for module, selection in (("test_life", "is_deleted and crate"), ("test_refusals", "404 and crate.delete")):
        found = kinds(run(refusing("crate.delete", status), module, selection))
        assert (("crate.delete", "status") in found) is blamed


@pytest.mark.parametrize(("status", "blamed"), [(403, False), (409, True)])
def test_a_role_that_may_not_list_is_no_finding(run: Run, status: int, *, blamed: bool) -> None:
    found = kinds(run(refusing("crate.list", status), "test_lists", "needs_nothing and crate.list"))
    assert (("crate.list", "status") in found) is blamed


def showing(member: str, value: object, status: str = "stored") -> Hooks:
    """A crate is shown with another value of a member, and with this status."""

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation in {"crate.create", "crate.show"} and answer.status < 300:
            return Answer(answer.status, {"crate": {**answer.body["crate"], member: value, "status": status}})
        return answer

    return Hooks(answer=answer)


DEFAULTS = ("test_defaults", "left_out and crate")


def test_a_default_that_holds_is_no_finding(run: Run) -> None:
    verdict = run(Hooks(), *DEFAULTS)
    passed = {item.id for item in verdict.requirements if item.outcome is Outcome.PASSED and "unsent" in item.id}
    assert (kinds(verdict), passed) == (set(), {"crate.create.unsent.colour", "crate.create.unsent.fragile"})


def test_a_default_that_does_not_hold_is_one(run: Run) -> None:
    verdict = run(showing("colour", "red"), *DEFAULTS)
    assert {name for group in verdict.findings for name in group.requirements} == {"crate.create.unsent.colour"}


def test_a_default_of_what_is_still_being_made_is_not_judged(run: Run) -> None:
    assert kinds(run(showing("colour", "red", "moving"), *DEFAULTS)) == set()


def test_a_failure_of_one_action_is_told_of_that_one_with_its_body(run: Run) -> None:
    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        return Answer(500, {}) if b"weigh" in call.body else answer

    verdict = run(Hooks(answer=answer), "test_access", "without_a_valid_token and crate.act")
    found = [group for group in verdict.findings if "status.server-error" in group.requirements]
    assert {"crate.act.weigh"} == {place.operation for group in found for place in group.places}
    assert all("weigh" in curl_command(group.exemplar.request) for group in found)


def test_what_a_file_of_values_gives_is_asked_for(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("given") / "values.yaml"
    file.write_text("hall:\n  hall_id: 3\nusage.show:\n  since: 2026-01-01\n  unit: each\n")

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        return Answer(200, {"hall": {"id": "three", "gates": 1}}) if call.operation == "hall.show" else answer

    verdict = run(Hooks(), "test_given", "are_given_for", file)
    assert {item.operation for item in verdict.exchanges if item.case} >= {"hall.show", "usage.show"}
    assert kinds(verdict) == set()
    assert {"hall.show"} == {
        where for where, _ in kinds(run(Hooks(answer=answer), "test_given", "are_given_for", file))
    }


def test_an_object_may_be_shown_with_more_members_than_were_set() -> None:
    node = {"type": "object", "properties": {"high": {"type": "integer"}, "inner": {"properties": {"a": {}}}}}
    assert as_far_as(node, {}, {"high": 1}) == {}
    assert as_far_as(node, {"inner": {"a": 1}}, {"high": 1, "inner": {"a": 2, "b": 3}}) == {"inner": {"a": 2}}
    assert as_far_as(node, {"high": 2}, {"inner": {}}) == {}
    assert as_far_as(node, {}, None) == {}
    assert as_far_as(node, {"high": 2}, None) is None
    assert as_far_as({"type": "object"}, {"k": "v"}, {"k": "v", "l": "w"}) == {"k": "v", "l": "w"}


def test_no_run_sets_what_reaches_beyond_its_resource(goods: Contract) -> None:
    far = {"shared", "router:external", "is_default", "is_public", "visibility", "delete_protected", "protected"}
    node = {"type": "boolean"}

    def with_more(operation: Operation) -> Operation:
        schema = json.loads(json.dumps({"request": operation.request_schema, "answer": operation.responses[0].schema}))
        for side in ("request", "answer"):
            schema[side]["properties"]["rack"]["properties"] |= dict.fromkeys({*far, "tall"}, node)
        answer = replace(operation.responses[0], schema=schema["answer"])
        return replace(operation, request_schema=schema["request"], responses=(answer,))

    shown = replace(goods.operations["rack.show"], responses=with_more(goods.operations["rack.update"]).responses)
    operations = {**goods.operations, "rack.update": with_more(goods.operations["rack.update"]), "rack.show": shown}
    found = sent_members(replace(goods, operations=operations), "rack.update", goods.resources["rack"])
    assert "tall" in found
    assert not far & found.keys()


def test_what_one_subject_cannot_show_of_a_common_promise_is_judged_by_the_others(run: Run) -> None:
    verdict = run(refusing("slot.list", 404), "test_refusals", "parameter_that and slot or cannot_be_read and rack")
    assert "passed" == next(item.outcome.value for item in verdict.requirements if item.id == "error.400")


def needing(member: str) -> Hooks:
    """A create of a crate is refused without a member that the contract does not require."""

    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == "crate.create" and member not in json.loads(call.body)["crate"]:
            raise Refused(400, f"{member} is missing.")
        return None

    return Hooks(handle=handle)


def refusing_the_member(member: str) -> Hooks:
    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == "crate.create" and member in json.loads(call.body)["crate"]:
            raise Refused(400, f"{member} is not liked.")
        return None

    return Hooks(handle=handle)


def test_no_member_is_to_blame_where_a_create_without_any_is_refused_too(run: Run) -> None:
    made = ("test_life", "is_made and crate")
    assert set() == kinds(run(needing("kind_id"), *made))
    assert {"crate.create"} == {operation for operation, _ in kinds(run(refusing_the_member("fragile"), *made))}


def ignoring_what_is_empty(path: str) -> Hooks:
    """A list takes an empty parameter for one that is not there."""

    def request(call: Call) -> Call:
        if not call.path.endswith(path):
            return call
        return replace(call, query=tuple(pair for pair in call.query if pair[1]))

    return Hooks(request=request)


def test_a_list_may_take_an_empty_parameter_for_none(run: Run) -> None:
    found = kinds(run(ignoring_what_is_empty("/crates"), "test_refusals", "parameter_that and crate"))
    assert [] == [kind for operation, kind in found if operation == "crate.list"]


def refusing_a_second(*, whatever: bool) -> Hooks:
    """A second rack is refused with 400: one of the same name, or whatever it is called."""
    names: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == "rack.create":
            name = json.loads(call.body)["rack"]["name"]
            if names and (whatever or name in names):
                raise Refused(400, "There is one.")
            names.add(name)
        return None

    return Hooks(handle=handle)


def test_a_conflict_is_due_for_a_name_where_another_name_is_taken(run: Run) -> None:
    conflict = ("test_life", "conflict and rack")
    assert set() == kinds(run(refusing_a_second(whatever=True), *conflict))
    assert {"rack.create"} == {operation for operation, _ in kinds(run(refusing_a_second(whatever=False), *conflict))}
