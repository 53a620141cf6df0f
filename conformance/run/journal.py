"""The journal: what a run is about to create, written down before the request goes out, so that nothing is left behind.

Rules
- A line is on the disk before the request that it announces is sent. Where it cannot be written the request is not sent.
- Only what the journal names is ever deleted: an id that the target gave for a request of ours, or a resource whose
  name is, to the letter, a name that the run made up, or that carries the run's tag.
- What the second project made is written down with that project, and deleted by whoever has its credentials: this run,
  or a later one that is given them.
- No secret that is known stands in the file. A target that gives one as the id of a resource has it deleted by this
  process, which knows the id, or by a later one, which looks for the name.
- How it is kept in a file: run/journal_file.py; how it is read back: run/journal_readback.py.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from conformance.model.errors import NoRoom, SuiteError
from conformance.model.phrase import Phrase
from conformance.run.journal_file import (
    Found,
    append,
    create,
    line_of,
    path_of,
    unwritable,
)

__all__ = ["CARRIED_OUT", "SEEN", "SENT", "TAKEN", "UNCLEAR", "Held", "Journal"]

SENT, ANSWERED, TAKEN, UNCLEAR, SEEN = "sent", "answered", "taken", "unclear", "seen"
"""What came of a create that named no id: it is about to be sent; it was answered, and most likely made nothing; it was
answered as a success, or nobody knows; a list has shown it."""
CARRIED_OUT = 10.0
"""Seconds after which a create that was cut off is taken for carried out, or for never to be: a list that was asked for
earlier may miss what it makes."""
MOST_OTHERS = 10_000
"""Ids of others that a journal keeps."""


class Journal:
    """The journal of one run against one project of one endpoint.

    `names` and `ids` map what was created to the project that it belongs to, "" for the run's own, whose id is
    `project`; `deleted` are the ids whose deletion was answered and not looked at. `settled` are the names of which
    nothing is open: their id is known, or their create was refused; `doubtful` those whose create was answered with
    neither, and `taken` those among them that were answered as a success; `under_way` maps the names of creates that were
    cut off to the moment of the monotonic clock until which they may still be carried out;
    `times` how often such a create was sent, where that is more than once. `others` are ids that are not ours, for they
    stood in an answer before the first create, or were shown to be another's; `misnamed` those that a create was answered
    with, and that are not, or not seen to be, the id of what it made. `damage` says what in the file could not be
    understood, `full` why nothing more can be written to it. `nameless` counts the creates that may have made something
    which nobody can recognise: they had no name of ours, and no answer has said what came of them. `shown` is what of a text may stand in the file: the text
    without secrets.
    """

    def __init__(
        self, handle: int, path: Path, head: Found, *, durable: bool = True, shown: Callable[[str], str] = str
    ) -> None:
        self._handle: int | None = handle
        self._durable = durable
        self._shown = shown
        self._hides = False  # whether there is an id that the file does not name
        self.path = path
        self.run_id = head.run_id
        self.endpoint = head.endpoint
        self.project = head.project
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.deleted: dict[str, str] = {}
        self.settled: set[str] = set()
        self.doubtful: set[str] = set()
        self.taken: set[str] = set()
        self.under_way: dict[str, float] = {}
        self.times: dict[str, int] = {}
        self.others: set[str] = set()
        self.misnamed: set[str] = set()
        self.nameless = 0
        self.damage: Phrase | None = None
        self.full: NoRoom | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        endpoint: str,
        project_id: str,
        run_id: str,
        *,
        durable: bool = True,
        shown: Callable[[str], str] = str,
    ) -> Journal:
        """Start the journal of a run. Raises UsageError when the directory cannot be written.

        `durable` is False for a target that ends with this process, which leaves nothing that could be cleaned up: then
        there is no file.
        """
        head = Found(path_of(directory, run_id, endpoint), run_id, shown(endpoint), shown(project_id))
        try:
            if not durable:
                return cls(os.open(os.devnull, os.O_WRONLY), Path(os.devnull), head, durable=False)
            return cls(*create(head), head, shown=shown)
        except OSError as error:
            raise unwritable(directory, error) from None

    def intend(self, name: str, resource_id: str | None = None, *, project: str = "") -> None:
        """Write down that a resource of this name (and of this id when we choose it) is about to be created.

        Raises NoRoom: then it must not be created.
        """
        named = resource_id is not None and not self._hide(resource_id)
        others = [own for own in sorted(self.others) if self._shown(own) == own] if not self.names else []
        self._write(
            line_of(
                name=self._shown(name),
                **({"id": resource_id} if named else {}),
                **({"project": self._shown(project)} if project else {}),
                **({"others": others} if others else {}),
            )
        )
        self.names[name] = project
        self.settled.discard(name)
        if resource_id is not None:
            self.ids[resource_id] = project

    def meets(self, ids: Collection[str]) -> None:
        """These ids are those of others. What is seen before the first create is kept for a later start."""
        if not self.names and len(self.others) + len(ids) <= MOST_OTHERS:
            self.others |= set(ids)

    def misnames(self, resource_id: str, name: str, *, final: bool) -> None:
        """A create of this name was answered as a success, with an id that is not that of what it made, or not seen to be:
        that is looked for by its name. `final`: the id is another's, whatever is shown later."""
        self.misnamed.add(resource_id)
        if final:
            self.disown([resource_id])
            if not self._hide(resource_id):
                self._remark(line_of(name=self._shown(name), others=[resource_id]))
        self.unclear(name, taken=True)

    def disown(self, ids: Iterable[str]) -> None:
        """These ids are not ours."""
        for resource_id in ids:
            self.others.add(resource_id)
            self.ids.pop(resource_id, None)
            self.deleted.pop(resource_id, None)

    def created(self, resource_id: str, *, name: str = "", project: str = "") -> None:
        """Write down the id that the target gave. Raises NoRoom: what was made is known to this process then, and to a
        later one by its name.

        Where the name is on the disk, nobody waits until the id is, too: a machine that fails before the next line is
        there leaves the name to look for.
        """
        announced = name in self.names and self.run_id in name.lower()
        told = name in self.doubtful  # that it was sent stands in the file, so that its id has to, too
        self.settle(name)
        if resource_id not in self.ids or told:
            self.ids[resource_id] = project
            self.deleted.pop(resource_id, None)
            if self._hide(resource_id):
                if name in self.names:  # a later process has to look for it
                    self._write(line_of(name=self._shown(name), create=TAKEN))
                return
            line = line_of(
                id=resource_id,
                **({"name": self._shown(name)} if name else {}),
                **({"project": self._shown(project)} if project else {}),
            )
            self._write(line, lasting=not announced)

    def _hide(self, resource_id: str) -> bool:
        """Whether the file may not name this id, because it tells a secret."""
        hidden = self._shown(resource_id) != resource_id
        self._hides |= hidden
        return hidden

    def refused(self, name: str) -> None:
        """A create of this name was refused, so that most likely nothing was made; the file keeps the name. An earlier one
        of this name that was cut off stays in doubt."""
        self.answered(name)
        if name not in self.under_way:
            self.settle(name)

    def answered(self, name: str) -> None:
        """A create of this name was answered without an id, and only a list can tell what came of it."""
        if name not in self.under_way:
            self.doubtful.discard(name)
        if name in self.names:
            self._remark(line_of(name=self._shown(name), create=ANSWERED))

    def _remark(self, line: bytes) -> None:
        """Append a line without which a later start has more to do, and does no harm."""
        if self._handle is not None and self.full is None:
            with contextlib.suppress(OSError):
                os.write(self._handle, line)

    def settle(self, name: str) -> None:
        """Of this name nothing is open any more."""
        self.settled.add(name)
        self.doubtful.discard(name)
        self.taken.discard(name)

    def doubted(self, name: str) -> None:
        """A create of this name is about to be sent: from now on it may be there, under an id that nobody knows."""
        if name in self.names:  # nothing could tell it from what is not ours otherwise
            self.doubtful.add(name)
            self._remark(line_of(name=self._shown(name), create=SENT))

    def cut_off(self, name: str) -> None:
        """A create of this name has ended without any answer: it may be carried out yet."""
        if name in self.names:
            self.under_way[name] = time.monotonic() + CARRIED_OUT
            self.unclear(name)

    def unclear(self, name: str, *, taken: bool = False, times: int = 1) -> None:
        """A create of this name has ended without an id or a refusal; `taken`: it was answered as a success; `times`: how
        often it was sent.

        The file keeps that: a list that does not have it may not be all there is to know.
        """
        if name not in self.names:  # nothing could tell it from what is not ours
            return
        self.settled.discard(name)
        self.doubtful.add(name)
        if taken:
            self.taken.add(name)
        if times > 1:
            self.times[name] = times
        with contextlib.suppress(NoRoom):  # the name stands there already
            self._write(line_of(name=self._shown(name), create=TAKEN if taken else UNCLEAR))

    def seen(self, names: Iterable[str]) -> None:
        """Of these names nothing is open any more: a list has shown what has them, or can be believed that it is not
        there. Where the id was known already, what was cut off is another create of the same name: it stays in doubt.
        The file says nothing of that where it may not name the id."""
        for name in names:
            if name in self.doubtful and not self._hides:
                self._remark(line_of(name=self._shown(name), create=SEEN))
            if name not in self.settled:
                self.under_way.pop(name, None)
            self.settle(name)

    def denied(self, names: Iterable[str], moment: float, *, believed: bool) -> None:
        """A list that was asked for at this moment does not show these names. Whether that settles that nothing came of
        their creates depends on whether they can have been carried out later, on whether the list is `believed`, and on
        how they were answered."""
        for name in names:
            if self.under_way.get(name, moment) > moment:
                continue
            self.under_way.pop(name, None)
            if name not in self.doubtful or (believed and name not in self.taken):
                self.seen([name])

    def doubts(self, project: str | None = None, *, taken: bool = False) -> frozenset[str]:
        """The names, of one project or of all, of which nobody knows what came of their create, and that are nobody
        else's; with `taken` only of those that were answered as a success."""
        return self.own_names(project) & (self.taken if taken else self.doubtful | self.under_way.keys())

    def open_names(self, project: str | None = None) -> frozenset[str]:
        """The names, of one project or of all, whose resource may be there under an id that nobody knows.

        A name that holds the id of the run, in whatever letters and with whatever around it, is nobody else's.
        """
        return self.own_names(project) - self.settled

    def most_of(self, names: Iterable[str]) -> int:
        """How many resources there may be under these names."""
        return sum(self.times.get(name, 1) for name in names)

    def own_names(self, project: str | None = None) -> frozenset[str]:
        """The names, of one project or of all, that are nobody else's."""
        return frozenset(
            name
            for name, at in self.names.items()
            if (project is None or at == project) and self.run_id in name.lower()
        )

    def gone(self, resource_id: str) -> None:
        """A deletion was answered. The file keeps the id until it is seen that it is gone."""
        project = self.ids.pop(resource_id, None)
        if project is not None:
            self.deleted[resource_id] = project
            if not self._hide(resource_id):
                self._remark(line_of(gone=resource_id))

    def _write(self, line: bytes, *, lasting: bool = True) -> None:
        """Append a line; one that is `lasting` is on the disk when this returns. Raises NoRoom."""
        if self._handle is None:
            raise SuiteError(f"the journal of run {self.run_id} is closed, so nothing more may be created")
        if self.full is not None:
            raise self.full
        try:
            append(self._handle, line, lasting=self._durable and lasting)
        except OSError as error:
            self.full = NoRoom(
                f"{self.path}: the journal cannot be written: {error.strerror}; without it nothing is created"
            )
            raise self.full from None

    def hand_over(self) -> Held:
        """What it names, to be kept by the journal of another process that writes to the same file; it begins anew."""
        settled, doubtful, taken = frozenset(self.settled), frozenset(self.doubtful), frozenset(self.taken)
        held = Held(
            self.names,
            self.ids,
            self.deleted,
            settled,
            doubtful,
            taken,
            self.under_way,
            self.times,
            frozenset(self.others & self.misnamed),
            frozenset(self.misnamed),
            self.nameless,
        )
        self.names, self.ids, self.deleted, self.under_way, self.times = {}, {}, {}, {}, {}
        self.settled, self.doubtful, self.taken, self.nameless = set(), set(), set(), 0
        return held

    def name_all(self, count: int) -> None:
        """So many of the creates without a name of ours were seen to have made nothing."""
        self.nameless = max(0, self.nameless - count)

    def take_over(self, held: Held) -> None:
        """Keep what a journal of another process, which writes to the same file, has named."""
        self.names |= held.names
        self.ids |= held.ids
        for resource_id in held.ids:
            self._hide(resource_id)
        self.deleted |= held.deleted
        for name in held.settled:  # which may have been in doubt when the file was read again
            self.settle(name)
            self.under_way.pop(name, None)
        self.doubtful |= held.doubtful
        self.taken |= held.taken
        self.under_way |= held.under_way
        self.times |= held.times
        self.disown(held.others)
        self.misnamed |= held.misnamed
        self.nameless += held.nameless

    @property
    def is_kept(self) -> bool:
        """Whether it is open, and in a file."""
        return self._handle is not None and self._durable

    def close(self, *, done: bool) -> None:
        """Close the file. Remove it when it is `done`: when it was seen that nothing that it names is left; what could
        not be understood is kept."""
        if self._handle is None:
            return
        if done and self._durable and self.damage is None:
            with contextlib.suppress(OSError):  # it names nothing that is there, so it does no harm
                self.path.unlink(missing_ok=True)
        handle, self._handle = self._handle, None
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Held:
    """What a journal names (see `Journal`)."""

    names: dict[str, str]
    ids: dict[str, str]
    deleted: dict[str, str]
    settled: frozenset[str]
    doubtful: frozenset[str]
    taken: frozenset[str]
    under_way: dict[str, float]
    times: dict[str, int]
    others: frozenset[str] = frozenset()
    misnamed: frozenset[str] = frozenset()
    nameless: int = 0
