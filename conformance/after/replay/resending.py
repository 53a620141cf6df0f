"""A recorded run replayed: the requests of its findings sent again, with fresh resources, names and tokens put in
place.

Rules
- Everything goes through the same transport, gate and journal as a run; what is made is deleted at once, and at the
  end.
- What a finding's request depends on comes first (lineage); an answer that fails there leaves the finding to its case.
- A case is run again whole, with the seed of the run, and once for all the findings that it decides.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.after.replay.lineage import History, Lineage, Step, renamed
from conformance.after.replay.reproduction import Replay, Replayed, State, by_answer, by_case, by_likeness, deviations
from conformance.after.traffic import CLEANUP
from conformance.contract.specs import load_contract
from conformance.judge.exposure import ADDRESSES, MEMBERS
from conformance.judge.gateway_checks import HOLDS
from conformance.judge.other_project import OF_ANOTHER
from conformance.judge.registry import judge_exchange, judge_run
from conformance.judge.run_checks import BACK, MADE, REPEATED
from conformance.model.contract import Resource
from conformance.model.errors import SuiteError, TargetError, UsageError
from conformance.model.finding import Finding
from conformance.model.marks import tag_of
from conformance.model.message import GONE, Exchange, Request
from conformance.model.phrase import Phrase, Value
from conformance.model.verdict import FindingGroup, Verdict
from conformance.run.cases import registry
from conformance.run.embedded import Embed
from conformance.run.interruption import hold, interruptible
from conformance.run.items import case_of
from conformance.run.options import Options
from conformance.run.reading import reading
from conformance.run.runner import pytest_arguments
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.supervisor import Supervisor
from conformance.run.wording import PLAIN, Wording
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings
from conformance.target.secrets import UNSCOPED

__all__ = ["chosen", "replay"]

MOST_REQUESTS = 1000
"""Requests that a case sent in the recorded run, all times that it ran, above which it is not run again."""
MOST_OUTAGES = 3
OF_A_RUN: Mapping[str, tuple[str, str]] = {
    REPEATED: ("ids-repeated", "ids-not-repeated"),
    BACK: ("back", "stays-away"),
    MADE: ("not-there-when-shown", "there-when-shown"),
    HOLDS: ("token-refused-again", "token-let-in"),
    **dict.fromkeys((ADDRESSES, MEMBERS, OF_ANOTHER), ("given-away-again", "not-given-away")),
}
"""Check of a run -> what is said when it sees the deviation again, and when not."""
_SECRET = re.compile(r"\$(OS_[A-Z_]+|REDACTED)")


class _CannotSend(Exception):
    """The requests cannot be sent again as they were; `reason` says why."""

    def __init__(self, kind: str, /, **terms: Value) -> None:
        self.reason = Phrase.of(kind, **terms)
        super().__init__(str(self.reason))


def chosen(verdict: Verdict, prefix: str | None) -> tuple[FindingGroup, ...]:
    """All findings, or the one whose id begins so. Raises UsageError when there is none or more than one."""
    if prefix is None:
        return verdict.findings
    found = [item for item in verdict.findings if item.id.startswith(prefix)]
    if not found:
        known = ", ".join(item.id for item in verdict.findings[:6]) or "none"
        more = f" and {len(verdict.findings) - 6} more" if len(verdict.findings) > 6 else ""
        raise UsageError(f"finding {prefix}: the run {verdict.run.id} has none of this id; it has {known}{more}")
    if len(found) > 1:
        raise UsageError(f"finding {prefix}: stands for {', '.join(item.id for item in found)}; give more digits")
    return tuple(found)


def replay(
    verdict: Verdict,
    groups: Sequence[FindingGroup],
    settings: Settings,
    specs: Path | None,
    progress: Callable[[str], None],
    embedded: Embed | None = None,
    wording: Wording = PLAIN,
) -> Replay:
    """Send the requests of these findings again and say what became of each; `embedded` is the target of a run without
    a cloud.

    Raises UsageError (another contract, no cloud) and TargetError (not reached, login refused).
    """
    contract = load_contract(specs)
    if contract.sha256 != verdict.contract["sha256"]:
        raise UsageError(
            f"the run was judged by another contract ({verdict.contract['name']}, "
            f"sha256 {verdict.contract['sha256'][:12]}…, "
            f"here {contract.name}, {contract.sha256[:12]}…); give its specs with --specs, or run the suite again"
        )
    if not names_cloud(settings) and not settings.reference and not verdict.target.get("embedded"):
        raise UsageError(
            f"the run was made against cloud {verdict.target['name']}; say where to replay it with --os-cloud"
        )
    options = Options(
        settings,
        verdict.run.profile,
        verdict.run.seed,
        verdict.run.strict,
        None,
        specs,
        embedded=embedded,
        wording=wording,
    )
    with interruptible(), Session(options) as conduct:
        session = _Resending(conduct, verdict, progress)
        try:
            results = session.results(groups)
        except KeyboardInterrupt:
            conduct.interrupted()
            results = session.so_far(groups)
        finally:
            hold()
            conduct.cleanup()
        target = conduct.target
        return Replay(
            run=verdict.run.id,
            contract=dict(verdict.contract),
            target={"name": target.name, "url": target.url(conduct.client.service.name), "urls": dict(target.urls)},
            results=tuple(replace(item, reason=conduct.secrets.phrase(item.reason)) for item in results),
            requests=len(conduct.recorder.exchanges),
            notes=tuple(map(conduct.secrets.phrase, conduct.notes)),
            leftovers=conduct.cleaning.leftovers,
        )


class _Resending:
    """The sending under way."""

    def __init__(self, conduct: Session, verdict: Verdict, progress: Callable[[str], None]) -> None:
        self._conduct = conduct
        self._client: Client = conduct.client
        self._verdict = verdict
        self._progress = progress
        self._history = History(verdict.exchanges, tag_of(verdict.run.id), conduct.contract.resources.values())
        self._opening = tuple(conduct.recorder.findings)
        self._sent_by_case = Counter(item.case for item in verdict.exchanges)
        self._cases = frozenset(case.name for case in registry(contract=conduct.contract))
        self._outages = 0
        self._first_results: list[Replayed] = []

    def so_far(self, groups: Sequence[FindingGroup]) -> tuple[Replayed, ...]:
        """What is known of each finding when the sending is interrupted."""
        done = {item.finding.id: item for item in self._first_results}
        left = Phrase.of("interrupted")
        return tuple(done.get(group.id) or Replayed(group, State.UNDECIDED, left) for group in groups)

    def results(self, groups: Sequence[FindingGroup]) -> tuple[Replayed, ...]:
        """Each finding by its request; what that does not reproduce is decided by its case, where it has one."""
        first = self._first_results
        for number, group in enumerate(groups, start=1):
            self._progress(f"finding {number}/{len(groups)}")
            first.append(self._first(group))
        open_cases = {
            item.finding.id: case
            for item in first
            if item.state is not State.REPRODUCED and (case := self._case(item.finding))
        }
        if not open_cases or self._outages >= MOST_OUTAGES:
            return tuple(first)
        self._progress(f"running {len(set(open_cases.values()))} cases again")
        found, looks = self._run(frozenset(open_cases.values()))
        known = frozenset(key for group in self._verdict.findings for key in group.keys)
        results: list[Replayed] = []
        for item in first:
            group, case = item.finding, open_cases.get(item.finding.id)
            if case is None:
                results.append(item)
                continue
            unjudged = self._conduct.recorder.unjudged.get(group.requirement, {}).get(case)
            again = by_case(group, case, known, found, looks[group.requirement, group.check], unjudged)
            results.append(_settled(item, again))
        return tuple(results)

    # --- one finding by its request ---------------------------------------------------------------------------------

    def _first(self, group: FindingGroup) -> Replayed:
        if self._outages >= MOST_OUTAGES:
            return Replayed(group, State.UNDECIDED, Phrase.of("target-not-there", count=MOST_OUTAGES))
        if _by_case_alone(group) and self._case(group) is not None:
            return Replayed(group, State.UNDECIDED, Phrase.of("only-its-case"))
        if group.exemplar is None:
            return Replayed(group, State.UNDECIDED, Phrase.of("no-request-and-no-case"))
        if group.exemplar.case == "" and group.keys & deviations(self._opening):
            return Replayed(group, State.REPRODUCED, Phrase.of("login-shows-it"), "request", group.status)
        try:
            replayed = self._sent(group)
            self._outages = 0
            return replayed
        except _CannotSend as error:
            return Replayed(group, State.UNDECIDED, error.reason)
        except TargetError as error:
            self._outages += 1
            return Replayed(group, State.UNDECIDED, Phrase.of("no-answer-came", said=str(error)), "request")

    def _sent(self, group: FindingGroup) -> Replayed:
        exemplar = group.exemplar
        assert exemplar is not None
        lineage = self._history.lineage(
            exemplar, group.related, path=group.deviation.path, content=_by_case_alone(group)
        )
        new, found = self._again(lineage)
        if group.check in OF_A_RUN:
            return self._by_run(group, lineage, new)
        known = frozenset(
            (item.requirement, item.deviation)
            for item in judge_exchange(exemplar, self._conduct.contract)
            if item.deviation is not None
        )
        if exemplar.case in {"", CLEANUP} and new.response.status in GONE and exemplar.response.status not in GONE:
            # Outside a case, requests address only resources that an earlier run left behind; nothing is recorded of
            # how they came.
            raise _CannotSend("of-an-earlier-run", status=new.response.status)
        if _by_case_alone(group):
            return by_likeness(group, exemplar, new, found, known)
        return by_answer(group, known, new, found)

    def _by_run(self, group: FindingGroup, lineage: Lineage, new: Exchange) -> Replayed:
        """Judged by a check of a whole run, on all that was sent here."""
        if group.check == REPEATED:
            self._again(lineage)  # an id is repeated by a second answer
        looks = judge_run(self._conduct.recorder.exchanges, self._conduct.contract)
        again = any(not assertion.ok and assertion.check == group.check for _, assertion, _ in looks)
        state = State.REPRODUCED if again else State.NOT_REPRODUCED
        return Replayed(group, state, Phrase.of(OF_A_RUN[group.check][not again]), "request", new.response.status)

    def _again(self, lineage: Lineage) -> tuple[Exchange, list[Finding]]:
        """Send the steps and the target; returns the new answer to the target with what is wrong with it."""
        names = self._names(lineage)
        made: list[tuple[str, str]] = []
        gate = self._conduct.recorder
        gate.case = "replay"
        try:
            for step in lineage.steps:
                new = self._send(step, names, made)
                was, status = step.exchange.response.status, new.response.status
                if (step.makes is not None and self._history.made_id(new) is None) or (was < 300 <= status):
                    method, number = step.exchange.request.method, step.exchange.number
                    raise _CannotSend("prerequisite-changed", method=method, exchange=number, status=status, then=was)
            before = len(gate.findings)
            new = self._send(lineage.target, names, made)
            found = gate.findings[before:]
            return new, [item for item in found if item.exchange is not None and item.exchange.number == new.number]
        finally:
            gate.case = CLEANUP
            for resource_id, actor in reversed(made):
                self._remove(resource_id, actor)
            gate.case = ""

    def _send(self, step: Step, names: dict[str, str], made: list[tuple[str, str]]) -> Exchange:
        recorded = step.exchange.request
        own = self._history.own_id(recorded)
        if own is not None and own == step.makes:
            names[own] = self._client.uuid()
        request = renamed(
            replace(recorded, url=self._url(recorded.url), body=recorded.whole, left_out=0, end=b""), names
        )
        texts = (request.url, *(value for _, value in request.headers.items), request.body.decode("latin-1"))
        missing = next((match.group() for text in texts if (match := _SECRET.search(text))), None)
        if missing is not None:
            raise _CannotSend("secret-not-at-hand", variable=missing)
        actor = recorded.actor if recorded.actor in self._conduct.target.actors else "main"
        project = self._client.project(actor)
        resource = self._history.creates(request)
        if resource is None:
            exchange = self._client.resend(request)
        else:
            name = self._intend(request, resource, project)
            if (fresh := self._history.own_id(request)) is not None and own == step.makes:
                made.append((fresh, actor))
            exchange = self._client.create_as_it_is(request, name, project)
        resource_id = self._history.made_id(exchange)
        if resource_id is not None and not self._client.is_not_ours(resource_id):
            self._client.journal.created(resource_id, project=project)
            if (resource_id, actor) not in made:
                made.append((resource_id, actor))
            if step.makes is not None:
                names[step.makes] = resource_id
        return exchange

    def _intend(self, request: Request, resource: Resource, project: str) -> str:
        """Write down what the request may make: its name, and its id when it chooses one. Returns the name."""
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
        members = body if isinstance(body, dict) else {}
        given, resource_id = members.get(self._client.service.marks.name), members.get(resource.id)
        name, own = given if isinstance(given, str) else "", resource_id if isinstance(resource_id, str) else None
        self._client.journal.intend(name, own, project=project)
        return name

    def _remove(self, resource_id: str, actor: str) -> None:
        for _ in range(2):
            if self._client.delete(resource_id, actor=actor).response.status in GONE | {204}:
                self._client.journal.gone(resource_id)
                return
            self._client.release(resource_id, actor)

    def _url(self, url: str) -> str:
        target = self._conduct.target
        for name, new in target.urls.items():
            old = str(self._verdict.target["urls"].get(name, ""))
            if (old and url == old) or url[: len(old) + 1] in {f"{old}/", f"{old}?"}:
                return new + url[len(old) :]
        raise _CannotSend("no-address-of-the-run", url=url[:80])

    def _names(self, lineage: Lineage) -> dict[str, str]:
        """What stands in the recorded requests -> what is true here."""
        target = self._conduct.target
        needed = {step.exchange.request.actor for step in lineage.all} - {"anonymous"}
        if "other" in needed and "other" not in target.actors:
            raise _CannotSend("needs-a-second-project")
        names = {tag_of(self._verdict.run.id): self._client.tag, **self._identities()}
        for actor in target.actors.values():
            suffix = "" if actor.name == "main" else f"_{actor.name.upper()}"
            token = actor.token()
            self._conduct.secrets.learn(token, f"$OS_TOKEN{suffix}")
            names[f"$OS_TOKEN{suffix}"] = token
            if actor.password_body is not None and actor.secrets:
                names[f"$OS_PASSWORD{suffix}"] = json.dumps(actor.secrets[0])[1:-1]
        if any(value == UNSCOPED for step in lineage.all for _, value in step.exchange.request.headers.items):
            token = self._unscoped()
            self._conduct.secrets.learn(token, UNSCOPED)
            names[UNSCOPED] = token
        return names

    def _unscoped(self) -> str:
        """A token of the first user for no project."""
        body = self._conduct.target.main.password_body
        if body is None:
            raise _CannotSend("needs-a-password")
        operation = self._conduct.contract.token_operation
        if operation is None:
            raise _CannotSend("needs-a-password")
        data = json.dumps({"auth": {**body["auth"], "scope": "unscoped"}}).encode()
        answer = self._client.call(operation.id, body=data, headers={"Content-Type": "application/json"}).response
        token = answer.headers.get("X-Subject-Token")
        if not token:
            raise _CannotSend("no-token-without-a-project", status=answer.status)
        return token

    def _identities(self) -> dict[str, str]:
        """Ids of users and projects of the run, as its token calls were answered -> those of here."""
        names: dict[str, str] = {}
        operation = self._conduct.contract.token_operation
        token_call = operation.id if operation is not None else None
        for exchange in self._verdict.exchanges:
            actor = self._conduct.target.actors.get(exchange.request.actor)
            given = exchange.operation == token_call and exchange.response.status == 201
            if not given or exchange.case or actor is None:
                continue
            token = reading(exchange).members("token")
            for member, new in (("user", actor.user_id), ("project", actor.project_id)):
                old = token.members(member).maybe_text("id")
                if old is not None and len(old) >= 16:
                    names[old] = new
        return names

    # --- cases ------------------------------------------------------------------------------------------------------

    def _case(self, group: FindingGroup) -> str | None:
        """The case that can decide the finding, unless it is too large to be run again."""
        for name in (group.check, group.case):
            if name in self._cases and self._sent_by_case[name] <= MOST_REQUESTS:
                return name
        return None

    def _run(self, names: frozenset[str]) -> tuple[Sequence[Finding], Counter[tuple[str, str]]]:
        """Run these cases; returns what they found and how often each promise was looked at."""
        gate = self._conduct.recorder
        before, looks = len(gate.findings), gate.looks.copy()
        status = pytest.main(
            pytest_arguments(self._verdict.run.profile, contract=self._conduct.contract),
            plugins=[Supervisor(self._conduct), _Only(names)],
        )
        ended = self._conduct.ended
        if status == pytest.ExitCode.INTERRUPTED and (ended is None or ended.kind == "interrupted"):
            raise KeyboardInterrupt
        if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            raise SuiteError("the cases could not be run by pytest")
        looks.subtract(gate.looks)
        return gate.findings[before:], Counter({key: -count for key, count in looks.items()})


class _Only:
    """Leaves only the named cases."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the others."""
        items[:] = [item for item in items if (case := case_of(item)) is not None and case.name in self._names]


def _by_case_alone(group: FindingGroup) -> bool:
    """Whether the finding is a case's: the names of cases have a dot, those of passive checks none."""
    return "." in group.check


def _settled(request: Replayed, case: Replayed) -> Replayed:
    """The result of both ways: the one that reproduced or changed the finding, else the one that could decide at
    all."""
    order: Mapping[State, int] = {State.REPRODUCED: 0, State.CHANGED: 1, State.NOT_REPRODUCED: 2, State.UNDECIDED: 3}
    both: Iterable[Replayed] = (request, case)
    best = min(both, key=lambda item: order[item.state])
    return case if best.state is State.UNDECIDED else best
