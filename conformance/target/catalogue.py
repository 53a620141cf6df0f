"""Where the services of a cloud are: what the configuration says, else the catalogue in the token.

Rules
- An address that the configuration gives (`SERVICE_endpoint_override`) is the user's own word and wins. Type, name,
  interface and region of a service are those of the configuration too, each of the service before those of the cloud.
- The version of a service is the one that its contract is of. Where `SERVICE_api_version` asks for another one, nothing is
  sent (cloud.py).
- An address may hold at its end what the paths of the contract begin with: a version, a project, a prefix of a gateway. That
  is what the contract says, so it is left to it. What no path begins with stays: `/v3/PROJECT` before `/volumes`.
- The catalogue is the target's and not trusted: entries of a wrong form are passed over, and an address is used only when
  it is an HTTP URL without a user, a password or a query (document lines 167-179 say what it should be).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from keystoneauth1 import exceptions as ks
from keystoneauth1.access import AccessInfo
from keystoneauth1.access.service_catalog import ServiceCatalog, ServiceCatalogV2, ServiceCatalogV3

from conformance.model.errors import NoService, NotACloud, UsageError
from conformance.model.steering import plain
from conformance.target.sdk import CloudRegion, ConfigException
from conformance.target.secrets import Secrets

__all__ = ["endpoint", "root_of", "with_project"]

_LONGEST = 2000
"""Characters of an address."""
_NAMED = 12
"""Services that a message names."""
_VERSION = re.compile(r"v\d+(\.\d+)*")
_OWNER = re.compile(r"\{(project|tenant)_id\}|\A\{[^{}]+\}\Z")
"""A segment of a path that a project may stand in."""


def endpoint(
    access: AccessInfo,
    region: CloudRegion,
    service: str,
    types: Sequence[str],
    secrets: Secrets,
    paths: Collection[str] = (),
) -> str:
    """Where a service is, without a slash at the end and without what its `paths` begin with. One without a type is where
    we log in.

    Raises UsageError (the configuration gives no address), NoService (the catalogue lists none for us) or NotACloud (it
    lists what is no address).
    """
    given = next((url for url in map(region.get_endpoint, types or (service,)) if url), None)
    if given:
        url = _filled(given, access)
        wrong = _wrong(url)
        if wrong:
            raise UsageError(f"cloud {region.name}: the address that it gives for the {service} service {wrong}")
        return root_of(url, paths, access.project_id)
    if not types:
        return root_of(str(region.config["auth"]["auth_url"]), paths, access.project_id)
    catalogue, odd = _usable(access)
    try:
        found = _listed(catalogue, region, types)
    except ValueError:
        raise NotACloud(f"cloud {region.name}: an address in its catalogue is no HTTP URL") from None
    except (TypeError, AttributeError, LookupError, RecursionError) as error:
        raise NotACloud(f"cloud {region.name}: its catalogue cannot be read ({type(error).__name__})") from None
    if found is None:
        raise NoService(_nothing(catalogue, odd, region, service, types))
    wrong = _wrong(found)
    if wrong:
        shown = plain(secrets.line(found))[:80] or "nothing"
        raise NotACloud(f"cloud {region.name}: its catalogue gives {shown} for the {service} service; that {wrong}")
    return root_of(found, paths, access.project_id)


def root_of(url: str, paths: Collection[str], project: str | None) -> str:
    """The address of a service without a slash at its end and without what these paths of its contract begin with.

    Without paths nothing is known but that a version is the contract's own.
    """
    parts = urlsplit(url)
    segments = parts.path.rstrip("/").split("/")
    split = [path.strip("/").split("/") for path in paths]
    cut = max((_shared(segments, path, project) for path in split), default=0)
    if not cut and (not split or any(_VERSION.fullmatch(path[0]) for path in split)):
        cut = _versioned(segments, project)
    return urlunsplit(parts._replace(path="/".join(segments[: len(segments) - cut])))


def _shared(segments: Sequence[str], path: Sequence[str], project: str | None) -> int:
    """How many segments at the end of an address a path begins with; the last one of a path is never among them."""
    for count in range(min(len(segments), len(path) - 1), 0, -1):
        if all(_same(*pair, project) for pair in zip(segments[-count:], path, strict=False)):
            return count
    return 0


def _same(segment: str, due: str, project: str | None) -> bool:
    """Whether a segment of an address says what one of a path says; a version of the service is the contract's own."""
    if _VERSION.fullmatch(due):
        return _VERSION.fullmatch(segment) is not None
    return segment == due != "" or (_owner(segment, project) and _OWNER.search(due) is not None)


