"""A run directory read back is the verdict that was written."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.model.errors import UsageError
from conformance.reports.har import to_har
from conformance.reports.presentation import Presentation
from conformance.reports.recorded import parse_run, read_run
from conformance.reports.verdict_json import to_json
from conformance.run.options import Options


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    options = Options(
        profile="smoke", seed=1, embedded=reference_with("image.list.query.name.prefix", "image.create.nan")
    )
    conduct_run(options, out, Console(file=io.StringIO()))
    return out


def test_verdict_and_exchanges_come_back_as_they_were(directory: Path) -> None:
    verdict = read_run(directory)
    assert to_json(Presentation(verdict)) == json.loads((directory / "verdict.json").read_bytes())
    assert (directory / "exchanges.har").read_bytes() == b"".join(to_har(Presentation(verdict)))
    assert len(verdict.findings) > 0


@pytest.mark.parametrize("name", ["verdict.json", "exchanges.har"])
@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file"), ("{", "cannot be read"), ("[]", "not a JSON object"), ("{}", "no|not")],
)
def test_what_is_no_run_is_one_line_that_names_the_file(
    directory: Path, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    for other in ("verdict.json", "exchanges.har"):
        (tmp_path / other).write_bytes((directory / other).read_bytes())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=words) as caught:
        read_run(tmp_path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_of_two_runs_are_told_apart(directory: Path, tmp_path: Path) -> None:
    har = json.loads((directory / "exchanges.har").read_bytes())
    har["log"]["entries"].pop()
    (tmp_path / "exchanges.har").write_text(json.dumps(har))
    (tmp_path / "verdict.json").write_bytes((directory / "verdict.json").read_bytes())
    with pytest.raises(UsageError, match="not of the same run"):
        read_run(tmp_path)


def test_of_a_large_body_beginning_end_size_and_hash_are_read_back(directory: Path) -> None:
    verdict = read_run(directory)
    exchange = verdict.exchanges[0]
    request = replace(exchange.request, body=b"from", left_out=7, end=b"to\xff", sha256="0" * 64)
    response = replace(exchange.response, body=b"a", left_out=2, end=b"z", sha256="1" * 64)
    shown = replace(verdict, exchanges=(replace(exchange, request=request, response=response),))
    content = json.loads(b"".join(to_har(Presentation(shown))))["log"]["entries"][0]["response"]["content"]
    assert (4, "a", 2, {"text": "z"}, "1" * 64) == tuple(
        content[name] for name in ("size", "text", "_leftOut", "_end", "_sha256")
    )
    shown = replace(shown, findings=(), run=replace(shown.run, requests=1))
    files = (json.dumps(to_json(Presentation(shown))).encode(), b"".join(to_har(Presentation(shown))))
    (read,) = parse_run(*files, "x").exchanges
    assert (request, response.size, response.end) == (read.request, read.response.size, read.response.end)


def test_a_file_of_exchanges_that_was_cut_off_is_not_read(directory: Path, tmp_path: Path) -> None:
    data = (directory / "exchanges.har").read_bytes()
    (tmp_path / "verdict.json").write_bytes((directory / "verdict.json").read_bytes())
    (tmp_path / "exchanges.har").write_bytes(data[: data.rindex(b",\n") + 2])
    with pytest.raises(UsageError, match=r"exchanges\.har: cannot be read: it ends before its end"):
        read_run(tmp_path)
