"""Acts with data: upload it, download it."""

from __future__ import annotations

import random

from conformance.services.image.walks.acts.walker import Walker
from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.step import WalkStep

__all__ = ["download", "fetch_another", "some_data", "upload"]


def some_data(walker: Walker, chance: random.Random) -> bytes:
    """Random bytes, at times those that another image has too."""
    others = [image.data for image in walker.images.values() if image.data]
    if others and chance.random() < 0.25:
        return chance.choice(others)
    return chance.randbytes(chance.choice((1, 40, 40, 40, 3000)))


def upload(walker: Walker, chance: random.Random) -> None:
    """Upload data, at times to an image that has some, then download it and the data of another image."""
    slot = walker.pick(chance, _ready if chance.random() < 0.85 else lambda image: image.data is not None)
    actor = walker.actor(slot)
    walker.do(WalkStep("upload", slot, actor, data=some_data(walker, chance)))
    walker.walk.do(WalkStep("download", slot, actor))
    fetch_another(walker, chance, slot)


def _ready(image: ModelImage) -> bool:
    formats = (image.members.get("disk_format"), image.members.get("container_format"))
    return (image.status, *formats) == ("queued", "raw", "bare")


def download(walker: Walker, chance: random.Random) -> None:
    """Download the data of an image that has some."""
    slot = walker.pick(chance, lambda image: image.data is not None)
    walker.walk.do(WalkStep("download", slot, walker.actor(slot)))


def fetch_another(walker: Walker, chance: random.Random, slot: int) -> None:
    """Download the data of another image than this one."""
    others = [other for other, image in walker.images.items() if other != slot and image.data is not None]
    if others:
        other = chance.choice(others)
        walker.walk.do(WalkStep("download", other, walker.actor(other)))
