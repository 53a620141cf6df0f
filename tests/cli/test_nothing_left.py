"""Nothing is left behind by any command that sends anything, nor by any script of a run, on a cloud that breaks much.

The cloud is listed as its administrator sees it, before and after, and both are equal: also what others have there is as it
was.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from administrator import holdings, tokens
from checkout import ROOT, tool
from commands import command
from draws import long

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call, Refused

FAULTS = (
    "image.create.nan",
    "image.list.query.name.prefix",
    "image.patch.atomic.half",
    "image.create.body.tags.lenient",
    "image.delete.status",
    "image.create.failure.409.html",
)
ON_CLOUD = ("--os-cloud", "reference", "--other-cloud", "reference-other")
CASES = "create or tags or patch or delete or isolation or name"


def _refused_and_stored(call: Call, image: StoredImage, _store: ImageStore) -> None:
    """As real clouds do: the image is stored before its tags are looked at."""
    if call.operation == "image.create" and any(not str(tag).isascii() for tag in image.members["tags"]):
        raise Refused(400, "The tags cannot be stored.")


def _without_name(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    """The answer to a create has no name."""
    if call.operation == "image.create" and answer.status == 201 and isinstance(answer.body, dict):
        answer.body["name"] = None
    return answer


LEAKY = Fault("ours", (), "a refused create leaves its image", Hooks(stored=_refused_and_stored, answer=_without_name))


@dataclass(frozen=True)
class Cloud:
    """A cloud that breaks much, with what other people have there, and a run against it."""

    target: Reference
    folder: Path

    def holds(self) -> list[str]:
        return holdings(self.folder / "clouds.yaml", "reference-admin")

    def scripts(self) -> list[Path]:
        return sorted((self.folder / "run" / "findings").glob("*.sh"))


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("cloud")
    contract = load_contract()
    with Reference(contract, faults=[*faults_of(contract, FAULTS), LEAKY]) as target:
        target.write_clouds(folder / "clouds.yaml")
        given = tokens(folder / "clouds.yaml", "reference", "reference-other")
        for name in ("OS_TOKEN", "OS_TOKEN_OTHER"):
            for member in ({"name": "of somebody"}, {"name": None}, {"name": "conformance-00000000-1"}):
                made = requests.post(
                    f"{target.urls['image']}/v2/images", json=member, headers={"X-Auth-Token": given[name]}, timeout=10
                )
                assert made.status_code == 201
        before = Cloud(target, folder).holds()
        done = command(
            "run", *ON_CLOUD, "-k", CASES, "--seed", "1", "--out", "run", cwd=folder,
            env={"XDG_STATE_HOME": str(folder / "state")},
        )  # fmt: skip
        assert done.returncode == 1
        yield Cloud(target, folder)
        assert before == Cloud(target, folder).holds()


def test_the_run_found_much_and_left_nothing(cloud: Cloud) -> None:
    assert 6 == len(cloud.holds())
    assert len(cloud.scripts()) > 6


@long
def test_replay_leaves_nothing(cloud: Cloud) -> None:
    before = cloud.holds()
    done = command("replay", "run", *ON_CLOUD, cwd=cloud.folder)
    assert (1, before) == (done.returncode, cloud.holds()), (done.stdout + done.stderr).decode()[-2000:]
    assert "left behind" not in done.stdout


@long
def test_plain_pytest_leaves_nothing(cloud: Cloud, tmp_path: Path) -> None:
    before = cloud.holds()
    arguments = [
        "-p",
        "conformance.plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        ROOT / "conformance" / "run" / "pytest.ini",
    ]
    cases = ROOT / "conformance" / "services" / "image" / "cases" / "test_create.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, cases, *ON_CLOUD, "--profile", "smoke", "--out", tmp_path / "out"],
        cwd=cloud.folder,
        env={**os.environ, "OS_CLIENT_CONFIG_FILE": str(cloud.folder / "clouds.yaml")},
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert (1, before) == (done.returncode, cloud.holds()), (done.stdout + done.stderr).decode()[-2000:]


def test_each_script_leaves_nothing(cloud: Cloud) -> None:
    tool("curl")
    given = tokens(cloud.folder / "clouds.yaml", "reference", "reference-other")
    before = cloud.holds()
    left = {}
    for script in cloud.scripts():
        done = subprocess.run(["sh", script], env=given, capture_output=True, timeout=60, check=False)
        if (done.returncode, before) != (0, cloud.holds()):
            left[script.name] = done.stderr.decode()
    assert {} == left


def test_a_script_says_what_it_could_not_delete_and_fails(cloud: Cloud, contract: Contract) -> None:
    """Its DELETE meets a service that deletes nothing any more."""
    tool("curl")
    script = next(path for path in cloud.scripts() if "sweep" in path.read_text())
    deaf = script.read_text().replace(" DELETE 204", " OPTIONS 204")
    given = tokens(cloud.folder / "clouds.yaml", "reference", "reference-other")
    before = cloud.holds()
    done = subprocess.run(["sh", "-c", deaf], env=given, capture_output=True, timeout=60, check=False, text=True)
    assert (1, 1) == (done.returncode, done.stderr.count("left: "))
    url = done.stderr.split("left: ")[1].strip()
    assert len(before) + 1 == len(cloud.holds())
    gone = requests.delete(url, headers={"X-Auth-Token": given["OS_TOKEN"]}, timeout=10)
    assert (True, before) == (gone.ok, cloud.holds())


def _slowly(call: Call, image: StoredImage, _store: ImageStore) -> None:
    if call.operation == "image.create":
        time.sleep(1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_script_that_is_interrupted_before_the_answer_came_leaves_nothing(
    cloud: Cloud, contract: Contract, tmp_path: Path, number: signal.Signals
) -> None:
    tool("curl")
    script = next(path for path in cloud.scripts() if "id_1=$(curl" in path.read_text())
    slow = Fault("slow", (), "a create takes its time", Hooks(stored=_slowly))
    with Reference(contract, faults=[slow]) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        text = script.read_text().replace(cloud.target.urls["image"], target.urls["image"])
        process = subprocess.Popen(
            ["sh", "-c", text],
            env=tokens(tmp_path / "clouds.yaml", "reference", "reference-other"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        until = time.monotonic() + 30
        while target.resources() == 0 and time.monotonic() < until:
            time.sleep(0.01)
        assert target.resources() == 1
        os.killpg(process.pid, number)
        assert process.wait(timeout=60) != 0
        assert target.resources() == 0


def test_an_interrupted_replay_cleans_up_and_says_so(cloud: Cloud) -> None:
    before = cloud.holds()
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "replay", "run", *ON_CLOUD],
        cwd=cloud.folder,
        env={**os.environ, "OS_CLIENT_CONFIG_FILE": str(cloud.folder / "clouds.yaml")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    made = cloud.target.resources()
    until = time.monotonic() + 60
    while cloud.target.resources() == made and time.monotonic() < until:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert "interrupted" in out + errors  # before the first finding it is the command that says so
    assert (True, before) == (process.returncode in {1, 3}, cloud.holds())
