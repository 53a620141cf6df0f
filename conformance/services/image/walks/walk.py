"""A walk: steps done to the cloud and to the model; each answer is judged by what the model says is due.

Rules
- A step refers to images and names by their number in the walk, so that a part of a walk can be walked again.
- A deviation is reported once: after it the model takes over what the cloud shows.
- After an answer that leaves open whether the request was carried out (5xx, 408, 429) the members of the image are in
  doubt and not judged until they are seen again.
- When a list differs from the model, the image is shown first: the list is wrong only when show agrees with the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.finding import Key
from conformance.model.jsonvalue import moment, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, call
from conformance.run.reading import Members, body_of, reading
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.blame import GONE, Cause, blamed, kept
from conformance.services.image.walks.imagemodel import Difference, Due, ModelImage, ModelStore
from conformance.services.image.walks.listing import ListJudge
from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["Walk", "unclear"]

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


class Walk:
    """Does steps and judges the answers. Use as a context, so that findings have the exchanges that led to them.

    `steps` are those that were done. `found` maps the key of each deviation to the index of the step that showed it and
    the image that it is about (-1 for none).
    """

    def __init__(self, cloud: ImageClient, expect: Expect, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.cloud = cloud
        self.store = ModelStore()
        self.steps: list[WalkStep] = []
        self.found: dict[Key, tuple[int, int]] = {}
        self._expect = expect
        self._clock = clock
        self._lists = ListJudge(self)
        self._names: dict[int, str] = {}
        self._causes: dict[int, list[Cause]] = {}
        self._stamped: dict[int, float] = {}
        self._trail: list[int] = []
        self._at = -1
        create = cloud.contract.operations["image.create"]
        schema = create.responses[0].schema or {}
        self._defaults = create.defaults
        self._known = frozenset({*schema.get("properties", {}), "description"})

    def __enter__(self) -> Self:
        self.cloud.recorder.trail = self._trail
        return self

    def __exit__(self, *_: object) -> None:
        self.cloud.recorder.trail = None

    @property
    def changes_since(self) -> bool | None:
        """Whether the list takes the parameter for changes; None while that is not known."""
        return self._lists.changes_since

    @changes_since.setter
    def changes_since(self, taken: bool | None) -> None:
        self._lists.changes_since = taken

    def do(self, step: WalkStep) -> None:
        """Do a step, unless the image that it is about was never made. Raises TargetError."""
        self._at = len(self.steps)
        self.steps.append(step)
        findings = self.cloud.recorder.findings
        before = len(findings)
        if step.kind in {"create", "list", "pause"} or self._image(step.slot) is not None:
            getattr(self, f"_{step.kind}")(step)
        for item in findings[before:]:  # those of the checks of an exchange; `say` has entered the others
            self.found.setdefault(item.key, (self._at, step.slot))

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
            self.found.setdefault((requirement, deviation), (self._at, slot))
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

    def _isolated(self, exchange: Exchange, image: ModelImage, slot: int) -> None:
        """Judge that another project was refused, when the image is private."""
        if image.private:
            act = Phrase.of("by-another-project", operation=exchange.operation, how="private")
            self.refused(ISOLATION[exchange.operation], exchange, act, slot)

    def differs(self, slot: int, item: Difference, where: str, exchange: Exchange) -> None:
        """Report a member that is not as it is due; the operations since the image was seen decide which requirement
        that breaks."""
        causes, image = self._causes.get(slot, ()), self.store.images[slot]
        blame = blamed(item.member, causes, image, where, self._defaults, self._known)
        deviation = blame.deviation
        if item.member != GONE:
            shown = {"due": short(item.due), "got": short(item.got), "members": item.member}
            deviation = deviation.showing(**shown).at(item.member)
        self.say(blame.requirement, False, deviation, exchange, slot=slot)

    def _seen(self, slot: int, body: Mapping[str, Any], where: str, exchange: Exchange) -> None:
        """Compare an image that was shown whole with the model, report differences, and take over what is shown."""
        image = self.store.images[slot]
        wrong = image.differences(body)
        for item in wrong:
            self.differs(slot, item, where, exchange)
        if not wrong:
            for promise in {name for cause in self._causes.get(slot, ()) for name in kept(cause)}:
                self.holds(promise, exchange)
        self._hold(slot, image.seen(body, self._known, (item.member for item in wrong)))
        self._causes[slot] = []

    def _hold(self, slot: int, image: ModelImage) -> None:
        before = self.store.images.get(slot)
        if before is None or before.updated_at != image.updated_at:
            self._stamped[slot] = self._clock()
        self.store = self.store.holding(slot, image)

    def _vanished(self, slot: int, exchange: Exchange) -> bool:
        """Whether an image is missing after operations on other images; then that is reported, and the model drops
        it."""
        if exchange.response.status != 404 or all(cause.own for cause in self._causes.get(slot, ())):
            return False
        self._lost(slot, exchange)
        return True

    def _lost(self, slot: int, exchange: Exchange) -> None:
        """Report an image that is missing although it is due to be there, and drop it from the model."""
        self.differs(slot, Difference(GONE, None, None), "answer", exchange)
        self.store = self.store.without(slot, deleted=False)

    def _caused(
        self,
        slot: int,
        action: str,
        *,
        refused: bool = False,
        stranger: bool = False,
        named: frozenset[str] = frozenset(),
    ) -> None:
        for other in self.store.images:
            own = other == slot
            cause = Cause(action, own, refused, stranger and own, named if own else frozenset())
            self._causes.setdefault(other, []).append(cause)

    def _image(self, slot: int) -> ModelImage | None:
        return self.store.images.get(slot) or self.store.gone.get(slot)

    def _stranger(self, step: WalkStep) -> bool:
        image = self._image(step.slot)
        return image is not None and image.actor != step.actor

    def _id(self, slot: int) -> str:
        image = self._image(slot)
        assert image is not None
        return image.id

    # --- the steps --------------------------------------------------------------------------------------------------

    def _pause(self, _step: WalkStep) -> None:
        time.sleep(TICK)

    def _list(self, step: WalkStep) -> None:
        self._lists.judge(step)

    def _create(self, step: WalkStep) -> None:
        sent = {name: self.resolved(value) for name, value in step.members.items()}
        taken = self._image(step.taken) if step.taken is not None else None
        if taken is not None:
            sent["id"] = taken.id
        elif step.own_id:
            sent["id"] = self.cloud.uuid()
        exchange = self.cloud.create(sent, actor=step.actor)
        if unclear(exchange):
            return
        live = self.store.slot_of(taken.id) if taken is not None else None
        if live is not None:
            self._caused(live, "reuse")
            act = call("image.create", "with-an-id-in-use")
            if not self.refused(requirement_id.body("image.create", "id"), exchange, act, live):
                self._hold(live, self.store.images[live].doubted())
            return
        status, body = exchange.response.status, reading(exchange)
        if status >= 400:
            if taken is None and not (step.actor != "main" and status in {401, 403}):
                act = call("image.create", "with-several-members")
                self.status(requirement_id.response("image.create", 201), exchange, 201, act)
            return
        if body.maybe_text("id") is not None:
            self._made(step, sent, body, exchange)

    def _made(self, step: WalkStep, sent: Mapping[str, Any], body: Members, exchange: Exchange) -> None:
        self.holds(requirement_id.response("image.create", 201), exchange)
        namesake = self.store.slot_of(body.text("id"))
        if namesake is not None:
            requirement = requirement_id.response("image.create", 201, "id")
            self.say(requirement, False, Deviation("id-given-twice"), exchange, slot=namesake)
            return
        due = {**{name: value for name, value in self._defaults.items() if name != "virtual_size"}, **sent}
        image = ModelImage(body.text("id"), step.actor, due, updated_at=body.maybe_text("updated_at"))
        self._caused(step.slot, "create")
        self._hold(step.slot, image)
        self._causes[step.slot] = [Cause("create", own=True, named=frozenset(sent))]
        wrong = image.differences(body)
        for item in wrong:
            self.differs(step.slot, item, "answer", exchange)
        self._hold(step.slot, image.seen(body, self._known, (item.member for item in wrong)))

    def _show(self, step: WalkStep) -> None:
        exchange = self.cloud.show(self._id(step.slot), actor=step.actor)
        status, body = exchange.response.status, body_of(exchange)
        if unclear(exchange):
            return
        image = self.store.images.get(step.slot)
        if image is None:
            there = Deviation("still-there", terms=(("where", "shown"),))
            self.say(GONE_FOR_GOOD, status >= 400, there, exchange, slot=step.slot)
        elif self._stranger(step):
            self._isolated(exchange, image, step.slot)
        elif status >= 400:
            self._lost(step.slot, exchange)
        elif isinstance(body, dict):
            self._seen(step.slot, body, "shown", exchange)

    def _patch(self, step: WalkStep) -> None:
        operations = [
            {**item, "value": self.resolved(item["value"])} if "value" in item else dict(item)
            for item in step.operations
        ]
        began = self._clock()
        exchange = self.cloud.patch(self._id(step.slot), operations, actor=step.actor)
        image, status = self.store.images.get(step.slot), exchange.response.status
        if image is None:
            self.refused(GONE_FOR_GOOD, exchange, call("image.patch", "deleted"), step.slot)
            return
        if self._stranger(step):
            self._isolated(exchange, image, step.slot)
            self._caused(step.slot, "patch", refused=status >= 400, stranger=True)
            if not image.private and status < 400:
                self._hold(step.slot, image.doubted())
            return
        if self._vanished(step.slot, exchange):
            return
        patched = image.patched(operations)
        self._caused(step.slot, "patch", refused=status >= 400, named=patched.named)
        if unclear(exchange):
            self._hold(step.slot, image.doubted())
        elif status >= 400:
            if patched.due is Due.SUCCESS:
                act = call("image.patch", "several-operations")
                self.status(requirement_id.response("image.patch", 200), exchange, 200, act, slot=step.slot)
        elif patched.due is Due.REFUSAL:
            self._wrongly_taken(step.slot, patched.wrong or "", exchange)
        else:
            self._changed(step.slot, patched.after, patched.named, exchange)
            if patched.changes:
                self._moved(step.slot, image, exchange, began)

    def _wrongly_taken(self, slot: int, member: str, exchange: Exchange) -> None:
        """Report a patch that was accepted and is due to be refused: a value of another type, or a read-only member."""
        if member in {"min_disk", "min_ram"}:
            requirement, act = requirement_id.body("image.patch", "value"), call("image.patch", "wrong-type")
        else:
            requirement = requirement_id.stated("image.patch", "read-only")
            act = call("image.patch", member=member)
        self.refused(requirement, exchange, act, slot)
        self._hold(slot, self.store.images[slot].doubted())

    def _changed(self, slot: int, after: ModelImage, named: frozenset[str], exchange: Exchange) -> None:
        self.holds(requirement_id.response("image.patch", 200), exchange)
        self._causes[slot] = [Cause("patch", own=True, named=named)]
        self._hold(slot, after)
        body = body_of(exchange)
        if isinstance(body, dict):
            wrong = after.differences(body)
            for item in wrong:
                self.differs(slot, item, "answer", exchange)
            self._hold(slot, after.seen(body, self._known, (item.member for item in wrong)))

    def _moved(self, slot: int, image: ModelImage, exchange: Exchange, began: float) -> None:
        """Judge that updated_at moved forward. It has whole seconds, so only a change TICK after the last one is
        judged."""
        before, after = moment(str(image.updated_at)), moment(str(reading(exchange).get("updated_at")))
        soon = began - self._stamped.get(slot, began) < TICK
        if before is None or after is None or "updated_at" in image.doubt or soon:
            return
        deviation = Deviation("stands-still", place="updated_at", seen=(("got", str(after)),))
        self.say(requirement_id.stated("image.patch", "updated-at"), after > before, deviation, exchange, slot=slot)

    def _upload(self, step: WalkStep) -> None:
        exchange = self.cloud.upload(self._id(step.slot), step.data, actor=step.actor)
        image = self.store.images.get(step.slot)
        if image is None:
            return
        if unclear(exchange):
            self._hold(step.slot, image.doubted())
        elif exchange.response.status < 300:
            self._hold(step.slot, image.uploaded(step.data))
        self._caused(step.slot, "upload", refused=exchange.response.status >= 400)

    def _download(self, step: WalkStep) -> None:
        exchange = self.cloud.download(self._id(step.slot), actor=step.actor)
        image, status, got = self.store.images.get(step.slot), exchange.response.status, exchange.response.body
        if unclear(exchange):
            return
        if image is None:
            self.refused(GONE_FOR_GOOD, exchange, call("image.download", "deleted"), step.slot)
        elif self._stranger(step):
            self._isolated(exchange, image, step.slot)
        elif self._vanished(step.slot, exchange):
            return
        elif image.data is None and image.status == "queued":
            ok = status == 204 or (status in self.cloud.contract.error_codes and 400 <= status < 500)
            deviation = Deviation("neither-empty-nor-refused", status=status)
            self.say(requirement_id.stated("image.download", "no-data"), ok, deviation, exchange, slot=step.slot)
        elif image.data is not None and not image.unsure and image.status == "active" and "status" not in image.doubt:
            self._file(step.slot, image.data, status, got, exchange)

    def _file(self, slot: int, data: bytes, status: int, got: bytes, exchange: Exchange) -> None:
        exists = requirement_id.stated("image.download", "precondition", "file")
        if status == 204 and not data:
            self.holds(exists, exchange)
        else:
            self.status(exists, exchange, 200, call("image.download", "data-is-there"), slot=slot)
            if status != 200:
                return
        others = [image.data for image in self.store.images.values() if image.data]
        if got in others:
            deviation = Deviation("data-of-another", terms=(("when", "by-itself"),))
        else:
            deviation = Deviation("other-data", seen=(("got", len(got)), ("due", len(data)), ("byte", _at(got, data))))
        self.say(requirement_id.stated("image.download", "bytes"), got == data, deviation, exchange, slot=slot)

    def _delete(self, step: WalkStep) -> None:
        exchange = self.cloud.delete(self._id(step.slot), actor=step.actor)
        image, status = self.store.images.get(step.slot), exchange.response.status
        if image is None:
            act = call("image.delete", "deleted")
            self.refused(requirement_id.path("image.delete", "image_id"), exchange, act, step.slot)
        elif self._stranger(step):
            self._isolated(exchange, image, step.slot)
            self._caused(step.slot, "delete", refused=status >= 400, stranger=True)
        elif self._vanished(step.slot, exchange):
            return
        elif unclear(exchange):
            self._caused(step.slot, "delete", refused=True)
            self.store = self.store.without(step.slot, deleted=False)  # it may be there or not
        elif status >= 400:
            if not image.protected and "protected" not in image.doubt:
                self.status(
                    requirement_id.response("image.delete", 204), exchange, 204, call("image.delete"), slot=step.slot
                )
            self._caused(step.slot, "delete", refused=True)
        elif image.protected and "protected" not in image.doubt:
            requirement = requirement_id.stated("image.delete", "protected")
            self.refused(requirement, exchange, call("image.delete", "protected"), step.slot)
            self.store = self.store.without(step.slot, deleted=False)
        else:
            self.holds(requirement_id.response("image.delete", 204), exchange)
            self._caused(step.slot, "delete")
            self.store = self.store.without(step.slot, deleted=True)

    def truly(self, slot: int) -> bool:
        """Show an image; whether it is as the model has it. Deviations are entered for the step under way, which is a
        list."""
        before = len(self.found)
        image = self.store.images[slot]
        step = WalkStep("show", slot, image.actor)
        at, self._at = self._at, len(self.steps)
        self.steps.append(step)
        self._show(step)
        self._at = at
        return len(self.found) == before and slot in self.store.images


def unclear(exchange: Exchange) -> bool:
    """Whether the answer leaves open what happened to the request."""
    return exchange.response.status >= 500 or exchange.response.status in {408, 429}


def _at(got: bytes, due: bytes) -> int:
    """The index of the first byte that differs, or the shorter length."""
    return next(
        (at for at, pair in enumerate(zip(got, due, strict=False)) if pair[0] != pair[1]), min(len(got), len(due))
    )
