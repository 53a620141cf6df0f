"""Findings -> causes: what one mistake of a server breaks is one group, titled by the mistake (design rule 12).

Two levels. A *finding* keeps its fine identity, requirement and deviation: waivers, baseline and comparison go by it. A
*cause* takes findings together for the reader, who is to mend one thing.

What only follows from a cause (`consequences`)
- A 5xx answer: the wrong status, envelope, headers and media type of that very answer.
- A request that was due a refusal, or is another spelling, and was taken: what is wrong in the answer to that very
  request (an id that differs, a member outside its enumeration, a value that is not as it was sent).
- A text that is syntax somewhere, over which an operation breaks: its 5xx to requests that tell no class.
- A call that was let in without a token: its status, where 401 was due.
- An answer that was not given again when the same was asked again: all that is wrong with it.
- A member of an answer that is not as it was sent: that it is not as it is shown either.
- A member that is not kept as it was sent: that the value that came breaks its schema.
- What was deleted and is shown again: what else is wrong with the list that holds it.
- What was taken, and was due a refusal, where it breaks what comes after it: that is the heavier of the two.
- A body that claims to be JSON and is none has no envelope either, and the wrong media type.
- An answer that is none to what was asked (one of an earlier request, a refusal of a valid token, a coding that was not
  accepted, a redirection): all that is wrong with it, but for what it shows of another project.
- A status that the document does not have, or a page in place of a failure: the form of that very answer.
- A body that is not UTF-8, or cannot be read: what is missing in it.
- What binds never follows from advice: a spelling that is taken for another value than it means breaks a promise.
- Nothing follows that is also seen apart from such a cause: then it stands for itself, with all its places. Lost data
  and broken isolation always stand for themselves.

What is one cause (`variants`)
- Text is decoded in one place of a server: what is about the text itself (a lone surrogate, not UTF-8, NUL, beyond the
  BMP) is one cause for all members and operations, where the status is the same.
- Wrong types of one place that fail alike are one: nobody looked at the type. So are numbers out of range and far out.
- Whoever reads a body has a limit on its size: what comes of that size is one cause for all operations, named by the
  smallest body.
- Data that comes back otherwise than it was given is one cause, however and where it was met; that its length and hash
  are others follows.
- The parts of a file are cut in one place.
- The form of a failure is made in one place of a service, which negotiates it by the Accept header: a flat object for
  JSON, HTML for a browser, plain text for who asks for nothing. A vendor mends the one error formatter, so the forms
  that stand in place of the envelope are variants of one cause, for each service: those of the service that gives tokens
  apart. The empty body of a 5xx is none of them; nothing has formatted it, and it follows from the 5xx.
- A status that the document does not have is one decision of who maps errors to statuses, whatever the request; so is a
  code that comes where another is due. An answer has one status: what several promises say of it is one cause.
- What was taken, or refused, and breaks what comes after it is one cause, whichever operations break and for whom, and
  whether a create or a change has left it.
- A refused create that leaves a resource, and a refused change that is stored, are one cause for the operation: the
  transaction is not undone, whichever member was tried.
- A refusal of one place that the contract allows is one, whether a case or a trial met it.
- The same thing is one cause in whichever answer it was seen and after whichever request; a request that reaches beyond
  its resource is one, whatever it did there.
- What comes back after it was removed, or can still be changed, is one, wherever it was met again; also where it is
  gone when the same is asked once more, unless other requests are answered in two ways, too.
- A 409 to what the contract allows is one for the operation: it is said of what else is there, not of what was sent.
- A page that was led to, and does not select as the list did, is one, whatever the list was asked for: a link lost it.
- What was answered as made and is not there when it is shown is one, whatever was sent for it.
- Whoever is let in where nobody asks for a token, or for the project, is let in by one mistake for each operation.
- A text that is syntax somewhere, and is not treated to the letter, is one for each syntax, whichever member it was
  and whatever the operation: who escapes or splits does so wherever the text passes. Some of it is refused then, and
  what other requests sent of that member, or changed it to, did not come back either.
- What is taken in other spellings is one for the operation (ruling 44).
- What answers give away is one for what it is and the part of an answer in which it stands, in whichever answers.
- How pages go on is one, by whatever they are ordered, and what becomes of them while others come and go is another.
  Links that lead elsewhere are one: a service makes them all of one address.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from conformance.judge.breadth import SIZE, TEXT, classes, size_of
from conformance.judge.consequences import MOST_TOLD, NOTHING, Parts, followed
from conformance.judge.kinds import (
    BEYOND,
    BROKEN_LATER,
    CHOSEN_BY_THE_SERVER,
    GIVES_AWAY,
    IN_PAGES,
    OF_ANOTHER_PROJECT,
    OTHER_DATA,
    PERHAPS_OTHER_DATA,
    REFUSED_ALL_THE_SAME,
    SYNTAX,
    TWO_ANSWERS,
    WITHOUT_A_TOKEN,
    WRONG_PARTS,
    code_instead,
)
from conformance.judge.severity import harm_of
from conformance.judge.titles import given_away, title
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class
from conformance.model.finding import Finding, Key
from conformance.model.findings import Findings, alike, briefly, kept
from conformance.model.requirement_id import Kind
from conformance.model.spool import Extract
from conformance.model.verdict import Harm

__all__ = ["RootCause", "causes"]

_SEEN_FROM = ("where", "when")
"""Terms that say in which answer, or after which request, the same thing was seen."""
Cluster: TypeAlias = tuple[object, ...]
"""What the findings of one cause have in common."""


@dataclass(frozen=True)
class RootCause:
    """What one mistake breaks.

    `clusters` are its findings, by what they have in common: more than one when several promises speak of one status.
    `consequences` are findings that only follow, each with the identity of the finding that it follows from.
    """

    clusters: tuple[Extract[Finding], ...]
    consequences: tuple[tuple[Key, Extract[Finding]], ...] = ()

    @property
    def members(self) -> Extract[Finding]:
        """All of its findings, at least one."""
        places = array("L")
        for cluster in self.clusters:
            places.extend(cluster.places)
        return Extract(self.clusters[0].whole, places)

    def title(self, contract: Contract, among: Sequence[int] | None = None) -> Deviation:
        """The deviation that names it; with `among`, which says so of each of its members, by these alone. Of several
        clusters the largest names it."""
        chosen: list[Sequence[Finding]] = []
        start = 0
        for cluster in self.clusters:
            places = cluster.places
            if among is not None:
                places = array("L", (place for index, place in enumerate(places, start) if among[index]))
            chosen.append(Extract(cluster.whole, places))
            start += len(cluster)
        return title(max(chosen, key=len), contract)


def causes(
    findings: Sequence[Finding], parts: Parts, contract: Contract, *, exploring: Collection[int] = ()
) -> tuple[RootCause, ...]:
    """The causes of the findings, in the order in which they were first met.

    `exploring` are the numbers of the exchanges that depend on the seed of the run. What was met in the others is
    judged by itself, so that their causes and consequences are the same for every seed.
    """
    findings = kept(findings)
    follows, identities = followed(findings, parts, contract, exploring)
    which = _clusters(findings, follows, parts, contract)
    first = _of_one_status(findings, which, contract, exploring)
    together: dict[int, dict[int, array[int]]] = {}
    consequences: dict[Key, array[int]] = {}
    for place, cluster in enumerate(which):
        if cluster == NOTHING:
            consequences.setdefault(identities[follows[place]], array("L")).append(place)
        else:
            together.setdefault(first[cluster], {}).setdefault(cluster, array("L")).append(place)
    return tuple(_cause(findings, tuple(clusters.values()), consequences) for clusters in together.values())


def _cause(
    findings: Findings, clusters: Sequence[Sequence[int]], consequences: Mapping[Key, Sequence[int]]
) -> RootCause:
    extracts = tuple(Extract(findings, places) for places in clusters)
    keys = dict.fromkeys(item.key for extract in extracts for item, _ in alike(extract))
    return RootCause(
        extracts, tuple((key, Extract(findings, consequences[key])) for key in keys if key in consequences)
    )


def _clusters(findings: Findings, follows: Sequence[int], parts: Parts, contract: Contract) -> Sequence[int]:
    """For each finding which of them have something in common with it, by a number; NOTHING for one that follows."""
    said = [item for item, _ in alike(findings)]
    known = _Known.of(said, contract)
    numbers: dict[Cluster, int] = {}
    told: dict[tuple[object, ...], int] = {}
    which = array("l")
    for place, finding in enumerate(briefly(findings)):
        if follows[place] != NOTHING:
            which.append(NOTHING)
            continue
        exchange = finding.exchange
        met: tuple[object, ...] = (findings.claims[place],)
        if exchange is not None:
            met = (*met, exchange.led, exchange.status, id(parts.get(exchange.number)))
        if met not in told:  # whatever is found in the same way belongs together
            if len(told) >= MOST_TOLD:
                told.clear()
            told[met] = numbers.setdefault(_key(finding, parts, contract, known), len(numbers))
        which.append(told[met])
    return which


def _of_one_status(
    findings: Findings, which: Sequence[int], contract: Contract, exploring: Collection[int]
) -> Sequence[int]:
    """For each number of what findings have in common the one of the cause that it is part of.

    An answer has one status: what several promises say of it is one cause, and so are the members that have turned in one
    answer. An answer to what the seed of the run drew joins nothing that every run meets.
    """
    root = list(range(max(which, default=NOTHING) + 1))
    steady = set()
    for cluster, number in zip(which, findings.numbers(), strict=True):
        if cluster != NOTHING and (number is None or number not in exploring):
            steady.add(cluster)

    def find(cluster: int) -> int:
        while root[cluster] != cluster:
            cluster = root[cluster]
        return cluster

    of_status: dict[int, bool] = {}
    by_status = (array("l"), array("l"))
    by_member: dict[tuple[int, bool, str], int] = {}
    for place, finding in enumerate(briefly(findings)):
        cluster, claim = which[place], findings.claims[place]
        if finding.exchange is None or cluster == NOTHING:
            continue
        requirement = contract.requirements[finding.requirement]
        if claim not in of_status:
            of_status[claim] = harm_of(requirement, finding.deviation) is Harm.STATUS
        number = finding.exchange.number
        if of_status[claim]:
            column = by_status[requirement.binding]
            if number >= len(column):
                column.extend([NOTHING] * (number + 1024 - len(column)))
            if column[number] == NOTHING:
                column[number] = cluster
            other = column[number]
        elif finding.deviation.kind == "turned":
            other = by_member.setdefault((number, requirement.binding, finding.requirement), cluster)
        else:
            continue
        if number not in exploring or not steady >= {cluster, other}:
            root[find(cluster)] = find(other)
    return [find(cluster) for cluster in root]


# --- what is one cause ----------------------------------------------------------------------------------------------


Altered: TypeAlias = Mapping[tuple[bool, str], frozenset[Class]]
"""Whether it binds, and a member -> the classes of syntax of which its texts are not kept."""


@dataclass(frozen=True)
class _Known:
    """What all the findings of a run say: whether data came back otherwise, whether requests about what was not deleted
    were answered in two ways, and which texts are not kept."""

    other_data: bool
    unsteady: bool
    altered: Altered

    @classmethod
    def of(cls, findings: Collection[Finding], contract: Contract) -> _Known:
        return cls(
            any(item.deviation.kind in OTHER_DATA for item in findings),
            any(item.deviation.kind == TWO_ANSWERS and not _of_the_deleted(item, contract) for item in findings),
            _altered(findings, contract),
        )


def _altered(findings: Iterable[Finding], contract: Contract) -> Altered:
    found: defaultdict[tuple[bool, str], set[Class]] = defaultdict(set)
    for item in findings:
        if item.deviation.kind == "syntax-altered":
            for part in item.deviation.request:
                found[contract.requirements[item.requirement].binding, part.place].add(part.held)
    return {place: frozenset(held) for place, held in found.items()}


def _key(finding: Finding, parts: Parts, contract: Contract, known: _Known) -> Cluster:
    """What the findings of one cause have in common."""
    deviation, requirement = finding.deviation, contract.requirements[finding.requirement]
    kind = deviation.kind
    scope = (finding.requirement, requirement.binding)
    if kind == "server-error":
        request = classes(deviation.request)
        if size_of(request) is not None:
            return *scope, kind, deviation.status, SIZE
        everywhere = len(request) == 1 and request[0].place == TEXT
        return *scope, kind, deviation.status, request, "" if everywhere else deviation.operation, deviation.terms
    if kind in BROKEN_LATER:
        taken = dict(deviation.terms)["how"] == "taken"
        left = tuple(replace(part, place=part.place.removeprefix("/")) for part in deviation.request)
        return requirement.binding, "breaks later", "" if taken else deviation.operation, left
    if kind == TWO_ANSWERS and (known.unsteady or not _of_the_deleted(finding, contract)):
        return requirement.binding, kind
    if kind == "undocumented-status":
        return *scope, kind, deviation.status
    if kind in GIVES_AWAY:
        return *scope, kind, *given_away(deviation)
    if kind == "lenient":
        return *scope, kind
    if kind in OTHER_DATA or (kind in PERHAPS_OTHER_DATA and known.other_data):
        return *scope, "data"
    if kind in WRONG_PARTS:
        return *scope, "parts"
    if kind in REFUSED_ALL_THE_SAME:
        return requirement.binding, kind, finding.operation
    if kind == "made-and-not-there":
        return requirement.binding, kind, deviation.operation
    if kind in IN_PAGES:
        return *scope, IN_PAGES[kind]
    if kind == "leads-elsewhere":
        return *scope, kind
    if kind == "no-envelope":
        return *scope, kind, _gives_tokens(finding.operation, contract)
    if _is_conflict(finding):
        return requirement.binding, "conflict", finding.operation
    if kind in SYNTAX:
        kept_as_sent = kind in {"syntax-refused", "syntax-altered"}
        return requirement.binding, "as sent" if kept_as_sent else kind, deviation.request and deviation.request[0].held
    if kind in {"not-as-sent", "not-as-changed"}:
        held = known.altered.get((requirement.binding, deviation.place.removeprefix("/")), frozenset())
        if len(held) == 1:
            return requirement.binding, "as sent", *held
    if kind in CHOSEN_BY_THE_SERVER:
        return *scope, kind
    if kind == "forbidden-accepted":
        return *scope, kind, deviation.operation, classes(deviation.request)
    if kind in BEYOND:
        return *scope, "beyond"
    if (instead := code_instead(finding)) is not None:
        return *scope, instead
    if kind in WITHOUT_A_TOKEN:
        return *scope, "without a token", finding.operation
    if _of_the_deleted(finding, contract):
        resource = contract.resource_of(finding.operation)
        return requirement.binding, "gone", resource.remove if resource is not None else None
    if kind == "selects" and finding.exchange is not None and finding.exchange.led:
        return requirement.binding, "selects on a later page", finding.operation
    if kind in OF_ANOTHER_PROJECT or (harm_of(requirement, deviation) is Harm.ISOLATION and deviation.act is not None):
        return *scope, "another project"
    if requirement.kind in {Kind.PARAMETER, Kind.BODY} and _refuses_valid(finding, requirement.place, parts):
        return *scope, "refuses", finding.operation, finding.status
    return *scope, replace(deviation, terms=tuple(item for item in deviation.terms if item[0] not in _SEEN_FROM))


def _of_the_deleted(finding: Finding, contract: Contract) -> bool:
    """Whether it says that what was deleted is not gone."""
    deviation = finding.deviation
    if deviation.kind == "accepted" and deviation.act is not None and deviation.act.get("how") == "deleted":
        return True
    return any(finding.requirement == requirement_id.gone(item.remove or "") for item in contract.resources.values())


def _is_conflict(finding: Finding) -> bool:
    """Whether a request that the contract allows was refused for what else is there (RFC 9110, 15.5.10)."""
    if finding.exchange is None or finding.exchange.status != 409:
        return False
    deviation = finding.deviation
    return deviation.kind in {"allowed-refused", "syntax-refused"} or (
        deviation.kind == "status" and _due_success(deviation)
    )


def _due_success(deviation: Deviation) -> bool:
    due = dict(deviation.terms).get("due")
    return isinstance(due, tuple) and all(isinstance(status, int) and status < 300 for status in due)


def _gives_tokens(operation: str, contract: Contract) -> bool:
    """Whether the operation is one of the service that gives tokens."""
    own = contract.operations.get(operation)
    return own is not None and contract.token_operation is not None and own.service == contract.token_operation.service


def _refuses_valid(finding: Finding, place: str, parts: Parts) -> bool:
    """Whether a request was refused though the contract allows it, and nothing about this place of it is special."""
    if finding.exchange is None or not 400 <= finding.exchange.status < 500:
        return False
    deviation = finding.deviation
    if deviation.kind != "allowed-refused" and not (deviation.kind == "status" and _due_success(deviation)):
        return False
    return all(part.held == VALID for part in parts.get(finding.exchange.number, ()) if part.place == place)
