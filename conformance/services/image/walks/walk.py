"""A walk: steps done to the cloud and to the model, each answer held to what the model says is due.

Rules
- A step is plain data that names images and names by their number in the walk, so that a part of a walk can be walked again.
- One deviation is reported once: after it the model takes over what the cloud shows, and the rest is judged from there.
- An answer that says nothing about what happened (5xx, 429) makes the image doubtful; the passive checks have judged it.
- What a list seems to get wrong is looked up with show first: a wrong image is not also a wrong list.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from conformance.model.deviation import Deviation
from conformance.model.finding import Key
from conformance.model.jsonvalue import in_utc, moment, short
from conformance.model.message import Exchange
from conformance.run.cases import Expect
from conformance.run.client import body_of
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.blame import GONE, Cause, blamed, kept
from conformance.services.image.walks.imagemodel import OURS, Difference, Due, Image, Store

__all__ = ["CHANGING", "NEWEST", "Name", "Step", "Walk"]

CHANGING = frozenset({"create", "patch", "upload", "delete"})
"""Kinds of steps after which an image may be another."""
NEWEST = (("sort_key", "created_at"), ("sort_dir", "desc"), ("limit", "50"))
"""The query whose answer holds what the walk has just made, whatever else the cloud has."""
TICK = 1.05
"""Seconds after which the next stamp of a clock that shows seconds is another one."""
FEW = 20
"""A page of fewer images than this, the limit of the document's example, was cut by no limit of the service."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the walk by its number; each walk has a new one for it, with this suffix."""

    number: int
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: create, patch, upload, delete, show, download, list or pause, done by `actor` to the image `slot`.

    `members` are those of a create, `own_id` gives it an id of our choice, `taken` the id of another image of the walk.
    `operations` are those of a patch, `data` is what is uploaded, `query` that of a list; `since` asks a list for what changed
    as late as that image did. A Name stands for itself in values.
    """

    kind: str
    slot: int = -1
    actor: str = "main"
    members: Mapping[str, Any] = field(default_factory=dict)
    own_id: bool = False
    taken: int | None = None
    operations: tuple[Mapping[str, Any], ...] = ()
    data: bytes = b""
    query: tuple[tuple[str, Any], ...] = ()
    since: int | None = None


class Walk:
    """Does steps and judges them. Use as a context. `found` maps each deviation to the number of the step that showed it
    and the image that it is about."""

    def __init__(self, cloud: ImageClient, expect: Expect, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.cloud = cloud
        self.store = Store()
        self.steps: list[Step] = []
        self.found: dict[Key, tuple[int, int]] = {}
        self.changes_since: bool | None = None
        self._expect = expect
        self._clock = clock
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

    def do(self, step: Step) -> None:
        """Do a step, unless the image that it is about was never made. Raises TargetError."""
        self._at = len(self.steps)
        self.steps.append(step)
        findings = self.cloud.recorder.findings
        before = len(findings)
        if step.kind in {"create", "list", "pause"} or self._image(step.slot) is not None:
            getattr(self, f"_{step.kind}")(step)
        for item in findings[before:]:  # those of the passive checks; ours are there already
            self.found.setdefault(item.key, (self._at, step.slot))

    @property
    def names(self) -> list[str]:
        """The names of the walk, those that no image has any more among them."""
        return list(self._names.values())

    def name_of(self, text: str) -> Name | str:
        """The walk's name that this text is, so that a step with it can be done in another walk."""
        return next((Name(number) for number, name in self._names.items() if name == text), text)

    # --- what is judged ---------------------------------------------------------------------------------------------

    def _say(
        self,
        requirement: str,
        ok: bool,
        message: str,
        exchange: Exchange,
        failure: str,
        *,
        slot: int = -1,
        path: str = "",
    ) -> bool:
        related = tuple(self.cloud.recorder.exchanges[number - 1] for number in self._trail if number < exchange.number)
        deviation = Deviation("said", terms=(("failure", failure),), seen=(("message", message),), path=path)
        self._expect(requirement, ok, deviation, exchange, related=related)
        if not ok:
            self.found.setdefault((requirement, deviation), (self._at, slot))
        return ok

    def _refused(self, requirement: str, exchange: Exchange, what: str, slot: int) -> bool:
        """Whether a request was refused; one that was not answered to the point says nothing."""
        status = exchange.response.status
        if unclear(exchange):
            return True
        message = f"{what} is accepted with {status}, due is a refusal"
        return self._say(requirement, status >= 400, message, exchange, f"accepted {what}", slot=slot)

    def _differs(self, slot: int, item: Difference, place: str, exchange: Exchange) -> None:
        blame = blamed(item.member, self._causes.get(slot, ()), self.store.images[slot], place, self._defaults)
        what = "the image" if item.member == GONE else item.member
        message = f"{what} is {short(item.got)} in {place}, due is {short(item.due)}"
        self._say(blame.requirement, False, message, exchange, blame.failure, slot=slot, path=item.member)

    def _seen(self, slot: int, body: Mapping[str, Any], place: str, exchange: Exchange) -> None:
        """Hold an image that was shown whole to the model, and take over what is new."""
        image = self.store.images[slot]
        wrong = image.differences(body)
        for item in wrong:
            self._differs(slot, item, place, exchange)
        if not wrong:
            for promise in {name for cause in self._causes.get(slot, ()) for name in kept(cause)}:
                self._say(promise, True, "", exchange, "")
        self._hold(slot, image.seen(body, self._known, (item.member for item in wrong)))
        self._causes[slot] = []

    def _hold(self, slot: int, image: Image) -> None:
        before = self.store.images.get(slot)
        if before is None or before.updated_at != image.updated_at:
            self._stamped[slot] = self._clock()
        self.store = self.store.holding(slot, image)

    def _vanished(self, slot: int, exchange: Exchange) -> bool:
        """Whether an image that is due to be there is not, and what was done to another one since it was seen explains it."""
        if exchange.response.status != 404 or all(cause.own for cause in self._causes.get(slot, ())):
            return False
        self._lost(slot, exchange)
        return True

    def _lost(self, slot: int, exchange: Exchange) -> None:
        """The cloud does not have an image that is due to be there."""
        self._differs(slot, Difference(GONE, "there", "not there"), exchange.operation.removeprefix("image."), exchange)
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
            self._causes.setdefault(other, []).append(
                Cause(action, own, refused, stranger and own, named if own else frozenset())
            )

    def _image(self, slot: int) -> Image | None:
        return self.store.images.get(slot) or self.store.gone.get(slot)

    def _stranger(self, step: Step) -> bool:
        image = self._image(step.slot)
        return image is not None and image.actor != step.actor

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Name):
            if value.number not in self._names:
                self._names[value.number] = self.cloud.name(value.suffix)
            return self._names[value.number]
        return value

    # --- the steps --------------------------------------------------------------------------------------------------

    def _pause(self, _step: Step) -> None:
        time.sleep(TICK)

    def _create(self, step: Step) -> None:
        sent = {name: self._resolved(value) for name, value in step.members.items()}
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
            if not self._refused("image.create.body.id", exchange, "the id of an image", live):
                self._hold(live, self.store.images[live].doubted())
            return
        status, body = exchange.response.status, body_of(exchange)
        if status >= 400:
            if taken is None and not (step.actor != "main" and status in {401, 403}):
                message = f"a create of members that the document allows is answered with {status}"
                self._say(
                    "image.create.response.201",
                    False,
                    message,
                    exchange,
                    f"a create of allowed members: {status} instead of 201",
                )
            return
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            self._made(step, sent, body, exchange)

    def _made(self, step: Step, sent: Mapping[str, Any], body: Mapping[str, Any], exchange: Exchange) -> None:
        self._say("image.create.response.201", True, "", exchange, "")
        namesake = self.store.slot_of(str(body["id"]))
        if namesake is not None:
            self._say(
                "image.create.response.201.id",
                False,
                "a new image has the id of another",
                exchange,
                "same id",
                slot=namesake,
            )
            return
        due = {**{name: value for name, value in self._defaults.items() if name != "virtual_size"}, **sent}
        image = Image(str(body["id"]), step.actor, due, updated_at=_text(body.get("updated_at")))
        self._caused(step.slot, "create")
        self._hold(step.slot, image)
        self._causes[step.slot] = [Cause("create", own=True, named=frozenset(sent))]
        wrong = image.differences(body)
        for item in wrong:
            if item.member in sent or item.member not in self._defaults:
                self._differs(step.slot, item, "the answer", exchange)
            else:
                message = f"{item.member} is {short(item.got)}, due is {short(item.due)}"
                self._say(
                    f"image.create.default.{item.member}",
                    False,
                    message,
                    exchange,
                    f"{item.member} differs",
                    slot=step.slot,
                )
        self._hold(step.slot, image.seen(body, self._known, (item.member for item in wrong)))

    def _show(self, step: Step) -> None:
        exchange = self.cloud.show(self._id(step.slot), actor=step.actor)
        status, body = exchange.response.status, body_of(exchange)
        if unclear(exchange):
            return
        image = self.store.images.get(step.slot)
        if image is None:
            self._say("image.delete.gone", status >= 400, "a deleted image is shown", exchange, "shown", slot=step.slot)
        elif self._stranger(step):
            if image.private:
                self._refused("image.isolation.show", exchange, "show of another project's private image", step.slot)
        elif status >= 400:
            self._lost(step.slot, exchange)
        elif isinstance(body, dict):
            self._seen(step.slot, body, "show", exchange)

    def _patch(self, step: Step) -> None:
        operations = [
            {**item, "value": self._resolved(item["value"])} if "value" in item else dict(item)
            for item in step.operations
        ]
        began = self._clock()
        exchange = self.cloud.patch(self._id(step.slot), operations, actor=step.actor)
        image, status = self.store.images.get(step.slot), exchange.response.status
        if image is None:
            if not unclear(exchange):
                self._say(
                    "image.delete.gone",
                    status >= 400,
                    "a deleted image can be changed",
                    exchange,
                    "changed",
                    slot=step.slot,
                )
            return
        if self._stranger(step):
            if image.private:
                self._refused(
                    "image.isolation.patch", exchange, "a change of another project's private image", step.slot
                )
            self._caused(step.slot, "patch", refused=status >= 400, stranger=True)
            if not image.private and status < 400:
                self._hold(step.slot, image.doubted())
            return
        if self._vanished(step.slot, exchange):
            return
        outcome = image.patched(operations)
        self._caused(step.slot, "patch", refused=status >= 400, named=outcome.named)
        if unclear(exchange):
            self._hold(step.slot, image.doubted())
        elif status >= 400:
            if outcome.due is Due.SUCCESS:
                message = f"a change of an image that is {image.status} is answered with {status}"
                self._say(
                    "image.patch.response.200",
                    False,
                    message,
                    exchange,
                    f"a change of allowed members: {status} instead of 200",
                    slot=step.slot,
                )
        elif outcome.due is Due.REFUSAL:
            self._wrongly_taken(step.slot, outcome.wrong or "", exchange)
        else:
            self._changed(step.slot, outcome.after, outcome.named, exchange)
            if outcome.changes:
                self._moved(step.slot, image, exchange, began)

    def _wrongly_taken(self, slot: int, member: str, exchange: Exchange) -> None:
        """A patch was accepted that is due to be refused."""
        wrong_type = member in {"min_disk", "min_ram"}
        requirement = "image.patch.body.value" if wrong_type else "image.patch.read-only"
        what = f"a change of {member} to a value of another type" if wrong_type else f"a change of {member}"
        self._refused(requirement, exchange, what, slot)
        self._hold(slot, self.store.images[slot].doubted())

    def _changed(self, slot: int, after: Image, named: frozenset[str], exchange: Exchange) -> None:
        self._say("image.patch.response.200", True, "", exchange, "")
        self._causes[slot] = [Cause("patch", own=True, named=named)]
        self._hold(slot, after)
        body = body_of(exchange)
        if isinstance(body, dict):
            wrong = after.differences(body)
            for item in wrong:
                self._differs(slot, item, "the answer", exchange)
            self._hold(slot, after.seen(body, self._known, (item.member for item in wrong)))

    def _moved(self, slot: int, image: Image, exchange: Exchange, began: float) -> None:
        """updated_at moves forward with a change; stamps are seconds, so only a change a second later can show it."""
        body = body_of(exchange)
        before, after = (
            moment(str(image.updated_at)),
            moment(str(body.get("updated_at") if isinstance(body, dict) else None)),
        )
        if (
            before is None
            or after is None
            or "updated_at" in image.doubt
            or began - self._stamped.get(slot, began) < TICK
        ):
            return
        message = f"updated_at was {before} and is {after} after a change"
        self._say("image.patch.updated-at", after > before, message, exchange, "updated_at does not move", slot=slot)

    def _upload(self, step: Step) -> None:
        exchange = self.cloud.upload(self._id(step.slot), step.data, actor=step.actor)
        image = self.store.images.get(step.slot)
        if image is None:
            return
        if unclear(exchange):
            self._hold(step.slot, image.doubted())
        elif exchange.response.status < 300:
            self._hold(step.slot, image.uploaded(step.data))
        self._caused(step.slot, "upload", refused=exchange.response.status >= 400)

    def _download(self, step: Step) -> None:
        exchange = self.cloud.download(self._id(step.slot), actor=step.actor)
        image, status, got = self.store.images.get(step.slot), exchange.response.status, exchange.response.body
        if unclear(exchange):
            return
        if image is None:
            self._say(
                "image.delete.gone",
                status >= 400,
                "a deleted image can be downloaded",
                exchange,
                "downloaded",
                slot=step.slot,
            )
        elif self._stranger(step):
            if image.private:
                self._refused(
                    "image.isolation.download", exchange, "a download of another project's private image", step.slot
                )
        elif self._vanished(step.slot, exchange):
            return
        elif image.data is None and image.status == "queued":
            ok = status == 204 or (status in self.cloud.contract.error_codes and 400 <= status < 500)
            self._say(
                "image.download.no-data",
                ok,
                f"a download without data is answered with {status}",
                exchange,
                f"{status}",
                slot=step.slot,
            )
        elif image.data is not None and not image.unsure and image.status == "active" and "status" not in image.doubt:
            self._file(step.slot, image.data, status, got, exchange)

    def _file(self, slot: int, data: bytes, status: int, got: bytes, exchange: Exchange) -> None:
        empty = not data and status == 204
        failure = f"a download of a file that exists: {status} instead of 200"
        message = f"a download of a file that exists is answered with {status}, due is 200"
        if self._say("image.download.precondition.file", status == 200 or empty, message, exchange, failure, slot=slot):
            others = [image.data for image in self.store.images.values() if image.data]
            failure = "another file" if got in others else "other bytes"
            message = f"{len(got)} bytes came that are not the {len(data)} of the file"
            self._say("image.download.bytes", got == data, message, exchange, failure, slot=slot)

    def _delete(self, step: Step) -> None:
        exchange = self.cloud.delete(self._id(step.slot), actor=step.actor)
        image, status = self.store.images.get(step.slot), exchange.response.status
        if image is None:
            self._refused("image.delete.path.image_id", exchange, "DELETE of a deleted image", step.slot)
        elif self._stranger(step):
            if image.private:
                self._refused(
                    "image.isolation.delete", exchange, "a delete of another project's private image", step.slot
                )
            self._caused(step.slot, "delete", refused=status >= 400, stranger=True)
        elif self._vanished(step.slot, exchange):
            return
        elif unclear(exchange):
            self._caused(step.slot, "delete", refused=True)
            self.store = self.store.without(step.slot, deleted=False)  # it may be there or not
        elif status >= 400:
            if not image.protected and "protected" not in image.doubt:
                message = f"a delete of an image that is not protected is answered with {status}, due is 204"
                self._say(
                    "image.delete.response.204",
                    False,
                    message,
                    exchange,
                    f"a delete: {status} instead of 204",
                    slot=step.slot,
                )
            self._caused(step.slot, "delete", refused=True)
        elif image.protected and "protected" not in image.doubt:
            self._refused("image.delete.protected", exchange, "a delete of a protected image", step.slot)
            self.store = self.store.without(step.slot, deleted=False)
        else:
            self._say("image.delete.response.204", True, "", exchange, "")
            self._caused(step.slot, "delete")
            self.store = self.store.without(step.slot, deleted=True)

    def _id(self, slot: int) -> str:
        image = self._image(slot)
        assert image is not None
        return image.id

    # --- lists ------------------------------------------------------------------------------------------------------

    def _list(self, step: Step) -> None:
        query = {name: str(self._resolved(value)) for name, value in step.query}
        if step.since is not None:
            changed = moment(str(getattr(self.store.images.get(step.since), "updated_at", None)))
            since = in_utc(changed) if changed is not None else None
            if since is None or self.changes_since is False:
                return
            query["changes-since"] = since
        exchange = self.cloud.list(query, actor=step.actor)
        body = body_of(exchange)
        rows = body.get("images") if isinstance(body, dict) else None
        status = exchange.response.status
        if step.since is not None and not unclear(exchange):
            self.changes_since = status == 200  # who refuses it is told so by the cases for it
        if status != 200 or not isinstance(body, dict) or not isinstance(rows, list):
            if status >= 400 and not unclear(exchange) and step.since is None:
                self._say(
                    "image.list.response.200",
                    False,
                    f"a list is answered with {status}",
                    exchange,
                    f"a list: {status} instead of 200",
                )
            return
        images = [row for row in rows if isinstance(row, dict)]
        self._say("image.list.response.200", True, "", exchange, "")
        self._members_of(images, step.actor, query, exchange)
        whole = "next" not in body and len(rows) < min(int(query.get("limit", FEW)), FEW)
        self._missing(images, step.actor, query, exchange, whole=whole)
        if "sort_key" in query:
            self._order(images, query, exchange)

    def _members_of(self, rows: list[dict[str, Any]], actor: str, query: Mapping[str, str], exchange: Exchange) -> None:
        """Hold the images of a list to the model: each once, none that is not due, each as show has it."""
        ids = [str(row.get("id")) for row in rows]
        self._say("image.list.complete", len(ids) == len(set(ids)), "an image is in the list twice", exchange, "twice")
        if "limit" in query:
            message = f"{len(rows)} images are listed under limit={query['limit']}"
            self._say(
                "image.list.query.limit",
                len(rows) <= int(query["limit"]),
                message,
                exchange,
                "a page larger than the limit",
            )
        for name, failure in (("name", "another image is listed"), ("status", "another status listed")):
            if name in query:
                others = [row for row in rows if row.get(name, query[name]) != query[name]]
                message = f"{len(others)} images of another {name} are listed"
                self._say(f"image.list.query.{name}", not others, message, exchange, failure)
        words = "a list by name" if "name" in query else "a list"
        may = self.store.listed(actor, query)[1]
        gone = {image.id: slot for slot, image in self.store.gone.items()}
        for row in rows:
            slot = self.store.slot_of(str(row.get("id")))
            if slot is None:
                if str(row.get("id")) in gone:
                    self._say(
                        "image.delete.gone",
                        False,
                        "a deleted image is listed",
                        exchange,
                        "listed",
                        slot=gone[str(row["id"])],
                    )
                continue
            image = self.store.images[slot]
            if image.actor != actor:
                if image.private and not self.cloud.target.actors[actor].admin:
                    message = f"{words} shows another project's private image"
                    self._say("image.isolation.list", False, message, exchange, f"in {words}", slot=slot)
                continue
            if image.differences(row, partly=True):
                self._row(slot, row, exchange)
            if slot not in may and "changes-since" in query and self._truly(slot):
                self._say(
                    "image.list.query.changes-since",
                    False,
                    "an image that changed before is listed",
                    exchange,
                    "another image is listed",
                    slot=slot,
                )

    def _row(self, slot: int, row: Mapping[str, Any], exchange: Exchange) -> None:
        if self._truly(slot):
            for item in self.store.images[slot].differences(row, partly=True):
                message = f"{item.member} is {short(item.got)} in the list and {short(item.due)} in show"
                failure = f"differs from show in {'a property' if item.member.startswith(OURS) else item.member}"
                self._say("image.list.complete", False, message, exchange, failure, slot=slot, path=item.member)

    def _truly(self, slot: int) -> bool:
        """Whether show has the image as the model does: then it is the list that is wrong. The deviation belongs to the list's step."""
        before = len(self.found)
        image = self.store.images[slot]
        step = Step("show", slot, image.actor)
        at, self._at = self._at, len(self.steps)
        self.steps.append(step)
        self._show(step)
        self._at = at
        return len(self.found) == before and slot in self.store.images

    def _missing(
        self, rows: list[dict[str, Any]], actor: str, query: Mapping[str, str], exchange: Exchange, *, whole: bool
    ) -> None:
        """Hold what a list leaves out to the model."""
        found = {str(row.get("id")) for row in rows}
        filters = [name for name in ("changes-since", "status", "name") if name in query]
        must = self.store.listed(actor, query)[0]
        for slot in sorted(must):
            image = self.store.images[slot]
            cut = not whole and not _reaches(rows, image, query)
            if image.id in found or cut or not self._truly(slot) or slot not in self.store.listed(actor, query)[0]:
                continue
            requirement = f"image.list.query.{filters[0]}" if filters else "image.list.complete"
            failure = "a match is missing" if filters else "new image missing"
            message = (
                f"an image that matches {' and '.join(filters)} is missing"
                if filters
                else "an image is not in the list"
            )
            self._say(requirement, False, message, exchange, failure, slot=slot)
        if whole:
            for name in (*(f"query.{name}" for name in filters), "complete"):
                self._say(f"image.list.{name}", True, "", exchange, "")

    def _order(self, rows: list[dict[str, Any]], query: Mapping[str, str], exchange: Exchange) -> None:
        """Whether the walk's images are in the order that was asked for; what no order of text decides is left out."""
        key = query["sort_key"]
        shown = [row.get(key) for row in rows if self.store.slot_of(str(row.get("id"))) is not None]
        values: list[Any] = [moment(str(value)) if key.endswith("_at") else value for value in shown]
        if (
            any(value is None or (isinstance(value, str) and not value.isascii()) for value in values)
            or len(values) < 2
        ):
            return
        descending = query.get("sort_dir", "asc") == "desc"
        if _ordered(values, descending=descending):
            self._say("image.list.query.sort_key", True, "", exchange, "")
            self._say("image.list.query.sort_dir", True, "", exchange, "")
            return
        turned = _ordered(values, descending=not descending)
        name, failure = (
            ("sort_dir", f"a direction by {key} is wrong") if turned else ("sort_key", f"not in order by {key}")
        )
        self._say(f"image.list.query.{name}", False, f"the images are not in order by {key}", exchange, failure)


def unclear(exchange: Exchange) -> bool:
    """Whether the answer leaves open what happened to the request."""
    return exchange.response.status >= 500 or exchange.response.status in {408, 429}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _ordered(values: list[Any], *, descending: bool) -> bool:
    """Whether values are in order; databases collate text by case or not, and either will do."""
    orders: list[Callable[[Any], Any]] = [lambda value: value]
    if all(isinstance(value, str) for value in values):
        orders.append(str.lower)
    return any(values == sorted(values, key=order, reverse=descending) for order in orders)


def _reaches(rows: list[dict[str, Any]], image: Image, query: Mapping[str, str]) -> bool:
    """Whether a page of the newest images goes back beyond the image, so that it must be on it."""
    if (query.get("sort_key"), query.get("sort_dir")) != ("created_at", "desc") or not rows:
        return False
    stamps = [moment(str(row.get("created_at"))) for row in rows]
    made = moment(str(image.members.get("created_at")))
    known = [stamp for stamp in stamps if stamp is not None]
    if made is None or len(known) < len(stamps) or known != sorted(known, reverse=True):
        return False
    return known[-1] < made
