"""The lab's virtual environments: one per release, cached, whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conformance.model.errors import SuiteError, UsageError

__all__ = ["DEFAULT_RELEASE", "RELEASES", "VOLUMES", "cache_directory", "ensure_environment", "locked"]

Tell = Callable[[str], None]

DEFAULT_RELEASE = "33.0.0"
_OF_2023 = ("oslo.context<6", "oslo.middleware<6", "oslo.policy<4.4", "SQLAlchemy<2", "bcrypt<5")
"""What Glance 25 and 26 and their Keystone were made with; later versions dropped what they call, or changed a
default."""

RELEASES: Mapping[str, tuple[str, ...]] = {
    "33.0.0": ("glance==33.0.0", "keystone==30.0.0"),
    "32.0.0": ("glance==32.0.0", "keystone==29.0.0"),
    "31.0.0": ("glance==31.0.0", "keystone==28.0.0"),
    "28.0.0": ("glance==28.0.0", "keystone==25.0.0", "oslo.db<16", "oslo.utils<8", "oslo.context<6", "bcrypt<5"),
    "26.0.0": ("glance==26.0.0", "keystone==23.0.0", "oslo.db<13", "oslo.utils<7", *_OF_2023),
    "25.0.0": ("glance==25.0.0", "keystone==22.0.0", "oslo.db<13", "oslo.utils<7", *_OF_2023),
}
"""Glance's version -> what is installed for it. Each Keystone is of the same OpenStack release.

25.0.0 is the oldest that runs on Python 3.11: the database tool of 24 and before registers a command twice, which
argparse refuses.
"""

VOLUMES: Mapping[str, tuple[str, ...]] = {"33.0.0": ("cinder==29.0.0",)}
"""Glance's version -> what is installed for Cinder of the same OpenStack release, in an environment of its own."""

_ALWAYS = ("cheroot>=10", "setuptools<81")  # older releases still import pkg_resources


def cache_directory(environ: Mapping[str, str] | None = None) -> Path:
    """CONFORMANCE_LAB_HOME, else the user's cache directory (XDG Base Directory)."""
    env = os.environ if environ is None else environ
    if env.get("CONFORMANCE_LAB_HOME"):
        return Path(env["CONFORMANCE_LAB_HOME"])
    return Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "easystack-conformance" / "lab"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two commands do not build the same thing at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise UsageError(f"{path.parent}: cannot be written: {error.strerror}; set CONFORMANCE_LAB_HOME") from None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_environment(release: str, home: Path, progress: Tell, *, volume: bool = False) -> Path:
    """The Python of the release's environment, or of that for its Cinder, installed when it is not there or was
    interrupted.

    Raises UsageError for a release that is not known, SuiteError when pip fails (its log is named).
    """
    if release not in RELEASES:
        raise UsageError(f"lab: no release {release}; known are {', '.join(RELEASES)}")
    if not volume:
        what = f"Glance {release} and its Keystone"
        return _ensure(home / release / "venv", RELEASES[release], what, "half a minute", progress)
    if release not in VOLUMES:
        raise UsageError(f"lab: no Cinder for release {release}; there is one for {', '.join(VOLUMES)}")
    what = f"the Cinder of Glance {release}"
    return _ensure(home / release / "venv-volume", VOLUMES[release], what, "two minutes", progress)


def _ensure(place: Path, requirements: tuple[str, ...], what: str, time: str, progress: Tell) -> Path:
    python = place / "bin" / "python"
    # Written last: an environment without it is half an environment.
    marker = place / "complete"
    wanted = " ".join((*requirements, *_ALWAYS, sys.version.split()[0]))
    if marker.exists() and marker.read_text() == wanted and python.exists():
        return python
    progress(f"installing {what} from PyPI (once, about {time})")
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    log = place.parent / f"install{place.name.removeprefix('venv')}.log"
    with log.open("wb") as out:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, *requirements, *_ALWAYS], stdout=out, stderr=out, check=False)
    if done.returncode:
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise SuiteError(f"lab: pip could not install {what}: {last[0][:200]} (log: {log})")
    marker.write_text(wanted)
    return python
