"""The command as a user meets it: exit codes, one line for what is wrong, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from checkout import SCHEMAS
from commands import command
from draws import long
from targets import clouds_with, reference_with

from conformance.contract.specs import OVERLAY, default_directory
from conformance.contract.yamlfiles import dump_yaml
from conformance.model.contract import Contract
from conformance.proof.reference import Reference
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller, Refused


def verdict_of(out: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((out / "verdict.json").read_text())
    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)] == []
    return value


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run against the embedded reference."""
    place = tmp_path_factory.mktemp("smoke")
    command("run", "--profile", "smoke", "--out", "out", cwd=place)
    return place / "out"


def smoke_run(cwd: Path, cloud: str = "reference") -> subprocess.CompletedProcess[str]:
    """A smoke run into `out` on a cloud of clouds.yaml."""
    clouds = ("--os-cloud", cloud, "--other-cloud", "reference-other")
    return command("run", *clouds, "--profile", "smoke", "--out", "out", cwd=cwd)


def test_without_a_cloud_the_reference_is_conformant(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "run", "--out", "out", "--seed", "7", "--reference"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        timeout=300,
        check=False,
    )
    first, *others = done.stderr.splitlines()
    assert (done.returncode, [line for line in others if not line.startswith("case ")]) == (0, [])
    assert first == "target    the embedded reference, no cloud"
    assert "; the embedded reference, no cloud): " in done.stdout.splitlines()[-1]
    verdict = verdict_of(tmp_path / "out")
    assert (
        verdict["outcome"],
        verdict["summary"]["required_not_exercised"],
        verdict["summary"]["findings"],
        verdict["run"]["leftovers"],
    ) == ("conformant", 0, 0, [])
    assert (
        max(map(len, done.stdout.splitlines()[:-1])) <= 80
    )  # the last is one line, so that a log can be searched for it
    assert {"verdict.json", "index.html", "junit.xml", "report.sarif", "summary.md", "exchanges.har", "specs"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_no_report_holds_a_token_or_a_password(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    done = smoke_run(tmp_path)
    assert done.returncode == 0
    texts = [done.stdout, done.stderr, *(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())]
    assert [word for word in reference.secrets for text in texts if word in text] == []
    assert reference.resources() == 0


def test_a_broken_promise_is_exit_one_and_cites_the_document(
    tmp_path: Path, reference: Reference, contract: Any
) -> None:
    with reference_with("image.list.query.name.prefix")(contract) as faulty:
        faulty.write_clouds(tmp_path / "clouds.yaml")
        done = smoke_run(tmp_path)
        assert (done.returncode, faulty.resources()) == (1, 0)
    finding = next(
        item for item in verdict_of(tmp_path / "out")["findings"] if item["requirement"] == "image.list.query.name"
    )
    assert (finding["source"], finding["binding"], finding["operation"]) == ([[495, 495]], True, "image.list")
    assert '"$OS_TOKEN"' in finding["curl"]


def test_a_part_of_the_cases_is_inconclusive(tmp_path: Path) -> None:
    done = command("run", "-k", "limit", "--out", "out", cwd=tmp_path)
    assert (done.returncode, verdict_of(tmp_path / "out")["outcome"]) == (3, "inconclusive")


def test_nothing_selected_is_inconclusive(tmp_path: Path) -> None:
    assert command("run", "-k", "no_such_case", "--out", "out", cwd=tmp_path).returncode == 3


@long
def test_isolation_without_a_second_project_is_inconclusive_and_says_why(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    done = command("run", "--os-cloud", "reference", "--budget", "0", "--out", "out", cwd=tmp_path)
    assert done.returncode == 3
    assert "no second project was given (--other-cloud)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--os-cloud", "nowhere"), "cloud nowhere: not in the configuration"),
        (("run", "--os-cloud", ""), "--os-cloud '': the value is empty"),
        (("run", "--os-cloud", "x", "--other-cloud", ""), "--other-cloud '': the value is empty"),
        (("run", "--reference", "--os-cloud", "x"), "--reference and --os-cloud"),
        (("run", "--profile", "all"), "'all' is not one of"),
        (("run", "--no-such-option"), "No such option"),
        (("nonsense",), "No such command"),
        (("lab", "up", "--release", "1.0"), "no release 1.0"),
        (("serve", "--fault", "nonsense"), "there is no such fault"),
        (("extract", "absent.txt", "--out", "."), "there is no such file"),
        (("run", "-k", "a b c"), "is no expression"),
        (("requirements", "--specs", "absent"), "there is no such spec"),
    ],
)
def test_what_is_asked_wrongly_is_exit_two_and_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if not line.startswith("target ")]
    assert len(lines) == 1
    assert words in lines[0]
    assert list(tmp_path.glob("reports/*")) == []


