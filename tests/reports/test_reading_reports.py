"""What was read of a document, for programs and to look at."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
from checkout import SCHEMAS

from conformance import document as package
from conformance.contract.reading import reading
from conformance.document import Document
from conformance.document.contradiction import DEFAULTS
from conformance.document.contradictions import contradictions
from conformance.document.model import NotUnderstood
from conformance.model.contract import StaleErratum
from conformance.reports.reading_html import reading_html
from conformance.reports.reading_json import reading_report
from conformance.reports.reading_words import TOLD, told

STALE = (StaleErratum(3, "$.paths['/z']", "book", 4, ((7, 9),), "a <b>reason</b>"),)
EVIL = "<script>alert(1)</script>\x1b[31m"


def lost(library: Document) -> Document:
    return replace(library, unread=(NotUnderstood(150, 151, "no table", EVIL, "翻看目录"),))


def test_the_report_for_programs_keeps_its_schema(library: Document) -> None:
    schema = json.loads((SCHEMAS / "extraction.schema.json").read_text())
    for document, stale in ((library, ()), (lost(library), STALE)):
        data = json.loads(reading_report(reading(document), stale))
        jsonschema.validate(data, schema, jsonschema.Draft202012Validator)


def test_the_report_for_programs_has_every_figure(library: Document) -> None:
    data = json.loads(reading_report(reading(lost(library)), STALE))
    assert data["figures"] == {
        "operations": 8,
        "understood": 7,
        "rows": 46,
        "examples": 9,
        "repaired": 1,
        "contradictions": len(contradictions(library)),
        "not_understood": 1,
        "candidates": 3,
        "stale": 1,
    }
    assert data["not_understood"] == [
        {"line": 150, "last_line": 151, "reason": "no table", "text": EVIL, "operation": "翻看目录"}
    ]
    assert data["stale"][0]["source"] == [[7, 9]]


def test_the_page_escapes_what_the_document_and_the_errata_say(library: Document) -> None:
    page = reading_html(reading(lost(library)), STALE, {150: 2}, {2: b"png"})
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m" in page
    assert "a &lt;b&gt;reason&lt;/b&gt;" in page


def test_the_page_shows_the_picture_beside_what_was_left_over(library: Document) -> None:
    page = reading_html(reading(lost(library)), (), {150: 2}, {2: b"png"})
    assert '<a href="#page-2">page 2</a>' in page
    assert 'src="data:image/png;base64,cG5n"' in page
    assert page.index('id="page-2"') < page.index("<li>150-151: no table</li>")


def test_the_page_of_a_document_that_was_read_whole_says_so(library: Document) -> None:
    page = reading_html(reading(library), (), {}, {})
    assert "Nothing was left over" in page
    assert "<img" not in page
    assert 'id="stale"' not in page


def test_the_page_reaches_no_network_and_runs_nothing(library: Document) -> None:
    page = reading_html(reading(library), (), {}, {})
    assert "default-src &#39;none&#39;" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "").replace("HTTP", "")


def test_the_page_is_there_in_chinese_but_for_what_the_document_says(library: Document) -> None:
    page = reading_html(reading(lost(library)), STALE, {150: 2}, {2: b"png"}, "zh")
    assert '<html lang="zh">' in page
    for words in (
        "有 1 处未读懂",
        "自相矛盾之处",
        "进入规格",
        "第 2 页",
        "失效的勘误",
        "未使用的方法",
        "以表格为准：采用其类型",
    ):
        assert words in page
    assert "What the specs say" not in page


def test_what_the_reader_says_has_its_chinese() -> None:
    kinds = {*DEFAULTS, *DEFAULTS.values()}
    assert sorted(kinds - TOLD.keys()) == []
    assert sorted(reason for reason in reasons() if told(reason, "zh") == reason) == []
    assert told("a column that is not known: 计费方式", "zh") == "未知的列: 计费方式"
    assert told("no words of ours", "zh") == "no words of ours"


def reasons() -> set[str]:
    """The reasons that the reader gives, as its modules write them, each up to what it says of the document."""
    found: set[str] = set()
    for path in Path(str(package.__file__)).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr.startswith("doubt")
            ):
                given = [
                    item for argument in call.args for item in ast.walk(argument) if isinstance(item, ast.Constant)
                ]
                found |= {
                    item.value for item in given if isinstance(item.value, str) and " " in item.value.strip(": ,|")
                }
    return {reason.removesuffix(": ") for reason in found}
