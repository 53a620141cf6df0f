"""The options of `conformance run` in its help, and what it says of any contract before its first case."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import command
from targets import clouds_with
from warehouse import warehouse, write_warehouse

from conformance.cli.run import PANELS, run
from conformance.contract.yamlfiles import dump_yaml
from conformance.proof.reference import Reference


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """Specs of a service that the suite knows nothing of."""
    place = tmp_path / "specs"
    place.mkdir()
    return write_warehouse(place)


def test_each_option_stands_in_one_panel_of_the_help() -> None:
    shown = [name for names in PANELS.values() for name in names]
    assert sorted([*(item.opts[0] for item in run.params), "--help"]) == sorted(shown)


def test_the_help_is_no_wider_than_the_terminal_and_has_each_panel(tmp_path: Path) -> None:
    lines = command("run", "--help", cwd=tmp_path, columns=80).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [title for title in PANELS if not any(title in line for line in lines)] == []


def test_what_will_not_be_sent_is_said_before_the_first_case_with_what_to_do(tmp_path: Path, specs: Path) -> None:
    path = specs / "warehouse.openapi.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("/v3/crates", "/v3/projects"), encoding="utf-8")
    given = ("--reference", "--profile", "smoke", "-k", "no_such_case", "--allow", "quotum", "--out", "out")
    _, *lines = command("run", "--specs", specs, *given, cwd=tmp_path).stderr.splitlines()
    assert {
        "conformance: --allow quotum names nothing that is held back in this contract",
        "conformance: crate.create can harm more than what a run makes, and is sent only with --allow project",
        "conformance: hall.show needs hall_id, which nothing of the contract makes or lists: give it in a file with --values",
    } <= set(lines)
    allowed = command("run", "--specs", specs, *given, "--allow", "projects", cwd=tmp_path).stderr
    assert "crate.create" not in allowed


@pytest.mark.parametrize(
    ("url", "cloud", "code", "words"),
    [
        ("", "reference", 3, "refused the credentials"),
        ("http://127.0.0.1:1/v3", "reference", 3, "127.0.0.1:1: connection refused; is the service running there?"),
        ("http://nosuch.invalid:5000/v3", "reference", 3, "nosuch.invalid:5000: the name does not resolve"),
        ("", "nowhere", 2, "cloud nowhere: not in the configuration"),
    ],
)
def test_a_cloud_that_lets_nobody_in_is_one_line_and_never_green(
    tmp_path: Path, specs: Path, url: str, cloud: str, code: int, words: str
) -> None:
    with Reference(warehouse(specs)) as there:
        (tmp_path / "clouds.yaml").write_text(dump_yaml(clouds_with(url or there.urls["identity"])))
        done = command("run", "--specs", specs, "--os-cloud", cloud, "--out", "out", cwd=tmp_path)
    (line,) = done.stderr.splitlines()
    assert (code, True, False) == (done.returncode, words in line, "hidden-word" in line)
