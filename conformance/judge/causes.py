"""Findings -> causes: what one mistake of a server breaks is one group, titled by the mistake (design rule 12).

Two levels. A *finding* keeps its fine identity, requirement and deviation: waivers, baseline and comparison go by it. A
*cause* takes findings together for the reader, who is to mend one thing.

What only follows from a cause (`consequences`)
- A 5xx answer: the wrong status, envelope, headers and media type of that very answer.
- A request that was due a refusal, or is another spelling, and was taken: what is wrong in the answer to that very
  request (an id that differs, a member outside its enumeration, a value that is not as it was sent).
- A call that was let in without a token: its status, where 401 was due.
- A body that claims to be JSON and is none has no envelope either, and the wrong media type.
- What binds never follows from advice: a spelling that is taken for another value than it means breaks a promise.
- Nothing follows that is also seen apart from such a cause: then it stands for itself, with all its places. Lost data
  and broken isolation always stand for themselves.

What is one cause (`variants`)
- Text is decoded in one place of a server: what is about the text itself (a lone surrogate, not UTF-8, NUL, beyond the
  BMP) is one cause for all members and operations, where the status is the same.
- Wrong types of one place that fail alike are one: nobody looked at the type. So are numbers out of range and far out.
- The form of a failure is made in one place of a service, which negotiates it by the Accept header: a flat object for
  JSON, HTML for a browser, plain text for who asks for nothing. A vendor mends the one error formatter, so the forms
  that stand in place of the envelope are variants of one cause, for each service: those of the service that gives tokens
  apart. The empty body of a 5xx is none of them; nothing has formatted it, and it follows from the 5xx.
- A status that the document does not have is one decision of who maps errors to statuses, whatever the request; so is a
  code that comes where another is due. An answer has one status: what several promises say of it is one cause.
- A refused create that leaves a resource, and a refused change that is stored, are one cause for the operation: the
  transaction is not undone, whichever member was tried.
- A refusal of one place that the contract allows is one, whether a case or a trial met it.
- The same thing is one cause in whichever answer it was seen and after whichever request; a request that reaches beyond
  its resource is one, whatever it did there.
- What comes back after it was removed is one, wherever it was met again.
- What was answered as made and is not there when it is shown is one, whatever was sent for it.
- Whoever is let in where nobody asks for a token, or for the project, is let in by one mistake for each operation.
- What is taken in other spellings is one for the operation (ruling 44).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from conformance.judge.severity import harm_of
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.finding import Finding, Key
from conformance.model.phrase import Phrase, Terms, Value
from conformance.model.requirement_id import Kind
from conformance.model.verdict import Harm

__all__ = ["TEXT", "RootCause", "causes", "title"]

TEXT = "text"
"""The place of a class that is about the text itself, wherever in a request it stands."""
_OF_TEXT = frozenset({"lone-surrogate", "not-utf-8", "nul", "beyond-bmp"})
_TAKEN = frozenset({"forbidden-accepted", "accepted", "lenient"})
"""Kinds of findings about a request that was taken, and was due a refusal or is another spelling."""
_CHOSEN_BY_THE_SERVER = {
    "no-envelope": "carries",
    "optional-code": "carries",
    "another-media-type": "got",
    "not-its-media-type": "got",
}
"""Kind -> the term that says which form the server chose."""
_REFUSED_ALL_THE_SAME = {
    "made-by-a-refused-request": "refused-and-made",
    "changed-by-a-refused-request": "refused-and-changed",
}
_REFUSALS = frozenset({"status", "allowed-refused"})
"""Kinds of findings that a request, which the contract allows, was refused."""
_BEYOND = frozenset({"another-changed", "another-lost-its-data", "another-projects-changed"})
"""Kinds of findings that a request reached beyond the resource that it addressed."""
_OF_ANOTHER_PROJECT = frozenset({"listed-to-another-project", "reached-by-another-project"})
_WITHOUT_A_TOKEN = frozenset({"taken-without-a-token", "opened", "changed-without-a-token"})
_SEEN_FROM = ("where", "when")
"""Terms that say in which answer, or after which request, the same thing was seen."""
_NEARER = {"far-above-maximum": "above-maximum", "far-below-minimum": "below-minimum"}
"""Rule -> the one that takes it in."""
MOST_TYPES = 2
"""Wrong types that a title names; beyond that they are "of another type"."""

Cluster: TypeAlias = tuple[object, ...]
"""What the findings of one cause have in common."""
Parts: TypeAlias = Mapping[int, Sequence[Part]]
"""Number of an exchange -> the parts of its request."""


@dataclass(frozen=True)
class RootCause:
    """What one mistake breaks.

    `clusters` are its findings, by what they have in common: more than one when several promises speak of one status.
    `consequences` are findings that only follow, each with the identity of the finding that it follows from.
    """

    clusters: tuple[tuple[Finding, ...], ...]
    consequences: tuple[tuple[Key, Finding], ...] = ()

    @property
    def members(self) -> tuple[Finding, ...]:
        """All of its findings, at least one."""
        return tuple(item for cluster in self.clusters for item in cluster)


def causes(
    findings: Sequence[Finding], parts: Parts, contract: Contract, *, exploring: Collection[int] = ()
) -> tuple[RootCause, ...]:
    """The causes of the findings, in the order in which they were first met.

    `exploring` are the numbers of the exchanges that depend on the seed of the run. What was met in the others is
    judged by itself, so that their causes and consequences are the same for every seed.
    """
    followed = _followed(findings, parts, contract, exploring)
    keyed = [(_key(item, parts, contract), item) for index, item in enumerate(findings) if index not in followed]
    first = _of_one_status(keyed, contract)
    together: dict[Cluster, dict[Cluster, list[Finding]]] = {}
    for key, finding in keyed:
        together.setdefault(first[key], {}).setdefault(key, []).append(finding)
    consequences: defaultdict[Key, list[Finding]] = defaultdict(list)
    for index, key in followed.items():
        consequences[key].append(findings[index])
    return tuple(
        RootCause(
            tuple(map(tuple, clusters.values())),
            tuple(
                (key, item)
                for key in dict.fromkeys(item.key for cluster in clusters.values() for item in cluster)
                for item in consequences.get(key, ())
            ),
        )
        for clusters in together.values()
    )


def _of_one_status(keyed: Iterable[tuple[Cluster, Finding]], contract: Contract) -> Mapping[Cluster, Cluster]:
    """What the findings of one cause have in common -> the same of the cause that it is part of.

    An answer has one status: what several promises say of it is one cause.
    """
    root: dict[Cluster, Cluster] = {}

    def find(key: Cluster) -> Cluster:
        while root[key] != key:
            key = root[key]
        return key

    by_answer: dict[tuple[int, bool], Cluster] = {}
    for key, finding in keyed:
        root.setdefault(key, key)
        if finding.exchange is not None and _harm(finding, contract) is Harm.STATUS:
            answer = finding.exchange.number, contract.requirements[finding.requirement].binding
            root[find(key)] = find(by_answer.setdefault(answer, key))
    return {key: find(key) for key in root}


# --- what only follows ----------------------------------------------------------------------------------------------


def _followed(
    findings: Sequence[Finding], parts: Parts, contract: Contract, exploring: Collection[int]
) -> dict[int, Key]:
    """Index of a finding that only follows -> the identity of the finding that it follows from."""
    by_exchange: defaultdict[int, list[Finding]] = defaultdict(list)
    taken: defaultdict[str, list[Finding]] = defaultdict(list)
    taken_by_all: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.exchange is not None:
            by_exchange[finding.exchange.number].append(finding)
            if finding.deviation.kind in _TAKEN:
                taken[finding.exchange.operation].append(finding)
                if finding.exchange.number not in exploring:
                    taken_by_all[finding.exchange.operation].append(finding)

    def cause_of(finding: Finding) -> Finding | None:
        if finding.exchange is None:
            return None
        found = by_exchange[finding.exchange.number]
        drawn = finding.exchange.number in exploring
        let_in = (taken if drawn else taken_by_all)[finding.exchange.operation]
        return (
            _server_error(finding, found, contract)
            or _let_in(finding, found, contract)
            or _no_json(finding, found)
            or _what_was_taken(finding, let_in, parts, contract)
        )

    # Twice: what is drawn by the seed of the run decides nothing about what every run meets.
    regular: dict[Key, list[tuple[int, Finding | None]]] = {}
    drawn: dict[Key, list[tuple[int, Finding | None]]] = {}
    for index, finding in enumerate(findings):
        explores = finding.exchange is not None and finding.exchange.number in exploring
        (drawn if explores else regular).setdefault(finding.key, []).append((index, cause_of(finding)))
    followed: dict[int, Key] = {}
    for side in (regular, drawn):
        for key, met in side.items():
            stands = side is drawn and any(index not in followed for index, _ in regular.get(key, ()))
            if not stands and all(cause is not None for _, cause in met):
                followed |= {index: cause.key for index, cause in met if cause is not None}
    return followed


def _server_error(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The server error on the answer whose status or form this finding is about."""
    if _harm(finding, contract) not in {Harm.STATUS, Harm.FORM}:
        return None
    return next((item for item in found if item.deviation.kind == "server-error"), None)


