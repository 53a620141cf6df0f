"""What requests leave behind, looked at against a service that answers from a script."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Part
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.aftermath import MOST, Aftermath, Left, look_back, says_no
from conformance.run.service import Service

NULL = (Part("further property", Class.open("null")),)


class Cloud:
    """A client whose lists are 500 as long as one of `breaks` is there, and that can change and delete but for `stuck`."""

    def __init__(self, contract: Contract, breaks: tuple[str, ...] = (), stuck: tuple[str, ...] = ()) -> None:
        self.contract, self.resource = contract, contract.resources["image"]
        self.service = Service(name="image", largest_page={"limit": 500})
        self.target = SimpleNamespace(actors={"main": None, "other": None})
        self.recorder = SimpleNamespace(exchanges=[])
        self.journal = SimpleNamespace(ids={})
        self.shows, self.thorough = True, False
        self.looked_after: set[Any] = set()
        self.releases: list[Any] = []
        self._breaks, self._stuck = set(breaks), stuck
        self.said: list[str] = []

    def answered(self, operation: str, status: int, said: str, body: bytes = b"", actor: str = "main") -> Exchange:
        self.said.append(said)
        headers = Headers.of({"X-Auth-Token": "t", "Content-Type": "application/json"})
        request = Request("POST", f"http://cloud/{said}", headers, body, operation, actor)
        answer = json.dumps({"id": said.removeprefix("create ")}).encode()
        exchange = Exchange(len(self.recorder.exchanges) + 1, request, Response(status, body=answer))
        self.recorder.exchanges.append(exchange)
        return exchange

    def made(self, own: str, body: Any = None) -> Exchange:
        self.journal.ids[own] = ""
        return self.answered("image.create", 201, f"create {own}", json.dumps(body or {}).encode())

    def show(self, own: str) -> Exchange:
        return self.answered("image.show", 200, f"show {own}")

    def can_show(self, own: str) -> bool:
        self.said.append(f"look for {own}")
        return False

    def list(self, query: Any, actor: str = "main") -> Exchange:
        named = f" {query['name']}" if "name" in query else ""
        return self.answered("image.list", 500 if self._breaks else 200, f"list {actor}{named}", actor=actor)

    def call(self, operation: str, own: str, *, body: bytes, headers: Any) -> Exchange:
        return self.answered(operation, 409 if own in self._stuck else 200, f"change {own}", body)

    def discard(self, own: str) -> bool:
        self.answered("image.delete", 403 if own in self._stuck else 204, f"delete {own}")
        if own not in self._stuck:
            self._breaks.discard(own)
            self.journal.ids.pop(own, None)
        return True


def kept(cloud: Cloud, *ids: str, request: tuple[Part, ...] = NULL, place: str = "further property") -> Aftermath:
    told: list[str] = []
    aftermath = Aftermath(cloud, lambda left, exchange: told.append(f"{left.id} {exchange.operation}"))
    for own in ids:
        aftermath.keep(Left(own, cloud.made(own), request, place))
    cloud.said.clear()
    aftermath.look()
    cloud.said += told
    return aftermath


def test_what_was_taken_is_shown_changed_listed_to_everybody_and_deleted(contract: Contract) -> None:
    cloud = Cloud(contract)
    kept(cloud, "a")
    assert ["show a", "change a", "list main", "list other", "delete a"] == cloud.said


def test_one_list_stands_for_several_and_one_change_for_a_class(contract: Contract) -> None:
    cloud = Cloud(contract)
    kept(cloud, "a", "b")
    assert ["show a", "change a", "show b", "list main", "list other", "delete a", "delete b"] == cloud.said


def test_whatever_breaks_a_list_is_found_by_deleting_one_after_the_other(contract: Contract) -> None:
    cloud = Cloud(contract, breaks=("b",))
    kept(cloud, "a", "b", "c")
    lists = ["list main", "list main", "list other", "list other"]
    after = ["delete a", "list main", "list other", "delete b", "list main", "list other", "delete c"]
    assert [*lists, *after] == cloud.said[4:]


def test_a_name_that_was_tried_is_looked_for(contract: Contract) -> None:
    cloud = Cloud(contract)
    aftermath = Aftermath(cloud)
    aftermath.keep(Left("a", cloud.made("a"), (), "name", name="  "))
    aftermath.look()
    assert "list main   " in cloud.said


def test_what_can_no_more_be_changed_or_deleted_is_told(contract: Contract) -> None:
    cloud = Cloud(contract, stuck=("a",))
    kept(cloud, "a")
    assert ["a image.patch", "a image.delete"] == cloud.said[-2:]


def test_what_is_not_there_any_more_is_not_told_as_refused(contract: Contract) -> None:
    cloud = Cloud(contract)
    assert [False, True] == [says_no(cloud.answered("image.patch", status, "change a")) for status in (404, 409)]


def test_no_more_are_kept_than_a_project_may_have(contract: Contract) -> None:
    cloud = Cloud(contract)
    aftermath = Aftermath(cloud)
    for number in range(MOST):
        aftermath.keep(Left(str(number), cloud.made(str(number)), NULL))
    assert {} == cloud.journal.ids


def test_what_a_case_left_is_looked_at_where_a_request_was_out_of_the_ordinary(contract: Contract) -> None:
    cloud = Cloud(contract)
    made = [cloud.made("plain", {"name": "x"}), cloud.made("odd", {"conformance_p": None})]
    cloud.said.clear()
    look_back(cloud, made)
    assert ["show odd", "change odd", "list main", "list other", "delete odd"] == cloud.said
    assert {"plain"} == set(cloud.journal.ids)


def test_a_class_is_looked_at_once_unless_the_run_is_thorough(contract: Contract) -> None:
    cloud = Cloud(contract)
    for own in ("a", "b"):
        look_back(cloud, [cloud.made(own, {"conformance_p": None})])
    assert "change b" not in cloud.said
    assert "list main" not in cloud.said[cloud.said.index("create b") :]
    cloud.thorough = True
    look_back(cloud, [cloud.made("c", {"conformance_p": None})])
    assert "change c" in cloud.said


def shown_away(cloud: Cloud, own: str) -> Exchange:
    """The resource, which the journal names, is shown as one that is not there."""
    cloud.journal.ids[own] = ""
    request = Request("GET", f"http://cloud/{own}", operation="image.show", actor="main")
    return Exchange(1, request, Response(404))


def test_what_was_not_there_when_it_was_last_shown_is_looked_for_once_more(contract: Contract) -> None:
    cloud = Cloud(contract)
    look_back(cloud, [shown_away(cloud, "a")])
    assert ["look for a"] == cloud.said


def test_what_a_delete_has_taken_away_is_not_looked_for(contract: Contract) -> None:
    cloud = Cloud(contract)
    gone = Exchange(1, Request("DELETE", "http://cloud/a", operation="image.delete", actor="main"), Response(204))
    look_back(cloud, [gone, shown_away(cloud, "a")])
    assert [] == cloud.said


def test_what_a_delete_did_not_find_is_looked_for_once_more(contract: Contract) -> None:
    cloud = Cloud(contract)
    missed = Exchange(1, Request("DELETE", "http://cloud/a", operation="image.delete", actor="main"), Response(404))
    look_back(cloud, [missed, shown_away(cloud, "a")])
    assert ["look for a"] == cloud.said


def test_what_no_operation_shows_is_looked_for_in_lists_alone(contract: Contract) -> None:
    cloud = Cloud(contract)
    cloud.resource = replace(cloud.resource, show=None)
    kept(cloud, "a")
    assert ["change a", "list main", "list other", "delete a"] == cloud.said
