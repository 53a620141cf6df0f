"""Drafts sent and judged: accepted and kept, or refused and nothing changed.

Rules
- What is judged is what the aim says is due. A 5xx and a status that nobody documented are the gate's to judge.
- What a draft made is deleted before the next one, so that the cloud is not flooded.
- One finding for each aim and kind of failure, with the smallest request that shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Any

from conformance.generate import ANY, EXISTING, FRESH, NAME, TAG, Aim, Draft
from conformance.generate.exploration import Budget, Exploration
from conformance.judge.partition import parts
from conformance.model.equivalence import Standing
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange, Headers, Request
from conformance.run.cases import Expect, NotExercised
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import image, shown

__all__ = ["Outcome", "Trials", "same"]

ROUNDS = (1, 2, 4, 10, 30, 100, 300, 1000)
"""Values tried of each aim, round after round, while the budget lasts."""
BATCH = 8
"""Refused patches after which the image is looked at."""
STAMPS = ("updated_at",)
NOT_OURS = frozenset({401, 413, 429})
"""Refusals of a valid request that a quota or a limit explains."""


@dataclass(frozen=True)
class Outcome:
    """What came of a draft: the exchange, and in `failure` and `message` what is wrong with it, empty when nothing is.

    Without an exchange nothing could be tried, and `message` says why.
    """

    draft: Draft
    exchange: Exchange | None
    failure: str = ""
    message: str = ""
    members: tuple[str, ...] = ()
    name: str = ""
    requirement: str = ""


class Trials:
    """The trials of some aims within a budget."""

    def __init__(self, cloud: Client, expect: Expect, budget: Budget, *, shrinks: int) -> None:
        self._cloud = cloud
        self._expect = expect
        self._budget = budget
        self._shrinks = shrinks
        self._image: dict[str, Any] = {}
        self._unseen: list[tuple[Aim, Draft, Exchange]] = []
        self._refused: dict[str, tuple[Aim, Exchange]] = {}
        self._reasons: list[str] = []

    def run(self, aims: Sequence[Aim]) -> None:
        """Try each aim once, then again with more values, until the budget is used up; then judge.

        Raises NotExercised when no draft could be tried.
        """
        explorations = [(aim, self._exploration(aim)) for aim in aims]
        for examples in ROUNDS:
            for _, exploration in explorations:
                if self._budget.over:
                    break
                exploration.widen(examples)
        self._look()
        self._no_image_of_a_refused_create()
        for aim, exploration in explorations:
            self._judge(aim, exploration)
        if self._image:
            self._cloud.discard(str(self._image["id"]))
        results = [outcome for _, exploration in explorations for outcome in exploration.results]
        if results and all(outcome.exchange is None for outcome in results):
            raise NotExercised(self._reasons[-1])

    def _exploration(self, aim: Aim) -> Exploration[Draft, Outcome]:
        drawn = int.from_bytes(sha256(f"{self._cloud.seed}:{aim.name}".encode()).digest()[:4], "big")
        return Exploration(
            aim.drafts,
            lambda draft: self._try(aim, draft),
            lambda outcome: outcome.failure or None,
            lambda draft: draft.key,
            self._budget,
            drawn,
            self._shrinks,
        )

    def _judge(self, aim: Aim, exploration: Exploration[Draft, Outcome]) -> None:
        judged = any(outcome.exchange is not None for outcome in exploration.results)
        if judged and not exploration.smallest and aim.due is not Standing.OPEN:
            self._expect(aim.requirement, True, "")
        for _, outcome in exploration.smallest.values():
            self._expect(
                self._owner(aim, outcome),
                False,
                outcome.message,
                outcome.exchange,
                failure=outcome.failure,
                path=aim.place,
            )

    def _owner(self, aim: Aim, outcome: Outcome) -> str:
        """The requirement of the one member that the smallest request has, else the aim's own."""
        names = [f"{aim.operation}.body.{name}" for name in outcome.members]
        owned = [name for name in names if name in self._cloud.contract.requirements]
        return owned[0] if owned else outcome.requirement or aim.requirement

    # --- one draft --------------------------------------------------------------------------------------------------

    def _try(self, aim: Aim, draft: Draft) -> Outcome:
        """Send and judge one draft; a fixture that failed spoils this draft and not the others."""
        try:
            return self._sent_and_judged(aim, draft)
        except NotExercised as reason:
            self._reasons.append(str(reason))
            return Outcome(draft, None, message=str(reason))

    def _sent_and_judged(self, aim: Aim, draft: Draft) -> Outcome:
        if aim.place == ANY:
            aim = self._classed(aim, draft)
        if aim.operation == "image.create":
            return self._create(aim, draft)
        if aim.operation == "image.list":
            return self._list(aim, draft)
        return self._addressed(aim, draft)

    def _classed(self, aim: Aim, draft: Draft) -> Aim:
        """The aim that a request turns out to have, from its parts."""
        contract = self._cloud.contract
        item = contract.operations[aim.operation]
        fields = {"X-Auth-Token": TAG, "Content-Type": item.request_media_type or "", **draft.headers}
        headers = Headers.of({name: value for name, value in fields.items() if value})
        url = f"http://cloud{item.path.replace('{image_id}', draft.path)}?{draft.query}"
        found = parts(Request(item.method, url, headers, draft.body, aim.operation, "main"), contract)
        broken = [part for part in found if part.standing is Standing.BROKEN]
        if not broken:
            odd = [part for part in found if part.standing is Standing.OPEN]
            return replace(aim, place=odd[0].place, words=odd[0].held.rule) if odd else aim
        owned = [
            name
            for part in broken
            for name in (f"{aim.operation}.body.{part.place}", f"{aim.operation}.query.{part.place}")
        ]
        requirement = next((name for name in owned if name in contract.requirements), aim.requirement)
        return replace(
            aim,
            requirement=requirement,
            place=broken[0].place,
            words=" and ".join([broken[0].held.rule, *(f"{part.place} {part.held.rule}" for part in broken[1:3])]),
            due=Standing.BROKEN,
        )

    def _filled(self, data: bytes, name: str) -> bytes:
        fresh = self._cloud.uuid()[:8]
        data = data.replace(NAME.encode(), name.encode()).replace(TAG.encode(), self._cloud.tag.encode())
        return data.replace(FRESH.encode(), fresh.encode()).replace(FRESH.upper().encode(), fresh.upper().encode())

    def _own_name(self) -> str:
        return self._cloud.name().ljust(len(NAME), "-")

    def _create(self, aim: Aim, draft: Draft) -> Outcome:
        name = self._own_name()
        body = self._filled(draft.body, name)
        whole = draft.members.get("name")
        self._cloud.journal.intend(whole.replace(NAME, name) if isinstance(whole, str) and NAME in whole else name)
        exchange = self._cloud.create(body, headers=draft.headers)
        status = exchange.response.status
        if 400 <= status < 500:
            self._refused[name] = (aim, exchange)
        outcome = Outcome(draft, exchange, name=name)
        if aim.due is Standing.BROKEN:
            outcome = self._due_refusal(aim, outcome)
        elif aim.due is Standing.VALID:
            outcome = self._due_success(aim, outcome, json.loads(body))
        made = body_of(exchange)
        if status < 300 and isinstance(made, dict) and isinstance(made.get("id"), str):
            self._cloud.discard(str(made["id"]))
        return outcome

    def _list(self, aim: Aim, draft: Draft) -> Outcome:
        exchange = self._cloud.send(
            "GET", f"/v2/images?{draft.query}", operation="image.list", headers={"Accept": "application/json"}
        )
        outcome = Outcome(draft, exchange)
        if aim.due is Standing.BROKEN:
            return self._due_refusal(aim, outcome)
        if (
            aim.due is Standing.VALID
            and 400 <= exchange.response.status < 500
            and exchange.response.status not in NOT_OURS
        ):
            return self._failed(
                outcome, f"refused a valid {aim.place}", f"?{draft.query} is answered with {exchange.response.status}"
            )
        return outcome

    def _addressed(self, aim: Aim, draft: Draft) -> Outcome:
        cloud = self._cloud
        if aim.due is not Standing.BROKEN:
            self._look()
        if not self._image:
            self._renew()
        before = self._image
        name = self._own_name()
        own = str(before["id"])
        path = draft.path.replace(EXISTING, own).replace(EXISTING.replace("-", ""), own.replace("-", ""))
        item = cloud.contract.operations[aim.operation]
        headers: dict[str, str | None] = {
            "Accept": "application/json",
            **({"Content-Type": item.request_media_type} if item.request_media_type else {}),
        }
        if NAME.encode() in draft.body:
            cloud.journal.intend(str(draft.members.get("name", NAME)).replace(NAME, name))
        exchange = cloud.send(
            item.method,
            item.path.replace("{image_id}", path),
            operation=aim.operation,
            body=self._filled(draft.body, name),
            headers={**headers, **draft.headers},
        )
        status = exchange.response.status
        outcome = Outcome(draft, exchange, name=name)
        if 400 <= status < 500:
            self._unseen.append((aim, draft, exchange))
            if len(self._unseen) >= BATCH:
                self._look()
        if aim.due is Standing.BROKEN:
            outcome = self._due_refusal(aim, outcome)
        elif aim.due is Standing.VALID and draft.members:
            outcome = self._due_success(
                aim, outcome, json.loads(json.dumps(dict(draft.members)).replace(NAME, name)), before
            )
        if status < 400:
            self._image, self._unseen = {}, []
            cloud.discard(own)
        return outcome

    # --- what is due ------------------------------------------------------------------------------------------------

    def _due_refusal(self, aim: Aim, outcome: Outcome) -> Outcome:
        assert outcome.exchange is not None
        status = outcome.exchange.response.status
        if status >= 400:
            return outcome
        wrong = f"{aim.place} {aim.words}"
        outcome = replace(outcome, requirement=aim.requirement)
        return self._failed(
            outcome,
            f"accepted: {wrong}",
            f"a request is answered with {status} though {wrong}: {self._sent(outcome, in_path=aim.place.startswith('path.'))}",
        )

    def _due_success(
        self, aim: Aim, outcome: Outcome, wanted: dict[str, Any], before: dict[str, Any] | None = None
    ) -> Outcome:
        exchange = outcome.exchange
        assert exchange is not None
        status = exchange.response.status
        if status >= 500 or status in NOT_OURS or (aim.may_refuse and status == 400):
            return outcome
        names = tuple(sorted(set(outcome.draft.members) or {"name"}))
        outcome = replace(outcome, members=names if len(names) == 1 else ())
        if status >= 300:
            which = (
                f"refused valid {' with '.join(names[:4])}"
                if aim.words == "valid"
                else f"refused: {aim.place} {aim.words}"
            )
            return self._failed(
                outcome, which, f"a request that the contract allows is answered with {status}: {self._sent(outcome)}"
            )
        made = body_of(exchange)
        if not isinstance(made, dict):
            return outcome  # the gate has seen it
        seen = self._shown(str(made.get("id")), made)
        for place, found in (("the answer", made), ("show", seen)):
            for member, value in wanted.items():
                if not same(member, value, found.get(member)):
                    message = f"{member} was sent as {short(value)} and is {short(found.get(member))} in {place}"
                    return self._failed(
                        replace(outcome, members=(member,)), f"{member} not as sent in {place}", message
                    )
        for member, value in (before or {}).items():
            if member not in wanted and member not in STAMPS and seen.get(member) != value:
                message = (
                    f"{member} was {short(value)} and is {short(seen.get(member))} after a change of {', '.join(names)}"
                )
                return self._failed(outcome, f"{member} changed with another member", message)
        return outcome

    def _shown(self, image_id: str, made: dict[str, Any]) -> dict[str, Any]:
        """What show says, or what the answer said where show cannot tell."""
        try:
            return shown(self._cloud, image_id) or {}
        except NotExercised:
            return made

    def _failed(self, outcome: Outcome, failure: str, message: str) -> Outcome:
        return replace(outcome, failure=failure, message=message)

    def _sent(self, outcome: Outcome, *, in_path: bool = False) -> str:
        assert outcome.exchange is not None
        request = outcome.exchange.request
        return (
            short(request.body.decode("utf-8", "replace"))
            if request.body and not in_path
            else short(request.url.split("/v2", 1)[-1])
        )

    # --- nothing changed --------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        made = image(self._cloud, min_disk=1, min_ram=1, tags=["kept"], conformance_kept="kept")
        self._image = self._shown(str(made["id"]), made) or made

    def _look(self) -> None:
        """Whether the image is as it was after the requests that were refused; those that changed it are found one by one."""
        refused, self._unseen = self._unseen, []
        if not refused or not self._image or self._same_image():
            return
        self._cloud.discard(str(self._image["id"]))
        for aim, draft, exchange in refused:
            self._renew()
            self._once_more(aim, draft)
            if not self._same_image():
                words = f"{aim.place} {aim.words}"
                self._expect(
                    aim.requirement,
                    False,
                    f"a refused request changed the image: {words}",
                    exchange,
                    failure=f"changed by a refused request: {words}",
                    path=aim.place,
                )
            self._cloud.discard(str(self._image["id"]))
        self._image = {}

    def _once_more(self, aim: Aim, draft: Draft) -> None:
        item = self._cloud.contract.operations[aim.operation]
        path = draft.path.replace(EXISTING, str(self._image["id"]))
        headers = {
            "Accept": "application/json",
            **({"Content-Type": item.request_media_type} if item.request_media_type else {}),
            **draft.headers,
        }
        self._cloud.send(
            item.method,
            item.path.replace("{image_id}", path),
            operation=aim.operation,
            body=self._filled(draft.body, self._own_name()),
            headers=headers,
        )

    def _same_image(self) -> bool:
        return self._shown(str(self._image["id"]), self._image) == self._image

    def _no_image_of_a_refused_create(self) -> None:
        if not self._refused:
            return
        pages = self._cloud.pages({"limit": 100, "sort_key": "created_at", "sort_dir": "desc"})
        for name in (name for page in islice(pages, 3) for name in _names(page)):
            for known in [known for known in self._refused if name.startswith(known)]:
                aim, exchange = self._refused[known]
                words = f"{aim.place} {aim.words}"
                self._expect(
                    aim.requirement,
                    False,
                    f"a refused create left an image: {words}",
                    exchange,
                    failure=f"made by a refused request: {words}",
                    path=aim.place,
                )


def _names(page: Exchange) -> Iterator[str]:
    body = body_of(page)
    images = body.get("images") if isinstance(body, dict) else None
    for item in images if isinstance(images, list) else ():
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield str(item["name"])


def same(member: str, wanted: Any, got: Any) -> bool:
    """Whether a member is as it was sent; tags are a set, a uuid has no case, what was taken out is not there."""
    if member == "tags" and isinstance(wanted, list) and isinstance(got, list):
        return sorted(map(str, wanted)) == sorted(map(str, got))
    if (
        member == "id"
        and isinstance(wanted, str)
        and isinstance(got, str)
        and re.fullmatch(r"[0-9a-fA-F-]{36}", wanted)
    ):
        return wanted.lower() == got.lower()
    return bool(wanted == got) and isinstance(wanted, bool) == isinstance(got, bool)
