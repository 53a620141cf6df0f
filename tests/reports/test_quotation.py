"""What a finding is held against: both sides, the line of the document, the ruling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from verdicts import recorded

from conformance.contract.quotation import heading_of
from conformance.contract.specs import load_contract
from conformance.document.headings import COMMON_NAMES, PART_NAMES
from conformance.model.contract import Quote
from conformance.model.deviation import Deviation
from conformance.model.verdict import Verdict
from conformance.reports.quotation import HEADINGS, VERBS, place_text, quotation, quote_text
from conformance.reports.sentences import DEVIATIONS, sides
from conformance.reports.sentences.sides import SIDES


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(Path(tmp_path_factory.mktemp("run")))


def both(deviation: Deviation) -> tuple[str, str] | None:
    found = sides(deviation)
    return None if found is None else (found[0].plain("en"), found[1].plain("en"))


def test_due_and_got_stand_side_by_side_under_their_place() -> None:
    seen = (("due", "raw"), ("got", "iso"))
    assert both(Deviation("differs", place="format", seen=seen)) == ("format: raw", "format: iso")


def test_a_status_stands_beside_those_that_are_due() -> None:
    assert both(Deviation("status", status=500, terms=(("due", (404, 410)),))) == ("404 or 410", "500")


def test_what_was_to_be_refused_stands_beside_the_status_that_came() -> None:
    assert both(Deviation("accepted", seen=(("status", 201),))) == ("a refusal (4xx)", "201")


def test_a_kind_without_two_sides_has_none() -> None:
    assert both(Deviation("back-after-a-delete")) is None


def test_only_kinds_that_have_a_sentence_have_sides() -> None:
    assert SIDES.keys() - DEVIATIONS.keys() == set()


def test_a_finding_without_two_sides_is_held_against_its_promise(verdict: Verdict) -> None:
    group = replace(verdict.findings[0], requirement="image.delete.gone", deviation=Deviation("back-after-a-delete"))
    found = quotation(group, verdict)
    promise = next(item for item in verdict.requirements if item.id == "image.delete.gone")
    assert (found.due.plain("en"), found.came.plain("en")) == (
        str(promise.statement),
        "a resource came back after its deletion",
    )


def test_every_finding_of_a_run_has_both_sides_and_its_place_in_both_languages(verdict: Verdict) -> None:
    assert verdict.findings
    for group in verdict.findings:
        found = quotation(group, verdict)
        for language in ("en", "zh"):
            texts = [text.plain(language) for text in (found.due, found.came, found.place)]
            assert [text for text in texts if not text or "{" in text or "?" in text] == []


def test_a_promise_that_a_ruling_decided_has_its_text_and_its_reason(verdict: Verdict) -> None:
    group = replace(verdict.findings[0], requirement="image.list.query.sort_key")
    found = quotation(group, verdict)
    ruling = load_contract().rulings[1]
    assert found.ruling is not None
    assert found.reason is not None
    assert (found.ruling.plain("en"), found.reason.plain("en")) == (f"Ruling 1: {ruling.text}", ruling.reason)


def test_a_promise_of_the_document_alone_has_no_ruling(verdict: Verdict) -> None:
    found = quotation(replace(verdict.findings[0], requirement="error.404"), verdict)
    assert (found.ruling, found.reason) == (None, None)


def test_a_promise_that_the_verdict_does_not_know_has_both_sides_and_its_lines(verdict: Verdict) -> None:
    group = replace(
        verdict.findings[0],
        requirement="gone",
        source=((3, 5),),
        deviation=Deviation("status", status=500, terms=(("due", (404,)),)),
    )
    found = quotation(group, verdict)
    assert (found.due.plain("en"), found.came.plain("en"), found.place.plain("en")) == ("404", "500", "line 3-5")


NAMES = {"name": "limit", "type": "integer", "required": "false", "in": "query"}


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        (NAMES, "limit, integer, not required, in the query", "limit，integer，非必需，位于查询参数"),
        ({"code": "404", "phrase": "Not Found"}, "404 Not Found", "404 Not Found"),
        ({"method": "GET", "path": "/a/{b}", "code": "200"}, "GET /a/{b}, 200", "GET /a/{b}，200"),
        ({"name": "size", "type": "null", "value": "null"}, "size, null, null", "size，null，null"),
    ],
)
def test_the_line_is_shown_by_its_names(names: dict[str, str], english: str, chinese: str) -> None:
    shown = quote_text(Quote(names=names))
    assert shown is not None
    assert (shown.plain("en"), shown.plain("zh")) == (english, chinese)


def test_a_line_without_names_is_not_shown() -> None:
    assert quote_text(Quote("1.2", "protocol")) is None


def test_a_place_is_section_heading_part_line_and_page(verdict: Verdict) -> None:
    promise = replace(
        verdict.requirements[0], source=((505, 505),), quote=Quote("1.3", "list images", "request", page=12)
    )
    assert place_text(promise).plain("en") == "1.3, list images, request, line 505, page 12"
    assert place_text(promise).plain("zh") == "1.3，查询镜像列表，请求，第 505 行，第 12 页"


def test_every_heading_that_a_quote_can_have_has_its_words() -> None:
    parts = {name.replace("-", " ") for name in (*PART_NAMES, *COMMON_NAMES)}
    assert parts == set(HEADINGS)
    headings = {
        heading_of(operation.method, operation.path, operation.id).partition(" ")[0]
        for operation in load_contract().operations.values()
        if operation.service == load_contract().services[0]
    }
    assert headings - set(VERBS) == set()
