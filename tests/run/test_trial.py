"""Drafts sent and judged, against a service that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance.generate import ANY, NAME, Aim, Draft
from conformance.model.budget import Budget
from conformance.model.contract import Contract, Resource
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class, Part
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.cases import NotExercised
from conformance.run.reading import Members
from conformance.run.service import Service
from conformance.run.trial import Trials

OWN = "4d5d0496-d499-4407-a79b-013c4f89200c"
CREATE, PATCH, LIST = "image.create", "image.patch", "image.list"
NEGATIVE = Class.broken("below-minimum")
STORED = "image.patch.stored"


@dataclass
class Cloud:
    """A client of a service that keeps one resource; what a create or a change does to it is a function of the test."""

    contract: Contract
    refuses: Callable[[Any], int] = lambda _body: 0
    keeps: Callable[[dict[str, Any]], dict[str, Any]] = dict
    shows: Callable[[dict[str, Any]], dict[str, Any]] = dict
    makes: bool = True
    there: dict[str, Any] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    intended: list[str] = field(default_factory=list)
    seed: int = 1
    explores: bool = False
    tag: str = "conformance-0123abcd"
    thorough: bool = False
    looked_after: set[Any] = field(default_factory=set)
    locked: bool = False
    releases: list[Any] = field(default_factory=list)

    @property
    def resource(self) -> Resource:
        return self.contract.resources["image"]

    @property
    def service(self) -> Service:
        return Service(
            name="image",
            volatile=frozenset({"updated_at"}),
            unordered=frozenset({"labels"}),
            largest_page={"limit": 500},
            sample={"min_disk": 1},
        )

    @property
    def journal(self) -> Any:
        return SimpleNamespace(intend=self.intended.append, ids={})

    @property
    def target(self) -> Any:
        return SimpleNamespace(actors={"main": None})

    @property
    def recorder(self) -> Any:
        return SimpleNamespace(exchanges=self.sent)

    def show(self, own: str) -> Exchange:
        return self.answered("GET", "image.show", b"", 200, self.there, f"/{own}")

    def list(self, _query: Mapping[str, Any], actor: str = "main") -> Exchange:
        return self.answered("GET", LIST, b"", 200, {"images": []})

    def call(self, operation: str, own: str, *, body: bytes, headers: Mapping[str, Any]) -> Exchange:
        return self.answered("PATCH", operation, body, 409 if self.locked else 200, self.there, f"/{own}")

    def name(self) -> str:
        return f"conformance-0123abcd-{len(self.sent)}"

    def uuid(self) -> str:
        return OWN

    def discard(self, own: str) -> bool:
        self.discarded.append(own)
        return True

    def make(self, **members: Any) -> Members:
        if not self.makes:
            raise NotExercised(Phrase.of("cannot-make"))
        self.there = {"id": OWN, "min_ram": 1, "updated_at": "then", **members}
        return Members(self.answered("POST", CREATE, b"", 201, self.there), self.there)

    def observe(self, _own: str) -> dict[str, Any]:
        return self.shows(self.there)

    def pages(self, _query: Mapping[str, Any]) -> Iterator[Exchange]:
        yield self.answered("GET", LIST, b"", 200, {"images": [{"name": name} for name in self.listed]})

    def create(self, body: bytes, headers: Mapping[str, Any]) -> Exchange:
        status = self.refuses(json.loads(body)) or 201
        self.there = self.keeps({"id": OWN, **json.loads(body)}) if status < 300 else {}
        return self.answered("POST", CREATE, body, status, self.there)

    def send(self, method: str, path: str, *, operation: str, body: bytes = b"", **_rest: Any) -> Exchange:
        status = self.refuses(json.loads(body) if body else path) or 200
        if status < 300 and body:
            changed = {item["path"][1:]: item["value"] for item in json.loads(body)}
            self.there = self.keeps({**self.there, **changed, "updated_at": "now"})
        return self.answered(method, operation, body, status, self.there, path)

    def answered(self, method: str, operation: str, body: bytes, status: int, made: Any, path: str = "/") -> Exchange:
        self.sent.append(Request(method, f"http://cloud{path}", body=body, operation=operation, actor="main"))
        return Exchange(len(self.sent), self.sent[-1], Response(status, body=json.dumps(made).encode()))


class Expect:
    """Keeps what is judged: the requirements that were kept, and those that were broken with the deviation."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.broken: list[tuple[str, Deviation]] = []

    def kept(self, requirement: str) -> None:
        self.held.append(requirement)

    def __call__(
        self,
        requirement: str,
        ok: bool,
        deviation: Deviation,
        _exchange: Exchange | None = None,
        related: tuple[Exchange, ...] = (),
    ) -> None:
        if ok:
            self.held.append(requirement)
        else:
            self.broken.append((requirement, deviation))


