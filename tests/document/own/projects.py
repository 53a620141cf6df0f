"""Identity, of our own wording: the chapter of `data/identity.txt`, which a real Keystone is held to, and the edition after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from document.own.truth import (
    TrueCode,
    TrueEdition,
    TrueExample,
    TrueOperation,
    TrueRow,
    TrueSection,
    TrueTable,
    edited,
    row,
    without,
)

__all__ = ["FIRST", "SECOND"]

_REQUEST = "参数|参数类型|是否必选|描述"
_ANSWER = "参数|参数类型|描述"
_TITLE = "逐项写在下表里"
_HOST = "http://identity.example/v3"

_NAMED = row("name", "string", False, "只要叫这个名字的。")
_OF_DOMAIN = row("domain_id", "string", False, "只要这个域里的。")
_ENABLED = row("enabled", "boolean", False, "只要启用的，或者只要停用的。")
_LINKS = row("links", "object", None, "列表自己的地址，以及前后页的地址，没有前后页时是空的。")
_IS_ENABLED = row("enabled", "boolean", None, "是否启用。")
_OPTIONS = row("options", "object", None, "另外的选项。")
_NO_NOTE = row("description", "string", None, "一段说明。")

_PROJECT = (
    row("id", "string", None, "项目的编号。"),
    row("name", "string", None, "项目的名字。"),
    row("domain_id", "string", None, "项目所在的域。"),
    _NO_NOTE,
    _IS_ENABLED,
    row("parent_id", "string", None, "上一级的编号。"),
    row("is_domain", "boolean", None, "是不是域。"),
    row("tags", "array", None, "贴在项目上的标签。"),
    _OPTIONS,
    row("links", "object", None, "与项目有关的地址。"),
)
_USER = (
    row("id", "string", None, "用户的编号。"),
    row("name", "string", None, "用户的名字。"),
    row("domain_id", "string", None, "用户所在的域。"),
    _IS_ENABLED,
    row("password_expires_at", "string", None, "口令到期的时间，不到期时为空。"),
    _OPTIONS,
    row("links", "object", None, "与用户有关的地址。"),
)
_ROLE = (
    row("id", "string", None, "角色的编号。"),
    row("name", "string", None, "角色的名字。"),
    row("domain_id", "string", None, "角色所在的域，不属于哪个域时为空。"),
    row("description", "string", None, "一段说明，没写过时为空。"),
    _OPTIONS,
    row("links", "object", None, "与角色有关的地址。"),
)
_DOMAIN = (
    row("id", "string", None, "域的编号。"),
    row("name", "string", None, "域的名字。"),
    _NO_NOTE,
    _IS_ENABLED,
    row("tags", "array", None, "贴在域上的标签。"),
    _OPTIONS,
    row("links", "object", None, "与域有关的地址。"),
)


def _shown(many: str, own: str, **members: Any) -> dict[str, Any]:
    return {"id": own, **members, "options": {}, "links": {"self": f"{_HOST}/{many}/{own}"}}


_GARDEN = _shown(
    "projects",
    "5b8f2d0c9e314a76b1d0c3e5f7a92b48",
    name="garden",
    domain_id="default",
    description="",
    enabled=True,
    parent_id="default",
    is_domain=False,
    tags=[],
)
_KEEPER = _shown(
    "users",
    "e07c41d9a86f4b5c93d2f18b6a05c7e4",
    name="keeper",
    domain_id="default",
    enabled=True,
    password_expires_at=None,
)
_READER = _shown("roles", "9fe2ff9ee4384b1894a90878d3e92bab", name="reader", domain_id=None, description=None) | {
    "options": {"immutable": True}
}
_DEFAULT = _shown("domains", "default", name="Default", description="", enabled=True, tags=[])


def _below(name: str, rows: tuple[TrueRow, ...]) -> tuple[TrueRow, ...]:
    return tuple(replace(item, name=f"{name}.{item.name}") for item in rows)


def _request(*rows: TrueRow) -> tuple[TrueTable, ...]:
    return (TrueTable(_REQUEST, rows, _TITLE),)


def _one(noun: str, said: str, members: tuple[TrueRow, ...]) -> tuple[TrueTable, ...]:
    return (TrueTable(_ANSWER, (row(noun, "object", None, f"这一个{said}。"), *_below(noun, members)), _TITLE),)


def _listing(
    noun: str, said: str, members: tuple[TrueRow, ...], value: dict[str, Any], asked: str, *query: TrueRow
) -> TrueOperation:
    many = f"{noun}s"
    rows = (row(many, "array", None, f"{said}的列表。"), *_below(many, members), _LINKS)
    around = {"next": None, "self": f"{_HOST}/{many}", "previous": None}
    return TrueOperation(
        f"列出{said}",
        "GET",
        f"/v3/{many}",
        f"把看得到的{said}都列出来。",
        request=_request(*query),
        request_examples=(TrueExample(request=f"GET /v3/{many}?name={asked}"),),
        response=(TrueTable(_ANSWER, rows, _TITLE),),
        response_examples=(TrueExample({many: [value], "links": around}),),
    )


def _showing(noun: str, said: str, members: tuple[TrueRow, ...], value: dict[str, Any]) -> TrueOperation:
    return TrueOperation(
        f"查看{said}",
        "GET",
        f"/v3/{noun}s/{{{noun}_id}}",
        f"按编号看一个{said}。",
        request=_request(row(f"{noun}_id", "string", True, f"要看的{said}的编号。")),
        request_examples=(TrueExample(request=f"GET /v3/{noun}s/{value['id']}"),),
        response=_one(noun, said, members),
        response_examples=(TrueExample({noun: value}),),
    )


def _life(
    noun: str,
    said: str,
    members: tuple[TrueRow, ...],
    value: dict[str, Any],
    *,
    made: tuple[tuple[TrueRow, ...], dict[str, Any]],
    changed: tuple[tuple[TrueRow, ...], dict[str, Any]],
) -> tuple[TrueOperation, ...]:
    """Making, showing, changing and removing one; `made` and `changed` are what a body may say, and an example of it."""
    path, answer = f"/v3/{noun}s/{{{noun}_id}}", _one(noun, said, members)
    return (
        TrueOperation(
            f"新建{said}",
            "POST",
            f"/v3/{noun}s",
            f"新建一个{said}。",
            request=_request(row(noun, "object", True, f"要新建的{said}。"), *_below(noun, made[0])),
            request_examples=(TrueExample({noun: made[1]}),),
            response=answer,
            response_examples=(TrueExample({noun: value}),),
            success=(201,),
        ),
        _showing(noun, said, members, value),
        TrueOperation(
            f"修改{said}",
            "PATCH",
            path,
            f"改一个{said}，没写到的不动。",
            request=_request(
                row(f"{noun}_id", "string", True, f"要改的{said}的编号。"),
                row(noun, "object", True, "要改成的样子。"),
                *_below(noun, changed[0]),
            ),
            request_examples=(TrueExample({noun: changed[1]}),),
            response=answer,
            response_examples=(TrueExample({noun: value | changed[1]}),),
        ),
        TrueOperation(
            f"删除{said}",
            "DELETE",
            path,
            f"按编号去掉一个{said}，去掉以后就没有了。",
            request=_request(row(f"{noun}_id", "string", True, f"要去掉的{said}的编号。")),
            request_examples=(TrueExample(request=f"DELETE /v3/{noun}s/{value['id']}"),),
            response_text="没有正文。",
            success=(204,),
        ),
    )


def _called(said: str, longest: int, *, needed: bool = False) -> TrueRow:
    return row("name", "string", needed, f"{said}的名字，长度为1~{longest}个字符。", min_length=1, max_length=longest)


_NOTE = row("description", "string", False, "一段说明。")
_ON = row("enabled", "boolean", False, "是否启用。")
_ON_UNSAID = row("enabled", "boolean", False, "是否启用，不写时启用。")
_WORD = row("password", "string", False, "登录用的口令。")

_PROJECTS = (
    _listing(
        "project",
        "项目",
        _PROJECT,
        _GARDEN,
        "garden",
        _NAMED,
        _OF_DOMAIN,
        _ENABLED,
        row("parent_id", "string", False, "只要上一级是它的。"),
    ),
    *_life(
        "project",
        "项目",
        _PROJECT,
        _GARDEN,
        made=((_called("项目", 64, needed=True), _NOTE, _ON_UNSAID), {"name": "garden"}),
        changed=((_called("项目", 64), _NOTE, _ON), {"description": "behind the house"}),
    ),
)
_USERS = (
    _listing("user", "用户", _USER, _KEEPER, "keeper", _NAMED, _OF_DOMAIN, _ENABLED),
    *_life(
        "user",
        "用户",
        _USER,
        _KEEPER,
        made=(
            (_called("用户", 255, needed=True), _WORD, _ON_UNSAID),
            {"name": "keeper", "password": "not-a-real-one"},
        ),
        changed=((_called("用户", 255), _ON), {"enabled": False}),
    ),
)
_ROLES = (
    _listing("role", "角色", _ROLE, _READER, "reader", _NAMED),
    _showing("role", "角色", _ROLE, _READER),
)
_DOMAINS = (
    _listing("domain", "域", _DOMAIN, _DEFAULT, "Default", _NAMED, _ENABLED),
    _showing("domain", "域", _DOMAIN, _DEFAULT),
)

FIRST = TrueEdition(
    "identity",
    "项目与用户接口",
    "1.0",
    "2031-05-06",
    ("这一章讲项目、用户、角色和域，由本项目自己编写。",),
    (
        TrueSection("项目", _PROJECTS),
        TrueSection("用户", _USERS),
        TrueSection("角色", _ROLES),
        TrueSection("域", _DOMAINS),
    ),
    (
        TrueCode(400, "Bad Request", "请求写得不对。"),
        TrueCode(401, "Unauthorized", "没有令牌，或者令牌不管用。"),
        TrueCode(403, "Forbidden", "这个身份不能做这件事。"),
        TrueCode(404, "Not Found", "没有这样东西。"),
        TrueCode(405, "Method Not Allowed", "这个地址不能这样调用。"),
        TrueCode(409, "Conflict", "名字已经有了。"),
        TrueCode(413, "Request Entity Too Large", "正文太长。"),
        TrueCode(500, "Internal Server Error", "服务自己出了差错。"),
    ),
    (("open members", "domain.options"),),
)


def _second() -> TrueEdition:
    """Roles can be asked for by their domain, users are of kinds, their names are shorter, and an example shows a member that
    no table has; a single domain is shown no more, nor what no table said of it."""

    def listed(item: TrueOperation) -> TrueOperation:
        (table,) = item.request
        return replace(item, request=(replace(table, rows=(*table.rows, _OF_DOMAIN)),))

    def shorter(item: TrueOperation) -> TrueOperation:
        (table,) = item.request
        name = replace(_called("用户", 64, needed=True), name="user.name")
        kind = row("user.kind", "string", False, "哪一种用户，可选值为human、machine。", enum=("human", "machine"))
        rows = (*(name if old.name == name.name else old for old in table.rows), kind)
        return replace(item, request=(replace(table, rows=rows),))

    seen = _KEEPER | {"enabled": False, "last_active_at": None}
    edition = replace(FIRST, version="1.1", date="2031-11-06", contradictions=(("in no table", "last_active_at"),))
    edition = edited(edition, "列出角色", listed)
    edition = edited(edition, "新建用户", shorter)
    edition = edited(edition, "修改用户", lambda item: replace(item, response_examples=(TrueExample({"user": seen}),)))
    return edited(edition, "查看域", without)


SECOND = _second()
