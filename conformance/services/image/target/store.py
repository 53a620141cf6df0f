"""What the reference target holds: images, and the rules by which they come, change and go. No HTTP here."""

from __future__ import annotations

import hashlib
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conformance.services.clock import Clock
from conformance.services.wire import Caller, Refused

__all__ = ["READ_ONLY", "Image", "Store", "document"]

READ_ONLY = frozenset(
    [
        "id",
        "status",
        "size",
        "checksum",
        "created_at",
        "updated_at",
        "file",
        "self",
        "schema",
        "virtual_size",
        "owner",
        "location",
        "locations",
    ]
)
"""Members that only the service sets; id is taken when an image is made."""

BASE = ("name", "container_format", "disk_format", "min_disk", "min_ram", "protected", "tags", "visibility")
DEFAULTS: Mapping[str, Any] = {
    "name": None,
    "container_format": None,
    "disk_format": None,
    "min_disk": 0,
    "min_ram": 0,
    "protected": False,
    "tags": [],
    "visibility": "private",
}
MOST_PROPERTIES = 128


@dataclass
class Image:
    """An image as it is stored; `number` orders images made within one second."""

    id: str
    owner: str
    created: datetime
    updated: datetime
    number: int
    members: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    properties: dict[str, str | None] = field(default_factory=dict)
    data: bytes | None = None

    @property
    def status(self) -> str:
        """active once it has data."""
        return "queued" if self.data is None else "active"


def stamp(moment: datetime) -> str:
    """The time as the document's examples write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(image: Image) -> dict[str, Any]:
    """The image as every answer shows it."""
    path = f"/v2/images/{image.id}"
    return {
        **{key: value for key, value in image.members.items() if key != "tags"},
        "tags": list(image.members["tags"]),
        "id": image.id,
        "status": image.status,
        "size": None if image.data is None else len(image.data),
        "checksum": None if image.data is None else hashlib.md5(image.data, usedforsecurity=False).hexdigest(),
        "virtual_size": None,
        "owner": image.owner,
        "created_at": stamp(image.created),
        "updated_at": stamp(image.updated),
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
        "locations": [],
        **image.properties,
    }


class Store:
    """All images, guarded by one lock."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self._images: dict[str, Image] = {}
        self._gone: set[str] = set()
        self._made = 0

    def __len__(self) -> int:
        return len(self._images)

    def get(self, image_id: str) -> Image | None:
        """The image with this id, whoever asks."""
        return self._images.get(image_id)

    def all(self) -> list[Image]:
        """Every image."""
        return list(self._images.values())

    def put(self, image: Image) -> None:
        """Put an image in, or back."""
        self._images[image.id] = image
        self._gone.discard(image.id)

    def drop(self, image_id: str) -> None:
        """Take an image out without a trace."""
        self._images.pop(image_id, None)

    def visible(self, caller: Caller) -> Iterator[Image]:
        """What the caller may list."""
        for image in self._images.values():
            if caller.admin or image.owner == caller.project or image.members["visibility"] == "public":
                yield image

    def find(self, caller: Caller, image_id: str) -> Image:
        """The image when it is there and the caller may see it. Raises Refused 404."""
        image = self._images.get(image_id)
        open_to_all = image is not None and image.members["visibility"] in {"public", "community"}
        if image is None or not (caller.admin or image.owner == caller.project or open_to_all):
            raise Refused(404, f"No image found with ID {image_id}")
        return image

    def own(self, caller: Caller, image_id: str) -> Image:
        """The image when the caller may change it. Raises Refused 404 or 403."""
        image = self.find(caller, image_id)
        if not caller.writer or not (caller.admin or image.owner == caller.project):
            raise Refused(403, "You are not permitted to change this image.")
        return image

    def create(self, caller: Caller, body: Mapping[str, Any]) -> Image:
        """Make an image of a body that has the documented shape. Raises Refused."""
        if not caller.writer:
            raise Refused(403, "Your role does not permit to create images.")
        kept = sorted((READ_ONLY - {"id"}) & body.keys())
        if kept:
            raise Refused(403, f"Attribute '{kept[0]}' is read-only.")
        image_id = body.get("id") or str(uuid.uuid4())
        if image_id in self._images or image_id in self._gone:
            raise Refused(409, f"Image ID {image_id} already exists!")
        now = self.clock.now()
        self._made += 1
        image = Image(image_id, caller.project, now, now, self._made)
        for name, value in body.items():
            if name in DEFAULTS:
                self.set(image, caller, name, value)
            elif name != "id":
                image.properties[name] = value
        self._bounded(image)
        self._images[image.id] = image
        return image

    def set(self, image: Image, caller: Caller, name: str, value: Any) -> None:
        """Set a member of the document's."""
        if name == "visibility" and value == "public" and not caller.admin:
            raise Refused(403, "You are not permitted to publish an image.")
        if name in {"disk_format", "container_format"} and image.data is not None and value != image.members[name]:
            raise Refused(403, f"Attribute '{name}' cannot be changed once the image has data.")
        image.members[name] = sorted(set(value)) if name == "tags" else value

    def patch(self, caller: Caller, image_id: str, operations: list[Mapping[str, Any]]) -> Image:
        """Apply all operations or none (RFC 5789, 2). Raises Refused."""
        image = self.own(caller, image_id)
        copy = Image(
            image.id,
            image.owner,
            image.created,
            image.updated,
            image.number,
            dict(image.members),
            dict(image.properties),
            image.data,
        )
        for item in operations:
            self._apply(copy, caller, item)
        self._bounded(copy)
        image.members, image.properties = copy.members, copy.properties
        image.updated = max(self.clock.now(), image.updated)
        return image

    def _apply(self, image: Image, caller: Caller, item: Mapping[str, Any]) -> None:
        op, name = item["op"], pointer(item["path"])
        if name in READ_ONLY:
            raise Refused(403, f"Attribute '{name}' is read-only.")
        if name in BASE:
            if op == "remove":
                raise Refused(403, f"Property {name} may not be removed.")
            self.set(image, caller, name, item["value"])
        elif op == "add":
            image.properties[name] = item["value"]
        elif name not in image.properties:
            raise Refused(409, f"Property {name} does not exist.")
        elif op == "replace":
            image.properties[name] = item["value"]
        else:
            del image.properties[name]

    def _bounded(self, image: Image) -> None:
        if len(image.properties) > MOST_PROPERTIES:
            raise Refused(400, f"An image has at most {MOST_PROPERTIES} properties.")

    def upload(self, caller: Caller, image_id: str, data: bytes) -> None:
        """Give an image its data. Raises Refused."""
        image = self.own(caller, image_id)
        if image.data is not None:
            raise Refused(409, "The image has data already.")
        image.data = data
        image.updated = max(self.clock.now(), image.updated)

    def delete(self, caller: Caller, image_id: str) -> None:
        """Delete an image. Raises Refused."""
        image = self.own(caller, image_id)
        if image.members["protected"]:
            raise Refused(403, f"Image {image_id} is protected and cannot be deleted.")
        del self._images[image_id]
        self._gone.add(image_id)


def pointer(path: str) -> str:
    """The one member that a JSON pointer leads to (RFC 6901). Raises Refused 400."""
    if not path.startswith("/") or len(path) < 2 or "/" in path[1:] or re.search(r"~(?![01])", path):
        raise Refused(400, f"Invalid JSON pointer: {path[:100]}")
    return path[1:].replace("~1", "/").replace("~0", "~")
