"""The suite against a target that gives one odd answer, the n-th of the run; every other answer is right.

`python tests/odd.py --profile gate --every 7` runs all of it, or a part, in this process, and prints what went wrong.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.model.errors import ConformanceError
from conformance.model.verdict import FindingGroup, Verdict
from conformance.proof.reference import Reference
from conformance.reports.sentences import message
from conformance.run.cases import registry
from conformance.run.options import Options, in_profile
from conformance.run.runner import conduct
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call, Caller
from conformance.target.cloud import Settings

__all__ = ["KINDS", "UNSTEADY", "Hailing", "Lagging", "Outcome", "Spoilt", "answers", "line_of", "run_with", "tried"]

MARK = "X-Spoilt"
"""The header by which the odd answer is found in the record."""
REFERENCE = Settings(reference=True)
MOST_AT_START = 12
"""Answers after which a run has logged in, and knows whether it may create."""


@dataclass
class Traffic:
    """What the target has answered so far: as a cache, and as a replica that lags behind, would give it again."""

    last: Answer | None = None
    of_kind: dict[tuple[str, str], Answer] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    now: dict[str, Any] | None = None


Spoil = Callable[[Call, Answer, Traffic], Answer]


def _failure(status: int, title: str) -> Spoil:
    def spoil(_call: Call, answer: Answer, _traffic: Traffic) -> Answer:
        body = {"error": {"code": status, "title": title, "message": "It is so."}}
        return Answer(status, body, _identity(answer))

    return spoil


def _identity(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() == "x-openstack-request-id"}


def _page(status: int) -> Spoil:
    page = b"<html><head><title>Gateway</title></head><body><h1>It works!</h1></body></html>"
    return lambda _call, _answer, _traffic: Answer(status, page, {}, media_type="text/html")


def _body(change: Callable[[Any], Any]) -> Spoil:
    """Another JSON value in place of the body."""

    def spoil(_call: Call, answer: Answer, _traffic: Traffic) -> Answer:
        if isinstance(answer.body, bytes) or answer.body is None:
            return answer
        return replace(answer, raw=json.dumps(change(copy.deepcopy(answer.body))).encode())

    return spoil


def _id(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Another id in what is shown, and in the first of what is listed."""

    def spoil(body: Any) -> Any:
        if isinstance(body, dict):
            rows = next((item for item in body.values() if isinstance(item, list) and item), [])
            node = body if "id" in body else next((item for item in rows if isinstance(item, dict)), {})
            if "id" in node:
                change(node)
        return body

    return _body(spoil)


