"""Which requirement is broken when an image differs from the model: that of the last operation since the image was seen
whole.

A member that the operation set was not stored; one that it did not set was changed by it. The deviations are those of
the cases that judge the same requirement, so that one deviation is one finding wherever it is met.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from conformance.judge.members import FURTHER
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.services.image.walks.imagemodel import SETTABLE, ModelImage

__all__ = ["GONE", "Blame", "Cause", "blamed", "kept"]

GONE = ""
"""In place of a member: the whole image is missing although it is due to be there."""

_COMPLETE = requirement_id.stated("image.list", "complete")
_STORED = requirement_id.stated("image.patch", "stored")
_UNCHANGED = requirement_id.stated("image.patch", "unchanged")
_ATOMIC = requirement_id.stated("image.patch", "atomic")
_UPDATED_AT = requirement_id.stated("image.patch", "updated-at")
_COLLATERAL = requirement_id.stated("image.delete", "collateral")
_PROTECTED = requirement_id.stated("image.delete", "protected")
_SINGLE = requirement_id.stated("image.create", "single")
_TIMES = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Cause:
    """An operation since an image was last seen whole.

    `action` is create, reuse (a create with the image's id), patch, upload or delete. `own` says that it was done to
    this image and not to another one of the walk, `refused` that it was answered with an error, `stranger` that another
    project sent it. `named` are the members that the request sets.
    """

    action: str
    own: bool
    refused: bool = False
    stranger: bool = False
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blame:
    """The requirement that is broken, and the deviation; the caller adds the values that were due and that came."""

    requirement: str
    deviation: Deviation


def blamed(
    member: str,
    causes: Sequence[Cause],
    image: ModelImage,
    where: str,
    defaults: Collection[str],
    known: Collection[str],
) -> Blame:
    """The requirement that a deviating member (or GONE) breaks.

    `where` is the word for the place where it was seen (answer, shown, listed), `defaults` are the members that have a
    default of the document's, `known` those that the contract has.
    """
    place = member if member in known or member == GONE else FURTHER
    cause = causes[-1] if causes else None
    if cause is not None:
        if cause.stranger:
            blame = _of_stranger(cause, member)
        elif cause.own:
            blame = _of_own(cause, member, place, where, defaults)
        else:
            blame = _of_another(cause)
        if blame is not None:
            return blame
    if member == GONE:
        return Blame(_COMPLETE, Deviation("gone-by-itself"))
    if member in {"size", "checksum"}:
        return _of_file(member, where)
    uploaded = cause is not None and cause.action == "upload" and cause.own
    if member in _TIMES:
        return Blame(_UPDATED_AT, _turned(member, "upload" if uploaded else "by-itself"))
    deviation = _turned(place, "upload" if uploaded else "by-itself")
    if member not in image.changed and member in {*SETTABLE, "id"}:
        return Blame(requirement_id.body("image.create", member), deviation)
    return Blame(_STORED, deviation)


def _turned(place: str, when: str) -> Deviation:
    return Deviation("turned", place=place, terms=(("when", when),))


def _seen(kind: str, place: str, where: str) -> Deviation:
    return Deviation(kind, place=place, terms=(("where", where),))


def _of_stranger(cause: Cause, member: str) -> Blame | None:
    if cause.action not in {"patch", "delete"}:
        return None
    how = "deleted" if member == GONE else "changed"
    requirement = requirement_id.stated("image", "isolation", cause.action)
    return Blame(requirement, Deviation("reached-by-another-project", terms=(("how", how),)))


def _of_own(cause: Cause, member: str, place: str, where: str, defaults: Collection[str]) -> Blame | None:
    if member in {"size", "checksum"}:
        return None
    if cause.action == "delete" and cause.refused:
        return Blame(_PROTECTED, Deviation("changed-by-a-refused-delete"))
    if cause.action == "patch" and cause.refused:
        return Blame(_ATOMIC, Deviation("refused-and-stored", seen=(("members", place),)))
    if cause.action == "reuse":
        return Blame(requirement_id.body("image.create", "id"), Deviation("changed-by-a-second-create"))
    if cause.action not in {"create", "patch"}:
        return None
    if cause.action == "create":
        return _of_create(cause, member, place, where, defaults)
    if member == GONE:
        return Blame(_STORED, Deviation("gone", terms=(("when", "change"),)))
    if member == "created_at":
        return Blame(_UPDATED_AT, _turned(member, "change"))
    if member == "updated_at":
        return Blame(_UPDATED_AT, Deviation("not-as-shown", place=member, terms=(("where", "answer"),)))
    if member in cause.named:
        return Blame(_STORED, _seen("not-as-changed", place, where))
    return Blame(_UNCHANGED, _turned(place, "another-member"))


def _of_create(cause: Cause, member: str, place: str, where: str, defaults: Collection[str]) -> Blame | None:
    if member == GONE:
        return Blame(_COMPLETE, Deviation("not-listed"))
    if member in cause.named and member in {*SETTABLE, "id"}:
        return Blame(requirement_id.body("image.create", member), _seen("not-as-sent", place, where))
    if member in defaults:
        return Blame(requirement_id.default("image.create", member), _seen("differs-where", place, where))
    return None


def _of_another(cause: Cause) -> Blame | None:
    if cause.refused:
        return Blame(_ATOMIC, Deviation("another-changed-by-a-refusal")) if cause.action == "patch" else None
    requirements = {"patch": (_UNCHANGED, "change"), "delete": (_COLLATERAL, "delete"), "create": (_SINGLE, "create")}
    if cause.action not in requirements:
        return None
    requirement, when = requirements[cause.action]
    return Blame(requirement, Deviation("another-changed", terms=(("when", when),)))


def _of_file(member: str, where: str) -> Blame:
    kind = "not-the-length-of-the-data" if member == "size" else "no-hash-of-the-data-where"
    return Blame(requirement_id.stated("image.download", member), _seen(kind, member, where))


def kept(cause: Cause) -> tuple[str, ...]:
    """The requirements that are shown to be kept when an image is as it is due after this operation."""
    if cause.stranger:
        isolated = cause.action in {"patch", "delete"}
        return (requirement_id.stated("image", "isolation", cause.action),) if isolated else ()
    if not cause.own:
        blame = _of_another(cause)
        return (blame.requirement,) if blame is not None else ()
    if cause.action == "create":
        named = sorted(cause.named & {*SETTABLE, "id"})
        return tuple(requirement_id.body("image.create", name) for name in named)
    if cause.action == "patch":
        return (_ATOMIC,) if cause.refused else (_STORED, _UNCHANGED, _UPDATED_AT)
    if cause.action == "reuse":
        return (requirement_id.body("image.create", "id"),)
    return (_PROTECTED,) if cause.action == "delete" and cause.refused else ()
