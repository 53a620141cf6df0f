"""Tables whose cells are known: columns in any order, depth by inset, what is not known kept apart."""

from __future__ import annotations

from conformance.document.grids import read_grid
from conformance.document.lines import Cell, Grid, Line, Source
from conformance.document.model import Position, Row, Table
from conformance.document.tally import Tally


def grid(*rows: tuple[str, ...], indents: tuple[int, ...] = ()) -> Grid:
    cells = tuple(
        tuple(Cell(text, at, at, indents[at - 1] if indents and not column else 0) for column, text in enumerate(row))
        for at, row in enumerate(rows, start=1)
    )
    return Grid(cells, 1, len(rows))


def tally(given: Grid) -> Tally:
    lines = tuple(Line(row[0].line, 1, "x", "x") for row in given.rows)
    return Tally(Source(lines, "", len(lines), grids=(given,)))


def read(given: Grid) -> tuple[Table, Tally]:
    seen = tally(given)
    found = read_grid(given, 1, seen)
    assert found is not None
    return found[0], seen


def test_each_column_has_its_place_in_the_row() -> None:
    head = ("类型", "参数名", "位置", "必选", "默认值", "示例", "取值范围", "描述")
    table, seen = read(grid(head, ("integer", "limit", "query", "否", "10", "20", "1~100", "一页几条。")))
    assert table.rows == (
        Row("limit", "integer", False, "一页几条。", 2, 2, 1, 0, Position.QUERY, "10", "20", "1~100"),
    )
    assert seen.unread == []


def test_depth_is_read_off_insets_and_marks() -> None:
    names = ("server", "└ flavor", "└└ disk", "- name", "id")
    table, _ = read(grid(("参数", "类型"), *((name, "string") for name in names)))
    assert [("server", 0), ("flavor", 1), ("disk", 2), ("name", 1), ("id", 0)] == [
        (i.name, i.depth) for i in table.rows
    ]
    table, _ = read(grid(("参数", "类型"), ("a", "object"), ("b", "string"), ("c", "string"), indents=(0, 0, 4, 0)))
    assert [0, 1, 0] == [item.depth for item in table.rows]


def test_an_unknown_column_is_told_and_is_no_description() -> None:
    table, seen = read(grid(("参数", "类型", "计费方式"), ("size", "integer", "按量")))
    assert [("size", "")] == [(item.name, item.description) for item in table.rows]
    assert [(1, "a column that is not known: 计费方式")] == [(item.line, item.reason) for item in seen.unread]


def test_a_table_whose_header_is_not_known_is_told_and_read_as_nothing() -> None:
    given = grid(("术语", "含义"), ("size", "大小"))
    seen = tally(given)
    assert read_grid(given, 1, seen) is None
    assert [(1, 2, "a table whose header is not known")] == [(i.line, i.last_line, i.reason) for i in seen.unread]


def test_a_table_without_a_header_goes_on_with_the_one_before() -> None:
    given = grid(("size", "integer"), ("name", "string"))
    assert read_grid(given, 1, tally(given)) is None
    found = read_grid(given, 1, tally(given), before=("name", "type"))
    assert found is not None
    assert ["size", "name"] == [item.name for item in found[0].rows]


def test_what_a_row_goes_on_with_is_its_description() -> None:
    table, seen = read(grid(("参数", "描述"), ("size", "大"), ("", "小。"), ("name", "名。")))
    assert [("size", "大小。", 3), ("name", "名。", 4)] == [(i.name, i.description, i.last_line) for i in table.rows]
    assert seen.unread == []


def test_a_row_that_cannot_be_one_is_told() -> None:
    _, seen = read(grid(("参数", "描述"), ("size", "大。"), ("不是名字", "甲"), ("a", "b", "c")))
    assert [(3, "a row without a name"), (4, "a row with more cells than its table has columns")] == [
        (item.line, item.reason) for item in seen.unread
    ]


def test_types_places_and_words_of_what_is_required_that_are_not_known_are_told() -> None:
    table, seen = read(grid(("参数", "类型", "必选", "位置"), ("size", "blob", "看情况", "cookie")))
    assert [("size", "blob", None, Position.OPEN)] == [(i.name, i.type, i.required, i.place) for i in table.rows]
    assert [2, 2, 2] == [item.line for item in seen.unread]


def test_marks_of_age_are_read_off_the_description_and_the_name() -> None:
    rows = (("a（已废弃）", "甲。"), ("b", "微版本2.37起支持。"), ("c", "是否已废弃。"), ("d", "New in version 2.90"))
    table, _ = read(grid(("参数", "描述"), *rows))
    assert [("a", True, None), ("b", False, "2.37"), ("c", False, None), ("d", False, "2.90")] == [
        (item.name, item.deprecated, item.since) for item in table.rows
    ]


def test_a_code_has_its_phrase_and_another_is_told() -> None:
    table, seen = read(grid(("状态码", "错误信息", "说明"), ("404", "Not Found", "无"), ("V.01", "x", "y")))
    assert [("404", "Not Found")] == [(item.name, item.type) for item in table.rows]
    assert [(3, "a row whose code is no HTTP status")] == [(item.line, item.reason) for item in seen.unread]


def test_of_two_columns_of_codes_the_statuses_of_http_are_read() -> None:
    for head in (("HttpCode", "错误码", "描述"), ("错误码", "HttpCode", "描述")):
        cells = {"HttpCode": "409", "错误码": "InUse", "描述": "甲。"}
        table, seen = read(grid(head, tuple(cells[name] for name in head)))
        assert [("409", None, "甲。")] == [(row.name, row.type, row.description) for row in table.rows]
        assert seen.unread == []


def test_a_status_is_known_by_its_heading_where_a_cell_below_is_none() -> None:
    head = ("错误码", "HTTP状态码", "描述")
    table, seen = read(grid(head, ("InUse", "409", "甲。"), ("Odd", "4xx", "乙。"), ("20001", "404", "丙。")))
    assert ["409", "404"] == [row.name for row in table.rows]
    assert [(3, "a row whose code is no HTTP status")] == [(item.line, item.reason) for item in seen.unread]


def test_a_code_may_stand_with_its_phrase_in_one_cell() -> None:
    table, seen = read(grid(("返回值", "说明"), ("403 Forbidden", "甲。")))
    assert [("403", "Forbidden")] == [(row.name, row.type) for row in table.rows]
    assert seen.unread == []
