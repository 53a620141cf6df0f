"""A run that is killed at any moment: what it has made is deleted by `conformance cleanup`, and nothing else is."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from administrator import holdings, tokens
from checkout import ROOT
from commands import command
from draws import drawn
from gateways import Call as Passed
from gateways import Gateway

from conformance.model.contract import Contract
from conformance.proof.reference import Reference
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call

ON_CLOUD = ("--os-cloud", "reference", "--other-cloud", "reference-other")
CASES = "create or tags or patch or delete or isolation or name"
POINTS, REQUESTS = 100, 900
"""Points at which runs are killed, each after so many requests to the image service, at most."""
ENDS = {
    "SIGKILL": {-signal.SIGKILL},
    "SIGTERM": {3},
    "SIGINT twice": {3},
    "SIGKILL while it cleans up": {-signal.SIGKILL, 3},  # it may have ended before
}
"""How a run is killed -> the codes with which it ends."""

_draw = random.Random("kill")
MOMENTS = [(_draw.randint(1, REQUESTS), _draw.choice(list(ENDS))) for _ in range(POINTS)]


class _Trap:
    """Kills a process while the service answers its n-th request: what was asked is done, and nobody hears of it."""

    def __init__(self, after: int, way: str) -> None:
        self._left = after
        self._way = way
        self.process: subprocess.Popen[bytes] | None = None

    def __call__(self, call: Call, answer: Answer, _store: ImageStore) -> Answer:
        process = self.process
        if process is not None:
            self._left -= 1
            if self._left == 0:
                self._spring(process)
        return answer

    def _spring(self, process: subprocess.Popen[bytes]) -> None:
        if self._way == "SIGKILL":
            process.kill()
        elif self._way == "SIGTERM":
            process.terminate()
        elif self._way == "SIGINT twice":
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)
        else:
            process.terminate()
            self._left, self._way = 3, "SIGKILL"


def started(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A run by two workers, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *ON_CLOUD, "-k", CASES, "--seed", "1"],
        cwd=folder,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize(("after", "way"), drawn(MOMENTS, 1, 5))
def test_nothing_is_left_of_a_run_that_was_killed(contract: Contract, tmp_path: Path, after: int, way: str) -> None:
    trap = _Trap(after, way)
    with Reference(contract, faults=[Fault("ours", (), "kills its client", Hooks(answer=trap))]) as cloud:
        clouds = tmp_path / "clouds.yaml"
        cloud.write_clouds(clouds)
        given = tokens(clouds, "reference", "reference-other")
        for member in ({"name": "of somebody"}, {"name": "conformance-00000000-1"}, {"tags": ["conformance-00000000"]}):
            made = requests.post(
                f"{cloud.urls['image']}/v2/images", json=member, headers={"X-Auth-Token": given["OS_TOKEN"]}, timeout=10
            )
            assert 201 == made.status_code
        before = holdings(clouds, "reference-admin")
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        trap.process = started(tmp_path, {**state, "OS_CLIENT_CONFIG_FILE": str(clouds)})
        code = trap.process.wait(timeout=240)
        trap.process = None
        done = command("cleanup", *ON_CLOUD, cwd=tmp_path, env=state)
        assert (0, before) == (done.returncode, holdings(clouds, "reference-admin"))
        assert [] == list((tmp_path / "state" / "easystack-conformance").glob("*.jsonl"))
        assert code in ENDS[way]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_of_a_create_that_is_carried_out_after_the_run_was_killed(
    contract: Contract, tmp_path: Path, number: signal.Signals
) -> None:
    creates: list[int] = []

    def late(call: Passed) -> None:
        creates.extend([call.number] if call.creates else [])
        if call.creates and len(creates) in (9, 10):  # of both workers
            process.send_signal(number)
            time.sleep(2.0)

    with Reference(contract) as cloud:
        port = urlsplit(cloud.urls["image"]).port or 0
        clouds = tmp_path / "clouds.yaml"
        cloud.write_clouds(clouds)
        with Gateway(port, late) as gateway:
            clouds.write_text(clouds.read_text().replace(f":{port}/", f":{gateway.port}/"))
            state = {"XDG_STATE_HOME": str(tmp_path / "state")}
            process = started(tmp_path, {**state, "OS_CLIENT_CONFIG_FILE": str(clouds)})
            process.wait(timeout=240)
            done = command("cleanup", *ON_CLOUD, cwd=tmp_path, env=state)
            time.sleep(2.0)
            assert (0, 0, 9) == (done.returncode, cloud.resources(), min(9, len(creates)))
    assert [] == list((tmp_path / "state" / "easystack-conformance").glob("*.jsonl"))
