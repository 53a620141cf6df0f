"""The order in which the walks of images have their acts."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from conformance.services.image.walks.acts.changing import change, change_later, protect
from conformance.services.image.walks.acts.creating import create, reuse
from conformance.services.image.walks.acts.files import download, upload
from conformance.services.image.walks.acts.projects import share, trespass
from conformance.services.image.walks.acts.reading import hold, look
from conformance.services.image.walks.acts.removing import after_delete, delete
from conformance.services.image.walks.acts.repeating import change_the_same, create_refused, undo, upload_again
from conformance.services.image.walks.acts.walker import Walker

__all__ = ["FURTHER", "ROTA", "STEPS"]

STEPS = 24
"""Rules of a walk: long enough for a third change of an image after a delete, short enough to begin anew often."""
Turn = Callable[[Walker, random.Random], None]
ROTA: tuple[Turn, ...] = (
    upload,
    create,
    change,
    trespass,
    look,
    partial(change, again=True),
    create,
    upload,
    partial(change, wrong=True),
    protect,
    create,
    delete,
    change,
    change_later,
    after_delete,
    look,
    reuse,
    trespass,
    hold,
    upload_again,
    change_the_same,
    share,
    hold,
    create_refused,
    undo,
)
"""The order of acts that every other turn follows, so that a few walks have had every kind of act."""
FURTHER: tuple[Turn, ...] = (download,)
"""Acts that are drawn only."""
