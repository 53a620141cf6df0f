"""The catalogue: Chinese for all that the product says, the same values in both languages, nothing lost at 80 columns."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import jsonschema
import pytest
from jinja2 import Environment, nodes
from markupsafe import Markup
from rich.cells import cell_len
from rich.console import Console
from verdicts import HOSTILE, hostile, recorded, states

import conformance
from conformance.model.contract import Contract
from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.reports.language import catalogue, say, told
from conformance.reports.terminal import print_verdict
from conformance.reports.visible import safe, shortened

PACKAGE = Path(str(conformance.__file__)).parent
REPORTING = PACKAGE / "reports"


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


def called(path: Path, name: str) -> Iterator[ast.expr]:
    """The first argument of each call of a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
            yield node.args[0]


def said() -> set[str]:
    """Every literal of `say` in the code and of `t` in the template."""
    found: set[str] = set()
    for path in REPORTING.glob("*.py"):
        for argument in called(path, "say"):
            assert isinstance(argument, ast.Constant), (
                f"{path.name}: say() takes a literal, told() what comes with a verdict"
            )
            found.add(argument.value)
    template = Environment().parse((REPORTING / "templates" / "index.html.j2").read_text(encoding="utf-8"))
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            found.add(call.args[0].value)  # type: ignore[attr-defined]
    return found


def reasons() -> Iterator[str]:
    """Every reason of `NotExercised` in the suite; a value in it is put as 7."""
    for path in sorted((PACKAGE / "services").rglob("*.py")):
        for argument in called(path, "NotExercised"):
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def notes() -> Iterator[str]:
    """Every note on a run; a value in it is put as 7."""
    for path in sorted((PACKAGE / "run").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("notes.append"):
                parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else [node.args[0]]
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_everything_that_the_product_says_has_its_chinese() -> None:
    texts = said()
    assert len(texts) > 100
    assert sorted(texts - catalogue().texts.keys()) == []


def test_every_statement_and_exclusion_of_the_ledger_has_its_chinese(contract: Contract) -> None:
    sentences = {
        text for item in contract.requirements.values() for text in (str(item.statement), item.excluded) if text
    }
    assert (
        sorted(text for text in sentences | set(contract.reasons.values()) if catalogue().chinese(text) is None) == []
    )


def test_every_reason_of_the_suite_has_its_chinese() -> None:
    texts = set(reasons())
    assert len(texts) > 10
    assert sorted(text for text in texts if catalogue().chinese(text) is None) == []


def test_every_note_on_a_run_has_its_chinese() -> None:
    texts = set(notes())
    assert len(texts) > 5
    assert sorted(text for text in texts if catalogue().chinese(text) is None) == []


def test_outcomes_have_their_chinese() -> None:
    words = [
        *map(str, Outcome),
        *(str(item).upper() for item in Overall),
        *(str(item).capitalize() for item in Overall),
    ]
    assert [word for word in words if catalogue().chinese(word) is None] == []


def test_both_languages_have_the_same_values_and_no_chinese_is_left_english() -> None:
    raw = json.loads((REPORTING / "locale" / "zh.json").read_text(encoding="utf-8"))
    pairs = [*raw["texts"].items(), *((item["en"], item["zh"]) for item in raw["patterns"])]
    assert [english for english, chinese in pairs if placeholders(english) != placeholders(chinese)] == []
    assert [english for english, chinese in pairs if english == chinese] == []
    assert [
        english
        for english, chinese in pairs
        if not re.search(r"[\u4e00-\u9fff]", chinese) and not re.fullmatch(r"[\W\d{}a-z.]*", chinese)
    ] == []


def test_the_catalogue_fits_its_schema() -> None:
    schema = json.loads((PACKAGE.parent / "specs" / "schemas" / "locale.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    raw = json.loads((REPORTING / "locale" / "zh.json").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(raw)) == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "The query parameter limit is understood and wrong values are refused",
            "查询参数 limit 被正确处理，错误的值被拒绝",
        ),
        ("a failure carries a flat object, not the envelope", "失败响应携带的是没有外层的对象，而不是错误包装"),
        (
            "a list by changes-since is answered with 400, due is 200",
            "按 changes-since 查询列表得到 400 响应，应为 200",
        ),
        (
            "no second project was given (--other-cloud) (isolation.a_case)",
            "没有提供第二个项目（--other-cloud）（isolation.a_case）",
        ),
        ("broken in 3 of 4", "4 次中有 3 次违反"),
        ("a sentence that nobody knows", None),
        ("", None),
        ("x is as documented " * 100, None),
    ],
)
def test_a_sentence_is_found_by_pattern_and_one_that_is_not_known_stays(english: str, chinese: str | None) -> None:
    assert told(english).zh == chinese
    assert told(english).plain("zh") == (chinese or english)


def test_values_are_escaped_in_html_and_written_out_in_plain_text() -> None:
    assert str(say("note: {text}", text="<b>\x1b").html("zh")) == "备注：&lt;b&gt;\\x1b"
    assert say("note: {text}", text="<b>\x1b").plain("en") == "note: <b>\\x1b"
    assert str(say("note: {text}", text=Markup("<i>")).html("en")) == "note: <i>"
    assert (
        str(say("note: {text}", text=say("passed")).__html__())
        == '<span lang="en">note: passed</span><span lang="zh">备注：通过</span>'
    )


def test_one_is_singular() -> None:
    assert [say("{count} time{count:s}", count=number).plain("en") for number in (0, 1, 2)] == [
        "0 times",
        "1 time",
        "2 times",
    ]


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
    print_verdict(change(verdict), Console(file=out, width=80), [Path("reports/verdict.json")], language)  # type: ignore[operator]
    lines = out.getvalue().splitlines()[:-1]  # the last is one line, however long, so that a log can be searched for it
    assert [line for line in lines if cell_len(line) > 80 and "$ " not in line] == []
    assert not set("\x00\x1b\u202e\u2066\u200b") & set(out.getvalue())
    words = (
        ("不符合：必需要求", "各操作的要求", "文档第 412-424 行（文档）")
        if language == "zh"
        else ("NON-CONFORMANT: of ", "Promises by operation", "document line 412-424 (document)")
    )
    assert [word for word in words if word not in out.getvalue()] == []


def test_the_chinese_summary_says_no_english_sentence(verdict: Verdict) -> None:
    out = io.StringIO()
    print_verdict(verdict, Console(file=out, width=200), [], "zh")
    assert (
        re.findall(
            r"\b(?:the|is|of|not|kept|broken)\b",
            "\n".join(line for line in out.getvalue().splitlines() if "$ " not in line),
        )
        == []
    )


def test_a_console_that_cannot_show_chinese_gets_english(verdict: Verdict) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    print_verdict(hostile(verdict), Console(file=out, width=80), [], "zh")
    assert b"NON-CONFORMANT: of " in raw.getvalue()
    assert HOSTILE.encode() not in raw.getvalue()
