"""Trials: generated requests sent and judged. A valid one is to be accepted and its values kept, a forbidden one to
change nothing.

Rules
- The aim says what is due: success, refusal, or either. A 5xx and an undocumented status are left to the checks of
  every exchange.
- Another spelling may be refused; who takes it takes it for what it means (ruling 44).
- What a draft created or changed is deleted soon, so that the cloud holds few resources of a run at a time. Before
  that some of them are looked at together (aftermath.py): the first of each valid class, and all that was taken and was
  not due to be.
- There is one finding for each aim and deviation, with the smallest request that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice

from conformance.generate import ANY, EXISTING, FRESH, NAME, TAG, Aim, Draft
from conformance.generate.exploration import Exploration, simplest
from conformance.judge.partition import telling
from conformance.model import requirement_id
from conformance.model.budget import Budget
from conformance.model.contract import Contract, Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Standing
from conformance.model.jsonvalue import JSON
from conformance.model.message import Exchange, Headers, Request
from conformance.run.aftermath import NOT_OURS, Aftermath, Left, refusal, says_no, touch
from conformance.run.cases import Expect, NotExercised
from conformance.run.draft_judge import DraftJudge, TrialResult, refused_though_allowed
from conformance.run.reading import reading
from conformance.run.sending.client import Client, made_by
from conformance.run.sending.listing import listed_by

__all__ = ["Trials"]

ROUNDS = (1, 2, 4, 10, 30, 100, 300, 1000)
"""Drafts that each aim is to have tried after each round; a round ends when the budget does."""
BATCH = 8
"""Refused changes after which the resource is shown, to see whether one of them was stored."""
TOUCHED = 24
"""Refused changes after which the resource is changed, to see whether one of them keeps it from that."""
MOST_PAGES = 10
"""Pages of a list that are searched for what refused requests have made; services list the newest first, unless asked
otherwise."""


class Trials:
    """The trials of several aims on the resource of one client, within a budget.

    `shrinks` is how many further requests may be spent on making a failing one smaller, for each aim and deviation.
    """

    def __init__(self, cloud: Client, expect: Expect, budget: Budget, *, shrinks: int) -> None:
        self._cloud = cloud
        self._aftermath = Aftermath(cloud, self._refused_later)
        self._round = 0
        self._untouched: list[tuple[Aim, Draft, Exchange]] = []
        self._expect = expect
        self._budget = budget
        self._shrinks = shrinks
        self._resource: Resource = cloud.resource
        self._due = DraftJudge(cloud)
        self._own = ""
        self._there: Mapping[str, JSON] = {}
        self._unseen: list[tuple[Aim, Draft, Exchange]] = []
        self._refused: dict[str, tuple[Aim, Exchange]] = {}
        self._obstacles: list[NotExercised] = []

    @property
    def _contract(self) -> Contract:
        return self._cloud.contract

    def run(self, aims: Sequence[Aim], *, elsewhere: Container[str] = ()) -> None:
        """Try each aim once, whatever that costs, so that no class goes untried by the order of the aims; then with more
        values, until the budget is used up; then judge.

        `elsewhere` are places whose classes other cases send too: what the budget does not reach of them may go. Where the case explores, each aim begins with its second value, for the first one is the same with every seed.
        Raises NotExercised when no draft could be tried.
        """
        explorations = [(aim, self._exploration(aim)) for aim in aims]
        firsts = [None] * len(aims) if self._cloud.explores else simplest([aim.drafts for aim in aims])
        for examples in ROUNDS:
            self._round = examples
            for (aim, exploration), first in zip(explorations, firsts, strict=True):
                due = examples == 1 and not self._cloud.explores and aim.place not in elsewhere
                # What kept all drafts so far from being sent keeps the next ones, too.
                if _barred(exploration) or (self._budget.late if due else self._budget.over):
                    continue
                if examples == 1 and first is not None:
                    exploration.begin(*first, due=due)
                else:
                    exploration.widen(examples, due=due)
        self._look()
        self._touch(last=True)
        self._looked_at()
        self._nothing_of_a_refused_create()
        for aim, exploration in explorations:
            self._judge(aim, exploration)
        if self._there:
            self._cloud.discard(self._own)
        results = [outcome for _, exploration in explorations for outcome in exploration.results]
        if results and all(outcome.exchange is None for outcome in results):
            raise self._obstacles[-1]

    def _exploration(self, aim: Aim) -> Exploration[Draft, TrialResult, Deviation]:
        drawn = int.from_bytes(sha256(f"{self._cloud.seed}:{aim.name}".encode()).digest()[:4], "big")
        return Exploration(
            aim.drafts,
            lambda draft: self._try(aim, draft),
            lambda outcome: outcome.deviation,
            lambda draft: draft.key,
            self._budget,
            drawn,
            self._shrinks,
            simplest=not self._cloud.explores,
        )

    def _judge(self, aim: Aim, exploration: Exploration[Draft, TrialResult, Deviation]) -> None:
        judged = any(outcome.exchange is not None for outcome in exploration.results)
        if judged and not exploration.smallest and aim.due in {Standing.VALID, Standing.BROKEN}:
            self._expect.kept(aim.requirement)
        for _, outcome in exploration.smallest.values():
            assert outcome.deviation is not None
            self._expect(outcome.requirement, False, outcome.deviation, outcome.exchange)

    # --- one draft --------------------------------------------------------------------------------------------------

    def _try(self, aim: Aim, draft: Draft) -> TrialResult:
        """Send and judge one draft. When its prerequisite fails only this draft goes without a result."""
        try:
            outcome = self._tried(self._classed(aim, draft) if aim.place == ANY else aim, draft)
        except NotExercised as obstacle:
            self._obstacles.append(obstacle)
            return TrialResult(draft, None)
        # It is held until all are judged, and there are thousands.
        return replace(outcome, exchange=outcome.exchange.bare) if outcome.exchange is not None else outcome

    def _tried(self, aim: Aim, draft: Draft) -> TrialResult:
        if aim.operation == self._resource.create:
            return self._create(aim, draft)
        if aim.operation == self._resource.list:
            return self._list(aim, draft)
        return self._addressed(aim, draft)

    def _classed(self, aim: Aim, draft: Draft) -> Aim:
        """The aim with place, class and requirement taken from the parts of the draft that was drawn."""
        item = self._contract.operations[aim.operation]
        fields = {"X-Auth-Token": TAG, **_headers(item, draft)}
        headers = Headers.of({name: value for name, value in fields.items() if value})
        url = f"http://target{self._path(item, draft.path)}?{draft.query}"
        found = telling(Request(item.method, url, headers, draft.body, aim.operation, "main"), self._contract)
        if not found:
            return aim
        first, *others = found[:3]
        if first.standing is not Standing.BROKEN:
            return replace(aim, place=first.place, held=first.held)
        owned = [
            name
            for part in found
            for name in (
                requirement_id.body(aim.operation, part.place),
                requirement_id.query(aim.operation, part.place),
            )
        ]
        requirement = next((name for name in owned if name in self._contract.requirements), aim.requirement)
        return replace(aim, requirement=requirement, place=first.place, held=first.held, others=tuple(others))

    def _path(self, item: Operation, segment: str) -> str:
        return item.path.replace(f"{{{self._resource.parameter}}}", segment)

    def _filled(self, data: bytes, name: str) -> bytes:
        fresh = self._cloud.uuid()[:8]
        data = data.replace(NAME.encode(), name.encode()).replace(TAG.encode(), self._cloud.tag.encode())
        return data.replace(FRESH.encode(), fresh.encode()).replace(FRESH.upper().encode(), fresh.upper().encode())

    def _own_name(self, draft: Draft) -> str:
        """A name for what the draft makes or renames, in the journal before the request goes out."""
        name = self._cloud.name().ljust(len(NAME), "-")
        if NAME.encode() in draft.body:
            whole = [value for value in draft.members.values() if isinstance(value, str) and NAME in value]
            self._cloud.journal.intend(whole[0].replace(NAME, name) if whole else name)
        return name

    def _create(self, aim: Aim, draft: Draft) -> TrialResult:
        name = self._own_name(draft)
        body = self._filled(draft.body, name)
        exchange = self._cloud.create(body, headers=draft.headers)
        status = exchange.response.status
        if 400 <= status < 500:
            self._refused[name] = (aim, exchange.bare)
        outcome = TrialResult(draft, exchange)
        if aim.due is Standing.BROKEN:
            outcome = self._due.refusal(aim, outcome)
        elif aim.due is Standing.VALID:
            outcome = self._due.success(aim, outcome, json.loads(body))
        elif aim.due is Standing.LENIENT and status < 300 and draft.members:
            sent = json.loads(body)
            outcome = self._due.success(
                aim, outcome, self._due.meaning({member: sent[member] for member in draft.members})
            )
        own = made_by(exchange, self._resource)
        if own is not None:
            self._serve(aim, own, exchange, shown=aim.due in {Standing.VALID, Standing.LENIENT})
        return outcome

    def _serve(self, aim: Aim, own: str, exchange: Exchange, *, shown: bool) -> None:
        """Have a resource that has served looked at, or delete it."""
        first = self._round == 1 and not self._cloud.explores
        if aim.due is Standing.VALID and not first and not self._cloud.thorough:
            self._cloud.discard(own)
            return
        name = reading(exchange).maybe_text(self._cloud.service.marks.name) or ""
        request = telling(exchange.request, self._contract)
        left = Left(own, exchange.bare, request, aim.place, aim.requirement, name, shown)
        before = self._aftermath.sent
        self._aftermath.keep(left)
        self._budget.free(self._aftermath.sent - before)

    def _looked_at(self) -> None:
        before = self._aftermath.sent
        self._aftermath.look()
        self._budget.free(self._aftermath.sent - before)

    def _refused_later(self, left: Left, exchange: Exchange) -> None:
        self._expect(left.requirement, False, refusal(exchange, self._contract), exchange, related=(left.exchange,))

    def _list(self, aim: Aim, draft: Draft) -> TrialResult:
        item = self._contract.operations[aim.operation]
        path = f"{item.path}?{draft.query}" if draft.query else item.path
        headers = {"Accept": "application/json", **draft.headers}
        exchange = self._cloud.send(item.method, path, operation=item.id, headers=headers, body=draft.body)
        outcome, status = TrialResult(draft, exchange), exchange.response.status
        if aim.due is Standing.BROKEN:
            return self._due.refusal(aim, outcome)
        if aim.due is Standing.VALID and 400 <= status < 500 and status not in NOT_OURS:
            return replace(outcome, deviation=refused_though_allowed(aim, exchange), requirement=aim.requirement)
        return outcome

    def _addressed(self, aim: Aim, draft: Draft) -> TrialResult:
        if aim.due is not Standing.BROKEN:
            self._look()
        if not self._there:
            self._renew()
        before, name = self._there, self._own_name(draft)
        exchange = self._sent(aim, draft, name)
        status = exchange.response.status
        outcome = TrialResult(draft, exchange)
        if 400 <= status < 500:
            self._unseen.append((aim, draft, exchange.bare))
            if len(self._unseen) >= BATCH:
                self._look()
        if aim.due is Standing.BROKEN:
            outcome = self._due.refusal(aim, outcome)
        elif aim.due is Standing.VALID and draft.members:
            wanted = json.loads(json.dumps(dict(draft.members)).replace(NAME, name))
            outcome = self._due.success(aim, outcome, wanted, before)
        elif aim.due is Standing.LENIENT and status < 300 and draft.members:
            outcome = self._due.success(aim, outcome, self._due.meaning(draft.members), before)
        if status < 400:
            self._there, self._unseen, self._untouched = {}, [], []
            own = str(before[self._resource.id])
            if aim.operation == self._resource.change:
                shown = aim.due in {Standing.VALID, Standing.LENIENT} and bool(draft.members)
                self._serve(aim, own, exchange, shown=shown)
            else:
                self._cloud.discard(own)
        return outcome

    def _sent(self, aim: Aim, draft: Draft, name: str) -> Exchange:
        """The draft as a request to the resource that is there."""
        item = self._contract.operations[aim.operation]
        own = self._own
        segment = draft.path.replace(EXISTING, own).replace(EXISTING.replace("-", ""), own.replace("-", ""))
        return self._cloud.send(
            item.method,
            self._path(item, segment),
            operation=item.id,
            body=self._filled(draft.body, name),
            headers={"Accept": "application/json", **_headers(item, draft)},
        )

    # --- nothing changed --------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        made = self._cloud.make(**self._cloud.service.sample)
        self._own = made.text(self._resource.id)
        self._there = self._due.observed(self._own, made) or made

    def _look(self) -> None:
        """Judge that refused changes have stored nothing: show the resource once for all; if it changed, send each
        again to a new one."""
        refused, self._unseen = self._unseen, []
        if not refused or not self._there:
            return
        if self._unchanged():
            self._untouched += [item for item in refused if item[0].operation == self._resource.change]
            if len(self._untouched) >= TOUCHED:
                self._touch()
            return
        self._cloud.discard(self._own)
        for aim, draft, exchange in refused:
            self._renew()
            self._sent(aim, draft, self._cloud.name().ljust(len(NAME), "-"))
            if not self._unchanged():
                deviation = Deviation("changed-by-a-refused-request", operation=aim.operation, request=aim.request)
                self._expect(aim.requirement, False, deviation, exchange)
            self._cloud.discard(self._own)
        self._there = {}

    def _touch(self, *, last: bool = False) -> None:
        """Judge that refused changes keep a resource from no further one; if they do, send each to a new one."""
        refused, self._untouched = self._untouched, []
        if not refused or not self._there:
            return
        before = len(self._cloud.recorder.exchanges)
        if _stuck(touch(self._cloud, self._own)):
            self._each_alone(refused)
            self._there = {}
        elif not last:
            self._there = self._due.observed(self._own, self._there)
        self._budget.free(len(self._cloud.recorder.exchanges) - before)

    def _each_alone(self, refused: Sequence[tuple[Aim, Draft, Exchange]]) -> None:
        self._cloud.discard(self._own)
        for aim, draft, _ in refused:
            self._renew()
            sent = self._sent(aim, draft, self._cloud.name().ljust(len(NAME), "-"))
            later = touch(self._cloud, self._own)
            if later is not None and says_no(later):
                self._expect(aim.requirement, False, refusal(later, self._contract), later, related=(sent,))
            self._cloud.discard(self._own)

    def _unchanged(self) -> bool:
        return self._due.observed(self._own, self._there) == self._there

    def _nothing_of_a_refused_create(self) -> None:
        if not self._refused:
            return
        pages = islice(self._cloud.pages(self._cloud.service.largest_page), MOST_PAGES)
        for name in (name for page in pages for name in self._names(page)):
            for known in [known for known in self._refused if name.startswith(known)]:
                aim, exchange = self._refused[known]
                deviation = Deviation("made-by-a-refused-request", operation=aim.operation, request=aim.request)
                self._expect(aim.requirement, False, deviation, exchange)

    def _names(self, page: Exchange) -> Iterator[str]:
        names = (item.maybe_text(self._cloud.service.marks.name) for item in listed_by(page, self._resource))
        return (name for name in names if name is not None)


def _barred(exploration: Exploration[Draft, TrialResult, Deviation]) -> bool:
    """Whether drafts were made and none was sent."""
    return bool(exploration.results) and all(outcome.exchange is None for outcome in exploration.results)


def _stuck(exchange: Exchange | None) -> bool:
    """Whether a change that the contract allows was refused, or failed."""
    return exchange is not None and (exchange.response.status >= 500 or says_no(exchange))


def _headers(item: Operation, draft: Draft) -> dict[str, str | None]:
    media = {"Content-Type": item.request_media_type} if item.request_media_type else {}
    return {**media, **draft.headers}
