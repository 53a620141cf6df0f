"""Which target a run is for: a cloud that somebody named, or the embedded reference.

Rules
- An option wins over a variable, and OS_CLOUD over a login in variables, as for the openstack client.
- What is there but empty (a variable of a pipeline that was never filled) is a mistake and never taken for "no cloud".
- A login in variables is whole or a mistake: half of one must not lead to another target than the one that was meant.
- Where `CI` is set nobody reads which target was chosen, so that the embedded reference has to be asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from conformance.model.errors import UsageError
from conformance.target.cloud import Settings

__all__ = ["names_cloud"]

_OPTIONS = {
    "--os-cloud": "cloud",
    "--other-cloud": "other_cloud",
    "--os-region-name": "region",
    "--os-interface": "interface",
    "--os-cacert": "cacert",
}
"""Option -> the setting that holds it."""
_NAMING = ("OS_CLOUD", "OS_CLIENT_CONFIG_FILE")
_USERS = ("OS_USERNAME", "OS_USER_ID")
_APPLICATIONS = ("OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME")
_LOGIN = (
    "OS_AUTH_URL",
    "OS_AUTH_TYPE",
    *_USERS,
    "OS_PASSWORD",
    "OS_TOKEN",
    *_APPLICATIONS,
    "OS_APPLICATION_CREDENTIAL_SECRET",
    "OS_PROJECT_NAME",
    "OS_PROJECT_ID",
)
"""Variables that only somebody sets who means a cloud."""
_OF_USERS = frozenset({"", "password", "v2password", "v3password"})
"""Values of OS_AUTH_TYPE for a login by name and password, which is also meant without one."""


def names_cloud(settings: Settings, environ: Mapping[str, str] | None = None) -> bool:
    """Whether the run is for a cloud; False for the embedded reference.

    Raises UsageError when what is named is empty or half of a login, when a cloud is named beside `--reference`, and
    where `CI` is set when neither is.
    """
    env = os.environ if environ is None else environ
    for option, member in _OPTIONS.items():
        value = getattr(settings, member)
        if value is not None and not value.strip():
            raise UsageError(f"{option} '': the value is empty; give one, or leave the option out")
    if settings.reference:
        named = next(
            (option for option in ("--os-cloud", "--other-cloud") if getattr(settings, _OPTIONS[option])), None
        )
        if named:
            raise UsageError(f"--reference and {named}: the embedded reference is no cloud; give one of the two")
        return False
    if settings.cloud is not None:
        return True
    for name in _NAMING:
        if name in env and not env[name].strip():
            raise UsageError(f"{name} is set but empty, so it names no cloud; fill it, give --os-cloud, or unset it")
    if env.get("OS_CLOUD"):
        return True
    if any(name in env for name in _LOGIN):
        lacking = next(_lacking(env), None)
        if lacking is not None:
            there = ", ".join(name for name in _LOGIN if env.get(name)) or "nothing"
            raise UsageError(
                f"the OS_* variables are half of a login: {lacking} ({there} set); "
                "complete them, name a cloud with --os-cloud or OS_CLOUD, or unset them"
            )
        return True
    if settings.other_cloud is not None or env.get("OS_CLIENT_CONFIG_FILE"):
        return True
    if _in_pipeline(env):
        raise UsageError(
            "no cloud is named, and CI is set: give --os-cloud NAME or set OS_CLOUD; "
            "--reference runs against the embedded reference on purpose"
        )
    return False


def _lacking(env: Mapping[str, str]) -> Iterator[str]:
    """What a login in variables lacks, in words."""

    def without(*names: str) -> Iterator[str]:
        if not any(env.get(name) for name in names):
            how = "is empty" if any(name in env for name in names) else "is not set"
            yield f"{' or '.join(names)} {how}"

    yield from without("OS_AUTH_URL")
    if env.get("OS_AUTH_TYPE", "") not in _OF_USERS or env.get("OS_TOKEN"):
        return  # keystoneauth1 knows what the other kinds of login need
    if any(env.get(name) for name in _APPLICATIONS):
        yield from without("OS_APPLICATION_CREDENTIAL_SECRET")
        return
    yield from without(*_USERS)
    yield from without("OS_PASSWORD")


def _in_pipeline(env: Mapping[str, str]) -> bool:
    return env.get("CI", "").strip().lower() not in {"", "0", "false", "no"}