def trial(cloud: Cloud, *aims: Aim, budget: int = 40) -> Expect:
    expect = Expect()
    Trials(cloud, expect, Budget(budget, None, lambda: len(cloud.sent)), shrinks=2).run(aims)
    return expect


def create(members: dict[str, Any], held: Class = VALID, place: str = "min_ram", **rest: Any) -> Aim:
    draft = Draft(json.dumps({"name": NAME, **members}).encode(), members=members)
    return Aim(CREATE, f"image.create.body.{place}", place, held, st.just(draft), **rest)


def patch(members: dict[str, Any], held: Class = VALID) -> Aim:
    steps = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()]
    draft = Draft(json.dumps(steps).encode(), members=members)
    return Aim(PATCH, STORED, "/min_ram", held, st.just(draft))


def test_what_the_contract_allows_and_is_kept_is_looked_at_and_deleted(contract: Contract) -> None:
    cloud = Cloud(contract)
    expect = trial(cloud, create({"min_ram": 7}))
    assert (expect.held, expect.broken) == (["image.create.body.min_ram"], [])
    assert cloud.discarded == [OWN]


def test_a_name_of_ours_is_in_the_journal_before_it_is_sent(contract: Contract) -> None:
    cloud = Cloud(contract)
    trial(cloud, create({"min_ram": 7}))
    assert [json.loads(request.body)["name"] for request in cloud.sent if request.operation == CREATE] == cloud.intended


def test_a_request_that_breaks_a_rule_and_is_taken_is_told_by_that_rule(contract: Contract) -> None:
    expect = trial(Cloud(contract), create({"min_ram": -1}, NEGATIVE))
    wanted = Deviation("forbidden-accepted", operation=CREATE, request=(Part("min_ram", NEGATIVE),))
    assert expect.broken == [("image.create.body.min_ram", wanted)]
    assert dict(expect.broken[0][1].seen)["status"] == 201


def test_a_request_that_breaks_a_rule_and_is_refused_is_a_look(contract: Contract) -> None:
    expect = trial(Cloud(contract, refuses=lambda _body: 400), create({"min_ram": -1}, NEGATIVE))
    assert (expect.held, expect.broken) == (["image.create.body.min_ram"], [])


def test_an_open_request_is_judged_neither_way(contract: Contract) -> None:
    expect = trial(Cloud(contract), create({"min_ram": 1.0}, Class.open("integer-as-fraction")))
    assert (expect.held, expect.broken) == ([], [])


def test_another_spelling_may_be_refused_and_taken_for_what_it_means(contract: Contract) -> None:
    aim = create({"disk_format": "RAW"}, Class.lenient("other-case"), "disk_format")
    canonical = Cloud(contract, keeps=lambda made: {**made, "disk_format": "raw"})
    for cloud in (canonical, Cloud(contract, refuses=lambda _body: 400)):
        expect = trial(cloud, aim)
        assert (expect.held, expect.broken) == ([], [])


def test_another_spelling_that_is_taken_for_another_value_is_found(contract: Contract) -> None:
    aim = create({"disk_format": "RAW"}, Class.lenient("other-case"), "disk_format")
    wanted = Deviation("not-as-sent", place="disk_format", terms=(("where", "answer"),))
    expect = trial(Cloud(contract, keeps=lambda made: {**made, "disk_format": "iso"}), aim)
    assert expect.broken == [("image.create.body.disk_format", wanted)]


def test_a_refusal_of_what_is_allowed_is_told_by_its_members(contract: Contract) -> None:
    aim = create({"min_ram": 1, "conformance_p": "x"}, place="members together")
    expect = trial(Cloud(contract, refuses=lambda _body: 400), aim)
    wanted = Deviation("allowed-refused", operation=CREATE, terms=(("members", "further property, min_ram"),))
    assert expect.broken == [(aim.requirement, wanted)]


@pytest.mark.parametrize("status", [401, 413, 429, 500])
def test_a_refusal_that_a_limit_or_a_failure_explains_breaks_no_rule(contract: Contract, status: int) -> None:
    assert trial(Cloud(contract, refuses=lambda _body: status), create({"min_ram": 1})).broken == []


def test_what_may_be_refused_may_not_be_altered(contract: Contract) -> None:
    aim = create({"name": "🖼"}, Class.open("beyond-bmp"), "name", may_refuse=True)
    altered = Deviation("not-as-sent", place="name", terms=(("where", "answer"),))
    assert trial(Cloud(contract, refuses=lambda _body: 400), aim).broken == []
    assert trial(Cloud(contract, keeps=lambda made: {**made, "name": "?"}), aim).broken == [(aim.requirement, altered)]


def test_a_value_that_is_shown_otherwise_is_told_by_its_member_and_where(contract: Contract) -> None:
    cloud = Cloud(contract, shows=lambda there: {**there, "min_ram": 8})
    expect = trial(cloud, create({"min_ram": 7, "min_disk": 3}, place="members together"))
    [(requirement, deviation)] = expect.broken
    assert requirement == "image.create.body.min_ram"
    assert deviation == Deviation("not-as-sent", place="min_ram", terms=(("where", "shown"),))
    assert dict(deviation.seen) == {"due": "7", "got": "8"}


