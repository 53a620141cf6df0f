"""Where the cloud is and who we are: found exactly as the openstack client finds it.

Rules
- clouds.yaml, OS_CLOUD, OS_CLIENT_CONFIG_FILE and OS_* are read by openstack.config, tokens are fetched by
  keystoneauth1.
- Every exchange of the login goes through the sender that the caller puts before our transport, so that the limits hold
  and the same checks judge it.
- Where a service is comes from the catalogue in the token and is never guessed (document lines 167-179).
- No message holds a password or a token.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from keystoneauth1 import exceptions as ks
from keystoneauth1.access import AccessInfo
from openstack.config import OpenStackConfig, loader
from openstack.config.cloud_region import CloudRegion
from openstack.exceptions import ConfigException
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conformance.model.contract import Operation
from conformance.model.errors import (
    NoService,
    NotACloud,
    SuiteError,
    UsageError,
)
from conformance.target.login import Actor, Login, line_of, log_in
from conformance.target.transport import Sender, Transport, TransportLimits, origin_of

__all__ = ["Actor", "Settings", "Target", "Wanted", "open_target"]

Door = Callable[[Transport], Sender]
"""Puts a sender before the transport of a target: what the login sends goes through it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to find the cloud. None leaves a value to the configuration that openstack.config reads.

    `reference` chooses the embedded reference, which is no cloud: its own configuration is read, and no variable.
    """

    cloud: str | None = None
    region: str | None = None
    interface: str | None = None
    other_cloud: str | None = None
    reference: bool = False
    cacert: str | None = None
    insecure: bool = False
    config_files: tuple[str, ...] = ()
    limits: TransportLimits = field(default_factory=TransportLimits)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a target must have: the services, each with the types under which a catalogue lists it, and who gives
    tokens.

    A service without a type is where we log in. `token` is the operation of the contract that gives tokens, None
    without one.
    """

    services: Mapping[str, Sequence[str]]
    token: Operation | None = None


@dataclass(frozen=True)
class Target:
    """A cloud that answered: where its services are, and the actors. `urls` end without a slash and without the
    version."""

    name: str
    region: str
    urls: Mapping[str, str]
    actors: Mapping[str, Actor]
    transport: Transport

    def url(self, service: str) -> str:
        """Where a service is. Raises SuiteError for one that was not asked for when the target was opened."""
        try:
            return self.urls[service]
        except KeyError:
            raise SuiteError(f"nobody asked the target where its service {service} is") from None

    @property
    def main(self) -> Actor:
        """The actor whose credentials the run was given."""
        return self.actors["main"]


def open_target(settings: Settings, wanted: Wanted, door: Door) -> Target:
    """Log in and find the services.

    Raises UsageError (configuration), TargetUnreachable, LoginRefused, NoService or NotACloud, each one line.
    """
    region = _region(settings, settings.cloud)
    verify, cert = _verification(region, settings)
    transport = Transport(limits=settings.limits, verify=verify, cert=cert)
    login = Login(transport, door(transport), wanted.token)
    main, access = log_in(region, "main", login)
    here = _without_version(str(region.config["auth"]["auth_url"]))
    urls = {name: _endpoint(access, region, name, types) if types else here for name, types in wanted.services.items()}
    actors = {"main": main}
    if settings.other_cloud:
        actors["other"], _ = log_in(_region(settings, settings.other_cloud), "other", login)
        if actors["other"].project_id == main.project_id:
            raise UsageError(
                f"--other-cloud {settings.other_cloud}: is the same project as the first; "
                "isolation needs a second project"
            )
    transport.origins |= {origin_of(url) for url in urls.values()}
    return Target(
        name=region.name or "envvars",
        region=region.region_name or "",
        urls=urls,
        actors=actors,
        transport=transport,
    )


