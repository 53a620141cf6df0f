"""Uploads and downloads of a walk."""

from __future__ import annotations

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import call
from conformance.services.image.walks.course import GONE_FOR_GOOD, Course, unclear
from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.step import WalkStep

__all__ = ["download", "upload"]

DOWNLOAD = "image.download"
BYTES = requirement_id.stated(DOWNLOAD, "bytes")


def upload(walk: Course, step: WalkStep) -> None:
    """Give an image data. It is upstream's operation: what it answers is not judged, only what follows."""
    exchange = walk.cloud.upload(walk.id_of(step.slot), step.data, actor=step.actor)
    image = walk.store.images.get(step.slot)
    if image is None:
        return
    if unclear(exchange):
        walk.hold(step.slot, image.tried(step.data, unclear=True).doubted())
    elif exchange.response.status < 300:
        walk.hold(step.slot, image.uploaded(step.data))
    else:
        walk.hold(step.slot, image.tried(step.data, unclear=False))
    walk.caused(step.slot, "upload", refused=exchange.response.status >= 400)


def download(walk: Course, step: WalkStep) -> None:
    """Download the data of an image. What is not private may be sent to another project, and then is what its owner
    gets."""
    exchange = walk.cloud.download(walk.id_of(step.slot), actor=step.actor)
    image, status = walk.store.images.get(step.slot), exchange.response.status
    if unclear(exchange):
        return
    if image is None:
        walk.refused(GONE_FOR_GOOD, exchange, call(DOWNLOAD, "deleted"), step.slot)
    elif walk.stranger(step):
        walk.isolated(exchange, image, step.slot)
        if not image.private and status == 200 and _settled(image):
            _bytes(walk, step.slot, image, exchange)
    elif walk.vanished(step.slot, exchange):
        return
    elif image.data is None and image.status == "queued":
        _nothing(walk, step.slot, image, exchange)
    elif _settled(image):
        _file(walk, step.slot, image, exchange)


def _settled(image: ModelImage) -> bool:
    """Whether its data can be due: it was uploaded and taken over."""
    return image.data is not None and image.status == "active" and "status" not in image.doubt


def _nothing(walk: Course, slot: int, image: ModelImage, exchange: Exchange) -> None:
    """Judge the download of an image without data: empty or refused (ruling 10)."""
    former, status = walk.deleted.get(image.id), exchange.response.status
    if status == 200 and former is not None and exchange.response.body in former.wholes:
        walk.say(GONE_FOR_GOOD, False, Deviation("back-with-its-id"), exchange, slot=slot)
        return
    ok = status == 204 or (status in walk.cloud.contract.error_codes and 400 <= status < 500)
    deviation = Deviation("neither-empty-nor-refused", status=status)
    walk.say(requirement_id.stated(DOWNLOAD, "no-data"), ok, deviation, exchange, slot=slot)


def _file(walk: Course, slot: int, image: ModelImage, exchange: Exchange) -> None:
    """Judge the download of an image that has data."""
    exists, status = requirement_id.stated(DOWNLOAD, "precondition", "file"), exchange.response.status
    if status == 204 and b"" in image.wholes:
        walk.holds(exists, exchange)
    else:
        walk.status(exists, exchange, 200, call(DOWNLOAD, "data-is-there"), slot=slot)
        if status != 200:
            return
    _bytes(walk, slot, image, exchange)


def _bytes(walk: Course, slot: int, image: ModelImage, exchange: Exchange) -> None:
    """Judge that the bytes are those of one upload as a whole; from then on they stay."""
    got, due = exchange.response.body, image.wholes[0]
    if got in image.wholes:
        walk.holds(BYTES, exchange)
        untrue = Deviation("no-hash-of-the-data-where", place="checksum", terms=(("where", "shown"),))
        walk.say(requirement_id.stated(DOWNLOAD, "checksum"), not image.mistaken, untrue, exchange, slot=slot)
        walk.hold(slot, image.having(got))
        return
    if got in image.sent:
        deviation = Deviation("data-of-another-upload")
    elif got in [other.data for other in walk.store.images.values() if other.data]:
        deviation = Deviation("data-of-another", terms=(("when", "by-itself"),))
    else:
        deviation = Deviation("other-data", seen=(("got", len(got)), ("due", len(due)), ("byte", _at(got, due))))
    walk.say(BYTES, False, deviation, exchange, slot=slot)
    if not image.settled:
        walk.hold(slot, image.having(got))


def _at(got: bytes, due: bytes) -> int:
    """The index of the first byte that differs, or the shorter length."""
    return next(
        (at for at, pair in enumerate(zip(got, due, strict=False)) if pair[0] != pair[1]), min(len(got), len(due))
    )
