"""Where the cloud is and who we are: found exactly as the openstack client finds it.

Rules
- clouds.yaml, OS_CLOUD, OS_CLIENT_CONFIG_FILE and OS_* are read by openstack.config (configuration.py), tokens are
  fetched by keystoneauth1 (login.py).
- Secrets are learnt before the first request goes out: what refuses a login may say the password.
- Every exchange of the login goes through the sender that the caller puts before our transport, so that the limits hold
  and the same checks judge it.
- Where a service is comes from the configuration or the catalogue in the token (catalogue.py) and is never guessed.
- No message holds a password or a token.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.model.contract import Operation
from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import ConformanceError, SuiteError, UsageError
from conformance.target.catalogue import endpoint, with_project
from conformance.target.certificates import verification
from conformance.target.configuration import Configuration, learn_secrets
from conformance.target.login import Actor, Login, log_in
from conformance.target.sdk import CloudRegion
from conformance.target.secrets import Secrets
from conformance.target.transport import Sender, Transport, TransportLimits, origin_of

__all__ = ["Actor", "Settings", "Target", "Wanted", "check_configuration", "open_target"]

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
    without one. `versions` are the major versions of the services in the contract, "" where it names none; `paths` those
    of its operations.
    """

    services: Mapping[str, Sequence[str]]
    token: Operation | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A cloud that answered: where its services are, and the actors. `urls` end without a slash and without
    what the paths of the contract begin with."""

    name: str
    region: str
    urls: Mapping[str, str]
    actors: Mapping[str, Actor]
    transport: Transport

    def url(self, service: str, actor: str = "main") -> str:
        """Where a service is for an actor, whose project an address may hold. Raises SuiteError for a service that was not
        asked for when the target was opened."""
        try:
            url = self.urls[service]
        except KeyError:
            raise SuiteError(f"nobody asked the target where its service {service} is") from None
        if actor == "main" or actor not in self.actors:
            return url
        return with_project(url, self.main.project_id, self.actors[actor].project_id)

    @property
    def unverified(self) -> bool:
        """Whether a service is asked over TLS and nobody looks whose certificate it shows."""
        return not self.transport.verifies and any(url.startswith("https:") for url in self.urls.values())

    @property
    def main(self) -> Actor:
        """The actor whose credentials the run was given."""
        return self.actors["main"]


def open_target(
    settings: Settings, wanted: Wanted, door: Door, deadline: Deadline = NEVER, secrets: Secrets | None = None
) -> Target:
    """Log in and find the services. `deadline` is that of the transport. The secrets of the configuration and the tokens
    are learnt as they are met.

    Raises UsageError (configuration), TargetUnreachable, TimeOver, LoginRefused, NoService or NotACloud, each one line without
    secrets.
    """
    secrets = secrets if secrets is not None else Secrets()
    try:
        return _opened(settings, wanted, door, deadline, secrets)
    except ConformanceError as error:
        error.args = (secrets.line(str(error)),)
        raise


def check_configuration(settings: Settings) -> None:
    """Find out what can be known of a cloud before anything is sent to it. Raises UsageError, without secrets."""
    secrets = Secrets()
    try:
        _configured(settings, secrets)
    except ConformanceError as error:
        error.args = (secrets.line(str(error)),)
        raise


def _configured(settings: Settings, secrets: Secrets) -> tuple[CloudRegion, CloudRegion | None, bool | str, Any]:
    """The cloud, that of the second project, and how certificates are verified and shown.

    As for the openstack client an option is also given by its variable (osc_lib.shell), whether a cloud is named or not.
    """
    configuration = Configuration(secrets, settings.config_files, environment=not settings.reference)
    variables: Mapping[str, str] = {} if settings.reference else os.environ
    given = {
        "region_name": settings.region or variables.get("OS_REGION_NAME"),
        "interface": settings.interface or variables.get("OS_INTERFACE"),
        "cert": variables.get("OS_CERT"),
        "key": variables.get("OS_KEY"),
    }
    overrides = {name: value for name, value in given.items() if value}
    region = configuration.cloud(settings.cloud, overrides)
    learn_secrets(secrets, region)
    other = configuration.cloud(settings.other_cloud, overrides) if settings.other_cloud else None
    if other is not None:
        learn_secrets(secrets, other, "_OTHER")
    cacert = settings.cacert or variables.get("OS_CACERT")
    verify, cert = verification(region, cacert, insecure=settings.insecure)
    return region, other, verify, cert


def _opened(settings: Settings, wanted: Wanted, door: Door, deadline: Deadline, secrets: Secrets) -> Target:
    region, other, verify, cert = _configured(settings, secrets)
    for item in filter(None, (region, other)):
        _check_versions(item, wanted)
    transport = Transport(limits=settings.limits, verify=verify, cert=cert, deadline=deadline)
    try:
        return _logged_in(settings, wanted, region, other, Login(transport, door(transport), wanted.token, secrets))
    except BaseException:
        transport.close()
        raise


def _check_versions(region: CloudRegion, wanted: Wanted) -> None:
    """Raise UsageError when the configuration asks for a version of a service that the contract is not of: what would be
    judged is another one than is meant."""
    for service, types in wanted.services.items():
        due, asked = wanted.versions.get(service), _version(region, types)
        if due and asked and asked != due:
            name = f"{types[0].replace('-', '_')}_api_version"
            raise UsageError(
                f"cloud {region.name}: {name} is {asked}, and only version {due} of the {service} service is "
                "judged; set it to that, or leave it out"
            )


def _version(region: CloudRegion, types: Sequence[str]) -> str | None:
    """The major version that the configuration asks for; None for none, and for what openstack.config takes for none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `latest`, which means nothing to it
        try:
            return str(int(float(region.get_api_version(types[0]) or ""))) if types else None
        except (TypeError, ValueError, OverflowError):
            return None


def _logged_in(
    settings: Settings, wanted: Wanted, region: CloudRegion, other: CloudRegion | None, login: Login
) -> Target:
    main, access = log_in(region, "main", login)
    urls = {
        name: endpoint(access, region, name, types, login.secrets, wanted.paths.get(name, ()))
        for name, types in wanted.services.items()
    }
    actors = {"main": main}
    if other is not None:
        actors["other"], _ = log_in(other, "other", login)
        if actors["other"].project_id == main.project_id:  # perhaps the answer was that of the first login, once more
            plugin: Any = other.get_auth()
            plugin.invalidate()
            actors["other"], _ = log_in(other, "other", login)
        if actors["other"].project_id == main.project_id:
            raise UsageError(
                f"--other-cloud {settings.other_cloud}: is the same project as the first; "
                "isolation needs a second project"
            )
    login.transport.origins |= {origin_of(url) for url in urls.values()}
    return Target(
        name=region.name or "envvars",
        region=region.region_name or "",
        urls=urls,
        actors=actors,
        transport=login.transport,
    )
