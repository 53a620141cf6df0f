"""The configuration of a cloud: clouds.yaml, secure.yaml, profiles and variables, read by openstack.config as the
openstack client reads them.

Rules
- What a file means is decided by openstack.config alone. Before it reads one, the file is looked at for what would
  otherwise end in an error of Python's: wrong types, no YAML, too much.
- Whatever openstack.config and keystoneauth1 raise while they read is a mistake in the configuration: one line that says
  what, where, and what to do.
- No message quotes the file: a password may stand next to any mistake. Secrets are learnt before anything is made of
  them.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import re
import ssl
import stat
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

import yaml

from conformance.model.errors import UsageError
from conformance.model.opening import content as content_of
from conformance.model.opening import is_file_or_directory
from conformance.target.sdk import CloudRegion, OpenStackConfig, loader, vendors
from conformance.target.secrets import REDACTED, Secrets

__all__ = ["Configuration", "learn_secrets", "line_of", "named_urls", "secret_values", "verification"]

for _name in ("keystoneauth", "openstack"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # what they warn of is said by our one line

_LARGEST, _MOST, _DEEPEST = 1024 * 1024, 100_000, 40
"""Bytes of a file, values in it when each alias is written out, and levels of nesting."""
_PATIENCE = 30.0
"""Seconds for reading the configuration of a cloud, which takes milliseconds unless its profile is a URL."""
_SECRET = re.compile(r"(^|_)(password|passcode|secret|token|assertion|pin)$")
"""Names whose values are secrets: password, application_credential_secret, client_secret, access_token ..."""
_SECTIONS = ("cache", "client", "metrics")
"""Members of a file, besides the clouds, that are maps."""
_PATHS = ("cacert", "cert", "key")
_TEXTS = re.compile(
    r"auth_url|user(name|_id|_domain_(name|id))|password|passcode|token|(project|tenant|domain)_(name|id)"
    r"|project_domain_(name|id)|application_credential_(id|name|secret)"
)
"""Members of `auth` that an identity service takes as texts."""
_BY_PASSWORD = frozenset({"password", "v2password", "v3password"})
"""Values of auth_type for a login by a password."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that openstack.config reads, and the clouds in it, under the member `section`."""

    path: str
    section: str
    content: Mapping[str, Any]

    @property
    def clouds(self) -> Mapping[str, Any]:
        """The clouds that it has."""
        clouds = self.content.get(self.section)
        return clouds if isinstance(clouds, Mapping) else {}


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
            self._config = _WithPipes(
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
            _check_cloud(source, chosen)
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

    def _source(self, variable: str | None, known: Sequence[str], section: str) -> _Source | None:
        """The first of these files that is there, as openstack.config takes it. One that cannot be opened is passed over,
        unless somebody named it."""
        named = os.environ.get(variable) if variable and self._environment else None
        for path in [*([named] if named else []), *known]:
            try:
                content = _content(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                if path == named:
                    raise UsageError(f"{path}, which {variable} names: {_said(error)}") from None
                self._passed_over.append(f"{path}: {_said(error)}")
                continue
            if content is None:
                return None
            if not isinstance(content, Mapping):
                raise UsageError(f"{path}: is {_kind(content)}; a map with the member {section} is due")
            for _, value in _secrets_in(content):
                self._secrets.learn(value, REDACTED)
            _check_file(path, content, section)
            return _Source(path, section, content)
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


def verification(region: CloudRegion, cacert: str | None, *, insecure: bool) -> tuple[bool | str, Any]:
    """How the certificates of a cloud are verified, and the certificate of our own: what requests takes as `verify` and
    `cert`. Raises UsageError."""
    about = f"cloud {region.name}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        verify, cert = region.get_requests_verify_args()
    if insecure:
        verify = False
    elif cacert:
        about, verify = "--os-cacert or OS_CACERT", cacert
    elif not isinstance(verify, bool | str):
        verify = True if verify is None else bool(verify)
    if isinstance(verify, str):
        _check_certificates(about, verify)
    if cert:
        _check_own_certificate(about, *((cert,) if isinstance(cert, str) else cert))
    return verify, cert


def _check_certificates(about: str, path: str) -> None:
    if not os.path.exists(path):
        raise UsageError(f"{about}: its CA file {path}: there is no such file")
    if not is_file_or_directory(path):
        raise UsageError(f"{about}: its CA file {path}: is no file, which is read more than once")
    try:
        where = {"capath": path} if os.path.isdir(path) else {"cafile": path}
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**where)
    except (OSError, ValueError):
        raise UsageError(f"{about}: its CA file {path} holds no certificates (PEM) that can be read") from None


def _check_own_certificate(about: str, cert: str, key: str | None = None) -> None:
    missing = next((path for path in (cert, key) if path and not os.path.exists(path)), None)
    if missing:
        raise UsageError(f"{about}: its client certificate or key {missing}: there is no such file")
    odd = next((path for path in (cert, key) if path and not is_file_or_directory(path)), None)
    if odd:
        raise UsageError(f"{about}: its client certificate or key {odd}: is no file, which is read more than once")
    try:
        # Without the callback OpenSSL would ask the terminal for the passphrase of a key that has one, and wait.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password=lambda: "")
    except (OSError, ValueError):
        raise UsageError(
            f"{about}: its client certificate {cert} and key {key or cert} are no pair (PEM, the key without a "
            "passphrase) that can be read"
        ) from None


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
    if depth > _DEEPEST or not isinstance(content, Mapping | list | tuple):
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


def _content(path: str) -> Any:
    """What a file holds; None when it is empty. A pipe, which can be read only once, is read when it is first met.

    Raises OSError and UsageError.
    """
    if path in _PIPED and stat.S_ISFIFO(os.stat(path).st_mode):
        return _PIPED[path]
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
    if mode.st_size > _LARGEST:
        raise UsageError(f"{path}: has {mode.st_size} bytes; a cloud configuration has at most {_LARGEST}")
    try:
        text = content_of(path).decode("utf-8")
        content = json.loads(text) if path.endswith("json") else yaml.safe_load(text)
    except OSError as error:
        if piped:  # openstack.config, to which it would be left, would wait for ever
            raise UsageError(f"{path}: {_said(error)}; give a file") from None
        raise
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: the cloud configuration is no {_format(path)}: {_wrong(error)}") from None
    if _is_large(content):
        raise UsageError(
            f"{path}: holds more than {_MOST} values when its aliases are written out, or is nested deeply"
        )
    if piped:
        _PIPED[path] = content
    return content


_PIPED: dict[str, Any] = {}
"""What the pipes held that were read: path -> content."""


class _WithPipes(OpenStackConfig):
    """openstack.config, which is given what a pipe held in place of the pipe."""

    def _load_yaml_json_file(self, filelist: list[str]) -> tuple[str, dict[str, Any]] | tuple[None, None]:
        first = next((path for path in filelist if os.path.exists(path)), None)
        if first is not None and first in _PIPED:
            return first, copy.deepcopy(_PIPED[first])
        found: tuple[str, dict[str, Any]] | tuple[None, None] = super()._load_yaml_json_file(filelist)
        return found


def _format(path: str) -> str:
    return "JSON" if path.endswith("json") else "YAML"


def _wrong(error: BaseException) -> str:
    """What is wrong with the form of a file, and where, without what is written there."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        problem = re.sub(r"(['\"]).{2,}\1", "...", error.problem or error.context or "", flags=re.DOTALL)
        return f"{place}{' '.join(problem.split())}; a value with a special character is put in quotes"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return type(error).__name__ if isinstance(error, ValueError) else "it holds characters that are not allowed"


def _is_large(content: Any) -> bool:
    """Whether a file holds too many values, an alias counted as often as it stands, or too many levels: one that holds
    itself has no end."""
    left, waiting = _MOST, [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        left -= 1 + len(items)
        if left < 0 or depth > _DEEPEST:
            return True
        waiting += ((item, depth + 1) for item in items)
    return False


def _check_file(path: str, content: Mapping[str, Any], section: str) -> None:
    for name in (section, *_SECTIONS):
        if name in content and not isinstance(content[name], Mapping):
            raise UsageError(f"{path}: {name} is {_kind(content[name])}; a map is due")


def _check_cloud(source: _Source, name: str | None) -> None:
    """Raise UsageError for a cloud of which some part is of a wrong type."""
    if name is None or name not in source.clouds:
        return
    cloud, where = source.clouds[name], f"{source.path}: {source.section}.{name}"
    if not isinstance(cloud, Mapping):
        raise UsageError(f"{where} is {_kind(cloud)}; a map with auth is due")
    auth = cloud.get("auth", {})
    if not isinstance(auth, Mapping):
        raise UsageError(f"{where}.auth is {_kind(auth)}; a map is due")
    for holder, place in ((cloud, where), (auth, f"{where}.auth")):
        for member, value in holder.items():
            text = _TEXTS.fullmatch(str(member)) or str(member).endswith(("_endpoint_override", "_api_version"))
            number = member == "auth_url" and isinstance(value, int | float)
            if (text or member in {"auth_type", "profile", *_PATHS}) and (number or not _is_text(value)):
                raise UsageError(
                    f"{place}.{member} is {_kind(value)}; a text is due (in quotes, when it looks like that)"
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


def _check_region(region: CloudRegion, about: str) -> None:
    """Raise UsageError for what makes a cloud of no use to us."""
    if not isinstance(region.region_name, str | None):
        raise UsageError(f"{about}: its region_name is {_kind(region.region_name)}; a text is due")
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


def _is_text(value: Any) -> bool:
    """Whether openstack.config takes a value as a text: it writes out numbers, and what is null is not there."""
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def _kind(value: Any) -> str:
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


def _said(error: OSError) -> str:
    return error.strerror or str(error)


def line_of(error: BaseException, secrets: Secrets) -> str:
    """What an error says, in one line of bounded length and without secrets."""
    return " ".join(secrets.line(str(error)).split())[:200] or type(error).__name__
