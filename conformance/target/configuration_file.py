"""A file of the configuration of a cloud: read within bounds, and looked at for what openstack.config would end in an
error of Python's on.

No message quotes the file: a password may stand next to any mistake.
"""

from __future__ import annotations

import copy
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from conformance.model.errors import UsageError
from conformance.model.opening import content as bytes_of
from conformance.target.malformation import OF_A_TAG, malformation
from conformance.target.sdk import OpenStackConfig

__all__ = [
    "DEEPEST",
    "ConfigurationFile",
    "ConfigurationWithPipes",
    "check_cloud",
    "check_file",
    "content_of",
    "in_words",
    "reason_of",
]

LARGEST, MOST, DEEPEST = 1024 * 1024, 100_000, 40
"""Bytes of a file, values in it when each alias is written out, and levels of nesting."""
SECTIONS = ("cache", "client", "metrics")
"""Members of a file, besides the clouds, that are maps."""
PATHS = ("cacert", "cert", "key")
TEXTS = re.compile(
    r"auth_url|user(name|_id|_domain_(name|id))|password|passcode|token|(project|tenant|domain)_(name|id)"
    r"|project_domain_(name|id)|application_credential_(id|name|secret)"
)
"""Members of `auth` that an identity service takes as texts."""


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """A file that openstack.config reads, and the clouds in it, under the member `section`."""

    path: str
    section: str
    content: Mapping[str, Any]

    @property
    def clouds(self) -> Mapping[str, Any]:
        """The clouds that it has."""
        clouds = self.content.get(self.section)
        return clouds if isinstance(clouds, Mapping) else {}


def check_cloud(source: ConfigurationFile, name: str | None) -> None:
    """Raise UsageError for a cloud of which some part is of a wrong type."""
    if name is None or name not in source.clouds:
        return
    cloud, where = source.clouds[name], f"{source.path}: {source.section}.{name}"
    if not isinstance(cloud, Mapping):
        raise UsageError(f"{where} is {in_words(cloud)}; a map with auth is due")
    auth = cloud.get("auth", {})
    if not isinstance(auth, Mapping):
        raise UsageError(f"{where}.auth is {in_words(auth)}; a map is due")
    for holder, place in ((cloud, where), (auth, f"{where}.auth")):
        for member, value in holder.items():
            text = TEXTS.fullmatch(str(member)) or str(member).endswith(("_endpoint_override", "_api_version"))
            number = member == "auth_url" and isinstance(value, int | float)
            if (text or member in {"auth_type", "profile", *PATHS}) and (number or not _is_text(value)):
                raise UsageError(
                    f"{place}.{member} is {in_words(value)}; a text is due (in quotes, when it looks like that)"
                )
    regions = cloud.get("regions", [])
    if not isinstance(regions, list) or not all(
        isinstance(item, str)
        or (
            isinstance(item, Mapping)
            and isinstance(item.get("name"), str)
            and isinstance(item.get("values", {}), Mapping)
        )
        for item in regions
    ):
        raise UsageError(f"{where}.regions: a list is due, of names or of maps with name and values")


def check_file(path: str, content: Mapping[str, Any], section: str) -> None:
    """Raise UsageError for a file that has something else where a map is due."""
    for name in (section, *SECTIONS):
        if name in content and not isinstance(content[name], Mapping):
            raise UsageError(f"{path}: {name} is {in_words(content[name])}; a map is due")


def _is_text(value: Any) -> bool:
    """Whether openstack.config takes a value as a text: it writes out numbers, and what is null is not there."""
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def content_of(path: str) -> Any:
    """What a file holds; None when it is empty. A pipe, which can be read only once, is read when it is first met.

    Raises OSError and UsageError.
    """
    if path in PIPED and stat.S_ISFIFO(os.stat(path).st_mode):
        return PIPED[path]
    try:
        mode = os.stat(path)
    except ValueError:
        raise UsageError(f"{path!r}: is no name of a file") from None
    if stat.S_ISDIR(mode.st_mode):
        raise IsADirectoryError("is a directory")
    if path == os.devnull:
        return None
    piped = stat.S_ISFIFO(mode.st_mode)
    if not stat.S_ISREG(mode.st_mode) and not piped:
        raise UsageError(f"{path}: is no file that a configuration can be read from")
    if mode.st_size > LARGEST:
        raise UsageError(f"{path}: has {mode.st_size} bytes; a cloud configuration has at most {LARGEST}")
    try:
        text = bytes_of(path).decode("utf-8")
        content = json.loads(text) if path.endswith("json") else yaml.safe_load(text)
    except OSError as error:
        if piped:  # openstack.config, to which it would be left, would wait for ever
            raise UsageError(f"{path}: {reason_of(error)}; give a file") from None
        raise
    except (*OF_A_TAG, ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: the cloud configuration is no {_format(path)}: {malformation(error)}") from None
    if _is_large(content):
        raise UsageError(f"{path}: holds more than {MOST} values when its aliases are written out, or is nested deeply")
    if piped:
        PIPED[path] = content
    return content


PIPED: dict[str, Any] = {}
"""What the pipes held that were read: path -> content."""


class ConfigurationWithPipes(OpenStackConfig):
    """openstack.config, which is given what a pipe held in place of the pipe."""

    def _load_yaml_json_file(self, filelist: list[str]) -> tuple[str, dict[str, Any]] | tuple[None, None]:
        first = next((path for path in filelist if os.path.exists(path)), None)
        if first is not None and first in PIPED:
            return first, copy.deepcopy(PIPED[first])
        found: tuple[str, dict[str, Any]] | tuple[None, None] = super()._load_yaml_json_file(filelist)
        return found


def _format(path: str) -> str:
    return "JSON" if path.endswith("json") else "YAML"


def _is_large(content: Any) -> bool:
    """Whether a file holds too many values, an alias counted as often as it stands, or too many levels: one that holds
    itself has no end."""
    left, waiting = MOST, [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        left -= 1 + len(items)
        if left < 0 or depth > DEEPEST:
            return True
        waiting += ((item, depth + 1) for item in items)
    return False


def in_words(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    named = {str: "a text", int: "a number", float: "a number", bytes: "binary data"}
    return (
        "a map"
        if isinstance(value, Mapping)
        else "a list"
        if isinstance(value, list)
        else named.get(type(value), "a date")
    )


def reason_of(error: OSError) -> str:
    """Why a file cannot be opened, as the system says it."""
    return error.strerror or str(error)
