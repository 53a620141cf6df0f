"""What a cloud holds already, read and left as it is: the case of a run that may only read (`--read-only`)."""

from __future__ import annotations

from itertools import islice

from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, verifies
from conformance.services.image.arrange import Image, answered, listed
from conformance.services.image.client import ImageClient
from conformance.services.image.files import CHECKSUM, SIZE, facts_are_true
from conformance.services.image.selection import as_shown

MOST_PAGES, MOST_IMAGES, MOST_FILES = 5, 20, 3
"""Pages, images and files that are read: enough to see what the answers are like."""
LARGEST = 256 * 1024
"""Bytes up to which a file is fetched."""


@verifies("image.list.complete", SIZE, CHECKSUM, reads=True)
def test_what_is_there_is_shown_as_it_is_listed(cloud: ImageClient, expect: Expect) -> None:
    if not cloud.read_only:
        raise NotApplicable(Phrase.of("may-create"))
    pages = list(islice(cloud.pages({"limit": MOST_IMAGES}), MOST_PAGES))
    rows = [item for page in pages for item in listed(page)][:MOST_IMAGES]
    if not rows:
        raise NotExercised(Phrase.of("nothing-there"))
    shown = {}
    for row in rows:
        exchange = cloud.show(row.id)
        if exchange.response.status == 200:  # else somebody has deleted it since it was listed, or nothing shows images
            image = shown[row.id] = answered(exchange)
            if image.get("updated_at") == row.get("updated_at"):  # else somebody has changed it since
                as_shown(expect, cloud.contract, row, image, exchange)
    for image in [image for image in shown.values() if _small(image)][:MOST_FILES]:
        exchange = cloud.download(image.id)
        if exchange.response.status == 200:
            got = exchange.response.body
            facts_are_true(expect, image, got, got, "shown", exchange)


def _small(image: Image) -> bool:
    size = image.get("size")
    return image.get("status") == "active" and isinstance(size, int) and 0 < size <= LARGEST
