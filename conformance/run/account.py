"""The account of a run: its session -> the record that is judged, without secrets."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Container, Iterable
from datetime import datetime
from functools import partial
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from conformance.judge.registry import passive_ids, required
from conformance.model.contract import Contract
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import Removal, Run
from conformance.run.cases import Case, registry, verified_by
from conformance.run.cleanup.cleaning import Cleaning
from conformance.run.options import Options, in_profile
from conformance.run.recorder import Recorder
from conformance.run.sending.caller import resource_of
from conformance.run.sending.client import Client
from conformance.run.sending.sender import RecordingSender, Setbacks
from conformance.run.sending.spans import seconds_of
from conformance.run.service import Service
from conformance.target.cloud import Target
from conformance.target.secrets import Secrets

__all__ = ["Told", "record_of", "run_of"]


class Told(Protocol):
    """What a session tells of itself; see `Session`. `target` and `sender` are missing where the run could not start."""

    options: Options
    contract: Contract
    recorder: Recorder
    secrets: Secrets
    services: tuple[Service, ...]
    clients: dict[str, Client]
    cleaning: Cleaning
    notes: list[Phrase]
    run_id: str
    began: datetime
    facts: dict[str, Any] | None
    faults: list[str]
    refusal: str | None
    embedded: bool
    ended: Phrase | None

    @property
    def cut_short(self) -> bool:
        """Whether the run ended before its last case."""

    @property
    def age(self) -> float:
        """Seconds since the run began."""

    @property
    def suite_fault(self) -> bool:
        """Whether an exception of ours was met."""

    def at_fault(self, where: str, error: BaseException) -> None:
        """Write down an exception of ours."""


def run_of(session: Told) -> Run:
    """How the run is made; what is not known before its end, as it is now."""
    sender = _sender(session)
    troubles = sender.troubles if sender is not None else Setbacks()
    return Run(
        id=session.run_id,
        seed=session.options.seed,
        profile=session.options.profile,
        started_at=session.began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        duration=round(session.age, 3),
        requests=0,
        command=session.secrets.text(shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])),
        suite_version=metadata.version("easystack-conformance"),
        selection=session.options.selection,
        strict=session.options.strict,
        leftovers=session.cleaning.leftovers,
        cut_short=session.cut_short or session.recorder.full is not None,
        strict_waivers=session.options.strict_waivers,
        sent_again=troubles.sent_again,
        cases_again=troubles.cases_again,
        most_held=max((client.quota.most_at_once for client in session.clients.values()), default=0),
    )


def record_of(session: Told) -> Record:
    """What was seen so far, without secrets."""
    cases = [
        case
        for case in registry(partial(_uncollected, session), session.contract)
        if in_profile(case, session.options.profile)
    ]
    chance = _by_chance(session.contract, cases)
    owed = required(session.contract, _promised(session, cases)) - chance
    reasons = dict.fromkeys(chance, Phrase.of("by-chance")) | _reasons(session, cases)
    recorder = session.recorder
    return session.secrets.record(
        Record(
            run=run_of(session),
            target=_about(session),
            exchanges=recorder.exchanges,
            findings=recorder.findings,
            looks=dict(recorder.looks),
            provocations=tuple(recorder.provocations),
            unjudged={name: dict(cases) for name, cases in recorder.unjudged.items()},
            attempts=tuple(recorder.attempts),
            required=owed,
            reasons=reasons,
            out_of_time=session.cleaning.out_of_time,
            notes=(*session.notes, *_waits(session)),
            suite_fault=session.suite_fault,
            removal=_removal(session),
            started=session.refusal is None,
        )
    )


def _sender(session: Told) -> RecordingSender | None:
    return getattr(session, "sender", None)


def _waits(session: Told) -> tuple[Phrase, ...]:
    sender = _sender(session)
    if sender is None:
        return ()
    troubles, slowed = sender.troubles, sender.pace.slowed
    said: list[Phrase] = []
    if troubles.waits:
        said.append(Phrase.of("asked-to-wait", count=troubles.waits, seconds=round(seconds_of(troubles.waited))))
    if slowed is not None:
        said.append(Phrase.of("slowed-down", count=troubles.limits, rate=round(slowed, 1)))
    if troubles.sent_again or troubles.cases_again:
        said.append(Phrase.of("sent-again", count=troubles.sent_again, cases=troubles.cases_again))
    if troubles.away:
        said.append(Phrase.of("came-back", count=len(troubles.away), seconds=round(seconds_of(troubles.away))))
    if troubles.logins:
        said.append(Phrase.of("token-lost", count=troubles.logins))
    if troubles.disturbed:
        said.append(Phrase.of("lists-disturbed", count=troubles.disturbed))
    rooms = [room for client in session.clients.values() if (room := client.quota.room_in_all) is not None]
    if rooms:
        most = max(client.service.most_held for client in session.clients.values())
        said.append(Phrase.of("room-for", count=min(rooms), most=most))
    return tuple(said)


def _uncollected(session: Told, module: str, error: Exception) -> None:
    if not session.faults:  # pytest has met it too, unless it never came to that
        session.at_fault(module, error)


def _about(session: Told) -> dict[str, Any]:
    """What the run was against; as far as it got, when it could not start."""
    target: Target | None = getattr(session, "target", None)
    about: dict[str, Any] = {
        "name": session.options.settings.cloud or "",
        "url": "",
        "urls": {},
        "region": "",
        "project": "",
    }
    if target is not None:
        first = next((item.name for item in session.services if not item.gives_tokens), None)
        about = {
            "name": target.name,
            "url": target.urls.get(first or "", ""),
            "urls": dict(target.urls),
            "region": target.region,
            "project": target.main.project_name,
        }
    other = target.actors.get("other") if target is not None else None
    return {
        **about,
        "second_project": other.project_name if other is not None else None,
        "roles": list(target.main.roles) if target is not None else [],
        "facts": session.facts,
        "may_create": all(session.recorder.may_create.values()) if target is not None else None,
        "embedded": session.embedded,
    }


def _removal(session: Told) -> Removal | None:
    client = next(iter(session.clients.values()), None)
    if client is None or resource_of(session.contract, client.service) is None:
        return None
    return client.removal


def _promised(session: Told, cases: Iterable[Case]) -> Iterable[str]:
    """What a run of this profile owes: smoke what its cases declare, the others everything, with a case for it or
    without."""
    if session.options.profile != "smoke":
        return session.contract.requirements
    declared = chain.from_iterable(verified_by(case, session.contract) for case in cases)
    return {*declared, *passive_ids(session.contract.requirements)}


def _by_chance(contract: Contract, cases: Iterable[Case]) -> frozenset[str]:
    """What nothing judges but cases that may never meet it: a code that no promise makes the target answer with. It is judged
    where it is met, and no run owes it."""
    chance: set[str] = set()
    sure = set(passive_ids(contract.requirements))
    for case in cases:
        named = verified_by(case, contract)
        chance.update(name for name in named if name in case.chance)
        sure.update(name for name in named if name not in case.chance)
    return frozenset(chance - sure)


def _reasons(session: Told, cases: Iterable[Case]) -> dict[str, Phrase | str]:
    reasons: dict[str, Phrase | str] = dict(session.contract.reasons)
    if session.options.profile == "smoke":
        outside = set(session.contract.requirements) - set(
            chain.from_iterable(verified_by(case, session.contract) for case in cases)
        )
        reasons |= {name: Phrase.of("not-in-smoke") for name in outside if name not in reasons}
    reasons |= _held_back(session, reasons)
    if session.refusal is not None:
        obstacle = Phrase.of("could-not-start", said=session.refusal)
        return {**dict.fromkeys(session.contract.requirements, obstacle), **session.contract.reasons}
    if session.ended is not None:
        reasons = {**dict.fromkeys(session.contract.requirements, session.ended), **reasons}
    if session.options.selection:
        unselected = Phrase.of("not-selected", selection=session.options.selection)
        reasons = {**dict.fromkeys(session.contract.requirements, unselected), **reasons}
    return reasons


def _held_back(session: Told, known: Container[str]) -> dict[str, Phrase]:
    """Requirement -> why its operation is not sent at all, as it was foreseen."""
    held = {name: said for client in session.clients.values() for name, said in client.held_back.items()}
    return {
        name: held[item.operation]
        for name, item in session.contract.requirements.items()
        if item.operation in held and name not in known
    }
