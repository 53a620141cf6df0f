"""What holds for every operation: common parameters, methods, error codes, examples of failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conformance.document.lines import Line
from conformance.document.model import Common, Heading, Table
from conformance.document.outline import Head
from conformance.document.passages import Passage, read_passage
from conformance.document.tally import Tally

__all__ = ["read_common"]


def read_common(pieces: Sequence[tuple[int, Sequence[Line]]], heads: Mapping[int, Head], tally: Tally) -> Common:
    """The common part, from the pieces of the document that are no operation's: (index of the first line, lines)."""
    tally.operation = ""
    headings: list[Heading] = []
    found: dict[str, Passage] = {}
    for offset, lines in pieces:
        spans: list[tuple[str, list[Line]]] = [("", [])]
        for at, line in enumerate(lines, start=offset):
            head = heads.get(at)
            name = head.common if head is not None else ""
            if head is not None and (name or head.sure):
                tally.mark([line])
                spans.append((name, []))
                if name:
                    headings.append(Heading(line.text, line.number, line.number))
            else:
                spans[-1][1].append(line)
                if spans[-1][0]:
                    headings[-1] = replace(headings[-1], last_line=line.number)
        for name, span in spans:
            found.setdefault(name, Passage()).take(read_passage(span, name, tally))
    empty = Passage()
    codes = found.get("error-codes", empty)
    return Common(
        request_parameters=_first(found.get("common-request-parameters")),
        response_parameters=_first(found.get("common-response-parameters")),
        methods=_first(found.get("methods")),
        error_codes=tuple(codes.codes),
        examples=tuple(
            sorted(
                (example for name, part in found.items() if name for example in part.examples),
                key=lambda example: example.first_line,
            )
        ),
        headings=tuple(headings),
    )


def _first(part: Passage | None) -> Table | None:
    return part.tables[0] if part is not None and part.tables else None
