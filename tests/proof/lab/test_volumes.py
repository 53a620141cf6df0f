"""The lab's Cinder: an option, with a configuration of its own and a back end that holds nothing."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import pytest

from conformance.model.errors import UsageError
from conformance.proof import lab
from conformance.proof.lab import cloud, volumes
from conformance.proof.lab.install import ensure_environment


def test_a_release_without_a_cinder_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Cinder for release"):
        ensure_environment("25.0.0", tmp_path, print, volume=True)
    assert [] == list(tmp_path.iterdir())


def test_a_lab_that_is_up_without_a_cinder_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "ensure_environment", lambda *_, **__: Path("python"))
    monkeypatch.setattr(lab, "status", lambda *_: lab.LabStatus("33.0.0", running=True))
    assert "" == lab.up("33.0.0", tmp_path).volume_url
    with pytest.raises(UsageError, match="up without Cinder; take it down first"):
        lab.up("33.0.0", tmp_path, volume=True)


def test_a_part_that_has_ended_is_a_lab_that_is_not_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "33.0.0" / "state"
    state.mkdir(parents=True)
    (state / "clouds.yaml").touch()
    (state / "lab.json").write_text(
        '{"pids": {"keystone": [1, "a"], "glance": [2, "a"], "cinder": [3, "a"]}, "identity": 1, "image": 2, "volume": 3}'
    )
    monkeypatch.setattr(lab, "_birth", lambda _pid: "a")
    assert "http://127.0.0.1:3" == lab.status("33.0.0", tmp_path).volume_url
    monkeypatch.setattr(lab, "_birth", lambda pid: "" if pid == 3 else "a")
    assert not lab.status("33.0.0", tmp_path).running


def test_its_configuration_names_the_back_end_that_is_made_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "_databases", lambda *_: None)
    (tmp_path / "etc").mkdir()
    cloud.build_volumes(tmp_path / "venv" / "bin" / "python", tmp_path, tmp_path, cloud.Ports(1, 2, 3), "word")
    read = configparser.ConfigParser(interpolation=None)
    read.read(tmp_path / "etc" / "cinder.conf")
    assert volumes.BACKEND == read["DEFAULT"]["enabled_backends"]
    assert "volumes.Driver" == read[volumes.BACKEND]["volume_driver"]
    assert "http://127.0.0.1:1/v3" == read["keystone_authtoken"]["auth_url"]


def test_a_database_is_migrated_once_and_copied_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def migrated(_python: Path, state: Path, command: list[str], *_: Any) -> None:
        asked.append(" ".join(command))
        (state / "cinder.db").touch()

    monkeypatch.setattr(cloud, "_run", migrated)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        cloud._databases(Path("python"), tmp_path / name, tmp_path / "kept", {"cinder": ["db", "sync"]})
        assert (tmp_path / name / "cinder.db").exists()
    assert ["cinder-manage db sync"] == asked
