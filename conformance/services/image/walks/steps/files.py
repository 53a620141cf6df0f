"""Uploads and downloads of a walk."""

from __future__ import annotations

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import call
from conformance.services.image.walks.course import GONE_FOR_GOOD, Course, unclear
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
        walk.hold(step.slot, image.doubted())
    elif exchange.response.status < 300:
        walk.hold(step.slot, image.uploaded(step.data))
    walk.caused(step.slot, "upload", refused=exchange.response.status >= 400)


def download(walk: Course, step: WalkStep) -> None:
    """Download the data of an image."""
    exchange = walk.cloud.download(walk.id_of(step.slot), actor=step.actor)
    image, status, got = walk.store.images.get(step.slot), exchange.response.status, exchange.response.body
    if unclear(exchange):
        return
    if image is None:
        walk.refused(GONE_FOR_GOOD, exchange, call(DOWNLOAD, "deleted"), step.slot)
    elif walk.stranger(step):
        walk.isolated(exchange, image, step.slot)
    elif walk.vanished(step.slot, exchange):
        return
    elif image.data is None and image.status == "queued":
        ok = status == 204 or (status in walk.cloud.contract.error_codes and 400 <= status < 500)
        deviation = Deviation("neither-empty-nor-refused", status=status)
        walk.say(requirement_id.stated(DOWNLOAD, "no-data"), ok, deviation, exchange, slot=step.slot)
    elif image.data is not None and not image.unsure and image.status == "active" and "status" not in image.doubt:
        _file(walk, step.slot, image.data, status, got, exchange)


def _file(walk: Course, slot: int, data: bytes, status: int, got: bytes, exchange: Exchange) -> None:
    exists = requirement_id.stated(DOWNLOAD, "precondition", "file")
    if status == 204 and not data:
        walk.holds(exists, exchange)
    else:
        walk.status(exists, exchange, 200, call(DOWNLOAD, "data-is-there"), slot=slot)
        if status != 200:
            return
    others = [image.data for image in walk.store.images.values() if image.data]
    if got in others:
        deviation = Deviation("data-of-another", terms=(("when", "by-itself"),))
    else:
        deviation = Deviation("other-data", seen=(("got", len(got)), ("due", len(data)), ("byte", _at(got, data))))
    walk.say(BYTES, got == data, deviation, exchange, slot=slot)


def _at(got: bytes, due: bytes) -> int:
    """The index of the first byte that differs, or the shorter length."""
    return next(
        (at for at, pair in enumerate(zip(got, due, strict=False)) if pair[0] != pair[1]), min(len(got), len(due))
    )
