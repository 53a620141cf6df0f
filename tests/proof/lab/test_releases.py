"""The releases of the lab: what is installed for each, and what older ones need beside their configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from conformance.proof.lab import cloud
from conformance.proof.lab.install import DEFAULT_RELEASE, RELEASES, VOLUMES


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_pins_its_glance_and_a_keystone_of_the_same_openstack(release: str) -> None:
    glance, keystone, *others = (Requirement(text) for text in RELEASES[release])
    major = int(release.split(".")[0])
    assert (glance.name, str(glance.specifier)) == ("glance", f"=={release}")
    assert keystone.name == "keystone"
    assert re.fullmatch(rf"=={major - 3}\.\d+\.\d+", str(keystone.specifier))
    assert all(str(item.specifier).startswith("<") for item in others)


@pytest.mark.parametrize("release", VOLUMES)
def test_a_cinder_is_of_the_same_openstack_as_the_glance_beside_it(release: str) -> None:
    cinder = Requirement(VOLUMES[release][0])
    assert release in RELEASES
    assert cinder.name == "cinder"
    assert re.fullmatch(rf"=={int(release.split('.')[0]) - 4}\.\d+\.\d+", str(cinder.specifier))


def test_the_default_is_the_newest_release() -> None:
    assert max(RELEASES, key=lambda text: int(text.split(".")[0])) == DEFAULT_RELEASE


def test_the_paste_file_lies_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(cloud, "_run", nothing)
    monkeypatch.setattr(cloud, "_databases", nothing)
    paste = tmp_path / "venv" / "etc" / "glance" / "glance-api-paste.ini"
    paste.parent.mkdir(parents=True)
    paste.write_text("[composite:glance-api]\n")
    state = tmp_path / "state"
    state.mkdir()
    cloud.build(tmp_path / "venv" / "bin" / "python", state, tmp_path / "template", cloud.Ports(1, 2))
    assert (state / "etc" / "glance-api-paste.ini").read_text() == "[composite:glance-api]\n"
