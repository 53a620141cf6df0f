"""Requests to the target, made from the contract, every one through the gate, every image through the journal.

Cases read as `cloud.create({"name": ...})`; nothing here judges anything.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from conformance.model.contract import Contract, Operation
from conformance.model.errors import SuiteError
from conformance.model.jsonvalue import JSON, Unreadable, can_be_sent
from conformance.model.marks import prefix_of, tag_of
from conformance.model.message import Exchange, Headers, Request
from conformance.run.journal import Journal
from conformance.run.recorder import Recorder
from conformance.target.cloud import Target
from conformance.target.secrets import Secrets

__all__ = ["Client", "Patch", "body_of"]

Patch = Sequence[Mapping[str, Any]]
Query = Sequence[tuple[str, str]] | Mapping[str, str | int]
MOST_PAGES = 200


def body_of(exchange: Exchange) -> JSON:
    """The body of the answer as JSON, or None when it is none."""
    try:
        return exchange.response.json()
    except Unreadable:
        return None


class Client:
    """Sends requests as one of the actors.

    `random` begins anew with each case, from the seed and the case's name: the same seed makes the same requests, whichever
    cases run besides and however often a case is run.
    """

    def __init__(
        self,
        target: Target,
        gate: Recorder,
        journal: Journal,
        secrets: Secrets,
        seed: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.target = target
        self.gate = gate
        self.journal = journal
        self.secrets = secrets
        self.seed = seed
        self._pause = pause
        self.begin("start")

    def begin(self, case: str, attempt: int = 0) -> None:
        """Begin a case; `attempt` counts from 0 how often it ran before. Only names differ between attempts."""
        self.random = random.Random(f"{self.seed}\x1f{case}")
        again = f"r{attempt}" if attempt else ""
        self._stem = f"{sha256(case.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}{again}"
        self._names = 0

    @property
    def contract(self) -> Contract:
        """The contract that the requests are made from."""
        return self.gate.contract

    @property
    def tag(self) -> str:
        """The tag that marks what this run creates."""
        return tag_of(self.journal.run_id)

    def name(self, suffix: str = "") -> str:
        """A name that no other image has, and that the journal recognises."""
        self._names += 1
        return f"{prefix_of(self.journal.run_id)}{self._stem}-{self._names}{suffix}"

    def uuid(self) -> str:
        """An image id that no image has, nor had: a target may keep the ids of deleted images, so no seed makes it."""
        digits = f"{random.SystemRandom().getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def wait(self, seconds: float) -> None:
        """Let time pass on the target. The embedded reference puts its clock forward; for any other target we sleep."""
        self._pause(seconds)

    # --- one request ------------------------------------------------------------------------------------------------

    def call(
        self,
        operation: str,
        image_id: str = "",
        *,
        query: Query = (),
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        actor: str = "main",
        token: str | None = None,
        anonymous: bool = False,
    ) -> Exchange:
        """Send a request to an operation of the contract.

        `headers` are set after the defaults, None takes one away. `token` replaces the actor's own; `anonymous` sends what
        must not pass as authenticated: no token at all, or the `token` given.
        """
        item = self._operation(operation)
        path = item.path.replace("{image_id}", quote(image_id, safe=""))
        return self.send(
            item.method,
            path,
            operation=operation,
            query=query,
            body=body,
            headers={"Accept": "application/json", **(headers or {})},
            actor=actor,
            token=token,
            anonymous=anonymous,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        operation: str | None = None,
        query: Query = (),
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        actor: str = "main",
        token: str | None = None,
        anonymous: bool = False,
    ) -> Exchange:
        """Send any request; `path` begins at the root of the service that has the operation."""
        item = self.contract.operations.get(operation or "")
        service = item.service if item is not None else "image"
        root = self.target.identity_url if service == "identity" else self.target.image_url
        text = urlencode([(key, str(value)) for key, value in (query.items() if isinstance(query, Mapping) else query)])
        fields = {key: value for key, value in (headers or {}).items() if value is not None}
        if service == "image":
            value = token if token is not None else None if anonymous else self._token(actor)
            if value is not None:
                fields["X-Auth-Token"] = value
        request = Request(
            method=method,
            url=f"{root}{path}{'?' + text if text else ''}",
            headers=Headers.of(fields),
            body=body,
            operation=operation,
            actor="anonymous" if anonymous else actor,
        )
        return self.gate.observe(request, self.target.transport.send(request))

    def _token(self, actor: str) -> str:
        value = self.target.actors[actor].token()
        self.secrets.learn(value, "$OS_TOKEN" if actor == "main" else f"$OS_TOKEN_{actor.upper()}")
        return value

    def _operation(self, operation: str) -> Operation:
        try:
            return self.contract.operations[operation]
        except KeyError:
            raise SuiteError(f"a case asks for the operation {operation}, which the contract does not have") from None

    # --- the operations ---------------------------------------------------------------------------------------------

    def list(self, query: Query = (), *, actor: str = "main") -> Exchange:
        """List images."""
        return self.call("image.list", query=query, actor=actor)

    def create(
        self, members: JSON | bytes, *, headers: Mapping[str, str | None] | None = None, actor: str = "main"
    ) -> Exchange:
        """Create an image of JSON, or of bytes that may be none; whatever comes of it is in the journal."""
        operation = self._operation("image.create")
        if isinstance(members, dict):
            name, image_id = members.get("name"), members.get("id")
            self.journal.intend(
                str(name or ""), image_id if isinstance(image_id, str) else None, project=self._project(actor)
            )
        body = members if isinstance(members, bytes) else json.dumps(members, ensure_ascii=False).encode()
        fields = {"Content-Type": operation.request_media_type, **(headers or {})}
        exchange = self.call("image.create", body=body, headers=fields, actor=actor)
        made = body_of(exchange)
        if exchange.response.status < 300 and isinstance(made, dict) and isinstance(made.get("id"), str):
            self.journal.created(str(made["id"]), project=self._project(actor))
        location = exchange.response.headers.get("Location")
        if exchange.response.status < 300 and location and not isinstance(made, dict):
            self.journal.created(
                location.partition("?")[0].rstrip("/").rsplit("/", 1)[-1], project=self._project(actor)
            )
        return exchange

    def show(self, image_id: str, *, actor: str = "main") -> Exchange:
        """Show an image (upstream's operation, an observer)."""
        return self.call("image.show", image_id, actor=actor)

    def patch(
        self,
        image_id: str,
        operations: JSON | Patch | bytes,
        *,
        headers: Mapping[str, str | None] | None = None,
        actor: str = "main",
    ) -> Exchange:
        """Change an image."""
        body = operations if isinstance(operations, bytes) else json.dumps(operations, ensure_ascii=False).encode()
        media_type = self._operation("image.patch").request_media_type
        return self.call(
            "image.patch", image_id, body=body, headers={"Content-Type": media_type, **(headers or {})}, actor=actor
        )

    def replace(self, image_id: str, /, actor: str = "main", **members: Any) -> Exchange:
        """Change an image by one replace for each member."""
        operations = [{"op": "replace", "path": f"/{key}", "value": value} for key, value in members.items()]
        return self.patch(image_id, operations, actor=actor)

    def upload(self, image_id: str, data: bytes, *, actor: str = "main") -> Exchange:
        """Give an image its data (upstream's operation, a fixture)."""
        headers = {"Content-Type": "application/octet-stream"}
        return self.call("image.upload", image_id, body=data, headers=headers, actor=actor)

    def download(self, image_id: str, *, actor: str = "main") -> Exchange:
        """Fetch the file of an image."""
        return self.call("image.download", image_id, actor=actor, headers={"Accept": "*/*"})

    def delete(self, image_id: str, *, actor: str = "main") -> Exchange:
        """Delete an image."""
        return self.call("image.delete", image_id, actor=actor)

    # --- what the journal needs -------------------------------------------------------------------------------------

    def pages(self, query: Query = (), *, actor: str = "main") -> Iterator[Exchange]:
        """The pages of a list, led by `next` (upstream), at most MOST_PAGES and none twice; a `next` that is no URI ends them."""
        exchange = self.list(query, actor=actor)
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            yield exchange
            body = body_of(exchange)
            after = body.get("next") if isinstance(body, dict) else None
            if not isinstance(after, str) or after in seen or "?" not in after or not can_be_sent(after):
                return
            seen.add(after)
            path = "/v2/images?" + after.split("?", 1)[1]
            exchange = self.send(
                "GET", path, operation="image.list", headers={"Accept": "application/json"}, actor=actor
            )

    def _project(self, actor: str) -> str:
        """The project of an actor as the journal has it: "" for the run's own."""
        project = self.target.actors[actor].project_id
        return "" if project == self.target.main.project_id else project

    def _actor(self, project: str) -> str | None:
        """Who can act for a project of the journal, None when this run has no credentials for it."""
        return next((name for name in self.target.actors if self._project(name) == project), None)

    def of_run(self, run_id: str, names: Container[str], project: str = "") -> tuple[str, ...]:
        """Ids of the images of a project with one of these names or the tag of the run (journal.Images)."""
        actor, tag = self._actor(project), tag_of(run_id)
        if actor is None:
            return ()
        project = self.target.actors[actor].project_id
        found: dict[str, None] = {}
        for page in self.pages({"limit": 500}, actor=actor):
            body = body_of(page)
            images = body.get("images") if isinstance(body, dict) else None
            if not isinstance(images, Sequence):
                continue
            for image in images:
                if not isinstance(image, dict) or not isinstance(image.get("id"), str):
                    continue
                tags = image.get("tags")
                name = image.get("name")
                ours = (isinstance(name, str) and name in names) or (isinstance(tags, list) and tag in tags)
                if ours and image.get("owner", project) in {project, None}:
                    found[str(image["id"])] = None
        return tuple(found)

    def discard(self, image_id: str) -> None:
        """Delete an image that has served; what cannot be deleted now is left to the cleaning up."""
        if self.delete(image_id).response.status in {204, 404, 410} or self.remove(image_id):
            self.journal.gone(image_id)

    def remove(self, image_id: str, project: str = "") -> bool:
        """Take away protection and delete; True when the image is gone (journal.Images)."""
        actor = self._actor(project)
        if actor is None:
            return False
        for _ in range(2):
            status = self.delete(image_id, actor=actor).response.status
            if status in {204, 404, 410}:
                return True
            self.replace(image_id, actor, protected=False)
        shown = self.show(image_id, actor=actor)
        body = body_of(shown)
        # Glance keeps a row that a failed delete has marked: no further delete changes it, and no list has it.
        return shown.response.status in {404, 410} or (isinstance(body, dict) and body.get("status") == "deleted")
