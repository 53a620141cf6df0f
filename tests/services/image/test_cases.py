"""The cases against the embedded reference with a fault: which promise they find broken, and by which deviation.

The expected values are whole identities: kind, place, act, classes of the request and terms.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from string import Formatter
from typing import Any

import pytest
from rich.console import Console

from conformance.judge.members import FURTHER
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.phrase import VOCABULARY, Phrase, Terms
from conformance.model.verdict import Outcome, Overall, RequirementResult, Verdict
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference
from conformance.reports.sentences import DEVIATIONS, PHRASES, WORDS
from conformance.run.cases import Expect, call
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.services.image.cases import test_create as create_cases

pytestmark = pytest.mark.filterwarnings("default")

Run = Callable[..., Verdict]


@pytest.fixture
def run(contract: Contract) -> Run:
    """Runs chosen cases against the reference, with one fault of the bank or none."""

    def run_chosen(select: str, fault: str = "") -> Verdict:
        faults = faults_of(contract, [fault] if fault else [])
        options = Options(seed=1, selection=select, embedded=partial(Reference, faults=faults))
        with Session(options, contract) as session:
            return run_cases(session, Console(file=io.StringIO()))

    return run_chosen


def accepted(operation: str, how: str) -> Deviation:
    """What was done is accepted and was due a refusal."""
    return Deviation("accepted", act=call(operation, how))


def status(got: int, due: int, act: Phrase) -> Deviation:
    """What was done is answered with one status and was due another."""
    return Deviation("status", status=got, act=act, terms=(("due", (due,)),))


def where(kind: str, place: str, *places: str) -> set[Deviation]:
    """A deviation of this kind that is seen in each of these places."""
    return {Deviation(kind, place=place, terms=(("where", item),)) for item in places}


FOUND: list[tuple[str, str, str, set[Deviation]]] = [
    (
        "image.create.default.tags.other",
        "what_the_request_leaves_out",
        "image.create.default.tags",
        where("differs-where", "tags", "answer"),
    ),
    (
        "image.create.body.min_ram.not-stored",
        "all_members_together",
        "image.create.body.min_ram",
        where("not-as-sent", "min_ram", "shown", "listed"),
    ),
    (
        "image.list.query.sort_key.lenient",
        "sort_values_that_do_not_exist",
        "image.list.query.sort_key",
        {
            Deviation(
                "forbidden-accepted",
                operation="image.list",
                request=(Part("sort_key", Class.broken("not-in-enumeration")),),
            )
        },
    ),
    (
        "image.patch.operation.remove.ignored",
        "add_replace_and_remove",
        "image.patch.operation.remove",
        {
            Deviation("differs-after", place=FURTHER, terms=(("op", "remove"), ("where", item)))
            for item in ("answer", "shown")
        },
    ),
    (
        "image.patch.unchanged.neighbour",
        "what_is_not_named_stays",
        "image.patch.unchanged",
        {Deviation("another-changed", terms=(("when", "change"),))},
    ),
    (
        "image.patch.body.op.lenient",
        "a_patch_of_another_shape",
        "image.patch.body.op",
        {accepted("image.patch", how) for how in ("no-op", "unknown-op", "op-is-a-number", "op-move")},
    ),
    (
        "image.list.query.status.queued-only",
        "filters_follow_a_change",
        "image.list.query.status",
        {Deviation("selects", terms=(("parameters", "status"), ("how", "not-what-is")))},
    ),
    (
        "image.delete.gone.show",
        "a_deleted_image_is_gone",
        "image.delete.gone",
        {Deviation("still-there", terms=(("where", "shown"),)), Deviation("back-again")},
    ),
    ("image.download.bytes.short", "the_bytes_come_back", "image.download.bytes", {Deviation("other-data")}),
    (
        "image.isolation.show.open",
        "not_shown_to_another_project",
        "image.isolation.show",
        {Deviation("accepted", act=Phrase.of("by-another-project", operation="image.show", how="private"))},
    ),
    (
        "auth.token.password.half",
        "what_is_like_the_password",
        "auth.token.credentials",
        {Deviation("token-given", act=call("auth.token", "half-of-the-password"))},
    ),
    (
        "catalogue.endpoint.another",
        "the_endpoint_of_the_catalogue",
        "catalogue.endpoint",
        {status(404, 200, call("image.list", "at-the-endpoint"))},
    ),
]


@pytest.mark.parametrize(("fault", "select", "requirement", "due"), FOUND, ids=[fault for fault, *_ in FOUND])
def test_a_fault_is_found_as_the_deviation_that_it_is(
    run: Run, fault: str, select: str, requirement: str, due: set[Deviation]
) -> None:
    found = run(select, fault).findings
    assert due == {item.deviation for group in found for item in group.variants if item.requirement == requirement}


def test_a_deviation_has_no_value_in_its_identity_that_was_drawn(run: Run) -> None:
    keys = [
        {(group.requirement, group.deviation.key) for group in run("all_members_together", fault).findings}
        for fault in ["image.create.body.name.trimmed"] * 2
    ]
    assert keys[0] == keys[1]


def of(verdict: Verdict, requirement: str) -> RequirementResult:
    return next(item for item in verdict.requirements if item.id == requirement)


def test_a_case_that_does_not_apply_leaves_its_promise_to_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_cases, "levels", lambda _contract: {})
    alone = run("each_member_alone_is_taken")
    beside = run("each_member_alone_is_taken or all_members_together")
    assert Outcome.NOT_EXERCISED == of(alone, "image.create.body.min_ram").outcome
    assert Outcome.PASSED == of(beside, "image.create.body.min_ram").outcome


def test_a_case_may_leave_one_of_its_promises_unjudged(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_cases, "moment", lambda _text: None)
    verdict = run("a_new_image_agrees_with_itself")
    assert Outcome.PASSED == of(verdict, "image.create.relation.file").outcome
    stamps = of(verdict, "image.create.relation.timestamps")
    assert (Outcome.NOT_EXERCISED, Overall.INCONCLUSIVE) == (stamps.outcome, verdict.overall)
    assert "no-time" in str(stamps.reason)


# --- what the cases may say -----------------------------------------------------------------------------------------


def phrases(terms: Terms) -> Iterator[Phrase]:
    """The phrases among some terms, with those in them."""
    for _, value in terms:
        if isinstance(value, Phrase):
            yield value
            yield from phrases(value.terms)


def missing(template: str, terms: Terms, *given: str) -> set[str]:
    """What a template needs and nothing fills."""
    return {name for _, name, _, _ in Formatter().parse(template) if name} - dict(terms).keys() - {*given}


def test_whatever_a_case_may_see_or_do_has_its_sentence_and_its_words(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Deviation] = []
    look = Expect.__call__

    def noted(self: Expect, requirement: str, ok: bool, deviation: Deviation, *rest: Any, **named: Any) -> bool:
        made.append(deviation)
        return look(self, requirement, ok, deviation, *rest, **named)

    monkeypatch.setattr(Expect, "__call__", noted)
    assert Overall.NON_CONFORMANT != run("not test_generated and not test_stateful").overall
    assert len({item.kind for item in made}) > 40
    acts = {act for item in made for act in phrases((("act", item.act), *item.terms))}
    of_itself = ("operation", "status", "place", "act", "request", "got_status")
    assert {
        (item.kind, name)
        for item in made
        for name in missing(DEVIATIONS[item.kind], (*item.terms, *item.seen), *of_itself)
    } == set()
    assert {(act.kind, name) for act in acts for name in missing(PHRASES[act.kind], act.terms)} == set()
    said = {value for item in (*made, *acts) for name, value in item.terms if name in VOCABULARY}
    assert said - WORDS.keys() == set()
