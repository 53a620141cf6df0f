"""Which promise is broken when an image is not as it is due: the last thing that was done decides.

A value that was just sent and is not there was not stored; one that nobody sent changed with something else. The words of a
failure are those of the case that looks at the same promise, so that one deviation is one finding wherever it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.services.image.walks.imagemodel import SETTABLE, Image

__all__ = ["GONE", "Blame", "Cause", "blamed", "kept"]

GONE = ""
"""Stands for the whole image in place of a member: it is due to be there and is not."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What was done since an image was last seen whole.

    `action` is create, reuse (of the image's id by a create), patch, upload or delete; `own` says that it was done to this image, `refused` that it was refused,
    `stranger` that another project did it. `named` are the members that the request named.
    """

    action: str
    own: bool
    refused: bool = False
    stranger: bool = False
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blame:
    """The promise that is broken, and how, in words that are the same from run to run."""

    requirement: str
    failure: str


def blamed(member: str, causes: Sequence[Cause], image: Image, place: str, defaults: Iterable[str]) -> Blame:
    """The promise that a deviating member (or GONE) breaks. `place` is where it was seen, `defaults` have a default of the
    document's."""
    cause = causes[-1] if causes else None
    if cause is not None:
        promise = (
            _of_stranger(cause, member)
            if cause.stranger
            else _of_own(cause, member, place, defaults)
            if cause.own
            else _of_another(cause)
        )
        if promise is not None:
            return promise
    if member == GONE:
        return Blame("image.list.complete", "an image is gone")
    if member in {"size", "checksum"}:
        return _of_file(member, place)
    if member in {"created_at", "updated_at"}:
        return Blame("image.patch.updated-at", f"{member} changes without a change")
    how = (
        f"{member} changed with the upload"
        if cause is not None and cause.action == "upload" and cause.own
        else f"{member} does not stay"
    )
    if member not in image.changed and member in {*SETTABLE, "id"}:
        return Blame(f"image.create.body.{member}", how)
    return Blame("image.patch.stored", how)


def _of_stranger(cause: Cause, member: str) -> Blame | None:
    if cause.action not in {"patch", "delete"}:
        return None
    word = "deleted" if member == GONE else "changed"
    return Blame(f"image.isolation.{cause.action}", word)


def _of_own(cause: Cause, member: str, place: str, defaults: Iterable[str]) -> Blame | None:
    if cause.action == "delete" and cause.refused:
        return Blame("image.delete.protected", "gone or changed")
    if cause.action == "patch" and cause.refused:
        return Blame("image.patch.atomic", "a refused patch changed the image")
    if cause.action == "reuse":
        return Blame("image.create.body.id", "the first image changed")
    if member in {"size", "checksum"} or cause.action not in {"create", "patch"}:
        return None
    if cause.action == "create":
        if member == GONE:
            return Blame("image.list.complete", "a new image is not there")
        if member in cause.named and member in {*SETTABLE, "id"}:
            return Blame(f"image.create.body.{member}", f"not as sent in {place}")
        if member in defaults:
            return Blame(f"image.create.default.{member}", f"{member} in {place} differs")
        return None
    if member == GONE:
        return Blame("image.patch.stored", "an image is gone after a patch")
    if member in {"created_at", "updated_at"}:
        return Blame(
            "image.patch.updated-at", "created_at moves" if member == "created_at" else "the answer and show differ"
        )
    if member in cause.named:
        return Blame("image.patch.stored", f"{_word(member)} not as changed in {place}")
    return Blame("image.patch.unchanged", f"{_word(member)} changed with another member")


def _of_another(cause: Cause) -> Blame | None:
    if cause.refused:
        return (
            Blame("image.patch.atomic", "a refused request changed another image") if cause.action == "patch" else None
        )
    promises = {
        "patch": Blame("image.patch.unchanged", "another image changed"),
        "delete": Blame("image.delete.collateral", "another image"),
        "create": Blame("image.create.single", "another image changed"),
    }
    return promises.get(cause.action)


def _of_file(member: str, place: str) -> Blame:
    return Blame(
        f"image.download.{member}",
        f"size differs in {place}" if member == "size" else f"checksum is no hash of the file in {place}",
    )


def _word(member: str) -> str:
    """The member, or what all further properties are called: their names are made up."""
    return (
        member
        if member in {*SETTABLE, "id", "description"}
        else "a property"
        if member.startswith("conformance_")
        else member
    )


def kept(cause: Cause) -> tuple[str, ...]:
    """The promises that an image as it is due shows to be kept after this."""
    if cause.stranger:
        return (f"image.isolation.{cause.action}",) if cause.action in {"patch", "delete"} else ()
    if not cause.own:
        blame = _of_another(cause)
        return (blame.requirement,) if blame is not None else ()
    if cause.action == "create":
        return tuple(f"image.create.body.{name}" for name in sorted(cause.named & {*SETTABLE, "id"}))
    if cause.action == "patch":
        return (
            ("image.patch.atomic",)
            if cause.refused
            else ("image.patch.stored", "image.patch.unchanged", "image.patch.updated-at")
        )
    if cause.action == "reuse":
        return ("image.create.body.id",)
    return ("image.delete.protected",) if cause.action == "delete" and cause.refused else ()
