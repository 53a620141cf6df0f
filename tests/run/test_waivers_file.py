"""The file of waivers: read whole or refused, with the line of each thing that is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conformance.contract.located import Located
from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.run.options import waivers_chosen
from conformance.run.waivers_file import load_waivers, waiver_violations

GOOD = """\
waivers:
  - requirement: image.list.query.changes-since
    operation: image.list
    status: 400
    message: instead of
    reason: no such parameter
    owner: cloud team
    link: https://tickets.example/17
    expires: 2027-01-31
  - requirement: error.envelope
    reason: HTML
    owner: cloud team
    permanent: true
"""


def lines(tmp_path: Path, contract: Contract, text: str) -> list[tuple[int, str, str]]:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    return [(item.line, item.where, item.text) for item in waiver_violations(Located.read(path), contract)]


def test_a_good_file_is_read(tmp_path: Path, contract: Contract) -> None:
    assert lines(tmp_path, contract, GOOD) == []
    first, second = load_waivers(tmp_path / "waivers.yaml", contract)
    assert (first.status, first.expires, first.link) == (400, date(2027, 1, 31), "https://tickets.example/17")
    assert (second.operation, second.expires) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "changes-since",
            "changes-sinc",
            (
                2,
                "waivers[0].requirement",
                "there is no requirement image.list.query.changes-sinc; the nearest is image.list.query.changes-since",
            ),
        ),
        (
            "error.envelope",
            "method.get",
            (10, "waivers[1].requirement", "method.get is excluded from every run, so there is nothing to waive"),
        ),
        (
            "operation: image.list",
            "operation: image.lst",
            (3, "waivers[0].operation", "there is no operation image.lst; the nearest is image.list"),
        ),
        (
            "status: 400",
            "status: '400'",
            (4, "waivers[0].status", "is a string, due is integer: must be an HTTP status, 100 to 599"),
        ),
        ("status: 400", "status: 4000", (4, "waivers[0].status", "must be an HTTP status, 100 to 599")),
        (
            "instead of",
            "'(('",
            (5, "waivers[0].message", "not a regular expression: missing ), unterminated subpattern at position 1"),
        ),
        ("    reason: HTML\n", "", (10, "waivers[1]", "reason is missing")),
        ("owner: cloud team\n    link", "owner: ' '\n    link", (7, "waivers[0].owner", "must not be empty")),
        ("https://tickets", "tickets", (8, "waivers[0].link", "must be an http or https URL")),
        ("2027-01-31", "2027-02-31", (9, "waivers[0].expires", "there is no day 2027-02-31")),
        ("2027-01-31", "soon", (9, "waivers[0].expires", "must be a date such as 2027-01-31")),
        (
            "    expires: 2027-01-31\n",
            "",
            (2, "waivers[0]", "needs an end: `expires: 2027-01-31`, or `permanent: true`, and not both"),
        ),
        (
            "2027-01-31",
            "2027-01-31\n    permanent: true",
            (2, "waivers[0]", "needs an end: `expires: 2027-01-31`, or `permanent: true`, and not both"),
        ),
        (
            "    link:",
            "    ticket:",
            (
                8,
                "waivers[0].ticket",
                "there is no member of this name; known are expires, finding, link, message, operation, owner, permanent, reason, requirement, status",
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, contract: Contract, old: str, new: str, wanted: tuple[int, str, str]
) -> None:
    assert old in GOOD
    assert [wanted] == lines(tmp_path, contract, GOOD.replace(old, new, 1))


def test_all_that_is_wrong_is_found_and_the_error_is_one_line(tmp_path: Path, contract: Contract) -> None:
    found = lines(tmp_path, contract, GOOD.replace("status: 400", "status: x").replace("reason: HTML", "reason: ''"))
    assert [item[:2] for item in found] == [(4, "waivers[0].status"), (11, "waivers[1].reason")]
    with pytest.raises(
        UsageError, match=r"waivers.yaml:4: waivers\[0\].status: .*\(and 1 more; `conformance lint"
    ) as caught:
        load_waivers(tmp_path / "waivers.yaml", contract)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"waivers:\n  - a: b\n   c: d\n", ":3: not YAML"),
        (b"waivers: []\nwaivers: []\n", ":2: not YAML: found duplicate key"),
        (b"waivers: [\xff]", ":1: not UTF-8"),
        (b"", ":1: is empty, due is object: the waivers are a list under `waivers:`"),
        (b"- requirement: x\n", ":1: is a list, due is object"),
        (b"a: !!python/name:x []", ":1: "),
    ],
)
def test_what_is_no_file_of_waivers_is_one_line(tmp_path: Path, contract: Contract, content: bytes, words: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_waivers(path, contract)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_waivers_of_the_current_directory_are_used_unless_others_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert waivers_chosen(None) is None
    (tmp_path / "waivers.yaml").write_text("waivers: []\n")
    assert (Path("waivers.yaml"), Path("other.yaml")) == (waivers_chosen(None), waivers_chosen(Path("other.yaml")))


@pytest.mark.parametrize("named", ["0f3a5b7c9d1e", "[0f3a5b7c9d1e]"])
def test_a_finding_is_named_by_its_id_or_a_list(tmp_path: Path, contract: Contract, named: str) -> None:
    assert lines(tmp_path, contract, GOOD.replace("message: instead of", f"finding: {named}")) == []
    assert load_waivers(tmp_path / "waivers.yaml", contract)[0].finding == ("0f3a5b7c9d1e",)


@pytest.mark.parametrize(
    ("named", "where"),
    [("0f3a", "waivers[0].finding"), ("[0F3A5B7C9D1E]", "waivers[0].finding[0]"), ("[]", "waivers[0].finding")],
)
def test_what_is_no_id_of_a_finding_is_refused(tmp_path: Path, contract: Contract, named: str, where: str) -> None:
    found = lines(tmp_path, contract, GOOD.replace("message: instead of", f"finding: {named}"))
    assert [(line, place, text.partition(",")[0]) for line, place, text in found] == [
        (5, where, "must be the id of a finding")
    ]


@pytest.mark.parametrize(
    ("blank", "said"),
    [
        (("reason",), "fill in reason, or delete the entry"),
        (
            ("reason", "owner", "expires"),
            "fill in reason, owner and expires (or put `permanent: true` in place of expires), or delete the entry",
        ),
    ],
)
def test_what_a_draft_left_open_is_said_once_for_each_entry(
    tmp_path: Path, contract: Contract, blank: tuple[str, ...], said: str
) -> None:
    text = "".join(
        f"{line.partition(':')[0]}:\n" if line.strip().partition(":")[0] in blank else f"{line}\n"
        for line in GOOD.partition("  - requirement: error")[0].splitlines()
    )
    assert lines(tmp_path, contract, text) == [(2, "waivers[0]", said)]
