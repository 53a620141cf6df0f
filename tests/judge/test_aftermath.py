"""Failures told by what was sent before them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.judge.aftermath import with_history
from conformance.judge.attribution import attributed
from conformance.judge.causes import causes
from conformance.judge.sent import partitioned
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import Finding
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.recorder import Recorder

PATCH = "application/openstack-images-v2.1-json-patch"
NULL = Part("further property", Class.open("null"))
PLAIN, ODD = {"name": "plain"}, {"name": "odd", "conformance_p": None}


class Cloud:
    """A run of requests, each answered with the status that the test gives."""

    def __init__(self, contract: Contract) -> None:
        self.recorder = Recorder(contract)
        self._made = 0

    def send(
        self,
        method: str,
        path: str,
        operation: str,
        status: int,
        body: Any = None,
        answer: Any = None,
        actor: str = "main",
    ) -> Exchange:
        headers = {"X-Auth-Token": "t", "Content-Type": PATCH if method == "PATCH" else "application/json"}
        data = json.dumps(body).encode() if body is not None else b""
        request = Request(method, f"http://cloud{path}", Headers.of(headers), data, operation, actor)
        return self.recorder.observe(request, Response(status, body=json.dumps(answer or {}).encode()))

    def make(self, body: Any, status: int = 201) -> str:
        self._made += 1
        own = f"4d5d0496-d499-4407-a79b-{self._made:012x}"
        self.send("POST", "/v2/images", "image.create", status, body, {"id": own} if status < 300 else {})
        return own

    def show(self, own: str, status: int = 200) -> Exchange:
        return self.send("GET", f"/v2/images/{own}", "image.show", status)

    def list(self, status: int = 200, query: str = "?limit=500", actor: str = "main") -> Exchange:
        return self.send("GET", f"/v2/images{query}", "image.list", status, answer={"images": []}, actor=actor)

    def delete(self, own: str, status: int = 204, actor: str = "main") -> Exchange:
        return self.send("DELETE", f"/v2/images/{own}", "image.delete", status, actor=actor)

    def patch(self, own: str, status: int = 200, path: str = "/min_ram", value: Any = 1) -> Exchange:
        body = [{"op": "replace", "path": path, "value": value}]
        return self.send("PATCH", f"/v2/images/{own}", "image.patch", status, body)

    def findings(self) -> tuple[Finding, ...]:
        known = partitioned(self.recorder.exchanges, self.recorder.contract)
        found = attributed(self.recorder.findings, known)
        return with_history(found, known, self.recorder.contract)

    def told(self) -> list[tuple[str, str | None, tuple[Part, ...]]]:
        """Kind, operation and class of each cause that is a failure."""
        known = partitioned(self.recorder.exchanges, self.recorder.contract)
        parts = known.numbered
        titles = [
            cause.title(self.recorder.contract) for cause in causes(self.findings(), parts, self.recorder.contract)
        ]
        return [
            (title.kind, title.operation, title.request)
            for title in titles
            if title.kind in {"answers", "breaks-later", "breaks-for-all", "status"}
        ]


@pytest.fixture
def cloud(contract: Contract) -> Cloud:
    return Cloud(contract)


def shown_before_and_after(cloud: Cloud, *statuses: int, body: Any = ODD) -> None:
    """A plain resource is shown, then one of this body with these statuses, then a plain one again."""
    cloud.show(cloud.make(PLAIN))
    own = cloud.make(body)
    for status in statuses:
        cloud.show(own, status)
    cloud.show(cloud.make(PLAIN))


def test_a_server_error_is_told_by_what_was_taken_before_it(cloud: Cloud) -> None:
    shown_before_and_after(cloud, 500, 500)
    assert [("breaks-later", "image.create", (NULL,))] == cloud.told()


def test_the_request_that_was_taken_stands_before_the_failure(cloud: Cloud) -> None:
    shown_before_and_after(cloud, 500, 500)
    taken = next(item.number for item in cloud.recorder.exchanges if b"null" in item.request.body)
    failed = [item for item in cloud.findings() if item.deviation.kind == "breaks-later"]
    assert {(taken,)} == {item.related for item in failed}


def test_one_failure_may_come_by_chance_and_has_no_history(cloud: Cloud) -> None:
    shown_before_and_after(cloud, 500)
    assert [("answers", "image.show", ())] == cloud.told()


def test_what_was_shown_before_it_failed_is_not_to_blame(cloud: Cloud) -> None:
    shown_before_and_after(cloud, 200, 500, 500)
    assert [("answers", "image.show", ())] == cloud.told()


def test_a_service_that_fails_whatever_was_sent_is_told_by_itself(cloud: Cloud) -> None:
    cloud.show(cloud.make(PLAIN))
    for body in (ODD, ODD, PLAIN):
        cloud.show(cloud.make(body), 500)
    assert [("answers", "image.show", ())] == cloud.told()


def test_what_breaks_show_and_change_is_one_cause(cloud: Cloud) -> None:
    plain, odd = cloud.make(PLAIN), cloud.make(ODD)
    for own, show, patch in ((plain, 200, 200), (odd, 500, 500), (odd, 500, 500), (plain, 200, 200)):
        cloud.show(own, show)
        cloud.patch(own, patch)
    assert [("breaks-later", "image.create", (NULL,))] == cloud.told()


def test_a_whole_list_is_broken_for_everybody(cloud: Cloud) -> None:
    plain = cloud.make(PLAIN)
    cloud.list()
    odd = cloud.make(ODD)
    cloud.list(500)
    cloud.list(500)
    cloud.delete(plain)
    cloud.list(500)
    cloud.delete(odd)
    cloud.list()
    assert [("breaks-for-all", "image.create", (NULL,))] == cloud.told()


def test_of_what_was_there_that_is_to_blame_whose_delete_mends_the_list(cloud: Cloud) -> None:
    cloud.list()
    first, odd = cloud.make({"name": "first", "conformance_p": "x" * 300}), cloud.make(ODD)
    cloud.list(500)
    cloud.delete(odd)
    cloud.list()
    cloud.delete(first)
    assert [("answers", "image.list", ())] == cloud.told()
    other = cloud.make({"name": "other", "conformance_p": None})
    cloud.list(500)
    cloud.delete(other)
    cloud.list()
    assert [("breaks-for-all", "image.create", (NULL,))] == cloud.told()


def test_lists_that_stay_broken_are_told_by_themselves(cloud: Cloud) -> None:
    cloud.list()
    for _ in range(3):
        own = cloud.make(ODD)
        cloud.list(500)
        cloud.delete(own)
    cloud.list(500)
    assert [("answers", "image.list", ())] == cloud.told()


def test_a_list_of_the_other_project_is_one_of_others(cloud: Cloud) -> None:
    cloud.list(query="", actor="other")
    own = cloud.make(ODD)
    cloud.list(500, "", "other")
    cloud.list(500, "", "other")
    cloud.delete(own)
    cloud.list(query="", actor="other")
    assert [("breaks-for-all", "image.create", (NULL,))] == cloud.told()


def test_a_list_by_the_name_of_one_is_about_that_one(cloud: Cloud) -> None:
    for name, body in (("plain-name", {}), ("the-odd-name", {"conformance_p": None}), ("plain-again", {})):
        cloud.make({"name": name, **body})
        for _ in range(2):
            cloud.list(500 if body else 200, f"?name={name}")
    assert [("breaks-later", "image.create", (NULL,))] == cloud.told()


def test_a_value_is_named_by_its_place_where_no_class_tells_it_apart(cloud: Cloud) -> None:
    shown_before_and_after(cloud, 500, 500, body={"name": "odd", "min_ram": 77})
    assert [("breaks-later", "image.create", (Part("min_ram", Class("a-value")),))] == cloud.told()


def refused_after(cloud: Cloud, *tried: tuple[str, Any], status: int = 409) -> Finding:
    """Plain changes before and after; between them refused ones of these values, each with a plain one after it."""
    requirement, plain = "image.patch.stored", cloud.make(PLAIN)
    cloud.patch(plain)
    for path, value in tried:
        own = cloud.make(PLAIN)
        cloud.patch(own, 400, path, value)
        exchange = cloud.patch(own, status)
        due = Deviation("status", status=status, terms=(("due", (200,)),))
        cloud.recorder.findings.append(Finding(requirement, "a.case", "image.patch", status, due, exchange))
    cloud.patch(cloud.make(PLAIN))
    return next(item for item in cloud.findings() if item.check == "a.case")


def test_a_change_that_a_refused_one_keeps_from_being_taken_is_told_by_that(cloud: Cloud) -> None:
    found = refused_after(cloud, ("/min_ram", -1), ("/min_disk", "x"), ("name", "x"))
    assert ("breaks-later", 409) == (found.deviation.kind, found.deviation.status)
    assert (("how", "refused"), ("then", "image.patch")) == found.deviation.terms
    assert "refused-with" == found.deviation.request[0].held.rule


def test_that_another_project_is_refused_a_delete_ends_no_history(cloud: Cloud) -> None:
    cloud.show(cloud.make(PLAIN))
    own = cloud.make(ODD)
    cloud.delete(own, 404, actor="other")
    cloud.show(own, 500)
    cloud.show(own, 500)
    cloud.show(cloud.make(PLAIN))
    assert [("breaks-later", "image.create", (NULL,))] == cloud.told()


def test_a_request_that_is_sent_once_more_is_not_told_by_itself(cloud: Cloud) -> None:
    for value in ("一", "二"):
        cloud.make(PLAIN)
        own = cloud.make(PLAIN)
        cloud.patch(own)
        cloud.patch(own, path="/name", value=value)
        cloud.patch(own, 500, path="/name", value=value)
        cloud.patch(own)
    assert ["answers"] == [kind for kind, _, _ in cloud.told()]


def test_each_value_of_a_list_may_be_what_breaks(cloud: Cloud) -> None:
    for _ in range(2):
        cloud.show(cloud.make({"name": "plain", "tags": ["conformance-1"]}))
        cloud.show(cloud.make({"name": "plain", "tags": ["conformance-1", ""]}), 500)
        cloud.show(cloud.make({"name": "plain", "tags": ["conformance-1"]}))
    told = cloud.told()
    assert [("breaks-later", "image.create")] == [(kind, operation) for kind, operation, _ in told]
    assert ["tags"] == [part.place for part in told[0][2]]


@pytest.mark.parametrize(("without", "told"), [(0, "breaks-later"), (1, "breaks-later"), (2, "status"), (5, "status")])
def test_a_refusal_that_comes_as_often_without_it_is_not_explained_by_what_was_sent(
    cloud: Cloud, without: int, told: str
) -> None:
    def delete(body: Any, status: int) -> None:
        exchange = cloud.delete(cloud.make(body), status)
        if status == 403:
            due = Deviation("status", status=status, terms=(("due", (204,)),))
            finding = Finding("image.delete.response.204", "a.case", "image.delete", status, due, exchange)
            cloud.recorder.findings.append(finding)

    for body, status in [(PLAIN, 204), (ODD, 403), (ODD, 403), (PLAIN, 204), *[(PLAIN, 403)] * without]:
        delete(body, status)
    of_the_case = [item.deviation.kind for item in cloud.findings() if item.check == "a.case"]
    assert told == of_the_case[0]
