"""The catalogues: Chinese for all that the product says, the same values in both languages, and nothing that nobody says."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chinese import NAMES, names_in, words_of
from jinja2 import Environment, nodes
from verdicts import recorded

import conformance
from conformance.contract import general
from conformance.contract.specs import load_contract
from conformance.model.contract import Authority, Level
from conformance.model.verdict import Outcome, Overall, Weight
from conformance.reports import sentences, words
from conformance.reports.language import catalogue
from conformance.reports.quotation import HEADINGS
from conformance.reports.sentences import DEVIATIONS, PHRASES, WORDS, message
from conformance.reports.sentences.causes import NOUNS, PLACES
from conformance.reports.sentences.classes import CLASSES
from conformance.reports.sentences.sides import SIDES

PACKAGE = Path(str(conformance.__file__)).parent
REPORTING = PACKAGE / "reports"
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
BOTH = [text for pair in SIDES.values() for text in pair if re.search("[a-z]", re.sub(r"\{[a-z_]+\}", "", text))]
"""What was due and what came, where it is more than a value."""
NAMED = [*NOUNS.values(), *PLACES.values()]
TEMPLATES = [*DEVIATIONS.values(), *PHRASES.values(), *CLASSES.values(), *WORDS.values(), *NAMED, *BOTH]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{([a-z_]+)\}", text))


def literals(name: str) -> set[str]:
    """The first argument of each call of a function in the reports and the commands."""
    found: set[str] = set()
    for path, tree in SOURCES.items():
        for node in ast.walk(tree) if path.relative_to(PACKAGE).parts[0] in {"reports", "cli"} else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    found.add(str(argument.value))
                else:  # a template of a table, whose entries are asked for themselves
                    assert isinstance(argument, ast.Name | ast.Subscript), f"{path.name}: say({ast.unparse(argument)})"
    return found


def of_the_page() -> set[str]:
    templates = [
        Environment().parse(path.read_text(encoding="utf-8")) for path in (REPORTING / "templates").glob("*.j2")
    ]
    calls = [call for item in templates for call in item.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
    return {call.args[0].value for call in calls if call.node.name == "t"}


def stated() -> set[str]:
    contract = load_contract()
    found = {item.statement.template for item in contract.requirements.values()} | {*general.SAID}
    found |= {item.excluded for item in contract.requirements.values() if item.excluded is not None}
    return found | set(map(str, contract.reasons.values()))


def ruled() -> set[str]:
    """What the rulings decide, and why."""
    return {text for item in load_contract().rulings.values() for text in (item.text, item.reason) if text}


SAID = {
    "words of the reports": literals("say"),
    "words of the page": of_the_page(),
    "sentences": set(TEMPLATES),
    "statements and reasons of the ledger": stated(),
}


@pytest.mark.parametrize("what", SAID)
def test_everything_that_the_product_says_has_its_chinese(what: str) -> None:
    assert SAID[what]
    assert sorted(text for text in SAID[what] if (None, text) not in catalogue("zh")) == []


def test_every_message_of_the_catalogue_is_said_somewhere() -> None:
    everything = set().union(*SAID.values())
    assert sorted(text for context, text in catalogue("zh") if context is None and text not in everything) == []


def test_a_chinese_message_leaves_the_space_around_a_value_to_the_value() -> None:
    spaced = re.compile(r"[\u4e00-\u9fff] \{|\} [\u4e00-\u9fff]")
    assert [text for text in catalogue("zh").values() if spaced.search(text)] == []


def test_what_a_finding_says_in_chinese_has_no_english_words_but_names(tmp_path: Path) -> None:
    findings = recorded(tmp_path, "smoke", "image.list.only.without-a-query.request-id").findings
    assert len(findings) > 3
    for group in findings:
        known = {*NAMES, *names_in(group.deviation.to_json())}
        assert [word for word in words_of(message(group).plain("zh")) if word not in known] == []


def test_what_a_target_is_told_by_has_its_chinese_and_nothing_else(tmp_path: Path) -> None:
    told = {key.replace("_", " ") for key in recorded(tmp_path).target if key != "facts"}
    assert told == {text for context, text in catalogue("zh") if context == "target"}


def test_every_ruling_has_its_chinese_and_nothing_else() -> None:
    assert {text for context, text in catalogue("zh") if context == "ruling"} == ruled()


def test_a_ruling_in_chinese_has_no_english_word_but_those_that_it_has_in_english() -> None:
    for english in ruled():
        assert set(words_of(catalogue("zh")["ruling", english])) - NAMES <= set(words_of(english)), english


def test_what_a_heading_of_the_document_is_about_has_its_chinese() -> None:
    headings = {item.quote.heading for item in load_contract().requirements.values()}
    nouns = {noun for verb, _, noun in (words.partition(" ") for words in headings if words not in HEADINGS) if verb}
    assert nouns == {text for context, text in catalogue("zh") if context == "noun"}


def test_every_operation_with_a_title_has_it_in_both_languages() -> None:
    titles = [{text for context, text in catalogue(name) if context == "operation"} for name in ("en", "zh")]
    assert set(load_contract().operations) <= titles[0]
    assert titles[0] == titles[1]


def test_both_languages_have_the_same_values_and_the_only_english_words_in_chinese_are_names() -> None:
    pairs = [(english, chinese) for (context, english), chinese in catalogue("zh").items() if context is None]
    assert [english for english, chinese in pairs if placeholders(english) != placeholders(chinese)] == []
    assert {word for _, chinese in pairs for word in words_of(chinese)} - NAMES == set()


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (words.OUTCOMES, Outcome),
        (words.OVERALL, Overall),
        (words.WEIGHTS, Weight),
        (words.AUTHORITIES, Authority),
        (words.LEVELS, Level),
    ],
)
def test_every_member_of_a_vocabulary_has_a_word(table: dict[str, object], members: type) -> None:
    assert set(members) == set(table)


# --- what makers make -----------------------------------------------------------------------------------------------

MADE = {
    "Deviation": ({"Deviation"}, DEVIATIONS),
    "Phrase": ({"Phrase", "Phrase.of"}, PHRASES),
    "Class": ({"Class", "Class.broken", "Class.open"}, {"valid": "", **CLASSES}),
}
"""Value -> what makes it, and the templates of its kinds."""


def kinds(tree: ast.AST, constructors: set[str]) -> Iterator[tuple[str, int]]:
    """Every kind that a source makes, where it is a literal or a choice of literals: kind, line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in constructors:
            for kind in chosen(node.args[0]):
                yield kind, node.lineno


