"""What the image part of the reference holds: images, and the rules for creating, changing and deleting them. No HTTP
here."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from conformance.model.contract import Contract
from conformance.services.clock import Clock
from conformance.services.wire import Caller, Refused

__all__ = ["DEFAULTS", "ImageStore", "StoredImage", "document", "pointer", "stamp"]

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
"""Members that a client may write, with what they are when it leaves them out: the document's example where it shows a
value, else OpenStack's."""


@dataclass
class StoredImage:
    """An image as it is stored.

    `members` are the document's that a client may write, `properties` all others. `number` counts the images as they
    are made: it orders those of one second. `data` is None until it was uploaded.
    """

    id: str
    owner: str
    created: datetime
    updated: datetime
    number: int
    members: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    properties: dict[str, str | None] = field(default_factory=dict)
    data: bytes | None = None
    _hashed: tuple[bytes, str] = (b"", "d41d8cd98f00b204e9800998ecf8427e")

    @property
    def checksum(self) -> str | None:
        """The MD5 of its data, which is read once."""
        if self.data is None:
            return None
        if self._hashed[0] is not self.data:
            self._hashed = self.data, hashlib.md5(self.data, usedforsecurity=False).hexdigest()
        return self._hashed[1]

    @property
    def status(self) -> str:
        """active once it has data."""
        return "queued" if self.data is None else "active"


