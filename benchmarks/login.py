"""A token of the served reference, for clients that do not log in by themselves."""

from __future__ import annotations

import os
from pathlib import Path

import requests
import yaml

__all__ = ["log_in"]


def log_in(clouds: Path | None = None) -> tuple[requests.Session, str]:
    """A session with the token of the cloud `reference`, and the URL of its image service; `clouds` is the clouds.yaml,
    that of OS_CLIENT_CONFIG_FILE when None."""
    path = clouds or Path(os.environ["OS_CLIENT_CONFIG_FILE"])
    auth = yaml.safe_load(path.read_text(encoding="utf-8"))["clouds"]["reference"]["auth"]
    domain = {"name": "Default"}
    user = {"name": auth["username"], "password": auth["password"], "domain": domain}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": auth["project_name"], "domain": domain}},
        }
    }
    session = requests.Session()
    answer = session.post(f"{auth['auth_url']}/auth/tokens", json=body)
    answer.raise_for_status()
    session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
    catalogue = answer.json()["token"]["catalog"]
    url = next(item["endpoints"][0]["url"] for item in catalogue if item["type"] == "image")
    return session, str(url)
