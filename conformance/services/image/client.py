"""Requests to the image service: what images have beyond create, show and delete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.model.errors import ConnectionBroken
from conformance.model.jsonvalue import JSON
from conformance.model.message import Exchange
from conformance.run.reading import Members, reading
from conformance.run.sending.client import Client

__all__ = ["ImageClient", "Patch"]

Patch = Sequence[Mapping[str, Any]]


class ImageClient(Client):
    """Creates, shows, changes and deletes images, and sends and fetches their data.

    `breaks_at` are the bytes of the smallest file at which a connection broke, None as long as none did: larger ones are
    not tried again, for each may take as long as a connection may be silent.
    """

    breaks_at: int | None = None

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
        media_type = self.operation("image.patch").request_media_type
        fields = {"Content-Type": media_type, **(headers or {})}
        try:
            exchange = self.call("image.patch", image_id, body=body, headers=fields, actor=actor)
        except ConnectionBroken:
            if not _repeatable(body):
                raise
            self.sent_again()
            exchange = self.call("image.patch", image_id, body=body, headers=fields, actor=actor)
        self.note(image_id, exchange)
        return exchange

    def replace(self, image_id: str, /, actor: str = "main", **members: Any) -> Exchange:
        """Change an image by one replace for each member."""
        operations = [{"op": "replace", "path": f"/{key}", "value": value} for key, value in members.items()]
        return self.patch(image_id, operations, actor=actor)

    def upload(self, image_id: str, data: bytes, *, actor: str = "main", chunked: bool = False) -> Exchange:
        """Give an image its data (upstream's operation, a fixture), with a length or in chunks."""
        headers = {"Content-Type": "application/octet-stream"}
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        try:
            return self.call("image.upload", image_id, body=data, headers=headers, actor=actor)
        except ConnectionBroken:
            shown = self.show(image_id, actor=actor)
            if shown.response.status != 200 or reading(shown).get("status") != "queued":
                raise  # the data may have come
            self.sent_again()
            return self.call("image.upload", image_id, body=data, headers=headers, actor=actor)

    def download(self, image_id: str, *, actor: str = "main", part: str | None = None) -> Exchange:
        """Fetch the file of an image, or the `part` of it that a Range field asks for (`bytes=0-9`)."""
        return self.call("image.download", image_id, actor=actor, headers={"Accept": "*/*", "Range": part})

    def held(self, resource: Members) -> bool:
        """A protected image is not deleted (document line 949)."""
        return resource.get("protected") is True

    def removed(self, body: JSON) -> bool:
        """Glance keeps a row that a failed delete has marked: no further delete changes it, and no list has it."""
        return isinstance(body, dict) and body.get("status") == "deleted"


def _repeatable(body: bytes) -> bool:
    """Whether a change can be sent twice and does the same as once: it only sets members, whole (RFC 6902, 4.1 and 4.3),
    or is none."""
    try:
        operations = json.loads(body)
    except ValueError:
        return True
    if not isinstance(operations, list):
        return True
    return all(
        isinstance(item, dict)
        and item.get("op") in {"add", "replace"}
        and isinstance(item.get("path"), str)
        and item["path"].count("/") == 1
        for item in operations
    )
