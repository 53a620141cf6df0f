"""An operation as it is written: its id, where its rows belong, the trees of its bodies, and its codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.document.constraints import said
from conformance.document.contradiction import Contradiction, at
from conformance.document.model import Document, Example, StatusCode
from conformance.document.naming import NamedOperation, inventory
from conformance.document.nesting import BodyMember, gathered, listed, nested, unwrapped
from conformance.document.placing import Placement, placement

__all__ = ["Described", "described"]


@dataclass(frozen=True)
class Described:
    """An operation with its rows in their places. `successes` are (code, line) of 2xx alone; every other code that the
    operation lists is one of its `errors`."""

    named: NamedOperation
    placement: Placement
    body: BodyMember
    answer: BodyMember
    successes: tuple[tuple[int, int], ...]
    errors: tuple[StatusCode, ...]
    found: tuple[Contradiction, ...]

    @property
    def id(self) -> str:
        """The id of the operation."""
        return self.named.id

    @property
    def title(self) -> str:
        """Method and path."""
        return f"{self.named.method} {self.named.path}"

    @property
    def request_examples(self) -> tuple[Example, ...]:
        """The examples of its request that are JSON."""
        return tuple(item for item in self.named.operation.request_examples if item.kind == "json")

    @property
    def response_examples(self) -> tuple[Example, ...]:
        """The examples of its answer that are JSON."""
        return tuple(item for item in self.named.operation.response_examples if item.kind == "json")


def described(document: Document) -> tuple[tuple[Described, ...], tuple[Contradiction, ...]]:
    """Every operation that is written, and what was found in the document on the way, operation by operation."""
    listed = inventory(document)
    items = tuple(_described(named, document) for named in listed.operations)
    return items, (*listed.found, *(replace(one, operation=item.id) for item in items for one in item.found))


def _described(named: NamedOperation, document: Document) -> Described:
    operation = named.operation
    placed = placement(named, document)
    body, in_body = nested(placed.body, operation.request_examples)
    body, beside_body = gathered(body, operation.request_examples)
    body, around_body = unwrapped(body, operation.request_examples)
    body, list_body = listed(body, operation.request_examples)
    answer, in_answer = nested(placed.answer, operation.response_examples)
    answer, beside_answer = gathered(answer, operation.response_examples)
    answer, around_answer = unwrapped(answer, operation.response_examples)
    answer, list_answer = listed(answer, operation.response_examples)
    item = Described(
        named=named,
        placement=placed,
        body=body,
        answer=answer,
        successes=_once((code, line) for code, line in operation.success_codes if 200 <= code <= 299),
        errors=_errors(named, document),
        found=(
            *placed.found,
            *(*in_body, *beside_body, *around_body, *list_body),
            *(*in_answer, *beside_answer, *around_answer, *list_answer),
        ),
    )
    return replace(item, found=(*item.found, *_of_words(item), *_of_codes(item)))


def _once(codes: Iterator[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    first: dict[int, int] = {}
    for code, line in codes:
        first.setdefault(code, line)
    return tuple(first.items())


def _errors(named: NamedOperation, document: Document) -> tuple[StatusCode, ...]:
    """The codes of its own table of errors, and those that it wrongly lists as successes."""
    phrases = {item.code: item.phrase for item in document.common.error_codes}
    listed = [item for item in named.operation.error_codes if not 200 <= item.code <= 299]
    misplaced = [
        StatusCode(code, phrases.get(code, ""), line, line)
        for code, line in named.operation.success_codes
        if not 200 <= code <= 299 and 100 <= code <= 599
    ]
    found: dict[int, StatusCode] = {}
    for item in (*listed, *misplaced):
        found.setdefault(item.code, item)
    return tuple(found.values())


def _of_words(item: Described) -> Iterator[Contradiction]:
    """What the words of each row do not agree in."""
    placed = item.placement
    for parameter in (*placed.parameters, *placed.answer_headers):
        yield from said(parameter.row).found
    for tree in (item.body, item.answer):
        for name, member in tree.every():
            if member.row is not None:
                yield from (replace(one, subject=name) for one in said(member.row).found)


def _of_codes(item: Described) -> Iterator[Contradiction]:
    operation = item.named.operation
    for code, line in operation.success_codes:
        if not 200 <= code <= 299:
            text = f"{code} is listed as a success of {item.title}"
            yield Contradiction(at(line), "failure as success", text, subject=str(code))
    for failure in operation.error_codes:
        if 200 <= failure.code <= 299:
            text = f"{failure.code} is listed as an error of {item.title}"
            yield Contradiction(at(failure.line), "success as error", text, subject=str(failure.code))
    if not item.successes:
        text = f"{item.title} names no status of a success"
        yield Contradiction(at(operation.line), "no success", text)
    for example in (*operation.request_examples, *operation.response_examples):
        if example.kind == "text":
            text = f"an example of {item.title} is no JSON"
            yield Contradiction(f"{example.first_line}-{example.last_line}", "unreadable example", text)
