"""The document becomes OpenAPI, one description for each service, before any ruling."""

from __future__ import annotations

from typing import Any

import pytest
from document.described_documents import document_of, example_of, operation_of, row_of, table_of

from conformance.contract.openapi import schema_of, service_specs
from conformance.document import Common, Document
from conformance.document.contradictions import contradictions
from conformance.document.naming import operation_id
from conformance.document.nouns import nouns

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def specs(library: Document) -> dict[str, Spec]:
    return service_specs(library)


def schema(specs: dict[str, Spec], path: str, method: str, status: str) -> Spec:
    service = nouns(path)[0]
    found: Spec = specs[service]["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return found


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/v2/servers", "server.list"),
        ("POST", "/v2/servers", "server.create"),
        ("PATCH", "/v2/servers/{id}", "server.patch"),
        ("GET", "/v1/policies", "policy.list"),
        ("GET", "/v1/access", "access.list"),
        ("GET", "/v2/servers/{id}/members", "server.member.list"),
        ("DELETE", "/v2.1/servers/{id}/tags/{tag}", "server.tag.delete"),
        ("OPTIONS", "/v2/servers", "server.options"),
    ],
)
def test_ids_are_made_of_path_and_method(method: str, path: str, wanted: str) -> None:
    assert wanted == operation_id(method, path)


def test_what_is_no_json_below_a_resource_is_loaded_down_or_up() -> None:
    assert operation_id("GET", "/v2/servers/{id}/file", json_answer=False) == "server.download"
    assert operation_id("PUT", "/v2/servers/{id}/file", json_answer=False) == "server.upload"


def test_a_section_is_a_service_and_what_only_an_example_calls_is_identity(specs: dict[str, Spec]) -> None:
    assert {name: list(spec["paths"]) for name, spec in specs.items()} == {
        "book": ["/v1/books", "/v1/books/{book_id}", "/v1/books/{book_id}/text"],
        "reader": ["/v1/readers", "/v1/readers/{reader_card}"],
        "identity": ["/v3/auth/cards"],
    }


def test_the_common_part_stands_in_the_first_spec_alone(specs: dict[str, Spec]) -> None:
    assert [name for name, spec in specs.items() if "x-common" in spec] == ["book"]
    common = specs["book"]["x-common"]
    assert [row["name"] for row in common["request-headers"]] == ["Content-Type", "X-Auth-Token"]
    assert [row["required"] for row in common["request-headers"]] == [True, False]
    assert [row["code"] for row in common["error-codes"]] == [300, 400, 401, 404, 409, 413, 500]


def test_a_service_needs_a_token_and_the_login_does_not(specs: dict[str, Spec]) -> None:
    assert {name: "security" in spec for name, spec in specs.items()} == {
        "book": True,
        "reader": True,
        "identity": False,
    }


def test_the_head_names_the_edition(specs: dict[str, Spec], library: Document) -> None:
    assert specs["reader"]["info"] == {
        "title": "EasyStack Reader API",
        "version": "1.2",
        "x-release-date": "2031-02-03",
        "x-document": {"sha256": library.sha256, "lines": 494},
    }


def test_rows_of_a_get_are_parameters(specs: dict[str, Spec]) -> None:
    assert specs["book"]["paths"]["/v1/books"]["get"]["parameters"] == [
        {"name": "author", "in": "query", "required": False, "schema": {"type": "string"}, "x-source": [[157, 157]]},
        {
            "name": "page-size",
            "in": "query",
            "required": False,
            "schema": {"type": "integer", "exclusiveMinimum": 0},
            "x-source": [[159, 161]],
        },
    ]


def test_a_parameter_of_the_path_is_required_whatever_the_document_says(specs: dict[str, Spec]) -> None:
    (parameter,) = specs["book"]["paths"]["/v1/books/{book_id}"]["patch"]["parameters"]
    assert parameter == {
        "name": "book_id",
        "in": "path",
        "required": True,
        "x-document-required": False,
        "schema": {"type": "string", "format": "uuid"},
        "x-source": [[321, 321]],
    }


def test_rows_of_a_post_are_the_members_of_its_body(specs: dict[str, Spec]) -> None:
    body = specs["book"]["paths"]["/v1/books"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"] == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "x-source": [[225, 225]]},
            "kind": {"type": "string", "x-document-type": "enum", "x-source": [[227, 227]]},
            "pages": {"type": "string", "x-source": [[230, 230]]},
            "weight": {"type": "integer", "x-unit": "G", "exclusiveMinimum": 0, "x-source": [[232, 232]]},
        },
        "required": ["title"],
    }
    assert (body["required"], body["x-source"]) == (True, [[225, 232]])


