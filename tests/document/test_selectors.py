"""Operations that only a value tells apart are left out, and others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from document.described_documents import document_of, example_of, operation_of, row_of, table_of

from conformance.document import ApiOperation
from conformance.document.model import Row
from conformance.document.naming import inventory


def found(*operations: ApiOperation) -> tuple[list[str], list[tuple[str, str]]]:
    """The ids that are written, and (kind, subject) of what was found."""
    result = inventory(document_of(*operations))
    return [item.id for item in result.operations], [(item.kind, item.subject) for item in result.found]


def asking(path: str, row: Row, *, method: str = "POST", code: int = 200) -> ApiOperation:
    return operation_of(method, path, asks=[table_of(row, row_of("size", "integer"))], codes=[code])


def told(*values: str) -> tuple[list[str], list[tuple[str, str]]]:
    return [], [("told by a value", value) for value in values]


@pytest.mark.parametrize(
    "rows",
    [
        [row_of("Action", text=f"系统参数。取值：{value}。") for value in ("Grow", "Shrink")],
        [row_of("Action", text="要做的事。", example=value) for value in ("Grow", "Shrink")],
        [row_of("op", text=f"固定为“{value}”") for value in ("Grow", "Shrink")],
        [row_of("Action", text=f"The operation. Must be {value}.") for value in ("Grow", "Shrink")],
    ],
)
@pytest.mark.parametrize("path", ["/", "/v1/disks/{disk_id}/action"])
def test_operations_whose_rows_allow_one_value_each_are_left_out(path: str, rows: list[Row]) -> None:
    assert told("Grow", "Shrink") == found(*(asking(path, row) for row in rows))


def test_the_value_may_stand_in_the_examples() -> None:
    lines = [example_of(None, "request", f"POST /?Action={value}&Size=1") for value in ("Grow", "Shrink")]
    bodies = [example_of({"action": value, "size": 1}) for value in ("grow", "shrink")]
    assert told("Grow", "Shrink") == found(*(operation_of("POST", "/", sent=[line]) for line in lines))
    assert told("grow", "shrink") == found(*(operation_of("POST", "/v1/disks", sent=[body]) for body in bodies))


def test_the_value_may_stand_in_the_address() -> None:
    operations = [operation_of("GET", "/") for _ in range(2)]
    lines = {
        item.uri_line: f"GET /?Action={value} HTTP/1.1"
        for item, value in zip(operations, ("List", "Show"), strict=True)
    }
    assert () == inventory(replace(document_of(*operations), lines=lines)).operations


def test_at_an_address_without_a_noun_one_alone_is_left_out() -> None:
    only = asking("/v1", row_of("Action", text="取值：Grow。"))
    other = operation_of("GET", "/v1/disks")
    assert (["disk.list"], [("told by a value", "Grow")]) == found(only, other)


def test_what_is_alone_below_a_noun_or_allows_more_is_written() -> None:
    several = row_of("action", text="取值：grow、shrink。")
    assert (["disk.create"], []) == found(asking("/v1/disks", row_of("action", text="取值：grow。")))
    assert (["create"], []) == found(asking("/", several))
    assert (["show"], []) == found(operation_of("GET", "/{id}", asks=[table_of(row_of("size", text="取值：large。"))]))


@pytest.mark.parametrize("text", ["默认值为{}。", "名字，最小值为{}。", "如{}。", "名字{}", "取值：{}、other。"])
def test_a_default_or_a_word_of_two_is_no_value_that_tells(text: str) -> None:
    one, other = (
        asking("/v1/disks", row_of("kind", text=text.format(word)), code=code)
        for word, code in (("a", 200), ("b", 202))
    )
    assert (["disk.create"], [("two operations", "")]) == found(one, other)


def test_what_has_no_value_stays_where_others_are_left_out() -> None:
    plain = operation_of("POST", "/v1/disks", asks=[table_of(row_of("name"))])
    telling = [asking("/v1/disks", row_of("action", text=f"取值：{value}。")) for value in ("grow", "shrink")]
    assert (["disk.create"], [("told by a value", "grow"), ("told by a value", "shrink")]) == found(*telling, plain)
