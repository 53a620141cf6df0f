"""A file written by a person: the line of each value, and all that its schema finds wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.located import Located, Unparsed, load_yaml, refuse, violations

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["waivers"],
    "additionalProperties": False,
    "properties": {
        "waivers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason"],
                "additionalProperties": False,
                "properties": {
                    "reason": {"type": "string"},
                    "level": {"enum": ["must", "may"]},
                    "version": {"const": 1},
                    "expires": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$", "x-hint": "must be a date"},
                    "count": {"type": ["integer", "null"], "minimum": 1},
                },
            },
        }
    },
}


def located(tmp_path: Path, text: str, name: str = "file.yaml") -> Located:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return Located.read(path)


def said(tmp_path: Path, text: str) -> list[tuple[int, str, str]]:
    return [(item.line, item.where, item.text) for item in violations(located(tmp_path, text), SCHEMA)]


def test_each_value_has_its_line(tmp_path: Path) -> None:
    found = located(tmp_path, "waivers:\n- reason: a\n  count: 1\n- reason: b\n")
    places = [(), ("waivers",), ("waivers", 0), ("waivers", 0, "count"), ("waivers", 1, "reason")]
    assert [found.line(place) for place in places] == [1, 1, 2, 3, 4]


def test_what_is_not_there_has_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    found = located(tmp_path, "waivers:\n- reason: a\n  more: {}\n")
    assert [found.line(place) for place in [("waivers", 7), ("waivers", 0, "more", "x"), ("none",)]] == [1, 3, 1]


def test_json_has_lines_too(tmp_path: Path) -> None:
    found = located(tmp_path, '{\n\t"waivers": [\n\t\t{"reason": "a"}\n\t]\n}', "file.json")
    assert (found.line(("waivers", 0, "reason")), found.data) == (3, {"waivers": [{"reason": "a"}]})


def test_all_violations_are_found_each_with_its_line(tmp_path: Path) -> None:
    text = """\
waivers:
- level: perhaps
  version: 2
- reason: 3
  expires: soon
  count: 0
  owner: me
more: x
"""
    assert said(tmp_path, text) == [
        (2, "waivers[0]", "reason is missing"),
        (2, "waivers[0].level", 'is "perhaps", due is one of must, may'),
        (3, "waivers[0].version", "is 2, due is 1"),
        (4, "waivers[1].reason", "is an integer, due is string"),
        (5, "waivers[1].expires", "must be a date"),
        (6, "waivers[1].count", "0 is less than the minimum of 1"),
        (
            7,
            "waivers[1].owner",
            "there is no member of this name; known are count, expires, level, reason, version",
        ),
        (8, "more", "there is no member of this name; known are waivers"),
    ]


def test_an_empty_value_is_called_empty(tmp_path: Path) -> None:
    assert said(tmp_path, "waivers:\n") == [(1, "waivers", "is empty, due is array")]


def test_the_error_of_several_violations_names_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    found = violations(located(tmp_path, "waivers:\n- level: must\nmore: x\n"), SCHEMA)
    path = tmp_path / "file.yaml"
    assert (
        str(refuse(found))
        == f"{path}:2: waivers[0]: reason is missing (and 1 more; `conformance lint {path}` lists them)"
    )
    assert str(refuse(found[:1])) == f"{path}:2: waivers[0]: reason is missing"


@pytest.mark.parametrize(
    ("name", "content", "line", "words"),
    [
        ("a.yaml", b"a: 1\nb: [", 2, "not YAML"),
        ("a.yaml", b"a: 1\na: 2\n", 2, "not YAML"),
        ("a.yaml", b"\xff", 1, "not UTF-8: byte 0"),
        ("a.json", b'{\n"a": }', 2, "not JSON"),
        ("a.json", b'{"a": 1, "a": 2}', 1, "the member 'a' is there twice"),
    ],
)
def test_a_file_that_cannot_be_parsed_has_one_violation(
    tmp_path: Path, name: str, content: bytes, line: int, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unparsed) as caught:
        Located.read(path)
    assert caught.value.violation.line == line
    assert words in caught.value.violation.text


def test_a_missing_file_and_a_directory_are_said(tmp_path: Path) -> None:
    with pytest.raises(Unparsed, match="there is no such file"):
        Located.read(tmp_path / "absent.yaml")
    with pytest.raises(Unparsed, match="cannot be read"):
        Located.read(tmp_path)


def test_dates_and_keys_stay_text() -> None:
    assert load_yaml("due: 2031-02-30\n1: [2031-02-03]") == {"due": "2031-02-30", "1": ["2031-02-03"]}
