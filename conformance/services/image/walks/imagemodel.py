"""The model of an image: what it is due to be after the requests of a walk. Pure: no I/O, no clock.

Rules
- A value is due when a request set it, or when an answer showed it and nothing has changed it since.
- Where the contract does not say what follows, the model takes over what the cloud shows.
- A member that deviated is in doubt: its value is taken over, and not judged until it was seen the same twice.
- Values are frozen; an operation on an image gives a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conformance.model.jsonvalue import moment
from conformance.services.image.marks import same

__all__ = [
    "FORMATS",
    "READ_ONLY",
    "SETTABLE",
    "Difference",
    "Due",
    "ModelImage",
    "Patched",
    "fits",
    "hash_of",
]

SETTABLE = ("name", "container_format", "disk_format", "min_disk", "min_ram", "protected", "tags", "visibility")
"""Members that a create and a patch set (document lines 625-642)."""
FORMATS = frozenset({"container_format", "disk_format"})
READ_ONLY = frozenset(
    {"id", "owner", "status", "size", "checksum", "created_at", "updated_at", "file", "self", "schema", "virtual_size"}
)
UNJUDGED = frozenset({"updated_at", "size", "checksum", "virtual_size", "location", "locations", "links"})
"""Members that are judged by a rule of their own, or whose value the contract leaves to the configuration (rulings 13,
14)."""
AFTER_UPLOAD = frozenset({"status"})
SETTLED = ("queued", "active")
OURS = "conformance_"
"""What the name of every further property begins with that the suite makes up."""
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


class Due(StrEnum):
    """What the contract allows as the end of a request."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Difference:
    """A member of an image that is not as it is due."""

    member: str
    due: Any
    got: Any


