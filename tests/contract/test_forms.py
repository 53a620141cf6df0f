"""Forms of documents, each as the OpenAPI that it becomes, and as the contract that is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from document.described_documents import document_of, example_of, operation_of, row_of, table_of

from conformance.contract.extraction import extract
from conformance.contract.openapi import service_specs
from conformance.contract.specs import load_contract
from conformance.document import ApiOperation, Common, Document, StatusCode
from conformance.document.contradictions import contradictions
from conformance.document.model import Position
from conformance.model.contract import Contract

CODES = (StatusCode(404, "Not Found", 3, 3), StatusCode(409, "Conflict", 4, 4))
COMMON = Common(None, None, None, CODES, (), ())


def written(*operations: ApiOperation, common: Common = COMMON) -> dict[str, Any]:
    (spec,) = service_specs(document_of(*operations, common=common)).values()
    return spec


def loaded(document: Document, place: Path) -> Contract:
    extract(document, place, lambda requirements: {item.id: ("x",) for item in requirements})
    return load_contract(place)


def kinds(*operations: ApiOperation) -> set[tuple[str, str]]:
    return {(item.kind, item.subject) for item in contradictions(document_of(*operations, common=COMMON))}


def test_only_2xx_is_a_success_and_the_rest_are_errors_of_the_operation(tmp_path: Path) -> None:
    operation = operation_of("GET", "/v2/servers", codes=[200, 404, 410], errors=[413])
    item = written(operation)["paths"]["/v2/servers"]["get"]
    assert list(item["responses"]) == ["200", "404", "409", "413", "410"]
    assert item["responses"]["404"] == {"$ref": "#/components/responses/Error404"}
    assert [(error["code"], error["phrase"]) for error in item["x-errors"]] == [
        (413, "Phrase"),
        (404, "Not Found"),
        (410, ""),
    ]
    assert {("failure as success", "404"), ("failure as success", "410")} <= kinds(operation)
    contract = loaded(document_of(operation, common=COMMON), tmp_path)
    assert list(contract.operations["server.list"].errors) == [413, 404, 410]
    assert [spec.status for spec in contract.operations["server.list"].responses] == [200]
    assert [name for name in contract.requirements if ".response." in name] == ["server.list.response.200"]


def test_an_operation_without_a_success_promises_no_status(tmp_path: Path) -> None:
    operation = operation_of("GET", "/v2/servers", answers=[table_of(row_of("servers", "array"))], codes=[])
    assert "servers" in str(written(operation)["paths"]["/v2/servers"]["get"]["responses"]["2XX"])
    assert ("no success", "") in kinds(operation)
    assert loaded(document_of(operation), tmp_path).operations["server.list"].responses == ()


def test_actions_share_a_body_and_are_operations_each(tmp_path: Path) -> None:
    path = "/v2/servers/{server_id}/action"
    reboot = operation_of(
        "POST",
        path,
        asks=[table_of(row_of("reboot", "object", True), row_of("reboot.type", "string", True, "取值为SOFT或HARD。"))],
        codes=[202],
    )
    stop = operation_of("POST", path, asks=[table_of(row_of("stop", "null", True))], codes=[202])
    item = written(reboot, stop)["paths"][path]["post"]
    schemas = item["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert [["reboot"], ["stop"]] == [schema["required"] for schema in schemas]
    assert schemas[0]["properties"]["reboot"]["properties"]["type"]["enum"] == ["SOFT", "HARD"]
    contract = loaded(document_of(reboot, stop), tmp_path)
    assert ["server.act.reboot", "server.act.stop"] == list(contract.operations)
    assert contract.operations["server.act.stop"].path == path
    assert contract.actions(contract.operations["server.act.stop"]) == {
        "reboot": "server.act.reboot",
        "stop": "server.act.stop",
    }
    assert "server.act.reboot.body.reboot" in contract.requirements


def test_what_the_example_of_the_document_breaks_binds_nobody_until_the_errata_say_so() -> None:
    rows = table_of(
        row_of("disk", "object", True),
        row_of("disk.kind", "string", False, "取值为ssd或hdd。"),
        row_of("disk.size", "integer", False, "最小值为10，最大值为20。"),
        row_of("disk.name", "string", False, "最大长度为3个字符，最小长度为1个字符。"),
    )

    def members(shown: Any) -> dict[str, Any]:
        create = operation_of("POST", "/v2/disks", asks=[rows], sent=[example_of({"disk": shown})])
        body = written(create)["paths"]["/v2/disks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        found = body["properties"]["disk"]["properties"]
        kept = ("enum", "minimum", "maximum", "minLength", "maxLength", "x-unbound")
        return {name: {word: node[word] for word in kept if word in node} for name, node in found.items()}

    held = {
        "kind": {"enum": ["ssd", "hdd"]},
        "size": {"minimum": 10, "maximum": 20},
        "name": {"minLength": 1, "maxLength": 3},
    }
    assert held == members({"kind": "ssd", "size": 10, "name": "a"})
    assert held == members({"kind": None, "size": "50"}), "of another type: a contradiction of its own"
    assert members({"kind": "tape", "size": 21, "name": "long"}) == {
        "kind": {"x-unbound": {"enum": ["ssd", "hdd"]}},
        "size": {"minimum": 10, "x-unbound": {"maximum": 20}},
        "name": {"minLength": 1, "x-unbound": {"maxLength": 3}},
    }


def test_one_item_of_a_list_that_breaks_what_its_row_says_takes_that_from_all() -> None:
    rows = table_of(row_of("disks", "array of objects"), row_of("disks.size", "integer", None, "最大值为20。"))
    shown = [example_of({"disks": [{"size": 1}, {"size": 21}]})]
    item = written(operation_of("GET", "/v2/disks", answers=[rows], shown=shown))["paths"]["/v2/disks"]["get"]
    answer = item["responses"]["200"]["content"]["application/json"]["schema"]
    size = answer["properties"]["disks"]["items"]["properties"]["size"]
    assert ("maximum" in size, size["x-unbound"]) == (False, {"maximum": 20})


def test_nested_members_are_required_where_their_rows_say_so() -> None:
    asked = table_of(
        row_of("server", "object", True),
        row_of("name", "string", True, depth=1),
        row_of("key", "string", False, depth=1),
    )
    answered = table_of(
        row_of("servers", "array of objects"),
        row_of("servers.id"),
        row_of("servers.fault", "object", None, "仅当出错时返回。"),
    )
    path = written(operation_of("POST", "/v2/servers", asks=[asked], answers=[answered], codes=[202]))["paths"][
        "/v2/servers"
    ]["post"]
    body = path["requestBody"]["content"]["application/json"]["schema"]
    assert (["server"], ["name"]) == (body["required"], body["properties"]["server"]["required"])
    answer = path["responses"]["202"]["content"]["application/json"]["schema"]
    assert (["servers"], ["id"]) == (answer["required"], answer["properties"]["servers"]["items"]["required"])


def test_what_a_microversion_brings_or_what_is_not_always_there_is_not_promised() -> None:
    rows = table_of(row_of("id"), row_of("locked", "boolean", since="2.9"), row_of("host", required=False))
    spec = written(operation_of("GET", "/v2/servers/{server_id}", answers=[rows]))
    answer = spec["paths"]["/v2/servers/{server_id}"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert ["id"] == answer["required"]
    assert answer["properties"]["locked"]["x-since"] == "2.9"


def test_marks_of_operations_and_parameters_are_openapis() -> None:
    asked = table_of(row_of("all", deprecated=True, since="2.1"))
    item = written(operation_of("GET", "/v2/servers", asks=[asked], deprecated=True, since="2.3"))["paths"][
        "/v2/servers"
    ]["get"]
    assert (True, "2.3") == (item["deprecated"], item["x-since"])
    (parameter,) = item["parameters"]
    assert (True, "2.1", {"type": "string", "x-document-type": None}.keys() - {"x-document-type"}) == (
        parameter["deprecated"],
        parameter["x-since"],
        parameter["schema"].keys(),
    )


def test_headers_of_an_answer_are_promised_unless_their_row_says_no(tmp_path: Path) -> None:
    rows = table_of(row_of("X-Count"), row_of("X-Rare", required=False), place=Position.HEADER)
    contract = loaded(document_of(operation_of("GET", "/v2/servers", answers=[rows])), tmp_path)
    assert ("X-Count",) == contract.operations["server.list"].responses[0].headers


def test_an_answer_that_an_example_alone_shows_is_an_object_and_no_more() -> None:
    spec = written(operation_of("GET", "/v2/servers", shown=[example_of({"servers": []})]))
    assert spec["paths"]["/v2/servers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] == {
        "type": "object"
    }


def test_nothing_is_sent_with_204() -> None:
    rows = [table_of(row_of("id"))]
    responses = written(operation_of("PUT", "/v2/servers/{server_id}", answers=rows, codes=[200, 204]))["paths"][
        "/v2/servers/{server_id}"
    ]["put"]["responses"]
    assert (True, False) == ("content" in responses["200"], "content" in responses["204"])


def test_a_document_without_a_version_or_a_common_part_is_written(tmp_path: Path) -> None:
    document = document_of(operation_of("GET", "/v2/servers"), version="")
    contract = loaded(document, tmp_path)
    assert ("unversioned", {}, {"type": "object"}) == (contract.version, contract.error_codes, contract.envelope)
    assert ("no version", "") in {(item.kind, item.subject) for item in contradictions(document)}


def test_the_call_that_gives_a_token_stands_with_the_identity_chapter(tmp_path: Path) -> None:
    call = example_of(None, "request", "POST https://host:5000/v3/auth/tokens")
    common = Common(None, None, None, (), (call, example_of({"auth": {"identity": {}}})), ())
    document = document_of(operation_of("GET", "/v3/users"), common=common)
    assert ["/v3/users", "/v3/auth/tokens"] == list(service_specs(document)["identity"]["paths"])
    contract = loaded(document, tmp_path)
    assert {"user.list": True, "auth.token.create": False} == {
        name: item.secured for name, item in contract.operations.items()
    }


def test_one_document_has_a_spec_for_each_service() -> None:
    paths = (
        "/v2.1/servers",
        "/v2.1/flavors",
        "/v3/{project_id}/volumes",
        "/v2.0/ports",
        "/v2/images",
        "/v3/users",
        "/v1/things",
    )
    specs = service_specs(document_of(*(operation_of("GET", path) for path in paths)))
    assert ["compute", "block-storage", "network", "image", "identity"] == list(specs)
    assert ["compute"] == [name for name, spec in specs.items() if "x-common" in spec]


def test_a_title_names_the_service_where_the_paths_do_not() -> None:
    assert ["compute"] == list(service_specs(document_of(operation_of("GET", "/v1/things"), title="云主机")))
    assert ["thing"] == list(service_specs(document_of(operation_of("GET", "/v1/things"), title="东西")))