def test_a_mistake_that_turns_out_after_the_login_is_in_the_verdict_too(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    words = ("run", "--os-cloud", "reference", "--other-cloud", "reference", "--out", "out")
    done = command(*words, cwd=tmp_path)
    assert (2, 1, "") == (done.returncode, len(done.stderr.splitlines()), done.stdout)
    verdict = verdict_of(tmp_path / "out")
    assert ("inconclusive", 2, True) == (verdict["outcome"], verdict["exit_code"], verdict["run"]["ended"])
    assert "isolation needs a second project" in verdict["notes"][0]["text"]
    assert verdict["run"]["requests"] > 0


def test_a_mistake_that_is_known_before_leaves_the_reports_of_an_earlier_run(tmp_path: Path, smoke: Path) -> None:
    before = (smoke / "verdict.json").read_bytes()
    done = command("run", "--os-cloud", "nowhere", "--out", smoke, cwd=tmp_path)
    assert (2, before) == (done.returncode, (smoke / "verdict.json").read_bytes())


@pytest.mark.parametrize("name", ["run", "replay"])
@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"OS_CLOUD": ""}, "OS_CLOUD is set but empty"),
        ({"OS_AUTH_URL": "http://127.0.0.1:1", "OS_USERNAME": "u", "OS_PASSWORD": ""}, "OS_PASSWORD is empty"),
        ({"CI": "true"}, "no cloud is named, and CI is set"),
    ],
)
def test_a_cloud_that_the_environment_names_badly_is_exit_two_and_never_the_embedded_reference(
    tmp_path: Path, smoke: Path, name: str, env: dict[str, str], words: str
) -> None:
    done = command(name, *([smoke] if name == "replay" else []), cwd=tmp_path, env=env)
    assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (2, 1, "")
    assert words in done.stderr


def test_a_pipeline_runs_against_the_embedded_reference_when_it_asks_for_it(tmp_path: Path) -> None:
    done = command("run", "--reference", "--profile", "smoke", "--out", "out", cwd=tmp_path, env={"CI": "true"})
    assert (done.returncode, verdict_of(tmp_path / "out")["target"]["embedded"]) == (0, True)


def test_the_embedded_reference_reads_no_variable(tmp_path: Path) -> None:
    env = {"OS_CLIENT_CONFIG_FILE": str(tmp_path / "absent.yaml"), "OS_REGION_NAME": "Mars", "OS_CLOUD": "x"}
    done = command("run", "--reference", "--profile", "smoke", "--out", "out", cwd=tmp_path, env=env)
    assert (done.returncode, verdict_of(tmp_path / "out")["target"]["region"]) == (0, "RegionOne")


def clouds(tmp_path: Path, url: str) -> dict[str, str]:
    (tmp_path / "clouds.yaml").write_text(dump_yaml(clouds_with(url)))
    return {"OS_CLOUD": "reference"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"clouds:\n  x: [\n", "clouds-here.yaml: the cloud configuration is no YAML: "),
        (b"clouds: \xff", "clouds-here.yaml: the cloud configuration is no YAML: "),
        (None, "clouds-here.yaml, which OS_CLIENT_CONFIG_FILE names, is not there"),
        (b"clouds: {y: {}}", "known clouds: y"),
    ],
)
def test_a_cloud_configuration_with_a_mistake_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "clouds-here.yaml"
    if content is not None:
        path.write_bytes(content)
    done = command("run", "--os-cloud", "x", cwd=tmp_path, env={"OS_CLIENT_CONFIG_FILE": str(path)})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert words in done.stderr


def test_a_target_that_is_not_there_is_exit_three_and_one_line(tmp_path: Path) -> None:
    done = command("run", cwd=tmp_path, env=clouds(tmp_path, "http://127.0.0.1:1/v3"))
    assert (done.returncode, done.stderr.splitlines()) == (
        3,
        ["conformance: 127.0.0.1:1: connection refused; is the service running there?"],
    )


def test_credentials_that_are_refused_are_exit_three(tmp_path: Path, reference: Reference) -> None:
    done = command("run", cwd=tmp_path, env=clouds(tmp_path, reference.urls["identity"]))
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "refused the credentials" in done.stderr
    assert "hidden-word" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up_and_is_inconclusive(
    tmp_path: Path, reference: Reference, number: signal.Signals
) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    arguments = ["run", "--os-cloud", "reference", "--other-cloud", "reference-other", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a shell's background job, as CI may be, ignores SIGINT
    )
    while reference.resources() < 3:
        time.sleep(0.002)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, reference.resources()) == (3, 0)
    assert "the run was interrupted" in out


