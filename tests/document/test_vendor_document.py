"""The reader on the vendor's document, held to the lines of the inventory. It runs where that document is at hand."""

from __future__ import annotations

from conformance.document import ApiOperation, Document


def operation(document: Document, method: str) -> ApiOperation:
    return next(item for item in document.operations if item.method == method)


def test_it_finds_the_product_and_its_release(document: Document) -> None:
    assert (document.product_version, document.release_date, document.line_count) == ("6.0.2", "2025-05-23", 982)


def test_nothing_is_left_unread(document: Document) -> None:
    assert document.unread == ()


def test_it_recovers_all_ninety_rows(document: Document) -> None:
    assert sum(len(table.rows) for table in document.tables) + len(document.common.error_codes) == 90


def test_it_finds_the_five_operations_with_their_lines_and_codes(document: Document) -> None:
    found = [(item.method, item.path, item.uri_line, item.success_codes) for item in document.operations]
    assert found == [
        ("GET", "/v2/images", 487, ((200, 605),)),
        ("POST", "/v2/images", 619, ((201, 758),)),
        ("PATCH", "/v2/images/{image_id}", 773, ((200, 903),)),
        ("GET", "/v2/images/{image_id}/file", 919, ((200, 932),)),
        ("DELETE", "/v2/images/{image_id}", 942, ((204, 957),)),
    ]


def test_query_parameters_carry_type_and_line(document: Document) -> None:
    (table,) = document.operations[0].request_tables
    assert [(row.name, row.type, row.required, row.line) for row in table.rows] == [
        ("changes-since", "string", False, 493),
        ("name", "string", False, 495),
        ("status", "string", False, 497),
        ("sort-key", "string", False, 499),
        ("sort-dir", "string", False, 501),
        ("type", "string", False, 503),
        ("limit", "integer", False, 505),
    ]


def test_create_has_nine_members_and_twenty_one_answers(document: Document) -> None:
    create = operation(document, "POST")
    assert (len(create.request_rows), len(create.response_rows)) == (9, 21)
    assert [(row.name, row.type, row.line) for row in create.request_rows if row.name in {"min_disk", "name"}] == [
        ("min_disk", "string", 632),
        ("name", "integer", 636),
    ]


def test_error_codes_keep_phrases_that_were_wrapped(document: Document) -> None:
    codes = {item.code: (item.phrase, item.line) for item in document.common.error_codes}
    assert list(codes) == [300, 400, 401, 403, 404, 405, 406, 407, 408, 409, 500, 501, 502, 503, 504]
    assert codes[407] == ("Proxy Authentication Required", 443)
    assert codes[300] == ("multiple choices", 429)


def test_common_headers_keep_required_cells_that_were_wrapped(document: Document) -> None:
    table = document.common.request_parameters
    assert table is not None
    assert [(row.name, row.required, row.line, row.last_line) for row in table.rows] == [
        ("Host", False, 227, 241),
        ("Content-Type", True, 244, 250),
        ("Content-Length", False, 252, 252),
        ("X-Project-Id", False, 254, 254),
        ("X-Auth-Token", False, 256, 272),
    ]


def test_all_eight_json_examples_are_recovered_one_of_them_repaired(document: Document) -> None:
    examples = [item for item in document.examples if item.kind == "json"]
    assert [(item.first_line, item.last_line) for item in examples] == [
        (290, 329),
        (355, 404),
        (412, 424),
        (522, 601),
        (648, 662),
        (712, 754),
        (785, 793),
        (844, 899),
    ]
    assert [item.repaired for item in examples if item.repaired] == ["] inserted before the end of line 601"]


def test_strings_wrapped_over_lines_are_joined(document: Document) -> None:
    success = next(item for item in document.examples if item.first_line == 355)
    href = (
        "http://openstack.example.com/v2/6f70656e737461636b20342065766572/servers/f5dc173b-6804-445a-a6d8-c705dad5b5eb"
    )
    assert href == success.value["error"]["links"][0]["href"]


def test_the_patch_example_is_three_replaces(document: Document) -> None:
    example = operation(document, "PATCH").request_examples[0]
    assert [(item["path"], item["value"]) for item in example.value] == [
        ("/min_ram", 512),
        ("/min_disk", 1),
        ("/name", "fake_image1"),
    ]


def test_members_of_examples_know_their_line(document: Document) -> None:
    lines = operation(document, "POST").response_examples[0].lines
    assert (lines["/status"], lines["/updated_at"], lines["/checksum"]) == (714, 728, 744)


def test_preconditions_keep_their_lines(document: Document) -> None:
    assert [line for _, line in operation(document, "PATCH").preconditions] == [768, 770]


def test_the_delete_table_has_no_types(document: Document) -> None:
    (table,) = operation(document, "DELETE").request_tables
    assert [(row.name, row.type, row.required, row.line) for row in table.rows] == [("image_id", None, True, 946)]
