"""The Chinese reports of a run against a reference with many faults: no English in them but names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from chinese import Shown, english, names_of
from rich.console import Console
from targets import reference_with

from conformance.after.compare.comparison import compare
from conformance.cli.reporting import conduct_run
from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.reports import Presentation, language, print_verdict
from conformance.reports.comparison_html import comparison_html
from conformance.reports.comparison_text import comparison_markdown, comparison_text
from conformance.reports.html import to_html
from conformance.reports.summary import to_summary
from conformance.run.options import Options

FAULTS = (
    "error.404.html",
    "error.405.html",
    "error.envelope.message.mistyped",
    "error.envelope.title.missing",
    "header.x-project-id.followed-by-delete",
    "image.create.default.checksum.other",
    "image.create.nan",
    "image.create.no-media-type",
    "image.delete.absent.found",
    "image.isolation.delete.queued",
    "image.isolation.list.by-visibility",
    "image.list.query.name.prefix",
    "image.patch.charset",
    "image.patch.name.not-stored",
    "state.delete.other-project",
    "state.list.misses-own-id",
    "state.patch.second-lost",
    "state.updated-at.back",
    "status.class",
    "status.failure.no-resource",
)


def run(directory: Path, *faults: str) -> Verdict:
    options = Options(profile="smoke", seed=1, embedded=reference_with(*faults))
    return conduct_run(options, directory, Console(file=io.StringIO()))[0]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return run(tmp_path_factory.mktemp("faulty"), *FAULTS)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return run(tmp_path_factory.mktemp("before"))


def terminal(verdict: Verdict) -> list[str]:
    """The lines of a terminal, without the commands to copy."""
    out = io.StringIO()
    print_verdict(Presentation(verdict, "zh"), Console(file=out, width=4000), [Path("verdict.json")])
    return [line for line in out.getvalue().splitlines() if "$ " not in line]


def test_a_run_with_many_faults_has_findings_of_many_kinds(faulty: Verdict) -> None:
    assert len({group.deviation.kind for group in faulty.findings}) > 6


def test_terminal_and_summary_have_no_english_but_names(faulty: Verdict, contract: Contract) -> None:
    names = names_of(faulty, contract)
    assert english(terminal(faulty), names) == []
    assert english(to_summary(Presentation(faulty, "zh")).splitlines(), names) == []


def test_the_page_has_no_english_but_names(faulty: Verdict, contract: Contract) -> None:
    texts = Shown(to_html(Presentation(faulty, "zh"))).texts
    assert len(texts) > 500
    assert english(texts, names_of(faulty, contract)) == []


def test_a_comparison_has_no_english_but_names(faulty: Verdict, before: Verdict, contract: Contract) -> None:
    names = names_of(faulty, contract) | names_of(before, contract)
    found = compare(before, faulty)
    requests = (" /v2/", " /v3/")  # a line with a request is code
    for text in (comparison_text(found, "zh"), comparison_markdown(found, "zh")):
        assert english([line for line in text.splitlines() if not any(mark in line for mark in requests)], names) == []
    assert english(Shown(comparison_html(found, "zh")).texts, names) == []


@pytest.mark.parametrize(
    ("context", "template"),
    [
        (None, "a failure carries {carries}, not the envelope"),
        (None, "Documented status codes"),
        (None, "HTML"),
        (None, "due"),
        (None, "Promises by operation"),
        ("type", "string"),
        ("call", "image.delete"),
    ],
)
def test_one_text_without_its_chinese_is_found(
    monkeypatch: pytest.MonkeyPatch, faulty: Verdict, contract: Contract, context: str | None, template: str
) -> None:
    whole: Mapping[language.Message, str] = language.catalogue("zh")
    assert (context, template) in whole
    less = {key: text for key, text in whole.items() if key != (context, template)}
    spoilt = less | {(context, template): "untranslated words"} if context or template == "HTML" else less
    monkeypatch.setattr(language, "catalogue", lambda name: spoilt if name == "zh" else {})
    assert english(terminal(faulty), names_of(faulty, contract)) != []


def test_names_values_and_code_are_no_english() -> None:
    names = frozenset({"image", "create", "name"})
    told = ["image.create：name 为 'some words'，返回 400 x3", "见 `some words`", "<b>空</b> /v2/images/{id} 480cbb"]
    assert english(told, names) == []
    assert ["words | 有 words"] == english(["有 words"], names)


def test_what_a_page_hides_from_a_reader_of_chinese_is_not_looked_at() -> None:
    page = '<p lang="en">English</p><p lang="zh">中文 <code>code</code></p><script>let</script><p>both<br>here</p>'
    assert ["中文", "both", "here"] == Shown(page).texts
