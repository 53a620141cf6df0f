"""The course of a walk: the model, what was done so far, and how a look at an answer becomes a finding.

Rules
- A step refers to images and names by their number in the walk, so that a part of a walk can be walked again.
- A deviation is reported once: after it the model takes over what the cloud shows.
- After an answer that leaves open whether the request was carried out (5xx, 408, 429) the members of the image are in
  doubt and not judged until they are seen again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.finding import Key
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.blame import GONE, Blame, Cause, blamed, kept
from conformance.services.image.walks.held import HeldList
from conformance.services.image.walks.imagemodel import Difference, ModelImage
from conformance.services.image.walks.modelstore import ModelStore
from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["GONE_FOR_GOOD", "TICK", "Course", "unclear"]

TICK = 1.05
"""Seconds after which a timestamp in whole seconds must differ."""
ISOLATION = {
    "image.show": requirement_id.stated("image", "isolation", "show"),
    "image.patch": requirement_id.stated("image", "isolation", "patch"),
    "image.download": requirement_id.stated("image", "isolation", "download"),
    "image.delete": requirement_id.stated("image", "isolation", "delete"),
}
"""Operation -> the requirement that another project is refused it on a private image."""
GONE_FOR_GOOD = requirement_id.gone("image.delete")


class Course:
    """What the steps of a walk share. Use as a context, so that findings have the exchanges that led to them.

    `store` is the model, `steps` are those that were done. `found` maps the key of each deviation to the index of the
    step that showed it and the image that it is about (-1 for none). `causes` are, for each image, the operations since
    it was seen whole. `changes_since` says whether the list takes the parameter for changes; None while that is not
    known. `held` are the lists of which a page is held. `deleted` maps an id to the image that was deleted with it, `refused_creates` are the numbers of images whose
    create was refused. `known` are the members that the contract has, `defaults` what a create leaves to the service.
    """

    def __init__(self, cloud: ImageClient, expect: Expect, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.cloud = cloud
        self.store = ModelStore()
        self.steps: list[WalkStep] = []
        self.found: dict[Key, tuple[int, int]] = {}
        self.causes: dict[int, list[Cause]] = {}
        self.changes_since: bool | None = None
        self.clock = clock
        self.at = -1
        create = cloud.contract.operations["image.create"]
        schema = create.responses[0].schema or {}
        self.defaults = create.defaults
        self.known = frozenset({*schema.get("properties", {}), "description"})
        self._expect = expect
        self.held: dict[int, HeldList] = {}
        self.deleted: dict[str, ModelImage] = {}
        self.refused_creates: set[int] = set()
        self._names: dict[int, str] = {}
        self._ids: dict[int, str] = {}
        self._stamped: dict[int, float] = {}
        self._trail: list[int] = []

    def __enter__(self) -> Self:
        self.cloud.recorder.trail = self._trail
        return self

    def __exit__(self, *_: object) -> None:
        self.cloud.recorder.trail = None

    # --- names ------------------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """All names that the walk has made, also those that no image has any more."""
        return list(self._names.values())

    def name_of(self, text: str) -> Name | str:
        """The Name that stands for this text, so that a step with it can be walked again; the text itself when there is
        none."""
        return next((Name(number) for number, name in self._names.items() if name == text), text)

    def resolved(self, value: Any) -> Any:
        """The text that a Name stands for in this walk; any other value as it is."""
        if isinstance(value, Name):
            if value.number not in self._names:
                self._names[value.number] = self.cloud.name(value.suffix)
            return self._names[value.number]
        return value

    def own_id(self, slot: int) -> str:
        """The id of our choice for the image of this number."""
        if slot not in self._ids:
            self._ids[slot] = self.cloud.uuid()
        return self._ids[slot]

    # --- the images -------------------------------------------------------------------------------------------------

    def image(self, slot: int) -> ModelImage | None:
        """The image of this number, be it there or deleted; None when it was never made."""
        return self.store.images.get(slot) or self.store.gone.get(slot)

    def id_of(self, slot: int) -> str:
        """The id of an image that was made."""
        image = self.image(slot)
        assert image is not None
        return image.id

    def stranger(self, step: WalkStep) -> bool:
        """Whether the step is done by another project than the image's."""
        image = self.image(step.slot)
        return image is not None and image.actor != step.actor

    def hold(self, slot: int, image: ModelImage) -> None:
        """Put an image into the model."""
        before = self.store.images.get(slot)
        if before is None or before.updated_at != image.updated_at:
            self._stamped[slot] = self.clock()
        self.store = self.store.holding(slot, image)

    def since_stamp(self, slot: int, now: float) -> float:
        """Seconds from the last change of the image's updated_at to this moment of the clock."""
        return now - self._stamped.get(slot, now)

    def caused(
        self,
        slot: int,
        action: str,
        *,
        refused: bool = False,
        stranger: bool = False,
        named: frozenset[str] = frozenset(),
    ) -> None:
        """Note an operation on an image: what differs at any image from now on may be of it."""
        for other in self.store.images:
            own = other == slot
            cause = Cause(action, own, refused, stranger and own, named if own else frozenset())
            self.causes.setdefault(other, []).append(cause)

    # --- what is judged ---------------------------------------------------------------------------------------------

    def holds(self, requirement: str, exchange: Exchange) -> None:
        """Count a look at a requirement that is kept."""
        self._expect.kept(requirement, exchange)

    def say(self, requirement: str, ok: bool, deviation: Deviation, exchange: Exchange, *, slot: int = -1) -> bool:
        """Judge a requirement. A deviation is about the image `slot`; the exchanges of the walk so far are its related
        ones."""
        exchanges = self.cloud.recorder.exchanges
        related = tuple(exchanges[number - 1] for number in self._trail if number < exchange.number)
        self._expect(requirement, ok, deviation, exchange, related=related)
        if not ok:
            self.found.setdefault((requirement, deviation), (self.at, slot))
        return ok

    def status(self, requirement: str, exchange: Exchange, due: int, act: Phrase, *, slot: int = -1) -> None:
        """Judge that an answer has the status that is due."""
        got = exchange.response.status
        deviation = Deviation("status", status=got, act=act, terms=(("due", (due,)),))
        self.say(requirement, got == due, deviation, exchange, slot=slot)

    def refused(self, requirement: str, exchange: Exchange, act: Phrase, slot: int) -> bool:
        """Judge that a request was refused; true also when the answer leaves open what happened."""
        status = exchange.response.status
        if unclear(exchange):
            return True
        deviation = Deviation("accepted", act=act, seen=(("status", status),))
        return self.say(requirement, status >= 400, deviation, exchange, slot=slot)

    def isolated(self, exchange: Exchange, image: ModelImage, slot: int) -> None:
        """Judge that another project was refused, when the image is private."""
        if image.private:
            act = Phrase.of("by-another-project", operation=exchange.operation, how="private")
            self.refused(ISOLATION[exchange.operation], exchange, act, slot)

    def differs(self, slot: int, item: Difference, where: str, exchange: Exchange) -> None:
        """Report a member that is not as it is due; the operations since the image was seen decide which requirement
        that breaks."""
        causes, image = self.causes.get(slot, ()), self.store.images[slot]
        former = self.deleted.get(image.id)
        if former is not None and former.had(item.member, item.got):
            blame = Blame(GONE_FOR_GOOD, Deviation("back-with-its-id"))
        else:
            blame = blamed(item.member, causes, image, where, self.defaults, self.known)
        deviation = blame.deviation
        if item.member != GONE:
            shown = {"due": short(item.due), "got": short(item.got), "members": item.member}
            deviation = deviation.showing(**shown).at(item.member)
        self.say(blame.requirement, False, deviation, exchange, slot=slot)

    def differ(self, slot: int, found: Sequence[Difference], where: str, exchange: Exchange) -> None:
        """Report what differs, without updated_at where something else does: what is older has an older one."""
        for item in [item for item in found if item.member != "updated_at"] or found:
            self.differs(slot, item, where, exchange)

    def seen(self, slot: int, body: Mapping[str, Any], where: str, exchange: Exchange) -> None:
        """Compare an image that was shown whole with the model, report differences, and take over what is shown."""
        image = self.store.images[slot]
        wrong = image.differences(body)
        self.differ(slot, wrong, where, exchange)
        if not wrong:
            for promise in {name for cause in self.causes.get(slot, ()) for name in kept(cause)}:
                self.holds(promise, exchange)
        self.hold(slot, image.seen(body, self.known, (item.member for item in wrong)))
        self.causes[slot] = []

    def answered(self, slot: int, image: ModelImage, body: Mapping[str, Any], exchange: Exchange) -> None:
        """Compare the answer to a create or a patch with the image as it is due, and take over what it shows."""
        wrong = image.differences(body)
        self.differ(slot, wrong, "answer", exchange)
        self.hold(slot, image.seen(body, self.known, (item.member for item in wrong)))

    def vanished(self, slot: int, exchange: Exchange) -> bool:
        """Whether an image is missing after operations on other images; then that is reported, and the model drops
        it."""
        if exchange.response.status != 404 or all(cause.own for cause in self.causes.get(slot, ())):
            return False
        self.lost(slot, exchange)
        return True

    def lost(self, slot: int, exchange: Exchange) -> None:
        """Report an image that is missing although it is due to be there, and drop it from the model."""
        self.differs(slot, Difference(GONE, None, None), "answer", exchange)
        self.store = self.store.without(slot, deleted=False)


def unclear(exchange: Exchange) -> bool:
    """Whether the answer leaves open what happened to the request."""
    return exchange.response.status >= 500 or exchange.response.status in {408, 429}
