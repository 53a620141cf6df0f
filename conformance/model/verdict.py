"""The verdict: what a run says about each promise, and about the whole.

Rules
- A requirement's outcome comes from checks that ran. One that no check reached is not exercised, with the reason.
- Non-conformant when a binding requirement failed; advisory ones count only under --strict.
- A finding that a waiver excuses or the baseline holds does not bind. What it breaks is waived or failed, never passed.
- Inconclusive when nothing binding failed and a required one was not exercised, or nothing ran at all.
- Required are the binding requirements that the run's profile covers and that a client can provoke.
- Findings are grouped, so that one systematic deviation is one group with a count, and hides no other.
- Every string of a record has passed the redactor before it is judged, so no secret reaches a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from conformance.model.contract import (
    NO_QUOTE,
    Authority,
    Level,
    Lines,
    Quote,
    Requirement,
    Resource,
    Ruling,
    Statement,
)
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class
from conformance.model.finding import Key, identity
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

__all__ = [
    "NOWHERE",
    "Consequence",
    "ErrorCodeRow",
    "FindingGroup",
    "Harm",
    "Outcome",
    "Overall",
    "Place",
    "Removal",
    "RequirementResult",
    "Run",
    "SentRow",
    "Severity",
    "Variant",
    "Verdict",
    "WaiverResult",
    "Weight",
]


class Outcome(StrEnum):
    """What became of one requirement (design rule 4)."""

    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"
    EXPLORED = "explored"
    """Kept wherever every run asks, and broken by something that this run's seed drew beyond that."""
    NOT_EXERCISED = "not exercised"
    EXCLUDED = "excluded"


class Overall(StrEnum):
    """What became of the run."""

    CONFORMANT = "conformant"
    NON_CONFORMANT = "non-conformant"
    INCONCLUSIVE = "inconclusive"


class Weight(StrEnum):
    """What a finding means for the outcome: it counts, or why it does not."""

    BINDING = "binding"
    EXPLORED = "explored"
    KNOWN = "known"
    WAIVED = "waived"
    ADVISORY = "advisory"


class Harm(StrEnum):
    """What a deviation costs the user, the heaviest first."""

    DATA = "data"
    """Data that are lost, altered, or of somebody else."""
    ISOLATION = "isolation"
    """Something is seen or changed by who may not."""
    DISCLOSURE = "disclosure"
    """An answer gives away a secret, or data of another project."""
    SERVER_ERROR = "server-error"
    RESULT = "result"
    """The answer is of the right status and says something wrong."""
    STATUS = "status"
    INTERNALS = "internals"
    """An answer gives away how the server is made inside."""
    FORM = "form"
    """Envelope, headers, media types."""
    LENIENT = "lenient"
    """Something was taken that the contract does not ask anybody to take (ruling 44)."""