def chosen(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from chosen(node.body)
        yield from chosen(node.orelse)


def test_a_kind_is_found_where_it_is_a_literal_or_a_choice_of_literals() -> None:
    tree = ast.parse(
        'Deviation("one")\nDeviation("two" if x else "three", place="four")\nDeviation(kind)\nOther("five")'
    )
    assert list(kinds(tree, {"Deviation"})) == [("one", 1), ("two", 2), ("three", 2)]


@pytest.mark.parametrize("table", ["DEVIATIONS", "PHRASES", "WORDS"])
def test_no_kind_has_two_templates(table: str) -> None:
    modules = [
        importlib.import_module(f"{sentences.__name__}.{info.name}")
        for info in pkgutil.iter_modules(sentences.__path__)
    ]
    entries = {(kind, text) for module in modules for kind, text in getattr(module, table, {}).items()}
    assert [kind for kind, count in Counter(kind for kind, _ in entries).items() if count > 1] == []


@pytest.mark.parametrize("value", MADE)
def test_every_kind_that_the_product_makes_has_a_template(value: str) -> None:
    constructors, templates = MADE[value]
    found = {
        kind: f"{path.relative_to(PACKAGE)}:{line}"
        for path, tree in SOURCES.items()
        for kind, line in kinds(tree, constructors)
        if kind
    }
    assert {kind: place for kind, place in found.items() if kind not in templates} == {}


def test_every_phrase_is_given_the_terms_that_its_sentence_needs() -> None:
    short = {}
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == "Phrase.of":
                given = {keyword.arg for keyword in node.keywords}
                for kind in chosen(node.args[0]):
                    missing = placeholders(PHRASES.get(kind, "")) - given
                    if missing and None not in given:  # None: terms that are handed on as they are
                        short[f"{path.relative_to(PACKAGE)}:{node.lineno} {kind}"] = missing
    assert short == {}
