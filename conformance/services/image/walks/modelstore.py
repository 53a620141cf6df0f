"""The model of an image store: the images that a cloud holds after the requests of a walk. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.model.jsonvalue import moment
from conformance.services.image.walks.imagemodel import ModelImage

__all__ = ["ModelStore"]


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The images of one walk by their number in it: those that are there, and those that were deleted."""

    images: Mapping[int, ModelImage] = field(default_factory=dict)
    gone: Mapping[int, ModelImage] = field(default_factory=dict)

    def holding(self, slot: int, image: ModelImage) -> ModelStore:
        """The store with this image; a deleted image of the same id is no longer expected to be gone."""
        gone = {key: value for key, value in self.gone.items() if value.id != image.id}
        return ModelStore({**self.images, slot: image}, gone)

    def without(self, slot: int, *, deleted: bool) -> ModelStore:
        """The store without this image, which is expected to stay away when it was deleted."""
        left = {key: value for key, value in self.images.items() if key != slot}
        return ModelStore(left, {**self.gone, slot: self.images[slot]} if deleted else self.gone)

    def slot_of(self, image_id: str) -> int | None:
        """The number of the image with this id."""
        return next((slot for slot, image in self.images.items() if image.id == image_id), None)

    def listed(self, actor: str, query: Mapping[str, str]) -> tuple[frozenset[int], frozenset[int]]:
        """The images that a list with these filters (name, status, changes-since) must hold, and those that it may
        hold."""
        must: set[int] = set()
        may: set[int] = set()
        for slot, image in self.images.items():
            answers = [_visible(image, actor)]
            for name in ("name", "status"):
                if name in query:
                    known = name in image.members and name not in image.doubt
                    answers.append(image.members[name] == query[name] if known else None)
            if "changes-since" in query:
                answers.append(_changed_since(image, query["changes-since"]))
            if False not in answers:
                may.add(slot)
                if None not in answers:
                    must.add(slot)
        return frozenset(must), frozenset(may)


def _visible(image: ModelImage, actor: str) -> bool | None:
    return True if image.actor == actor else False if image.private else None


def _changed_since(image: ModelImage, text: str) -> bool | None:
    changed, since = moment(str(image.updated_at)), moment(text)
    if image.moved or changed is None or since is None or "updated_at" in image.doubt:
        return None
    return changed.replace(microsecond=0) >= since
