"""The lab: a real Keystone and Glance on loopback, with Cinder where it is wanted, several releases side by side.

HOME/RELEASE/venv        the release's own virtual environment, kept
HOME/RELEASE/venv-volume that of its Cinder, kept
HOME/RELEASE/template    its migrated empty databases, kept
HOME/RELEASE/state       the cloud that is up: configuration, databases, images, logs, lab.json, clouds.yaml
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.yamlfiles import dump_yaml
from conformance.model.errors import SuiteError, UsageError
from conformance.proof.lab.cloud import Ports, build, build_volumes, free_port, populate, start, wait_for
from conformance.proof.lab.install import DEFAULT_RELEASE, RELEASES, cache_directory, ensure_environment, locked

__all__ = ["DEFAULT_RELEASE", "RELEASES", "LabStatus", "down", "status", "up"]


@dataclass(frozen=True, slots=True)
class LabStatus:
    """A lab as it is: whether it runs, where, and the clouds.yaml (clouds lab, lab-other, lab-reader, lab-admin)."""

    release: str
    running: bool
    identity_url: str = ""
    image_url: str = ""
    volume_url: str = ""
    clouds_yaml: Path = Path()
    pids: tuple[int, ...] = ()


def up(
    release: str = DEFAULT_RELEASE,
    home: Path | None = None,
    progress: Callable[[str], None] = print,
    *,
    volume: bool = False,
) -> LabStatus:
    """Start the lab, or say where it is when it is up; with Cinder when `volume`.

    Raises UsageError for an unknown release and for a lab that is up without what is wanted, SuiteError when a part does
    not start; then nothing is left running.
    """
    place = home or cache_directory()
    with locked(place / f"{release if release in RELEASES else 'unknown'}.lock"):
        python = ensure_environment(release, place, progress)
        now = status(release, place)
        if now.running:
            if volume and not now.volume_url:
                raise UsageError(f"lab: {release} is up without Cinder; take it down first (conformance lab down)")
            return now
        pythons = {"keystone": python, "glance": python}
        if volume:
            pythons["cinder"] = ensure_environment(release, place, progress, volume=True)
        _stop(place / release / "state")
        state = place / release / "state"
        state.mkdir(mode=0o700, parents=True)
        try:
            return _up(release, pythons, state, progress)
        except BaseException:
            _stop(state, keep_logs=True)
            raise


def _up(release: str, pythons: Mapping[str, Path], state: Path, say: Callable[[str], None]) -> LabStatus:
    say(f"starting {', '.join(name.capitalize() for name in pythons)} {release}")
    ports = Ports(free_port(), free_port(), free_port() if "cinder" in pythons else 0)
    template = state.parent / "template"
    password = build(pythons["keystone"], state, template, ports)
    if "cinder" in pythons:
        build_volumes(pythons["cinder"], state, template, ports, password)
    pids: dict[str, tuple[int, str]] = {}
    listening = {"keystone": ports.identity, "glance": ports.image, "cinder": ports.volume}
    record = {"identity": ports.identity, "image": ports.image, "volume": ports.volume}
    for service, python in pythons.items():
        port = listening[service]
        pid = start(python, state, service, port)
        pids[service] = (pid, _birth(pid))
        (state / "lab.json").write_text(json.dumps({"pids": pids, **record}))
        wait_for(f"http://127.0.0.1:{port}/", pid, state / f"{service}.out")
    content = dump_yaml(populate(password, ports))
    clouds = state / "clouds.yaml"
    with os.fdopen(os.open(clouds, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(content)
    return status(release, state.parent.parent)


def status(release: str = DEFAULT_RELEASE, home: Path | None = None) -> LabStatus:
    """How the lab is."""
    state = (home or cache_directory()) / release / "state"
    record = _record(state)
    pids = tuple(pid for pid, birth in record.get("pids", {}).values() if _birth(pid) == birth != "")
    if len(pids) < max(2, len(record.get("pids", {}))) or not (state / "clouds.yaml").exists():
        return LabStatus(release, running=False)
    identity, image = (f"http://127.0.0.1:{record[name]}" for name in ("identity", "image"))
    volume = f"http://127.0.0.1:{record['volume']}" if record.get("volume") else ""
    return LabStatus(release, True, f"{identity}/v3", image, volume, state / "clouds.yaml", pids)


def down(release: str = DEFAULT_RELEASE, home: Path | None = None) -> bool:
    """Stop the lab and remove its state; whether it was up. The environment stays for the next time."""
    place = home or cache_directory()
    with locked(place / f"{release}.lock"):
        was = status(release, place).running
        _stop(place / release / "state")
        return was


def _stop(state: Path, *, keep_logs: bool = False) -> None:
    pids = [pid for pid, birth in _record(state).get("pids", {}).values() if _birth(pid) == birth != ""]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 10
    while any(_birth(pid) for pid in pids):
        _reap(pids)
        if time.monotonic() > until:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            until += 10
        time.sleep(0.05)
    if keep_logs:
        (state / "lab.json").unlink(missing_ok=True)
    else:
        try:
            shutil.rmtree(state)
        except FileNotFoundError:
            return
        except OSError as error:
            raise SuiteError(f"lab: {state} cannot be removed: {error.strerror}") from None


def _reap(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _record(state: Path) -> dict[str, dict[str, tuple[int, str]]]:
    try:
        record: dict[str, dict[str, tuple[int, str]]] = json.loads((state / "lab.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return record


def _birth(pid: int) -> str:
    """When the process was started, in the kernel's ticks; "" when there is none. A reused id has another birth."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] == "Z" else fields[19]
