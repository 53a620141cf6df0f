"""A cloud as its administrator sees it: everything that it holds, so that before and after can be compared."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from ruamel.yaml import YAML

__all__ = ["holdings", "tokens"]

DEFAULT = {"id": "default"}
PAGES = 50


def _config(clouds: Path, cloud: str) -> dict[str, Any]:
    config: dict[str, Any] = YAML(typ="safe").load(clouds)["clouds"][cloud]["auth"]
    return config


def _login(clouds: Path, cloud: str, scope: Any = None) -> requests.Response:
    auth = _config(clouds, cloud)
    user = {"name": auth["username"], "password": auth["password"], "domain": DEFAULT}
    body = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": scope or {"project": {"name": auth["project_name"], "domain": DEFAULT}},
    }
    answer = requests.post(f"{auth['auth_url'].rstrip('/')}/auth/tokens", json={"auth": body}, timeout=60)
    answer.raise_for_status()
    return answer


def holdings(clouds: Path, cloud: str, *queries: str) -> list[str]:
    """Every image of every project, each as its whole JSON, sorted. `queries` are those of the lists that hold them."""
    login = _login(clouds, cloud)
    token = login.headers["X-Subject-Token"]
    services = {item["type"]: item["endpoints"][0]["url"] for item in login.json()["token"]["catalog"]}
    root = services["image"].rstrip("/")
    found: set[str] = set()
    for query in queries or ("limit=500",):
        page: str | None = f"/v2/images?{query}"
        for _ in range(PAGES):
            answer = requests.get(f"{root}{page}", headers={"X-Auth-Token": token}, timeout=60)
            answer.raise_for_status()
            found |= {json.dumps(item, sort_keys=True) for item in answer.json()["images"]}
            page = answer.json().get("next")
            if page is None:
                break
    return sorted(found)


def tokens(clouds: Path, main: str, other: str) -> Mapping[str, str]:
    """The environment in which the scripts of a run are started."""
    return {
        **os.environ,
        "OS_TOKEN": _login(clouds, main).headers["X-Subject-Token"],
        "OS_TOKEN_OTHER": _login(clouds, other).headers["X-Subject-Token"],
        "OS_TOKEN_UNSCOPED": _login(clouds, main, "unscoped").headers["X-Subject-Token"],
        "OS_PASSWORD": str(_config(clouds, main)["password"]),
        "OS_PASSWORD_OTHER": str(_config(clouds, other)["password"]),
    }
