"""Cleaning up what runs have created: after each case, all of it at the end, and what earlier runs left.

Rules
- It has a connection of its own and a time of its own, and no signal ends it but one that is meant to
  (run/cleanup/insistence.py).
- A journal is taken away when it was seen that nothing that it names is left, and for no other reason.
- Nothing that stalled or was refused is waited for again before the end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from conformance.model.deadline import Deadline
from conformance.model.errors import SuiteError, TargetError
from conformance.model.marks import prefix_of
from conformance.model.phrase import Phrase, Value
from conformance.run.aftermath import look_back
from conformance.run.cleanup.entrance import Entrance
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.insistence import Insistence
from conformance.run.cleanup.removal import Listed, Presence, Removed, Removing, shows_anything
from conformance.run.journal import Journal
from conformance.run.recorder import CLEANUP, Recorder
from conformance.run.sending.client import Client
from conformance.run.sending.listing import listed_by

__all__ = ["Cleaning", "everything_of", "told_of"]

LONGEST, SHORTEST = 10.0, 1.0
"""Seconds that deleting one resource may take after a case, as long as it never took them all; and at least."""
STALLS = 2
"""Resources that stall after a case; then the rest is left to the end."""
DOUBTS = 6
"""Creates of which nobody knows what came of them; then the resources are listed."""
EARLIER, ALL = 60.0, 300.0
"""Seconds that cleaning up after earlier runs may take, and that of all at the end."""


class Cleaning:
    """Deletes what the clients of a run have created, and what earlier runs have left.

    `at_fault` is told of an exception of ours, with the stage of the run; `notes` is what the verdict says about the run.
    `pause` lets time pass on an embedded target, None for any other.
    """

    def __init__(
        self,
        clients: Mapping[str, Client],
        recorder: Recorder,
        notes: list[Phrase],
        at_fault: Callable[[str, BaseException], None],
    ) -> None:
        self.pause: Callable[[float], None] | None = None
        self._entrance: Entrance | None = None
        self._clients = clients
        self._recorder = recorder
        self._notes = notes
        self._at_fault = at_fault
        self._left: tuple[str, ...] | None = None
        self.out_of_time = False
        """Whether cleaning up ended with its time, before it was seen that nothing is left."""
        self._stuck: set[str] = set()
        self._longest = LONGEST
        self._looked = 0
        self._sought: set[str] = set()  # names in doubt that were looked for

    def begin_anew(self) -> None:
        """The recorder has begun anew: what was looked at before is not there any more."""
        self._looked = 0

    def enter(self, entrance: Entrance) -> None:
        """From now on go this way to the target."""
        self._entrance = entrance

    @property
    def entrance(self) -> Entrance:
        """The way to the target. Raises SuiteError before there is one."""
        if self._entrance is None:
            raise SuiteError("nothing can be cleaned up before there is a way to the target")
        return self._entrance

    @property
    def leftovers(self) -> tuple[str, ...]:
        """The ids of what is left, and the pattern of the names of what may be. Before the end that is all that the
        journals name."""
        if self._left is not None:
            return self._left
        return tuple(
            item for client in self._clients.values() for item in _told(client.journal, everything_of(client.journal))
        )

    # --- after a case -----------------------------------------------------------------------------------------------

    def sweep(self, deadline: Deadline) -> None:
        """Delete what the case that just ended created, so that the cloud holds few resources of ours at a time.

        What cannot be deleted now is tried again at the end, and not before. Where deleting stalls, less time is given to
        it after the next case.
        """
        self._recorder.case = CLEANUP
        try:
            exchanges, self._looked = self._recorder.exchanges[self._looked :], len(self._recorder.exchanges)
            for client in self._makers():
                if self._longest == LONGEST:
                    with contextlib.suppress(TargetError):  # what the case has made is deleted all the same
                        look_back(client, exchanges)
            stalls = 0
            for client in self._makers():
                holdings = Holdings(client, self.entrance)
                with contextlib.suppress(TargetError):
                    self._find(client, holdings, deadline)
                for resource_id, project in tuple(client.journal.ids.items()):
                    if stalls < STALLS and resource_id not in self._stuck and not deadline.over:
                        stalls += not self._delete(client, holdings, resource_id, project, deadline)
        except TargetError:
            return
        except Exception as error:  # of ours: the next sweep tries again
            self._at_fault("cleanup", error)
        finally:
            self._recorder.case = ""

    def _delete(self, client: Client, holdings: Holdings, resource_id: str, project: str, deadline: Deadline) -> bool:
        """Delete a resource; False when no answer came in time."""
        holdings.bound(deadline.within(self._longest))
        self._stuck.add(resource_id)
        try:
            answer = holdings.delete(resource_id, project)
            if answer in {Presence.UNKNOWN, Presence.BUSY}:
                answer = holdings.look(resource_id, project)
                answer = Presence.UNKNOWN if answer is Presence.THERE else answer
        except TargetError:
            self._longest = max(SHORTEST, self._longest / 2)
            return False
        self._longest = LONGEST
        if answer is not Presence.UNKNOWN:
            client.journal.gone(resource_id)
            self._stuck.discard(resource_id)
        return True

    def _find(self, client: Client, holdings: Holdings, deadline: Deadline) -> None:
        """Look for what creates have made that were answered with neither an id nor a refusal."""
        journal = client.journal
        names = journal.doubts() - self._sought
        if len(names) < DOUBTS or not holdings.lists:
            return
        self._sought |= names
        for project in dict.fromkeys(journal.names[name] for name in names):
            if holdings.serves(project):
                holdings.bound(deadline.within(self._longest))
                listed = holdings.listed({journal.run_id: names}, project)
                for resource_id in listed.owners:
                    if resource_id not in journal.others:
                        journal.created(resource_id, project=project)
                journal.seen(listed.named)

    # --- at the end -------------------------------------------------------------------------------------------------

    def finish(self, deadline: Deadline) -> None:
        """Delete what this run created; what is left is in the verdict and stays in the journal."""
        if self._left is not None:
            return
        self._recorder.case = CLEANUP
        left: list[str] = []
        with Insistence(self.entrance.abort) as insistence:
            for client in self._makers():
                outcome = self._finish_one(client, deadline, insistence)
                left += _told(client.journal, outcome)
            for client in self._clients.values():
                left += self._lost(client)
            self._left = tuple(left)
        self.out_of_time = bool(left) and deadline.over

    def _lost(self, client: Client) -> list[str]:
        """What may be left that nobody can recognise, as the verdict names it; a note says so."""
        if not client.journal.nameless:
            return []
        named = client.service.about or client.service.name
        self._notes.append(Phrase.of("maybe-unrecognised", count=client.journal.nameless, resource=named))
        return [f"{named}:?"]

    def _makers(self) -> list[Client]:
        """The clients that make anything, those first whose resources may need those of others, for they are removed
        first."""
        return [client for client in reversed(list(self._clients.values())) if client.makes]

    def _finish_one(self, client: Client, deadline: Deadline, insistence: Insistence) -> Removed:
        journal, outcome = client.journal, everything_of(client.journal)
        removing = self._removing([journal], client, deadline.within(ALL), insistence, self._believes(client))
        try:
            (outcome,) = removing.run()
        except Exception as error:  # of ours: the other services are cleaned all the same
            self._at_fault("cleanup", error)
        finally:
            journal.close(done=outcome.clean)
        if journal.misnamed:
            self._notes.append(Phrase.of("misnamed", **_some(tuple(sorted(journal.misnamed)))))
        if outcome.clean:
            return outcome
        if insistence.leaving:
            self._notes.append(Phrase.of("cleanup-left"))
        elif removing.error is not None:
            self._notes.append(Phrase.of("cleanup-cut-short", said=str(removing.error)))
        if outcome.left:
            self._notes.append(Phrase.of("left-behind", **_some(outcome.left)))
        if outcome.unknown:
            prefix = prefix_of(journal.run_id)
            self._notes.append(Phrase.of("maybe-left", count=outcome.unknown, prefix=prefix))
        if outcome.unseen:
            prefix = prefix_of(journal.run_id)
            self._notes.append(Phrase.of("maybe-made", count=outcome.unseen, prefix=prefix))
        return outcome

    def _believes(self, client: Client) -> Callable[[Listed], bool]:
        """What gives reason to believe a list that denies what the run may have made: that one has shown what it had
        made; nothing does where what was written is seen late."""
        late = client.reads_late
        shown = not late and bool(client.journal.doubts()) and self._shown(client)
        return lambda listed: not late and (shown or bool(listed.owners))

    def _shown(self, client: Client) -> bool:
        """Whether a list has shown anything that the run had made, so that lists do not hide it."""
        prefix, name, resource = prefix_of(client.journal.run_id), client.service.marks.name, client.resource
        lists = (item for item in self._recorder.exchanges if item.operation == resource.list and item.status < 300)
        ours = (item for item in lists if prefix.encode() in item.response.body)
        return any(
            (row.maybe_text(name) or "").startswith(prefix) for item in ours for row in listed_by(item, resource)
        )

    def _removing(
        self,
        journals: Sequence[Journal],
        client: Client,
        deadline: Deadline,
        insistence: Insistence,
        believes: Callable[[Listed], bool] = shows_anything,
    ) -> Removing:
        return Removing(
            journals,
            Holdings(client, self.entrance),
            deadline,
            pause=self.pause or insistence.pause,
            leaving=lambda: insistence.leaving,
            at_fault=lambda error: self._at_fault("cleanup", error),
            believes=believes,
        )

    # --- what earlier runs left -------------------------------------------------------------------------------------

    def after_earlier(self, journals: Sequence[Journal], client: Client, deadline: Deadline) -> tuple[Removed, ...]:
        """Delete what the journals of earlier runs name; an outcome for each, which is also told in the notes."""
        if not journals:
            return ()
        self._recorder.case = CLEANUP
        outcomes = tuple(map(everything_of, journals))
        try:
            with Insistence(self.entrance.abort) as insistence:
                outcomes = self._removing(journals, client, deadline.within(EARLIER), insistence).run()
        finally:
            self._recorder.case = ""
            for journal, outcome in zip(journals, outcomes, strict=True):
                journal.close(done=outcome.clean)
        for journal, outcome in zip(journals, outcomes, strict=True):
            self._notes += told_of(journal, outcome)
        return outcomes


def told_of(journal: Journal, outcome: Removed, *, dry: bool = False) -> list[Phrase]:
    """What is said of an earlier run: that it left something, that this is deleted now, what still is left. With `dry`
    nothing was deleted."""
    run, prefix = journal.run_id, prefix_of(journal.run_id)
    said: list[Phrase] = []
    if outcome.left:
        kept = "earlier-run-left-of-second-project" if outcome.others else "earlier-run-left"
        said.append(Phrase.of("would-delete" if dry else kept, run=run, **_some(outcome.left)))
    if outcome.unknown:
        said.append(Phrase.of("earlier-run-unknown", run=run, count=outcome.unknown, prefix=prefix))
    if outcome.unseen:
        said.append(Phrase.of("earlier-run-unseen", run=run, count=outcome.unseen, prefix=prefix))
    if outcome.clean:
        said.append(Phrase.of("earlier-run-cleaned" if outcome.deleted and not dry else "earlier-run-nothing", run=run))
    if journal.damage is not None:
        said.append(journal.damage)
    return said


def everything_of(journal: Journal) -> Removed:
    """All that a journal names, while nothing of it was looked for."""
    return Removed(left=tuple(journal.ids), unknown=journal.most_of(journal.open_names()))


def _told(journal: Journal, outcome: Removed) -> tuple[str, ...]:
    """What is left as the verdict names it."""
    return (*outcome.left, *([_pattern_of(journal.run_id)] if outcome.unknown or outcome.unseen else []))


def _pattern_of(run_id: str) -> str:
    """What stands for the resources of a run that nobody could look for: their names, with a star."""
    return f"{prefix_of(run_id)}*"


def _some(ids: tuple[str, ...]) -> dict[str, Value]:
    """How many resources, and the ids of the first; a target may send ids of any length."""
    return {"count": len(ids), "ids": ", ".join(item[:64] for item in ids[:10])}
