"""The classes of texts that are syntax somewhere."""

from __future__ import annotations

import pytest

from conformance.generate.syntax import NAME, PROPERTY_NAMES, SYNTAXES, Syntax
from conformance.judge.rules import odd_text
from conformance.reports.sentences import WORDS


def test_no_two_classes_have_the_same_name() -> None:
    assert len(SYNTAXES) == len({item.id for item in SYNTAXES})


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda item: item.id)
def test_each_class_has_a_sample_of_its_forms_and_words(syntax: Syntax) -> None:
    assert 1 <= syntax.sample <= len(syntax.forms)
    assert syntax.id in WORDS


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda item: item.id)
def test_what_is_near_to_a_form_is_another_text(syntax: Syntax) -> None:
    assert [form for form in syntax.forms if form.text in form.near] == []


def test_a_form_holds_the_name_or_is_whole() -> None:
    forms = {form.text: form for item in SYNTAXES for form in item.forms}
    assert ("in:ours", False) == (forms["in:NAME"].of("ours"), forms["in:NAME"].whole)
    assert ("null", True) == (forms["null"].of("ours"), forms["null"].whole)


def test_only_two_classes_have_texts_that_the_contract_does_not_promise() -> None:
    odd = {item.id for item in SYNTAXES for form in item.forms if odd_text(form.text) is not None}
    assert {"beyond-bmp", "nul"} == odd


def test_tags_of_a_class_differ_also_for_a_server_that_ignores_case() -> None:
    for item in SYNTAXES:
        texts = [form.text.replace(NAME, f"name{index}") for index, form in enumerate(item.forms) if not form.whole]
        assert len(texts) == len({text.casefold() for text in texts})


def test_names_of_properties_differ() -> None:
    assert len(PROPERTY_NAMES) == len(set(PROPERTY_NAMES))
