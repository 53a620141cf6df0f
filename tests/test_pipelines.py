"""The ready-to-copy parts: the GitHub Action, the GitLab template, the Containerfile; each read by its schema, each script run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT
from ruamel.yaml import YAML
from targets import reference_with

from conformance.model.contract import Contract

ACTION: Any = YAML(typ="safe").load(ROOT / "action.yml")
GITLAB: Any = YAML(typ="safe").load(ROOT / "ci" / "gitlab-ci.yml")


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.gitlab-ci", "ci/gitlab-ci.yml")]
)
def test_the_file_is_valid_for_its_published_schema(schema: str, file: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, ROOT / file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- GitHub -----------------------------------------------------------------------------------------------------------


def step(name: str) -> Any:
    return next(item for item in ACTION["runs"]["steps"] if item.get("name") == name)


class Job:
    """A job's place: the variables that a runner sets, a command that stands for the installed one."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.temp, self.output, self.summary, self.home = (
            place / "temp",
            place / "output",
            place / "summary",
            place / "home",
        )
        for folder in (self.temp / "conformance-venv" / "bin", self.home):
            folder.mkdir(parents=True)
        python = self.temp / "conformance-venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        command = self.temp / "conformance-venv" / "bin" / "conformance"
        command.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > {shlex.quote(str(place / "arguments"))}\nexec {shlex.quote(sys.executable)} -m conformance "$@"\n'
        )
        for file in (python, command):
            file.chmod(0o755)

    def run(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """A step's script as the runner starts it, its inputs filled in."""
        given = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()} | {
            key.replace("_", "-"): value for key, value in inputs.items()
        }

        def filled(text: str) -> str:
            text = re.sub(r"\$\{\{ inputs\.([\w-]+) }}", lambda match: given[match[1]], text)
            return re.sub(
                r"\$\{\{ steps\.run\.outputs\.([\w-]+) }}", lambda match: self.outputs().get(match[1], ""), text
            )

        env = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        env |= {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "PYTHONPATH": str(ROOT),
            **{key: filled(value) for key, value in step(name).get("env", {}).items()},
        }
        script = self.place / "script.sh"
        script.write_text(step(name)["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.home,
            env=env,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def outputs(self) -> dict[str, str]:
        rows = self.output.read_text().splitlines() if self.output.exists() else []
        return dict(row.split("=", 1) for row in rows)

    def arguments(self) -> list[str]:
        return (self.place / "arguments").read_text().splitlines()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_no_input_is_part_of_a_script() -> None:
    """What a workflow gives reaches a script as a variable; written into its text it could be a command."""
    assert [item["name"] for item in ACTION["runs"]["steps"] if "${{" in item.get("run", "")] == []


def test_each_input_is_used_and_each_use_is_an_input() -> None:
    text = (ROOT / "action.yml").read_text()
    assert set(ACTION["inputs"]) == set(re.findall(r"inputs\.([\w-]+)", text))


def test_a_conformant_run_ends_with_zero_and_its_summary(job: Job) -> None:
    done = job.run("Run the suite", reference="true", profile="smoke", seed="7")
    assert done.returncode == 0, done.stderr
    outputs = job.outputs()
    assert (outputs["exit-code"], outputs["outcome"]) == ("0", "conformant")
    assert {"junit.xml", "report.sarif", "verdict.json", "index.html"} <= {
        path.name for path in Path(outputs["reports"]).iterdir()
    }
    assert job.summary.read_text().startswith("## \N{WHITE HEAVY CHECK MARK} easystack-6.0.2: `Conformant (smoke: ")
    assert job.run("End as the verdict does").returncode == 0


def test_a_broken_promise_ends_the_job_with_one_after_the_reports_are_kept(
    job: Job, contract: Contract, tmp_path: Path
) -> None:
    with reference_with("image.list.query.name.prefix")(contract) as faulty:
        faulty.write_clouds(tmp_path / "clouds.yaml")
        secret = (tmp_path / "clouds.yaml").read_text()
        done = job.run(
            "Run the suite", cloud="reference", other_cloud="reference-other", clouds_yaml=secret, profile="smoke"
        )
    assert (done.returncode, job.outputs()["exit-code"], job.outputs()["outcome"]) == (0, "1", "non-conformant")
    assert job.run("End as the verdict does").returncode == 1
    assert "`image.list.query.name`" in job.summary.read_text()
    assert not (job.temp / "conformance-clouds.yaml").exists()


@pytest.mark.parametrize("name", ["no such cloud", '"; touch owned; "', "$(touch owned)"])
def test_a_wrong_input_is_one_line_and_no_command(job: Job, name: str) -> None:
    done = job.run(
        "Run the suite",
        cloud=name,
        clouds_yaml="clouds: {a: {auth: {auth_url: 'http://127.0.0.1:1'}}}",
        profile="smoke",
    )
    assert (done.returncode, job.outputs()["exit-code"], job.outputs()["outcome"]) == (0, "2", "error")
    assert f"cloud {name}: not in the configuration" in done.stderr
    assert job.run("End as the verdict does").returncode == 2
    assert list(job.home.iterdir()) == []


@pytest.mark.parametrize("reference", ["false", "", "yes"])
def test_a_job_without_a_cloud_ends_with_two_and_says_why(job: Job, reference: str) -> None:
    done = job.run("Run the suite", reference=reference, profile="smoke")
    assert (done.returncode, job.outputs()["exit-code"], job.outputs()["outcome"]) == (0, "2", "error")
    assert done.stderr.splitlines() == [
        "conformance: --os-cloud '': the value is empty; give one, or leave the option out"
    ]
    assert job.run("End as the verdict does").returncode == 2


def test_a_job_with_a_cloud_and_the_reference_ends_with_two(job: Job) -> None:
    done = job.run("Run the suite", reference="true", cloud="c", profile="smoke")
    assert job.outputs()["exit-code"] == "2"
    assert "--reference and --os-cloud" in done.stderr


def test_waivers_and_baseline_reach_the_command(job: Job) -> None:
    job.run("Run the suite", waivers="my waivers.yaml", baseline="b.json", other_cloud="o", cloud="c", profile="smoke")
    given = job.arguments()
    assert [given[given.index(name) + 1] for name in ("--waivers", "--baseline", "--os-cloud", "--other-cloud")] == [
        "my waivers.yaml",
        "b.json",
        "c",
        "o",
    ]


def test_a_run_that_never_was_ends_the_job_as_our_fault(job: Job) -> None:
    assert job.run("End as the verdict does").returncode == 4


# --- GitLab -----------------------------------------------------------------------------------------------------------


def gitlab(job: Job, **variables: str) -> subprocess.CompletedProcess[str]:
    """The job's script as a runner starts it, in sh, with the command beside it."""
    (job.home / ".conformance-venv").symlink_to(job.temp / "conformance-venv")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "CONFORMANCE_"))}
    env |= {**GITLAB[".conformance"]["variables"], "PYTHONPATH": str(ROOT), **variables}
    script = "set -e\n" + "\n".join(GITLAB[".conformance"]["script"])
    return subprocess.run(
        ["sh", "-c", script], cwd=job.home, env=env, capture_output=True, text=True, timeout=200, check=False
    )


