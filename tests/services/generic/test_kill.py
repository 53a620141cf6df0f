"""A run of any contract that is killed: the next start removes what it has made, of every service, and says so; what needs
others is removed before them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from administrator import tokens
from checkout import ROOT
from commands import command
from draws import drawn
from warehouse import MOMENT, SERVICE, TEXT, UUID, obj, some, within, write_warehouse
from warehouse import rows as listed

from conformance.contract.located import load_yaml
from conformance.contract.specs import OVERLAY, load_contract
from conformance.contract.yamlfiles import dump_yaml
from conformance.proof.reference import Reference
from conformance.run.service import services_of
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Answer, Call, Caller, Refused

YARD = "yard"
CASES = "is_made or is_changed or is_deleted"
REQUESTS, POINTS = 90, 12
"""Requests within which runs are killed, and after how many different ones."""
_draw = random.Random("kill any contract")
MOMENTS = [("", _draw.randint(2, REQUESTS)) for _ in range(POINTS)]
ACROSS = [("ramp.create", number) for number in range(1, 5)]
"""After how many requests, counted from the first of an operation: here while what one service holds needs another's."""
RAMP: Mapping[str, Any] = {"id": UUID, "name": TEXT, "crate_id": UUID, "created_at": MOMENT}


def two_services(directory: Path, first: str = SERVICE) -> Path:
    """The warehouse, and beside it a service whose only resource needs one of the warehouse's; the document begins with the
    `first` of them."""
    one, many = "/v3/ramps/{ramp_id}", "/v3/ramps"
    answer = within("ramp", obj(RAMP))
    ramps = [
        ("ramp.list", "GET", many, {200: listed("ramps", obj(RAMP))}),
        ("ramp.create", "POST", many, {"body": within("ramp", obj(some(RAMP, "name", "crate_id"))), 201: answer}),
        ("ramp.show", "GET", one, {200: answer}),
        ("ramp.delete", "DELETE", one, {204: None}),
    ]
    found = {}
    for service, chapter in ((SERVICE, None), (YARD, ramps)):
        place = write_warehouse(directory / service, chapter)
        found[service] = load_yaml((place / f"{SERVICE}.openapi.yaml").read_text(encoding="utf-8"))
        if service != first:
            del found[service]["x-common"]
    (directory / OVERLAY).write_bytes((directory / SERVICE / OVERLAY).read_bytes())
    for service, spec in found.items():
        (directory / f"{service}.openapi.yaml").write_text(dump_yaml(spec), encoding="utf-8")
    return directory


class Holders:
    """A service that lets no crate go while something needs it, and kills its client after so many requests."""

    def __init__(self, begins: str, after: int) -> None:
        self._begins = begins
        self._left = after
        self._stores: set[GenericStore] = set()
        self.process: subprocess.Popen[bytes] | None = None
        self.deleted: list[str] = []
        self.refused = 0

    def handle(self, call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        """Refuse to delete what is needed."""
        self._stores.add(store)
        held = [item for known in self._stores for item in known.all() if "crate_id" in item.members]
        own = call.names.get("crate_id")
        if call.operation == "crate.delete" and any(item.members["crate_id"] == own for item in held):
            self.refused += 1
            raise Refused(409, "It is needed.")
        return None

    def answer(self, call: Call, answer: Answer, _store: object) -> Answer:
        """Kill the client while it waits: what it has asked for is done, and it never hears of it."""
        if call.method == "DELETE" and answer.status < 300:
            self.deleted.append(call.operation or "")
        if self.process is not None:
            self._begins = "" if call.operation == self._begins else self._begins
            self._left -= not self._begins
            if self._left == 0:
                self.process.kill()
        return answer


@pytest.mark.parametrize("first", [SERVICE, YARD])
def test_what_needs_a_resource_of_another_service_comes_after_it_wherever_it_stands(tmp_path: Path, first: str) -> None:
    contract = load_contract(two_services(tmp_path, first))
    assert contract.services[0] == first
    makers = [service.about for service in services_of(contract) if service.about]
    assert makers.index("crate") < min(makers.index("seal"), makers.index("ramp"))


def target(specs: Path, service: Holders) -> Reference:
    hooks = Hooks(handle=service.handle, answer=service.answer)
    return Reference(load_contract(specs), faults=[Fault("ours", (), "kills its client", hooks)])


def killed(folder: Path, specs: Path, service: Holders, *, state: Path) -> int:
    """The code with which a run ends that is killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *options(specs), "-k", CASES, "--seed", "1", "--out", "killed"],
        cwd=folder,
        env={
            **os.environ,
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            "XDG_STATE_HOME": str(state),
            "PYTHONPATH": str(ROOT),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    service.process = process
    code = process.wait(timeout=120)
    service.process = None
    return code


def options(specs: Path) -> tuple[str, ...]:
    return "--os-cloud", "reference", "--specs", str(specs), "--workers", "1"


@pytest.mark.parametrize(("begins", "after"), [*drawn(MOMENTS, 1, 4), *drawn(ACROSS, 1, 4)])
def test_the_next_start_removes_what_a_killed_run_has_made_and_says_so(tmp_path: Path, begins: str, after: int) -> None:
    specs, service, state = two_services(tmp_path / "specs"), Holders(begins, after), tmp_path / "state"
    with target(specs, service) as cloud:
        cloud.write_clouds(tmp_path / "clouds.yaml")
        token = tokens(tmp_path / "clouds.yaml", "reference", "reference-other")["OS_TOKEN"]
        somebodys = requests.post(
            f"{cloud.urls[SERVICE]}/v3/crates",
            json={"crate": {"name": "of somebody", "weight": 1}},
            headers={"X-Auth-Token": token},
            timeout=10,
        )
        assert (202, 1) == (somebodys.status_code, cloud.resources())
        assert -signal.SIGKILL == killed(tmp_path, specs, service, state=state)
        left, service.deleted = cloud.resources() - 1, []
        arguments = ("run", *options(specs), "-k", "is_listed and kind", "--seed", "2", "--out", "next")
        done = command(*arguments, cwd=tmp_path, env={"XDG_STATE_HOME": str(state)}, columns=200)
        assert (1, 0, left) == (cloud.resources(), service.refused, len(service.deleted)), done.stdout
        assert "an earlier run" in done.stdout
        if left:
            assert "what it had made is deleted now" in done.stdout
    assert [] == list((state / "easystack-conformance").glob("*.jsonl"))


def test_what_a_killed_run_of_a_contract_has_made_is_removed_by_a_cleanup_with_its_specs(tmp_path: Path) -> None:
    specs, service, state = two_services(tmp_path / "specs"), Holders("ramp.create", 2), tmp_path / "state"
    with target(specs, service) as cloud:
        cloud.write_clouds(tmp_path / "clouds.yaml")
        assert -signal.SIGKILL == killed(tmp_path, specs, service, state=state)
        assert cloud.resources() > 1
        cleanup = ("cleanup", "--os-cloud", "reference", "--specs", str(specs))
        dry = command(*cleanup, "--dry-run", cwd=tmp_path, env={"XDG_STATE_HOME": str(state)}, columns=200)
        assert (3, True) == (dry.returncode, cloud.resources() > 1), dry.stdout
        done = command(*cleanup, cwd=tmp_path, env={"XDG_STATE_HOME": str(state)}, columns=200)
        assert (0, 0, 0) == (done.returncode, cloud.resources(), service.refused), done.stdout
    assert [] == list((state / "easystack-conformance").glob("*.jsonl"))
