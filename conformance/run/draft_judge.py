"""What is due to a generated request, and how its answer deviates from that.

A refusal where the contract forbids it; else a success, after which its values are kept, and all that it does not name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.generate import Aim, Draft
from conformance.judge.members import place_of, sent_schema
from conformance.judge.rules import meant
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource, Schema
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID
from conformance.model.jsonvalue import JSON, equal, short
from conformance.model.message import Exchange
from conformance.run.aftermath import NOT_OURS
from conformance.run.cases import NotExercised
from conformance.run.reading import reading
from conformance.run.sending.client import Client

__all__ = ["DraftJudge", "TrialResult", "as_sent", "refused_though_allowed"]

MOST_MEMBERS = 4
"""Members of a refused request that a deviation names."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of one draft: its exchange, and how the answer deviates from what is due, None when it does not.

    `requirement` is what the deviation breaks. `exchange` is None when a prerequisite failed and the draft was not
    sent.
    """

    draft: Draft
    exchange: Exchange | None
    deviation: Deviation | None = None
    requirement: str = ""


class DraftJudge:
    """Judges the answers to drafts, on the resource of one client."""

    def __init__(self, cloud: Client) -> None:
        self._cloud = cloud
        self._contract: Contract = cloud.contract
        self._resource: Resource = cloud.resource
        self._nodes: Mapping[str, Schema] = sent_schema(cloud.contract, self._resource).get("properties", {})

    def refusal(self, aim: Aim, outcome: TrialResult) -> TrialResult:
        """The result of what the contract forbids."""
        exchange = outcome.exchange
        assert exchange is not None
        status = exchange.response.status
        if status >= 400:
            return outcome
        deviation = Deviation(
            "forbidden-accepted",
            operation=aim.operation,
            request=aim.request,
            seen=(("status", status),),
        )
        return replace(outcome, deviation=deviation, requirement=aim.requirement)

    def success(
        self, aim: Aim, outcome: TrialResult, wanted: dict[str, Any], before: Mapping[str, JSON] | None = None
    ) -> TrialResult:
        """The result of what the contract allows: `wanted` are the members as they are to be kept, `before` what was shown
        of the resource until then."""
        exchange = outcome.exchange
        assert exchange is not None
        status = exchange.response.status
        if status >= 500 or status in NOT_OURS or (aim.may_refuse and status == 400):
            return outcome
        names = tuple(sorted(set(outcome.draft.members)))
        if status >= 300:
            places = tuple(sorted({place_of(self._contract, aim.operation, name) for name in names}))
            deviation = refused_though_allowed(aim, exchange, places)
            return replace(outcome, deviation=deviation, requirement=self._owner(aim, names))
        made = reading(exchange)
        if not made:
            return outcome  # a passive check has seen it
        seen = self.observed(str(made.get(self._resource.id)), made)
        if not seen:
            deviation = Deviation("made-and-not-there", operation=aim.operation)
            return replace(outcome, deviation=deviation, requirement=self._owner(aim, names))
        for where, found in (("answer", made), ("shown", seen)):
            for member, value in wanted.items():
                if not as_sent(
                    value,
                    found.get(member),
                    self._nodes.get(member, {}),
                    unordered=member in self._cloud.service.unordered,
                ):
                    values = (("due", short(value)), ("got", short(found.get(member))))
                    deviation = Deviation(
                        "not-as-sent",
                        place=place_of(self._contract, aim.operation, member),
                        terms=(("where", where),),
                        seen=values,
                        path=member,
                    )
                    return replace(outcome, deviation=deviation, requirement=self._owner(aim, (member,)))
        for member, value in (before or {}).items():
            if member not in wanted and member not in self._cloud.service.volatile and seen.get(member) != value:
                values = (("due", short(value)), ("got", short(seen.get(member))))
                deviation = Deviation(
                    "turned",
                    place=place_of(self._contract, aim.operation, member),
                    terms=(("when", "another-member"),),
                    seen=values,
                    path=member,
                )
                return replace(outcome, deviation=deviation, requirement=self._owner(aim, names))
        return outcome

    def meaning(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """What members mean, however they are spelled."""
        return {member: meant(self._nodes.get(member, {}), value) for member, value in members.items()}

    def _owner(self, aim: Aim, members: Sequence[str]) -> str:
        """The requirement of the member when the request is about one alone, else that of the aim."""
        owned = [requirement_id.body(aim.operation, name) for name in members] if len(members) == 1 else []
        return next((name for name in owned if name in self._contract.requirements), aim.requirement)

    def observed(self, own: str, made: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """What show says, or what the answer said where show cannot tell."""
        try:
            return self._cloud.observe(own) or {}
        except NotExercised:
            return made


def as_sent(wanted: Any, got: Any, schema: Schema, *, unordered: bool = False) -> bool:
    """Whether a member has the value that was sent; a set has no order, and a UUID no case (RFC 9562, 4)."""
    if schema.get("format") == "uuid" and isinstance(wanted, str) and isinstance(got, str):
        return wanted.lower() == got.lower()
    return equal(wanted, got, unordered=unordered or bool(schema.get("uniqueItems")))


def refused_though_allowed(aim: Aim, exchange: Exchange, members: Sequence[str] = ()) -> Deviation:
    """A request that the contract allows was refused; told by its class where that is special, else by its members."""
    terms = (("members", ", ".join(members[:MOST_MEMBERS]) or aim.place),)
    seen = (("status", exchange.response.status),)
    request = aim.request if aim.held != VALID else ()
    return Deviation("allowed-refused", operation=aim.operation, request=request, terms=terms, seen=seen)
