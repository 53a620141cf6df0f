"""Where a document contradicts itself."""

from __future__ import annotations

from conformance.document import Document
from conformance.document.contradictions import DEFAULTS, contradictions


def test_every_contradiction_of_the_small_document_is_found_once(library: Document) -> None:
    found = [(item.kind, item.lines) for item in contradictions(library)]
    assert found == [
        ("unused method", "23"),
        ("unknown method", "446"),
        ("rule of HTTP", "29"),
        ("foreign path", "76"),
        ("success as error", "82-90"),
        ("in no example", "48"),
        ("letter case", "113"),
        ("no failure", "113"),
        ("no own errors", "113"),
        ("no preconditions", "143"),
        ("spelling", "159, 165"),
        ("unknown parameter", "165"),
        ("broken example", "180-201"),
        ("placeholder", "172, 188"),
        ("open enumeration", "227"),
        ("type", "230, 242"),
        ("open enumeration", "256"),
        ("type", "258, 280"),
        ("null", "264, 286"),
        ("spelling", "268, 292"),
        ("in no table", "294"),
        ("no show", "219"),
        ("optional path", "321"),
        ("in no table", "327"),
        ("in no table", "327"),
        ("in no table", "327"),
        ("media type", "325"),
        ("placeholder", "335, 343"),
        ("no preconditions", "353"),
        ("no answer", "375"),
        ("no types", "387"),
        ("no preconditions", "377"),
        ("beside its owner", "420"),
        ("no preconditions", "404"),
        ("no preconditions", "438"),
        ("no preconditions", "468"),
    ]


def test_a_contradiction_says_what_disagrees_with_what(library: Document) -> None:
    texts = {item.lines: item.text for item in contradictions(library)}
    assert texts["159, 165"] == "the example writes page_size, the table writes page-size"
    assert texts["230, 242"] == "pages in the request of POST /v1/books is string, the example shows integer"
    assert texts["268, 292"] == "the table of the answer of POST /v1/books writes update_at, the example updated_at"


def test_a_contradiction_is_known_by_operation_kind_and_subject_when_lines_move(library: Document) -> None:
    found = {item.lines: (item.operation, item.kind, item.subject) for item in contradictions(library)}
    assert found["23"] == ("", "unused method", "OPTIONS")
    assert found["159, 165"] == ("book.list", "spelling", "page_size")
    assert found["321"] == ("book.patch", "optional path", "book_id")
    assert found["420"] == ("reader.list", "beside its owner", "readers")


def test_every_contradiction_says_what_the_specs_do(library: Document) -> None:
    assert {item.default for item in contradictions(library)} <= set(DEFAULTS.values())
    assert next(item.default for item in contradictions(library) if item.kind == "optional path") == (
        "the parameter of the path is required"
    )
