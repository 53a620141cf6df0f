"""`conformance compare` and `conformance specs diff` as a user meets them: exit codes, files, formats, one line for what is wrong."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS
from click.testing import CliRunner, Result
from draws import long
from rich.console import Console
from targets import reference_with

from conformance.after.compare.comparison import compare
from conformance.cli.compare import compare_runs, load
from conformance.cli.reporting import conduct_run
from conformance.cli.specs import specs
from conformance.contract.specs import default_directory
from conformance.model.errors import UsageError
from conformance.reports.recorded import read_run
from conformance.run.options import Options

FAULTS = ("image.list.query.name.prefix", "image.create.nan")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A run of the reference with a seed and faults; each is made once."""
    made: dict[tuple[Any, ...], Path] = {}

    def run(seed: int = 1, *faults: str, profile: str = "smoke") -> Path:
        key = (seed, profile, *faults)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("run")
            conduct_run(
                Options(profile=profile, seed=seed, embedded=reference_with(*faults)),
                made[key],
                Console(file=io.StringIO()),
            )
        return made[key]

    return run


def invoke(*arguments: str | Path, group: Any = compare_runs) -> Result:
    return CliRunner().invoke(group, [str(item) for item in arguments], standalone_mode=False)


# --- compare --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_two_runs_of_the_same_target_are_the_same_whatever_their_seeds(runs: Callable[..., Path], seed: int) -> None:
    other = runs(2) if seed == 2 else runs(1)
    result = compare(read_run(runs(1)), read_run(other))
    assert (result.exit_code, result.same, result.facts, result.reasons) == (0, True, (), ())
    assert result.compared > 50


@long
def test_two_whole_runs_of_the_same_target_are_the_same(runs: Callable[..., Path]) -> None:
    result = compare(read_run(runs(1, profile="gate")), read_run(runs(2, profile="gate")))
    assert (result.exit_code, result.same, result.facts, result.reasons) == (0, True, (), ())
    assert result.compared > 140


def test_a_fault_that_came_is_exit_one_and_one_that_went_is_fixed(runs: Callable[..., Path]) -> None:
    there, back = invoke(runs(1), runs(1, *FAULTS)), invoke(runs(1, *FAULTS), runs(1))
    assert (there.return_value, back.return_value) == (1, 0)
    assert "Newly failing" in there.output
    assert "image.list.query.name" in there.output
    assert "[regression, " in there.output
    assert there.output.rstrip().endswith("(exit 1)")
    assert "Fixed" in back.output


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_still_fails_is_counted_and_listed_on_request(runs: Callable[..., Path], form: str) -> None:
    pair = (runs(1, *FAULTS), runs(1, *FAULTS))
    counted, listed = (invoke(*pair, "--format", form, *more).output for more in ((), ("--all",)))
    found = ["image.create.response.201" in text.replace("\\", "") for text in (counted, listed)]
    assert found == [False, True]
    assert ("(--all lists them)" in counted, "(--all lists them)" in listed) == (form == "text", False)


def test_the_page_shows_what_changed_before_what_did_not_and_names_both_releases(runs: Callable[..., Path]) -> None:
    pair = (runs(1, "error.404.html"), runs(1, "error.404.html", "image.list.query.name.prefix"))
    page = invoke(*pair, "--format", "html").output
    release = compare(read_run(pair[0]), read_run(pair[1])).before.release
    assert release
    assert page.count(f"<td>{release}</td>") == 2
    assert page.index("newly failing (1)") < page.index("<details><summary>still failing (")
    assert '<code class="id">image.list.query.name</code>' in page
    assert "<details open><summary>still failing (" in invoke(*pair, "--format", "html", "--all").output


def test_unlike_runs_are_exit_three_and_say_why(runs: Callable[..., Path], tmp_path: Path) -> None:
    done = invoke(runs(1), runs(1, profile="gate"))
    assert done.return_value == 3
    assert "the profiles differ: smoke and gate" in done.output


def test_json_is_as_its_schema_says(runs: Callable[..., Path]) -> None:
    schema = json.loads((SCHEMAS / "comparison.schema.json").read_text())
    for pair in ((runs(1), runs(2)), (runs(1), runs(1, *FAULTS)), (runs(1), runs(1, profile="gate"))):
        done = invoke(*pair, "--format", "json")
        value = json.loads(done.output)
        assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)] == []
        assert value["exit_code"] == done.return_value


@pytest.mark.parametrize(
    ("form", "name"), [("html", "c.html"), ("json", "c.json"), ("markdown", "c.md"), ("text", "c.txt")]
)
def test_out_writes_the_format_and_prints_the_result(
    runs: Callable[..., Path], tmp_path: Path, form: str, name: str
) -> None:
    done = invoke(runs(1), runs(1, *FAULTS), "--format", form, "--out", tmp_path / "new" / name)
    assert done.return_value == 1
    assert done.output.startswith("REGRESSION: ")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]
    assert "image.list.query.name" in (tmp_path / "new" / name).read_text(encoding="utf-8").replace("\\", "")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_chinese_is_chinese(runs: Callable[..., Path], form: str) -> None:
    output = invoke(runs(1), runs(1, *FAULTS), "--format", form, "--lang", "zh").output
    assert "新增失败" in output
    assert "newly failing" not in output.lower()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]


