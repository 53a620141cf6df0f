"""Hooks of faults that depend on earlier requests: what was done before decides whether a promise is broken.

Such a fault answers a single request of its kind rightly. It waits for a second change, a delete in between, a name
that was used before, two members together, or an image whose id the client chose.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.services.fault import Hooks
from conformance.services.image.faults.reading import sent
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call, Caller

__all__ = ["Act", "Past", "after", "created", "deleted", "done", "listing_after", "mates", "shown", "undo"]

WRITES = frozenset({"image.create", "image.patch", "image.upload", "image.delete"})


@dataclass
class Past:
    """The requests that the target has served so far, as far as faults depend on them.

    `patches` counts the changes of each image, `names` are those that each image had, `own` are the ids that clients
    chose. `before` is every image as it was before the request that is being answered, `ghosts` are the images that
    were deleted, in their order, and `last` is the last operation that changed something.
    """

    patches: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[Any]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    before: dict[str, StoredImage] = field(default_factory=dict)
    ghosts: dict[str, StoredImage] = field(default_factory=dict)
    deletes: int = 0
    last: str = ""

    def changes(self, image: StoredImage) -> int:
        """How often an image was changed before this request."""
        return self.patches.get(image.id, 0)


Act = Callable[[Call, Answer, ImageStore, Past], Answer]


def after(act: Act, past: Past | None = None) -> Hooks:
    """Act on each answer with the history up to its request; then write the request into the history."""
    past = past or Past()

    def handle(_call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        past.before = {image.id: copy.deepcopy(image) for image in store.all()}
        return None

    def answer(call: Call, said: Answer, store: ImageStore) -> Answer:
        if call.service != "image":
            return said
        said = act(call, said, store, past)
        if call.operation in WRITES and said.status < 300:
            _remember(call, said, past)
        return said

    return Hooks(handle=handle, answer=answer)


def _remember(call: Call, said: Answer, past: Past) -> None:
    body = said.body if isinstance(said.body, dict) else {}
    image_id = str(body.get("id", call.image_id))
    past.last = call.operation
    if call.operation == "image.create" and "id" in sent(call):
        past.own.add(image_id)
    if call.operation == "image.patch":
        past.patches[image_id] = past.patches.get(image_id, 0) + 1
    if call.operation == "image.delete":
        past.deletes += 1
        if image_id in past.before:
            past.ghosts[image_id] = past.before[image_id]
    if "name" in body:
        past.names.setdefault(image_id, []).append(body["name"])


def done(operation: str, act: Callable[[Call, StoredImage, ImageStore, Past], Any], *, refused: bool = False) -> Hooks:
    """Act on the image that is stored when an operation on it has succeeded (or was refused)."""

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image = store.get(call.image_id)
        if call.operation == operation and (said.status >= 400) is refused and image is not None:
            act(call, image, store, past)
        return said

    return after(change)


def created(act: Callable[[StoredImage], Any]) -> Hooks:
    """Act on the image that a create has stored, once the answer has been made."""

    def change(call: Call, said: Answer, store: ImageStore, _past: Past) -> Answer:
        image = store.get(str(said.body.get("id"))) if call.operation == "image.create" and said.status == 201 else None
        if image is not None:
            act(image)
        return said

    return after(change)


def deleted(act: Callable[[Call, StoredImage, ImageStore, Past], Any]) -> Hooks:
    """Act when an image has been deleted; it is given as it was."""

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        gone = past.before.get(call.image_id)
        if call.operation == "image.delete" and said.status == 204 and gone is not None:
            act(call, gone, store, past)
        return said

    return after(change)


def shown(
    operations: tuple[str, ...], act: Callable[[dict[str, Any], StoredImage, Past, ImageStore], dict[str, Any]]
) -> Hooks:
    """Change what these operations show an image as."""

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image = store.get(call.image_id)
        if call.operation in operations and said.status == 200 and image is not None:
            return replace(said, body=act(dict(said.body), image, past, store))
        return said

    return after(change)


def listing_after(act: Callable[[Call, list[StoredImage], Past, ImageStore], list[StoredImage]]) -> Hooks:
    """List from other images, by what was done before."""
    past = Past()
    hooks = after(lambda _call, said, _store, _past: said, past)
    return replace(hooks, visible=lambda call, images, store: act(call, images, past, store))


def undo(image: StoredImage, past: Past, names: list[str] | None = None) -> None:
    """Put back what an image had before the request: all of it, or these members and properties."""
    before = past.before.get(image.id)
    if before is None:
        return
    if names is None:
        image.members, image.properties = before.members, before.properties
    for name in names or ():
        if name in before.members:
            image.members[name] = before.members[name]
        elif name in before.properties:
            image.properties[name] = before.properties[name]
        else:
            image.properties.pop(name, None)


def mates(image: StoredImage, store: ImageStore) -> list[StoredImage]:
    """The other images of the image's project."""
    return [other for other in store.all() if other.id != image.id and other.owner == image.owner]
