"""The journal: what a run is about to create, written down before the request goes out, so that nothing is left behind.

Rules
- A line is on the disk before the request that it announces is sent.
- Only what the journal names is ever deleted: an id that the target gave for a request of ours, or a resource whose
  name is, to the letter, a name that the run made up, or that carries the run's tag.
- What the second project made is written down with that project, and deleted by whoever has its credentials: this run,
  or the next one that is given them.
- The file of a running process is locked; the next start cleans up after those that are not.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Container, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol

from conformance.model.errors import UsageError

__all__ = ["Journal", "Resources", "clean", "prepare", "state_directory", "unfinished"]


class Resources(Protocol):
    """What cleaning up needs of the service at the endpoint of a journal. `project` is an id, "" stands for the first
    project."""

    def of_run(self, run_id: str, names: Container[str], project: str = "") -> tuple[str, ...]:
        """Ids of the resources of the project that have one of these names, or the tag of this run."""

    def remove(self, resource_id: str, project: str = "") -> bool:
        """Delete a resource, after what keeps it from being deleted is taken away; True when it is gone afterwards."""


def state_directory() -> Path:
    """Where journals are kept (XDG Base Directory: state)."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "easystack-conformance"


def prepare(directory: Path) -> None:
    """Make the directory of the journals, and try to write to it. Raises UsageError."""
    probe = directory / f".{os.getpid()}.part"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"\0")
        probe.unlink()
    except OSError as error:
        raise UsageError(f"{directory}: the journal cannot be written: {error.strerror}; set XDG_STATE_HOME") from None


class Journal:
    """The journal of one run against one project of one endpoint.

    `names` and `ids` map what was created to the project that it belongs to, "" for the run's own.
    """

    def __init__(self, handle: IO[str], path: Path, run_id: str, *, durable: bool = True) -> None:
        self._handle = handle
        self._durable = durable
        self.path = path
        self.run_id = run_id
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    @classmethod
    def open(cls, directory: Path, endpoint: str, project_id: str, run_id: str, *, durable: bool = True) -> Journal:
        """Start the journal of a run. Raises UsageError when the directory cannot be written.

        `durable` is False for a target that ends with this process, which leaves nothing that could be cleaned up.
        """
        path = directory / f"{run_id}-{sha256(endpoint.encode()).hexdigest()[:6]}.jsonl"
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{directory}: the journal cannot be written: {error.strerror}; set XDG_STATE_HOME"
            ) from None
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        journal = cls(handle, path, run_id, durable=durable)
        journal._write(run=run_id, endpoint=endpoint, project=project_id)
        return journal

    def intend(self, name: str, resource_id: str | None = None, *, project: str = "") -> None:
        """Write down that a resource of this name (and of this id when we choose it) is about to be created."""
        self.names[name] = project
        if resource_id is not None:
            self.ids[resource_id] = project
        self._write(
            name=name,
            **({"id": resource_id} if resource_id is not None else {}),
            **({"project": project} if project else {}),
        )

    def created(self, resource_id: str, *, project: str = "") -> None:
        """Write down the id that the target gave."""
        if resource_id not in self.ids:
            self.ids[resource_id] = project
            self._write(id=resource_id, **({"project": project} if project else {}))

    def gone(self, resource_id: str) -> None:
        """Forget a resource that is deleted. The file keeps it: to delete it once more does no harm."""
        self.ids.pop(resource_id, None)

    def _write(self, **entry: Any) -> None:
        self._handle.write(json.dumps(entry) + "\n")
        self._handle.flush()
        if self._durable:
            os.fsync(self._handle.fileno())

    def close(self, *, done: bool) -> None:
        """Close the file, and remove it when nothing that it names is left."""
        if done:
            self.path.unlink(missing_ok=True)
        self._handle.close()


def unfinished(directory: Path, endpoint: str, project_id: str) -> Iterator[Journal]:
    """The journals of runs against this endpoint and project that ended without cleaning up; each is locked by us now.

    Raises UsageError for a journal that cannot be read.
    """
    for path in sorted(directory.glob("*.jsonl")) if directory.is_dir() else ():
        try:
            handle = path.open("r+", encoding="utf-8")
        except FileNotFoundError:  # its run has just ended
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            continue
        if os.fstat(handle.fileno()).st_nlink == 0:
            handle.close()
            continue
        try:
            entries = _entries(path, handle.read())
        except UsageError:
            handle.close()
            raise
        head = entries[0] if entries else {}
        if _endpoint(head) != endpoint or head.get("project") != project_id:
            handle.close()
            if not entries:
                path.unlink(missing_ok=True)
            continue
        journal = Journal(handle, path, str(head["run"]))
        for entry in entries[1:]:
            if "name" in entry:
                journal.names[str(entry["name"])] = str(entry.get("project", ""))
            if "id" in entry:
                journal.ids[str(entry["id"])] = str(entry.get("project", ""))
        yield journal


def _endpoint(head: Mapping[str, Any]) -> Any:
    """The endpoint in the first line of a journal; older journals call it after its service: `NAME_url`."""
    return next((value for key, value in head.items() if key == "endpoint" or key.endswith("_url")), None)


def _entries(path: Path, text: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            if number == len(lines):  # cut off in the middle of a write, before its request went out
                break
            raise UsageError(f"{path}: line {number} is no journal entry; look at it, then delete the file") from None
        entries.append(entry)
    return entries


def clean(journal: Journal, resources: Resources) -> tuple[str, ...]:
    """Delete what the journal names; returns the ids that are still there."""
    # A name that holds the id of the run, in whatever letters and with whatever around it, is nobody else's.
    ids = dict(journal.ids)
    for project in {"": None} | dict.fromkeys(journal.names.values()):
        names = frozenset(
            name for name, owner in journal.names.items() if owner == project and journal.run_id in name.lower()
        )
        for resource_id in resources.of_run(journal.run_id, names, project):
            ids.setdefault(resource_id, project)
    left: list[str] = []
    for resource_id, project in ids.items():
        with contextlib.suppress(KeyboardInterrupt):  # a second Ctrl-C does not stop the cleaning up
            if resources.remove(resource_id, project):
                continue
        left.append(resource_id)
    return tuple(left)
