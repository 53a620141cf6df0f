"""The page as text: one file, nothing foreign in it, every section, both languages, small when the run is big."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from time import perf_counter

import pytest
from markupsafe import Markup
from verdicts import HOSTILE, hostile, hostile_exchange, many, recorded, states

from conformance.model.verdict import Verdict
from conformance.reports.html import _whole, to_html
from conformance.reports.presentation import Presentation

VOID = {"meta", "link", "input", "img", "br", "hr", "wbr"}


def page_of(verdict: Verdict, language: str = "en") -> str:
    return to_html(Presentation(verdict, language))


class Page(HTMLParser):
    """The elements of a page with their text; an element that is not closed, or closed twice, is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def verdict(directory: Path) -> Verdict:
    return recorded(directory)


def test_the_policy_allows_the_one_script_and_style_and_nothing_else(verdict: Verdict) -> None:
    text = page_of(verdict)
    page = Page(text)
    (policy,) = [
        item["content"] or "" for item in page.all("meta") if item.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for name, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
    assert (rules["default-src"], rules["base-uri"], rules["form-action"], rules["require-trusted-types-for"]) == (
        "'none'",
        "'none'",
        "'none'",
        "'script'",
    )


@pytest.mark.parametrize("change", [states, hostile, lambda verdict: verdict])
def test_nothing_leads_out_of_the_page_and_no_attribute_runs_code(verdict: Verdict, change: object) -> None:
    page = Page(page_of(change(verdict)))
    for tag, attributes in page.elements:
        assert {
            name
            for name in attributes
            if name.startswith("on") or name in {"style", "src", "srcset", "action", "formaction", "xlink:href"}
        } == set(), tag
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "data:image/svg+xml,")) or re.fullmatch(r"findings/[0-9a-f]{12}\.sh", href), tag
    assert {tag for tag, _ in page.elements} & {
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "image",
        "foreignobject",
        "a:script",
    } == set()
    assert (len(page.all("script")), len(page.all("style"))) == (1, 1)


def test_what_the_target_sends_is_text_and_every_control_is_written_out(verdict: Verdict) -> None:
    text = page_of(hostile(verdict))
    page = Page(text)
    assert set("\x00\x1b\u202e\u2066\u200b\u2028") & set(text) == set()
    assert "<script>window" not in text
    assert "\\x00\\x1b[31m\\u202eevil\\u2066\\u200b\\u2028" in page.text
    assert page.text.count("<script>window.hurt=1</script>") > 10
    assert "{{7*7}}" in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00\x80",
        b"[" * 16000,
        b"\x00" * 5000,
        b'{"a": "\\ud800"}',
        "e\u0301\u202e".encode(),
        b"{" * 10,
        b"",
        b"\n" * 9999,
    ],
)
def test_any_body_can_be_shown(verdict: Verdict, body: bytes) -> None:
    group = replace(verdict.findings[0], exemplar=hostile_exchange(body))
    text = page_of(replace(verdict, findings=(group,)))
    Page(text)
    assert len(text.encode("utf-8")) < 1_000_000


def test_json_is_indented_and_its_tokens_stay_as_they_were_sent(verdict: Verdict) -> None:
    body = b'{"a":1.0,"a":[],"b":{"c":"x: [\\"y\\"]"},"d":[1,2e0]}'
    page = Page(page_of(replace(verdict, findings=(replace(verdict.findings[0], exemplar=hostile_exchange(body)),))))
    wanted = '{\n  "a": 1.0,\n  "a": [],\n  "b": {\n    "c": "x: [\\"y\\"]"\n  },\n  "d": [\n    1,\n    2e0\n  ]\n}'
    assert wanted in "".join(page.texts)


@pytest.mark.parametrize(("size", "shown", "cut"), [(2400, 2400, 0), (7000, 2500, 2)])
def test_a_body_is_shown_whole_or_with_its_size(verdict: Verdict, size: int, shown: int, cut: int) -> None:
    page = Page(
        page_of(replace(verdict, findings=(replace(verdict.findings[0], exemplar=hostile_exchange(b"k" * size)),)))
    )
    bodies = re.findall("k{500,}", "".join(page.texts))
    assert [len(body) for body in bodies] == [shown, shown]
    assert page.text.count(f"… {size} bytes, see exchanges.har") == cut


def test_the_page_of_a_big_run_is_small_and_quickly_made(verdict: Verdict) -> None:
    large = json.dumps([{"name": "<&>" * 20, "n": number} for number in range(400)]).encode()
    began = perf_counter()
    text = page_of(many(verdict, 150, 6000, large))
    assert len(text.encode("utf-8")) < 5_000_000
    assert perf_counter() - began < 20
    assert len(re.findall(r'<details class="finding( brief)?"', text)) == 150


def test_every_promise_is_a_row_with_its_outcome_section_and_authority(verdict: Verdict) -> None:
    rows = {str(row["id"]): row for row in Page(page_of(verdict)).all("tr") if "data-outcome" in row}
    assert {f"r-{item.id}" for item in verdict.requirements} == set(rows)
    for item in verdict.requirements:
        row = rows[f"r-{item.id}"]
        assert (row["data-outcome"], row["data-authority"], row["data-required"]) == (
            str(item.outcome),
            str(item.authority),
            "yes" if item.required else "no",
        )


def test_every_link_has_its_place_and_every_id_is_there_once(verdict: Verdict) -> None:
    page = Page(page_of(states(verdict)))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(item["href"])[1:] for item in page.all("a") if str(item["href"]).startswith("#")}
    labels = {
        name
        for _, attributes in page.elements
        for name in str(attributes.get("aria-labelledby", "")).split()
        if name != "None"
    }
    assert (links | labels) - set(ids) == set()


