"""Whether a finding came back when its requests were sent again: what the answers then and now say.

Rules
- Reproduced: the same deviation from the same promise is seen again. Changed: another one than the run knew is seen in
  its place. Not reproduced: it was looked for, and nothing is wrong. Undecided: it could not be looked for, with the
  reason.
- What a single answer shows is judged on the new answer by the checks of an exchange; what a case shows, by the case.
- Only where neither can judge, the two answers are compared: status and body, but for ids, times and names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from conformance.after.traffic import steady
from conformance.model.errors import Exit
from conformance.model.finding import Finding, Key
from conformance.model.jsonvalue import Unreadable
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup

__all__ = [
    "Replay",
    "Replayed",
    "State",
    "alike",
    "by_answer",
    "by_case",
    "by_likeness",
    "deviations",
]

STATUS_CHECKS = frozenset({"server-error", "documented-status"})


class State(StrEnum):
    """What became of a finding."""

    REPRODUCED = "reproduced"
    CHANGED = "changed"
    NOT_REPRODUCED = "not reproduced"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One finding, sent again.

    `reason` says why it has come to this state; `now` is what is seen in its place, when that is something else. `by`
    is "request" or "case", or "" when nothing was sent; `status` is that of the new answer.
    """

    finding: FindingGroup
    state: State
    reason: Phrase
    by: str = ""
    status: int | None = None
    now: Key | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """All of them. `run` is the id of the recorded run, `target` where it was replayed, `requests` how many were
    sent."""

    run: str
    contract: Mapping[str, str]
    target: Mapping[str, Any]
    results: tuple[Replayed, ...]
    requests: int
    notes: tuple[Phrase, ...] = ()
    leftovers: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        """How many findings came to this."""
        return sum(item.state is state for item in self.results)

    @property
    def exit_code(self) -> int:
        """1 when one is reproduced or changed, else 3 when one is undecided or something was left behind, else 0."""
        if self.count(State.REPRODUCED) or self.count(State.CHANGED):
            return int(Exit.NON_CONFORMANT)
        return int(Exit.INCONCLUSIVE if self.count(State.UNDECIDED) or self.leftovers else Exit.CONFORMANT)


def deviations(findings: Iterable[Finding]) -> frozenset[Key]:
    """What the findings are about."""
    return frozenset(item.key for item in findings)


def by_answer(group: FindingGroup, known: Collection[Key], new: Exchange, found: Collection[Finding]) -> Replayed:
    """Judged by the checks of an exchange. `known` is what the recorded answer deviates in, `found` what is wrong with
    the new one."""
    status = new.response.status
    was = group.exemplar.response.status if group.exemplar is not None else None
    if group.keys & deviations(found) or any(_same_status(group, item) for item in found):
        return Replayed(
            group, State.REPRODUCED, Phrase.of("answered-again", status=status, then=was), "request", status
        )
    other = next((item for item in found if item.key not in known), None)
    if other is not None:
        reason = Phrase.of("answered-otherwise", status=status, then=was)
        return Replayed(group, State.CHANGED, reason, "request", status, other.key)
    return Replayed(group, State.NOT_REPRODUCED, Phrase.of("answered-well", status=status, then=was), "request", status)


def _same_status(group: FindingGroup, item: Finding) -> bool:
    """Whether both are about an unwanted status of the same operation. The class of request that explains it is found
    out from all requests of a run (attribution.py), and this one request is the recorded one."""
    if item.check not in STATUS_CHECKS or item.deviation.operation is None:
        return False
    bare = {(variant.requirement, replace(variant.deviation, request=())) for variant in group.variants}
    return group.check == item.check and (item.requirement, replace(item.deviation, request=())) in bare


def by_case(
    group: FindingGroup,
    case: str,
    known: Collection[Key],
    found: Iterable[Finding],
    looks: int,
    unjudged: Phrase | None,
) -> Replayed:
    """Judged by the case that was run again.

    `known` are the deviations of the recorded run, `found` what the new run of all cases found, `looks` how often the
    promise was looked at, `unjudged` why the case could not judge all that it is for.
    """
    own = [item for item in found if item.check == case or (item.exchange is not None and item.exchange.case == case)]
    same = next((item for item in own if item.key in group.keys), None)
    if same is not None:
        return Replayed(group, State.REPRODUCED, Phrase.of("case-finds-it", case=case), "case", same.status)
    other = next((item for item in own if item.key not in known), None)
    if other is not None:
        reason = Phrase.of("case-finds-another", case=case)
        return Replayed(group, State.CHANGED, reason, "case", other.status, other.key)
    if unjudged is not None:
        return Replayed(group, State.UNDECIDED, Phrase.of("case-could-not", case=case, reason=unjudged), "case")
    if not looks:
        return Replayed(group, State.UNDECIDED, Phrase.of("case-did-not-get-there", case=case), "case")
    return Replayed(group, State.NOT_REPRODUCED, Phrase.of("case-finds-nothing", case=case), "case")


def by_likeness(
    group: FindingGroup, then: Exchange, new: Exchange, found: Collection[Finding], known: Collection[Key]
) -> Replayed:
    """Judged by how alike the two answers are."""
    was, status = then.response.status, new.response.status
    answered = Phrase.of("answered-otherwise", status=status, then=was)
    if alike(then, new):
        return Replayed(group, State.REPRODUCED, Phrase.of("answered-alike", status=status), "request", status)
    other = next((item for item in found if item.key not in known), None)
    if other is not None:
        return Replayed(group, State.CHANGED, answered, "request", status, other.key)
    if was == status and status >= 300:
        return Replayed(group, State.REPRODUCED, Phrase.of("refused-in-other-words", status=status), "request", status)
    if was == status:
        return Replayed(group, State.CHANGED, Phrase.of("answered-with-another-body", status=status), "request", status)
    state = State.NOT_REPRODUCED if (was < 400) != (status < 400) else State.CHANGED
    return Replayed(group, state, answered, "request", status)


_ORIGIN = re.compile(r"https?://[^/\s\"]+")


def alike(then: Exchange, new: Exchange) -> bool:
    """Whether two answers are the same but for what differs from request to request."""
    return then.response.status == new.response.status and _plain(then) == _plain(new)


def _plain(exchange: Exchange) -> Any:
    try:
        text = json.dumps(exchange.response.json(), sort_keys=True, ensure_ascii=False)
    except (Unreadable, RecursionError):
        text = exchange.response.body.decode("utf-8", "surrogateescape")
    return _ORIGIN.sub("<origin>", steady(text))
