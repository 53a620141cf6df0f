"""A configuration with a cloud that nothing listens at, and how opening that cloud ends."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conformance.model.errors import ConformanceError
from conformance.target.cloud import Settings, Wanted, open_target
from conformance.target.transport import TransportLimits

__all__ = ["GOOD", "NOWHERE", "PASSWORD", "outcome", "with_part"]

NOWHERE = "http://127.0.0.1:1/v3"
PASSWORD = "Kw9pT2xQv7Lr-planted"
GOOD: dict[str, Any] = {
    "clouds": {
        "here": {
            "profile": "mine",
            "auth_type": "v3password",
            "auth": {
                "auth_url": NOWHERE,
                "username": "u",
                "password": PASSWORD,
                "project_name": "p",
                "user_domain_name": "d",
                "project_domain_id": "d",
            },
            "regions": ["one", {"name": "two", "values": {"interface": "admin"}}],
            "interface": ["internal", "public"],
            "verify": True,
            "cacert": None,
            "cert": None,
            "key": None,
            "image_endpoint_override": "http://127.0.0.1:1/image",
            "image_interface": "public",
            "image_api_version": "2",
            "api_timeout": 5,
            "networks": [{"name": "n"}],
        }
    },
    "cache": {"expiration_time": 0},
    "client": {"force_ipv4": False},
    "metrics": {"statsd": {"host": ""}},
}


def with_part(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    """A copy of the value with one part replaced."""
    if not path:
        return part
    changed = copy.copy(value)
    changed[path[0]] = with_part(value[path[0]], path[1:], part)
    return changed


def outcome(cloud: str | None = "here") -> ConformanceError:
    """How opening the cloud ends: nothing listens where it is."""
    wanted = Wanted({"image": ("image",), "identity": ()})
    with pytest.raises(ConformanceError) as caught:
        open_target(Settings(cloud=cloud, limits=TransportLimits(connect=2)), wanted, lambda transport: transport)
    return caught.value
