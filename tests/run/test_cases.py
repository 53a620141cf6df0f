"""`Expect`: what a look at a requirement counts, and the deviation that each kind of look makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.errors import SuiteError
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Case, Expect, NotExercised, call, registry
from conformance.run.recorder import Recorder

Build = Callable[..., Exchange]
LIMIT = "image.list.query.limit"


@pytest.fixture
def recorder(contract: Contract) -> Recorder:
    return Recorder(contract)


@pytest.fixture
def expect(recorder: Recorder) -> Expect:
    return Expect(recorder, Case("a.case", ("image.list.*", "image.create.*", "error.4*"), smoke=False, module="a"))


def test_a_look_that_holds_is_counted_and_finds_nothing(recorder: Recorder, expect: Expect, exchange: Build) -> None:
    assert expect(LIMIT, True, Deviation("wrong"), exchange())
    assert {(LIMIT, "a.case"): 1} == recorder.looks
    assert [] == recorder.findings


def test_a_look_that_does_not_hold_is_a_finding_and_the_case_goes_on(
    recorder: Recorder, expect: Expect, exchange: Build
) -> None:
    assert not expect(LIMIT, False, Deviation("wrong"), exchange(), related=(exchange(number=7),))
    assert [(LIMIT, Deviation("wrong"), (7,))] == [
        (item.requirement, item.deviation, item.related) for item in recorder.findings
    ]


def test_a_requirement_that_the_case_does_not_declare_is_our_fault(expect: Expect) -> None:
    with pytest.raises(SuiteError, match=r"a\.case judges status\.class and does not declare it"):
        expect("status.class", True, Deviation("wrong"))


@pytest.mark.parametrize(("due", "got"), [(1, 1), ("a", "a"), (None, None), (True, True)])
def test_equal_values_are_equal(expect: Expect, exchange: Build, due: object, got: object) -> None:
    assert expect.equal(LIMIT, due, got, "limit", exchange())


@pytest.mark.parametrize(("due", "got"), [(1, True), (False, 0), ("1", 1), (None, "")])
def test_values_that_python_or_a_reader_may_take_for_equal_are_not(
    expect: Expect, exchange: Build, due: object, got: object
) -> None:
    assert not expect.equal(LIMIT, due, got, "limit", exchange())


def test_where_a_value_stands_is_part_of_the_deviation(expect: Expect, exchange: Build) -> None:
    expect.equal(LIMIT, 1, 2, "limit", exchange())
    expect.equal(LIMIT, 1, 2, "limit", exchange(), where="shown")
    assert [
        Deviation("differs", place="limit"),
        Deviation("differs-where", place="limit", terms=(("where", "shown"),)),
    ] == expect.failures


def test_a_status_is_told_with_the_act_that_met_it_else_with_the_call(expect: Expect, exchange: Build) -> None:
    expect.status(LIMIT, exchange(status=404), 200, 204)
    expect.status(LIMIT, exchange(status=404), 200, act=call("image.list", parameter="limit"))
    assert [
        Deviation("status", status=404, act=Phrase.of("call", operation="image.list"), terms=(("due", (200, 204)),)),
        Deviation(
            "status",
            status=404,
            act=Phrase.of("call-with", operation="image.list", name="limit"),
            terms=(("due", (200,)),),
        ),
    ] == expect.failures


def test_a_server_error_is_left_to_the_check_for_it(recorder: Recorder, expect: Expect, exchange: Build) -> None:
    broken = exchange(status=503)
    assert not expect.status(LIMIT, broken, 200)
    assert not expect.refused(LIMIT, broken)
    assert not expect.code(404, broken, call("image.list"))
    assert ({}, []) == (recorder.looks, recorder.findings)


def test_what_the_contract_forbids_is_told_by_its_class(expect: Expect, exchange: Build) -> None:
    expect.refused(LIMIT, exchange(url="http://cloud/v2/images?limit=-1"))
    [deviation] = expect.failures
    assert ("forbidden-accepted", "image.list") == (deviation.kind, deviation.operation)
    assert Part("limit", Class.broken("below-minimum")) in deviation.request


def test_what_only_the_case_knows_to_be_wrong_is_told_by_its_act(expect: Expect, exchange: Build) -> None:
    act = call("image.list", "deleted")
    expect.refused(LIMIT, exchange(), act)
    assert [Deviation("accepted", act=act)] == expect.failures


@pytest.mark.parametrize("status", [400, 404, 499])
def test_a_refusal_is_one(expect: Expect, exchange: Build, status: int) -> None:
    assert expect.refused(LIMIT, exchange(status=status))


def test_a_code_is_provoked_whether_it_comes_or_not(recorder: Recorder, expect: Expect, exchange: Build) -> None:
    act = call("image.list", "deleted")
    assert expect.code(404, exchange(status=404), act)
    assert not expect.code(404, exchange(status=400), act)
    assert [(404, act, 404), (404, act, 400)] == [(item.code, item.act, item.status) for item in recorder.provocations]
    assert [Deviation("status", status=400, act=act, terms=(("due", (404,)),))] == expect.failures


def test_nothing_is_said_of_a_create_that_is_refused_for_who_asks(
    recorder: Recorder, expect: Expect, exchange: Build
) -> None:
    recorder.may_create["image"] = False
    with pytest.raises(NotExercised) as caught:
        expect.status("image.create.response.201", exchange("image.create", 403, method="POST"), 201)
    assert Phrase.of("may-not-create", operation="image.create", status=403) == caught.value.reason


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in registry()]
    assert len(names) > 100
    assert sorted(set(names)) == names
