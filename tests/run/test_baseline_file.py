"""The file of a baseline: sorted, a line for each finding, of one contract, and refused with the line that is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from conformance.contract.schemas import schema
from conformance.judge.asked import Inquiry
from conformance.judge.baseline import Baseline, Entry
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.errors import UsageError
from conformance.model.phrase import Phrase
from conformance.run.baseline_file import load_baseline, write_baseline

SHA = "a" * 64
CONTRACT = {"name": "easystack-6.0.2", "sha256": SHA}
HTML = Deviation("no-envelope", terms=(("carries", Phrase.of("html")),))


def entry(operation: str, status: int) -> Entry:
    return Entry("error.envelope", operation, status, "envelope", HTML.key)


def baseline(*entries: Entry) -> Baseline:
    return Baseline("easystack-6.0.2", SHA, frozenset(entries))


def test_the_file_is_sorted_with_a_line_for_each_finding_and_keeps_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    some = baseline(entry("image.list", 404), entry("image.create", -1), entry("image.list", 400))
    write_baseline(some, path)
    raw = json.loads(path.read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema("baseline")).iter_errors(raw)] == []
    assert [(item["operation"], item["status"]) for item in raw["findings"]] == [
        ("image.create", None),
        ("image.list", 400),
        ("image.list", 404),
    ]
    before = path.read_text().splitlines()
    assert some == load_baseline(path, CONTRACT)
    write_baseline(replace(some, entries=some.entries | {entry("image.delete", 404)}), path)
    assert len(set(path.read_text().splitlines()) - set(before)) == 1
    assert [path] == list(tmp_path.iterdir())
    write_baseline(replace(some, entries=frozenset()), path)
    assert load_baseline(path, CONTRACT).entries == frozenset()


def test_what_was_asked_and_what_a_seed_drew_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    parts = {Part("limit", Class.broken("type", **{"is": "word", "wanted": "integer"})), Part("limit"), Part("body")}
    asked = Inquiry(
        {"image.list": frozenset(parts), "auth.token": frozenset()},
        {"error.envelope": frozenset({"envelope", "errors.some_case"})},
        frozenset({7, 20261126}),
        whole=True,
    )
    some = replace(baseline(entry("image.list", 400)), asked=asked, explored={entry("image.list", 400): 7})
    write_baseline(some, path)
    assert some == load_baseline(path, CONTRACT)
    raw = json.loads(path.read_text())
    assert [] == [error.message for error in jsonschema.Draft202012Validator(schema("baseline")).iter_errors(raw)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"baseline": "3.0"', '"baseline": "2.0"', ':2: baseline: is "2.0", due is "3.0"'),
        (
            SHA,
            "b" * 64,
            ":3: a baseline of the contract easystack-6.0.2 (bbbbbbbbbbbb), in use is easystack-6.0.2 (aaaaaaaaaaaa)",
        ),
        ("easystack-6.0.2", "easystack-7", ":3: a baseline of the contract easystack-7"),
        ('"status": 400', '"status": "400"', ":5: findings[0].status: is a string, due is integer or null"),
        ('"check": "envelope", ', "", ":5: findings[0]: check is missing"),
        ('"status": 404', '"status": 400', ":6: findings[1]: the same finding is there twice"),
        ('"findings": [', '"findings": [,', ":4: not JSON"),
        ('"status": 400', '"status": 400, "status": 400', ":1: cannot be read: the member 'status' is there twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_that_names_its_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(baseline(entry("image.list", 400), entry("image.list", 404)), path)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_baseline(path, CONTRACT)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_baseline(baseline(), tmp_path / "absent" / "baseline.json")
    assert list(tmp_path.iterdir()) == []
