"""Removing what runs have made, from a cloud that may be broken in any way.

Rules
- A deletion is believed when it was seen: a list does not have the resource any more, or showing it says so.
- What a list shows under a name or the tag of a run is that run's, whatever the answer to its create was.
- It is tried in rounds, each resource once a round and for a bounded time: one that stalls does not keep the others.
  Rounds go on while they achieve something, with growing pauses, until the deadline.
- A create that was cut off may be carried out later: only a list that was asked for some time after that says that it was
  not, and such a list is waited for as long as the time allows.
- What stays is named. What can be neither listed nor shown is counted as what may be there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeVar

from conformance.model.deadline import Deadline
from conformance.model.errors import TargetError
from conformance.run.journal import Journal

__all__ = ["Listed", "Presence", "Removed", "Removing", "Resources", "shows_anything"]

T = TypeVar("T")

PAUSES = (0.3, 0.6, 1.2, 2.4, 4.8)
"""Seconds after a round that achieved nothing, the first such, the second and so on; then it is given up. A service that
is started anew, or is still at work on what is new, is waited for by that."""
REFUSALS = 2
"""Rounds that achieved nothing, after which it is given up where the target does answer: it means what it says."""
SHORTEST, FIRST, GROWTH = 1.0, 5.0, 3.0
"""Seconds that one resource may take: at least; in the first round; and how many times that in each further one."""
SAMPLE = 50
"""Resources whose deletion was answered that are shown all the same, to see whether such answers can be believed: a
request each, 2 s of a gate in all at 50 ms."""
DOUBTED = 3
"""Rounds in which nothing happened but that no list shows what a create may have made; some lists are late."""
MOST_ROUNDS = 40
MOST_NAMED = 40
"""Names that are looked for one at a time where no whole list can be had."""


class Presence(Enum):
    """Whether a resource is there; BUSY says that a conflict keeps it for now (RFC 9110, 15.5.10)."""

    THERE = "there"
    GONE = "gone"
    BUSY = "busy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a project lists of runs: id of a resource -> id of its run. `whole` says that there can be no more of them;
    `unreadable` counts, for each run, those that are there and whose id cannot be read; `named` are the names of the
    others, `shows_any` says that it has any resource at all, of whomever."""

    owners: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    unreadable: Mapping[str, int] = field(default_factory=dict)
    named: Collection[str] = field(default=(), compare=False)
    shows_any: bool = field(default=False, compare=False)


def shows_anything(listed: Listed) -> bool:
    """Whether a list shows any resource, of whomever."""
    return listed.shows_any


class Resources(Protocol):
    """What removing needs of the service at the endpoint of the journals. A project is an id, "" the first one. What
    sends requests may raise TargetError."""

    @property
    def lists(self) -> bool:
        """Whether the service has a list."""

    @property
    def shows(self) -> bool:
        """Whether the service shows a single resource."""

    def serves(self, project: str) -> bool:
        """Whether we have credentials for the project."""

    def bound(self, deadline: Deadline) -> None:
        """By when what is asked next has to be answered."""

    def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
        """The resources of the project that have one of the names of these runs or the tag of one: of all, or of those
        called `name`."""

    def delete(self, resource_id: str, project: str) -> Presence:
        """Delete a resource, after what keeps it is taken away: THERE when that was taken, GONE when it is answered that
        there is none, BUSY when a conflict keeps it, UNKNOWN for any other answer."""

    def look(self, resource_id: str, project: str) -> Presence:
        """Whether a resource is there, as it is shown."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of what a journal names: the ids that were there and are gone, those that are left, those among them
    of a project that we have no credentials for; how many more may be left that could not be looked for; and how many
    that no list shows, though their create was taken, or nobody knows what came of it."""

    deleted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unknown: int = 0
    unseen: int = 0

    @property
    def clean(self) -> bool:
        """Whether it was seen that nothing is left."""
        return not self.left and not self.unknown and not self.unseen


@dataclass(slots=True)
class _Held:
    """What is known of a resource. `answered`: its deletion was taken, or it was said that there is none; `was_there`:
    it was seen, or its deletion was taken, since we began; `looked`: it was asked to be shown, and `shown`: it was."""

    journal: Journal
    project: str
    gone: bool = False
    answered: bool = False
    was_there: bool = False
    looked: bool = False
    shown: bool = False


