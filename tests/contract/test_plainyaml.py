"""YAML of plain data is read as ruamel.yaml reads it, whichever library does it."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conformance.contract import plainyaml
from conformance.contract.plainyaml import plain_data, yaml_tree

ODD = (
    "a: yes\nb: off\nc: 012\nd: 0o14\ne: 1_000\nf: 1:30\ng: True\nh: NULL\n",
    "a: 1.5\nb: 1e3\nc: -0.0\nd: .inf\ne: 1.\nf: -7\ng: +7\n",
    "a: 2031-04-05\nb: '2031-04-05'\n",
    "a: &x [1, 2]\nb: *x\n",
    "base: &x {a: 1}\nb:\n  <<: *x\n  c: 2\n",
    "a: !!str 1\nb: !!float 1\n",
    "a: |\n  two\n  lines\nb: >\n  one\n  line\n",
    "a: 'one\n  two'\nb: one\n  two\n",
    '"a": "\\u4e2d\\x41\\/"\n',
    "a: caf\u00e9\u2028b\n",
    "{a: 1, b: [x, y, {c: d}]}",
    "- a\n- - b\n  - c\n",
    "? long\n: value\n",
    "",
    "text",
)


def by_the_library(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("text", ODD)
def test_what_is_read_is_what_the_library_reads(text: str) -> None:
    assert repr(by_the_library(text)) == repr(plain_data(text))


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "a: [1\n", "a: \tb: c\n", "a: *gone\n"])
def test_what_is_wrong_is_told_in_the_words_of_the_library(text: str) -> None:
    with pytest.raises(YAMLError) as due:
        by_the_library(text)
    with pytest.raises(YAMLError) as found:
        plain_data(text)
    assert str(due.value) == str(found.value)


def test_plain_data_is_read_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plainyaml, "YAML", lambda **_: pytest.fail("the library was asked"))
    text = "paths:\n  /v2/a:\n    get: {operationId: a.list, x-source: [[1, 2]], deprecated: true, since: '2.1', n: null}\n"
    assert {"operationId": "a.list", "x-source": [[1, 2]], "deprecated": True, "since": "2.1", "n": None} == plain_data(
        text
    )["paths"]["/v2/a"]["get"]


def test_without_libyaml_all_is_read_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plainyaml, "_BASE", None)
    assert {"a": [1, "yes"]} == plain_data("a: [1, yes]\n")
    assert "mapping" == yaml_tree("a: [1, yes]\n").id


def test_aliases_that_stand_for_a_million_values_cost_no_million() -> None:
    levels = "".join(f"l{at}: &l{at} [{', '.join([f'*l{at - 1}'] * 9)}]\n" for at in range(1, 12))
    assert list(plain_data(f"l0: &l0 [x]\n{levels}")) == [f"l{at}" for at in range(12)]


def test_the_lines_of_a_tree_are_those_of_the_text() -> None:
    tree = yaml_tree("a:\n  b: 1\nc: 2\n")
    assert [("a", 0), ("c", 2)] == [(key.value, key.start_mark.line) for key, _ in tree.value]