def _cut(call: Call, answer: Answer, _traffic: Traffic) -> Answer:
    data = answer.encoded()
    return replace(answer, raw=data[: len(data) // 2])


def _cut_short(call: Call, answer: Answer, traffic: Traffic) -> Answer:
    data = answer.encoded()
    headers = {**answer.headers, "Content-Length": str(len(data)), "Connection": "close"}
    return replace(_cut(call, answer, traffic), headers=headers) if data else answer


def _twice(_call: Call, answer: Answer, _traffic: Traffic) -> Answer:
    data = answer.encoded()
    first = b'{"id": "twice", "name": 7, "images": 7, '
    return replace(answer, raw=first + data[1:]) if data.startswith(b"{") and len(data) > 2 else answer


def _stale(call: Call, answer: Answer, traffic: Traffic) -> Answer:
    """The answer that a request of this kind had before; a read has been answered from the state before the last
    write."""
    if call.method == "GET":
        return answer
    earlier = traffic.of_kind.get((call.method, call.operation))
    return replace(earlier, headers={**earlier.headers}) if earlier is not None else answer


def _of_another(_call: Call, answer: Answer, traffic: Traffic) -> Answer:
    return traffic.last or answer


KINDS: Mapping[str, Spoil] = {
    "404": _failure(404, "Not Found"),
    "500": _failure(500, "Internal Server Error"),
    "empty": lambda _call, answer, _traffic: replace(answer, raw=b""),
    "cut": _cut,
    "cut-short": _cut_short,
    "stale": _stale,
    "of-another": _of_another,
    "a-list": _body(lambda body: [body]),
    "null": _body(lambda _body: None),
    "number": _body(lambda _body: 7),
    "string": _body(lambda _body: "text"),
    "id-missing": _id(lambda node: node.pop("id")),
    "id-null": _id(lambda node: node.update(id=None)),
    "id-number": _id(lambda node: node.update(id=7)),
    "html-200": _page(200),
    "html-502": _page(502),
    "member-twice": _twice,
    "401": _failure(401, "Unauthorized"),
    "403": _failure(403, "Forbidden"),
    "409": _failure(409, "Conflict"),
    "503": _failure(503, "Service Unavailable"),
    "object": _body(lambda _body: {}),
    "no-rows": _body(lambda body: {**body, "images": []} if isinstance(body, dict) and "images" in body else {}),
    "rows-null": _body(lambda body: dict.fromkeys(body) if isinstance(body, dict) else None),
}
"""Kind of an odd answer -> what is made of the right one."""


class Spoilt:
    """A target that spoils its n-th answer (from 1); `count` is how many it has given."""

    def __init__(self, number: int, kind: str) -> None:
        self.count = 0
        self.changed = False
        self._number = number
        self._kind = kind
        self._traffic = Traffic()

    def due(self, count: int) -> bool:
        """Whether the answer of this number is an odd one."""
        return count == self._number

    def fault(self) -> Fault:
        """The target's fault."""
        return Fault("odd", (), self._kind, Hooks(handle=self._handle, answer=self._answer))

    def _handle(self, call: Call, _caller: Caller, store: Any) -> Answer | None:
        traffic = self._traffic
        if call.method == "GET":
            if self._kind == "stale" and self.due(self.count + 1):
                traffic.now, store._images = store._images, traffic.before
        else:
            traffic.before = snapshot(store)
        return None

    def _answer(self, call: Call, answer: Answer, store: Any) -> Answer:
        traffic = self._traffic
        self.count += 1
        given = answer
        if self.due(self.count):
            given = KINDS[self._kind](call, answer, traffic)
            if given is not answer or traffic.now is not None:
                self.changed = True
                given = replace(given, headers={**given.headers, MARK: "yes"})
        if traffic.now is not None:
            store._images, traffic.now = traffic.now, None
        traffic.last = traffic.of_kind[call.method, call.operation] = answer
        return given


class Hailing(Spoilt):
    """A target that spoils about one answer in `every`, each in another way."""

    def __init__(self, seed: int, every: int) -> None:
        self._chance = random.Random(f"{seed} {every}")
        self._every = every
        self._decided: dict[int, bool] = {}
        super().__init__(0, "404")

    def due(self, count: int) -> bool:
        if count < MOST_AT_START:
            return False
        if count not in self._decided:
            self._decided[count] = self._chance.randrange(self._every) == 0
            self._kind = self._chance.choice(list(KINDS))
        return self._decided[count]


class Lagging:
    """A target whose reads see what was written only `lag` seconds later: always, or when `sometimes` says so.

    `operations` are the reads that lag behind.
    """

    def __init__(
        self,
        lag: float,
        sometimes: Callable[[int], bool] = lambda _count: True,
        operations: Collection[str] = ("image.show", "image.list", "image.download"),
    ) -> None:
        self._lag = timedelta(seconds=lag)
        self._sometimes = sometimes
        self._operations = operations
        self._before: list[tuple[datetime, dict[str, Any]]] = []
        self._now: dict[str, Any] | None = None
        self._count = 0

    def fault(self) -> Fault:
        """The target's fault."""
        return Fault("lagging", (), "reads lag behind", Hooks(handle=self._handle, answer=self._answer))

    def _handle(self, call: Call, _caller: Caller, store: Any) -> Answer | None:
        now = store.clock.now()
        self._before = [item for item in self._before if item[0] > now - self._lag]
        if call.method != "GET":
            self._before.append((now, snapshot(store)))
        elif self._before and call.operation in self._operations:
            self._count += 1
            if self._sometimes(self._count):
                self._now, store._images = store._images, self._before[0][1]
        return None

    def _answer(self, _call: Call, answer: Answer, store: Any) -> Answer:
        if self._now is not None:
            store._images, self._now = self._now, None
        return answer


def snapshot(store: Any) -> dict[str, Any]:
    """The images of a store as they are now."""
    images = {name: copy.copy(image) for name, image in store._images.items()}
    for image in images.values():
        image.members, image.properties = copy.deepcopy(image.members), dict(image.properties)
    return images


def _node(change: Callable[[Answer], Answer]) -> Callable[[], Fault]:
    """One of two nodes does not have the files: every other download of one."""

    def make() -> Fault:
        count = 0

        def answer(call: Call, answer: Answer, _store: Any) -> Answer:
            nonlocal count
            if call.operation != "image.download" or answer.status != 200:
                return answer
            count += 1
            return change(answer) if count % 2 == 0 else answer

        return Fault("node", (), "a node without the file", Hooks(answer=answer))

    return make


def _refused(status: int, title: str) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(
        status, {"error": {"code": status, "title": title, "message": "It is so."}}, _identity(answer)
    )


UNSTEADY: Mapping[str, Callable[[], Fault]] = {
    "late-0.2": lambda: Lagging(0.2).fault(),
    "late-2": lambda: Lagging(2).fault(),
    "late-lists": lambda: Lagging(1, operations=("image.list",)).fault(),
    "replicas": lambda: Lagging(5, lambda count: count % 2 == 0).fault(),
    "stale-now-and-then": lambda: Lagging(0.5, lambda count: count % 7 == 0).fault(),
    "node-404": _node(_refused(404, "Not Found")),
    "node-500": _node(_refused(500, "Internal Server Error")),
    "node-short": _node(lambda answer: replace(answer, body=answer.body[:-1])),
}
"""Name of a target that answers a request in two ways, without anything written in between -> its fault, made anew."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run: `wrong` says what it may not say."""

    number: int
    kind: str
    code: int
    spoilt: str
    wrong: tuple[str, ...]
    told: tuple[str, ...]
    requests: int
    seconds: float


def run_with(
    profile: str,
    fault: Fault,
    contract: Contract,
    selection: str | None = None,
    modules: tuple[str, ...] = (),
    workers: int = 1,
) -> tuple[Verdict, Session]:
    """A run of the suite, or of a selection of it, against the target, by so many workers."""

    def target(given: Contract) -> Reference:
        return Reference(given, faults=[fault])

    options = Options(REFERENCE, profile, 1, selection=selection, modules=modules, embedded=target, workers=workers)
    session = Session(options, contract)
    return conduct(session, Console(file=io.StringIO())), session


def tried(
    profile: str,
    number: int,
    kind: str,
    contract: Contract,
    selection: str | None = None,
    modules: tuple[str, ...] = (),
    workers: int = 1,
) -> Outcome | None:
    """The outcome of a run by so many workers with this odd answer; None when there is no such answer, or nothing of it to
    spoil."""
    began, spoilt = time.monotonic(), Spoilt(number, kind)
    try:
        verdict, session = run_with(profile, spoilt.fault(), contract, selection, modules, workers)
    except ConformanceError as error:
        said = f"{type(error).__name__}: {error}"
        return Outcome(number, kind, int(error.exit_code), "?", (said,), (), 0, time.monotonic() - began)
    if not spoilt.changed:
        return None
    marked = [item for item in verdict.exchanges if item.response.headers.get(MARK)]
    numbers = {item.number for item in marked}
    what = "; ".join(f"{item.number} {item.operation} ({item.case})" for item in marked) or "no exchange"
    wrong = [f"exit {verdict.exit_code}"] if verdict.exit_code not in {0, 1, 3} else []
    wrong += [fault.strip().splitlines()[-1] for fault in session.faults]
    binding = [group for group in verdict.findings if group.binding]
    if len(binding) > 1:
        wrong.append("several causes bind: " + " | ".join(map(line_of, binding)))
    operations = {item.operation for item in marked}
    for group in verdict.findings:
        if numbers and not (numbers & _exchanges(group)):
            wrong.append(f"blames another: {line_of(group)}")
        elif _elsewhere(group, numbers, operations):
            wrong.append(f"is about another: {line_of(group)}")
    told = tuple(map(line_of, verdict.findings))
    return Outcome(
        number, kind, verdict.exit_code, what, tuple(wrong), told, len(verdict.exchanges), time.monotonic() - began
    )


def _elsewhere(group: FindingGroup, numbers: set[int], operations: set[str]) -> bool:
    """Whether neither its exchange nor its operation is the odd one's."""
    shown = group.exemplar.number if group.exemplar is not None else None
    return bool(numbers) and shown is not None and shown not in numbers and group.operation not in operations


def _exchanges(group: FindingGroup) -> set[int]:
    own = {group.exemplar.number} if group.exemplar is not None else set()
    return own | set(group.related)


def line_of(group: FindingGroup) -> str:
    place = group.exemplar.number if group.exemplar is not None else "-"
    return (
        f"{'BINDS' if group.binding else 'advice'} {group.requirement} [{group.deviation.kind}] {group.operation}"
        f" at {place}, {list(group.related)[:4]}: {message(group).plain('en')[:160]}"
    )


def answers(profile: str, contract: Contract, selection: str | None = None, modules: tuple[str, ...] = ()) -> int:
    """How many answers a run has when none is odd."""
    clean = Spoilt(0, "404")
    run_with(profile, clean.fault(), contract, selection, modules)
    return clean.count


def outcomes(profile: str, numbers: range, kinds: list[str], contract: Contract) -> Iterator[Outcome]:
    """The outcomes of all of these."""
    for number in numbers:
        for kind in kinds:
            found = tried(profile, number, kind, contract)
            if found is not None:
                yield found


def of_each_case(
    profile: str, names: Collection[str], every: int, kinds: list[str], contract: Contract
) -> Iterator[Outcome]:
    """The outcomes of odd answers while one case is run alone, for each case whose name holds one of these."""
    chance = random.Random(every)
    for case in registry(contract=contract):
        if in_profile(case, profile) and any(name in case.name for name in names):
            chosen = f"test_{case.name.partition('.')[2]}", (case.module,)
            for number in range(chance.randint(1, every), answers(profile, contract, *chosen) + 1, every):
                for kind in kinds:
                    found = tried(profile, number, kind, contract, *chosen)
                    if found is not None:
                        yield found


def main() -> None:
    """Run a part of the whole and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--last", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--cases", help="parts of names of cases that are run alone, such as 'patch.,delete.'")
    parser.add_argument("--told", action="store_true")
    given = parser.parse_args()
    contract = load_contract()
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        kinds = given.kinds.split(",")
        for name in kinds:
            if name in UNSTEADY:
                began = time.monotonic()
                verdict, session = run_with(given.profile, UNSTEADY[name](), contract)
                print(
                    f"{name}: exit {verdict.exit_code}, {len(verdict.exchanges)} requests, {time.monotonic() - began:.0f} s"
                )
                for line in (*session.faults, *map(line_of, verdict.findings)):
                    print(f"    {line}", flush=True)
        kinds = [name for name in kinds if name in KINDS]
        if not kinds:
            return
        last = given.last
        if not last and not given.cases:
            last = answers(given.profile, contract)
            print(f"{given.profile}: {last} answers", flush=True)
        codes: Counter[tuple[str, int]] = Counter()
        wrong: Counter[str] = Counter()
        seconds = 0.0
        numbers = range(given.first, last + 1, given.every)
        for found in (
            of_each_case(given.profile, given.cases.split(","), given.every, kinds, contract)
            if given.cases
            else outcomes(given.profile, numbers, kinds, contract)
        ):
            codes[found.kind, found.code] += 1
            seconds += found.seconds
            if found.wrong:
                wrong[found.kind] += 1
            if found.wrong or given.told:
                print(f"{found.number} {found.kind}: exit {found.code}; {found.spoilt}", flush=True)
                for line in found.wrong:
                    print(f"    {line}", flush=True)
                if given.told:
                    for line in found.told:
                        print(f"    told: {line}", flush=True)
        for kind in kinds:
            row = {code: count for (name, code), count in sorted(codes.items()) if name == kind}
            print(f"{kind:14} exits {row} wrong {wrong[kind]}")
        print(f"{sum(codes.values())} runs, {sum(wrong.values())} wrong, {seconds:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