class Severity(StrEnum):
    """How bad a finding is, the worst first; the same word in every report."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement with its outcome.

    `checks` maps the name of each check that ran to how often it looked; `required` says whether this run owes it.
    `reason` says why it is as it is, None where the checks do: a phrase, or the words of a person (of the errata, of a
    waiver).
    """

    id: str
    statement: Statement
    level: Level
    authority: Authority
    source: Lines
    operation: str | None
    outcome: Outcome
    required: bool
    checks: Mapping[str, int]
    reason: Phrase | str | None = None
    ruling: int | None = None
    quote: Quote = NO_QUOTE

    @classmethod
    def of(
        cls,
        item: Requirement,
        outcome: Outcome,
        reason: Phrase | str | None,
        *,
        required: bool,
        checks: Mapping[str, int],
    ) -> Self:
        """The result of a requirement of the contract."""
        return cls(
            id=item.id,
            statement=item.statement,
            level=item.level,
            authority=item.authority,
            source=item.source,
            operation=item.operation,
            outcome=outcome,
            required=required,
            checks=checks,
            reason=reason,
            ruling=item.ruling,
            quote=item.quote,
        )

    @property
    def binding(self) -> bool:
        """Whether it must be kept: neither excluded nor advisory, whether this run owes it or not."""
        must = self.level is Level.MUST and self.authority is not Authority.UPSTREAM
        return must and self.outcome is not Outcome.EXCLUDED


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a deviation was met: the operation and the status of the answer, -1 when no single answer shows it."""

    operation: str
    status: int = -1

    def __str__(self) -> str:
        return self.operation if self.status < 0 else f"{self.operation} {self.status}"


@dataclass(frozen=True, slots=True)
class Consequence:
    """A deviation that only follows from a cause, and is no finding of its own: which promise it would break, how often
    it was met."""

    requirement: str
    deviation: Deviation
    count: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A finding of a group: its identity, which waivers, baseline and compare go by, and where it was met.

    `places` maps each place to the number of times there, `checks` to the checks that showed it there. `exchange` is
    the number of the clearest exchange that shows it, None when no single one does.
    """

    requirement: str
    deviation: Deviation
    places: Mapping[Place, int]
    checks: Mapping[Place, tuple[str, ...]]
    exchange: int | None = None

    @property
    def key(self) -> Key:
        """What makes two findings the same: requirement and deviation."""
        return self.requirement, self.deviation

    @property
    def id(self) -> str:
        """The identity as twelve hex digits."""
        return identity(self.requirement, self.deviation.key)

    @property
    def count(self) -> int:
        """How often it was met."""
        return sum(self.places.values())


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """What one cause breaks, wherever it was met.

    `deviation` is the cause, which titles the group; `variants` are the findings that it was met as, at least one, and
    maybe of several requirements: waivers, baseline and compare go by them. `consequences` follow from the cause and
    are no findings of their own. `harm` and `severity` weigh it. `neighbour` is the number of the nearest exchange that
    was answered rightly, None when there is none. `explored` says that it was only met in what the run's seed drew
    beyond the part that is the same for every seed; `unasked` that the baseline in use does not hold it because the runs
    that it was made of never asked for it, so that it is not new.

    `places` maps each place to the number of times there; `exemplar` is the clearest exchange, None when no single
    exchange shows it; `related` are the numbers of the exchanges that led to it. `binding` is False for an advisory
    finding, a waived one and one that the baseline holds. `confirmation` is "single" (not tried again), "confirmed" or
    "intermittent"; `waiver` is the reason that excuses it, else None; `known` says that the baseline holds it. `checks`
    maps each place to the checks that showed it there. `borrowed` says that the exemplar's request is of another class
    than the deviation names.

    A group whose findings are partly waived or known is split; the part that weighs most keeps the id.
    """

    id: str
    requirement: str
    check: str
    authority: Authority
    level: Level
    source: Lines
    operation: str
    status: int | None
    deviation: Deviation
    count: int
    places: Mapping[Place, int]
    binding: bool
    exemplar: Exchange | None
    related: tuple[int, ...] = ()
    case: str = ""
    confirmation: str = "single"
    waiver: str | None = None
    known: bool = False
    checks: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    borrowed: bool = False
    harm: Harm = Harm.RESULT
    severity: Severity = Severity.MAJOR
    variants: tuple[Variant, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    neighbour: int | None = None
    explored: bool = False
    unasked: bool = False

    @property
    def keys(self) -> frozenset[Key]:
        """The identities of its findings."""
        return frozenset(item.key for item in self.variants)

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements that it breaks, its own first."""
        return tuple(dict.fromkeys((self.requirement, *(item.requirement for item in self.variants))))

    @property
    def grave_advice(self) -> bool:
        """Whether it weighs though it does not count: an answer gives something away, which no sentence of the document
        forbids."""
        return self.weight is Weight.ADVISORY and self.harm in {Harm.DISCLOSURE, Harm.INTERNALS}

    @property
    def weight(self) -> Weight:
        """What it means for the outcome. What binds is never called anything else."""
        if self.binding:
            return Weight.BINDING
        if self.waiver is not None:
            return Weight.WAIVED
        if self.known:
            return Weight.KNOWN
        would_bind = self.level is Level.MUST and self.authority is not Authority.UPSTREAM
        return Weight.EXPLORED if self.explored and would_bind else Weight.ADVISORY


@dataclass(frozen=True, slots=True)
class SentRow:
    """How often a place of an operation's request was sent a class of values; `statuses` maps each status that came to
    its count.

    `place` is a member, a parameter or a part such as `body` and `content-type`.
    """

    operation: str
    place: str
    held: Class
    statuses: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Removal:
    """How resources of ours are found and deleted.

    `method`, `media_type` and `body` are those of the request, to the path of a resource, that takes away what may keep
    it from being deleted (protection, say). `query` is that of a list which is read whole, `next` the member of a list
    that leads to its next page, "" for one that is not there.
    """

    method: str
    media_type: str
    body: str
    query: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """A waiver and what became of it: `state` is "used", "unused", "expired" or "not exercised" (the run could not show
    whether it is of use); `findings` are the ids that it excused, `named` those of the findings that it names."""

    requirement: str
    reason: str
    owner: str
    state: str
    operation: str | None = None
    status: int | None = None
    message: str | None = None
    link: str | None = None
    expires: str | None = None
    findings: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """What it excuses, in the order of its file: requirement, operation, status, ids, text; without what it does not
        restrict."""
        places = (self.requirement, self.operation, self.status, *self.named, self.message)
        return tuple(str(item) for item in places if item is not None)


@dataclass(frozen=True, slots=True)
class ErrorCodeRow:
    """One of the documented codes: how it was provoked, what came back, and whether the envelope held.

    `provoked` lists `(operation, act, status that came)`; `met` counts answers with this code in the whole
    run; `envelope` is "kept", "broken", "not met" or "none owed", `broken` in how many of the answers it was not kept;
    `reason` says why nothing was provoked, else None.
    """

    code: int
    phrase: str
    line: int
    provoked: tuple[tuple[str, Phrase, int | None], ...]
    met: int
    envelope: str
    outcome: Outcome
    reason: Phrase | str | None = None
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """How the run was made. `started_at` is RFC 3339 in UTC, `duration` seconds, `requests` those that were sent.

    `cut_short` says that it ended before the last case; `strict_waivers` that waivers without use fail it. `sent_again`
    counts the requests whose connection broke and that were sent again, `cases_again` the cases that ran again for that;
    `most_held` the resources of the run that were there at once. `ended` is False in what
    stands in the place of the reports while the run is under way.
    """

    id: str
    seed: int
    profile: str
    started_at: str
    duration: float
    requests: int
    command: str
    suite_version: str
    selection: str | None = None
    strict: bool = False
    leftovers: tuple[str, ...] = ()
    cut_short: bool = False
    strict_waivers: bool = False
    sent_again: int = 0
    cases_again: int = 0
    most_held: int = 0
    ended: bool = True


NOWHERE: Mapping[str, Any] = {
    "name": "",
    "url": "",
    "urls": {},
    "region": "",
    "project": "",
    "second_project": None,
    "roles": [],
    "facts": None,
    "may_create": None,
    "embedded": False,
}
"""What a verdict says of a target of which nothing is known."""


@dataclass(frozen=True)
class Verdict:
    """Everything the reports need; each of them is a function of this value alone.

    `target` says what the run was against: its name and region, the `urls` of the services and the `url` of the one
    that the run is about, project, roles, and the facts that it tells about itself. `contract` has name, version,
    sha256; `notes` say what limited the run; `resources` are those of the contract, so that whoever reads the run back
    knows what its requests made; `rulings` are those of the contract, by number. `removal` comes before the delete of
    one that refuses it, None where the service has no such thing. `exploring` are the numbers of the exchanges that
    depend on the seed of the run.
    """

    overall: Overall
    exit_code: int
    contract: Mapping[str, str]
    target: Mapping[str, Any]
    run: Run
    requirements: tuple[RequirementResult, ...]
    findings: tuple[FindingGroup, ...]
    error_codes: tuple[ErrorCodeRow, ...]
    exchanges: Sequence[Exchange]
    notes: tuple[Phrase, ...] = ()
    sent: tuple[SentRow, ...] = ()
    waivers: tuple[WaiverResult, ...] = ()
    resources: tuple[Resource, ...] = ()
    removal: Removal | None = None
    rulings: Mapping[int, Ruling] = field(default_factory=dict)
    exploring: tuple[range, ...] = ()

    def count(self, outcome: Outcome, *, required: bool | None = None) -> int:
        """How many requirements have this outcome (only required or not required ones when asked)."""
        return sum(
            item.outcome is outcome and (required is None or item.required is required) for item in self.requirements
        )
