"""Values that are not kept are one cause for what explains them, whoever met it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.causes import RootCause, causes
from conformance.judge.partition import parts
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

Build = Callable[..., Exchange]
Find = Callable[..., tuple[RootCause, ...]]
CREATE, NAME, TAGS, STORED = "image.create", "image.create.body.name", "image.create.body.tags", "image.patch.stored"


@pytest.fixture
def find(contract: Contract) -> Find:
    def of(*findings: Finding) -> tuple[RootCause, ...]:
        known = {item.exchange.number: parts(item.exchange.request, contract) for item in findings if item.exchange}
        return causes(findings, known, contract)

    return of


def finding(exchange: Exchange, requirement: str, kind: str, **members: Any) -> Finding:
    deviation = Deviation(kind, **members)
    return Finding(requirement, "check", exchange.operation, exchange.response.status, deviation, exchange)


def altered(exchange: Exchange, place: str, how: str) -> Finding:
    request = (Part(place, Class("syntax", terms=(("how", how),))),)
    return finding(exchange, NAME if place == "name" else TAGS, "syntax-altered", request=request)


def not_as_sent(exchange: Exchange, place: str = "name") -> Finding:
    return finding(exchange, NAME, "not-as-sent", place=place, terms=(("where", "answer"),))


def titles(contract: Contract, found: tuple[RootCause, ...]) -> list[tuple[str, int]]:
    return [(cause.title(contract).kind, len(cause.members)) for cause in found]


def test_a_text_that_is_not_kept_explains_what_else_was_not_kept_of_its_member(
    find: Find, exchange: Build, contract: Contract
) -> None:
    one, other = exchange(CREATE, 201, number=1), exchange(CREATE, 201, number=2)
    assert [("alters-syntax", 2)] == titles(contract, find(not_as_sent(one), altered(other, "name", "markup")))


def test_where_texts_of_any_class_fare_so_a_plain_value_names_it(
    find: Find, exchange: Build, contract: Contract
) -> None:
    one, other = exchange(CREATE, 201, number=1), exchange(CREATE, 201, number=2)
    assert [("not-as-sent", 2)] == titles(contract, find(not_as_sent(one), altered(other, "name", "several")))


def test_texts_of_two_classes_leave_open_which_of_them_it_was(find: Find, exchange: Build, contract: Contract) -> None:
    made = [exchange(CREATE, 201, number=number) for number in (1, 2, 3)]
    found = find(not_as_sent(made[0]), altered(made[1], "name", "markup"), altered(made[2], "name", "blank"))
    assert [("not-as-sent", 1), ("alters-syntax", 1), ("alters-syntax", 1)] == titles(contract, found)


def test_another_member_that_is_not_as_sent_stands_for_itself(find: Find, exchange: Build, contract: Contract) -> None:
    one, other = exchange(CREATE, 201, number=1), exchange(CREATE, 201, number=2)
    found = find(not_as_sent(one), altered(other, "tags", "separator"))
    assert [("not-as-sent", 1), ("alters-syntax", 1)] == titles(contract, found)


def breaks(exchange: Exchange, member: str) -> Finding:
    return finding(
        exchange, f"image.create.response.201.{member}", "breaks", place=member, terms=(("keyword", "uniqueItems"),)
    )


def test_a_value_that_is_not_kept_may_break_its_schema(find: Find, exchange: Build) -> None:
    made = exchange(CREATE, 201)
    (cause,) = find(altered(made, "tags", "separator"), breaks(made, "tags"))
    assert ["breaks"] == [item.deviation.kind for _, found in cause.consequences for item in found]


def test_a_schema_that_another_member_breaks_stands_for_itself(find: Find, exchange: Build) -> None:
    made = exchange(CREATE, 201)
    assert 2 == len(find(altered(made, "tags", "separator"), breaks(made, "name")))


def test_what_was_deleted_and_is_shown_explains_what_else_is_wrong_with_the_list(find: Find, exchange: Build) -> None:
    listed = exchange("image.list", 200)
    back = finding(listed, "image.delete.gone", "back-again")
    others = finding(listed, "image.list.query.status", "selects", terms=(("parameters", "status"), ("how", "others")))
    (cause,) = find(back, others)
    assert ["selects"] == [item.deviation.kind for _, found in cause.consequences for item in found]


def test_a_list_without_what_was_deleted_is_wrong_by_itself(find: Find, exchange: Build) -> None:
    one, other = exchange("image.list", 200, number=1), exchange("image.list", 200, number=2)
    back = finding(one, "image.delete.gone", "back-again")
    others = finding(other, "image.list.query.status", "selects", terms=(("parameters", "status"), ("how", "others")))
    assert 2 == len(find(back, others))


def turned(exchange: Exchange, place: str) -> Finding:
    return finding(exchange, STORED, "turned", place=place, terms=(("when", "upload"),))


def test_members_that_have_turned_in_one_answer_are_one_cause(find: Find, exchange: Build) -> None:
    shown = exchange("image.show", 200)
    assert 1 == len(find(turned(shown, "min_ram"), turned(shown, "min_disk")))


def test_members_that_have_turned_in_two_answers_are_two(find: Find, exchange: Build) -> None:
    one, other = exchange("image.show", 200, number=1), exchange("image.show", 200, number=2)
    assert 2 == len(find(turned(one, "min_ram"), turned(other, "min_disk")))


def later(exchange: Exchange, operation: str, place: str, how: str = "taken") -> Finding:
    request = (Part(place, Class.open("longer", most=255)),)
    terms = (("how", how), ("then", "image.show"))
    members = {"operation": operation, "status": 500, "request": request, "terms": terms}
    return finding(exchange, "status.server-error", "breaks-later", **members)


def test_what_a_create_and_a_change_leave_alike_is_one_cause(find: Find, exchange: Build) -> None:
    one, other = exchange("image.show", 500, number=1), exchange("image.show", 500, number=2)
    made, changed = later(one, CREATE, "further property"), later(other, "image.patch", "/further property")
    assert 1 == len(find(made, changed))


def test_what_a_refused_create_and_a_refused_change_leave_are_two(find: Find, exchange: Build) -> None:
    one, other = exchange("image.show", 500, number=1), exchange("image.show", 500, number=2)
    made = later(one, CREATE, "further property", "refused")
    assert 2 == len(find(made, later(other, "image.patch", "/further property", "refused")))


def lost(exchange: Exchange, requirement: str, order: str, kind: str = "lost-in-pages") -> Finding:
    return finding(exchange, requirement, kind, terms=(("how", "of-equal-values"),), seen=(("order", order),))


def test_pages_that_lose_resources_in_an_order_that_is_due_explain_those_of_one_that_is_only_advised(
    find: Find, exchange: Build
) -> None:
    one, other = exchange("image.list", 200, number=1), exchange("image.list", 200, number=2)
    advised = lost(other, "image.list.page.complete", "status desc, name asc", "twice-in-pages")
    (cause,) = find(lost(one, "image.list.complete", "name asc"), advised)
    assert ["twice-in-pages"] == [item.deviation.kind for _, found in cause.consequences for item in found]


@pytest.mark.parametrize(
    ("order", "kind"), [("size asc", "lost-in-pages"), ("name asc", "lost-while-changing"), ("", "lost-in-pages")]
)
def test_pages_that_lose_resources_in_an_order_that_is_only_advised_stand_for_themselves(
    find: Find, exchange: Build, order: str, kind: str
) -> None:
    one, other = exchange("image.list", 200, number=1), exchange("image.list", 200, number=2)
    advised = lost(one, "image.list.page.complete", "status desc, name asc")
    assert 1 == len(find(advised))
    assert 2 == len(find(advised, lost(other, "image.list.complete", order, kind)))


def test_what_a_change_did_not_store_of_texts_that_are_not_kept_is_one_cause(
    find: Find, exchange: Build, contract: Contract
) -> None:
    one, other = exchange("image.patch", 200, number=1), exchange(CREATE, 201, number=2)
    changed = finding(one, STORED, "not-as-changed", place="name", terms=(("where", "answer"),))
    assert [("alters-syntax", 2)] == titles(contract, find(changed, altered(other, "name", "markup")))
    assert 2 == len(find(changed, altered(other, "tags", "markup")))


def of_the_deleted(exchange: Exchange, requirement: str, how: str = "deleted") -> Finding:
    return finding(exchange, requirement, "accepted", act=Phrase.of("call-how", operation="image.patch", how=how))


def test_a_change_of_what_was_deleted_is_one_cause_whichever_promise_speaks_of_it(find: Find, exchange: Build) -> None:
    one, other = exchange("image.patch", 200, number=1), exchange("image.patch", 200, number=2)
    gone = of_the_deleted(one, "image.delete.gone")
    assert 1 == len(find(gone, of_the_deleted(other, "image.patch.path.image_id")))
    assert 2 == len(find(gone, of_the_deleted(other, "image.patch.path.image_id", "no-uuid")))


def refused(exchange: Exchange, how: str) -> Finding:
    request = (Part("name", Class("syntax", terms=(("how", how),))),)
    return finding(exchange, NAME, "syntax-refused", request=request, status=exchange.response.status)


@pytest.mark.parametrize(("status", "due"), [(409, 1), (400, 3)])
def test_a_conflict_is_one_cause_whatever_was_sent_and_another_refusal_is_not(
    find: Find, exchange: Build, contract: Contract, status: int, due: int
) -> None:
    one, two, three = (exchange(CREATE, status, number=number) for number in (1, 2, 3))
    act = Phrase.of("call-how", operation=CREATE, how="with-several-members")
    plain = finding(one, "image.create.response.201", "status", status=status, act=act, terms=(("due", (201,)),))
    found = find(refused(two, "empty"), refused(three, "letter-case"), plain)
    assert due == len(found)
    assert ("status" if due == 1 else "refuses-syntax") == found[0].title(contract).kind


def selected(exchange: Exchange, parameters: str, how: str, *, led: bool) -> Finding:
    by_link = replace(exchange, request=replace(exchange.request, led=led))
    return finding(
        by_link, f"image.list.query.{parameters}", "selects", terms=(("parameters", parameters), ("how", how))
    )


@pytest.mark.parametrize(("led", "due"), [(True, 1), (False, 2)])
def test_a_page_that_a_link_led_to_selects_wrongly_for_one_reason(
    find: Find, exchange: Build, contract: Contract, *, led: bool, due: int
) -> None:
    one, other = exchange("image.list", 200, number=1), exchange("image.list", 200, number=2)
    by_status = selected(one, "status", "others", led=led)
    found = find(by_status, selected(other, "name", "others-on-a-later-page", led=True))
    assert due == len(found)
    assert "others-on-a-later-page" == dict(found[-1].title(contract).terms)["how"]
