"""What is said of a file that is no YAML or no JSON: the place and the class of the fault, and nothing that stands in it."""

from __future__ import annotations

import json

import pytest
import yaml

from conformance.target.malformation import OF_A_TAG, malformation

HIDDEN = "Kw9pT2xQ"


def said(text: str) -> str:
    with pytest.raises((yaml.YAMLError, ValueError, *OF_A_TAG)) as caught:
        yaml.safe_load(text)
    return malformation(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            f"a: {{b: {HIDDEN}\nc: d\n",
            "line 1, column 4: a bracket opens here and is not closed, or a comma is missing in it",
        ),
        (
            f"a: [{HIDDEN}\n",
            "line 1, column 4: a bracket opens here and is not closed, or a comma is missing in it, before line 2",
        ),
        (f"a: [{HIDDEN}}}\n", "line 1, column 4: a bracket opens here and is not closed"),
        (f"a: {{b: {HIDDEN},, c: d}}\n", "line 1, column 17: a closing bracket or a comma stands where a value is due"),
        (f'a:\n  b: "{HIDDEN}\n  c: d\n', "line 2, column 6: a quote opens here and is not closed"),
        (f"a:\n  b: '{HIDDEN}\n  c: d\n", "line 2, column 6: a quote opens here and is not closed"),
        (f'a:\n  b: "{HIDDEN}\n  c: "d"\n', "line 3, column 7: text goes on behind a value in quotes"),
        (f"a:\n\tb: {HIDDEN}\n", "line 2, column 1: there is a tab"),
        (f"a:\n  b: c\n d: {HIDDEN}\n", "line 3, column 2: the indentation is wrong"),
        (
            f"a:\n  b: c\n    d: {HIDDEN}\n",
            "line 3, column 6: a colon stands where none can: is the line indented too far",
        ),
        (f"a: {HIDDEN}: c\n", "line 1, column 12: a colon stands where none can"),
        (f"a: - {HIDDEN}\n", "line 1, column 4: an item of a list (-) stands where none can"),
        (f"a: b\n{HIDDEN}\n", "line 2, column 1: a name begins here that has no colon"),
        (f"a: @{HIDDEN}\n", "line 1, column 4: no value can begin with this character; put the value in quotes"),
        (f"a: *{HIDDEN}\n", "line 1, column 4: a value that begins with * or & is put in quotes"),
        (f"a: &{HIDDEN}!x\n", "line 1, column 13: a value that begins with * or & is put in quotes"),
        (f"a: &{HIDDEN} b\nc: &{HIDDEN} d\n", "line 2, column 4: an anchor (&) of this name was there before"),
        (f"a: !{HIDDEN} b\n", "line 1, column 4: a value that begins with ! or is = is put in quotes"),
        (f"a: !{HIDDEN}!b c\n", "line 1, column 4: a value that begins with ! or is = is put in quotes"),
        (f"a: |{HIDDEN}\n", "line 1, column 5: a value that begins with | or > is put in quotes"),
        (f'a: "\\q{HIDDEN}"\n', "line 1, column 6: a backslash between double quotes begins no escape"),
        (f"a: b\n%{HIDDEN}\n", "line 3, column 1: a line begins with %"),
        (f"a: b\n---\nc: {HIDDEN}\n", "line 2, column 1: a second document begins here (---), and one is read"),
        (f"<<: {HIDDEN}\n", "line 1, column 5: what is merged (<<) is a map, or a list of maps"),
        (f"a: {{{{{HIDDEN}}}}}\n", "line 1, column 5: a name is a map or a list"),
        ("a: 2026-13-45\n", "a value looks like a date or a number and is none; put it in quotes"),
        (f"a: !!int {HIDDEN}\n", "a value looks like a date or a number and is none; put it in quotes"),
        ("a: !!int ''\n", "a value that begins with ! or is = is put in quotes"),
        (f"a: !!bool {HIDDEN}\n", "a value that begins with ! or is = is put in quotes"),
        (f"a: !!timestamp {HIDDEN}\n", "a value that begins with ! or is = is put in quotes"),
        ("a: =\n", "line 1, column 4: a value that begins with ! or is = is put in quotes"),
        (f"a: \a{HIDDEN}\n", "it holds characters that are not allowed"),
    ],
)
def test_the_class_of_a_fault_is_told_and_nothing_of_the_file(text: str, line: str) -> None:
    found = said(text)
    assert found.startswith(line)
    assert "\n" not in found
    assert [HIDDEN[:length] for length in range(2, len(HIDDEN)) if HIDDEN[:length] in found] == []


def test_what_is_of_no_class_is_told_with_its_place() -> None:
    mark = yaml.Mark("", 0, 6, 4, None, None)
    error = yaml.MarkedYAMLError(HIDDEN, None, HIDDEN, mark)
    assert (
        "line 7, column 5: the form is not that of YAML; a value with a special character is put in quotes"
        == malformation(error)
    )
    assert malformation(yaml.MarkedYAMLError(HIDDEN)).startswith("the form is not that of YAML")


def test_what_is_no_json_is_told_with_its_place() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(f'{{"a": "{HIDDEN}",\n"b"}}')
    assert "line 2, column 4: Expecting ':' delimiter" == malformation(caught.value)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, HIDDEN), "it is not UTF-8"),
        (RecursionError(HIDDEN), "it is nested too deeply"),
    ],
)
def test_what_is_no_text_or_too_deep_is_told(error: Exception, line: str) -> None:
    assert line == malformation(error)
