"""A document as the blocks that every form has: headings, lines, tables and code, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from document.own.truth import TrueCode, TrueEdition, TrueExample, TrueOperation, TrueRow, TrueTable

from conformance.document.model import Position

__all__ = ["Block", "Code", "Foot", "Sheet", "Text", "Title", "blocks"]


@dataclass(frozen=True, slots=True)
class Title:
    """A heading; 1 is the document's."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: header and rows of cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code, its lines as they stand."""

    lines: tuple[str, ...]
    language: str = "json"


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of the pages: number, version, whose it is."""

    lines: tuple[str, ...]


Block = Title | Text | Sheet | Code | Foot

_METHODS = (
    ("GET", "读取资源，不改动任何东西。"),
    ("POST", "新建资源，或者让资源做一个动作。"),
    ("PUT", "修改资源。"),
    ("PATCH", "只修改资源的一部分。"),
    ("DELETE", "把资源删掉。"),
)
_COMMON_HEADERS = (
    TrueRow("Content-Type", "String", True, "正文的格式，没有另外说明时写application/json。"),
    TrueRow("X-Auth-Token", "String", False, "登录以后得到的令牌，登录这一步本身不用带。"),
)
_POSITIONS = {Position.PATH: "path", Position.QUERY: "query", Position.HEADER: "header", Position.BODY: "body"}
_INSET = {0: "", 1: "└ ", 2: "└└ "}
_CELLS = {
    "name": ("参数", "参数名称", "参数名", "名称", "字段"),
    "type": ("参数类型", "类型", "数据类型"),
    "required": ("是否必选", "是否必填", "必选", "必填"),
    "position": ("位置", "参数位置", "In"),
    "default": ("默认值", "缺省值"),
    "example": ("示例", "示例值"),
    "constraint": ("约束", "取值范围", "限制"),
    "description": ("描述", "说明", "参数说明"),
}
_COLUMN = {word: column for column, words in _CELLS.items() for word in words}


def blocks(edition: TrueEdition) -> tuple[Block, ...]:
    """The whole document."""
    return tuple(_blocks(edition))


def _blocks(edition: TrueEdition) -> Iterator[Block]:
    yield Title(1, f"1 {edition.title}")
    yield Title(2, "1.1 写在前面")
    yield from map(Text, edition.preface)
    yield Title(2, "1.2 怎样调用")
    yield Title(3, "请求方法")
    yield Sheet(("方法", "说明"), _METHODS)
    yield Title(3, "公共请求参数")
    yield _sheet(TrueTable("名称|类型|是否必选|描述", _COMMON_HEADERS))
    yield Title(3, "错误返回结果")
    failure = {"error": {"code": 404, "title": "Not Found", "message": "The resource could not be found."}}
    yield _code(TrueExample(failure))
    if edition.errors:
        yield Title(3, "公共错误码")
        yield _codes(edition.errors)
    if edition.version:
        yield Foot(("页码: 2", f"产品版本 v{edition.version}({edition.date})", "版权所有© 本项目自己编写的样例"))
    for number, section in enumerate(edition.sections, start=3):
        yield Title(2, f"1.{number} {section.title}")
        for operation in section.operations:
            yield from _operation(operation)
    yield Title(2, f"1.{len(edition.sections) + 3} 发布记录")
    yield Text("本文档由本项目自己编写，只用来检验读取程序。")


def _operation(operation: TrueOperation) -> Iterator[Block]:
    yield Title(3, operation.title)
    yield Title(4, "功能介绍")
    yield Text(operation.introduction)
    if operation.preconditions:
        yield Title(4, "前提条件")
        yield from map(Text, operation.preconditions)
    if operation.path:
        yield Title(4, "URI")
        yield Text(f"{operation.method} {operation.path}")
    if operation.uri_table:
        yield from _table(operation.uri_table)
    if operation.request:
        yield Title(4, "请求消息")
        for table in operation.request:
            yield from _table(table)
    if operation.request_examples:
        yield Title(4, "请求示例")
        for example in operation.request_examples:
            yield from _example(example)
    yield Title(4, "响应消息")
    if operation.response_text:
        yield Text(operation.response_text)
    for table in operation.response:
        yield from _table(table)
    if operation.response_examples:
        yield Title(4, "响应示例")
        for example in operation.response_examples:
            yield from _example(example)
    if operation.note:
        yield Title(4, operation.note.heading)
        yield from map(Text, operation.note.lines)
    yield Title(4, "正常响应代码")
    yield Text("、".join(str(code) for code in operation.success))
    if operation.errors:
        yield Title(4, operation.errors_heading)
        if operation.errors_as_list:
            yield Text(", ".join(str(item.code) for item in operation.errors))
        else:
            yield _codes(operation.errors)


def _table(table: TrueTable) -> Iterator[Block]:
    if table.title:
        yield Text(table.title)
    yield _sheet(table)


def _sheet(table: TrueTable) -> Sheet:
    head = tuple(table.head.split("|"))
    return Sheet(head, tuple(tuple(_cell(item, _COLUMN[word], table) for word in head) for item in table.rows))


def _cell(item: TrueRow, column: str, table: TrueTable) -> str:
    match column:
        case "name":
            return _INSET[item.depth] + item.name
        case "required":
            return {True: table.yes, False: table.no, None: ""}[item.required]
        case "position":
            return _POSITIONS[item.position]
        case "default" | "example" | "constraint":
            return getattr(item, column) or table.none
        case _:
            return getattr(item, column) or ""


def _codes(errors: tuple[TrueCode, ...]) -> Sheet:
    if any(item.phrase for item in errors):
        return Sheet(
            ("状态码", "错误信息", "说明"), tuple((str(item.code), item.phrase, item.description) for item in errors)
        )
    return Sheet(("状态码", "说明"), tuple((str(item.code), item.description) for item in errors))


def _example(example: TrueExample) -> Iterator[Block]:
    if example.caption:
        yield Text(example.caption)
    yield _code(example)


def _code(example: TrueExample) -> Block:
    if example.request:
        return Code((example.request,), "http")
    return Code(tuple(json.dumps(example.value, ensure_ascii=False, indent=4).splitlines()))