def stamp(moment: datetime) -> str:
    """The time as the document's examples write it: UTC, whole seconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(image: StoredImage) -> dict[str, Any]:
    """The image as every answer shows it."""
    path = f"/v2/images/{image.id}"
    return {
        **{key: value for key, value in image.members.items() if key != "tags"},
        "tags": list(image.members["tags"]),
        "id": image.id,
        "status": image.status,
        "size": None if image.data is None else len(image.data),
        "checksum": image.checksum,
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


class ImageStore:
    """All images of all projects, and who may do what with them.

    Which members only the service sets, and how many properties an image may have, are the contract's.
    """

    def __init__(self, contract: Contract, clock: Clock) -> None:
        self.clock = clock
        create = contract.operations["image.create"]
        asked, shown = create.request_schema or {}, create.responses[0].schema or {}
        self._writable = frozenset(asked["properties"]) - {"id"}
        self._read_only = frozenset(shown["properties"]) - self._writable
        self._most_properties: int = asked["x-max-additional"]
        self._images: dict[str, StoredImage] = {}
        self._gone: dict[str, StoredImage] = {}
        self._made = 0

    def __len__(self) -> int:
        return len(self._images)

    def get(self, image_id: str) -> StoredImage | None:
        """The image with this id, whoever asks."""
        return self._images.get(image_id)

    def all(self) -> list[StoredImage]:
        """Every image."""
        return list(self._images.values())

    def put(self, image: StoredImage) -> None:
        """Put an image in, or back."""
        self._images[image.id] = image
        self._gone.pop(image.id, None)

    def drop(self, image_id: str) -> None:
        """Take an image out without a trace."""
        self._images.pop(image_id, None)

    def visible(self, caller: Caller) -> Iterator[StoredImage]:
        """What the caller may list: its project's images and public ones; an administrator everything."""
        return (image for image in self._images.values() if _listed_to(caller, image))

    def deleted(self, caller: Caller) -> Iterator[StoredImage]:
        """What the caller might list until it was deleted, as it was then: a page can still go on from it."""
        return (image for image in self._gone.values() if _listed_to(caller, image))

    def find(self, caller: Caller, image_id: str) -> StoredImage:
        """The image when the caller may see it: as in lists, and community images. Raises Refused 404."""
        image = self._images.get(image_id)
        open_to_all = image is not None and image.members["visibility"] in {"public", "community"}
        if image is None or not (caller.admin or image.owner == caller.project or open_to_all):
            raise Refused(404, f"No image found with ID {image_id}")
        return image

    def own(self, caller: Caller, image_id: str) -> StoredImage:
        """The image when the caller may change it: one of its project, with a role that writes. Raises Refused 404 or
        403."""
        image = self.find(caller, image_id)
        if not caller.writer or not (caller.admin or image.owner == caller.project):
            raise Refused(403, "You are not permitted to change this image.")
        return image

    def create(self, caller: Caller, body: Mapping[str, Any]) -> StoredImage:
        """Make an image of a body that has the documented form.

        Raises Refused: 403 for a role that only reads and for a member that only the service sets, 409 for an id that
        is or was in use, 400 for too many properties.
        """
        if not caller.writer:
            raise Refused(403, "Your role does not permit to create images.")
        kept = sorted((self._read_only - {"id"}) & body.keys())
        if kept:
            raise Refused(403, f"Attribute '{kept[0]}' is read-only.")
        image_id = body.get("id") or str(uuid.uuid4())
        if image_id in self._images or image_id in self._gone:
            raise Refused(409, f"Image ID {image_id} already exists!")
        now = self.clock.now()
        self._made += 1
        image = StoredImage(image_id, caller.project, now, now, self._made)
        for name, value in body.items():
            if name in self._writable:
                self.set(image, caller, name, value)
            elif name != "id":
                image.properties[name] = value
        self._bounded(image)
        self._images[image.id] = image
        return image

    def set(self, image: StoredImage, caller: Caller, name: str, value: Any) -> None:
        """Give a member a value. Raises Refused 403: public is the administrator's, formats stay once there is data."""
        if name == "visibility" and value == "public" and not caller.admin:
            raise Refused(403, "You are not permitted to publish an image.")
        if name in {"disk_format", "container_format"} and image.data is not None and value != image.members[name]:
            raise Refused(403, f"Attribute '{name}' cannot be changed once the image has data.")
        image.members[name] = sorted(set(value)) if name == "tags" else value

    def patch(self, caller: Caller, image_id: str, operations: list[Mapping[str, Any]]) -> StoredImage:
        """Apply all operations or none (RFC 5789, 2). Raises Refused: 403, 404, or 409 for a property that is not
        there."""
        image = self.own(caller, image_id)
        copy = replace(image, members=dict(image.members), properties=dict(image.properties))
        for item in operations:
            self._apply(copy, caller, item)
        self._bounded(copy)
        image.members, image.properties = copy.members, copy.properties
        image.updated = max(self.clock.now(), image.updated)
        return image

    def _apply(self, image: StoredImage, caller: Caller, item: Mapping[str, Any]) -> None:
        op, name = item["op"], pointer(item["path"])
        if name in self._read_only:
            raise Refused(403, f"Attribute '{name}' is read-only.")
        if name in self._writable:
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

    def _bounded(self, image: StoredImage) -> None:
        if len(image.properties) > self._most_properties:
            raise Refused(400, f"An image has at most {self._most_properties} properties.")

    def upload(self, caller: Caller, image_id: str, data: bytes) -> None:
        """Give an image its data. Raises Refused: 403, 404, or 409 when it has some."""
        image = self.own(caller, image_id)
        if image.data is not None:
            raise Refused(409, "The image has data already.")
        image.data = data
        image.updated = max(self.clock.now(), image.updated)

    def delete(self, caller: Caller, image_id: str) -> None:
        """Delete an image; its id is never free again. Raises Refused 404, or 403 when it is protected."""
        image = self.own(caller, image_id)
        if image.members["protected"]:
            raise Refused(403, f"Image {image_id} is protected and cannot be deleted.")
        del self._images[image_id]
        self._gone[image_id] = image


def _listed_to(caller: Caller, image: StoredImage) -> bool:
    return caller.admin or image.owner == caller.project or image.members["visibility"] == "public"


def pointer(path: str) -> str:
    """The one member that a JSON pointer leads to (RFC 6901). Raises Refused 400."""
    if not path.startswith("/") or len(path) < 2 or "/" in path[1:] or re.search(r"~(?![01])", path):
        raise Refused(400, f"Invalid JSON pointer: {path[:100]}")
    return path[1:].replace("~1", "/").replace("~0", "~")
