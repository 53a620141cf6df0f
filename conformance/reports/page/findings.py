"""The findings as the page shows them: by what they mean for the outcome, and in each the evidence in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.model.message import Exchange
from conformance.model.spool import numbered
from conformance.model.verdict import FindingGroup, RequirementResult, Verdict, Weight
from conformance.reports.language import Text, say
from conformance.reports.page.bodies import LONGEST_LINE, beginning, body_text, fields
from conformance.reports.presentation import Presentation
from conformance.reports.quotation import Quotation, quotation
from conformance.reports.script import first_command, is_script
from conformance.reports.sentences import message, sentence, stated
from conformance.reports.visible import shortened

__all__ = ["Answered", "FindingPart", "FindingView", "Followed", "MetPlace", "Wire", "finding_groups"]

BUDGET = 120_000
"""Bytes of bodies in the whole page; each body gets its share, between the two bounds below, and the headers another."""
LEAST, MOST = 300, 2500
MOST_ON_PAPER = 20
"""Findings that are printed whole, the weightiest ones; of the others, and of advice, paper has the headings."""
MOST_PLACES = 40
MOST_VARIANTS = 30
LONGEST_COMMAND = 1600
"""Characters of a command that the page shows; a longer one is in the script alone."""
BEGINNING = 240
"""Characters of a body that are shown beside its status."""

_GROUPS = (
    (Weight.BINDING, say("Findings that count"), say("They make the outcome.")),
    (
        Weight.EXPLORED,
        say("Explored findings"),
        say("Met only in what this run's seed drew beyond what every run asks; they do not change the outcome."),
    ),
    (Weight.KNOWN, say("Known from the baseline"), say("The baseline holds them; they do not change the outcome.")),
    (Weight.WAIVED, say("Waived findings"), say("A waiver excuses them; they do not change the outcome.")),
    (
        Weight.ADVISORY,
        say("Advisory findings"),
        say(
            "Against OpenStack's API or an optional promise; they do not change the outcome. What answers give away keeps its severity."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Wire:
    """A request or an answer whole: its first line, header fields and body, each as far as it fits."""

    first: str
    fields: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An exchange in two lines: what was asked, the status that came and how the body of the answer begins."""

    number: int
    request: str
    sent: str
    status: str
    media_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Followed:
    """What a cause was met as, or what follows from it: the promise, how it departs from it, how often."""

    requirement: str
    text: Text
    count: int


@dataclass(frozen=True, slots=True)
class MetPlace:
    """An operation with the status that came, and how often."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in the order in which it is read.

    `brief` says that paper has its heading alone, which keeps a printed page short. `held` is what it is held against: what was due and what came, the line of the document, the ruling. `came` is the answer
    that shows it; `statement` is what is promised, None where `held` says it already. `command` is the request alone as one line, empty when it is too long to be read; `needs` says that it stands on resources which
    the script makes first, `script` that there is one. `neighbour` is the nearest request that was answered rightly.
    `request` and `answer` are the exchange whole, None when no single exchange shows it.
    """

    group: FindingGroup
    brief: bool
    title: Text
    held: Quotation
    came: Answered | None
    promise: RequirementResult | None
    statement: Text | None
    command: str
    needs: bool
    script: bool
    neighbour: Answered | None
    places: tuple[MetPlace, ...]
    more_places: int
    elsewhere: int
    variants: tuple[Followed, ...]
    more_variants: int
    consequences: tuple[Followed, ...]
    exchange: Exchange | None
    request: Wire | None
    answer: Wire | None


@dataclass(frozen=True, slots=True)
class FindingPart:
    """The findings of one weight, in the order of the verdict."""

    weight: Weight
    head: Text
    words: Text
    findings: tuple[FindingView, ...]


def finding_groups(shown: Presentation) -> tuple[FindingPart, ...]:
    """The findings by weight; what there is none of is left out."""
    found = tuple(_findings(shown))
    return tuple(
        FindingPart(weight, head, words, these)
        for weight, head, words in _GROUPS
        if (these := tuple(item for item in found if item.group.weight is weight))
    )


def _findings(shown: Presentation) -> Iterator[FindingView]:
    verdict = shown.verdict
    share = max(LEAST, min(MOST, BUDGET // max(1, 2 * len(verdict.findings))))
    promises = {item.id: item for item in verdict.requirements}
    for index, group in enumerate(verdict.findings):
        yield _finding(
            group,
            verdict,
            promises.get(group.requirement),
            shown.commands.get(group.id),
            share,
            brief=index >= MOST_ON_PAPER or (group.weight is Weight.ADVISORY and not group.grave_advice),
        )


def _finding(
    group: FindingGroup,
    verdict: Verdict,
    promise: RequirementResult | None,
    script: str | None,
    share: int,
    *,
    brief: bool,
) -> FindingView:
    held = quotation(group, verdict)
    statement = stated(promise.statement) if promise is not None else None
    exemplar = group.exemplar
    command = first_command(exemplar) if exemplar is not None else ""
    places = tuple(MetPlace(str(place), count) for place, count in group.places.items())
    neighbour = numbered(verdict.exchanges, group.neighbour) if group.neighbour is not None else None
    variants = tuple(Followed(item.requirement, sentence(item.deviation), item.count) for item in group.variants)
    if len(variants) == 1:  # it says what the title says
        variants = ()
    return FindingView(
        group=group,
        brief=brief,
        title=message(group),
        held=held,
        came=_answered(exemplar) if exemplar is not None else None,
        promise=promise,
        statement=statement if statement != held.due else None,
        command=command if len(command) <= LONGEST_COMMAND else "",
        needs=script is not None and is_script(script),
        script=script is not None,
        neighbour=_answered(neighbour) if neighbour is not None else None,
        places=places[:MOST_PLACES],
        more_places=max(0, len(places) - MOST_PLACES),
        elsewhere=len({place.operation for place in group.places} - {group.operation}),
        variants=variants[:MOST_VARIANTS],
        more_variants=max(0, len(variants) - MOST_VARIANTS),
        consequences=tuple(
            Followed(item.requirement, sentence(item.deviation), item.count) for item in group.consequences
        ),
        exchange=exemplar,
        request=_request(exemplar, share) if exemplar is not None else None,
        answer=_answer(exemplar, share) if exemplar is not None else None,
    )


def _answered(exchange: Exchange) -> Answered:
    request, response = exchange.request, exchange.response
    return Answered(
        number=exchange.number,
        request=shortened(f"{request.method} {request.url}", LONGEST_LINE),
        sent=beginning(request.body, BEGINNING),
        status=shortened(f"{response.status} {response.reason}", LONGEST_LINE),
        media_type=shortened(response.headers.get("Content-Type") or "", LONGEST_LINE),
        body=beginning(response.body, BEGINNING),
    )


def _request(exchange: Exchange, share: int) -> Wire:
    request = exchange.request
    body = body_text(request.body, share, request.size - len(request.body))
    return Wire(f"{request.method} {request.url}", fields(request.headers, share), body)


def _answer(exchange: Exchange, share: int) -> Wire:
    response = exchange.response
    body = body_text(response.body, share, response.size - len(response.body))
    return Wire(f"{response.status} {response.reason}", fields(response.headers, share), body)