def hostile(source: Path, place: Path) -> Path:
    """A copy of a run whose target sends markup and control characters wherever it can."""
    evil = "<script>alert(1)</script>|[x](javascript:y)\x1b[31m\u202e"
    shutil.copytree(source, place)
    verdict = json.loads((place / "verdict.json").read_bytes())
    verdict["target"]["name"] = verdict["target"]["url"] = evil
    verdict["target"]["facts"]["services"]["image"]["versions"] = {evil: evil}
    for item in verdict["findings"]:
        item["message"] = item["path"] = item["deviation"]["place"] = item["deviation"]["path"] = evil
        item["deviation"]["seen"] = dict.fromkeys(item["deviation"]["seen"], evil)
    (place / "verdict.json").write_text(json.dumps(verdict))
    har = json.loads((place / "exchanges.har").read_bytes())
    for entry in har["log"]["entries"]:
        if entry["response"]["content"].get("text", "").startswith('{"'):
            entry["response"]["content"]["text"] = (
                '{"<script>x|\\u001b[1m": 1, ' + entry["response"]["content"]["text"][1:]
            )
    (place / "exchanges.har").write_text(json.dumps(har))
    return place


def test_what_a_hostile_target_sends_is_shown_and_does_nothing(runs: Callable[..., Path], tmp_path: Path) -> None:
    pair = (runs(1), hostile(runs(1, *FAULTS), tmp_path / "evil"))
    page = invoke(*pair, "--format", "html").output
    tags = _Tags()
    tags.feed(page)
    assert tags.tags & {"script", "img", "iframe", "a", "link"} == set()
    assert tags.links == []
    assert "&lt;script&gt;" in page
    markdown = invoke(*pair, "--format", "markdown").output
    assert "<script>" not in markdown
    assert "[x](" not in markdown
    for output in (page, markdown, invoke(*pair).output):
        assert not {"\x1b", "\u202e"} & set(output)


def test_bad_input_is_one_line(runs: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"verdict\.json: there is no such file"):
        load(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError):
        load(tmp_path / "file")
    (tmp_path / "blocked").write_text("x")
    done = invoke(runs(1), runs(1), "--out", tmp_path / "blocked" / "c.txt")
    assert isinstance(done.exception, UsageError)
    assert "cannot be written" in str(done.exception)


# --- specs diff -----------------------------------------------------------------------------------------------------


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    place = tmp_path / "next-edition"
    shutil.copytree(default_directory(), place)
    path = place / "image.openapi.yaml"
    text = path.read_text(encoding="utf-8")
    old = "      - name: limit\n        in: query\n        required: false"
    assert text.count(old) == 1
    path.write_text(text.replace(old, old.replace("false", "true")), encoding="utf-8")
    return place


def test_the_same_specs_are_exit_zero(edited: Path) -> None:
    done = invoke("diff", default_directory(), default_directory(), group=specs)
    assert (done.return_value, done.output.splitlines()[-1]) == (0, "no change")


def test_a_breaking_change_is_exit_one_with_rule_promise_and_lines(edited: Path) -> None:
    done = invoke("diff", default_directory(), edited, group=specs)
    assert done.return_value == 1
    assert "parameter-became-required: image.list query limit: optional -> required" in done.output
    assert "image.list.query.limit, document lines 505 -> 505" in done.output
    assert invoke("diff", edited, default_directory(), group=specs).return_value == 0


def test_json_of_editions_is_as_its_schema_says(edited: Path, tmp_path: Path) -> None:
    schema = json.loads((SCHEMAS / "edition-diff.schema.json").read_text())
    done = invoke("diff", default_directory(), edited, "--format", "json", "--out", tmp_path / "d.json", group=specs)
    value = json.loads((tmp_path / "d.json").read_text())
    jsonschema.validate(value, schema)
    assert value["summary"] == {"breaking": 1, "potentially breaking": 0, "compatible": 0}
    assert done.output == "1 breaking, 0 potentially breaking, 0 compatible\n"


def test_single_files_are_taken_as_they_are(edited: Path) -> None:
    name = "image.openapi.yaml"
    assert invoke("diff", default_directory() / name, edited / name, group=specs).return_value == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such"),
        ("[", "cannot be read as YAML"),
        ("a: 1", "no mapping `paths`"),
        ("paths: {/a: 7}", "not an OpenAPI document"),
    ],
)
def test_what_are_no_specs_is_one_line(edited: Path, tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "other.yaml"
    if content is not None:
        path.write_text(content)
    done = invoke("diff", edited / "image.openapi.yaml", path, group=specs)
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)
    assert "\n" not in str(done.exception)


def test_a_directory_and_a_file_are_not_compared(edited: Path) -> None:
    done = invoke("diff", default_directory(), edited / "image.openapi.yaml", group=specs)
    assert "one is a directory and one a file" in str(done.exception)
