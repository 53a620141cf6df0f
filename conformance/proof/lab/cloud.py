"""A small cloud on loopback: Keystone, Glance and, where it is wanted, Cinder, with SQLite; two projects, four users."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from conformance.model.errors import SuiteError
from conformance.proof.lab.volumes import BACKEND, CONFIGURATION

__all__ = ["Ports", "build", "build_volumes", "free_port", "populate", "start", "wait_for"]

_SERVE = Path(__file__).with_name("serve.py")

# A lab is thrown away: its databases need not outlast a crash of the machine, nor its passwords a theft. Both cost a
# real cloud's time at every write and login, and none of its behaviour. Keystone remembers, as it does on a real cloud:
# without that it works out who calls from a dozen tables for each request, which was nine tenths of its time.
_KEYSTONE = """[DEFAULT]
log_file = {state}/keystone.log
[database]
connection = sqlite:///{state}/keystone.db?timeout=30
sqlite_synchronous = false
[identity]
password_hash_rounds = 4
[cache]
backend = dogpile.cache.memory_pickle
[token]
provider = fernet
[fernet_tokens]
key_repository = {state}/fernet-keys
[credential]
key_repository = {state}/credential-keys
[fernet_receipts]
key_repository = {state}/fernet-keys
"""

_AUTHTOKEN = """[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:{identity}/v3
auth_url = http://127.0.0.1:{identity}/v3
auth_type = password
username = {user}
password = {password}
project_name = service
user_domain_name = Default
project_domain_name = Default
"""
_GLANCE = """[DEFAULT]
log_file = {state}/glance.log
enabled_backends = files:file
node_staging_uri = file://{state}/staging
[database]
connection = sqlite:///{state}/glance.db?timeout=30
sqlite_synchronous = false
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = {state}/images
[os_glance_staging_store]
filesystem_store_datadir = {state}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {state}/tasks
[oslo_concurrency]
lock_path = {state}/locks
{authtoken}[paste_deploy]
flavor = keystone
config_file = {paste}
"""

# Parts of one process report as one, so that all but the last would be taken for dead after a minute.
_NEVER = 10**9
_CINDER = """[DEFAULT]
log_file = {state}/cinder.log
transport_url = fake://
auth_strategy = keystone
state_path = {state}/volumes
api_paste_config = {etc}/api-paste.ini
resource_query_filters_file = {etc}/resource_filters.json
enabled_backends = {backend}
service_down_time = {never}
[{backend}]
volume_driver = volumes.Driver
volume_backend_name = {backend}
[database]
connection = sqlite:///{state}/cinder.db?timeout=30
sqlite_synchronous = false
[coordination]
backend_url = file://{state}/locks
[oslo_concurrency]
lock_path = {state}/locks
{authtoken}"""

ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "lab": ("lab", "member"),
    "lab-other": ("lab-other", "member"),
    "lab-reader": ("lab", "reader"),
    "lab-admin": ("admin", "admin"),
}
"""User and cloud name -> project and role."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the services listen on 127.0.0.1; `volume` is 0 without Cinder."""

    identity: int
    image: int
    volume: int = 0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing uses at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def build(python: Path, state: Path, template: Path, ports: Ports) -> str:
    """Write configuration and databases to `state`; returns the administrator's password.

    `template` caches the migrated, empty databases of the release.
    """
    password = secrets.token_urlsafe(18)
    paste = python.parent.parent / "etc" / "glance" / "glance-api-paste.ini"
    values = {"state": state, "identity": ports.identity, "image": ports.image, "password": password, "paste": paste}
    for name in ("images", "staging", "tasks", "locks", "etc"):
        (state / name).mkdir(mode=0o700, exist_ok=True)
    (state / "etc" / "keystone.conf").write_text(_KEYSTONE.format(**values))
    (state / "etc" / "glance-api.conf").write_text(
        _GLANCE.format(**values, authtoken=_AUTHTOKEN.format(**values, user="glance"))
    )
    # Up to release 28 Glance asks for this file beside its configuration.
    shutil.copy(paste, state / "etc" / paste.name)
    _databases(python, state, template, {"keystone": ["db_sync"], "glance": ["db_sync"]})
    for command in ("fernet_setup", "credential_setup"):
        _run(python, state, ["keystone-manage", command, *_owner()])
    identity = f"http://127.0.0.1:{ports.identity}/v3"
    urls = [word for kind in ("public", "internal", "admin") for word in (f"--bootstrap-{kind}-url", identity)]
    bootstrap = ["keystone-manage", "bootstrap", *urls, "--bootstrap-region-id", "RegionOne"]
    _run(python, state, bootstrap, {"OS_BOOTSTRAP_PASSWORD": password})
    return password


def build_volumes(python: Path, state: Path, template: Path, ports: Ports, password: str) -> None:
    """Write configuration and database of Cinder to `state`."""
    etc = python.parent.parent / "etc" / "cinder"
    values = {
        "state": state,
        "identity": ports.identity,
        "password": password,
        "etc": etc,
        "backend": BACKEND,
        "never": _NEVER,
    }
    (state / "volumes").mkdir(mode=0o700, exist_ok=True)
    (state / "etc" / "cinder.conf").write_text(
        _CINDER.format(**values, authtoken=_AUTHTOKEN.format(**values, user="cinder"))
    )
    _databases(python, state, template, {"cinder": ["db", "sync"]})


def _owner() -> list[str]:
    return ["--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid())]


def _databases(python: Path, state: Path, template: Path, services: Mapping[str, Sequence[str]]) -> None:
    """The empty databases of these services, by what migrates them; kept for the next time."""
    template.mkdir(parents=True, exist_ok=True)
    for service, migrate in services.items():
        database, kept = state / f"{service}.db", template / f"{service}.db"
        if kept.exists():
            shutil.copy(kept, database)
            continue
        _run(python, state, [f"{service}-manage", *migrate])
        # Readers and one writer at a time side by side; a second writer waits (timeout in the URL).
        with contextlib.closing(sqlite3.connect(database)) as opened:
            opened.execute("PRAGMA journal_mode=WAL")
        shutil.copy(database, kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)


def _environment(state: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OS_") and "PYTHON" not in name}
    config = str(state / "etc")
    return kept | {
        "OS_KEYSTONE_CONFIG_DIR": config,
        "OS_GLANCE_CONFIG_DIR": config,
        "OS_GLANCE_CONFIG_FILES": "glance-api.conf",
        CONFIGURATION: f"{config}/cinder.conf",
        "NO_PROXY": "127.0.0.1",
    }


def _run(python: Path, state: Path, command: Sequence[str], extra: Mapping[str, str] | None = None) -> None:
    file = {"keystone": "keystone.conf", "glance": "glance-api.conf", "cinder": "cinder.conf"}[command[0].split("-")[0]]
    full = [str(python.parent / command[0]), "--config-file", str(state / "etc" / file), *command[1:]]
    environment = _environment(state) | dict(extra or {})
    done = subprocess.run(full, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise SuiteError(f"lab: {command[0]} {command[1]} failed: {last[0][:200]}")


def start(python: Path, state: Path, service: str, port: int) -> int:
    """Start keystone, glance or cinder in a session of its own; returns its process id."""
    factory = {
        "keystone": "keystone.server.wsgi:initialize_public_application",
        "glance": "glance.common.wsgi_app:init_app",
        "cinder": "volumes:application",
    }[service]
    with (state / f"{service}.out").open("wb") as out:
        process = subprocess.Popen(
            [str(python), str(_SERVE), str(port), factory],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=_environment(state),
            cwd=state,
            start_new_session=True,
        )
    return process.pid


def wait_for(url: str, pid: int, log: Path, seconds: float = 60.0) -> None:
    """Wait until the service answers. Raises SuiteError with the log's last line when it ends or stays silent."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):
            requests.get(url, timeout=5, proxies={"http": ""})
            return
        ended, _ = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.1)
    last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
    raise SuiteError(f"lab: {url} does not answer: {last[0][:200]} (log: {log})")


def populate(password: str, ports: Ports) -> dict[str, Any]:
    """Projects, users, roles and the other services; returns the content of clouds.yaml."""
    identity = f"http://127.0.0.1:{ports.identity}/v3"
    api = _Admin(identity, password)
    roles = {item["name"]: item["id"] for item in api.get("roles")["roles"]}
    projects = {item["name"]: item["id"] for item in api.get("projects")["projects"]}
    for name in ("service", "lab", "lab-other"):
        projects[name] = api.post("projects", project={"name": name, "domain_id": "default"})["id"]
    passwords = {name: secrets.token_urlsafe(18) for name in ACCOUNTS}
    services = ["glance", "cinder"] if ports.volume else ["glance"]
    for name, secret, project, role in (
        *((name, password, "service", "service") for name in services),
        *((user, passwords[user], project, role) for user, (project, role) in ACCOUNTS.items()),
    ):
        user = api.post("users", user={"name": name, "password": secret, "domain_id": "default"})["id"]
        granted = [role, "admin"] if name in services else [role]
        for wanted in granted:
            if wanted in roles:
                api.put(f"{identity}/projects/{projects[project]}/users/{user}/roles/{roles[wanted]}")
    image = f"http://127.0.0.1:{ports.image}"
    api.register("glance", "image", image)
    api.works(f"{image}/v2/images")
    if ports.volume:
        volume = f"http://127.0.0.1:{ports.volume}/v3"
        api.register("cinderv3", "volumev3", f"{volume}/$(project_id)s")
        of_admin = f"{volume}/{projects['admin']}"
        api.works(f"{of_admin}/volumes")
        # There are no disks that could be full, and the quotas that a new Cinder has are less than a chapter may allow.
        unlimited = dict.fromkeys(("volumes", "snapshots", "gigabytes"), -1)
        api.put(f"{of_admin}/os-quota-class-sets/default", quota_class_set=unlimited)
    return {
        "clouds": {
            user: {
                "auth": {
                    "auth_url": identity,
                    "username": user,
                    "password": passwords[user],
                    "project_name": project,
                    "user_domain_name": "Default",
                    "project_domain_name": "Default",
                },
                "region_name": "RegionOne",
                "identity_api_version": "3",
            }
            for user, (project, _) in ACCOUNTS.items()
        }
    }


class _Admin:
    """The few Identity API calls that set a cloud up."""

    def __init__(self, identity: str, password: str) -> None:
        self._url = identity
        self._session = requests.Session()
        self._session.trust_env = False
        domain = {"id": "default"}
        user = {"name": "admin", "password": password, "domain": domain}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": domain}},
        }
        answer = self._session.post(f"{identity}/auth/tokens", json={"auth": auth}, timeout=60)
        self._session.headers["X-Auth-Token"] = answer.headers.get("X-Subject-Token", "")
        self._check(answer)

    def get(self, path: str) -> Any:
        return self._check(self._session.get(f"{self._url}/{path}", timeout=60)).json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self._check(self._session.post(f"{self._url}/{path}", json=body, timeout=60))
        return next(iter(answer.json().values()))

    def put(self, url: str, **body: Any) -> None:
        self._check(self._session.put(url, json=body or None, timeout=60))

    def register(self, name: str, kind: str, url: str) -> None:
        """Put a service into the catalogue."""
        service = self.post("services", service={"name": name, "type": kind})["id"]
        for interface in ("public", "internal", "admin"):
            endpoint = {"service_id": service, "interface": interface, "url": url, "region_id": "RegionOne"}
            self.post("endpoints", endpoint=endpoint)

    def works(self, url: str) -> None:
        """Whether a service takes our tokens; it does not when its own login is set up wrongly."""
        self._check(self._session.get(url, timeout=60))

    def _check(self, answer: requests.Response) -> requests.Response:
        if not answer.ok:
            raise SuiteError(f"lab: {answer.request.method} {answer.url} is answered with {answer.status_code}")
        return answer