def test_a_body_without_a_table_is_read_off_its_example(specs: dict[str, Spec]) -> None:
    body = specs["book"]["paths"]["/v1/books/{book_id}"]["patch"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["type"] == "array"
    assert list(body["content"]["application/json"]["schema"]["items"]["properties"]) == ["op", "path", "value"]
    assert body["x-source"] == [[325, 329]]


def test_every_member_of_an_answer_is_promised(specs: dict[str, Spec]) -> None:
    answer = schema(specs, "/v1/books", "post", "201")
    assert answer["required"] == list(answer["properties"])
    assert answer["properties"]["weight"] == {"type": ["integer", "null"], "x-unit": "G", "x-source": [[260, 260]]}
    assert answer["properties"]["self"] == {"type": "string", "format": "uri-reference", "x-source": [[266, 266]]}
    assert answer["properties"]["update_at"] == {"type": "string", "format": "date-time", "x-source": [[268, 268]]}


def test_a_dotted_name_nests_in_the_items_of_a_list(specs: dict[str, Spec]) -> None:
    answer = schema(specs, "/v1/books", "get", "200")
    assert answer["required"] == ["books", "total"]
    assert answer["properties"]["books"]["items"] == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid", "x-source": [[172, 172]]},
            "title": {"type": "string", "x-source": [[174, 174]]},
        },
        "required": ["id", "title"],
    }


def test_an_answer_without_a_table_has_no_body(specs: dict[str, Spec]) -> None:
    responses = specs["book"]["paths"]["/v1/books/{book_id}"]["delete"]["responses"]
    assert responses["204"] == {"description": "Success.", "x-source": [[400, 400]]}


def test_every_operation_refers_to_every_error_code(specs: dict[str, Spec]) -> None:
    codes = {"300", "400", "401", "404", "409", "413", "500"}
    for spec in specs.values():
        for path in spec["paths"].values():
            for operation in path.values():
                assert codes <= operation["responses"].keys()


def test_the_error_object_is_the_example_whose_code_is_documented(specs: dict[str, Spec]) -> None:
    envelope = specs["book"]["components"]["schemas"]["Error"]
    assert envelope["properties"]["error"]["properties"] == {
        "code": {"type": "integer"},
        "title": {"type": "string"},
        "message": {"type": "string"},
    }
    assert envelope["x-source"] == [[94, 108]]


def test_a_call_that_an_example_shows_has_the_body_whose_member_its_path_names(specs: dict[str, Spec]) -> None:
    operation = specs["identity"]["paths"]["/v3/auth/cards"]["post"]
    assert (operation["operationId"], operation["x-source"]) == ("auth.card.create", [[76, 78]])
    assert operation["requestBody"]["x-source"] == [[54, 72]]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["required"] == ["auth"]


def test_examples_keep_their_lines(specs: dict[str, Spec]) -> None:
    example = specs["book"]["paths"]["/v1/books"]["post"]["requestBody"]["x-examples"][0]
    assert example == {
        "value": {"title": "Tea", "pages": 120, "kind": "poetry"},
        "x-source": [[238, 246]],
        "x-lines": {"/title": 240, "/pages": 242, "/kind": 244},
    }


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, {"type": "null"}),
        (True, {"type": "boolean"}),
        (1, {"type": "integer"}),
        (1.5, {"type": "number"}),
        ("x", {"type": "string"}),
        ([], {"type": "array"}),
        ([1], {"type": "array", "items": {"type": "integer"}}),
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
    ],
)
def test_the_schema_of_an_example_is_the_narrowest_simple_one(value: Any, wanted: Spec) -> None:
    assert wanted == schema_of(value)


def test_a_body_whose_examples_are_lists_of_what_its_table_has_is_a_list() -> None:
    def found(*shown: Any) -> tuple[str, list[str]]:
        get = operation_of("GET", "/v2/disks", answers=[table_of(row_of("id"))], shown=map(example_of, shown))
        document = document_of(get)
        answer = service_specs(document)["disk"]["paths"]["/v2/disks"]["get"]["responses"]["200"]
        kinds = [item.kind for item in contradictions(document) if item.kind in {"type", "list around"}]
        return answer["content"]["application/json"]["schema"]["type"], kinds

    assert found([{"id": "a"}]) == ("array", ["list around"])
    assert found([{"id": "a"}], {"id": "a"}) == ("object", ["type"])
    assert found(["a"]) == ("object", ["type"])
    assert found({"id": "a"}) == ("object", [])


def test_a_patch_whose_example_is_a_list_of_what_its_table_has_takes_a_list() -> None:
    patch = operation_of(
        "PATCH",
        "/v2/disks/{id}",
        asks=[table_of(row_of("op", required=True), row_of("path"))],
        sent=[example_of([{"op": "remove", "path": "/a"}])],
    )
    body = service_specs(document_of(patch))["disk"]["paths"]["/v2/disks/{id}"]["patch"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert (schema["type"], list(schema["items"]["properties"])) == ("array", ["op", "path"])


def test_calls_of_the_common_part_have_ids_of_their_own_and_one_path_for_each_shape() -> None:
    calls = (
        "GET https://a.example/v2/parts",
        "GET https://a.example/v1/parts",
        "GET https://a.example/v2/disks/{other}",
    )
    examples = tuple(example_of(None, "request", text) for text in calls)
    common = Common(None, None, None, (), examples, ())
    document = document_of(operation_of("GET", "/v2/disks/{id}"), common=common)
    paths = service_specs(document)["identity"]["paths"]
    assert {path: item["get"]["operationId"] for path, item in paths.items()} == {
        "/v2/parts": "part.list",
        "/v1/parts": "v1.parts.list.get",
    }