def test_the_gitlab_script_runs_and_leaves_what_the_template_keeps(job: Job) -> None:
    done = gitlab(job, CONFORMANCE_PROFILE="smoke", CONFORMANCE_REFERENCE="true")
    assert done.returncode == 0, done.stderr
    kept = GITLAB[".conformance"]["artifacts"]
    assert [(job.home / path).exists() for path in (*kept["paths"], kept["reports"]["junit"])] == [True] * 2


def test_the_gitlab_script_without_a_cloud_ends_with_two_and_says_why(job: Job) -> None:
    done = gitlab(job, CONFORMANCE_PROFILE="smoke")
    assert (done.returncode, (job.home / "conformance-reports").exists()) == (2, False)
    assert "--os-cloud '': the value is empty" in done.stderr


def test_the_gitlab_script_finds_the_cloud_of_the_variable_and_ends_as_the_verdict(
    job: Job, contract: Contract
) -> None:
    with reference_with("image.list.query.name.prefix")(contract) as faulty:
        faulty.write_clouds(job.home / "secret.yaml")
        done = gitlab(
            job,
            CLOUDS_YAML=str(job.home / "secret.yaml"),
            CONFORMANCE_CLOUD="reference",
            CONFORMANCE_OTHER_CLOUD="reference-other",
            CONFORMANCE_PROFILE="smoke",
        )
    assert done.returncode == 1
    verdict = json.loads((job.home / "conformance-reports" / "verdict.json").read_text())
    assert "image.list.query.name" in {item["requirement"] for item in verdict["findings"] if item["binding"]}


# --- container --------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """(instruction, its text) of the Containerfile, continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text())
    rows = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (row.partition(" ") for row in rows)]


def test_each_copied_file_exists_and_is_let_through() -> None:
    ignored = (ROOT / ".containerignore").read_text().splitlines()
    sources = [
        word for name, rest in instructions() if name == "COPY" and "--from" not in rest for word in rest.split()[:-1]
    ]
    assert [word for word in sources if not (ROOT / word).exists()] == []
    assert {f"!{word}" for word in sources} == {line for line in ignored if line.startswith("!")}
    assert ignored[0] == "*"


def test_what_is_copied_is_all_that_the_build_reads(tmp_path: Path) -> None:
    """The build stage's own install line, on exactly the files that it copies."""
    for name, rest in instructions():
        if name == "COPY" and "--from" not in rest:
            *words, target = rest.split()
            for word in words:
                place = tmp_path / (target if (ROOT / word).is_dir() else word)
                subprocess.run(["cp", "-r", ROOT / word, place], check=True)
    line = next(rest for name, rest in instructions() if name == "RUN" and rest.endswith(" ."))
    assert "--no-deps --no-build-isolation" in line
    out = tmp_path / "out"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--target",
            out,
            "--disable-pip-version-check",
            ".",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, (out / "conformance" / "specs" / "easystack-6.0.2" / "requirements.yaml").exists()) == (
        0,
        True,
    ), done.stderr


def test_in_a_container_the_embedded_reference_has_to_be_asked_for() -> None:
    assert "CI=true" in [rest for name, rest in instructions() if name == "ENV"]


def test_the_container_runs_the_command_and_not_as_root() -> None:
    found = dict(instructions())
    assert json.loads(found["ENTRYPOINT"]) == ["/opt/conformance/bin/conformance"]
    assert int(found["USER"]) > 0
    assert f"--uid {found['USER']} " in next(
        rest for name, rest in instructions() if name == "RUN" and "useradd" in rest
    )
    assert [name for name, _ in instructions()].index("USER") > max(
        number for number, (name, _) in enumerate(instructions()) if name == "RUN"
    )