def _let_in(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that this call was let in without a token, of which this one says that its status is another."""
    if _harm(finding, contract) is not Harm.STATUS:
        return None
    return next((item for item in found if item.deviation.kind in _WITHOUT_A_TOKEN and not _code_instead(item)), None)


def _no_json(finding: Finding, found: Iterable[Finding]) -> Finding | None:
    """The failure that is no JSON, of which this finding says that its media type is another."""
    if finding.deviation.kind != "not-its-media-type":
        return None
    return next((item for item in found if _carries(item.deviation, "no-json")), None)


def _carries(deviation: Deviation, kind: str) -> bool:
    carried = dict(deviation.terms).get("carries")
    return deviation.kind == "no-envelope" and isinstance(carried, Phrase) and carried.kind == kind


def _what_was_taken(finding: Finding, taken: Iterable[Finding], parts: Parts, contract: Contract) -> Finding | None:
    """The finding that the request, to which this finding's answer was given, was taken: of the same request, or of one
    of the same class."""
    exchange = finding.exchange
    assert exchange is not None
    if finding.deviation.kind in _TAKEN or exchange.response.status >= 400:
        return None
    if _harm(finding, contract) not in {Harm.RESULT, Harm.STATUS, Harm.FORM}:
        return None
    wrong = {
        _bare(part) for part in parts.get(exchange.number, ()) if part.standing in {Standing.BROKEN, Standing.LENIENT}
    }
    binding = contract.requirements[finding.requirement].binding
    for item in taken:
        if binding and not contract.requirements[item.requirement].binding:
            continue
        same = item.exchange is not None and item.exchange.number == exchange.number
        if same or (wrong and not wrong.isdisjoint(map(_bare, item.deviation.request))):
            return item
    return None


def _harm(finding: Finding, contract: Contract) -> Harm:
    return harm_of(contract.requirements[finding.requirement], finding.deviation)


# --- what is one cause ----------------------------------------------------------------------------------------------


def _key(finding: Finding, parts: Parts, contract: Contract) -> Cluster:
    """What the findings of one cause have in common."""
    deviation, requirement = finding.deviation, contract.requirements[finding.requirement]
    kind = deviation.kind
    scope = (finding.requirement, requirement.binding)
    if kind == "server-error":
        request = _classes(deviation.request)
        everywhere = len(request) == 1 and request[0].place == TEXT
        return *scope, kind, deviation.status, request, "" if everywhere else deviation.operation, deviation.terms
    if kind == "undocumented-status":
        return *scope, kind, deviation.status
    if kind == "lenient":
        return *scope, kind
    if kind in _REFUSED_ALL_THE_SAME:
        return requirement.binding, kind, finding.operation
    if kind == "made-and-not-there":
        return requirement.binding, kind, deviation.operation
    if kind == "no-envelope":
        return *scope, kind, _gives_tokens(finding.operation, contract)
    if kind in _CHOSEN_BY_THE_SERVER:
        return *scope, kind
    if kind == "forbidden-accepted":
        return *scope, kind, deviation.operation, _classes(deviation.request)
    if kind in _BEYOND:
        return *scope, "beyond"
    if (instead := _code_instead(finding)) is not None:
        return *scope, instead
    if kind in _WITHOUT_A_TOKEN:
        return *scope, "without a token", finding.operation
    if any(finding.requirement == requirement_id.gone(item.remove or "") for item in contract.resources.values()):
        return *scope, "gone"
    if kind in _OF_ANOTHER_PROJECT or (harm_of(requirement, deviation) is Harm.ISOLATION and deviation.act is not None):
        return *scope, "another project"
    if requirement.kind in {Kind.PARAMETER, Kind.BODY} and _refuses_valid(finding, requirement.place, parts):
        return *scope, "refuses", finding.operation, finding.status
    return *scope, replace(deviation, terms=tuple(item for item in deviation.terms if item[0] not in _SEEN_FROM))


def _gives_tokens(operation: str, contract: Contract) -> bool:
    """Whether the operation is one of the service that gives tokens."""
    own = contract.operations.get(operation)
    return own is not None and contract.token_operation is not None and own.service == contract.token_operation.service


def _code_instead(finding: Finding) -> tuple[int, Value] | None:
    """The code of a refusal that is not the one that is due, and that one; None when it is no such finding."""
    deviation, status = finding.deviation, finding.deviation.status
    if status is None or status < 400:
        return None
    if deviation.kind == "taken-without-a-token":
        return status, (401,)
    due = dict(deviation.terms).get("due")
    refusal = isinstance(due, tuple) and all(isinstance(code, int) and code >= 400 for code in due)
    return (status, due) if deviation.kind == "status" and refusal else None


def _refuses_valid(finding: Finding, place: str, parts: Parts) -> bool:
    """Whether a request was refused though the contract allows it, and nothing about this place of it is special."""
    if finding.exchange is None or not 400 <= finding.exchange.response.status < 500:
        return False
    deviation = finding.deviation
    if deviation.kind == "status":
        due = dict(deviation.terms).get("due")
        if not isinstance(due, tuple) or not all(isinstance(status, int) and status < 300 for status in due):
            return False
    elif deviation.kind != "allowed-refused":
        return False
    return all(part.held == VALID for part in parts.get(finding.exchange.number, ()) if part.place == place)


def _classes(request: Iterable[Part]) -> tuple[Part, ...]:
    """The classes of a request, each as wide as one mistake reaches."""
    return tuple(sorted({_wide(part) for part in request}, key=lambda part: part.order))


def _wide(part: Part) -> Part:
    held = part.held
    if held.rule in _OF_TEXT:
        return Part(TEXT, Class.broken(held.rule))
    if held.rule in {"type", "another-type"}:
        return Part(part.place, Class.broken("another-type", wanted=dict(held.terms).get("wanted")))
    return Part(part.place, replace(held, rule=_NEARER.get(held.rule, held.rule)))


def _bare(part: Part) -> tuple[str, Class]:
    """A part without what makes a class of wrong types fine."""
    wide = _wide(part)
    return wide.place, replace(wide.held, item=False, standing=Standing.BROKEN)


# --- its title ------------------------------------------------------------------------------------------------------


def title(cause: RootCause, contract: Contract, among: Collection[Finding] | None = None) -> Deviation:
    """The deviation that names the cause: a finding's own where it has one name only, else what all have in common.

    With `among` it is named by these of its findings. Of several clusters the largest names it.
    """
    chosen = None if among is None else {id(item) for item in among}
    clusters = [[item for item in cluster if chosen is None or id(item) in chosen] for cluster in cause.clusters]
    return _title(max(clusters, key=len), contract)


def _title(members: Sequence[Finding], contract: Contract) -> Deviation:
    first = members[0]
    make = _TITLES.get(first.deviation.kind)
    if make is not None:
        return make(members)
    if len({item.deviation for item in members}) == 1:
        return first.deviation
    requirement = contract.requirements[first.requirement]
    if (instead := _code_instead(first)) is not None:
        return Deviation("code-instead", status=instead[0], terms=(("due", instead[1]),))
    if first.deviation.kind in _REFUSALS:
        return Deviation("refuses", operation=first.operation, status=first.status, place=requirement.place)
    heaviest = min((item.deviation for item in members), key=lambda item: list(Harm).index(harm_of(requirement, item)))
    if first.deviation.kind in _BEYOND:
        return heaviest
    if first.deviation.kind in _WITHOUT_A_TOKEN:
        return Deviation("open-without-a-token", operation=first.operation)
    if any(harm_of(requirement, item.deviation) is Harm.ISOLATION for item in members):
        acts = [str(item.deviation.act.get("operation")) for item in members if item.deviation.act is not None]
        return Deviation("open-to-another-project", operation=acts[0] if acts else first.operation)
    if len({item.deviation.kind for item in members}) > 1:
        return heaviest
    return replace(first.deviation, terms=_together([item.deviation.terms for item in members]), seen=())


def _together(found: Sequence[Terms]) -> Terms:
    """The terms, those that differ with each of their values."""
    values: dict[str, dict[Value, None]] = {}
    for name, value in (pair for terms in found for pair in terms):
        values.setdefault(name, {})[value] = None
    return tuple(
        (name, tuple(several) if len(several) > 1 else next(iter(several))) for name, several in values.items()
    )


def _of_server_error(members: Sequence[Finding]) -> Deviation:
    deviation = members[0].deviation
    request = _named(members)
    if len({item.deviation.operation for item in members}) > 1:
        return Deviation("answers-anywhere", status=deviation.status, request=request, terms=deviation.terms)
    return replace(deviation, kind="answers", request=request, seen=())


def _of_undocumented(members: Sequence[Finding]) -> Deviation:
    first = members[0].deviation
    if len({(item.deviation.operation, _classes(item.deviation.request)) for item in members}) == 1:
        return replace(first, request=_named(members))
    return Deviation("undocumented-anywhere", status=first.status)


def _of_taken(members: Sequence[Finding]) -> Deviation:
    if len({item.deviation for item in members}) == 1:
        return replace(members[0].deviation, kind="takes", seen=())
    return Deviation("takes", operation=members[0].deviation.operation, request=_named(members))


def _of_lenient(members: Sequence[Finding]) -> Deviation:
    found = {part for item in members for part in item.deviation.request}
    request = tuple(sorted(found, key=lambda part: part.order))
    return Deviation("lenient-in", operation=members[0].operation, request=request)


def _of_refused(members: Sequence[Finding]) -> Deviation:
    first = members[0]
    return Deviation(_REFUSED_ALL_THE_SAME[first.deviation.kind], operation=first.operation)


def _of_form(members: Sequence[Finding]) -> Deviation:
    """The forms that came, the most frequent first."""
    first = members[0].deviation
    term = _CHOSEN_BY_THE_SERVER[first.kind]
    counts: Counter[Value] = Counter(dict(item.deviation.terms).get(term) for item in members)
    if len(counts) == 1:
        return first
    forms = tuple(form for form, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
    return replace(first, terms=((term, forms),), seen=())


_TITLES: Mapping[str, Callable[[Sequence[Finding]], Deviation]] = {
    "server-error": _of_server_error,
    "undocumented-status": _of_undocumented,
    "forbidden-accepted": _of_taken,
    "lenient": _of_lenient,
    **dict.fromkeys(_REFUSED_ALL_THE_SAME, _of_refused),
    **dict.fromkeys(_CHOSEN_BY_THE_SERVER, _of_form),
}


def _named(members: Sequence[Finding]) -> tuple[Part, ...]:
    """The classes of the requests, as narrow as holds for all: the types that came where they are few."""
    seen: dict[Part, set[Part]] = {}
    for item in members:
        for part in item.deviation.request:
            seen.setdefault(_wide(part), set()).add(part)
    return tuple(_narrow(wide, found) for wide, found in sorted(seen.items(), key=lambda item: item[0].order))


def _narrow(wide: Part, found: Collection[Part]) -> Part:
    if wide.held.rule != "another-type":
        return next(iter(found)) if len(found) == 1 and wide.place != TEXT else wide
    types = {_plain(str(dict(part.held.terms).get("is"))) for part in found if part.held.rule == "type"}
    item = all(part.held.item for part in found)
    if len(types) > MOST_TYPES or any(part.held.rule == "another-type" for part in found):
        return Part(wide.place, replace(wide.held, item=item))
    named: Value = tuple(sorted(types)) if len(types) > 1 else next(iter(types))
    held = Class("type", Standing.BROKEN, (("is", named), *wide.held.terms), item)
    return Part(wide.place, held)


def _plain(kind: str) -> str:
    """A type without what sets some of its values apart: `empty array` and `array` are arrays."""
    return {"numeric string": "string", "boolean word": "string"}.get(kind, kind.removeprefix("empty "))