class Removing:
    """Deletes what the journals of one endpoint and project name.

    `pause` lets time pass, `leaving` says that whoever waits for it does so no longer, `at_fault` is told of an exception
    of ours, once of each. `believes` says whether a list gives reason to believe it, and from then on any whole list, that
    nothing came of a create when nobody knows and no list shows it: one that shows what the run has made does, and for a
    run of which no more is known one that shows anything. A create that was answered as a success is settled by no list
    that denies it. `error` is what the target did last in place of answering.
    """

    def __init__(
        self,
        journals: Sequence[Journal],
        resources: Resources,
        deadline: Deadline,
        *,
        pause: Callable[[float], None],
        leaving: Callable[[], bool] = lambda: False,
        at_fault: Callable[[Exception], None] = lambda _error: None,
        believes: Callable[[Listed], bool] = shows_anything,
    ) -> None:
        self._journals = {journal.run_id: journal for journal in journals}
        self._resources = resources
        self._deadline = deadline
        self._pause = pause
        self._leaving = leaving
        self._at_fault = at_fault
        self._believes = believes
        self._believed = believes(Listed())
        self._began = time.monotonic()
        self._paused = 0.0
        self._round = 0
        self._failed = self._busy = self._sampled = False
        self._faults: set[str] = set()
        self._whole: set[str] = set()
        self._known: set[str] = set()  # projects that were listed as a whole at least once
        self._unreadable: dict[str, int] = {}
        self.error: TargetError | None = None
        self._held: dict[str, _Held] = {}
        for journal in journals:
            for own, project in journal.deleted.items():
                self._held[own] = _Held(journal, project, gone=True, answered=True)
            for own, project in journal.ids.items():
                self._held[own] = _Held(journal, project)
        projects = (project for journal in journals for project in _projects(journal))
        self._projects = [
            project for project in dict.fromkeys(projects) if resources.lists and resources.serves(project)
        ]

    def run(self) -> tuple[Removed, ...]:
        """Delete until it was seen that nothing is left, or nothing more is achieved, or the time is over; an outcome for
        each journal, in their order."""
        idle = 0
        if self._doubts() and not self._believed and not self._over():
            self._list()  # what is there yet shows whether lists can be believed
        while not self._done() and not self._over():
            before, self._failed, self._busy = self._state(), False, False
            self._delete()
            self._see(self._list())
            if self._done() and not self._sampled:
                self._sample()
            idle = idle + 1 if self._state() == before else 0
            waits = self._waits()
            if (idle > self._most_idle() and not waits) or self._round >= MOST_ROUNDS:
                break
            if idle:
                seconds = PAUSES[min(idle, len(PAUSES)) - 1]
                self._let_pass(min(seconds, waits or seconds, self._deadline.left()))
            self._round += 1
        if not self._sampled:
            self._sample()
        return tuple(map(self._outcome, self._journals.values()))

    def seek(self) -> tuple[Removed, ...]:
        """What is left, without deleting any of it; an outcome for each journal."""
        there = self._list()
        for own, held in tuple(self._pending()):
            if own not in there and not self._over():
                self._look(own, held)
        return tuple(map(self._outcome, self._journals.values()))

    def _let_pass(self, seconds: float) -> None:
        self._pause(seconds)
        self._paused += seconds

    def _now(self) -> float:
        """The moment that it is to the target: an embedded one puts its clock forward in place of a pause."""
        return self._began + max(time.monotonic() - self._began, self._paused)

    def _waits(self) -> float:
        """Seconds until the last create that was cut off can be carried out no more; 0 when there is none."""
        moments = (
            journal.under_way[name]
            for journal in self._journals.values()
            for project in self._projects
            for name in journal.doubts(project) & journal.under_way.keys()
        )
        return max(0.0, max(moments, default=0.0) - self._now())

    def _over(self) -> bool:
        return self._deadline.over or self._leaving()

    def _most_idle(self) -> int:
        if self._failed or self._busy:
            return len(PAUSES)
        return REFUSALS if any(self._pending()) or not self._doubts() else DOUBTED

    def _done(self) -> bool:
        """Whether nothing is left that could be deleted, every project was listed as a whole, and nothing is in doubt."""
        return not any(self._pending()) and self._whole.issuperset(self._projects) and not self._doubts()

    def _doubts(self) -> int:
        """How many names are in doubt in the projects that can be listed."""
        return sum(len(journal.doubts(project)) for journal in self._journals.values() for project in self._projects)

    def _state(self) -> tuple[object, ...]:
        gone = sum(held.gone for held in self._held.values())
        return len(self._held), gone, self._doubts(), frozenset(self._whole)

    def _pending(self) -> Iterator[tuple[str, _Held]]:
        """What may be there and can be deleted."""
        return (
            (own, held) for own, held in self._held.items() if not held.gone and self._resources.serves(held.project)
        )

    def _ask(self, ask: Callable[[], T], instead: T, share: int = 1) -> T:
        """An answer, or what stands in its place when none comes in time."""
        waiting = sum(1 for _ in self._pending()) + 1
        seconds = min(FIRST * GROWTH**self._round, max(SHORTEST, self._deadline.left() / 2 / waiting))
        self._resources.bound(self._deadline.within(seconds * share))
        try:
            return ask()
        except TargetError as error:
            self.error, self._failed = error, True
        except Exception as error:  # of ours: the others are deleted all the same
            self._failed = True
            if repr(error) not in self._faults:
                self._faults.add(repr(error))
                self._at_fault(error)
        return instead

    def _delete(self) -> None:
        """Delete what may be there, in half of the time that is left: what was deleted without a word is seen in the
        other half."""
        half = self._deadline.within(self._deadline.left() / 2)
        for own, held in tuple(self._pending()):
            if self._over() or half.over:
                return
            answer = self._ask(lambda: self._resources.delete(own, held.project), Presence.UNKNOWN)  # noqa: B023
            held.answered = held.answered or answer in {Presence.THERE, Presence.GONE}
            self._busy = self._busy or answer is Presence.BUSY
            held.was_there = held.was_there or answer is Presence.THERE

    def _list(self) -> set[str]:
        """List each project; returns the ids of what is there. What nobody knew of is to be deleted from now on."""
        self._whole.clear()
        self._unreadable.clear()
        there: set[str] = set()
        for project in self._projects:
            if self._over():
                break
            asked = self._now()
            listed = self._listed(project)
            self._believed = self._believed or self._believes(listed)
            if listed.whole:
                self._whole.add(project)
                self._known.add(project)
            else:
                there |= self._named(project)
            there |= self._note(listed, project)
            if listed.whole:
                for journal in self._journals.values():
                    journal.denied(journal.doubts(project), asked, believed=self._believed)
        return there

    def _listed(self, project: str, name: str | None = None) -> Listed:
        runs = {run: journal.own_names(project) for run, journal in self._journals.items()}
        return self._ask(lambda: self._resources.listed(runs, project, name), Listed(), share=2)

    def _named(self, project: str) -> set[str]:
        """Look for the open names of a project one at a time, while that is answered."""
        there: set[str] = set()
        for journal in self._journals.values():
            for name in sorted(journal.open_names(project))[:MOST_NAMED]:
                if self._over():
                    return there
                asked = self._now()
                listed = self._listed(project, name)
                if not listed.whole:
                    return there
                there |= self._note(listed, project)
                if not listed.owners and not listed.unreadable:
                    journal.denied([name], asked, believed=False)
        return there

    def _note(self, listed: Listed, project: str) -> set[str]:
        for own, run in listed.owners.items():
            if own in self._journals[run].others:  # which was there under another name before
                continue
            held = self._held.setdefault(own, _Held(self._journals[run], project))
            held.was_there, held.gone = True, False
        for journal in self._journals.values():
            journal.seen(name for name in listed.named if name in journal.names)
        for run, count in listed.unreadable.items():
            self._unreadable[run] = max(count, self._unreadable.get(run, 0))
        return {own for own in listed.owners if own in self._held}

    def _see(self, there: set[str]) -> None:
        """See what is gone: it is listed no more after its deletion was answered, or it is not shown."""
        for own, held in tuple(self._pending()):
            if own in there:
                continue
            listed = held.project in self._whole and not held.shown
            if held.answered and (listed or not (self._resources.lists or self._resources.shows)):
                held.gone = True
            elif self._over():
                return
            else:
                self._look(own, held)

    def _look(self, own: str, held: _Held) -> Presence:
        seen = self._ask(lambda: self._resources.look(own, held.project), Presence.UNKNOWN)
        held.gone = seen is Presence.GONE or (held.gone and seen is Presence.UNKNOWN)
        held.looked, held.shown = True, seen is Presence.THERE
        held.was_there = held.was_there or seen is Presence.THERE
        return seen

    def _sample(self) -> None:
        """Show some of what is taken for gone and was not shown; all of it when one of them is there."""
        self._sampled = True
        gone = [(own, held) for own, held in self._held.items() if held.gone and not held.looked]
        gone = [(own, held) for own, held in gone if self._resources.serves(held.project)]
        some = gone[:: max(1, -(-len(gone) // SAMPLE))]
        if Presence.THERE in [self._look(own, held) for own, held in some if not self._over()]:
            for own, held in gone:
                if not held.looked and not self._over():
                    self._look(own, held)

    def _outcome(self, journal: Journal) -> Removed:
        held = {own: item for own, item in self._held.items() if item.journal is journal}
        left = tuple(own for own, item in held.items() if not item.gone)
        others = tuple(own for own in left if not self._resources.serves(held[own].project))
        missing = {project for project in _projects(journal) if project not in self._known}
        unknown = sum(journal.most_of(journal.open_names(project)) for project in missing)
        deleted = tuple(own for own, item in held.items() if item.gone and item.was_there)
        known = (project for project in _projects(journal) if project not in missing)
        unseen = sum(journal.most_of(journal.doubts(project)) for project in known)
        return Removed(deleted, left, others, max(unknown, self._unreadable.get(journal.run_id, 0)), unseen)


def _projects(journal: Journal) -> Iterator[str]:
    """The projects in which a journal names anything."""
    return iter(dict.fromkeys((*journal.names.values(), *journal.ids.values(), *journal.deleted.values())))
