"""Texts in two languages: filled, escaped, and what a console gets of them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from markupsafe import Markup
from rich.cells import cell_len
from rich.console import Console
from verdicts import HOSTILE, hostile, recorded, states

from conformance.model.verdict import Verdict
from conformance.reports.language import Text, say, title
from conformance.reports.presentation import Presentation
from conformance.reports.terminal import print_verdict
from conformance.reports.visible import safe, shortened


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


def test_what_no_catalogue_knows_stays_as_it_is() -> None:
    assert Text("a sentence that nobody knows").plain("zh") == "a sentence that nobody knows"


def test_a_text_in_a_text_is_in_the_same_language() -> None:
    assert say("note: {text}", text=say("passed")).plain("zh") == "备注：通过"


def test_values_are_escaped_in_html_and_written_out_in_plain_text() -> None:
    assert str(say("note: {text}", text="<b>\x1b").html("zh")) == "备注：&lt;b&gt;\\x1b"
    assert say("note: {text}", text="<b>\x1b").plain("en") == "note: <b>\\x1b"
    assert str(say("note: {text}", text=Markup("<i>")).html("en")) == "note: <i>"
    assert (
        str(say("note: {text}", text=say("passed")).__html__())
        == '<span lang="en">note: passed</span><span lang="zh">备注：通过</span>'
    )


@pytest.mark.parametrize("template", ["{text.__class__}", "{text!r}", "{text[0]}", "{text:>999999999}", "{other}", "{"])
def test_a_template_of_a_file_reaches_no_attribute_and_breaks_nothing(template: str) -> None:
    assert Text(template, {"text": "x"}).plain("en") == template


def test_a_template_of_a_file_is_escaped_in_html() -> None:
    assert str(Text("<b>{text}", {"text": "x"}).html("en")) == "&lt;b&gt;x"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x", "另有 x 项"),
        (3, "另有 3 项"),
        ("两", "另有两项"),
        ("（x）", "另有（x）项"),
        (Markup("<b>3</b>"), "另有 3 项"),
    ],
)
def test_chinese_and_latin_letters_are_set_apart(monkeypatch: pytest.MonkeyPatch, value: object, shown: str) -> None:
    monkeypatch.setattr("conformance.reports.language.catalogue", lambda _: {(None, "{count} more"): "另有{count}项"})
    assert re.sub(r"<[^>]*>", "", str(say("{count} more", count=value).html("zh"))) == shown


@pytest.mark.parametrize(
    ("place", "held", "shown"),
    [
        ("请求体", "嵌套过深", "请求体嵌套过深"),
        ("name", "为空", "name 为空"),
        ("请求体", "UTF-8", "请求体 UTF-8"),
        ("name", "", "name"),
    ],
)
def test_values_beside_each_other_are_set_apart_like_letters_of_a_text(
    monkeypatch: pytest.MonkeyPatch, place: str, held: str, shown: str
) -> None:
    monkeypatch.setattr("conformance.reports.language.catalogue", lambda _: {(None, "{place} {held}"): "{place}{held}"})
    assert shown == say("{place} {held}", place=place, held=held).plain("zh")


def test_one_is_singular() -> None:
    assert [say("{count} time{count:s}", count=number).plain("en") for number in (0, 1, 2)] == [
        "0 times",
        "1 time",
        "2 times",
    ]


def test_an_operation_has_the_title_that_its_service_gives_it() -> None:
    found = title("auth.token")
    assert found is not None
    assert (found.plain("en"), found.plain("zh")) == ("Token", "获取令牌")
    assert title("no.such") is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[0m\x9b", "\\x1b[0m\\x9b"),
        ("\u202e\u2066\u200b\ufeff", "\\u202e\\u2066\\u200b\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("镜像 🖼 é \ufffd", "镜像 🖼 é \ufffd"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_long_text_says_how_long_it_is() -> None:
    assert (shortened("abcdef", 6), shortened("abcdef", 3)) == ("abcdef", "abc… (6)")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("change", [states, hostile, lambda verdict: verdict])
def test_the_summary_keeps_to_80_columns_in_both_languages(verdict: Verdict, language: str, change: object) -> None:
    out = io.StringIO()
    shown = Presentation(change(verdict), language)
    print_verdict(shown, Console(file=out, width=80), [Path("reports/verdict.json")])
    lines = out.getvalue().splitlines()[:-1]  # the last is one line, however long, so that a log can be searched for it
    wide = [line for line in lines if cell_len(line) > 80 and "$ " not in line]
    assert [
        line for line in wide if max(map(cell_len, line.split())) < 60
    ] == []  # but for a word that is as wide itself
    assert not set("\x00\x1b\u202e\u2066\u200b") & set(out.getvalue())
    words = (
        ("不符合（smoke", "各操作的要求", "第 412-424 行")
        if language == "zh"
        else ("NON-CONFORMANT (smoke", "Promises by operation", "line 412-424")
    )
    assert [word for word in words if word not in out.getvalue()] == []


def test_the_chinese_summary_says_no_english_sentence(verdict: Verdict) -> None:
    out = io.StringIO()
    print_verdict(Presentation(verdict, "zh"), Console(file=out, width=200), [])
    shown = "\n".join(line for line in out.getvalue().splitlines() if "$ " not in line)
    assert re.findall(r"\b(?:the|is|of|not|kept|broken)\b", shown) == []


def test_a_console_that_cannot_show_chinese_gets_english(verdict: Verdict) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    print_verdict(Presentation(hostile(verdict), "zh"), Console(file=out, width=80), [])
    assert b"NON-CONFORMANT (smoke" in raw.getvalue()
    assert HOSTILE.encode() not in raw.getvalue()
