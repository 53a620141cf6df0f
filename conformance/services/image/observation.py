"""Judgements that several cases share: an image is shown as it was sent, two answers agree on it, it was left
unchanged.

An image is seen in three places, named by words of the vocabulary: in the `answer` of a request, `shown` (GET of the
image), and `listed` (its row of a list by its name, where members may be left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.generate.draft import ID
from conformance.judge.members import place_of
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase, Terms
from conformance.run.cases import Expect, NotExercised
from conformance.run.reading import Members
from conformance.services.image.arrange import Image, now
from conformance.services.image.client import ImageClient
from conformance.services.image.drawn import forbidden_values
from conformance.services.image.marks import same

__all__ = ["agrees", "as_sent", "differing", "forbidden", "kept", "untouched", "values"]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the members that differ, sorted."""
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if not same(name, before.get(name), after.get(name)))


def values(due: Any, got: Any) -> Terms:
    """The terms that show a reader the value due and the value that came."""
    return (("due", short(due)), ("got", short(got)))


def as_sent(
    expect: Expect,
    contract: Contract,
    sent: Mapping[str, Any],
    where: str,
    found: Mapping[str, Any],
    exchange: Exchange,
) -> None:
    """Judge that a place shows the members as create was sent them; a list may leave members out.

    An image that show does not have at all is one finding, not one for each member.
    """
    if where == "shown" and not found and sent:
        requirement = requirement_id.body("image.create", next(iter(sent)))
        known = requirement in contract.requirements
        missing = Deviation("made-and-not-there", operation="image.create")
        expect(requirement if known else requirement_id.request("image.create"), False, missing, exchange)
        return
    for member, value in sent.items():
        if where == "listed" and member not in found:
            continue
        requirement = requirement_id.body("image.create", member)
        if requirement not in contract.requirements:
            requirement = requirement_id.request("image.create")
        got = found.get(member)
        deviation = Deviation(
            "not-as-sent",
            place=place_of(contract, "image.create", member),
            terms=(("where", where),),
            seen=values(value, got),
            path=member,
        )
        expect(requirement, same(member, value, got), deviation, exchange)


def agrees(
    expect: Expect,
    contract: Contract,
    operation: str,
    status: int,
    answer: Members,
    seen: Members | None,
    exchange: Exchange,
) -> None:
    """Judge that what an operation answered is what show answers right after it, member by member."""
    if seen is None:
        raise NotExercised(Phrase.of("shows-nothing", where="shown"))
    for member, value in answer.items():
        requirement = requirement_id.response(operation, status, member)
        if member in seen and requirement in contract.requirements:
            terms = (("where", "answer"),)
            deviation = Deviation("not-as-shown", place=member, terms=terms, seen=values(seen[member], value))
            expect(requirement, same(member, value, seen[member]), deviation, exchange)


def kept(
    expect: Expect,
    contract: Contract,
    requirement: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    when: str,
    exchange: Exchange,
) -> None:
    """Judge that each of these members is what it was; `when` is a word of the vocabulary for what happened since.

    An image that is not there at all is one finding, not one for each member.
    """
    if before and not after:
        expect(requirement, False, Deviation("gone-after", terms=(("when", when),)), exchange)
        return
    for name, due in before.items():
        deviation = Deviation(
            "turned",
            place=place_of(contract, "image.create", name),
            terms=(("when", when),),
            seen=values(due, after.get(name)),
            path=name,
        )
        expect(requirement, same(name, due, after.get(name)), deviation, exchange)


def untouched(
    cloud: ImageClient,
    expect: Expect,
    requirement: str,
    image_id: str,
    before: Members,
    exchange: Exchange,
    related: tuple[Exchange, ...] = (),
) -> Image:
    """Judge that a refused change, the last of those related, left the image as it was; returns it as it is now."""
    seen = now(cloud, image_id)
    if exchange.response.status >= 400:
        names = differing(before, seen)
        deviation = Deviation("refused-and-stored", seen=(("members", ", ".join(names)[:80]),))
        expect(requirement, not names, deviation, exchange, related=related)
    return seen


def forbidden(cloud: ImageClient, member: str) -> tuple[Any, ...]:
    """For each rule of the member a value that breaks it; none that could not be taken back if it were accepted.

    None at all when this edition of the document lacks the member.
    """
    fresh = cloud.uuid()  # a target may keep the ids of deleted images
    broken = forbidden_values(cloud.contract, member).values()
    return tuple(_fresh(value, fresh) if member == "id" else value for value in broken)


def _fresh(value: Any, image_id: str) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace(ID, image_id).replace(ID.replace("-", ""), image_id.replace("-", ""))
