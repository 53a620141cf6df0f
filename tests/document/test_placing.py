"""Each row of a request and of an answer is in its place."""

from __future__ import annotations

from document.described_documents import document_of, operation_of, row_of, table_of

from conformance.document import Table
from conformance.document.described import Described, described
from conformance.document.model import Position


def only(method: str, path: str, *asks: Table, answers: tuple[Table, ...] = ()) -> Described:
    (item,), _ = described(document_of(operation_of(method, path, asks=asks, answers=answers)))
    return item


def places(item: Described) -> list[tuple[str, str]]:
    body = [(name, "body") for name, _ in item.body.every()]
    return [*((placed.row.name, str(placed.place)) for placed in item.placement.parameters), *body]


def kinds(item: Described) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in item.found]


def test_a_row_goes_where_its_column_says_then_its_table_then_the_path_then_the_method() -> None:
    rows = table_of(
        row_of("id"), row_of("X-Mark", place=Position.HEADER), row_of("dry", place=Position.QUERY), row_of("name")
    )
    assert [("id", "path"), ("X-Mark", "header"), ("dry", "query"), ("name", "body")] == places(
        only("PUT", "/a/{id}", rows)
    )
    assert [("name", "query")] == places(only("GET", "/a", table_of(row_of("name"))))
    assert [("name", "query")] == places(only("POST", "/a", table_of(row_of("name"), place=Position.QUERY)))


def test_a_parameter_of_the_path_without_a_row_is_told() -> None:
    item = only("GET", "/a/{id}")
    assert (("id",), [("path without row", "id")]) == (item.placement.missing, kinds(item))


def test_a_row_of_the_path_that_is_spelled_otherwise_is_the_one_of_the_path() -> None:
    item = only("GET", "/a/{image_id}", table_of(row_of("image-id"), place=Position.PATH))
    assert ([("image_id", "path")], [("spelling", "image-id")]) == (places(item), kinds(item))


def test_a_row_of_the_path_that_the_path_does_not_have() -> None:
    under_the_address = only("GET", "/a", table_of(row_of("limit"), place=Position.PATH))
    assert ([("limit", "query")], [("not in the path", "limit")]) == (
        places(under_the_address),
        kinds(under_the_address),
    )
    in_its_column = only("GET", "/a", table_of(row_of("limit", place=Position.PATH)))
    assert ([], ["limit"]) == (places(in_its_column), [row.name for row in in_its_column.placement.left_out])


def test_equal_rows_are_one_and_of_others_the_first_is_written() -> None:
    alike = only("GET", "/a", table_of(row_of("name", text="x"), row_of("name", text="x")))
    assert ([("name", "query")], []) == (places(alike), kinds(alike))
    assert len(alike.placement.parameters[0].rows) == 2
    other = only("GET", "/a", table_of(row_of("name", "string"), row_of("name", "integer")))
    assert ([("name", "query")], [("two rows", "name")]) == (places(other), kinds(other))
    assert other.placement.parameters[0].row.type == "string"


def test_a_row_in_two_places_is_in_both() -> None:
    item = only(
        "PUT", "/a/{id}", table_of(row_of("id"), place=Position.PATH), table_of(row_of("id"), place=Position.BODY)
    )
    assert ([("id", "path"), ("id", "body")], [("two places", "id")]) == (places(item), kinds(item))


def test_a_header_that_http_rules_is_no_parameter() -> None:
    item = only("GET", "/a", table_of(row_of("Accept"), row_of("X-Mark"), place=Position.HEADER))
    assert ([("X-Mark", "header")], [("reserved header", "Accept")]) == (places(item), kinds(item))
    assert [row.name for row in item.placement.reserved] == ["Accept"]


def test_headers_of_an_answer_are_no_members() -> None:
    item = only("GET", "/a", answers=(table_of(row_of("X-Count", place=Position.HEADER), row_of("name")),))
    assert (["X-Count"], ["name"]) == (
        [placed.row.name for placed in item.placement.answer_headers],
        [name for name, _ in item.answer.every()],
    )
