"""What causes are called: a deviation that says what all findings of a cause have in common, as the first line of a bug
report would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from conformance.judge.breadth import SIZE, TEXT, classes, named, size_of
from conformance.judge.kinds import (
    BEYOND,
    BROKEN_LATER,
    CHOSEN_BY_THE_SERVER,
    GIVES_AWAY,
    IN_PAGES,
    OTHER_DATA,
    REFUSALS,
    REFUSED_ALL_THE_SAME,
    SYNTAX,
    WITHOUT_A_TOKEN,
    code_instead,
)
from conformance.judge.severity import harm_of
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import Finding
from conformance.model.findings import alike
from conformance.model.phrase import Phrase, Terms, Value
from conformance.model.verdict import Harm

__all__ = ["given_away", "title"]


def title(members: Sequence[Finding], contract: Contract) -> Deviation:
    """The deviation that names the cause of these findings, which have something in common: a finding's own where it has
    one name only, else what all of them say."""
    counts = alike(members)
    members = [item for item, _ in counts]
    first = members[0]
    other_data = any(item.deviation.kind in OTHER_DATA for item in members)
    plain = next((item.deviation for item in members if item.deviation.kind in REFUSALS), None)
    syntax = any(item.deviation.kind in SYNTAX for item in members)
    if syntax and plain is not None:
        return plain
    if first.deviation.kind in CHOSEN_BY_THE_SERVER and not (other_data or syntax):
        return _of_form(counts)
    make = _of_data if other_data else _of_syntax if syntax else _TITLES.get(first.deviation.kind)
    if make is not None:
        return make(members)
    if len({item.deviation for item in members}) == 1:
        return first.deviation
    requirement = contract.requirements[first.requirement]
    if (instead := code_instead(first)) is not None:
        return Deviation("code-instead", status=instead[0], terms=(("due", instead[1]),))
    if first.deviation.kind in REFUSALS and len({item.requirement for item in members}) == 1:
        return Deviation("refuses", operation=first.operation, status=first.status, place=requirement.place)
    heaviest = min((item.deviation for item in members), key=lambda item: list(Harm).index(harm_of(requirement, item)))
    if first.deviation.kind in BEYOND:
        return heaviest
    if first.deviation.kind in WITHOUT_A_TOKEN:
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
    request = _told(members)
    if len({item.deviation.operation for item in members}) > 1:
        return Deviation("answers-anywhere", status=deviation.status, request=request, terms=deviation.terms)
    return replace(deviation, kind="answers", request=request, seen=())


def _told(members: Sequence[Finding]) -> tuple[Part, ...]:
    """The classes of the requests; of bodies that were too large, the smallest."""
    requests = [item.deviation.request for item in members]
    sizes = [size for request in requests if (size := size_of(request)) is not None]
    return (Part("body", Class.open(SIZE, bytes=min(sizes))),) if len(sizes) == len(requests) > 0 else named(requests)


def _of_later(members: Sequence[Finding]) -> Deviation:
    """Named by whom it breaks, with every operation that it breaks."""
    found = [item.deviation for item in members]
    first = next((item for item in found if item.kind == "breaks-for-all"), found[0])
    statuses = {item.status for item in found}
    status = first.status if len(statuses) == 1 else None
    return replace(first, status=status, terms=_together([item.terms for item in found]))


def _of_undocumented(members: Sequence[Finding]) -> Deviation:
    first = members[0].deviation
    if len({(item.deviation.operation, classes(item.deviation.request)) for item in members}) == 1:
        return replace(first, request=_told(members))
    request = _told(members)
    if size_of(request) is not None:
        return Deviation("answers-anywhere", status=first.status, request=request)
    return Deviation("undocumented-anywhere", status=first.status)


def _of_taken(members: Sequence[Finding]) -> Deviation:
    if len({item.deviation for item in members}) == 1:
        return replace(members[0].deviation, kind="takes", seen=())
    return Deviation(
        "takes", operation=members[0].deviation.operation, request=named(item.deviation.request for item in members)
    )


def _of_lenient(members: Sequence[Finding]) -> Deviation:
    found = {part for item in members for part in item.deviation.request}
    request = tuple(sorted(found, key=lambda part: part.order))
    return Deviation("lenient-in", operation=members[0].operation, request=request)


def _of_refused(members: Sequence[Finding]) -> Deviation:
    first = members[0]
    return Deviation(REFUSED_ALL_THE_SAME[first.deviation.kind], operation=first.operation)


def _of_syntax(members: Sequence[Finding]) -> Deviation:
    """The class of the text, with the place where it stood when that is one; where texts of any class fare so, and a plain
    value does, that value."""
    found = [item.deviation for item in members if item.deviation.kind in SYNTAX]
    first = next((item for item in found if item.kind == "syntax-altered"), found[0])
    whatever = any(dict(part.held.terms).get("how") == "several" for part in first.request)
    plain = next((item.deviation for item in members if item.deviation.kind in _AS_GIVEN), None)
    if whatever and plain is not None:
        return plain
    places = {part.place for item in found for part in item.request}
    request = tuple(replace(part, place=part.place if len(places) == 1 else TEXT) for part in first.request)
    return Deviation(SYNTAX[first.kind], status=first.status, request=request)


def _of_form(members: Sequence[tuple[Finding, int]]) -> Deviation:
    """The forms that came, the most frequent first; with each finding how often it was met."""
    first = members[0][0].deviation
    term = CHOSEN_BY_THE_SERVER[first.kind]
    counts: Counter[Value] = Counter()
    for item, count in members:
        counts[dict(item.deviation.terms).get(term)] += count
    if len(counts) == 1:
        return first
    forms = tuple(form for form, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
    return replace(first, terms=((term, forms),), seen=())


def given_away(deviation: Deviation) -> tuple[Value, Value, Terms]:
    """What an answer gives away, and in which part of it: its kind, and its name where it has one."""
    terms = dict(deviation.terms)
    part = terms["part"]
    assert isinstance(part, Phrase)
    return terms["what"], part.kind, tuple(item for item in part.terms if item[0] != "statuses")


def _of_given_away(members: Sequence[Finding]) -> Deviation:
    """What is given away, with the statuses of all answers that do."""
    first = members[0].deviation
    what, kind, named = given_away(first)
    parts = [dict(item.deviation.terms)["part"] for item in members]
    statuses = {status for part in parts if isinstance(part, Phrase) for status in _values(part.get("statuses"))}
    part = Phrase(str(kind), (*named, *([("statuses", tuple(sorted(statuses, key=str)))] if statuses else [])))
    return replace(first, terms=(("what", what), ("part", part)), seen=())


def _values(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


_AS_GIVEN = ("not-as-sent", "not-as-changed")
_WIDEST = ("between-pages", "that-differ-in-case", "of-equal-values", "without-a-value")


def _of_links(members: Sequence[Finding]) -> Deviation:
    """All places that lead elsewhere, in the order in which they were met."""
    places = ", ".join(dict.fromkeys(item.deviation.place for item in members))
    terms = _together([item.deviation.terms for item in members])
    return Deviation("leads-elsewhere", place=places, terms=terms)


def _of_pages(members: Sequence[Finding]) -> Deviation:
    """What is lost rather than what is met twice, and of that what holds for all of it."""
    lost = [item.deviation for item in members if item.deviation.kind.startswith("lost")]
    found = lost or [item.deviation for item in members]
    widest = min(found, key=lambda item: _rank(str(dict(item.terms).get("how", ""))))
    return replace(widest, seen=())


def _of_selection(members: Sequence[Finding]) -> Deviation:
    """A later page where one is among them, else all parameters."""
    found = [item.deviation for item in members]
    later = next((item for item in found if dict(item.terms).get("how") == "others-on-a-later-page"), None)
    together = replace(found[0], terms=_together([item.terms for item in found]), seen=())
    return later or (found[0] if len(set(found)) == 1 else together)


def _rank(how: str) -> int:
    """How wide it is what resources that pages lose have in common: of others they are equals, of equals without a
    value."""
    return _WIDEST.index(how) if how in _WIDEST else 0


def _of_data(members: Sequence[Finding]) -> Deviation:
    """That data came back otherwise, and after what only where it did so after nothing else."""
    plain = [item.deviation for item in members if item.deviation.kind == "other-data"]
    return (plain or [item.deviation for item in members if item.deviation.kind in OTHER_DATA])[0]


_TITLES: Mapping[str, Callable[[Sequence[Finding]], Deviation]] = {
    "server-error": _of_server_error,
    "undocumented-status": _of_undocumented,
    "forbidden-accepted": _of_taken,
    "lenient": _of_lenient,
    **dict.fromkeys(GIVES_AWAY, _of_given_away),
    **dict.fromkeys(BROKEN_LATER, _of_later),
    "leads-elsewhere": _of_links,
    **dict.fromkeys(IN_PAGES, _of_pages),
    "selects": _of_selection,
    **dict.fromkeys(REFUSED_ALL_THE_SAME, _of_refused),
    **dict.fromkeys(SYNTAX, _of_syntax),
}
