"""What pip installs has all that the command needs: specs, schemas, cases, templates."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from checkout import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conformance.contract import specs


def spared(place: str, names: list[str]) -> set[str]:
    """What of a checkout is output or not its own: not copied."""
    out = shutil.ignore_patterns("__pycache__")(place, names)
    if Path(place) == ROOT:
        out |= shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "reports")(place, names)
    return out


def built(source: Path, out: Path, kind: str) -> Path:
    """Build a wheel or an sdist of a source tree with the installed setuptools."""
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(out)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True, text=True, timeout=120)
    return next(out.glob("*.tar.gz" if kind == "sdist" else "*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, built from a copy of the checkout: what is in neither cannot be missed."""
    place = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT, place / "checkout", ignore=spared)
    with tarfile.open(built(place / "checkout", place / "sdist", "sdist")) as archive:
        archive.extractall(place / "unpacked", filter="data")
    return built(next((place / "unpacked").iterdir()), place / "wheel", "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; what it depends on is lent by the environment of the tests."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        str(wheel),
    ]
    subprocess.run(install, check=True, timeout=120)
    site = next(place.glob("lib/python*/site-packages"))
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return place


def run(place: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "OS_"))}
    return subprocess.run(
        [place / "bin" / "conformance", *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_every_file_of_specs_is_in_the_wheel_byte_for_byte(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.startswith("conformance/specs/")}
    wanted = {
        f"conformance/{path.relative_to(ROOT)}": path.read_bytes()
        for path in (ROOT / "specs").rglob("*")
        if path.is_file()
    }
    assert wanted == found


def test_every_file_of_the_package_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {
            name
            for name in archive.namelist()
            if ".dist-info/" not in name and not name.startswith("conformance/specs/")
        }
        listed = archive.read(next(name for name in archive.namelist() if name.endswith("RECORD"))).decode()
    package = ROOT / "conformance"
    wanted = {
        str(path.relative_to(ROOT)) for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted == names
    assert "conformance/specs/schemas/verdict.schema.json," in listed


def test_the_installed_command_has_its_own_contract(installed: Path, tmp_path: Path) -> None:
    code = "import conformance.contract.specs as specs; print(specs.__file__); print(specs.default_directory())"
    done = subprocess.run(
        [installed / "bin" / "python", "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [line.startswith(str(installed)) for line in done.stdout.splitlines()] == [True, True]
    assert run(installed, tmp_path, "requirements", "--format", "json").returncode == 0


def test_the_installed_command_is_conformant_from_an_empty_directory(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "run", "--profile", "smoke", "--out", "out", "--alluredir", "allure")
    assert (done.returncode, "".join(line for line in done.stderr.splitlines() if not line.startswith("case "))) == (
        0,
        "target    the embedded reference, no cloud",
    )
    assert {"exchanges.har", "index.html", "junit.xml", "report.sarif", "specs", "summary.md", "verdict.json"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert list((tmp_path / "allure").glob("*-result.json"))


def test_a_checkout_takes_its_own_specs() -> None:
    assert specs.default_directory() == (ROOT / "specs" / specs.EDITION)


def locked(name: str) -> dict[str, str]:
    """Release -> version of a lock file; every one has a hash."""
    entries = re.findall(
        r"^([a-z0-9-]+)==([^ ]+) .*?((?:\\\n +--hash=sha256:[0-9a-f]{64} ?)+)", (ROOT / name).read_text(), re.MULTILINE
    )
    wanted = re.findall(r"^[^ #\n][^=\n]*==", (ROOT / name).read_text(), re.MULTILINE)
    assert len(wanted) == len(entries)
    return {release: version for release, version, _ in entries}


def test_the_locks_hold_all_that_is_declared_in_versions_that_are_allowed() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    for lines, lock in ((declared["project"]["dependencies"], run), (declared["dependency-groups"]["dev"], dev)):
        for wanted in map(Requirement, lines):
            version = lock[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(version), (wanted.name, version)


def test_tests_run_with_the_releases_that_a_run_has() -> None:
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert run == {name: version for name, version in dev.items() if name in run}


def test_what_a_run_installs_has_no_tool_of_development() -> None:
    assert set() == {"mypy", "ruff", "deptry", "selenium", "pre-commit", "pytest-xdist", "pip-audit"} & set(
        locked("requirements.txt")
    )