def test_a_property_of_our_own_is_told_as_a_further_one(contract: Contract) -> None:
    cloud = Cloud(contract, keeps=lambda made: {**made, "conformance_p": "y"})
    expect = trial(cloud, create({"conformance_p": "x"}, place="further property"))
    assert [deviation.place for _, deviation in expect.broken] == ["further property"]


def test_a_change_that_turns_another_member_is_found_and_time_stamps_may_move(contract: Contract) -> None:
    expect = trial(Cloud(contract, keeps=lambda made: {**made, "min_disk": 0}), patch({"min_ram": 7}))
    assert expect.broken == [(STORED, Deviation("turned", place="min_disk", terms=(("when", "another-member"),)))]
    assert trial(Cloud(contract), patch({"min_ram": 7})).broken == []


def test_a_refused_change_that_left_something_is_found_among_those_that_did_not(contract: Contract) -> None:
    cloud = Cloud(contract)

    def refuses(body: Any) -> int:
        if body[0]["value"] == -2:
            cloud.there["min_disk"] = 99
        return 400

    cloud.refuses = refuses
    innocent, guilty = patch({"min_ram": -1}, NEGATIVE), patch({"min_ram": -2}, Class.broken("type"))
    expect = trial(cloud, innocent, guilty)
    wanted = Deviation("changed-by-a-refused-request", operation=PATCH, request=guilty.request)
    assert expect.broken == [(STORED, wanted)]


def test_what_a_refused_create_has_made_is_found_in_the_list(contract: Contract) -> None:
    cloud = Cloud(contract)

    def refuses(body: Any) -> int:
        cloud.listed.append(body["name"])
        return 400

    cloud.refuses = refuses
    expect = trial(cloud, create({"min_ram": -1}, NEGATIVE))
    wanted = Deviation("made-by-a-refused-request", operation=CREATE, request=(Part("min_ram", NEGATIVE),))
    assert expect.broken == [("image.create.body.min_ram", wanted)]


def test_a_request_of_any_class_is_judged_by_the_class_that_it_turns_out_to_have(contract: Contract) -> None:
    aim = replace(create({"min_ram": -1}, Class.open("drawn")), place=ANY, requirement="image.create.request")
    expect = trial(Cloud(contract), aim)
    wanted = Deviation("forbidden-accepted", operation=CREATE, request=(Part("min_ram", NEGATIVE),))
    assert expect.broken == [("image.create.body.min_ram", wanted)]


def test_a_list_that_is_refused_is_told_by_the_parameter(contract: Contract) -> None:
    aim = Aim(LIST, "image.list.query.limit", "limit", VALID, st.just(Draft(query="limit=1")))
    cloud = Cloud(contract, refuses=lambda path: 400 * ("limit" in path))
    wanted = Deviation("allowed-refused", operation=LIST, terms=(("members", "limit"),))
    assert trial(cloud, aim).broken == [("image.list.query.limit", wanted)]
    assert trial(Cloud(contract), aim).held == ["image.list.query.limit"]


def test_nothing_is_judged_when_there_is_nothing_to_change(contract: Contract) -> None:
    with pytest.raises(NotExercised):
        trial(Cloud(contract, makes=False), patch({"min_ram": 7}))


def test_each_class_is_tried_once_whatever_the_budget_but_where_other_cases_try_it_too(contract: Contract) -> None:
    aims = [create({"min_ram": 7}, place=f"place-{number}") for number in range(4)]
    for elsewhere, sent in (((), 4), (("place-2", "place-3"), 2), (tuple(f"place-{number}" for number in range(4)), 1)):
        cloud, expect = Cloud(contract), Expect()
        Trials(cloud, expect, Budget(1, None, lambda seen=cloud.sent: len(seen)), shrinks=2).run(
            aims, elsewhere=elsewhere
        )
        assert sent == sum(item.operation == CREATE for item in cloud.sent)


def test_what_explores_leaves_out_the_draft_that_every_seed_begins_with(contract: Contract) -> None:
    drafts = st.sampled_from([Draft(json.dumps({"name": NAME, "min_ram": ram}).encode()) for ram in range(1, 6)])
    aim = Aim(CREATE, "image.create.body.min_ram", "min_ram", Class.open("any"), drafts)
    for explores in (False, True):
        cloud = Cloud(contract, explores=explores)
        trial(cloud, aim)
        made = [json.loads(item.body)["min_ram"] for item in cloud.sent if item.operation == CREATE]
        assert (1 in made, len(made) > 1) == (not explores, True)


def test_nothing_is_sent_without_a_budget(contract: Contract) -> None:
    cloud = Cloud(contract)
    trial(cloud, create({"min_ram": 7}), budget=0)
    assert cloud.sent == []
