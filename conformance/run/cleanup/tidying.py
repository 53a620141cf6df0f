"""Tidying up after runs that have ended without doing so: what their journals name is listed or deleted, without a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from conformance.model.contract import Contract
from conformance.model.deadline import Deadline
from conformance.model.errors import UsageError
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.cleanup.cleaning import everything_of, told_of
from conformance.run.cleanup.entrance import Entrance, SalvagingSender
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.insistence import Insistence
from conformance.run.cleanup.removal import Removed, Removing
from conformance.run.journal import Journal
from conformance.run.journal_file import Found, found
from conformance.run.journal_readback import take
from conformance.run.recorder import CLEANUP, Recorder
from conformance.run.sending.caller import Connection, place_of
from conformance.run.sending.client import Client
from conformance.run.sending.sender import RecordingSender
from conformance.run.service import Service, services_of
from conformance.run.wanted import wanted_of
from conformance.target.cloud import Settings, Target, open_target
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["Tidied", "journals_in", "tidy_up"]


@dataclass(frozen=True, slots=True)
class Tidied:
    """What is said of the journals; whether anything may be left that they name, as far as this cloud is concerned; and
    an exception of ours that was met."""

    said: tuple[Phrase, ...]
    left: bool
    fault: Exception | None = None


class _Unrecorded(Recorder):
    """Keeps nothing and judges nothing."""

    def observe(self, request: Request, response: Response) -> Exchange:
        """The exchange, and no more."""
        return Exchange(0, request, response, time.time() - response.elapsed, CLEANUP)

    keep = observe


def journals_in(directory: Path) -> Tidied:
    """The journals of a directory, with the endpoint and the project that each is of; no cloud is asked."""
    heads, unread = found(directory)
    said: list[Phrase] = []
    left = bool(unread)
    for head in heads:
        journal, reason = _taken(head)
        if journal is not None:
            journal.close(done=False)
            count = len(journal.ids) + len(journal.open_names())
            terms = {"run": head.run_id, "url": head.endpoint, "project": head.project, "file": head.path.name}
            reason = Phrase.of("journal-of", count=count, **terms)
        if reason is not None:
            said.append(reason)
            left = left or reason.kind != "journal-under-way"
    return Tidied((*said, *(item.said for item in unread)), left)


def tidy_up(directory: Path, settings: Settings, contract: Contract, deadline: Deadline, *, dry: bool) -> Tidied:
    """Delete what the journals of a directory name on a cloud, in the projects that we can log in to; with `dry` only say
    what is there.

    Raises UsageError (configuration) and TargetError (not reached, login refused).
    """
    heads, unread = found(directory)
    services = services_of(contract)
    wanted = wanted_of(contract)
    with ExitStack() as stack:
        work = _Work(contract, Secrets(), deadline, dry)
        target = open_target(settings, wanted, work.door, deadline, work.secrets)
        stack.callback(target.transport.close)
        entrance = Entrance(target, settings, wanted, work.door, work.secrets)
        stack.callback(entrance.close)
        insistence = stack.enter_context(Insistence(entrance.abort))
        for service in reversed(services):  # what needs others comes after them
            for entrance.first in target.actors if not service.gives_tokens else ():  # each may have begun a run
                here = [head for head in heads if _is_of(head, entrance.target, contract, service, work.secrets)]
                work.do(here, service, entrance, insistence)
                heads = tuple(head for head in heads if head not in here)
    elsewhere = [
        Phrase.of("journal-elsewhere", run=head.run_id, url=head.endpoint, project=head.project) for head in heads
    ]
    if not work.said and not elsewhere and not unread:
        work.said.append(Phrase.of("no-journal"))
    said = (*work.said, *elsewhere, *(item.said for item in unread))
    return Tidied(tuple(map(work.secrets.phrase, said)), work.left or bool(unread), work.fault)


def _is_of(head: Found, target: Target, contract: Contract, service: Service, secrets: Secrets) -> bool:
    shown = secrets.text(place_of(target, contract, service)), secrets.text(target.main.project_id)
    return (head.endpoint, head.project) == shown


def _taken(head: Found) -> tuple[Journal | None, Phrase | None]:
    """The journal, locked by us; without it what is said instead, if anything."""
    try:
        journal = take(head)
    except UsageError as error:
        said = str(error).rpartition(": ")[2]
        return None, Phrase.of("journal-unread", file=head.path.name, reason=Phrase.of("journal-denied", said=said))
    if journal is None and head.path.exists():
        return None, Phrase.of("journal-under-way", run=head.run_id, url=head.endpoint)
    return journal, None


class _Work:
    """The tidying under way, and what came of it."""

    def __init__(self, contract: Contract, secrets: Secrets, deadline: Deadline, dry: bool) -> None:
        self.secrets = secrets
        self.said: list[Phrase] = []
        self.left = False
        self.fault: Exception | None = None
        self._recorder = _Unrecorded(contract, case=CLEANUP)
        self._deadline = deadline
        self._dry = dry

    def door(self, transport: Transport) -> RecordingSender:
        return SalvagingSender(transport, self._recorder, self.secrets)

    def do(self, heads: Sequence[Found], service: Service, entrance: Entrance, insistence: Insistence) -> None:
        """Do so for the journals of one service in one project."""
        journals: list[Journal] = []
        for head in heads:
            journal, reason = _taken(head)
            if journal is not None:
                journals.append(journal)
            elif reason is not None:
                self.said.append(reason)
                self.left = self.left or reason.kind != "journal-under-way"
        if not journals:
            return
        outcomes: tuple[Removed, ...] = tuple(map(everything_of, journals))
        try:
            connection = Connection(entrance.target, entrance.sender, self._recorder, self.secrets, insistence.pause)
            make = service.client() if service.client is not None else Client
            client: Client = make(connection, service, journals[0], 0)
            removing = Removing(
                journals,
                Holdings(client, entrance),
                self._deadline,
                pause=insistence.pause,
                leaving=lambda: insistence.leaving,
                at_fault=self._at_fault,
            )
            outcomes = removing.seek() if self._dry else removing.run()
        finally:
            for journal, outcome in zip(journals, outcomes, strict=True):
                journal.close(done=outcome.clean and not self._dry)
        for journal, outcome in zip(journals, outcomes, strict=True):
            self.left = self.left or not outcome.clean or journal.damage is not None
            self.said += told_of(journal, outcome, dry=self._dry)

    def _at_fault(self, error: Exception) -> None:
        self.fault = self.fault or error