@dataclass(frozen=True, slots=True)
class ModelImage:
    """An image as the model has it.

    `actor` created it. `members` maps a member to the value that is due, where that is known; `absent` are the further
    properties that were removed. `data` are the bytes of the last upload that was accepted; `others` those of further
    uploads, any of which may count as well, each as a whole. `sent` are the bytes of every upload, also of a refused
    one; after several the next download settles which counts (`settled`).
    `mistaken` says that size and checksum were shown that are those of another of them: the next download tells whether
    the data are, too. `updated_at` is the timestamp seen last, `moved` says that a change may have moved it since. `changed` are the
    members that a patch set. `doubt` are the members that are not judged now.
    """

    id: str
    actor: str
    members: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    data: bytes | None = None
    others: tuple[bytes, ...] = ()
    sent: tuple[bytes, ...] = ()
    settled: bool = True
    mistaken: bool = False
    updated_at: str | None = None
    moved: bool = False
    changed: frozenset[str] = frozenset()
    doubt: frozenset[str] = frozenset()

    @property
    def protected(self) -> bool:
        """Whether a delete is due to be refused."""
        return self.members.get("protected") is True

    @property
    def private(self) -> bool:
        """Whether other projects are due not to see it."""
        return self.members.get("visibility") == "private" and "visibility" not in self.doubt

    @property
    def status(self) -> str | None:
        """The status that is due, None when it is not known."""
        return self.members.get("status")

    @property
    def properties(self) -> tuple[str, ...]:
        """The names of the further properties that the suite gave it."""
        return tuple(sorted(name for name in self.members if name.startswith(OURS)))

    def had(self, member: str, value: Any) -> bool:
        """Whether a member had this value at the end, or its data made it so."""
        if member == "status":
            return value == "active" and self.data is not None
        return member in self.members and same(member, self.members[member], value)

    # --- operations on it ---------------------------------------------------------------------------------------------

    def patched(self, operations: Sequence[Mapping[str, Any]]) -> Patched:
        """What a list of patch operations is due to do: all are applied or none (RFC 5789, 2; RFC 6902, 5)."""
        members, absent, due = dict(self.members), set(self.absent), Due.SUCCESS
        named: set[str] = set()
        for item in operations:
            name, op, value = str(item["path"]).removeprefix("/"), item["op"], item.get("value")
            named.add(name)
            if name in READ_ONLY or not fits(name, value):
                return Patched(Due.REFUSAL, self, frozenset(named), name)
            if name in SETTABLE:
                # The formats of an image that has data are what the data is; the document does not say that they may
                # change.
                if name in FORMATS and self.data is not None and members.get(name) != value:
                    due = Due.EITHER
                members[name] = value
                continue
            if op != "add" and name not in members:
                due = Due.EITHER  # RFC 6902 has the target exist; the document does not speak of it
            if op == "remove":
                members.pop(name, None)
                absent.add(name)
            else:
                members[name] = value
                absent.discard(name)
        changes = any(not same(name, members.get(name), self.members.get(name)) for name in named)
        after = replace(
            self,
            members=members,
            absent=frozenset(absent),
            moved=True,
            changed=self.changed | named,
            doubt=self.doubt - named,
        )
        return Patched(due, after, frozenset(named), changes=changes)

    @property
    def wholes(self) -> tuple[bytes, ...]:
        """The data that it may have: each as it was sent, never a mixture; none when there was no upload."""
        return () if self.data is None else (self.data, *self.others)

    def uploaded(self, data: bytes) -> ModelImage:
        """The image after an upload that was accepted. After a second one it may have either data: the document does
        not say that data can be replaced."""
        members = {name: value for name, value in self.members.items() if name not in AFTER_UPLOAD}
        others = tuple(item for item in self.wholes if item != data)
        sent, settled = (*self.sent, data), not self.sent
        return replace(self, members=members, data=data, others=others, sent=sent, settled=settled, moved=True)

    def tried(self, data: bytes, *, unclear: bool) -> ModelImage:
        """The image after an upload that was refused, or of which that is not clear."""
        others = (*self.others, data) if unclear and self.data is not None else self.others
        return replace(self, others=others, sent=(*self.sent, data), settled=self.data is None)

    def having(self, data: bytes) -> ModelImage:
        """The image when it is known which of its possible data it has."""
        return replace(self, data=data, others=(), settled=True, mistaken=False)

    def doubted(self, names: Iterable[str] = ()) -> ModelImage:
        """The image with these members in doubt, all when none is named."""
        doubt = frozenset(names) or frozenset({*self.members, *self.absent, "size", "checksum", "updated_at"})
        return replace(self, doubt=self.doubt | doubt, moved=self.moved or "updated_at" in doubt)

    # --- comparison with what the cloud shows -------------------------------------------------------------------------

    def differences(self, body: Mapping[str, Any], *, partly: bool = False) -> tuple[Difference, ...]:
        """The members whose shown value is not the one due. `partly`: members that are missing from the body are passed
        over."""
        found = [
            Difference(name, value, body.get(name))
            for name, value in self.members.items()
            if name not in UNJUDGED and (name in body or not partly) and not same(name, value, body.get(name))
        ]
        found += [Difference(name, None, body[name]) for name in sorted(self.absent) if body.get(name) is not None]
        strangers = (
            name for name in body if name.startswith(OURS) and name not in self.members and name not in self.absent
        )
        found += [Difference(name, None, body[name]) for name in sorted(strangers) if body[name] is not None]
        if not partly or "updated_at" in body:
            found += self._stamp(body.get("updated_at"))
        if self.data is not None and self.settled and body.get("status") == "active":
            found += self._file({name: body.get(name) for name in ("size", "checksum") if name in body or not partly})
        return tuple(item for item in found if item.member not in self.doubt)

    def _stamp(self, got: Any) -> list[Difference]:
        before, now = moment(str(self.updated_at)), moment(str(got))
        if before is None or now is None:
            return []
        wrong = now < before if self.moved else now != before
        return [Difference("updated_at", self.updated_at, got)] if wrong else []

    def _file(self, shown: Mapping[str, Any]) -> list[Difference]:
        """Size and checksum, where they are shown and not those of its data."""
        assert self.data is not None
        if self._of_another_upload(shown):
            return []
        found: list[Difference] = []
        if "size" in shown and not same("size", len(self.data), shown["size"]):
            found.append(Difference("size", len(self.data), shown["size"]))
        if "checksum" in shown:
            wanted = hash_of(self.data, shown["checksum"])
            if wanted is None or str(shown["checksum"]).lower() != wanted:
                found.append(Difference("checksum", wanted, shown["checksum"]))
        return found

    def _of_another_upload(self, shown: Mapping[str, Any]) -> bool:
        """Whether size and checksum are those of other data that was sent for it."""
        size, checksum = shown.get("size"), shown.get("checksum")
        others = (item for item in self.sent if item != self.data)
        return any(same("size", len(item), size) and hash_of(item, checksum) == checksum for item in others)

    def seen(self, body: Mapping[str, Any], known: Iterable[str], deviating: Iterable[str] = ()) -> ModelImage:
        """As the cloud shows it: what was not known is due from now on, what deviates or is in doubt is taken over.

        `known` are the members that the contract has.
        """
        deviating = frozenset(deviating)
        members, absent = dict(self.members), set(self.absent)
        steady = frozenset(
            name
            for name in self.doubt - deviating
            if name not in UNJUDGED and same(name, self.members.get(name), body.get(name))
        )
        for name in sorted({*known, *self.doubt, *deviating} - UNJUDGED):
            if name == "status" and body.get(name) not in SETTLED:
                members.pop(name, None)
            elif name in body and (name not in members or name in self.doubt or name in deviating):
                members[name] = body[name]
                absent.discard(name)
            elif name not in body and (name in self.doubt or name in deviating):
                members.pop(name, None)
        stamp = body.get("updated_at")
        return replace(
            self,
            members=members,
            absent=frozenset(absent),
            updated_at=stamp if isinstance(stamp, str) else self.updated_at,
            moved=False,
            mistaken=self.mistaken or (self.settled and self._of_another_upload(body)),
            doubt=(self.doubt | deviating) - steady,
        )


@dataclass(frozen=True, slots=True)
class Patched:
    """What a patch is due to do.

    `due` is how it may end, `after` the image when it succeeds, `named` the members that its operations name, `wrong`
    the member for which it is due to be refused, `changes` whether any member gets another value.
    """

    due: Due
    after: ModelImage
    named: frozenset[str]
    wrong: str | None = None
    changes: bool = False


def fits(name: str, value: Any) -> bool:
    """Whether a value is of the member's type. Walks send no other kind of invalid value."""
    return not (name in {"min_disk", "min_ram"} and not isinstance(value, int))


def hash_of(data: bytes, like: Any) -> str | None:
    """The hash of the data in the algorithm that a checksum of this length is of; None for another length."""
    algorithm = ALGORITHMS.get(len(like)) if isinstance(like, str) else None
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest() if algorithm else None
