"""Examples: doubled glyphs, strings wrapped over lines, a bracket that is missing, the line of each member."""

from __future__ import annotations

import pytest

from conformance.document import Document, Example
from conformance.document.examples import is_request_line, read_json, read_request
from conformance.document.lines import Line


def lines(*texts: str) -> list[Line]:
    return [Line(number, 1, text.strip(), text) for number, text in enumerate(texts, start=1)]


def example(document: Document, line: int) -> Example:
    return next(item for item in document.examples if item.first_line == line)


def test_json_that_was_printed_twice_is_read_with_the_line_of_each_member(library: Document) -> None:
    found = example(library, 238)
    assert found.value == {"title": "Tea", "pages": 120, "kind": "poetry"}
    assert (found.kind, found.last_line, found.repaired) == ("json", 246, None)
    assert found.lines == {"/title": 240, "/pages": 242, "/kind": 244}


def test_a_string_wrapped_over_lines_is_joined(library: Document) -> None:
    assert example(library, 94).value["error"]["message"] == "There is no such book on any of our shelves."


def test_a_missing_bracket_is_put_in_and_said(library: Document) -> None:
    found = example(library, 180)
    assert found.repaired == "] inserted before the end of line 201"
    assert found.value == {
        "total": 2,
        "books": [{"id": "book-one", "title": "Tea"}, {"id": "book-two", "title": "Rain"}],
    }
    assert [found.lines[pointer] for pointer in ("/books", "/books/0/id", "/books/1", "/books/1/id")] == [
        184,
        188,
        194,
        195,
    ]


def test_items_of_a_list_know_their_line(library: Document) -> None:
    found = example(library, 325)
    assert found.value == [{"op": "replace", "path": "/title", "value": "Green tea"}]
    assert (found.lines["/0"], found.lines["/0/op"]) == (327, 327)


def test_a_request_is_read_with_its_headers(library: Document) -> None:
    found = example(library, 76)
    assert found.text == "POST https://login.library.example/v3/auth/cards\nAccept: application/json"
    assert (found.kind, found.last_line) == ("request", 78)


def test_a_request_that_was_printed_twice_as_a_whole_is_read_once_and_to_its_end() -> None:
    found, at = read_request(lines("GET /v1/books?page=1&auGET /v1/books?page=1&au", "thor=Luthor=Lu", "X-Trace: 1"), 0)
    assert (found.text, at) == ("GET /v1/books?page=1&author=Lu\nX-Trace: 1", 3)
    found, at = read_request(lines("GET /v1/books?page=1&au", "thor=Luthor=Lu"), 0)
    assert (found.text, at) == ("GET /v1/books?page=1&au", 1)


def test_a_request_ends_at_what_is_no_header() -> None:
    found, at = read_request(lines("GET /v1/books", "X-Trace: 1", "响应消息"), 0)
    assert (found.text, at) == ("GET /v1/books\nX-Trace: 1", 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("GET /v1/books", True),
        ("DELETE  /v1/books/1", True),
        ("GETGET  //v1v1", True),
        ("GET books", False),
        ("取得 /v1/books", False),
    ],
)
def test_a_request_line_is_a_method_and_a_url(text: str, wanted: bool) -> None:
    assert is_request_line(lines(text)[0]) is wanted


def test_clean_json_is_read_as_it_stands() -> None:
    found, at, problem = read_json(lines("{", '  "a": [1, 2]', "}", "after"), 0)
    assert (found.value, at, problem) == ({"a": [1, 2]}, 3, None)


def test_an_empty_list_within_a_list_is_not_taken_for_print_in_double() -> None:
    assert read_json(lines('{"a": [[]]}'), 0)[0].value == {"a": [[]]}


def test_what_is_no_json_is_kept_as_text_and_told() -> None:
    found, at, problem = read_json(lines("{", "nothing of the kind", "}"), 0)
    assert (found.kind, found.value, at) == ("text", None, 3)
    assert problem is not None
    assert problem.startswith("the example that begins here is no JSON")


def test_an_example_that_never_closes_ends_with_what_stands_under_its_heading() -> None:
    found, at, _ = read_json(lines("{", '"a": 1'), 0)
    assert (found.value, found.repaired, at) == ({"a": 1}, "} inserted before the end of line 2", 2)