def _owner(segment: str, project: str | None) -> bool:
    """Whether a segment of an address is the project, perhaps with a word before it (`AUTH_PROJECT`)."""
    return bool(project) and re.sub(r"\A[A-Za-z]+_(?=.)", "", unquote(segment)) == project


def _versioned(segments: Sequence[str], project: str | None) -> int:
    """How many segments at the end of an address are a version, and a project that stands below it."""
    ends = 1 if _owner(segments[-1], project) else 0
    found = len(segments) > ends and _VERSION.fullmatch(segments[-1 - ends]) is not None
    return 1 + ends if found else 0


def with_project(url: str, project: str, other: str) -> str:
    """The address of a service with another project where its path has this one."""
    parts = urlsplit(url)
    segments = [
        segment.replace(project, other) if _owner(segment, project) else segment for segment in parts.path.split("/")
    ]
    return urlunsplit(parts._replace(path="/".join(segments)))


def _listed(catalogue: ServiceCatalog, region: CloudRegion, types: Sequence[str]) -> str | None:
    """The address in the catalogue, by the first of these types for which it lists one."""
    for name in types:
        try:
            url = catalogue.url_for(
                service_type=region.get_service_type(name),
                service_name=region.get_service_name(name),
                interface=region.get_interface(name) or "public",
                region_name=region.get_region_name(name) or None,
            )
        except ks.EndpointNotFound:
            continue
        except ConfigException as error:
            raise UsageError(f"cloud {region.name}: {error}") from None
        return str(url)
    return None


def _usable(access: AccessInfo) -> tuple[ServiceCatalog, int]:
    """The catalogue without what has the form of no service or endpoint, and how many of these there were."""
    entries: Any = access.service_catalog.catalog
    services: list[dict[str, Any]] = []
    odd = 0
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str):
            odd += 1
            continue
        listed = entry.get("endpoints")
        endpoints = [item for item in listed if _is_endpoint(item)] if isinstance(listed, list) else []
        odd += len(listed) - len(endpoints) if isinstance(listed, list) else 1
        name = entry.get("name")
        services.append({**entry, "endpoints": endpoints, "name": name if isinstance(name, str) else ""})
    kind = ServiceCatalogV2 if isinstance(access.service_catalog, ServiceCatalogV2) else ServiceCatalogV3
    return kind(services), odd


def _is_endpoint(item: Any) -> bool:
    """Whether an entry has members as an endpoint has them; a URL that is none is told as that."""
    if not isinstance(item, Mapping):
        return False
    return all(isinstance(item.get(name), str | None) for name in ("interface", "region", "region_id", "id")) and any(
        isinstance(item.get(name), str) and item[name] for name in ("url", "publicURL", "internalURL", "adminURL")
    )


def _nothing(catalogue: ServiceCatalog, odd: int, region: CloudRegion, service: str, types: Sequence[str]) -> str:
    """That a catalogue lists no such service for us, and what it lists."""
    interface = region.get_interface(types[0]) or "public"
    interfaces = interface if isinstance(interface, str) else " or ".join(interface)
    name = region.get_region_name(types[0])
    where = f"interface {interfaces}" + (f", region {name}" if name else "")
    services = sorted({plain(str(item["type"]))[:40] for item in catalogue.catalog})
    shown = ", ".join(services[:_NAMED]) + (f" and {len(services) - _NAMED} more" if len(services) > _NAMED else "")
    broken = f"; {odd} of its entries are no services or endpoints" if odd else ""
    setting = f"{service.replace('-', '_')}_service_type"
    remedy = f"; where one of these is it, say so with {setting} in clouds.yaml" if services else ""
    return (
        f"cloud {region.name}: its catalogue has no {service} service ({where}); it has: {shown or 'nothing'}{broken}"
        f"{remedy}"
    )


def _filled(url: str, access: AccessInfo) -> str:
    """An address of the configuration with the ids in it that keystoneauth1 fills in, too."""
    ids = {"project_id": access.project_id, "tenant_id": access.project_id, "user_id": access.user_id}
    return re.sub(r"[%$]\((\w+)\)s", lambda match: str(ids.get(match[1]) or match.group()), url)


def _wrong(url: str) -> str | None:
    """Why a text is no address of a service, None when it is one."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(url) > _LONGEST or re.search(r"[\x00-\x20\x7f<>\"\\^`{|}]", url):
        return "is no HTTP URL"
    if "@" in parts.netloc:
        return "holds a user or password"
    return "has a query or fragment" if parts.query or parts.fragment else None
