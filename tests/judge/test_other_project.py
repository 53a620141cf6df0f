"""What answers give away of another project, and whom they may name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.other_project import OTHER_PROJECT
from conformance.judge.registry import judge_run
from conformance.model.contract import Contract
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

Build = Callable[..., Exchange]
MINE, THEIRS = "4d5d0496-d499-4407-a79b-013c4f89200c", "5e5d0496-d499-4407-a79b-013c4f89200c"
NAME = "conformance-1a2b3c4d-17"


def token(exchange: Build, actor: str, project: str, *, role: str = "member", name: str = "") -> Exchange:
    content = {
        "project": {"id": project, "name": name or project[:4]},
        "user": {"id": f"u{project}"},
        "roles": [{"name": role}],
    }
    body = json.dumps({"token": content}).encode()
    return exchange("auth.token", 201, method="POST", url="http://cloud/v3/auth/tokens", body=body, actor=actor)


def made(exchange: Build, own: str, actor: str, **members: Any) -> Exchange:
    answer = exchange("image.create", 201, method="POST", body=json.dumps({"id": own, **members}).encode(), actor=actor)
    return replace(answer, request=replace(answer.request, body=json.dumps(members).encode()))


def refused(exchange: Build, message: str, actor: str = "other", **rest: Any) -> Exchange:
    body = json.dumps({"error": {"code": 409, "title": "Conflict", "message": message}}).encode()
    return exchange("image.create", 409, method="POST", body=body, actor=actor, **rest)


@pytest.fixture
def found(contract: Contract, exchange: Build) -> Callable[..., list[tuple[str, Phrase]]]:
    """What a run gives away that begins with the logins of two actors: what it is, and in which part of an answer."""

    def run(*exchanges: Exchange, role: str = "member", name: str = "") -> list[tuple[str, Phrase]]:
        logins = [token(exchange, "main", "a" * 32, name=name), token(exchange, "other", "b" * 32, role=role)]
        all_of_them = [replace(item, number=number) for number, item in enumerate([*logins, *exchanges], start=1)]
        looks = [item for _, item, _ in judge_run(all_of_them, contract) if item.check == "answer-other-project"]
        assert {OTHER_PROJECT} >= {item.requirement for item in looks}
        terms = [dict(item.deviation.terms) for item in looks if item.deviation is not None]
        return [(item["what"].kind, item["part"]) for item in terms]  # type: ignore[union-attr]

    return run


Found = Callable[..., list[tuple[str, Phrase]]]
MESSAGE = Phrase.of("in-message", statuses=(409,))


def test_the_name_of_a_resource_of_another_project_is_found(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    assert [("value-of-a-resource", MESSAGE)] == found(ours, refused(exchange, f"{NAME} has this id"))


def test_its_id_is_found_where_nobody_asked_for_it(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    assert [("id-of-a-resource", MESSAGE)] == found(ours, refused(exchange, f"taken by {MINE}"))
    assert [] == found(ours, refused(exchange, f"taken by {MINE}", url=f"http://cloud/v2/images/{MINE}"))


def test_what_somebody_has_said_in_another_request_is_given_away_all_the_same(found: Found, exchange: Build) -> None:
    said = exchange("image.list", 200, url=f"http://cloud/v2/images?owner={'a' * 32}", actor="other")
    assert [("project", MESSAGE)] == found(said, refused(exchange, f"it belongs to {'a' * 32}"))


def test_project_and_user_of_the_other_are_found_also_in_a_header(found: Found, exchange: Build) -> None:
    assert [("project", MESSAGE)] == found(refused(exchange, f"it belongs to {'a' * 32}"))
    assert [("user", MESSAGE)] == found(refused(exchange, f"it belongs to u{'a' * 32}"))
    header = exchange("image.list", 200, actor="other", headers={"X-Owner": "a" * 32})
    assert [("project", Phrase.of("in-header", header="X-Owner"))] == found(header)


def test_the_name_of_a_project_is_looked_for_unless_it_is_a_word(found: Found, exchange: Build) -> None:
    assert [("project", MESSAGE)] == found(refused(exchange, "it belongs to lab-one"), name="lab-one")
    assert [] == found(refused(exchange, "it belongs to service"), name="service")


def test_it_is_found_the_other_way_round_and_by_who_has_no_token(found: Found, exchange: Build) -> None:
    theirs = made(exchange, THEIRS, "other", name=NAME)
    assert [("value-of-a-resource", MESSAGE)] == found(theirs, refused(exchange, f"{NAME}!", actor="main"))
    assert [("value-of-a-resource", MESSAGE)] == found(theirs, refused(exchange, f"{NAME}!", actor="anonymous"))


def test_an_owner_is_told_of_its_own(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    assert [] == found(ours, refused(exchange, f"{NAME} {MINE} of {'a' * 32}", actor="main"))


def test_what_was_shown_to_somebody_may_be_named_to_him(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    listed = exchange("image.list", 200, body=json.dumps({"images": [{"id": MINE}]}).encode(), actor="other")
    assert [] == found(ours, listed, refused(exchange, f"{NAME} has this id"))


def test_an_administrator_sees_everything(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    assert [] == found(ours, refused(exchange, f"{NAME} of {'a' * 32}"), role="admin")


@pytest.mark.parametrize("value", ["short-1", "kept as it is", "2026-01-01T00:00:00Z", "123456789012"])
def test_a_value_that_does_not_stand_for_itself_is_not_looked_for(found: Found, exchange: Build, value: str) -> None:
    ours = made(exchange, MINE, "main", x=value)
    assert [] == found(ours, refused(exchange, f"no {value}"))


def test_a_part_of_a_longer_word_is_not_it(found: Found, exchange: Build) -> None:
    ours = made(exchange, MINE, "main", name=NAME)
    assert [] == found(ours, refused(exchange, f"{NAME}8 has this id"))


def test_with_one_actor_nothing_is_looked_for(contract: Contract, exchange: Build) -> None:
    run = [token(exchange, "main", "a" * 32), refused(exchange, "a" * 32, actor="main")]
    assert [] == [item for _, item, _ in judge_run(run, contract) if item.check == "answer-other-project"]
