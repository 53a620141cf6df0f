"""What is wrong with the form of a file that is no YAML or no JSON: where, and what to do, in words of ours.

Rules
- Nothing that stands in the file is told, not a character of it: a password may stand anywhere. What the parser says is
  looked at for the class of the fault (PyYAML's scanner, parser, composer and constructor), and never passed on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import yaml

__all__ = ["OF_A_TAG", "malformation"]

OF_A_TAG = (LookupError, AttributeError, TypeError)
"""What PyYAML raises, besides its own errors, for a value that is none of its tag (`!!int ''`, `!!bool x`, `!!timestamp x`)."""
TAGGED = "a value that begins with ! or is = is put in quotes"

QUOTED = "a value with a special character is put in quotes"
_HERE, _WHERE_IT_BEGAN = False, True
_CLASSES: Sequence[tuple[str, bool, str]] = (
    (r"character '\\t'", _HERE, "there is a tab where an indentation or a value is due; use spaces"),
    (
        r"a quoted scalar \| found unexpected (end of stream|document separator)",
        _WHERE_IT_BEGAN,
        "a quote opens here and is not closed",
    ),
    (
        r"a flow (mapping|sequence) \| expected ',' or",
        _WHERE_IT_BEGAN,
        "a bracket opens here and is not closed, or a comma is missing in it, before {problem}",
    ),
    (r"expected the node content", _HERE, "a closing bracket or a comma stands where a value is due"),
    (
        r"expected <block end>, but found '<scalar>'",
        _HERE,
        "text goes on behind a value in quotes: is a quote before it not closed, or does the value hold one itself?",
    ),
    (r"expected <block end>", _HERE, "the indentation is wrong: the members of one map begin in the same column"),
    (
        r"mapping values are not allowed",
        _HERE,
        "a colon stands where none can: is the line indented too far, has the one before it none, or is a value not in quotes?",
    ),
    (r"sequence entries are not allowed", _HERE, "an item of a list (-) stands where none can; put a value in quotes"),
    (r"a simple key", _WHERE_IT_BEGAN, "a name begins here that has no colon and space behind it"),
    (r"cannot start any token", _HERE, "no value can begin with this character; put the value in quotes"),
    (r"undefined alias|an alias|an anchor", _HERE, "a value that begins with * or & is put in quotes"),
    (r"duplicate anchor", _HERE, "an anchor (&) of this name was there before"),
    (r"constructor for the tag|a tag\b|undefined tag", _HERE, TAGGED),
    (r"a block scalar", _HERE, "a value that begins with | or > is put in quotes"),
    (
        r"a double-quoted scalar",
        _HERE,
        "a backslash between double quotes begins no escape that there is; write it twice, or use single quotes",
    ),
    (
        r"a directive|<document start>",
        _HERE,
        "a line begins with % or ends the document, and more comes; put a value in quotes",
    ),
    (r"another document", _HERE, "a second document begins here (---), and one is read"),
    (r"for merging", _HERE, "what is merged (<<) is a map, or a list of maps"),
    (r"unhashable key", _HERE, "a name is a map or a list; a value that begins with a bracket is put in quotes"),
)
"""What is looked for in `context | problem` of PyYAML, whether the place is where it was met or where what it is in began,
and what is said of it. The first that is met counts. A key that stands twice is none: PyYAML, by which openstack.config reads, takes the last."""


def malformation(error: BaseException) -> str:
    """What is wrong, for an error of PyYAML, of json, of decoding or of recursion."""
    if isinstance(error, yaml.MarkedYAMLError):
        found = next((item for item in _CLASSES if re.search(item[0], f"{error.context} | {error.problem}")), None)
        _, began, words = found or ("", _HERE, f"the form is not that of YAML; {QUOTED}")
        met = error.problem_mark or error.context_mark
        if met is None:
            return words
        place = _place((began and error.context_mark) or met)
        return f"{place}: {words.format(problem=_place(met))}"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, OF_A_TAG):
        return TAGGED
    if isinstance(error, ValueError):
        return "a value looks like a date or a number and is none; put it in quotes"
    return "it holds characters that are not allowed"


def _place(mark: yaml.Mark) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
