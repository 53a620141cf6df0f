"""A walk: steps done to the cloud and to the model, each by the module for its kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.services.image.walks.course import TICK, Course
from conformance.services.image.walks.step import WalkStep
from conformance.services.image.walks.steps.changing import patch
from conformance.services.image.walks.steps.creating import create
from conformance.services.image.walks.steps.files import download, upload
from conformance.services.image.walks.steps.listing import list_images
from conformance.services.image.walks.steps.paging import open_list, turn_pages
from conformance.services.image.walks.steps.removing import delete
from conformance.services.image.walks.steps.showing import show

__all__ = ["Walk"]


def _pause(_course: Course, _step: WalkStep) -> None:
    time.sleep(TICK)


STEPS: Mapping[str, Callable[[Course, WalkStep], None]] = {
    "create": create,
    "show": show,
    "patch": patch,
    "upload": upload,
    "download": download,
    "delete": delete,
    "list": list_images,
    "open": open_list,
    "turn": turn_pages,
    "pause": _pause,
}
"""Kind of a step -> what sends its request and judges the answer by the model."""
OF_NO_IMAGE = frozenset({"create", "list", "open", "turn", "pause"})
"""Kinds of steps that are about no image which the walk has made before."""


class Walk(Course):
    """Does steps and judges the answers."""

    def do(self, step: WalkStep) -> None:
        """Do a step, unless the image that it is about was never made. Raises TargetError."""
        self.at = len(self.steps)
        self.steps.append(step)
        if step.page is not None and step.kind not in OF_NO_IMAGE:
            step = replace(step, slot=self._ends(step.page))
        findings = self.cloud.recorder.findings
        before = len(findings)
        if step.kind in OF_NO_IMAGE or self.image(step.slot) is not None:
            STEPS[step.kind](self, step)
        for item in findings[before:]:  # those of the checks of an exchange; `say` has entered the others
            self.found.setdefault(item.key, (self.at, step.slot))

    def _ends(self, page: int) -> int:
        """The image with which a held page ends; -1 when there is no such page, or it is none of the walk."""
        held = self.held.get(page)
        last = held.rows[-1].get("id") if held is not None and held.rows else None
        slot = self.store.slot_of(str(last))
        return -1 if slot is None else slot

    def clear(self) -> None:
        """Delete all images that are there, and first take their protection away."""
        for slot, image in self.store.images.items():
            if image.protected:
                unprotect = ({"op": "replace", "path": "/protected", "value": False},)
                self.do(WalkStep("patch", slot, image.actor, operations=unprotect))
            self.do(WalkStep("delete", slot, image.actor))

    def forget(self) -> None:
        """Take the deleted images off the journal, unless a delete was seen to fail; its file keeps them until the run
        ends well."""
        broken = {requirement for requirement, _ in self.found}
        if not broken & {"image.delete.gone", "image.delete.response.204"}:
            for image in self.store.gone.values():
                self.cloud.journal.gone(image.id)
