"""What a deviation costs the user, and how bad that makes it (design rule 12).

Rules
- Every kind of deviation is decided here; one that is not raises SuiteError, and a test walks all kinds that have a
  sentence.
- The promise that is broken decides where a kind says how and not what: a member that is missing in the envelope of a
  failure costs less than one that is missing in a success.
- Data and isolation are critical. A server error is so when data or isolation suffer on the same answers, or when
  it is what others meet who sent nothing of the kind. What does not
  bind by its level or its authority is advice, whatever it costs.
- What answers give away keeps its severity, for it binds by no document and harms all the same: internals are major, a
  secret and data of another project critical. That they do not count is said by their weight (ruling 55).
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.judge.kinds import NO_ANSWER
from conformance.model.contract import Requirement
from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.requirement_id import Kind
from conformance.model.verdict import Harm, Severity

__all__ = ["HARMS", "harm_of", "severity_of", "worst"]

_KINDS: Mapping[Harm, tuple[str, ...]] = {
    Harm.DATA: (
        # the data of a resource
        "other-data",
        "other-data-after",
        "data-of-nothing",
        "data-of-another",
        "data-of-another-upload",
        "back-with-its-id",
        "data-changed-by-a-change",
        "another-lost-its-data",
        # a resource that is lost
        "gone",
        "gone-by-itself",
        "gone-after",
        "made-and-not-there",
        "listed-and-not-there",
        # what was to stay as it is
        "changed",
        "turned",
        "another-changed",
        "changed-through-another-id",
        "changed-by-a-refused-request",
        "changed-by-a-refused-delete",
        "changed-by-a-second-create",
        "another-changed-by-a-refusal",
        "refused-and-stored",
        "half-applied",
        "removed-with-another",
        "id-given-twice",
        "refused-and-changed",
    ),
    Harm.ISOLATION: (
        "taken-without-a-token",
        "taken-without-a-project",
        "opened",
        "token-given",
        "token-taken-elsewhere",
        "changed-without-a-token",
        "deleted-without-a-project",
        "another-projects-changed",
        "listed-to-another-project",
        "reached-by-another-project",
        "open-to-another-project",
        "open-without-a-token",
    ),
    Harm.DISCLOSURE: ("gives-away-secret", "gives-away-of-another"),
    Harm.SERVER_ERROR: (
        "server-error",
        "answers",
        "answers-anywhere",
        "breaks-later",
        "breaks-for-all",
        "syntax-breaks",
        "breaks-on-syntax",
    ),
    Harm.RESULT: (
        # values
        "missing",
        "empty",
        "type",
        "format",
        "breaks",
        "differs",
        "differs-where",
        "differs-after",
        "not-as-sent",
        "not-as-changed",
        "not-as-shown",
        "not-of-the-id",
        "another-resource",
        "another-id",
        "before",
        "taken-from-the-request",
        "not-the-time-of-the-answer",
        "stands-still",
        "goes-back",
        "not-the-length-of-the-data",
        "other-part",
        "another-part",
        "no-part-told",
        "no-hash-of-the-data",
        "no-hash-of-the-data-where",
        "unreadable",
        "too-large",
        "envelope-in-a-success",
        "syntax-altered",
        "alters-syntax",
        # what a request did
        "made-by-one-request",
        "made-by-a-refused-request",
        "refused-and-made",
        "read-only-changed",
        "removed-and-back",
        "removed-and-there",
        "not-all-in-order",
        "pointer-misread",
        "still-there",
        "back-again",
        "back-after-a-delete",
        "answer-again",
        "answered-in-two-ways",
        # lists
        "selects",
        "other-selection",
        "other-number",
        "order",
        "other-order",
        "no-order",
        "wrong-direction",
        "not-listed",
        "not-listed-with",
        "listed-twice",
        "on-no-page",
        "lost-in-pages",
        "twice-in-pages",
        "lost-while-changing",
        "twice-while-changing",
        "refused-while-changing",
        "leads-elsewhere",
        "larger-page",
        "leads-nowhere",
        "on-the-last-page",
        "no-uri",
        "syntax-misread",
        "misreads-syntax",
        "syntax-unlisted",
        "loses-syntax",
        "offers-no-choice",
    ),
    Harm.STATUS: (
        "no-http-status",
        "undocumented-status",
        "undocumented-anywhere",
        "code-instead",
        "another-success",
        "status",
        "accepted",
        "forbidden-accepted",
        "takes",
        "allowed-refused",
        "refuses",
        "syntax-refused",
        "refuses-syntax",
        "neither-taken-nor-refused",
        "neither-empty-nor-refused",
        "part-refused",
        "token-refused",
        "valid-token-refused",
    ),
    Harm.INTERNALS: ("gives-away",),
    Harm.FORM: (
        "no-envelope",
        "optional-code",
        "not-the-status",
        "another-phrase",
        "no-request-id",
        "repeated-request-id",
        "another-charset",
        "not-utf-8",
        "another-length",
        "no-media-type",
        "another-media-type",
        "not-its-media-type",
        "no-header",
        "two-values",
        "another-coding",
        "not-empty",
    ),
    Harm.LENIENT: ("lenient", "lenient-in"),
}
HARMS: Mapping[str, Harm] = {kind: harm for harm, kinds in _KINDS.items() for kind in kinds}
"""Kind of deviation -> what it costs."""
GIVEN_AWAY = frozenset({Harm.DISCLOSURE, Harm.INTERNALS})
"""What keeps its severity whether it counts or not."""
_FORM = frozenset({Kind.HEADER, Kind.ENVELOPE, Kind.RESPONSE_HEADER})
"""Promises about the form of an answer."""
_ORDER = tuple(Harm)
_SEVERITIES: Mapping[Harm, Severity] = {
    Harm.DATA: Severity.CRITICAL,
    Harm.ISOLATION: Severity.CRITICAL,
    Harm.DISCLOSURE: Severity.CRITICAL,
    Harm.SERVER_ERROR: Severity.MAJOR,
    Harm.RESULT: Severity.MAJOR,
    Harm.STATUS: Severity.MAJOR,
    Harm.INTERNALS: Severity.MAJOR,
    Harm.FORM: Severity.MINOR,
    Harm.LENIENT: Severity.ADVICE,
}


def harm_of(requirement: Requirement, deviation: Deviation) -> Harm:
    """What the deviation from this promise costs. Raises SuiteError for a kind that nobody decided."""
    harm = HARMS.get(deviation.kind)
    if harm is None:
        raise SuiteError(f"severity: nobody has decided what a deviation of the kind {deviation.kind} costs")
    if harm is Harm.RESULT and requirement.kind in _FORM and deviation.kind not in NO_ANSWER:
        return Harm.FORM
    if deviation.kind == "taken-without-a-token" and (deviation.status or 0) >= 400:
        return Harm.STATUS  # it was refused, with another code
    if harm is Harm.STATUS and _by_another_project(deviation):
        return Harm.ISOLATION
    return harm


def _by_another_project(deviation: Deviation) -> bool:
    """Whether another project was let in: its act was answered with a success, where a refusal was due."""
    if deviation.act is None or deviation.act.kind != "by-another-project":
        return False
    status = deviation.status if deviation.status is not None else dict(deviation.seen).get("status")
    return isinstance(status, int) and status < 300


def worst(harms: frozenset[Harm] | set[Harm]) -> Harm:
    """The heaviest of some."""
    return min(harms, key=_ORDER.index)


def severity_of(harm: Harm, *, counts: bool, suffering: bool = False) -> Severity:
    """How bad it is. `counts` says that the promise binds by its level and authority, `suffering` that data or isolation
    suffer on the same answers."""
    if not counts and harm not in GIVEN_AWAY:
        return Severity.ADVICE
    if harm is Harm.SERVER_ERROR and suffering:
        return Severity.CRITICAL
    return _SEVERITIES[harm]
