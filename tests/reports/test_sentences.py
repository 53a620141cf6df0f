"""Sentences are made from values: a template filled, in both languages, whatever a newer or a hostile run puts into them."""

from __future__ import annotations

import pytest

from conformance.model.contract import Statement
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class, Part
from conformance.model.phrase import Phrase
from conformance.reports.sentences import class_text, request_text, said, sentence, spoken, stated


@pytest.mark.parametrize(
    ("deviation", "english", "chinese"),
    [
        (Deviation("missing", path="servers[3].id", place="id"), "servers[3].id is missing", "缺少 servers[3].id"),
        (
            Deviation("no-envelope", terms=(("carries", Phrase.of("flat-object")),)),
            "a failure carries a flat object, not the envelope",
            "失败响应的内容是没有外层字段的对象，不符合错误体格式",
        ),
        (
            Deviation("server-error", operation="server.list", status=500, request=(Part("limit", VALID),)),
            "server.list is answered with 500: a valid request, limit is valid",
            "server.list 返回 500：有效请求，limit 有效",
        ),
    ],
)
def test_a_deviation_is_said_in_both_languages(deviation: Deviation, english: str, chinese: str) -> None:
    assert (english, chinese) == (sentence(deviation).plain("en"), sentence(deviation).plain("zh"))


def test_a_kind_that_nobody_knows_is_shown_by_its_name_and_its_terms() -> None:
    deviation = Deviation("of-a-newer-run", place="id", act=Phrase.of("call", operation="server.list"))
    assert sentence(deviation).plain("en").startswith("of-a-newer-run (")
    assert spoken(Phrase.of("of-a-newer-run", what="x")).plain("zh") == "of-a-newer-run (what x)"


def test_a_term_that_is_left_out_costs_no_report() -> None:
    assert "?" in spoken(Phrase.of("not-json")).plain("en")


def test_what_a_target_said_is_bounded() -> None:
    assert len(spoken(Phrase.of("no-answer", said="x" * 100_000)).plain("en")) < 2000


def test_a_class_reads_after_its_place() -> None:
    wrong = Class.broken("another-type", wanted="integer")
    assert request_text((Part("limit", wrong),)).plain("en") == "limit is of another type than integer"
    assert class_text(Class.broken("another-type", wanted="integer")).plain("zh") == "的类型不是整数"


def test_a_statement_is_looked_up_by_its_template_and_filled() -> None:
    statement = Statement(
        "The {location} parameter {parameter} is understood, and values that it cannot have are refused",
        {"location": "query", "parameter": "limit"},
    )
    assert (
        stated(statement).plain("en")
        == "The query parameter limit is understood, and values that it cannot have are refused"
    )
    assert stated(statement).plain("zh") == "正确处理查询参数 limit，并拒绝不允许的值"


def test_the_words_of_a_person_stay_as_they_are() -> None:
    assert said("agreed with {vendor}").plain("zh") == "agreed with {vendor}"
    assert said(None).plain("en") == ""