def _region(settings: Settings, cloud: str | None) -> CloudRegion:
    overrides: dict[str, Any] = {}
    if settings.region:
        overrides["region_name"] = settings.region
    if settings.interface:
        overrides["interface"] = settings.interface
    try:
        config = OpenStackConfig(config_files=list(settings.config_files) or None, load_envvars=not settings.reference)
    except (ConfigException, OSError) as error:
        raise UsageError(f"the cloud configuration cannot be read: {line_of(error)}") from None
    if not settings.reference:
        _all_readable(settings)
    wanted = cloud or os.environ.get("OS_CLOUD")
    if wanted and wanted not in config.get_cloud_names():
        known = ", ".join(sorted(config.get_cloud_names())) or "none"
        where = config.config_filename or _nowhere()
        raise UsageError(f"cloud {wanted}: not in the configuration ({where}); known clouds: {known}")
    try:
        region = config.get_one(cloud=cloud, **overrides)
    except (ConfigException, ks.ClientException) as error:
        names = ", ".join(sorted(name for name in config.get_cloud_names() if name != "defaults"))
        if not wanted and names and not os.environ.get("OS_AUTH_URL"):
            raise UsageError(f"no cloud was named: give --os-cloud or set OS_CLOUD; known clouds: {names}") from None
        raise UsageError(f"cloud {wanted or 'from the environment'}: {line_of(error)}") from None
    if not region.config.get("auth", {}).get("auth_url"):
        raise UsageError(
            f"cloud {wanted or 'from the environment'}: has no auth_url; set it in clouds.yaml or OS_AUTH_URL"
        )
    return region


def _all_readable(settings: Settings) -> None:
    """Raise UsageError for a configuration that is no YAML: openstack.config passes over it, up to the first that it
    can read."""
    reader = YAML(typ="safe", pure=True)
    reader.version, reader.allow_duplicate_keys = (1, 1), True  # as openstack.config reads it
    for variable, known in (
        ("OS_CLIENT_CONFIG_FILE", settings.config_files or loader.CONFIG_FILES),
        ("OS_CLIENT_SECURE_FILE", loader.SECURE_FILES),
    ):
        named = os.environ.get(variable)
        for path in [*([named] if named and known is not settings.config_files else []), *known]:
            try:
                with open(path, encoding="utf-8") as file:
                    reader.load(file)
                break
            except OSError:
                continue
            except (ValueError, YAMLError) as error:
                raise UsageError(f"{path}: the cloud configuration is no YAML: {line_of(error)}") from None


def _nowhere() -> str:
    named = os.environ.get("OS_CLIENT_CONFIG_FILE")
    return f"{named}, which OS_CLIENT_CONFIG_FILE names, is not there" if named else "no clouds.yaml found"


def _verification(region: CloudRegion, settings: Settings) -> tuple[bool | str, Any]:
    verify, cert = region.get_requests_verify_args()
    verify = True if verify is None else verify
    if settings.insecure:
        return False, cert
    if settings.cacert:
        if not os.path.exists(settings.cacert):
            raise UsageError(f"--os-cacert {settings.cacert}: there is no such file")
        return settings.cacert, cert
    if isinstance(verify, str) and not os.path.exists(verify):
        raise UsageError(f"cloud {region.name}: its cacert {verify} does not exist")
    return verify, cert


def _endpoint(access: AccessInfo, region: CloudRegion, service: str, types: Sequence[str]) -> str:
    """Where a service is: the first of these types that the catalogue of the token lists."""
    catalogue = access.service_catalog
    interface = region.config.get("interface") or "public"
    url = None
    try:
        for name in types:
            try:
                url = url or catalogue.url_for(
                    service_type=name, interface=interface, region_name=region.region_name or None
                )
            except ks.EndpointNotFound:
                continue
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise NotACloud(
            f"cloud {region.name}: an entry of its catalogue is no HTTP URL or no service: {line_of(error)}"
        ) from None
    if not url:
        services = sorted({str(item.get("type")) for item in catalogue.catalog or () if isinstance(item, dict)})
        where = f"interface {interface}" + (f", region {region.region_name}" if region.region_name else "")
        raise NoService(
            f"cloud {region.name}: its catalogue has no {service} service ({where}); "
            f"it has: {', '.join(services) or 'nothing'}"
        )
    try:
        parts = urlsplit(str(url))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise NotACloud(
            f"cloud {region.name}: its catalogue gives {line_of(ValueError(url))} for the {service} service; "
            "that is no HTTP URL"
        )
    return _without_version(str(url))


def _without_version(url: str) -> str:
    trimmed = url.rstrip("/")
    head, _, last = trimmed.rpartition("/")
    return head if last[:1] == "v" and last[1:].replace(".", "").isdigit() else trimmed
