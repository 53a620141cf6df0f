"""Findings become causes: what follows is folded, what is one mistake is one group, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.judge.causes import causes
from conformance.judge.partition import parts
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import Finding, Key
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

Build = Callable[..., Exchange]


@dataclass(frozen=True)
class Named:
    """A cause with its title."""

    deviation: Deviation
    members: tuple[Finding, ...]
    consequences: tuple[tuple[Key, Finding], ...]


Find = Callable[..., list[Named]]
CREATE, PATCH, LIST = "image.create", "image.patch", "image.list"
SERVER_ERROR, ENVELOPE, LIMIT = "status.server-error", "error.envelope", "image.list.query.limit"
EMPTY, FLAT, HTML = (
    Deviation("no-envelope", terms=(("carries", Phrase.of(form)),)) for form in ("empty-body", "flat-object", "html")
)
NO_ID = Deviation("no-request-id")
ANOTHER_ID = Deviation("another-id", place="id")


def failed(exchange: Exchange, *request: Part) -> Finding:
    """A server error with the class that explains it."""
    operation, status = exchange.operation, exchange.response.status
    deviation = Deviation("server-error", operation=operation, status=status, request=request)
    return Finding(SERVER_ERROR, "server-error", operation, status, deviation, exchange)


def found(exchange: Exchange | None, deviation: Deviation, requirement: str = ENVELOPE, **more: Any) -> Finding:
    status = exchange.response.status if exchange is not None else None
    operation = exchange.operation if exchange is not None else LIST
    return Finding(requirement, more.pop("check", "check"), operation, status, deviation, exchange, **more)


def taken(exchange: Exchange, *request: Part, requirement: str = LIMIT) -> Finding:
    deviation = Deviation("forbidden-accepted", operation=exchange.operation, request=request)
    return found(exchange, deviation, requirement)


def of_type(place: str, is_: str, wanted: str = "object") -> Part:
    return Part(place, Class.broken("type", **{"is": is_, "wanted": wanted}))


@pytest.fixture
def find(contract: Contract) -> Find:
    def of(*findings: Finding, exploring: Sequence[int] = ()) -> list[Named]:
        known = {item.exchange.number: parts(item.exchange.request, contract) for item in findings if item.exchange}
        made = causes(findings, known, contract, exploring=exploring)
        return [Named(item.title(contract), item.members, item.consequences) for item in made]

    return of


def kinds(cause: Named) -> list[str]:
    """The kinds of what follows from the cause."""
    return [item.deviation.kind for _, found in cause.consequences for item in found]


# --- what only follows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "requirement"),
    [
        (Deviation("undocumented-status", status=308), "status.documented"),
        (Deviation("answer-again"), "header.request-id"),
        (Deviation("valid-token-refused"), "header.x-auth-token"),
        (Deviation("another-coding"), "encoding.utf-8"),
    ],
)
def test_what_is_wrong_with_an_answer_that_is_none_to_the_request_follows(
    find: Find, exchange: Build, cause: Deviation, requirement: str
) -> None:
    answer = exchange(LIST, 200)
    wrong = [found(answer, Deviation("accepted"), LIMIT), found(answer, Deviation("gone-after"), "image.list.complete")]
    [only] = find(*wrong, found(answer, cause, requirement))
    assert (cause.kind, ["accepted", "gone-after"]) == (only.deviation.kind, kinds(only))


def test_what_another_project_is_shown_stands_for_itself_whoevers_answer_it_was(find: Find, exchange: Build) -> None:
    answer = exchange(LIST, 200)
    leak = found(answer, Deviation("listed-to-another-project"), "image.isolation.list")
    assert 2 == len(find(leak, found(answer, Deviation("answer-again"), "header.request-id")))


def test_a_page_of_a_gateway_has_no_request_id_either(find: Find, exchange: Build) -> None:
    answer = exchange(LIST, 400)
    [only] = find(found(answer, HTML), found(answer, NO_ID, "header.request-id"))
    assert ["no-request-id"] == kinds(only)
    answer = exchange(LIST, 200)
    page = Deviation("another-media-type", terms=(("got", "text/html"),))
    [only] = find(found(answer, page, "header.content-type"), found(answer, NO_ID, "header.request-id"))
    assert ["no-request-id"] == kinds(only)


def test_what_is_wrong_with_an_answer_that_was_not_given_again_follows_from_that(find: Find, exchange: Build) -> None:
    answer = exchange(LIST, 200)
    once = found(answer, Deviation("answered-in-two-ways", operation=LIST), "image.list.response.200")
    [only] = find(
        once,
        found(answer, NO_ID, "header.request-id"),
        found(answer, Deviation("missing", place="images"), "image.list.response.200"),
    )
    assert ("answered-in-two-ways", ["no-request-id", "missing"]) == (only.deviation.kind, kinds(only))


def test_a_body_that_is_not_utf_8_is_unreadable_and_has_no_members(find: Find, exchange: Build) -> None:
    answer = exchange(LIST, 200)
    parts_of_it = [
        found(answer, Deviation(kind, place="images"), "image.list.response.200") for kind in ("unreadable", "missing")
    ]
    [only] = find(*parts_of_it, found(answer, Deviation("not-utf-8"), "encoding.utf-8"))
    assert ["unreadable", "missing"] == kinds(only)


def test_the_envelope_and_the_headers_of_a_5xx_follow_from_it(find: Find, exchange: Build) -> None:
    bad = exchange(status=500)
    [cause] = find(failed(bad), found(bad, EMPTY), found(bad, NO_ID, "header.request-id"))
    assert ("answers", ["no-envelope", "no-request-id"]) == (cause.deviation.kind, kinds(cause))


def test_what_is_also_seen_apart_from_a_5xx_stands_for_itself_with_all_its_places(find: Find, exchange: Build) -> None:
    bad, refused = exchange(status=500), exchange(status=404, number=2)
    error, form = find(failed(bad), found(bad, FLAT), found(refused, FLAT))
    assert ([], "no-envelope", 2) == (kinds(error), form.deviation.kind, len(form.members))


def test_data_that_are_lost_never_follow(find: Find, exchange: Build) -> None:
    bad = exchange(status=500)
    other = found(bad, Deviation("other-data", seen=(("due", 3), ("got", 2))), "image.download.bytes")
    assert [1, 1] == [len(cause.members) for cause in find(failed(bad), other)]


def test_what_is_wrong_in_the_answer_to_what_was_due_a_refusal_follows_from_its_being_taken(
    find: Find, exchange: Build
) -> None:
    twice = exchange(url="http://cloud/v2/images?limit=x")
    wrong = found(twice, ANOTHER_ID, "image.list.response.200.images.id")
    [cause] = find(taken(twice, of_type("limit", "word", "integer")), wrong)
    assert ("takes", ["another-id"]) == (cause.deviation.kind, kinds(cause))


def test_what_binds_never_follows_from_advice(find: Find, exchange: Build) -> None:
    spelled = exchange(url="http://cloud/v2/images?limit=1_0")
    lenient = Deviation("lenient", operation=LIST, request=(Part("limit", Class.lenient("other-digits")),))
    advice, binding = find(
        found(spelled, lenient, "image.list.lenient"), found(spelled, Deviation("other-number"), LIMIT)
    )
    assert ([], "other-number") == (kinds(advice), binding.deviation.kind)


def test_it_follows_for_each_request_of_the_class_that_was_taken(find: Find, exchange: Build) -> None:
    one, other = (exchange(url=f"http://cloud/v2/images?limit={text}", number=n) for n, text in ((1, "x"), (2, "y")))
    wrong = found(other, ANOTHER_ID, "image.list.response.200.images.id")
    assert [["another-id"]] == [kinds(cause) for cause in find(taken(one, of_type("limit", "word", "integer")), wrong)]


def test_what_is_wrong_in_the_answer_to_a_valid_request_stands_for_itself(find: Find, exchange: Build) -> None:
    bad, good = exchange(url="http://cloud/v2/images?limit=x"), exchange(number=2)
    wrong = [found(item, ANOTHER_ID, "image.list.response.200.images.id") for item in (bad, good)]
    assert [[], []] == [kinds(cause) for cause in find(taken(bad, of_type("limit", "word", "integer")), *wrong)]


def test_a_body_that_claims_to_be_json_and_is_none_is_one_mistake(find: Find, exchange: Build) -> None:
    refused = exchange(status=409)
    broken = Deviation("no-envelope", terms=(("carries", Phrase.of("no-json", media_type="application/json")),))
    kind = found(refused, Deviation("not-its-media-type", terms=(("got", "application/json"),)), "header.content-type")
    assert [["not-its-media-type"]] == [kinds(cause) for cause in find(found(refused, broken), kind)]


def test_a_call_that_is_let_in_without_a_token_has_the_wrong_status_for_that(find: Find, exchange: Build) -> None:
    open_ = exchange(actor="anonymous")
    let_in = found(open_, Deviation("taken-without-a-token", status=200), "auth.required")
    status = found(open_, Deviation("status", status=200, terms=(("due", (401,)),)), "error.401")
    assert [["status"]] == [kinds(cause) for cause in find(let_in, status)]


def test_what_the_seed_drew_does_not_decide_what_follows_in_every_run(find: Find, exchange: Build) -> None:
    bad, drawn = exchange(status=500), exchange(status=404, number=9)
    error, form = find(failed(bad), found(bad, EMPTY), found(drawn, EMPTY), exploring=[9])
    assert (["no-envelope"], [drawn.outline]) == (kinds(error), [item.exchange for item in form.members])


# --- what is one cause ----------------------------------------------------------------------------------------------


def test_text_that_no_server_can_decode_is_one_cause_over_places_and_operations(find: Find, exchange: Build) -> None:
    made, changed = exchange(CREATE, 500, number=1), exchange(PATCH, 500, number=2)
    surrogate = Class.open("lone-surrogate")
    [cause] = find(
        failed(made, Part("name", surrogate)),
        failed(made, Part("tags", Class("lone-surrogate", surrogate.standing, item=True))),
        failed(changed, Part("/name", surrogate)),
    )
    assert Deviation("answers-anywhere", status=500, request=(Part("text", Class.broken("lone-surrogate")),)) == (
        cause.deviation
    )


def test_the_same_text_answered_with_another_status_is_another_cause(find: Find, exchange: Build) -> None:
    nul = Part("name", Class.open("nul"))
    answers = [exchange(CREATE, status, number=status) for status in (500, 503)]
    assert 2 == len(find(*(failed(item, nul) for item in answers)))


@pytest.mark.parametrize(
    ("types", "held"),
    [
        (["array"], of_type("body", "array").held),
        (["array", "empty array"], of_type("body", "array").held),
        (["array", "null"], Class.broken("type", **{"is": ("array", "null"), "wanted": "object"})),
        (["array", "null", "integer"], Class.broken("another-type", wanted="object")),
    ],
)
def test_wrong_types_of_a_place_are_one_cause_named_as_narrow_as_holds(
    find: Find, exchange: Build, types: list[str], held: Class
) -> None:
    bad = exchange(CREATE, 500)
    [cause] = find(*(failed(bad, of_type("body", item)) for item in types))
    assert (Part("body", held),) == cause.deviation.request


def test_types_of_two_places_are_two_causes(find: Find, exchange: Build) -> None:
    bad = exchange(CREATE, 500)
    assert 2 == len(
        find(failed(bad, of_type("name", "array", "string")), failed(bad, of_type("id", "array", "string")))
    )


def test_far_out_of_range_is_out_of_range(find: Find, exchange: Build) -> None:
    over = [exchange(number=number) for number in (1, 2)]
    rules = ("above-maximum", "far-above-maximum")
    classes = [Part("limit", Class.broken(rule)) for rule in rules]
    [cause] = find(*(taken(item, part) for item, part in zip(over, classes, strict=True)))
    assert (Part("limit", Class.broken("above-maximum")),) == cause.deviation.request


def test_the_forms_in_place_of_the_envelope_are_one_cause_named_by_the_most_frequent(
    find: Find, exchange: Build
) -> None:
    answers = [exchange(status=404, number=number) for number in range(3)]
    [cause] = find(*(found(item, form) for item, form in zip(answers, (HTML, FLAT, FLAT), strict=True)))
    assert Deviation("no-envelope", terms=(("carries", (Phrase.of("flat-object"), Phrase.of("html"))),)) == (
        cause.deviation
    )


def test_the_service_that_gives_tokens_has_an_error_formatter_of_its_own(find: Find, exchange: Build) -> None:
    answers = exchange("auth.token", 400, number=1), exchange(LIST, 400, number=2)
    assert 2 == len(find(*(found(item, FLAT) for item in answers)))


def test_a_refused_create_that_leaves_something_is_one_cause_whichever_member_was_tried(
    find: Find, exchange: Build
) -> None:
    refused = exchange(CREATE, 400)
    left = [
        found(refused, Deviation("made-by-a-refused-request", operation=CREATE, request=(Part(place, held),)), name)
        for place, held, name in (
            ("tags", Class.open("beyond-bmp"), "image.create.body.tags"),
            ("min_ram", Class.open("integer-as-fraction"), "image.create.request"),
        )
    ]
    assert [Deviation("refused-and-made", operation=CREATE)] == [cause.deviation for cause in find(*left)]


def test_a_refusal_seen_by_a_case_and_by_a_trial_is_one(find: Find, exchange: Build) -> None:
    one, other = (exchange(status=400, number=n, url=f"http://cloud/v2/images?limit={n}") for n in (1, 2))
    by_case = Deviation("status", status=400, act=Phrase.of("call", operation=LIST), terms=(("due", (200,)),))
    by_trial = Deviation("allowed-refused", operation=LIST, terms=(("members", "limit"),))
    [cause] = find(found(one, by_case, LIMIT), found(other, by_trial, LIMIT))
    assert Deviation("refuses", operation=LIST, status=400, place="limit") == cause.deviation


def test_a_status_that_the_document_does_not_have_is_one_decision(find: Find, exchange: Build) -> None:
    statuses = [exchange(CREATE, 413, number=1), exchange(PATCH, 413, number=2), exchange(PATCH, 415, number=3)]
    met = [
        found(item, Deviation("undocumented-status", item.operation, item.response.status), "status.documented")
        for item in statuses
    ]
    assert [2, 1] == [len(cause.members) for cause in find(*met)]


def test_the_same_thing_seen_in_two_answers_is_one_cause(find: Find, exchange: Build) -> None:
    seen = [Deviation("not-as-sent", place="name", terms=(("where", where),)) for where in ("answer", "shown")]
    [cause] = find(*(found(exchange(CREATE, 201), item, "image.create.body.name") for item in seen))
    assert (("where", ("answer", "shown")),) == cause.deviation.terms


@pytest.mark.parametrize(("also", "causes"), [((), 1), (("image.list.query.name",), 2)])
def test_what_was_deleted_and_is_there_again_now_and_then_is_one_cause_with_what_stays(
    find: Find, exchange: Build, also: tuple[str, ...], causes: int
) -> None:
    twice = Deviation("answered-in-two-ways", operation=LIST)
    met = [("image.delete.gone", Deviation("still-there", terms=(("where", "listed"),)))]
    met += [(requirement, twice) for requirement in ("image.delete.gone", *also)]
    found_causes = find(*(found(exchange(LIST, 200, number=n), item, name) for n, (name, item) in enumerate(met, 1)))
    assert causes == len(found_causes)


def test_another_project_that_is_let_in_is_one_cause_however_it_came_in(find: Find, exchange: Build) -> None:
    ways = [
        Deviation("reached-by-another-project", terms=(("how", "deleted"),)),
        Deviation("accepted", act=Phrase.of("by-another-project", operation="image.delete"), seen=(("status", 204),)),
    ]
    [cause] = find(*(found(exchange("image.delete", 204), item, "image.isolation.delete") for item in ways))
    assert Deviation("open-to-another-project", operation="image.delete") == cause.deviation


def test_a_code_that_comes_where_another_is_due_is_one_cause(find: Find, exchange: Build) -> None:
    acts = [Phrase.of("call", operation=name) for name in ("image.delete", "image.show")]
    met = [
        found(
            exchange(status=400, number=number),
            Deviation("status", status=400, act=act, terms=(("due", (404,)),)),
            "error.404",
        )
        for number, act in enumerate(acts)
    ]
    assert [Deviation("code-instead", status=400, terms=(("due", (404,)),))] == [item.deviation for item in find(*met)]


def test_what_two_promises_say_of_the_one_status_of_an_answer_is_one_cause(find: Find, exchange: Build) -> None:
    refused = exchange(status=403, actor="anonymous")
    other = found(refused, Deviation("taken-without-a-token", status=403), "auth.required")
    code = Deviation("status", status=403, act=Phrase.of("call", operation=LIST), terms=(("due", (401,)),))
    [cause] = find(other, found(refused, code, "error.401"))
    assert ("taken-without-a-token", ["auth.required", "error.401"]) == (
        cause.deviation.kind,
        [item.requirement for item in cause.members],
    )


def test_what_was_made_and_is_not_there_is_one_cause_whatever_was_sent(find: Find, exchange: Build) -> None:
    lost = Deviation("made-and-not-there", operation=CREATE)
    shown = found(exchange("image.show", 404), lost, "image.create.response.201")
    sent = found(exchange(CREATE, 201, number=2), lost, "image.create.body.name")
    assert [(lost, 2)] == [(cause.deviation, len(cause.members)) for cause in find(shown, sent)]


def test_what_is_back_after_its_removal_is_one_cause_wherever_it_was_met(find: Find, exchange: Build) -> None:
    back = [Deviation("still-there", terms=(("where", "shown"),)), Deviation("back-again")]
    assert 1 == len(find(*(found(exchange(), item, "image.delete.gone") for item in back)))


def test_a_request_that_reaches_beyond_its_resource_is_one_cause_named_by_the_heaviest(
    find: Find, exchange: Build
) -> None:
    lost, foreign = (
        Deviation(kind, terms=(("when", "delete"),)) for kind in ("another-projects-changed", "another-lost-its-data")
    )
    [cause] = find(*(found(exchange("image.delete", 204), item, "image.delete.collateral") for item in (lost, foreign)))
    assert foreign == cause.deviation


def test_two_deviations_that_have_nothing_in_common_are_two_causes(find: Find, exchange: Build) -> None:
    met = exchange(status=404)
    assert 2 == len(find(found(met, FLAT), found(met, NO_ID, "header.request-id")))


def test_a_finding_by_itself_titles_its_cause(find: Find, exchange: Build) -> None:
    [cause] = find(found(exchange(status=404), FLAT))
    assert (FLAT, 1, ()) == (cause.deviation, len(cause.members), cause.consequences)


def test_a_part_of_a_cause_is_named_by_its_own_findings(contract: Contract, exchange: Build) -> None:
    bad = exchange(CREATE, 500)
    array, null = (failed(bad, of_type("body", is_)) for is_ in ("array", "null"))
    [cause] = causes((array, null), {}, contract)
    assert (of_type("body", "null"),) == cause.title(contract, [0, 1]).request


def test_an_answer_that_the_seed_drew_joins_nothing_that_every_run_meets(find: Find, exchange: Build) -> None:
    one, other, drawn = (exchange(CREATE, 413, number=number) for number in (1, 2, 9))
    undocumented = Deviation("undocumented-status", CREATE, 413)
    instead = Deviation("status", status=413, act=Phrase.of("call", operation=CREATE), terms=(("due", (400,)),))
    met = [
        found(one, undocumented, "status.documented"),
        found(other, instead, "error.400"),
        found(drawn, undocumented, "status.documented"),
        found(drawn, instead, "error.400"),
    ]
    assert (1, 2) == (len(find(*met)), len(find(*met, exploring=[9])))


# --- sizes ----------------------------------------------------------------------------------------------------------


def larger(size: int) -> Part:
    return Part("body", Class.open("larger-than", bytes=size))


def test_what_comes_of_the_size_of_a_body_is_one_cause_named_by_the_smallest(find: Find, exchange: Build) -> None:
    bad = [exchange(name, 502, number=number) for number, name in enumerate((CREATE, PATCH, "image.upload"), start=1)]
    made = find(*(failed(item, larger(size)) for item, size in zip(bad, (65536, 8192, 32768), strict=True)))
    assert [Deviation("answers-anywhere", status=502, request=(larger(8192),))] == [item.deviation for item in made]


def test_data_that_comes_back_otherwise_is_one_cause_and_its_length_and_hash_follow(
    find: Find, exchange: Build
) -> None:
    bad = exchange("image.download")
    kinds_of_bytes = ("other-data-after", "other-data", "data-changed-by-a-change")
    bytes_ = [found(bad, Deviation(kind), "image.download.bytes") for kind in kinds_of_bytes]
    [cause] = find(*bytes_, found(bad, Deviation("not-the-length-of-the-data"), "image.download.size"))
    assert ("other-data", 3) == (cause.deviation.kind, len(cause.members))
    assert ["not-the-length-of-the-data"] == kinds(cause)


def test_data_that_only_a_change_altered_stands_for_itself(find: Find, exchange: Build) -> None:
    bad = exchange("image.download")
    [cause] = find(found(bad, Deviation("data-changed-by-a-change"), "image.download.bytes"))
    assert "data-changed-by-a-change" == cause.deviation.kind


def test_the_parts_of_a_file_are_cut_in_one_place(find: Find, exchange: Build) -> None:
    bad = exchange("image.download", 206)
    wrong = [
        found(bad, Deviation(kind, terms=(("when", when),)), "image.download.range")
        for kind, when in (("other-part", "middle"), ("other-part", "single-byte"), ("part-refused", "last-bytes"))
    ]
    assert [3] == [len(cause.members) for cause in find(*wrong)]


# --- what answers give away -------------------------------------------------------------------------------------------


def gives_away(exchange: Exchange, what: str, part: Phrase) -> Finding:
    deviation = Deviation("gives-away", terms=(("what", Phrase.of(what)), ("part", part)), seen=(("got", "x"),))
    return found(exchange, deviation, "answer.internals")


def message_of(*statuses: int) -> Phrase:
    return Phrase.of("in-message", statuses=statuses)


def test_what_answers_of_several_statuses_give_away_alike_is_one_cause(find: Find, exchange: Build) -> None:
    met = [
        gives_away(exchange(LIST, status, number=status), "stack-trace", message_of(status)) for status in (500, 400)
    ]
    (one,) = find(*met)
    assert {"what": Phrase.of("stack-trace"), "part": message_of(400, 500)} == dict(one.deviation.terms)


def test_each_thing_and_each_part_of_an_answer_is_a_cause_of_its_own(find: Find, exchange: Build) -> None:
    at = exchange(LIST, 500)
    header = Phrase.of("in-header", header="X-Debug")
    met = [
        gives_away(at, "stack-trace", message_of(500)),
        gives_away(at, "database", message_of(500)),
        gives_away(at, "stack-trace", header),
        gives_away(exchange(LIST, 200, number=2), "stack-trace", header),
    ]
    assert [1, 1, 2] == [len(item.members) for item in find(*met)]


def test_what_a_server_error_gives_away_does_not_follow_from_it(find: Find, exchange: Build) -> None:
    at = exchange(LIST, 500)
    assert [(), ()] == [item.consequences for item in find(failed(at), gives_away(at, "stack-trace", message_of(500)))]


@pytest.mark.parametrize(
    ("kind", "told", "beside"),
    [
        ("listed-to-another-project", "listed-to-another-project", ["answered-in-two-ways"]),
        ("not-listed", "answered-in-two-ways", ["not-listed"]),
    ],
)
def test_what_an_answer_has_given_away_is_told_and_not_that_it_was_given_once(
    find: Find, exchange: Build, kind: str, told: str, beside: list[str]
) -> None:
    answer = exchange(LIST)
    once = found(answer, Deviation("answered-in-two-ways", operation=LIST), "image.isolation.list")
    (only,) = find(once, found(answer, Deviation(kind), "image.isolation.list"))
    assert (told, beside) == (only.deviation.kind, kinds(only))