@long
def test_a_killed_run_is_cleaned_up_by_the_next(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    arguments = ["run", "--os-cloud", "reference", "--other-cloud", "reference-other", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while reference.resources() < 3:
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert reference.resources() > 0
    done = command(*arguments, "--profile", "smoke", cwd=tmp_path)
    assert (done.returncode, reference.resources()) == (0, 0)
    assert "had not cleaned up; what it had made is deleted now" in " ".join(done.stdout.split())


def test_the_same_seed_gives_the_same_requests(tmp_path: Path) -> None:
    def sent(out: str) -> list[tuple[str, str, int]]:
        command("run", "--seed", "3", "--profile", "smoke", "--out", out, cwd=tmp_path)
        entries = json.loads((tmp_path / out / "exchanges.har").read_text())["log"]["entries"]
        return [(item["request"]["method"], item["_case"], item["response"]["status"]) for item in entries]

    assert sent("one") == sent("two")


def test_credentials_that_may_not_create_are_inconclusive_and_the_reason_is_said(
    tmp_path: Path, reference: Reference
) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    done = smoke_run(tmp_path, "reference-reader")
    verdict = verdict_of(tmp_path / "out")
    assert (done.returncode, verdict["outcome"], verdict["target"]["may_create"], verdict["findings"]) == (
        3,
        "inconclusive",
        False,
        [],
    )
    assert "the credentials may not create anything (image.create is answered with 403)" in " ".join(
        done.stdout.split()
    )


@long
@pytest.mark.parametrize(
    ("main", "other", "code", "words"),
    [
        ("reference-admin", "reference", 0, "CONFORMANT"),
        ("reference", "reference-admin", 3, "the user of the second project is an administrator"),
    ],
)
def test_an_administrator_is_no_breach_of_isolation(
    tmp_path: Path, reference: Reference, main: str, other: str, code: int, words: str
) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    done = command("run", "--os-cloud", main, "--other-cloud", other, "--budget", "0", "--out", "out", cwd=tmp_path)
    assert (done.returncode, verdict_of(tmp_path / "out")["findings"]) == (code, [])
    assert words in " ".join(done.stdout.split())


def _no_show(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
    if call.operation == "image.show":
        raise Refused(405, "GET is not defined here.")
    return None


@long
def test_a_service_without_the_observer_is_inconclusive_and_not_red(tmp_path: Path, contract: Contract) -> None:
    with Reference(contract, faults=[Fault("ours", (), "GET shows no image", Hooks(handle=_no_show))]) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        done = smoke_run(tmp_path)
    assert (
        done.returncode,
        [item["message"] for item in verdict_of(tmp_path / "out")["findings"] if item["binding"]],
    ) == (3, [])
    assert "does not answer; what needs it is not exercised" in " ".join(done.stdout.split())


@long
def test_a_promise_of_a_new_edition_that_no_case_reaches_is_never_green(tmp_path: Path, document_path: Path) -> None:
    text = document_path.read_text(encoding="utf-8")
    after = "409 Conflict "
    assert text.count(after) == 1
    (tmp_path / "edition.txt").write_text(
        text.replace(after, f"429 Too Many Requests 限流\n\n{after}"), encoding="utf-8"
    )
    (tmp_path / "specs").mkdir()
    ruled = '- {target: "$.components.responses.Error429", update: {x-level: must}, x-source: [[455, 455]], description: It is due.}'
    errata = (default_directory() / OVERLAY).read_text(encoding="utf-8")
    (tmp_path / "specs" / OVERLAY).write_text(f"{errata.rstrip()}\n{ruled}\n", encoding="utf-8")
    assert command("extract", "edition.txt", "--out", "specs", cwd=tmp_path).returncode == 0
    done = command("run", "--specs", "specs", "--budget", "0", "--out", "out", cwd=tmp_path)
    missing = [
        item["id"]
        for item in verdict_of(tmp_path / "out")["requirements"]
        if item["required"] and item["outcome"] == "not exercised"
    ]
    assert (done.returncode, missing) == (3, ["error.429"])


def test_a_bug_of_any_command_is_exit_four_in_one_line_with_a_file_for_the_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("conformance.cli.requirements.load_contract", broken)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = command("requirements", cwd=tmp_path)
    assert (4, 1) == (done.returncode, len(done.stderr.splitlines()))
    said, _, path = done.stderr.strip().rpartition(" ")
    assert "conformance: the suite is at fault: ZeroDivisionError: of ours; the traceback is in" == said
    assert "Traceback" in Path(path).read_text(encoding="utf-8")