def test_each_state_of_a_finding_has_its_group_and_waivers_and_sent_rows_their_tables(verdict: Verdict) -> None:
    page = Page(page_of(states(verdict)))
    assert {item["data-weight"] for item in page.all("details") if "data-weight" in item} == {
        "binding",
        "waived",
        "known",
        "advisory",
    }
    for words in (
        "agreed with the vendor",
        "复测确认",
        "intermittent",
        "is of another type than integer",
        "unused",
        "expired",
        "Known from the baseline",
    ):
        assert words in page.text
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {"sent", "waivers"} <= ids


def test_what_the_target_says_of_itself_is_shown_bounded_and_escaped(verdict: Verdict) -> None:
    text = page_of(
        replace(verdict, target={**verdict.target, "facts": {"image": {"server": HOSTILE, "filler": "<" * 100_000}}})
    )
    page = Page(text)
    assert '"server": "<script>window.hurt=1</script>' in page.text
    assert len(text) < len(page_of(verdict)) + 100_000


def test_what_there_is_nothing_of_has_no_section(verdict: Verdict) -> None:
    ids = {attributes.get("id") for _, attributes in Page(page_of(replace(verdict, sent=(), waivers=()))).elements}
    assert {"sent", "waivers"} & ids == set()


@pytest.mark.parametrize(("language", "title"), [("en", ">Non-conformant (smoke: "), ("zh", ">不符合（smoke：")])
def test_the_first_view_is_in_the_language_that_was_asked_for_and_both_are_there(
    verdict: Verdict, language: str, title: str
) -> None:
    text = page_of(verdict, language)
    page = Page(text)
    assert page.all("html")[0]["lang"] == language
    assert title in text.split("</title>")[0]
    assert {"Promises by section of the document", "按文档章节列出的要求"} <= set(page.texts)


def test_a_language_that_there_is_not_is_refused(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="'fr' is none of en, zh"):
        page_of(verdict, "fr")


def test_the_same_verdict_makes_the_same_page(verdict: Verdict) -> None:
    assert page_of(verdict) == page_of(verdict)


UUID = "db7ba66e-71ae-42d3-9e1b-1f2d0d43e93e"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("plain words", []),
        ("Content-Type: application/x.y-json-patch", ["Content-Type:", "application/x.y-json-patch"]),
        (f"http://c/v2/{UUID}?a=b", ["http://", "c/", "v2/", UUID + "?"]),
        (f'"file": "/v2/{UUID}/file"', ['"/', "v2/", UUID + "/"]),
        ("<a-b>", ["<a-b>"]),
    ],
)
def test_words_of_a_protocol_are_kept_whole_and_addresses_are_broken_at_their_steps(
    text: str, whole: list[str]
) -> None:
    shown = str(_whole(text))
    assert Markup(shown).striptags() == " ".join(text.split())
    assert [Markup(item).unescape() for item in re.findall('<span class="w">(.*?)</span>', shown)] == whole


# --- WCAG 2.2, 1.4.3: text has a contrast of 4.5, 1.4.11: what is needed to understand has 3 -----------------------------


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def themes() -> list[tuple[str, dict[str, str]]]:
    style = resources.files("conformance.reports").joinpath("templates", "index.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(:root[^{]*)\{([^}]*--ink:[^}]*)\}", style)
    return [
        (selector.strip(), dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", body)))
        for selector, body in blocks
        if "#fff;" not in body
    ]


@pytest.mark.parametrize("selector,colours", themes())
def test_text_has_the_contrast_of_wcag_aa_in_each_theme(selector: str, colours: dict[str, str]) -> None:
    pairs = [
        (ink, paper) for ink in ("ink", "soft", "link", "good", "bad", "open") for paper in ("card", "sunk", "page")
    ]
    pairs += [(name, f"{name}-tint") for name in ("good", "bad", "open", "aside", "calm")]
    pairs += [("on-dark", f"c-{name}") for name in ("kept", "broken", "waived", "explored", "s2", "s5")]
    pairs += [("on-light", f"c-{name}") for name in ("not-exercised", "advisory", "s4", "s3")] + [("ink", "c-s1")]
    assert {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in pairs
        if contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    } == {}
    edges = [("edge", "card"), ("edge", "sunk"), ("focus", "card"), ("focus", "page"), ("mark", "card")]
    assert {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in edges
        if contrast(colours[pair[0]], colours[pair[1]]) < 3
    } == {}


def test_dark_by_choice_and_dark_by_system_are_the_same_colours() -> None:
    light, chosen, system = [colours for _, colours in themes()]
    assert chosen == system != light


# --- conformance report ------------------------------------------------------------------------------------------------


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance", "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_report_makes_the_page_again(directory: Path, verdict: Verdict, tmp_path: Path) -> None:
    written = (directory / "index.html").read_text(encoding="utf-8")
    done = command(directory, "--out", tmp_path / "again.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path / 'again.html'}\n", "")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == written
    assert command(directory, "--out", tmp_path / "zh.html", "--lang", "zh").returncode == 0
    assert '<html lang="zh">' in (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.html", "zh.html"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent",), "absent/verdict.json: there is no such file"),
        (("RUN", "--out", "/dev/null/x.html"), "--out /dev/null/x.html: cannot be written: "),
        (("RUN", "--lang", "fr"), "'fr' is not one of 'en', 'zh'"),
        ((), "Missing argument"),
        (("RUN", "--out", "."), "is a directory"),
    ],
)
def test_what_cannot_be_rendered_is_exit_two_and_one_line(
    directory: Path, verdict: Verdict, arguments: tuple[str, ...], words: str
) -> None:
    done = command(*(directory if item == "RUN" else item for item in arguments))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert words in done.stderr
    assert HOSTILE not in done.stderr
