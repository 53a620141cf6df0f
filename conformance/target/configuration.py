"""The configuration of a cloud: clouds.yaml, secure.yaml, profiles and variables, read by openstack.config as the
openstack client reads them.

Rules
- What a file means is decided by openstack.config alone. Before it reads one, the file is looked at
  (configuration_file.py).
- Whatever openstack.config and keystoneauth1 raise while they read is a mistake in the configuration: one line that says
  what, where, and what to do.
- No message quotes the file: a password may stand next to any mistake. Secrets are learnt before anything is made of
  them.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from conformance.model.errors import UsageError
from conformance.target.configuration_file import (
    DEEPEST,
    ConfigurationFile,
    ConfigurationWithPipes,
    check_cloud,
    check_file,
    content_of,
    in_words,
    reason_of,
)
from conformance.target.sdk import CloudRegion, loader, vendors
from conformance.target.secrets import REDACTED, Secrets

__all__ = ["Configuration", "learn_secrets", "line_of", "named_urls", "secret_values"]

for _name in ("keystoneauth", "openstack"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # what they warn of is said by our one line

_PATIENCE = 30.0
"""Seconds for reading the configuration of a cloud, which takes milliseconds unless its profile is a URL."""
_SECRET = re.compile(r"(^|_)(password|passcode|secret|token|assertion|pin)$")
"""Names whose values are secrets: password, application_credential_secret, client_secret, access_token ..."""
_BY_PASSWORD = frozenset({"password", "v2password", "v3password"})
"""Values of auth_type for a login by a password."""


class Configuration:
    """The configuration of this machine, from which clouds are taken by name.

    `files` are read in place of the known ones; without `environment` neither variables nor other files count. Secrets
    are learnt as they are read. Raises UsageError.
    """

    def __init__(self, secrets: Secrets, files: Sequence[str] = (), *, environment: bool = True) -> None:
        self._secrets = secrets
        self._environment = environment
        self._passed_over: list[str] = []
        if environment:
            _learn_variables(secrets)
        self._clouds = self._source("OS_CLIENT_CONFIG_FILE", files or loader.CONFIG_FILES, "clouds")
        secure = self._source("OS_CLIENT_SECURE_FILE", loader.SECURE_FILES if environment else (), "clouds")
        public = self._source(None, loader.VENDOR_FILES if environment else (), "public-clouds")
        self._sources = [item for item in (self._clouds, secure, public) if item is not None]
        with _mistakes(secrets, "the cloud configuration"):
            self._config = ConfigurationWithPipes(
                config_files=list(files) or None,
                secure_files=None if environment else [],
                vendor_files=None if environment else [],
                load_envvars=environment,
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The clouds that it has."""
        return tuple(sorted(str(name) for name in self._config.get_cloud_names() if name != "defaults"))

    def cloud(self, name: str | None, overrides: Mapping[str, Any]) -> CloudRegion:
        """A cloud with its region; None takes the one that OS_CLOUD names, or the only one. Raises UsageError."""
        wanted = name or (os.environ.get("OS_CLOUD") if self._environment else None)
        known = ", ".join(self.names)
        if wanted and wanted not in self._config.get_cloud_names():
            where, known = self._where, known or "none"
            raise UsageError(f"cloud {wanted}: not in the configuration ({where}); known clouds: {known}")
        chosen = wanted or self._config.default_cloud
        if not chosen and known and not os.environ.get("OS_AUTH_URL"):
            raise UsageError(f"no cloud was named: give --os-cloud or set OS_CLOUD; known clouds: {known}")
        for source in self._sources:
            check_cloud(source, chosen)
        about = f"cloud {wanted or 'from the environment'}{self._unknown_profile(chosen)}"
        with _mistakes(self._secrets, about):
            region = _in_time(partial(self._config.get_one, cloud=name, **overrides), about)
            _check_region(region, about)
        return region

    def _unknown_profile(self, name: str | None) -> str:
        """That the profile of a cloud is not known, as a hint for a mistake in it; openstack.config goes on without."""
        cloud = self._clouds.clouds.get(name or "") if self._clouds is not None else None
        profile = cloud.get("profile", cloud.get("cloud")) if isinstance(cloud, Mapping) else None
        public = {name for item in self._sources if item.section == "public-clouds" for name in item.clouds}
        unknown = profile and "/" not in str(profile) and str(profile) not in {*public, *vendors.profiles()}
        return f" (its profile {profile} is not known)" if unknown else ""

    @property
    def _where(self) -> str:
        if self._clouds is not None:
            return self._clouds.path
        named = os.environ.get("OS_CLIENT_CONFIG_FILE") if self._environment else None
        if named:
            return f"{named}, which OS_CLIENT_CONFIG_FILE names, is not there"
        return "; ".join(self._passed_over) or "no clouds.yaml found"

    def _source(self, variable: str | None, known: Sequence[str], section: str) -> ConfigurationFile | None:
        """The first of these files that is there, as openstack.config takes it. One that cannot be opened is passed over,
        unless somebody named it."""
        named = os.environ.get(variable) if variable and self._environment else None
        for path in [*([named] if named else []), *known]:
            try:
                content = content_of(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                if path == named:
                    raise UsageError(f"{path}, which {variable} names: {reason_of(error)}") from None
                self._passed_over.append(f"{path}: {reason_of(error)}")
                continue
            if content is None:
                return None
            if not isinstance(content, Mapping):
                raise UsageError(f"{path}: is {in_words(content)}; a map with the member {section} is due")
            for _, value in _secrets_in(content):
                self._secrets.learn(value, REDACTED)
            check_file(path, content, section)
            return ConfigurationFile(path, section, content)
        return None


def learn_secrets(secrets: Secrets, region: CloudRegion, suffix: str = "") -> None:
    """Learn the secrets of a cloud, shown as variables such as $OS_PASSWORD with this suffix, and which of its words are
    none: names are shown even where a password is the same."""
    auth = region.config["auth"]
    for name, value in _secrets_in(region.config):
        secrets.learn(value, f"$OS_{name.upper()}{suffix}")
    secrets.name(*(str(value) for name, value in auth.items() if not _SECRET.search(str(name))))
    secrets.name(region.name or "", region.region_name or "")


def named_urls(region: CloudRegion) -> Iterator[str]:
    """The addresses that the configuration of a cloud names: of the identity service, of providers of identities, of
    services. Raises nothing; what is no HTTP URL is none."""
    values = [*region.config.values(), *region.config["auth"].values()]
    for value in values:
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            with suppress(ValueError):
                _ = urlsplit(value).port
                yield value


def secret_values(region: CloudRegion) -> tuple[str, ...]:
    """The secrets that a login to the cloud takes, the password first."""
    auth = region.config["auth"]
    order = sorted(auth, key=lambda name: name != "password")
    return tuple(str(auth[name]) for name in order if _SECRET.search(str(name)) and auth[name])


def _learn_variables(secrets: Secrets) -> None:
    """Learn the secrets of the environment: of OS_* variables, and passwords of proxies."""
    for name, value in os.environ.items():
        if name.startswith("OS_") and _SECRET.search(name.lower()):
            secrets.learn(value, REDACTED)
    for url in getproxies().values():
        try:
            password = urlsplit(url if "://" in url else f"//{url}").password
        except ValueError:
            continue
        for value in (password, unquote(password)) if password else ():
            secrets.learn(value, "$PROXY_PASSWORD")


def _secrets_in(content: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The secrets in a configuration: name of the member, and value."""
    if depth > DEEPEST or not isinstance(content, Mapping | list | tuple):
        return
    for name, value in content.items() if isinstance(content, Mapping) else enumerate(content):
        if isinstance(value, Mapping | list | tuple):
            yield from _secrets_in(value, depth + 1)
        elif value is not None and not isinstance(value, bool) and _SECRET.search(_member(name)):
            yield _member(name), str(value)


def _member(name: Any) -> str:
    return str(name).replace("-", "_").lower()


def _in_time(read: Callable[[], CloudRegion], about: str) -> CloudRegion:
    """What `read` returns or raises. openstack.config fetches a profile that is a URL, and bounds that by silence alone.
    Raises UsageError when it takes too long."""
    results: list[CloudRegion | BaseException] = []

    def reading() -> None:
        try:
            results.append(read())
        except BaseException as error:  # raised below, where somebody is who can take it
            results.append(error)

    thread = threading.Thread(target=reading, daemon=True, name="conformance-configuration")
    thread.start()
    thread.join(_PATIENCE)
    if not results:
        raise UsageError(f"{about}: its profile cannot be fetched within {_PATIENCE:g} s")
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


@contextmanager
def _mistakes(secrets: Secrets, about: str) -> Iterator[None]:
    """Take what openstack.config and keystoneauth1 raise as a mistake in what they read: they check little of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UsageError:
        raise
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{about}: is not of the form that openstack.config reads ({type(error).__name__}: "
            f"{line_of(error, secrets)}); compare it with the examples of openstacksdk"
        ) from None
    except Exception as error:  # of the configuration: nothing but reading it happens here
        raise UsageError(f"{about}: {line_of(error, secrets)}") from None


def _check_region(region: CloudRegion, about: str) -> None:
    """Raise UsageError for what makes a cloud of no use to us."""
    if not isinstance(region.region_name, str | None):
        raise UsageError(f"{about}: its region_name is {in_words(region.region_name)}; a text is due")
    region.get_interface()
    auth = region.config.get("auth")
    url = auth.get("auth_url") if isinstance(auth, Mapping) else None
    if not url:
        raise UsageError(f"{about}: has no auth_url; set it in clouds.yaml or OS_AUTH_URL")
    try:
        parts = urlsplit(str(url))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{about}: its auth_url is no HTTP URL")
    if "@" in parts.netloc:
        raise UsageError(f"{about}: its auth_url holds a user or password; they belong into auth")
    if isinstance(auth, Mapping) and region.config.get("auth_type") in _BY_PASSWORD and auth.get("password") is None:
        raise UsageError(f"{about}: has no password; set it in clouds.yaml, secure.yaml or OS_PASSWORD")


def line_of(error: BaseException, secrets: Secrets) -> str:
    """What an error says, in one line of bounded length and without secrets."""
    return " ".join(secrets.line(str(error)).split())[:200] or type(error).__name__
