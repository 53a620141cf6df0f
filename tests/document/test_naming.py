"""Operations have ids of their own, whatever shares method, path or words with them."""

from __future__ import annotations

from document.described_documents import document_of, example_of, operation_of, row_of, table_of

from conformance.document import ApiOperation
from conformance.document.naming import inventory

ACTION = "/v2/servers/{server_id}/action"


def ids(*operations: ApiOperation) -> list[str]:
    return [item.id for item in inventory(document_of(*operations)).operations]


def kinds(*operations: ApiOperation) -> list[tuple[str, str, str]]:
    return [(item.kind, item.operation, item.subject) for item in inventory(document_of(*operations)).found]


def acting(key: str) -> ApiOperation:
    return operation_of("POST", ACTION, sent=[example_of({key: {}})], codes=[202])


def test_a_plural_of_a_noun_in_ss_loses_both_letters() -> None:
    assert ["resource_class.list", "process.list", "base.list"] == ids(
        *(operation_of("GET", f"/v2/{noun}") for noun in ("resource_classes", "processes", "bases"))
    )


def test_bodies_with_one_member_each_are_actions_named_after_it() -> None:
    assert ["server.act.reboot", "server.act.os-stop"] == ids(acting("reboot"), acting("os-stop"))
    assert kinds(acting("reboot"), acting("os-stop")) == []


def test_an_action_has_the_same_id_when_it_is_alone() -> None:
    assert ["server.act.reboot"] == ids(acting("reboot"))


def test_the_member_of_an_action_is_read_off_its_table_where_no_example_shows_it() -> None:
    asked = operation_of("POST", ACTION, asks=[table_of(row_of("resize", "object"), row_of("resize.flavor", depth=0))])
    assert ["server.act.reboot", "server.act.resize"] == ids(acting("reboot"), asked)


def test_an_operation_that_is_described_twice_alike_is_one() -> None:
    one = operation_of("GET", "/v2/servers")
    again = operation_of("GET", "/v2/servers")
    assert (["server.list"], []) == (ids(one, again), kinds(one, again))


def test_of_two_that_differ_the_first_is_written() -> None:
    one = operation_of("GET", "/v2/servers", codes=[200])
    other = operation_of("GET", "/v2/servers", codes=[204])
    found = inventory(document_of(one, other))
    assert [one] == [item.operation for item in found.operations]
    assert [("two operations", "server.list")] == [(item.kind, item.operation) for item in found.found]


def test_what_has_no_address_is_left_out() -> None:
    assert ["server.list"] == ids(
        operation_of("", ""), operation_of("GET", "/v2/servers"), operation_of("COPY", "/v2/x")
    )
    assert ["no address", "no address"] == [
        kind
        for kind, _, _ in kinds(operation_of("", ""), operation_of("GET", "/v2/servers"), operation_of("COPY", "/x"))
    ]


def test_of_equal_ids_the_shorter_path_keeps_it_wherever_it_stands() -> None:
    longer, shorter = operation_of("GET", "/v2/{tenant}/servers"), operation_of("GET", "/v2/servers")
    assert ["tenant.server.list", "server.list"] == ids(longer, shorter)
    assert ["server.list", "tenant.server.list"] == ids(shorter, longer)
    assert [("equal ids", "tenant.server.list", "")] == kinds(shorter, longer)


def test_versions_tell_equal_paths_apart() -> None:
    found = ids(operation_of("GET", "/v2/servers"), operation_of("GET", "/v3/servers"))
    assert found[0] == "server.list"
    assert len(set(found)) == 2


def test_a_parameter_of_another_name_is_the_first_ones() -> None:
    first, second = operation_of("GET", "/v2/servers/{id}"), operation_of("DELETE", "/v2/servers/{server_id}")
    assert [("renamed in path", "server.delete", "server_id")] == kinds(first, second)
